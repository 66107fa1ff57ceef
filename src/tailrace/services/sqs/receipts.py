"""Receipt handles: what a receiver shows to delete a message, or to keep it longer.

    base64( 01 01 01 | signature | queue number | message number | which receive | when )

A handle carries everything, so nothing is remembered of a receive; its signature, which covers the queue's ARN too,
keeps a client from deleting what it never received.
"""

from __future__ import annotations

import hmac
import struct
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import NamedTuple

from tailrace.base import ids
from tailrace.services.sqs import refusals
from tailrace.services.sqs.queue import Queue
from tailrace.store import resources
from tailrace.store.engine import Transaction

_MARK = b"\x01\x01\x01"  # AWS's handles begin with AQEB, too
_CONTENT = struct.Struct(">qqid")
_SIGNATURE_BYTES = 16
_SECRET_KIND, _SECRET_NAME = "sqs:receipt-secret", "secret"


class Receipt(NamedTuple):
    """A receive: of which queue's message, the how-manieth of it, and when (epoch seconds)."""

    queue: int
    number: int
    receive: int
    when: float


def secret(tx: Transaction) -> bytes:
    """What receipts are signed with, made at the first use. It outlives the process, as receipts may."""
    kept = resources.get(tx, _SECRET_KIND, "", _SECRET_NAME)
    if kept is None:
        kept = {"Secret": ids.random_bytes(32).hex()}
        resources.create(tx, _SECRET_KIND, "", _SECRET_NAME, kept)
    return bytes.fromhex(kept["Secret"])


def seal(receipt: Receipt, queue: Queue, key: bytes) -> str:
    """The handle of a receive."""
    content = _CONTENT.pack(*receipt)
    return b64encode(_MARK + _signature(key, queue, content) + content).decode()


def unseal(handle: str, queue: Queue, key: bytes) -> Receipt:
    """The receive that a handle of this queue stands for. Raises ReceiptHandleIsInvalid."""
    try:
        raw = b64decode(handle, validate=True)
    except ValueError:
        raise refusals.unknown_handle(handle) from None
    start = len(_MARK) + _SIGNATURE_BYTES
    content = raw[start:]
    if len(content) != _CONTENT.size or not hmac.compare_digest(
        raw[len(_MARK) : start], _signature(key, queue, content)
    ):
        raise refusals.unknown_handle(handle)
    return Receipt(*_CONTENT.unpack(content))


def _signature(key: bytes, queue: Queue, content: bytes) -> bytes:
    return hmac.digest(key, queue.arn.encode() + content, sha256)[:_SIGNATURE_BYTES]
