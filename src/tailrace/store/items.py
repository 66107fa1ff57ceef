"""Items: every table and every index is a collection of (key, body) in one table, in the order of the key's bytes.

`change` is the one way in, and for several items of one transaction `batch.Batch`: put, update, delete and PartiQL end
here, batches, transactions and expiry there, and both decide by the same rule.

```
read old -> change(old) -> new -> write the item -> its index entries, its expiration -> append to the stream
```

All of it is one transaction, so an index never lags and a stream record is never missing or left over. The rejected
alternative, indexes written later from the stream as AWS does it, would need a second reader of every stream and show
clients a delay that no test of theirs can wait for reliably.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from tailrace.base.compression import adler32
from tailrace.store import changes, collections, expirations, history, index_entries
from tailrace.store.engine import Row, Transaction
from tailrace.store.image import NOTHING, Image
from tailrace.store.layout import IndexLayout, TableLayout

KEYS_MAX = 100  # what `get_many` takes: a statement with a mark for each is prepared once for each count
QUERY: Final = "SELECT body, size FROM items WHERE collection = ? AND key = ?"
"""What every writer of an item reads of it first, with `tx.lock` behind it: the same statement for the same lock."""
_SIZE: Final = "SELECT size FROM items WHERE collection = ? AND key = ?"
_UP: Final = "SELECT body, size FROM items WHERE collection = ? AND key >= ? AND key < ? ORDER BY key LIMIT ?"
_DOWN: Final = "SELECT body, size FROM items WHERE collection = ? AND key >= ? AND key < ? ORDER BY key DESC LIMIT ?"
_ABSENT: Final[Row] = (None, None)
END = collections.END
"""Behind every key: the upper bound of a range that takes a whole collection."""
_NONE: Final[Mapping[str, tuple[int, ...]]] = {}
_joins: Final[dict[tuple[str, int], str]] = {}  # the statement that asks for these columns of so many keys


class StoredItem:
    """An item or index entry as it stands: its key, its DynamoDB JSON, its size in bytes as AWS counts it."""

    __slots__ = ("body", "key", "size")

    def __init__(self, key: bytes, body: bytes, size: int) -> None:
        self.key = key
        self.body = body
        self.size = size


class Change:
    """What a write did, and what it costs.

    `index_writes` has the size of every entry write, by index name; indexes that needed none aren't named. `wrote` is
    False where the item stays as it was: nothing was written then.
    """

    __slots__ = ("index_writes", "new", "old", "wrote")

    def __init__(
        self, old: Image, new: Image, index_writes: Mapping[str, tuple[int, ...]] = _NONE, *, wrote: bool = True
    ) -> None:
        self.old = old
        self.new = new
        self.index_writes = index_writes
        self.wrote = wrote


def found(row: Row | None) -> Image:
    """What stands in a row of body and size."""
    return NOTHING if row is None else Image(None, row[0], row[1])


def unread(size: int | None) -> Image:
    """What is there of so many bytes, of which nothing else was read; NOTHING of None."""
    return NOTHING if size is None else Image(None, b"", size)


def differ(layout: TableLayout, old: Image, new: Image) -> bool:
    """Whether a write changes anything.

    The same attributes in another order are the same item, to a stream and to an index. A table without either tells
    nobody, so the row is written as it was given, which is cheaper than to compare the two value by value.
    """
    if new is old or new.body == old.body:
        return False
    if (layout.stream is None and not layout.indexes) or old.size != new.size:
        return True
    if not layout.indexes and _sum(old.body) != _sum(new.body):  # an index has both parsed anyway
        return True
    return old.item != new.item


def _sum(body: bytes | None) -> int:
    """What is the same of the same bytes in any order: one look at them, where to parse an item takes ten."""
    return 0 if body is None else adler32(body) & 0xFFFF


def get(tx: Transaction, layout: TableLayout, key: bytes) -> StoredItem | None:
    """The item of a primary key, or None."""
    row = tx.row(QUERY, layout.collection, key)
    return None if row is None else StoredItem(key, row[0], row[1])


def get_many(tx: Transaction, wanted: Mapping[int, Sequence[bytes]]) -> dict[int, list[Row]]:
    """Body and size of the items of some primary keys of some collections, by collection and in the order of its keys;
    both None of who isn't there.

    At most `KEYS_MAX`, and what stood at one moment.
    """
    assert sum(map(len, wanted.values())) <= KEYS_MAX, "the limit of a BatchGetItem"
    if tx.joins_in_order:
        return _join_all(tx, "body, size", wanted)
    tests = " OR ".join(f"collection = ? AND key IN ({', '.join('?' * len(keys))})" for keys in wanted.values())
    parameters: list[int | bytes] = []
    for collection, keys in wanted.items():
        parameters += (collection, *keys)
    # One query, for only that shows what stood at one moment where the rows lie on several machines.
    rows = tx.rows(f"SELECT collection, key, body, size FROM items WHERE {tests}", *parameters)  # noqa: S608 - marks
    there = {(collection, key): (body, size) for collection, key, body, size in rows}
    return {collection: [there.get((collection, key), _ABSENT) for key in keys] for collection, keys in wanted.items()}


def get_sizes(tx: Transaction, wanted: Mapping[int, Sequence[bytes]]) -> dict[int, list[Row]]:
    """What `get_many` gives without the bodies: the size alone in each row. For who may `replace` them."""
    return _join_all(tx, "size", wanted)


def _join_all(tx: Transaction, columns: str, wanted: Mapping[int, Sequence[bytes]]) -> dict[int, list[Row]]:
    return {collection: tx.rows(_join(columns, len(keys)), *keys, collection) for collection, keys in wanted.items()}


def _join(columns: str, count: int) -> str:
    """The statement that gives columns of so many keys in their order, and asks for nothing else: each column of a
    row costs as much as finding it. `IN` would have the keys sorted first, and its rows brought back into order.
    """
    text = _joins.get((columns, count))
    if text is None:
        marks = ", ".join(["(?)"] * count)
        text = _joins[columns, count] = (
            f"WITH wanted (key) AS (VALUES {marks}) SELECT {columns} "  # noqa: S608 - marks, and names from here
            "FROM wanted LEFT JOIN items ON items.collection = ? AND items.key = wanted.key"
        )
    return text


def change(
    tx: Transaction,
    layout: TableLayout,
    key: bytes,
    change: Callable[[Image], Image],
    now: float,
    cause: dict[str, Any] | None = None,
    origin: str | None = None,
) -> Change:
    """Replace the item of `key` by `change(old)`; NOTHING means that there is none.

    `change` is pure: it may raise, which leaves everything as it was, and it may run again. It returns the image that
    it was given, or one of a new dict with normalized values and the same primary key. `now` is epoch seconds; `cause`
    becomes the record's userIdentity; `origin` is kept with the record and shown to no reader of the stream.
    """
    old = found(tx.row(QUERY + tx.lock if tx.lock else QUERY, layout.collection, key))
    new = change(old)
    if not differ(layout, old, new):
        return Change(old, new, wrote=False)
    _write(tx, layout.collection, key, old, new)
    if layout.recorded:
        history.append(tx, layout.collection, [history.Replaced(key, old.body, old.size)], now)
    index_writes = _NONE
    if layout.indexes:
        entries = collections.RowChanges()
        index_writes = index_entries.plan(tx, entries, layout, key, old, new)
        entries.write(tx)
    if layout.expiry is not None:
        expirations.write(tx, layout.expiry, key, old.item, new.item)
    if layout.stream is not None:
        changes.append(tx, layout, [(key, old, new)], now, origin, cause)
    return Change(old, new, index_writes)


def can_replace(tx: Transaction, layout: TableLayout) -> bool:
    """Whether `replace` may be used: the table keeps nothing of what is replaced, and no writer has to lock it, which
    all do by one statement (`QUERY`).
    """
    return not layout.keeps and not tx.lock


def replace(tx: Transaction, layout: TableLayout, key: bytes, new: Image) -> Change:
    """What `change` does where nobody looks at the item that was there (`can_replace`), nor does who asked for it.

    Only its size is read, and that is all that the change tells of it: to read an item of 100 KB takes a tenth of what
    its write takes.
    """
    row = tx.row(_SIZE, layout.collection, key)
    old = unread(None if row is None else row[0])
    if new is old:
        return Change(old, new, wrote=False)
    _write(tx, layout.collection, key, old, new)
    return Change(old, new)


def _write(tx: Transaction, collection: int, key: bytes, old: Image, new: Image) -> None:
    if new.body is None:
        collections.remove_known(tx, collection, key, old.size)
    elif old.body is None:
        collections.insert_new(tx, collection, key, new.body, new.size)
    else:
        collections.replace_known(tx, collection, key, new.body, new.size, old.size)


def range(tx: Transaction, collection: int, low: bytes, high: bytes, *, reverse: bool = False, limit: int) -> list[Row]:
    """Body and size of at most `limit` items or entries with low <= key < high, in the order of keys or in reverse.

    Not their keys, with which reading takes a third longer: a body has the attributes that its key is made of.
    """
    return tx.rows(_DOWN if reverse else _UP, collection, low, high, limit)


def measure_range(tx: Transaction, collection: int, low: bytes, high: bytes) -> int:
    """The bytes of all items or entries with low <= key < high; reads each of them, so it is for rare questions."""
    row = tx.row(
        "SELECT coalesce(sum(size), 0) FROM items WHERE collection = ? AND key >= ? AND key < ?", collection, low, high
    )
    return int(row[0]) if row else 0


def measure(tx: Transaction, collection: int) -> tuple[int, int]:
    """How many items or entries a collection has, and their bytes as AWS counts them. Exact, and cheap."""
    return collections.total(tx, collection)


def drop(tx: Transaction, collection: int, limit: int) -> int:
    """Delete at most `limit` items of a collection that nobody writes to any more; how many they were."""
    return collections.drop(tx, collection, limit)


def build_index(tx: Transaction, layout: TableLayout, index: IndexLayout, after: bytes, limit: int) -> bytes | None:
    """Enter the next `limit` items behind `after` (b"" at first) into a new index; where to go on, None at the end.

    Safe beside writers as soon as `index` is part of the layout that they write with: what they have entered already
    is left alone, and a slice is one transaction.
    """
    found, last = collections.slice_locked(tx, layout.collection, after, limit)
    for key, body in found:
        index_entries.enter(tx, layout, index, key, Image(None, body))
    return last
