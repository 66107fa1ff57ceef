"""Log events: streams of a group, and their events in the order of time, then of arrival.

```
group (scope, name) ─┬─ stream  first, last, bytes ── events (timestamp, event number) ...
                     └─ stream ...
```

A group here is a number under a name; what AWS knows of it (retention, tags) is the service's document. Dropping one
takes its name away at once and its events in slices (`sweep`), so a new group of that name never shows old events.
Timestamps are milliseconds since the epoch. Stored bytes are each message's UTF-8 and 26 bytes more, as AWS counts.
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from tailrace.base.errors import Missing
from tailrace.store.engine import Transaction

TOPIC = "log_events"
EVENT_OVERHEAD_BYTES = 26
PAGE_BYTES_MAX = 1024 * 1024
TIME_MAX = (1 << 63) - 1

_LAST = "\U0010ffff"


class Position(NamedTuple):
    """The place of an event in its order: what pages go on from."""

    timestamp: int
    event: int


FIRST = Position(-1, 0)
LAST = Position(TIME_MAX, TIME_MAX)


class LogEvent(NamedTuple):
    """An event. `event` is its number: unique in the store, larger for a later arrival."""

    timestamp: int
    event: int
    stream: str
    message: str
    ingestion: int

    @property
    def position(self) -> Position:
        """Where it stands."""
        return Position(self.timestamp, self.event)


class LogStream(NamedTuple):
    """A stream. `first`, `last` and `ingestion` (of the latest arrival) are None while it never had an event."""

    name: str
    created: int
    first: int | None
    last: int | None
    ingestion: int | None
    bytes: int


_STREAM = "SELECT name, created, first, last, ingested, bytes FROM log_streams "
_EVENT = (
    "SELECT e.timestamp, e.event, s.name, e.message, e.ingested FROM log_events e "
    "JOIN log_streams s ON s.log_stream = e.log_stream AND s.log_group = e.log_group "
)


def ensure_stream(tx: Transaction, scope: str, group: str, stream: str, now: float) -> bool:
    """Make the stream (and the store's side of its group) unless it is there; whether it was made."""
    tx.do("INSERT INTO log_groups (scope, name) VALUES (?, ?) ON CONFLICT (scope, name) DO NOTHING", scope, group)
    made = tx.run(
        "INSERT INTO log_streams (log_group, name, created, bytes) VALUES (?, ?, ?, 0) "
        "ON CONFLICT (log_group, name) DO NOTHING",
        group_number(tx, scope, group),
        stream,
        int(now * 1000),
    )
    return made > 0


def append(
    tx: Transaction, scope: str, group: str, stream: str, events: Sequence[tuple[int, str]], ingestion_ms: int
) -> None:
    """Add events (timestamp, message) to a stream, in the order given.

    Raises Missing without such a stream, Outdated where it is being deleted.
    """
    found = _stream(tx, scope, group, stream)
    if found is None:
        raise Missing(f"log stream {stream} of {group} in {scope}")
    if not events:
        return
    of_group, number = found
    total = 0
    for timestamp, message in events:
        size = len(message.encode()) + EVENT_OVERHEAD_BYTES
        total += size
        tx.do(
            "INSERT INTO log_events (log_group, log_stream, timestamp, ingested, bytes, message) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            *(of_group, number, timestamp, ingestion_ms, size, message),
        )
    times = [timestamp for timestamp, _ in events]
    first, last = min(times), max(times)
    tx.one(
        "UPDATE log_streams SET bytes = bytes + ?, ingested = ?, "
        "first = CASE WHEN first < ? THEN first ELSE ? END, last = CASE WHEN last > ? THEN last ELSE ? END "
        "WHERE log_stream = ? AND log_group = ?",
        *(total, ingestion_ms, first, first, last, last, number, of_group),
        turn=("log_streams", number),
    )
    tx.notify(TOPIC, f"{scope} {group}")


def stands(tx: Transaction, scope: str, group: str, stream: str, event: tuple[int, str], ingestion_ms: int) -> bool:
    """Whether the stream has this event (timestamp, message) from an `append` of that time: for who can't know whether
    its commit stands.
    """
    found = _stream(tx, scope, group, stream)
    if found is None:
        return False
    of_group, number = found
    row = tx.row(
        "SELECT 1 FROM log_events "
        "WHERE log_stream = ? AND log_group = ? AND timestamp = ? AND ingested = ? AND message = ? LIMIT 1",
        *(number, of_group, event[0], ingestion_ms, event[1]),
    )
    return row is not None


def stream(tx: Transaction, scope: str, group: str, name: str) -> LogStream | None:
    """One stream, or None."""
    row = tx.row(_STREAM + "WHERE log_group = ? AND name = ?", group_number(tx, scope, group), name)
    return None if row is None else LogStream(*row)


def streams(
    tx: Transaction, scope: str, group: str, *, after: str = "", prefix: str = "", descending: bool = False, limit: int
) -> list[LogStream]:
    """At most `limit` streams whose names begin with `prefix`, behind `after` ("" at first), by name."""
    bound = "name < ?" if descending and after else "name > ?"
    rows = tx.rows(
        f"{_STREAM}WHERE log_group = ? AND {bound} AND name >= ? AND name < ? "
        f"ORDER BY name {_order(descending)} LIMIT ?",
        *(group_number(tx, scope, group), after, prefix, prefix + _LAST, limit),
    )
    return [LogStream(*row) for row in rows]


def streams_by_time(
    tx: Transaction, scope: str, group: str, *, after: tuple[int, str] | None, descending: bool = False, limit: int
) -> list[LogStream]:
    """At most `limit` streams by the time of their last event; one that has none counts as the oldest.

    `after` is (last or -1, name) of the stream to go on from, None at first.
    """
    bound = "<" if descending else ">"
    start = after or ((TIME_MAX, _LAST) if descending else (-2, ""))
    order = _order(descending)
    rows = tx.rows(
        f"{_STREAM}WHERE log_group = ? AND (coalesce(last, -1), name) {bound} (?, ?) "
        f"ORDER BY coalesce(last, -1) {order}, name {order} LIMIT ?",
        *(group_number(tx, scope, group), *start, limit),
    )
    return [LogStream(*row) for row in rows]


def events(
    tx: Transaction,
    scope: str,
    group: str,
    stream: str,
    *,
    after: Position = FIRST,
    before: Position = LAST,
    start: int = 0,
    end: int = TIME_MAX,
    backward: bool = False,
    limit: int,
    bytes_limit: int = PAGE_BYTES_MAX,
) -> list[LogEvent]:
    """At most `limit` events of a stream with start <= timestamp < end, between two positions (both exclusive).

    They come in the order of time, from the oldest on; `backward` takes the newest ones (in the order of time too),
    so the first position of one page is the `before` of the page above it. A page ends before the event that would
    pass `bytes_limit`, but has one.
    """
    found = _stream(tx, scope, group, stream)
    if found is None:
        return []
    order = _order(backward)
    where = (
        "WHERE e.log_stream = ? AND (e.timestamp, e.event) > (?, ?) AND (e.timestamp, e.event) < (?, ?) "
        f"AND e.timestamp >= ? AND e.timestamp < ? ORDER BY e.timestamp {order}, e.event {order} LIMIT ?"
    )
    bounds = (found[1], *after, *before, start, end)
    # Sizes first: ten thousand events may be gigabytes, of which the limit lets one megabyte through.
    sizes = tx.rows(f"SELECT e.bytes FROM log_events e {where}", *bounds, limit)
    fitting = sum(total <= bytes_limit for total in accumulate(size for (size,) in sizes))
    rows = tx.rows(_EVENT + where, *bounds, max(fitting, 1) if sizes else 0)
    return [LogEvent(*row) for row in (reversed(rows) if backward else rows)]


def filter(
    tx: Transaction,
    scope: str,
    group: str,
    *,
    streams: Sequence[str] = (),
    prefix: str = "",
    after: Position = FIRST,
    start: int = 0,
    end: int = TIME_MAX,
    backward: bool = False,
    limit: int,
) -> list[LogEvent]:
    """At most `limit` events of a group behind a position, across its streams in the order of time; `backward` those
    before the position, the newest one first.

    Of the named streams alone where some are named, else of those whose name begins with `prefix`.
    """
    order, beyond = _order(backward), "<" if backward else ">"
    names = f"AND s.name IN ({', '.join('?' * len(streams))}) " if streams else "AND s.name >= ? AND s.name < ? "
    rows = tx.rows(
        f"{_EVENT}WHERE e.log_group = ? AND (e.timestamp, e.event) {beyond} (?, ?) "
        f"AND e.timestamp >= ? AND e.timestamp < ? {names}ORDER BY e.timestamp {order}, e.event {order} LIMIT ?",
        *(group_number(tx, scope, group), *after, start, end, *(streams or (prefix, prefix + _LAST)), limit),
    )
    return [LogEvent(*row) for row in rows]


def tail(tx: Transaction, scope: str, group: str, after: int, limit: int) -> list[LogEvent]:
    """At most `limit` events of a group with numbers above `after`, in the order of their arrival."""
    rows = tx.rows(
        f"{_EVENT}WHERE e.event > ? AND e.log_group = ? ORDER BY e.event LIMIT ?",
        after,
        group_number(tx, scope, group),
        limit,
    )
    return [LogEvent(*row) for row in rows]


def latest(tx: Transaction) -> int:
    """The number of the latest event of all: where a tail begins."""
    row = tx.row("SELECT coalesce(max(event), 0) FROM log_events")
    return int(row[0]) if row else 0


def event(tx: Transaction, number: int) -> LogEvent | None:
    """One event by its number, or None where it was trimmed or never was."""
    row = tx.row(_EVENT + "WHERE e.event = ?", number)
    return None if row is None else LogEvent(*row)


def numbered(tx: Transaction, numbers: Sequence[int]) -> list[LogEvent]:
    """The events with these numbers, by number; those that are still there."""
    if not numbers:
        return []
    rows = tx.rows(f"{_EVENT}WHERE e.event IN ({', '.join('?' * len(numbers))}) ORDER BY e.event", *numbers)
    return [LogEvent(*row) for row in rows]


def stored_bytes(tx: Transaction, scope: str, group: str) -> int:
    """The bytes of a group's events, as AWS counts them."""
    row = tx.row("SELECT coalesce(sum(bytes), 0) FROM log_streams WHERE log_group = ?", group_number(tx, scope, group))
    return int(row[0]) if row else 0


def trim(tx: Transaction, scope: str, group: str, before_ms: int, limit: int) -> int:
    """Delete at most `limit` events of a group that are older than `before_ms`; how many they were."""
    gone = tx.rows(
        "DELETE FROM log_events WHERE event IN (SELECT event FROM log_events WHERE log_group = ? AND timestamp < ? "
        "ORDER BY timestamp, event LIMIT ?) RETURNING log_stream, bytes",
        *(group_number(tx, scope, group), before_ms, limit),
    )
    sizes: dict[int, int] = {}
    for number, size in gone:
        sizes[number] = sizes.get(number, 0) + size
    for number, size in sizes.items():
        tx.do(
            "UPDATE log_streams SET bytes = bytes - ?, "
            "first = (SELECT min(timestamp) FROM log_events WHERE log_stream = ?) WHERE log_stream = ?",
            *(size, number, number),
        )
    return len(gone)


def drop_stream(tx: Transaction, scope: str, group: str, stream: str) -> bool:
    """Delete a stream; whether there was one. Its events can't be read any more, and `sweep` deletes them."""
    found = _stream(tx, scope, group, stream)
    if found is None:
        return False
    return tx.run("UPDATE log_streams SET log_group = NULL WHERE log_stream = ?", found[1]) > 0


def drop_group(tx: Transaction, scope: str, group: str) -> bool:
    """Delete a group; whether it had streams. None of them can be read any more, and `sweep` deletes them."""
    return tx.run("UPDATE log_groups SET scope = NULL, name = NULL WHERE scope = ? AND name = ?", scope, group) > 0


def sweep(tx: Transaction, limit: int) -> int:
    """Delete at most `limit` events or streams of what was dropped; how many they were, 0 when nothing is left."""
    group = tx.row("SELECT log_group FROM log_groups WHERE scope IS NULL LIMIT 1")
    if group is not None:
        return _sweep(tx, "log_group", group[0], limit) or (
            # Streams of the group become dropped ones: they have no events any more, so they go at the next sweep.
            tx.run(
                "UPDATE log_streams SET log_group = NULL WHERE log_stream IN "
                "(SELECT log_stream FROM log_streams WHERE log_group = ? LIMIT ?)",
                *(group[0], limit),
            )
            or tx.run("DELETE FROM log_groups WHERE log_group = ?", group[0])
        )
    stream = tx.row("SELECT log_stream FROM log_streams WHERE log_group IS NULL LIMIT 1")
    if stream is None:
        return 0
    return _sweep(tx, "log_stream", stream[0], limit) or tx.run(
        "DELETE FROM log_streams WHERE log_stream = ?", stream[0]
    )


def _sweep(tx: Transaction, column: str, number: int, limit: int) -> int:
    return tx.run(
        f"DELETE FROM log_events WHERE event IN (SELECT event FROM log_events WHERE {column} = ? LIMIT ?)",  # noqa: S608
        number,
        limit,
    )


def group_number(tx: Transaction, scope: str, group: str) -> int:
    """A group's number; 0, which no group has, where there is none."""
    row = tx.row("SELECT log_group FROM log_groups WHERE scope = ? AND name = ?", scope, group)
    return int(row[0]) if row else 0


def _stream(tx: Transaction, scope: str, group: str, stream: str) -> tuple[int, int] | None:
    """The numbers of a stream's group and of the stream."""
    row = tx.row(
        "SELECT g.log_group, s.log_stream FROM log_groups g JOIN log_streams s ON s.log_group = g.log_group "
        "WHERE g.scope = ? AND g.name = ? AND s.name = ?",
        *(scope, group, stream),
    )
    return None if row is None else (row[0], row[1])


def _order(descending: bool) -> str:
    return "DESC" if descending else "ASC"
