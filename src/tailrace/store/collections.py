"""The rows of a collection (a table's items or an index's entries), and its statistics.

Every function keeps the count and the bytes of the collection exact, in sixteen rows by the upper four bits of the
key: one row would have every writer of a table wait for every other on an engine with several writers. The rejected
alternative, counting when asked, reads the whole table for each DescribeTable.
"""

from __future__ import annotations

from tailrace.store.engine import Transaction

_INSERT = "INSERT INTO items (collection, key, body, size) VALUES (?, ?, ?, ?) ON CONFLICT (collection, key) DO NOTHING"
_REPLACE = "UPDATE items SET body = ?, size = ? WHERE collection = ? AND key = ?"
_REMOVE = "DELETE FROM items WHERE collection = ? AND key = ?"


def insert(tx: Transaction, collection: int, key: bytes, body: bytes, size: int) -> bool:
    """Add a row; False where there is one of that key, which stays as it is."""
    added = tx.run(_INSERT, collection, key, body, size)
    if added:
        _count(tx, collection, key, 1, size)
    return added > 0


def replace(tx: Transaction, collection: int, key: bytes, body: bytes, size: int, old_size: int) -> bool:
    """Change a row whose size was `old_size`; False where there is none."""
    changed = tx.run(_REPLACE, body, size, collection, key)
    if changed and size != old_size:
        _count(tx, collection, key, 0, size - old_size)
    return changed > 0


def remove(tx: Transaction, collection: int, key: bytes, old_size: int) -> bool:
    """Delete a row whose size was `old_size`; False where there is none."""
    removed = tx.run(_REMOVE, collection, key)
    if removed:
        _count(tx, collection, key, -1, -old_size)
    return removed > 0


def insert_new(tx: Transaction, collection: int, key: bytes, body: bytes, size: int) -> None:
    """Add a row that wasn't there when the transaction looked. Raises Outdated where it is there now."""
    tx.one(_INSERT, collection, key, body, size)
    _count(tx, collection, key, 1, size)


def replace_known(tx: Transaction, collection: int, key: bytes, body: bytes, size: int, old_size: int) -> None:
    """Change a row that the transaction has locked."""
    tx.do(_REPLACE, body, size, collection, key)
    if size != old_size:
        _count(tx, collection, key, 0, size - old_size)


def remove_known(tx: Transaction, collection: int, key: bytes, old_size: int) -> None:
    """Delete a row that the transaction has locked."""
    tx.do(_REMOVE, collection, key)
    _count(tx, collection, key, -1, -old_size)


def total(tx: Transaction, collection: int) -> tuple[int, int]:
    """The number of rows, and the sum of their sizes."""
    row = tx.row(
        "SELECT coalesce(sum(items), 0), coalesce(sum(bytes), 0) FROM collections WHERE collection = ?", collection
    )
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


def drop(tx: Transaction, collection: int, limit: int) -> int:
    """Delete at most `limit` rows of a collection that nobody uses any more; how many they were."""
    tx.do("DELETE FROM collections WHERE collection = ?", collection)
    return tx.run(
        "DELETE FROM items WHERE collection = ? AND key IN "
        "(SELECT key FROM items WHERE collection = ? ORDER BY key LIMIT ?)",
        collection,
        collection,
        limit,
    )


def _count(tx: Transaction, collection: int, key: bytes, items: int, size: int) -> None:
    stripe = key[0] >> 4
    tx.do(
        "INSERT INTO collections (collection, stripe, items, bytes) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (collection, stripe) DO UPDATE "
        "SET items = collections.items + excluded.items, bytes = collections.bytes + excluded.bytes",
        *(collection, stripe, items, size),
        turn=("collections", collection, stripe),
    )
