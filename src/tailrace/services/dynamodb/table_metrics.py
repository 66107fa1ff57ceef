"""What CloudWatch shows of tables: AWS's metrics of the namespace AWS/DynamoDB, counted where the figures are known.

```
throttle.begin ──> Metering: units, returned items ──settle──> node.measurements
              └──> the audit's entry: which tables' latency the request counts in ──gateway──> answered
```
Read and written units are AWS's, whether or not somebody pays for them. A request of several tables counts in each.
Left out is what nobody has measured here: account limits, provisioned utilization, replication.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tailrace.audit.entry import Entry
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
RETURNED_ITEMS = Metric(NAMESPACE, "ReturnedItemCount", "Count", _OPERATION)
CONDITION_FAILED = Metric(NAMESPACE, "ConditionalCheckFailedRequests", "Count", _TABLE)
THROTTLED_REQUESTS = Metric(NAMESPACE, "ThrottledRequests", "Count", _OPERATION)
SYSTEM_ERRORS = Metric(NAMESPACE, "SystemErrors", "Count", _OPERATION)
USER_ERRORS = Metric(NAMESPACE, "UserErrors", "Count")
EXPIRED = Metric(NAMESPACE, "TimeToLiveDeletedItemCount", "Count", _TABLE)
_THROTTLING = frozenset(("ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"))


def begin(call: Call, table: Table) -> None:
    """Have the request count in this table's latency, or in its errors."""
    entry = call.entry
    if entry is None:
        return
    key = table.series.get(call.operation)
    if key is None:
        key = table.series[call.operation] = (LATENCY, table.layout.scope, table.name, call.operation)
    if not entry.measured:
        entry.measured = (key,)
    elif key not in entry.measured:  # a closure that runs again is the same request
        entry.measured += (key,)


def answered(node: Node, entry: Entry) -> None:
    """Count a request of DynamoDB's or its streams' that has its answer."""
    measurements = node.measurements
    if entry.error is None:
        for key in entry.measured:
            measurements.note(entry.at, entry.ms, key)
        return
    tables = [key[1:3] for key in entry.measured]
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


class Metering(Tally):
    """Counts what a request takes and returns."""

    __slots__ = ("_call", "_returned", "_used")

    def __init__(self, call: Call) -> None:
        self._call = call
        self._used: dict[tuple[Any, ...], float] = {}
        self._returned: tuple[tuple[Any, ...], int] | None = None

    def read(self, table: Table, size: int, key: Item, *, consistent: bool, factor: float = 1.0) -> None:
        """Count it against the table."""
        self._count(table, "", "Read", factor * capacity.read_units(size, consistent=consistent))

    def page(self, page: Page, index: str | None, *, consistent: bool, sought: Values | None = None) -> None:
        """Count it against the index, where it is a global one, else against the table."""
        bucket = "" if index is None or page.table.indexes[index].local else index
        self._count(page.table, bucket, "Read", capacity.read_units(page.bytes, consistent=consistent))
        if page.fetched_units:
            self._count(page.table, "", "Read", page.fetched_units)
        key = (RETURNED_ITEMS, page.table.layout.scope, page.table.name, self._call.operation)
        self._returned = (key, page.count)

    def write(self, table: Table, change: Change, key: Item, *, factor: float = 1.0) -> None:
        """Count it against the table with its local indexes, and against each global index that it changed."""
        own = capacity.write_units(change.old_size, change.new_size)
        if not change.index_writes:
            self._count(table, "", "Write", factor * own)
            return
        indexes = capacity.index_units(change.index_writes)
        own += sum(units for name, units in indexes.items() if table.indexes[name].local)
        self._count(table, "", "Write", factor * own)
        for name, units in indexes.items():
            if not table.indexes[name].local:
                self._count(table, name, "Write", factor * units)

    def settle(self) -> None:
        """Add it to the node's measurements."""
        call = self._call
        measurements = call.node.measurements
        now = call.clock.now() if call.entry is None else call.entry.at
        for key, units in self._used.items():
            measurements.note(now, units, key)
        if self._returned is not None:
            measurements.note(now, self._returned[1], self._returned[0])

    def _count(self, table: Table, index: str, kind: Kind, units: float) -> None:
        """Note what was taken of a table (index "") or of a global index."""
        if index:
            key: tuple[Any, ...] = (INDEX_CONSUMED[kind], table.layout.scope, table.name, index)
        else:
            key = table.series.get(kind) or _series_of(table, kind)
        used = self._used
        used[key] = used[key] + units if key in used else units


def _series_of(table: Table, kind: Kind) -> tuple[Any, ...]:
    """The key of the units of one kind that the table takes."""
    key = table.series[kind] = (CONSUMED[kind], table.layout.scope, table.name)
    return key


def held_up(call: Call, table: Table, kind: Kind, indexes: Sequence[str], count: int = 1) -> None:
    """Count reads or writes of items for which the table ("") or these global indexes had no room."""
    now, scope = call.clock.now(), table.layout.scope
    for index in indexes:
        own = (THROTTLED[kind], scope, table.name)
        key = (INDEX_THROTTLED[kind], scope, table.name, index) if index else own
        call.node.measurements.add_many(now, count, *key)
