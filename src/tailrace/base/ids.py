"""Identifiers and randomness. The operating system's generator, until a test seeds its own."""

from __future__ import annotations

import base64
import random
import uuid as _uuid
from collections import deque

_UPPER_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_LOWER = "abcdefghijklmnopqrstuvwxyz234567"
_REQUEST_ID_BYTES = 26
_AT_ONCE = 256  # request ids that are drawn by one call of the operating system, which costs as much for one
_random: random.Random = random.SystemRandom()
_request_ids: deque[str] = deque()


def seed(value: int | None) -> None:
    """Make every later identifier repeatable, or (with None) unpredictable again. For tests alone."""
    global _random
    _request_ids.clear()
    _random = random.SystemRandom() if value is None else random.Random(value)


def uuid() -> str:
    """A random (version 4) UUID with dashes, as request ids, table ids and mapping ids have it."""
    return str(_uuid.UUID(int=_random.getrandbits(128), version=4))


def request_id_long() -> str:
    """A DynamoDB request id: 52 upper-case letters and digits. Hexadecimal, which costs a tenth of base 32."""
    try:
        return _request_ids.popleft()  # which threads may do at once
    except IndexError:
        first, *others = random_bytes(_REQUEST_ID_BYTES * _AT_ONCE).hex(" ", _REQUEST_ID_BYTES).upper().split(" ")
        _request_ids.extend(others)
        return first


def hex_digits(count: int) -> str:
    """`count` random lower-case hexadecimal digits."""
    return f"{_random.getrandbits(count * 4):0{count}x}"


def access_key_id(prefix: str) -> str:
    """A 20-character key id: AKIA... for long-term keys, ASIA... for temporary ones."""
    return prefix + "".join(_random.choices(_UPPER_DIGITS, k=16))


def url_id() -> str:
    """The id of a function URL: 32 lower-case letters and digits, 160 random bits."""
    return "".join(_random.choices(_LOWER, k=32))


def unique_id(prefix: str) -> str:
    """IAM's unique id: AIDA... a user, AROA... a role, ANPA... a policy, AGPA... a group; 21 characters."""
    return prefix + "".join(_random.choices(_UPPER_DIGITS, k=17))


def secret_access_key() -> str:
    """40 characters of base64, as AWS hands them out."""
    return base64.b64encode(random_bytes(30)).decode()


def random_bytes(count: int) -> bytes:
    """`count` random bytes."""
    return _random.randbytes(count)


def uniform(low: float, high: float) -> float:
    """A random number in [low, high), for jitter."""
    return _random.uniform(low, high)


def random_number(bits: int) -> int:
    """A random whole number from 0 on, of that many bits."""
    return _random.getrandbits(bits)
