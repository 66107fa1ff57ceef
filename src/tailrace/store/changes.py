"""Changes: the records of a table's stream, numbered shard by shard in the order of their commits, without a gap.

```
stream 7 ─┬─ shard 12  hashes 0 <= h < 2**62       numbers first_number(12) + 1, 2, 3 ...
          ├─ shard 13  hashes 2**62 <= h < 2**63   numbers first_number(13) + 1, 2, 3 ...
          └─ ...
```

A shard's row holds its latest number; the writing transaction takes the next one and holds the row until it commits.
So a reader that has seen number n will never find a new record below n. The rejected alternative, a sequence of the
database, gives numbers out before the commit: a reader passes one that appears behind it later, and loses it.

Each shard has a range of numbers of its own, so one key orders all records, numbers of two shards never collide, and a
child's are greater than its parent's (see `lineage.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, get_args

import orjson

from tailrace.base.errors import Missing
from tailrace.expression.values import item_size
from tailrace.store import resources
from tailrace.store.engine import Row, Transaction
from tailrace.store.image import Image
from tailrace.store.layout import ShardRange, StreamLayout, TableLayout, ViewType

TOPIC: Final = "changes"
HASH_END = 1 << 64
# The first million shards have room for 10**12 records each, those after them for 4 * 10**9 (a shard is open for some
# hours): a server that opens a shard every second has numbers for sixty years.
EARLY_SHARDS, EARLY_BITS, LATER_BITS = 1 << 20, 40, 32
_TEXT_BASE = 10**26  # a number's text has 27 digits, like AWS's

_ADDED: Final = b'{"eventName":"INSERT"'
_CHANGED: Final = b'{"eventName":"MODIFY"'
_REMOVED: Final = b'{"eventName":"REMOVE"'
"""How a record begins."""
_WITH_NEW: Final = ("NEW_AND_OLD_IMAGES", "NEW_IMAGE")
_WITH_OLD: Final = ("NEW_AND_OLD_IMAGES", "OLD_IMAGE")
_ENDS: Final[dict[ViewType, bytes]] = {
    view_type: b',"StreamViewType":"%b"}}' % view_type.encode() for view_type in get_args(ViewType)
}
"""How a record ends, by what the stream shows."""
_openings: Final[dict[int, bytes]] = {}  # of the latest second alone
_INSERT: Final = "INSERT INTO changes (sequence, created, body, origin) VALUES (?, ?, ?, ?)"
_INSERT_NEXT: Final = (
    "INSERT INTO changes (sequence, created, body, origin) SELECT latest - ?, ?, ?, ? FROM shards WHERE shard = ?"
)
_COLUMNS = "shard, name, low, high, parent, start, latest, trimmed, closed, opened"


class StoredChange(NamedTuple):
    """A record: its number, its JSON without what readers add, when it was written (epoch seconds), and the request
    that wrote it (None: no request did).
    """

    sequence: int
    body: bytes
    created: float
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Shard:
    """A shard of a stream.

    `first` is the number that every record's number is greater than (StartingSequenceNumber), `last` the number that
    none is greater than once the shard is closed (EndingSequenceNumber), None while it is open. Records up to
    `trimmed` are gone. `latest` is the number of the latest record (`first` without one).
    """

    shard: int
    name: str
    low: int
    high: int
    parent: str | None
    first: int
    last: int | None
    latest: int
    trimmed: int
    opened: float


def first_number(shard: int) -> int:
    """The number that all numbers of a shard are greater than, and none of a shard before it."""
    early, later = min(shard, EARLY_SHARDS), max(0, shard - EARLY_SHARDS)
    return (early << EARLY_BITS) + (later << LATER_BITS)


def shard_of(number: int) -> int:
    """The shard whose number it is."""
    first_later = EARLY_SHARDS << EARLY_BITS
    return number >> EARLY_BITS if number < first_later else EARLY_SHARDS + ((number - first_later) >> LATER_BITS)


def sequence_text(number: int) -> str:
    """A SequenceNumber: 27 digits."""
    return str(_TEXT_BASE + number)


def sequence_number(text: str) -> int | None:
    """The number of a SequenceNumber, or None where the text is none of ours (it may still be 21 to 40 digits)."""
    if not (text.isascii() and text.isdigit() and len(text) == 27 and text[0] == "1"):
        return None
    number = int(text) - _TEXT_BASE
    return number if number < 1 << 63 else None


def open_stream(tx: Transaction, shards: int, view_type: ViewType, now: float) -> StreamLayout:
    """Make a stream whose `shards` shards divide the hashes evenly."""
    stream = resources.next_number(tx, "stream")
    tx.do("INSERT INTO streams (stream, view_type, opened) VALUES (?, ?, ?)", stream, view_type, now)
    bounds = [HASH_END * part // shards for part in range(shards + 1)]
    ranges = tuple(open_shard(tx, stream, low, high, None, now) for low, high in zip(bounds, bounds[1:], strict=False))
    return StreamLayout(stream, view_type, ranges)


def fitting(tx: Transaction, shards: int) -> int:
    """The number of shards, at least so many, of which none takes hashes of two parts of the store."""
    return -(-shards // tx.parts) * tx.parts


def part_bounds(tx: Transaction, low: int, high: int) -> list[int]:
    """The hashes between `low` and `high`, neither of them included, at which a part of the store begins."""
    size = HASH_END // tx.parts
    return list(range((low // size + 1) * size, high, size))


def open_shard(tx: Transaction, stream: int, low: int, high: int, parent: str | None, now: float) -> ShardRange:
    """Add an open shard; `parent` is the name of the closed one that it continues.

    Where all of its hashes are of one part of the store its number tells that part, so its rows lie with its items.
    """
    if part_bounds(tx, low, high):
        shard = resources.next_number(tx, "shard")
    else:
        shard = resources.next_number(tx, "shard", tx.parts, low * tx.parts // HASH_END)
    first = first_number(shard)
    name = f"shardId-{int(now * 1000):020d}-{shard:08x}"
    tx.do(
        "INSERT INTO shards (shard, stream, name, parent, low, high, opened, start, latest, trimmed) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *(shard, stream, name, parent, str(low), str(high), now, first, first, first),
    )
    return ShardRange(shard, low, high)


def close_stream(tx: Transaction, stream: int, now: float) -> None:
    """Close every shard. What is in them stays readable until it is trimmed."""
    tx.do("UPDATE streams SET closed = ? WHERE stream = ? AND closed IS NULL", now, stream)
    tx.do("UPDATE shards SET closed = ? WHERE stream = ? AND closed IS NULL", now, stream)


def shards(tx: Transaction, stream: int, after: int = 0) -> list[Shard]:
    """All shards of a stream, or those with numbers above `after`; parents before their children."""
    rows = tx.rows(f"SELECT {_COLUMNS} FROM shards WHERE stream = ? AND shard > ? ORDER BY shard", stream, after)  # noqa: S608
    return [_shard(row) for row in rows]


def shard_number(name: str) -> int | None:
    """The number of a shard by its name, also after it was forgotten; None for a name that is none of ours.

    AWS's names carry the time; ours carry a millisecond count and the shard's own number, which is unique.
    """
    found = re.fullmatch(r"shardId-[0-9]{20}-([0-9a-f]{8,15})", name)
    return int(found[1], 16) if found else None


def shard(tx: Transaction, shard: int) -> Shard:
    """One shard by its number. Raises Missing."""
    row = tx.row(f"SELECT {_COLUMNS} FROM shards WHERE shard = ?", shard)  # noqa: S608
    if row is None:
        raise Missing(f"shard {shard}")
    return _shard(row)


def stream_of(tx: Transaction, shard: int) -> int:
    """The stream of a shard. Raises Missing."""
    row = tx.row("SELECT stream FROM shards WHERE shard = ?", shard)
    if row is None:
        raise Missing(f"shard {shard}")
    number: int = row[0]
    return number


def append(
    tx: Transaction,
    layout: TableLayout,
    writes: Sequence[tuple[bytes, Image, Image]],
    now: float,
    origin: str | None,
    cause: dict[str, Any] | None,
) -> None:
    """Add the records of one transaction's writes, each to the shard of its item's key. For the writes of items alone.

    A write is its item's key and the images before and after; `now`, `origin` and `cause` as `items.change` takes them.
    Raises Outdated where a shard is closed.
    """
    stream = layout.stream
    assert stream is not None, "a table without a stream has no records"
    view_type, key_names = stream.view_type, layout.key_names
    opening = _opening(int(now)) if cause is None else _opening_with(cause, int(now))
    if len(writes) == 1:
        key, old, new = writes[0]
        _insert(tx, stream.shard_of(key), [_record(view_type, key_names, old, new, opening)], now, origin)
    else:
        by_shard: dict[int, list[bytes]] = {}
        for key, old, new in writes:
            body = _record(view_type, key_names, old, new, opening)
            by_shard.setdefault(stream.shard_of(key), []).append(body)
        for shard, bodies in by_shard.items():
            _insert(tx, shard, bodies, now, origin)
    tx.notify(TOPIC, str(stream.stream))


def _insert(tx: Transaction, shard: int, bodies: list[bytes], now: float, origin: str | None) -> None:
    """Add records to a shard, in their order. Raises Outdated where it is closed."""
    count = len(bodies)
    latest = tx.advance(shard, count)
    if latest is None:
        turn = ("shards", shard)  # so it is held for the commit alone
        tx.one("UPDATE shards SET latest = latest + ? WHERE shard = ? AND closed IS NULL", count, shard, turn=turn)
        rows = [(count - place, now, body, origin, shard) for place, body in enumerate(bodies, 1)]
        tx.many(_INSERT_NEXT, rows, turn=turn)
    elif count == 1:
        tx.do(_INSERT, latest + 1, now, bodies[0], origin)
    else:
        tx.many(_INSERT, [(number, now, body, origin) for number, body in enumerate(bodies, latest + 1)])


def _opening(second: int) -> bytes:
    """What the records of one second have between their event's name and their keys, where nobody is to be named."""
    made = _openings.get(second)
    if made is None:
        _openings.clear()
        made = _openings[second] = b',"dynamodb":{"ApproximateCreationDateTime":%d,"Keys":' % second
    return made


def _opening_with(cause: dict[str, Any], second: int) -> bytes:
    return b',"userIdentity":' + orjson.dumps(cause) + _opening(second)


def _record(view_type: ViewType, key_names: tuple[str, ...], old: Image, new: Image, opening: bytes) -> bytes:
    """A record's JSON; keys and images are joined in as bytes."""
    old_body, new_body = old.body, new.body
    item = old.item if new_body is None else new.item
    assert item is not None, "a change from nothing to nothing is no change"
    keys = {name: item[name] for name in key_names}
    size = item_size(keys)
    event = _ADDED if old_body is None else _REMOVED if new_body is None else _CHANGED
    pieces = [event, opening, orjson.dumps(keys)]
    if new_body is not None and view_type in _WITH_NEW:
        pieces.append(b',"NewImage":')
        pieces.append(new_body)
        size += new.size
    if old_body is not None and view_type in _WITH_OLD:
        pieces.append(b',"OldImage":')
        pieces.append(old_body)
        size += old.size
    pieces.append(b',"SizeBytes":')
    pieces.append(str(size).encode())
    pieces.append(_ENDS[view_type])
    return b"".join(pieces)


def read(tx: Transaction, shard: int, after: int, records: int, bytes_limit: int) -> list[StoredChange]:
    """The records behind number `after`: at most `records`, and no more bytes than `bytes_limit`, but at least one.

    Fewer than `records` don't mean that there are no more; none means it.
    """
    first, end = max(after, first_number(shard)), first_number(shard + 1)
    # Lengths first: a thousand records may be a gigabyte, of which the limit lets a thousandth through.
    lengths = tx.rows(
        "SELECT sequence, length(body) FROM changes WHERE sequence > ? AND sequence < ? ORDER BY sequence LIMIT ?",
        first,
        end,
        records,
    )
    last, total = first, 0
    for sequence, length in lengths:
        total += length
        if last > first and total > bytes_limit:
            break
        last = sequence
    if last == first:
        return []
    rows = tx.rows(
        "SELECT sequence, body, created, origin FROM changes WHERE sequence > ? AND sequence <= ? "
        "ORDER BY sequence LIMIT ?",
        first,
        last,
        records,
    )
    return [StoredChange(*row) for row in rows]


def trimmed(tx: Transaction, shard: int) -> int:
    """Up to which number a shard's records are gone: all of them with the shard."""
    row = tx.row("SELECT trimmed FROM shards WHERE shard = ?", shard)
    return first_number(shard + 1) if row is None else int(row[0])


def reach(tx: Transaction, shard: int) -> tuple[int, int]:
    """The numbers up to which a shard's records are gone, and of its latest one. Raises Missing."""
    row = tx.row("SELECT trimmed, latest FROM shards WHERE shard = ?", shard)
    if row is None:
        raise Missing(f"shard {shard}")
    return row[0], row[1]


def trim(tx: Transaction, before: float, limit: int) -> int:
    """Forget at most `limit` records that were written before `before` (epoch seconds); how many they were.

    A shard that was closed before then goes too once it is empty, and its stream with the last of them.
    """
    left = limit
    # Within a shard records stand in the order of their times, so its first record tells whether any is old.
    for number, trimmed, latest in tx.rows(
        "SELECT shard, trimmed, latest FROM shards JOIN changes ON sequence = trimmed + 1 "
        "WHERE latest > trimmed AND opened < ? AND created < ? ORDER BY shard LIMIT ?",
        *(before, before, limit),
    ):
        old = tx.rows(
            "SELECT sequence FROM changes WHERE sequence > ? AND sequence <= ? AND created < ? "
            "ORDER BY sequence LIMIT ?",
            *(trimmed, latest, before, left),
        )
        if not old:
            continue  # another node trims, too
        left -= tx.run("DELETE FROM changes WHERE sequence > ? AND sequence <= ?", trimmed, old[-1][0])
        tx.do("UPDATE shards SET trimmed = ? WHERE shard = ? AND trimmed < ?", old[-1][0], number, old[-1][0])
        if left <= 0:
            break
    _forget_closed(tx, before, limit)
    return limit - left


def _forget_closed(tx: Transaction, before: float, limit: int) -> None:
    for number, stream in tx.rows(
        "SELECT shard, stream FROM shards WHERE closed < ? AND latest = trimmed ORDER BY shard LIMIT ?", before, limit
    ):
        tx.do("DELETE FROM shards WHERE shard = ?", number)
        tx.do(
            "DELETE FROM streams WHERE stream = ? AND NOT EXISTS (SELECT 1 FROM shards WHERE stream = ?)",
            *(stream, stream),
        )


def _shard(row: Row) -> Shard:
    shard, name, low, high, parent, start, latest, trimmed, closed, opened = row
    last = None if closed is None else latest
    return Shard(shard, name, int(low), int(high), parent, start, last, latest, trimmed, opened)
