"""Expirations: when which item of a table expires, kept in the write that changes the item.

```
items.change ──> (collection, due, key) ──due(now)──> the items whose time has come, the longest due first
```
A table that expires has an ExpiryLayout with a collection number of its own, made each time that TTL is switched on:
so what is left of an earlier time never mixes with the new. An entry is a hint where to look; whoever deletes an item
asks the item itself once more (`is_due`). The rejected alternative, scanning tables for what has expired, reads
everything to find next to nothing.
Rules: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

import orjson

from tailrace.store import collections
from tailrace.store.engine import Transaction
from tailrace.store.layout import ExpiryLayout, Item, TableLayout

OLDEST_SECONDS = 5 * 365 * 24 * 3600
"""What has expired longer ago than this is taken for a mistake and stays, as on AWS."""
_LATEST = 1 << 53  # a time in milliseconds or worse, given by mistake: it never comes


class Expiration(NamedTuple):
    """An entry: the second at which the item of that key is due."""

    due: int
    key: bytes


def due_of(expiry: ExpiryLayout, item: Item | None) -> int | None:
    """The second (of the epoch) at which an item expires; None where it never does.

    Only a Number counts; a fraction of a second is over when the second is.
    """
    text = None if item is None else item.get(expiry.attribute, {}).get("N")
    if text is None:
        return None
    value = Decimal(text)
    if not 0 <= value < _LATEST:
        return None
    return int(value) + (value % 1 != 0)


def is_due(expiry: ExpiryLayout, item: Item | None, now: float) -> bool:
    """Whether an item's time has come, and not so long ago that it is taken for a mistake."""
    due = due_of(expiry, item)
    return due is not None and now - OLDEST_SECONDS < due <= now


def write(tx: Transaction, expiry: ExpiryLayout, key: bytes, old: Item | None, new: Item | None) -> None:
    """Bring the entry of an item up to date with a write. For `items.change` alone."""
    before, after = due_of(expiry, old), due_of(expiry, new)
    if before == after:
        return
    if before is not None:
        strike(tx, expiry, Expiration(before, key))
    if after is not None:
        _enter(tx, expiry, Expiration(after, key))


def due(tx: Transaction, expiry: ExpiryLayout, now: float, limit: int) -> list[Expiration]:
    """At most `limit` entries whose time has come, the longest due first."""
    rows = tx.rows(
        "SELECT due, key FROM expirations WHERE collection = ? AND due > ? AND due <= ? ORDER BY due, key LIMIT ?",
        expiry.collection,
        int(now) - OLDEST_SECONDS,
        int(now),
        limit,
    )
    return [Expiration(*row) for row in rows]


def strike(tx: Transaction, expiry: ExpiryLayout, entry: Expiration) -> None:
    """Forget one entry, if it is there."""
    tx.do("DELETE FROM expirations WHERE collection = ? AND due = ? AND key = ?", expiry.collection, *entry)


def build(tx: Transaction, layout: TableLayout, expiry: ExpiryLayout, after: bytes, limit: int) -> bytes | None:
    """Enter the next `limit` items behind `after` (b"" at first); where to go on, None at the end.

    Safe beside writers as soon as `expiry` is part of the layout that they write with.
    """
    found, last = collections.slice_locked(tx, layout.collection, after, limit)
    for key, body in found:
        time = due_of(expiry, orjson.loads(body))
        if time is not None:
            _enter(tx, expiry, Expiration(time, key))
    return last


def drop(tx: Transaction, collection: int, limit: int) -> int:
    """Delete at most `limit` entries of a collection that nobody writes to any more; how many they were."""
    return tx.run(
        "DELETE FROM expirations WHERE collection = ? AND (due, key) IN "
        "(SELECT due, key FROM expirations WHERE collection = ? ORDER BY due, key LIMIT ?)",
        collection,
        collection,
        limit,
    )


def _enter(tx: Transaction, expiry: ExpiryLayout, entry: Expiration) -> None:
    tx.do(
        "INSERT INTO expirations (collection, due, key) VALUES (?, ?, ?) ON CONFLICT (collection, due, key) DO NOTHING",
        expiry.collection,
        *entry,
    )
