"""Values as PostgreSQL's binary format has them. The store knows four types: integers, floats, text and bytes.

PostgreSQL's text can't hold the character NUL, which a function may well print: it is written as two characters of a
private-use escape, and so is the escape character itself.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

Encoded = bytes | None

_ESCAPE = "\uf8ff"
_long = struct.Struct("!q")
_int = struct.Struct("!i")
_short = struct.Struct("!h")
_double = struct.Struct("!d")
_numeric = struct.Struct("!hhHH")
_NEGATIVE = 0x4000
_DIGIT = 10_000


def _encode_text(value: str) -> bytes:
    if "\0" in value or _ESCAPE in value:
        value = value.replace(_ESCAPE, _ESCAPE + "1").replace("\0", _ESCAPE + "0")
    return value.encode()


def _decode_text(value: bytes) -> str:
    text = value.decode()
    if _ESCAPE in text:
        text = text.replace(_ESCAPE + "0", "\0").replace(_ESCAPE + "1", _ESCAPE)
    return text


def _decode_numeric(value: bytes) -> int:
    """What `sum` of integers gives: a number without a fraction, in groups of four digits."""
    count, weight, sign, _ = _numeric.unpack_from(value)
    number = 0
    for place in range(count):
        number = number * _DIGIT + int(_short.unpack_from(value, _numeric.size + 2 * place)[0])
    number *= int(_DIGIT ** (weight + 1 - count))
    return -number if sign == _NEGATIVE else number


def _nothing(value: object) -> Encoded:
    return None


def _bytes(value: bytes) -> bytes:
    return value


ENCODERS: dict[type, tuple[int, Callable[[Any], Encoded]]] = {
    int: (20, _long.pack),
    bool: (20, _long.pack),
    float: (701, _double.pack),
    str: (25, _encode_text),
    bytes: (17, _bytes),
    type(None): (0, _nothing),
}
"""By Python type: the type's number in PostgreSQL (0: as the statement has it), and how a value is written."""

DECODERS: dict[int, Callable[[bytes], Any]] = {
    16: lambda value: value != b"\0",
    17: _bytes,
    20: lambda value: _long.unpack(value)[0],
    21: lambda value: _short.unpack(value)[0],
    23: lambda value: _int.unpack(value)[0],
    25: _decode_text,
    701: lambda value: _double.unpack(value)[0],
    1043: _decode_text,
    1700: _decode_numeric,
}
"""By the type's number: how a value is read."""
