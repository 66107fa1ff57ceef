"""Histories: what a table's writes have replaced, so that the table can be read as it was.

```
now          a=3        c=7          the rows of `items`
3  a: 2                              each write, numbered in the order of commits, leaves what it found:
2       b: 5                         (collection, number, time, key, the old body or nothing)
1            c: nothing
as it was before 2:  a=2  b=5  c=7   each key's earliest old body from 2 on, else the row of now
```

An undo log: a write adds one row that is never read again unless somebody restores, and a row that is old enough is
simply deleted. The rejected alternative, copies taken now and then with a log of new bodies between them, needs the
copies even where nobody ever restores.

A collection is written down while its table is under continuous backup (`keep`) or while a reader copies it (`open`).
Numbers are dense, and a collection's row is held from its update to the commit, as with the shards of a stream; so a
position is a consistent state: all of the transactions before it and none behind. Times never run backwards within a
history, so the position of a time is found by halving.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tailrace.base.errors import Missing
from tailrace.store import collections, index_entries
from tailrace.store.engine import Transaction
from tailrace.store.image import Image
from tailrace.store.layout import TableLayout

NUMBER_BITS = 40  # of a row's number; the bits above are the collection, so one key orders all histories
NOW = 1 << 62
"""The position behind every write: reading there undoes nothing."""
NEVER = 1e15
"""The time since when a history is kept that is kept for its readers alone."""
_STEPS_MAX = NUMBER_BITS + 1
_PARTS_MAX = 16
_END = b"\xff" * 16  # behind every key


class Row(NamedTuple):
    """An item as it was: its key, its DynamoDB JSON, its size in bytes as AWS counts it."""

    key: bytes
    body: bytes
    size: int


class Replaced(NamedTuple):
    """What a write finds: the key, the body that stood there (None: nothing), and its size."""

    key: bytes
    body: bytes | None
    size: int


class Part(NamedTuple):
    """A part of a collection as it was; `last` is the key to go on behind, None at the end."""

    rows: list[Row]
    last: bytes | None


class Reader(NamedTuple):
    """Somebody who copies a collection as it was at a position."""

    collection: int
    position: int


def keep(tx: Transaction, collection: int, since: float, seconds: float) -> None:
    """Hold the collection's history from `since` (epoch seconds) on, and no longer than for `seconds`."""
    tx.do(
        "INSERT INTO histories (collection, latest, trimmed, written, since, seconds) VALUES (?, ?, ?, 0, ?, ?) "
        "ON CONFLICT (collection) DO UPDATE SET since = excluded.since, seconds = excluded.seconds",
        *(collection, collection << NUMBER_BITS, collection << NUMBER_BITS, since, seconds),
    )


def stop(tx: Transaction, collection: int) -> None:
    """Hold the history for those who read it now, and for nobody else."""
    tx.do("UPDATE histories SET since = ? WHERE collection = ?", NEVER, collection)


def earliest(tx: Transaction, collection: int, now: float) -> float | None:
    """The earliest time (epoch seconds) whose state can be read; None where no history is kept."""
    row = tx.row("SELECT since, seconds FROM histories WHERE collection = ?", collection)
    if row is None or row[0] >= NEVER:
        return None
    since, seconds = row
    return float(max(since, now - seconds))


def append(tx: Transaction, collection: int, replaced: Sequence[Replaced], now: float) -> None:
    """Write down what the writes of one transaction replace. For the writes of items alone, of `recorded` layouts.

    Raises Outdated where the collection has no history.
    """
    turn = ("histories", collection)
    tx.one(
        "UPDATE histories SET latest = latest + ?, written = CASE WHEN written > ? THEN written ELSE ? END "
        "WHERE collection = ?",
        *(len(replaced), now, now, collection),
        turn=turn,
    )
    tx.many(
        "INSERT INTO history (number, collection, created, key, body, size) "
        "SELECT latest - ?, collection, written, ?, ?, ? FROM histories WHERE collection = ?",
        [(len(replaced) - place, *each, collection) for place, each in enumerate(replaced, 1)],
        turn=turn,
    )


def position(tx: Transaction, collection: int, at: float) -> int:
    """The position of the state at the time `at`: of the first write after it; behind the last where there is none.

    A write that was acknowledged by `at` is part of that state, one that began after it isn't. Raises Missing.
    """
    trimmed, latest = _bounds(tx, collection)
    low, high = trimmed + 1, latest + 1  # the answer, both ends included
    for _ in range(_STEPS_MAX):
        if low >= high:
            break
        middle = (low + high) // 2
        row = tx.row("SELECT created FROM history WHERE number = ?", middle)
        if row is None:
            raise Missing(f"write {middle} of collection {collection}")
        if row[0] > at:
            high = middle
        else:
            low = middle + 1
    return low


def open(tx: Transaction, reader: str, collection: int, position: int | None = None) -> None:
    """Keep for `reader` what it takes to read the collection at `position`, or (None) as it stands in `tx`.

    The caller sees to it that the layout of a collection that is still written to is `recorded` until `close`; one
    that nobody writes to is read at `NOW`.
    """
    if position is None:
        tx.do(
            "INSERT INTO histories (collection, latest, trimmed, written, since, seconds) VALUES (?, ?, ?, 0, ?, 0) "
            "ON CONFLICT (collection) DO NOTHING",
            *(collection, collection << NUMBER_BITS, collection << NUMBER_BITS, NEVER),
        )
        position = _bounds(tx, collection)[1] + 1
    tx.do("INSERT INTO history_readers (reader, collection, position) VALUES (?, ?, ?)", reader, collection, position)


def close(tx: Transaction, reader: str) -> None:
    """Keep nothing more for `reader`."""
    tx.do("DELETE FROM history_readers WHERE reader = ?", reader)


def readers(tx: Transaction, collection: int | None = None) -> int:
    """How many copy this collection now, or any."""
    if collection is None:
        row = tx.row("SELECT count(*) FROM history_readers")
    else:
        row = tx.row("SELECT count(*) FROM history_readers WHERE collection = ?", collection)
    assert row is not None
    return int(row[0])


def reader(tx: Transaction, name: str) -> Reader | None:
    """What `name` reads, or None once it is closed."""
    row = tx.row("SELECT collection, position FROM history_readers WHERE reader = ?", name)
    return None if row is None else Reader(*row)


def read(tx: Transaction, what: Reader, after: bytes, limit: int, bytes_limit: int) -> Part:
    """The rows behind the key `after` (b"" at first), as they were at the reader's position.

    They are fewer than twice `limit`, and all that is read for them is bounded by both limits; so fewer rows than
    `limit`, or none, don't mean the end. What is new since the position is only passed over, many keys at a time, so
    writers who add items don't keep a reader from its end.
    """
    rows: list[Row] = []
    last: bytes | None = after
    for _ in range(_PARTS_MAX):
        assert last is not None
        part = _part(tx, what, last, limit, bytes_limit)
        rows += part.rows
        last = part.last
        if last is None or len(rows) >= limit or sum(len(row.body) for row in rows) >= bytes_limit:
            break
    return Part(rows, last)


def _part(tx: Transaction, what: Reader, after: bytes, limit: int, bytes_limit: int) -> Part:
    """What `limit` keys of now and `limit` keys of the history give, or fewer where they are too large together."""
    lengths = tx.rows(
        "SELECT key, length(body) FROM items WHERE collection = ? AND key > ? ORDER BY key LIMIT ?",
        *(what.collection, after, limit),
    )
    last, total = None if len(lengths) < limit else lengths[-1][0], 0
    for place, (_, length) in enumerate(lengths):
        total += length
        if total > bytes_limit and place:
            last = lengths[place - 1][0]
            break
    old, last = _undone(tx, what, after, last, limit, bytes_limit)
    rows = tx.rows(
        "SELECT key, body, size FROM items WHERE collection = ? AND key > ? AND key <= ? ORDER BY key LIMIT ?",
        *(what.collection, after, _END if last is None else last, limit),
    )
    found: dict[bytes, Row | None] = {row[0]: Row(*row) for row in rows}
    found.update(old)
    return Part([row for _, row in sorted(found.items()) if row is not None], last)


def _undone(
    tx: Transaction, what: Reader, after: bytes, last: bytes | None, limit: int, bytes_limit: int
) -> tuple[dict[bytes, Row | None], bytes | None]:
    """By key what writes from the position on have replaced first, up to `last` or to an earlier key, which is told.

    Key by key, each with two steps into the index: a key may have been written a million times.
    """
    found: dict[bytes, Row | None] = {}
    key, total = after, 0
    for _ in range(limit):
        row = tx.row(
            "SELECT key FROM history WHERE collection = ? AND key > ? ORDER BY key LIMIT 1", what.collection, key
        )
        if row is None or (last is not None and row[0] > last):
            return found, last
        key = row[0]
        first = tx.row(
            "SELECT body, size FROM history WHERE collection = ? AND key = ? AND number >= ? ORDER BY number LIMIT 1",
            *(what.collection, key, what.position),
        )
        if first is not None:
            body, size = first
            found[key] = None if body is None else Row(key, body, size)
            total += 0 if body is None else len(body)
            if total > bytes_limit:
                break
    return found, key


def enter(tx: Transaction, layout: TableLayout, rows: list[Row]) -> None:
    """Add rows of another table to a table that nobody writes to yet, with their index entries; again is no harm."""
    for key, body, size in rows:
        collections.insert(tx, layout.collection, key, body, size)
        if layout.indexes:
            image = Image(None, body, size)
            for index in layout.indexes:
                index_entries.enter(tx, layout, index, key, image)


def trim(tx: Transaction, now: float, limit: int) -> int:
    """Forget at most `limit` writes that nobody can ask for any more; how many they were.

    A history that is kept for nobody goes with its last write.
    """
    left = limit
    for collection, trimmed, latest, since, seconds in tx.rows(
        "SELECT collection, trimmed, latest, since, seconds FROM histories WHERE since >= ? OR (latest > trimmed AND "
        "(SELECT created FROM history WHERE number = histories.trimmed + 1) <= "
        "CASE WHEN since > ? - seconds THEN since ELSE ? - seconds END) ORDER BY collection LIMIT ?",
        *(NEVER, now, now, limit),
    ):
        end = min(_first_needed(tx, collection, since, now - seconds, latest), trimmed + 1 + left)
        if end > trimmed + 1:
            left -= tx.run("DELETE FROM history WHERE number > ? AND number < ?", trimmed, end)
            tx.do("UPDATE histories SET trimmed = ? WHERE collection = ?", end - 1, collection)
        if since >= NEVER and end > latest and not readers(tx, collection):
            tx.do("DELETE FROM histories WHERE collection = ?", collection)
        if left <= 0:
            break
    return limit - left


def _first_needed(tx: Transaction, collection: int, since: float, before: float, latest: int) -> int:
    """The number of the first write that a reader, or a restore that may come yet, has to undo."""
    row = tx.row("SELECT min(position) FROM history_readers WHERE collection = ?", collection)
    read_from = latest + 1 if row is None or row[0] is None else min(int(row[0]), latest + 1)
    return min(read_from, latest + 1 if since >= NEVER else position(tx, collection, max(since, before)))


def _bounds(tx: Transaction, collection: int) -> tuple[int, int]:
    """The last number that is forgotten, and the latest."""
    row = tx.row("SELECT trimmed, latest FROM histories WHERE collection = ?", collection)
    if row is None:
        raise Missing(f"the history of collection {collection}")
    return row[0], row[1]
