"""Keys as bytes: `memcmp` order is DynamoDB's order, so every engine sorts alike.

```
item key  = hash of the partition (8 bytes) | hash attributes | range attributes
attribute = S, B  the bytes, 00 written as 00 FF, closed by 00 00
            N     01 below zero, 02 zero, 03 above | exponent + 130 | the digits in ASCII | 00
                  (below zero all but the first byte inverted)
```
Each form ends itself, so several can be joined and the first difference decides. An attribute's type is fixed by the
key schema, so it isn't written. The rejected alternative, a length before each attribute, sorts "b" before "aa".
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Final

from tailrace.expression.numbers import EXPONENT_MIN, number_parts

PARTITION_HASH_BYTES: Final = 8

_CLOSE: Final = b"\0\0"
_begin: Final = blake2b(digest_size=PARTITION_HASH_BYTES).copy  # a quarter less than to make one of its parameters
_BYTES: Final = [bytes((byte,)) for byte in range(256)]
_INVERT = bytes(255 - byte for byte in range(256))


def item_key(hash_values: Sequence[dict[str, Any]], range_values: Sequence[dict[str, Any]] = ()) -> bytes:
    """The key of an item, or the start of an index entry's key: its partition, then its place within it."""
    prefix = partition_prefix(hash_values)
    return prefix + b"".join(map(sort_bytes, range_values)) if range_values else prefix


def partition_prefix(values: Sequence[dict[str, Any]]) -> bytes:
    """What all keys of one partition start with: an 8-byte stable hash, then the hash attributes themselves."""
    return partition_start(sort_bytes(values[0]) if len(values) == 1 else b"".join(map(sort_bytes, values)))


def partition_start(attributes: bytes) -> bytes:
    """`partition_prefix` of hash attributes in their sortable form."""
    hash = _begin()
    hash.update(attributes)
    digest: bytes = hash.digest()
    return digest + attributes


def text_bytes(text: str) -> bytes:
    """`sort_bytes` of an S."""
    raw = text.encode()
    return (raw.replace(b"\0", b"\0\xff") if 0 in raw else raw) + _CLOSE


def sort_bytes(value: dict[str, Any]) -> bytes:
    """Order-preserving and self-delimiting bytes of one normalized key attribute (S, N or B)."""
    text = value.get("S")
    if text is not None:
        return text_bytes(text)
    if "N" in value:
        return _number_bytes(value["N"])
    raw = b64decode(value["B"])
    return (raw.replace(b"\0", b"\0\xff") if 0 in raw else raw) + _CLOSE


def sort_prefix(value: dict[str, Any]) -> bytes:
    """What `sort_bytes` of every S or B starts with that begins with this one."""
    return sort_bytes(value)[: -len(_CLOSE)]


def after(prefix: bytes) -> bytes:
    """The smallest bytes above all that start with `prefix`; for a prefix of FFs alone (or none) there are none.

    Raises ValueError then; no key form of ours is made of FFs alone.
    """
    stem = prefix if prefix and prefix[-1] < 0xFF else prefix.rstrip(b"\xff")
    if not stem:
        raise ValueError("nothing sorts after every extension of this prefix")
    return stem[:-1] + _BYTES[stem[-1] + 1]


def _number_bytes(text: str) -> bytes:
    sign, digits, exponent = number_parts(text)
    if not sign:
        return b"\x02"
    magnitude = bytes((exponent - EXPONENT_MIN,)) + digits.encode() + b"\0"
    return b"\x03" + magnitude if sign > 0 else b"\x01" + magnitude.translate(_INVERT)
