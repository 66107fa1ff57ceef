"""NextToken: where a SELECT goes on, as a text that nobody but this server can have written.

It is bound to the statement, its parameters and the very table, so it can't be used to read anything else; the server
remembers nothing. What it is sealed with is kept in the store, for a reader may go on after a restart.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, NamedTuple

import orjson

from tailrace.auth import session_token
from tailrace.base import ids
from tailrace.base.errors import ApiError
from tailrace.operation import Call
from tailrace.store import resources
from tailrace.store.engine import Transaction

_SECRET_KIND, _SECRET_NAME = "dynamodb:next-token-secret", "secret"
_SECRET_BYTES = 32


class Position(NamedTuple):
    """Behind the row of `key`, in the range of this number."""

    range: int
    key: bytes


async def secret(call: Call) -> bytes:
    """What tokens are sealed with, made at the first use."""
    return await call.store.view(_kept) or await call.store.update(_made)


def fingerprint(statement: str, parameters: Any) -> str:
    """What tells one request's tokens from another's; how many items a page has is no part of it."""
    return blake2b(orjson.dumps([statement, parameters]), digest_size=16).hexdigest()


def seal(key: bytes, request: str, collection: int, position: Position) -> str:
    """The token of a position. `collection` numbers the table's or index's rows, which no other will ever have."""
    claims = {"request": request, "collection": collection, "range": position.range, "key": position.key.hex()}
    return session_token.pack(key, claims)


def open_sealed(key: bytes, request: str, token: str) -> tuple[int, Position]:
    """The collection and the position of a token. Raises ValidationException for one that isn't of this request."""
    claims = session_token.unpack(key, token)
    if claims is None:
        raise ApiError.validation("Invalid NextToken")
    if claims["request"] != request:
        raise mismatch()
    return claims["collection"], Position(claims["range"], bytes.fromhex(claims["key"]))


def mismatch() -> ApiError:
    """A token of another request, or of a table that isn't there any more."""
    return ApiError.validation("NextToken does not match request")


def _kept(tx: Transaction) -> bytes:
    kept = resources.get(tx, _SECRET_KIND, "", _SECRET_NAME)
    return bytes.fromhex(kept["Secret"]) if kept else b""


def _made(tx: Transaction) -> bytes:
    known = _kept(tx)
    if known:
        return known
    made = ids.random_bytes(_SECRET_BYTES)
    resources.put(tx, _SECRET_KIND, "", _SECRET_NAME, {"Secret": made.hex()})
    return made
