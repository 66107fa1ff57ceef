"""Shard iterators: where a reader stands, as a text that nobody but this server can have written.

    STREAM_ARN|1|base64( signature | created | shard | after | generation )

The text carries everything, so the server remembers no reader; its signature keeps a client from making itself an
iterator for a stream that GetShardIterator would refuse it.
"""

from __future__ import annotations

import hmac
import struct
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from hashlib import sha256
from typing import NamedTuple

from tailrace.base import ids
from tailrace.base.errors import ApiError
from tailrace.store import resources
from tailrace.store.engine import Transaction

LIFETIME_SECONDS = 15 * 60
_VERSION = "1"
_SIGNATURE_BYTES = 16
_POSITION = struct.Struct(">dqq")
_SECRET_KIND, _SECRET_NAME = "dynamodb:iterator-secret", "secret"


class Position(NamedTuple):
    """Where a reader stands: in a shard, after a sequence number, since a time (epoch seconds)."""

    stream_arn: str
    shard: int
    after: int
    created: float


def secret(tx: Transaction) -> bytes:
    """What iterators are signed with, made at the first use. It outlives the process, as iterators may."""
    kept = resources.get(tx, _SECRET_KIND, "", _SECRET_NAME)
    return bytes.fromhex(kept["Secret"]) if kept else b""


def make_secret(tx: Transaction) -> bytes:
    """The secret, made and kept where there is none yet. Needs a transaction that may write."""
    known = secret(tx)
    if known:
        return known
    made = ids.random_bytes(32)
    resources.put(tx, _SECRET_KIND, "", _SECRET_NAME, {"Secret": made.hex()})
    return made


def seal(position: Position, key: bytes) -> str:
    """The iterator that stands for a position."""
    body = _POSITION.pack(position.created, position.shard, position.after)
    return f"{position.stream_arn}|{_VERSION}|{b64encode(_signature(key, position.stream_arn, body) + body).decode()}"


def open_sealed(text: str, key: bytes, now: float) -> Position:
    """The position behind an iterator. Raises ValidationException for one that isn't ours, ExpiredIteratorException."""
    stream_arn, _, rest = text.rpartition("|")
    stream_arn, _, version = stream_arn.rpartition("|")
    try:
        raw = b64decode(rest, validate=True)
    except (Base64Error, ValueError) as error:
        raise _invalid() from error
    signature, body = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    genuine = len(body) == _POSITION.size and hmac.compare_digest(signature, _signature(key, stream_arn, body))
    if version != _VERSION or not genuine:
        raise _invalid()
    created, shard, after = _POSITION.unpack(body)
    if now - created > LIFETIME_SECONDS:
        raise ApiError("ExpiredIteratorException", "The provided iterator exceeds the maximum age allowed.")
    return Position(stream_arn, shard, after, created)


def stream_arn_of(text: str) -> str:
    """The ARN that an iterator begins with, for asking the permission; "*" where it has none."""
    return text.rsplit("|", 2)[0] if text.count("|") >= 2 else "*"


def _signature(key: bytes, stream_arn: str, body: bytes) -> bytes:
    return hmac.new(key, stream_arn.encode() + b"\0" + body, sha256).digest()[:_SIGNATURE_BYTES]


def _invalid() -> ApiError:
    return ApiError.validation("Invalid ShardIterator")
