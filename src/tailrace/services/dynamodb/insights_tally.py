"""Counting for contributor insights: which keys a request's units and refusals were about.

What is counted are AWS's ConsumedThroughputUnits, three times the write units and once the read units, and its
ThrottleCount. What a page takes is divided among the rows that were read, by their bytes; a page without any counts to
the partition that it was sought in. A local index is a part of its table. A write that an index had no room for isn't
counted as throttled, nor is a Scan, which has no key. AWS leaves PartiQL out; here it counts as what it stands for.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/contributorinsights_HowItWorks.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import orjson

from tailrace.base.contributors import Key, Rule
from tailrace.base.errors import ApiError
from tailrace.operation import Call
from tailrace.services.dynamodb import capacity
from tailrace.services.dynamodb.insight_rules import Watch
from tailrace.services.dynamodb.paging import Page
from tailrace.services.dynamodb.table import Table
from tailrace.services.dynamodb.tally import Item, Kind, Tally, Values
from tailrace.store.items import Change

WRITE_WEIGHT = 3.0
MINUTE_SECONDS = 60


class Watching(Tally):
    """Counts for insights, and has `inner` do what it does."""

    def __init__(self, call: Call, inner: Tally) -> None:
        self._contributors, self._clock, self._inner = call.node.contributors, call.clock, inner
        self._counts: list[tuple[Rule, Key, float]] = []
        self._refusals: list[tuple[Rule, Key, float]] = []

    def is_empty(self, table: Table, kind: Kind, index: str = "") -> bool:
        """As `inner` says."""
        return self._inner.is_empty(table, kind, index)

    def has_room(self, table: Table, kind: Kind) -> bool:
        """As `inner` says."""
        return self._inner.has_room(table, kind)

    def hold_up(self, table: Table, kind: Kind, keys: Sequence[Item]) -> None:
        """Count what the table has no room for as throttled, once the batch is settled."""
        watch = _watch(table)
        if watch is not None and self._inner.is_empty(table, kind):
            for key in keys:
                self._counts += _throttled(watch, key)

    def read(self, table: Table, size: int, key: Item, consistent: bool, factor: float = 1.0) -> None:
        """Count the item."""
        watch = _watch(table)
        with self._refused(watch, table, "Read", "", key):
            self._inner.read(table, size, key, consistent, factor)
        if watch is not None:
            self._counts += _accessed(watch, key, factor * capacity.read_units(size, consistent=consistent))

    def page(self, page: Page, index: str | None, *, consistent: bool, sought: Values | None = None) -> None:
        """Count the partition that was sought, and the rows of the page; without the former, the rows' partitions."""
        own = "" if index is None or page.table.indexes[index].local else index
        watch = _watch(page.table, own)
        partition = None if watch is None or sought is None else dict(zip(watch.hash, sought, strict=True))
        with self._refused(watch, page.table, "Read", own, partition):
            self._inner.page(page, index, consistent=consistent)
        if watch is None or watch.accessed is None:
            return
        units = capacity.read_units(page.bytes, consistent=consistent) + page.fetched_units
        if partition is not None:
            self._counts.append((watch.accessed, watch.partition(partition), units))
        for body, size in page.rows:
            counted = _accessed(watch, orjson.loads(body), units * size / page.bytes)
            self._counts += counted if partition is None else counted[1:]

    def write(self, table: Table, change: Change, key: Item, *, factor: float = 1.0) -> None:
        """Count the item with its local indexes' entries, and the entries of each global index."""
        watch = _watch(table)
        with self._refused(watch, table, "Write", "", key):
            self._inner.write(table, change, key, factor=factor)
        own = capacity.write_units(change.old.size, change.new.size)
        for name, sizes in change.index_writes.items():
            if table.indexes[name].local:
                own += sum(capacity.write_units(0, size) for size in sizes)
            elif (watched := _watch(table, name)) is not None:
                for entry, size in zip(_entries(change, watched, sizes), sizes, strict=True):
                    units = factor * capacity.write_units(0, size)
                    self._counts += _accessed(watched, entry, WRITE_WEIGHT * units)
        if watch is not None:
            self._counts += _accessed(watch, key, WRITE_WEIGHT * factor * own)

    def settle(self) -> None:
        """Add the counts to the node's."""
        self._inner.settle()
        self._add()

    def refused(self) -> None:
        """Add the refusals to the node's counts; what was taken beside them isn't true."""
        self._inner.refused()
        self._counts, self._refusals = self._refusals, []
        self._add()

    @contextmanager
    def _refused(self, watch: Watch | None, table: Table, kind: Kind, index: str, key: Item | None) -> Iterator[None]:
        """Have a refusal of what is done in it owe its count. Not at once: the closure may run again."""
        empty = watch is not None and key is not None and self._inner.is_empty(table, kind, index)
        try:
            yield
        except ApiError as refusal:
            if watch is not None and key is not None and empty:
                self._refusals += _throttled(watch, key)
                refusal.owes = self.refused
            raise

    def _add(self) -> None:
        minute = int(self._clock.now() // MINUTE_SECONDS)  # of its end: so that minutes come in their order
        for rule, key, weight in self._counts:
            self._contributors.add(rule, minute, key, weight)
        self._counts = []


def _watch(table: Table, index: str = "") -> Watch | None:
    return None if table.insights is None else table.insights.get(index)


def _entries(change: Change, watch: Watch, sizes: tuple[int, ...]) -> list[Item]:
    """The items whose entries were written: an entry that moved was taken from the old place and put in the new."""
    new, old = change.new.item, change.old.item
    if len(sizes) > 1:
        assert old is not None
        assert new is not None
        return [old, new]
    has_new = new is not None and all(name in new for name in (*watch.hash, *watch.range))
    found = new if has_new else old
    assert found is not None
    return [found]


def _accessed(watch: Watch, item: Item, units: float) -> list[tuple[Rule, Key, float]]:
    return _counts(watch, item, units, watch.accessed, watch.accessed_items)


def _throttled(watch: Watch, item: Item) -> list[tuple[Rule, Key, float]]:
    return _counts(watch, item, 1.0, watch.throttled, watch.throttled_items)


def _counts(
    watch: Watch, item: Item, weight: float, partitions: Rule | None, pairs: Rule | None
) -> list[tuple[Rule, Key, float]]:
    """The partition's count, and behind it the pair's, which the partition that a Query names alone hasn't."""
    if partitions is None:
        return []
    counts = [(partitions, watch.partition(item), weight)]
    if pairs is not None and all(name in item for name in watch.range):
        counts.append((pairs, watch.key(item), weight))
    return counts
