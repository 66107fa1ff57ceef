"""The rows of a collection (a table's items or an index's entries), and its statistics.

Every function keeps the count and the bytes of the collection exact, in several rows by the upper bits of the key
where an engine has several writers: one row would have every writer of a table wait for every other. The rejected
alternative, counting when asked, reads the whole table for each DescribeTable.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import compress
from typing import Final

from tailrace.store.engine import COUNT, Transaction
from tailrace.store.image import NOTHING, Image

_INSERT: Final = (
    "INSERT INTO items (collection, key, body, size) VALUES (?, ?, ?, ?) ON CONFLICT (collection, key) DO NOTHING"
)
_REPLACE: Final = "UPDATE items SET body = ?, size = ? WHERE collection = ? AND key = ?"
_REMOVE: Final = "DELETE FROM items WHERE collection = ? AND key = ?"
_MOVE: Final = "UPDATE items SET key = ?, body = ?, size = ? WHERE collection = ? AND key = ?"
_ORDER: Final = (_REMOVE, _MOVE, _REPLACE, _INSERT)

_Counted = tuple[int, bytes, int, int]  # collection, key, and how many rows and bytes more there are then
_Planned = tuple[list[tuple[object, ...]], list[_Counted]]  # each row's parameters, and what they do to the statistics
END: bytes = b"\xff" * 16
"""Behind every key: the upper bound of a range that takes a whole collection."""


class RowChanges:
    """Changes of different rows that are written together: one statement for all of a kind, one for each count.

    `known`: the transaction has locked the row, or looked for it in vain. Otherwise a change may find no row, or a row
    in its place; then it does and counts nothing.
    """

    __slots__ = ("_doubtful", "_known")

    def __init__(self) -> None:
        self._known: dict[str, _Planned] = {}
        self._doubtful: dict[str, _Planned] = {}

    def change(self, collection: int, key: bytes, old: Image, new: Image, *, known: bool = True) -> None:
        """Have a row that has been `old` be `new`: added, changed or deleted."""
        parameters: tuple[object, ...]
        if new.body is None:
            sql, parameters, items = _REMOVE, (collection, key), -1
        elif old.body is None:
            sql, parameters, items = _INSERT, (collection, key, new.body, new.size), 1
        else:
            sql, parameters, items = _REPLACE, (new.body, new.size, collection, key), 0
        rows, counted = _planned(self._known if known else self._doubtful, sql)
        rows.append(parameters)
        counted.append((collection, key, items, new.size - old.size))

    def move(self, tx: Transaction, collection: int, old_key: bytes, new_key: bytes, old: Image, new: Image) -> None:
        """Have a known row stand under another key, where there is none: a statement and two pages less than to delete
        it and add it. Where a key says which machine its row is on, it can't be changed.
        """
        if tx.parts > 1:
            self.change(collection, old_key, old, NOTHING)
            self.change(collection, new_key, NOTHING, new)
            return
        rows, counted = _planned(self._known, _MOVE)
        rows.append((new_key, new.body, new.size, collection, old_key))
        if _stripe(tx, old_key) == _stripe(tx, new_key):
            counted.append((collection, new_key, 0, new.size - old.size))
        else:
            counted.append((collection, old_key, -1, -old.size))
            counted.append((collection, new_key, 1, new.size))

    def write(self, tx: Transaction) -> None:
        """Do it all. Raises Outdated where a known row has come or gone."""
        sums: dict[tuple[int, int], tuple[int, int]] = {}
        for sql in _ORDER:
            planned = self._known.get(sql)
            if planned is not None:
                rows, counted = planned
                tx.many(sql, rows, one=sql is _INSERT or sql is _MOVE)
                _add(tx, sums, counted)
        for sql, (rows, counted) in self._doubtful.items():
            _add(tx, sums, compress(counted, tx.each(sql, rows)))
        for (collection, stripe), (items, size) in sums.items():
            if items or size:
                _count_in(tx, collection, stripe, items, size)


def _planned(changes: dict[str, _Planned], sql: str) -> _Planned:
    """What is planned to be done by a statement so far."""
    planned = changes.get(sql)
    if planned is None:
        planned = changes[sql] = ([], [])
    return planned


def _add(tx: Transaction, sums: dict[tuple[int, int], tuple[int, int]], counted: Iterable[_Counted]) -> None:
    """Add what changes do to the statistics, by collection and stripe."""
    for collection, key, items, size in counted:
        if items or size:
            place = collection, _stripe(tx, key)
            before = sums.get(place)
            sums[place] = (items, size) if before is None else (before[0] + items, before[1] + size)


def _stripe(tx: Transaction, key: bytes) -> int:
    """The row that counts a key's row, of those that its collection is counted in."""
    return key[0] * tx.stripes >> 8


def insert(tx: Transaction, collection: int, key: bytes, body: bytes, size: int) -> bool:
    """Add a row; False where there is one of that key, which stays as it is."""
    added = tx.run(_INSERT, collection, key, body, size)
    if added:
        _count(tx, collection, key, 1, size)
    return added > 0


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


def hold_absent(tx: Transaction, collection: int, key: bytes) -> None:
    """Have those who would add a row that isn't there wait until the transaction ends, where the engine has locks.

    Raises Outdated where it is there now. A row that isn't there can't be locked, so one is made and deleted, which
    nobody ever sees.
    """
    if tx.lock:
        tx.one(_INSERT, collection, key, b"", 0)
        tx.do(_REMOVE, collection, key)


def total(tx: Transaction, collection: int) -> tuple[int, int]:
    """The number of rows, and the sum of their sizes."""
    row = tx.row(
        "SELECT coalesce(sum(items), 0), coalesce(sum(bytes), 0) FROM collections WHERE collection = ?", collection
    )
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


def slice_locked(
    tx: Transaction, collection: int, after: bytes, limit: int
) -> tuple[list[tuple[bytes, bytes]], bytes | None]:
    """The keys and bodies of at most `limit` rows behind `after` (b"" at first), locked, and where to go on.

    None there means the end; fewer than `limit` don't. A slice stays within a part of the store, for no database locks
    rows on several machines by one statement.
    """
    part = (after[0] if after else 0) * tx.parts >> 8
    end = END if part == tx.parts - 1 else bytes(((part + 1) * 256 // tx.parts,))
    found = tx.rows(
        f"SELECT key, body FROM items WHERE collection = ? AND key > ? AND key < ? ORDER BY key LIMIT ?{tx.lock}",  # noqa: S608
        *(collection, after, end, limit),
    )
    if len(found) == limit:
        return found, found[-1][0]
    return found, None if end == END else end


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
    _count_in(tx, collection, _stripe(tx, key), items, size)


def _count_in(tx: Transaction, collection: int, stripe: int, items: int, size: int) -> None:
    if not tx.count(collection, items, size):
        tx.do(COUNT, collection, stripe, items, size, turn=("collections", collection, stripe))
