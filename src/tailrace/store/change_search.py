"""Finds changes by when, and by which request, they were written: there is no index for it, and no write pays for one.

Within a shard times rise with numbers, so a time is found by halving the numbers.
"""

from __future__ import annotations

from tailrace.store.changes import Shard
from tailrace.store.engine import Transaction


def before(tx: Transaction, shard: Shard, time: float) -> int:
    """The last number that was written before a time (epoch seconds); that behind which all that is left came later."""
    low, high = shard.trimmed, shard.latest
    while low < high:
        middle = (low + high) // 2
        row = tx.row(
            "SELECT created FROM changes WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT 1",
            *(middle, shard.latest),
        )
        if row is not None and row[0] < time:
            low = middle + 1
        else:
            high = middle
    return low


def by_request(tx: Transaction, request: str, after: int, through: int, limit: int) -> list[int]:
    """The numbers of at most `limit` changes that a request has written, of those behind `after` up to `through`."""
    rows = tx.rows(
        "SELECT sequence FROM changes WHERE sequence > ? AND sequence <= ? AND (origin = ? OR origin LIKE ?) "
        "ORDER BY sequence LIMIT ?",
        *(after, through, request, f"{request} %", limit),
    )
    return [row[0] for row in rows]
