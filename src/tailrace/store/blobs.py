"""Blobs: packages and other large bytes, each kept once under its SHA-256.

They stand in the database, so that a function and its code become durable, and visible to every node, by the same
commit. The rejected alternative, files beside the database, needs a second protocol for both.
"""

from __future__ import annotations

import hashlib

from tailrace.base.errors import Missing
from tailrace.store.engine import Transaction


def put(tx: Transaction, data: bytes) -> str:
    """Keep `data`; its SHA-256 in lower-case hexadecimal digits. Bytes that are kept already are kept once."""
    digest = hashlib.sha256(data).hexdigest()
    # Read before: who forgets it at this moment, because nothing refers to it, must be seen to contradict this.
    if tx.row("SELECT 1 FROM blobs WHERE digest = ?", digest) is None:
        tx.do("INSERT INTO blobs (digest, data) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING", digest, data)
    return digest


def get(tx: Transaction, digest: str) -> bytes:
    """The bytes of a digest. Raises Missing."""
    row = tx.row("SELECT data FROM blobs WHERE digest = ?", digest)
    if row is None:
        raise Missing(f"blob {digest}")
    data: bytes = row[0]
    return data


def delete(tx: Transaction, digest: str) -> bool:
    """Forget a blob; whether there was one. The caller knows that nothing else refers to it."""
    return tx.run("DELETE FROM blobs WHERE digest = ?", digest) > 0
