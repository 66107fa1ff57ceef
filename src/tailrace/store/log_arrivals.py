"""Log events in the order of their arrival, each once: what a live tail reads.

Numbers are given when an event is written, not when its transaction commits. SQLite has one writer, so there both are
one order. On PostgreSQL a lower number may become visible behind a higher one: what was read last is looked at again
for some seconds, for numbers that were not there.

```
settled ........... number, number, (not there yet), number        read: those that were
        └ nothing comes below any more
```
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from tailrace.store import log_events
from tailrace.store.engine import Transaction
from tailrace.store.log_events import PAGE_BYTES_MAX, LogEvent

SETTLING_SECONDS = 5.0  # a transaction that writes log events takes milliseconds


class Mark(NamedTuple):
    """How far arrivals were read.

    Nothing new comes at or below `settled`; `read` holds the numbers above it that were read. `next` becomes the
    settled one when its time has come, SETTLING_SECONDS after `since`. With one writer all is settled at once.
    """

    settled: int
    read: frozenset[int]
    next: int
    since: float
    one_writer: bool

    @property
    def latest(self) -> int:
        """The highest number that was read."""
        return max(self.read, default=self.settled)


def end(tx: Transaction, now: float, *, one_writer: bool) -> Mark:
    """Behind all that is there: where a tail begins, or goes on that can't keep up."""
    latest = log_events.latest(tx)
    return Mark(latest, frozenset(), latest, now, one_writer)


def arrived(
    tx: Transaction, scope: str, groups: Sequence[str], mark: Mark, now: float, limit: int
) -> tuple[list[tuple[str, LogEvent]], Mark]:
    """At most `limit` events of the groups that were not read yet, and about a megabyte of them, by number, each with
    its group's name; and the mark behind them. As long as some come there may be more.
    """
    names = {log_events.group_number(tx, scope, name): name for name in groups}
    # The plus keeps SQLite from an index by group, which would read a group's whole past.
    rows = tx.rows(
        "SELECT e.event, e.log_group, e.bytes FROM log_events e "
        f"WHERE e.event > ? AND +e.log_group IN ({', '.join('?' * len(names))}) ORDER BY e.event LIMIT ?",
        *(mark.settled, *names, limit + len(mark.read)),
    )
    new = [row for row in rows if row[0] not in mark.read][:limit]
    fitting = max(1, sum(total <= PAGE_BYTES_MAX for total in accumulate(size for _, _, size in new)))
    taken = {number: names[group] for number, group, _ in new[:fitting]}
    events = log_events.numbered(tx, list(taken))
    return [(taken[event.event], event) for event in events], _behind(mark, taken, now)


def _behind(mark: Mark, taken: dict[int, str], now: float) -> Mark:
    """The mark after these numbers were read, too."""
    latest = max(taken, default=mark.settled)
    if mark.one_writer:
        return mark._replace(settled=max(latest, mark.settled))
    read = mark.read | taken.keys()
    if now - mark.since < SETTLING_SECONDS:
        return mark._replace(read=read)
    above = frozenset(number for number in read if number > mark.next)
    return Mark(mark.next, above, max(above, default=mark.next), now, mark.one_writer)
