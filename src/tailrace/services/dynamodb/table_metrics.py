"""What CloudWatch shows of tables: AWS's metrics of the namespace AWS/DynamoDB, counted where the figures are known.

```
throttle.begin ──> Metering: units, returned items ──settle──> the audit's entry ──gateway──> node.measurements
```
Read and written units are AWS's, whether or not somebody pays for them. A request of several tables counts in each.
Left out is what nobody has measured here: account limits, provisioned utilization, replication.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from tailrace.audit.entry import Entry, Measured
from tailrace.base.measurements import Metric
from tailrace.operation import Call, Node
from tailrace.services.dynamodb import capacity
from tailrace.services.dynamodb.paging import Page
from tailrace.services.dynamodb.table import Table
from tailrace.services.dynamodb.tally import Item, Kind, Tally, Values
from tailrace.store.items import Change

NAMESPACE = "AWS/DynamoDB"
_TABLE = ("TableName",)
_INDEX = ("TableName", "GlobalSecondaryIndexName")
_OPERATION = ("TableName", "Operation")

_KINDS: tuple[Kind, ...] = ("Read", "Write")
CONSUMED = {kind: Metric(NAMESPACE, f"Consumed{kind}CapacityUnits", "Count", _TABLE) for kind in _KINDS}
INDEX_CONSUMED = {kind: Metric(NAMESPACE, f"Consumed{kind}CapacityUnits", "Count", _INDEX) for kind in _KINDS}
THROTTLED = {kind: Metric(NAMESPACE, f"{kind}ThrottleEvents", "Count", _TABLE) for kind in _KINDS}
INDEX_THROTTLED = {kind: Metric(NAMESPACE, f"{kind}ThrottleEvents", "Count", _INDEX) for kind in _KINDS}
LATENCY = Metric(NAMESPACE, "SuccessfulRequestLatency", "Milliseconds", _OPERATION)
RETURNED_ITEMS: Final = Metric(NAMESPACE, "ReturnedItemCount", "Count", _OPERATION)
CONDITION_FAILED = Metric(NAMESPACE, "ConditionalCheckFailedRequests", "Count", _TABLE)
THROTTLED_REQUESTS = Metric(NAMESPACE, "ThrottledRequests", "Count", _OPERATION)
SYSTEM_ERRORS = Metric(NAMESPACE, "SystemErrors", "Count", _OPERATION)
USER_ERRORS = Metric(NAMESPACE, "UserErrors", "Count")
EXPIRED = Metric(NAMESPACE, "TimeToLiveDeletedItemCount", "Count", _TABLE)
_THROTTLING = frozenset(("ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"))


def answered(node: Node, entry: Entry) -> None:
    """Count a request of DynamoDB's or its streams' that has its answer."""
    if entry.error is None:
        if entry.settled is not None:
            node.measurements.note_all(entry.at, entry.settled, entry.ms)
        return
    measurements = node.measurements
    tables = [key[1:3] for key, value in (entry.measured or {}).items() if value is None]
    if entry.status >= 500:
        for scope, name in tables:
            measurements.add(entry.at, 1, SYSTEM_ERRORS, scope, name, entry.operation)
    elif entry.error in _THROTTLING:
        for scope, name in tables:
            measurements.add(entry.at, 1, THROTTLED_REQUESTS, scope, name, entry.operation)
    elif entry.error == "ConditionalCheckFailedException":
        for scope, name in tables:
            measurements.add(entry.at, 1, CONDITION_FAILED, scope, name)
    elif entry.principal is not None:
        measurements.add(entry.at, 1, USER_ERRORS, f"{entry.principal.account}/{entry.region}")


def count_read(call: Call, table: Table, size: int, consistent: bool) -> None:
    """What Metering does of a request that has read one item."""
    if call.entry is not None:
        series, units = table.series, capacity.read_units(size, consistent)
        latency = series.get(call.operation) or _latency(table, call.operation)
        call.entry.settled = {latency: None, series.get("Read") or _consumed(table, "Read"): units}


def begin_write(call: Call, table: Table) -> None:
    """What Metering does as it begins, for a request that is about to write one item: count its refusal, if any."""
    if call.entry is not None:
        call.entry.measured = {table.series.get(call.operation) or _latency(table, call.operation): None}


def count_write(call: Call, table: Table, change: Change, key: Item) -> None:
    """What Metering does of a request that has written one item."""
    entry = call.entry
    if entry is None:
        return
    if change.index_writes:
        tally = Metering(call, table)
        tally.write(table, change, key)
        tally.settle()
        return
    series, units = table.series, capacity.write_units(change.old.size, change.new.size)
    entry.settled = {series[call.operation]: None, series.get("Write") or _consumed(table, "Write"): units}


class Metering(Tally):
    """Counts what a request takes and returns: for the audit's entry, where the gateway finds it."""

    __slots__ = ("_call", "_values")

    def __init__(self, call: Call, *tables: Table) -> None:
        self._call = call
        values: Measured = {}
        self._values = values
        for table in tables:
            values[table.series.get(call.operation) or _latency(table, call.operation)] = None
        if call.entry is not None:
            call.entry.measured = values

    def read(self, table: Table, size: int, key: Item, consistent: bool, factor: float = 1.0) -> None:
        """Count it against the table."""
        self._count(table, "", "Read", factor * capacity.read_units(size, consistent))

    def read_many(self, table: Table, sizes: list[int], keys: Sequence[Item], *, consistent: bool) -> int:
        """Count them against the table: here all have room."""
        self._count(table, "", "Read", capacity.read_units_of_each(sizes, consistent=consistent))
        return len(sizes)

    def page(self, page: Page, index: str | None, *, consistent: bool, sought: Values | None = None) -> None:
        """Count it against the index, where it is a global one, else against the table."""
        bucket = "" if index is None or page.table.indexes[index].local else index
        self._count(page.table, bucket, "Read", capacity.read_units(page.bytes, consistent=consistent))
        if page.fetched_units:
            self._count(page.table, "", "Read", page.fetched_units)
        returned = (RETURNED_ITEMS, page.table.layout.scope, page.table.name, self._call.operation)
        self._values[returned] = page.count

    def write(self, table: Table, change: Change, key: Item, *, factor: float = 1.0) -> None:
        """Count it against the table with its local indexes, and against each global index that it changed."""
        own = capacity.write_units(change.old.size, change.new.size)
        if not change.index_writes:
            self._count(table, "", "Write", factor * own)
            return
        indexes = capacity.index_units(change.index_writes)
        local = [name for name in indexes if table.indexes[name].local] if table.has_local_indexes else ()
        self._count(table, "", "Write", factor * (own + sum(indexes.pop(name) for name in local)))
        for name, units in indexes.items():
            self._count(table, name, "Write", factor * units)

    def settle(self) -> None:
        """Have it counted, should the request succeed."""
        entry = self._call.entry
        if entry is None:
            return
        if entry.settled is None:
            entry.settled = self._values
        else:  # one of several statements
            for key, value in self._values.items():
                entry.settled[key] = None if value is None else value + (entry.settled.get(key) or 0.0)

    def _count(self, table: Table, index: str, kind: Kind, units: float) -> None:
        """Note what was taken of a table (index "") or of a global index."""
        place = (kind, index) if index else kind
        key = table.series.get(place) or _consumed(table, kind, index)
        values = self._values
        values[key] = (values.get(key) or 0.0) + units


def _consumed(table: Table, kind: Kind, index: str = "") -> tuple[Any, ...]:
    """The key of the units of one kind that the table, or a global index of it, takes."""
    scope, name = table.layout.scope, table.name
    key: tuple[Any, ...] = (INDEX_CONSUMED[kind], scope, name, index) if index else (CONSUMED[kind], scope, name)
    table.series[(kind, index) if index else kind] = key
    return key


def _latency(table: Table, operation: str) -> tuple[Any, ...]:
    """The key of the time that an operation takes."""
    key = table.series[operation] = (LATENCY, table.layout.scope, table.name, operation)
    return key


def held_up(call: Call, table: Table, kind: Kind, indexes: Sequence[str], count: int = 1) -> None:
    """Count reads or writes of items for which the table ("") or these global indexes had no room."""
    now, scope = call.clock.now(), table.layout.scope
    for index in indexes:
        own = (THROTTLED[kind], scope, table.name)
        key = (INDEX_THROTTLED[kind], scope, table.name, index) if index else own
        call.node.measurements.add_many(now, count, *key)
