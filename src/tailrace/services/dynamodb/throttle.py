"""Throttling, for who asks for it (`tailrace serve --throttle`): each table and global index has the units it paid for.

Units that weren't used are saved up for five minutes, as on AWS; an on-demand table is limited where it names a
maximum. The rejected alternative, a limit on requests in the gateway, doesn't know what a request takes.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tailrace.base.errors import ApiError
from tailrace.base.token_bucket import Limit
from tailrace.operation import Call
from tailrace.services.dynamodb import table_metrics
from tailrace.services.dynamodb.insights_tally import Watching
from tailrace.services.dynamodb.table import Table
from tailrace.services.dynamodb.table_metrics import Metering
from tailrace.services.dynamodb.tally import Item, Kind, Tally

BURST_SECONDS = 300.0
MAXIMUM_SECONDS = 1.0  # what an on-demand maximum saves up

Document = dict[str, Any]


class _Meter(NamedTuple):
    """One bucket: of a table (part "") or of a global index by its name, for reads or for writes."""

    table_id: str
    part: str
    kind: Kind


def begin(call: Call, table: Table) -> Tally:
    """The tally of one run of a request's closure, about this table. Begun before what the closure may be refused."""
    tally = _Counting(call, table) if call.node.config.throttle else Metering(call, table)
    return tally if table.insights is None else Watching(call, tally)


def count_read(call: Call, table: Table, size: int, key: Item, consistent: bool) -> None:
    """The whole tally of a request that has read one item of so many bytes, once its closure is done. Raises the
    throttling error.
    """
    if table.insights is None and not call.node.config.throttle:
        table_metrics.count_read(call, table, size, consistent)
        return
    tally = begin(call, table)
    try:
        tally.read(table, size, key, consistent)
    except ApiError as refusal:
        refusal.make_good()
        raise
    tally.settle()


def begin_write(call: Call, table: Table) -> Tally | None:
    """The tally of a request that writes one item; None where it can't be refused for want of room and nobody counts
    its keys: then `table_metrics.count_write` counts it once its closure is done.
    """
    if table.insights is None and not call.node.config.throttle:
        table_metrics.begin_write(call, table)
        return None
    return begin(call, table)


def begin_many(call: Call, tables: Sequence[Table]) -> Tally:
    """The tally of one run of a request's closure, about these tables."""
    tally = _Counting(call, *tables) if call.node.config.throttle else Metering(call, *tables)
    return tally if all(table.insights is None for table in tables) else Watching(call, tally)


class _Counting(Metering):
    """Has buckets for what is metered, and refuses what they have no room for."""

    def __init__(self, call: Call, *tables: Table) -> None:
        super().__init__(call, *tables)
        self._buckets, self._now = call.node.buckets, call.clock.now()
        self._taken: dict[_Meter, tuple[float, Limit]] = {}
        self._held_up: list[tuple[Table, Kind, list[str], int]] = []

    def is_empty(self, table: Table, kind: Kind, index: str = "") -> bool:
        """Whether nothing is left of it."""
        return self._left(table, index, kind) <= 0

    def has_room(self, table: Table, kind: Kind) -> bool:
        """Whether none of the buckets is empty."""
        return not self._empty(table, kind)

    def read_many(self, table: Table, sizes: list[int], keys: Sequence[Item], *, consistent: bool) -> int:
        """Count them one by one, as no tally of tables without buckets does: each may be the last that has room."""
        return Tally.read_many(self, table, sizes, keys, consistent=consistent)

    def hold_up(self, table: Table, kind: Kind, keys: Sequence[Item]) -> None:
        """Count them against each empty bucket."""
        self._held_up.append((table, kind, self._empty(table, kind), len(keys)))

    def settle(self) -> None:
        """Take it out."""
        super().settle()
        self.refused()
        for meter, (units, limit) in self._taken.items():
            self._buckets.take(meter, units, limit, self._now)

    def refused(self) -> None:
        """Count what had no room."""
        held_up, self._held_up = self._held_up, []
        for table, kind, indexes, count in held_up:
            table_metrics.held_up(self._call, table, kind, indexes, count)

    def _empty(self, table: Table, kind: Kind) -> list[str]:
        """The buckets without room, by their indexes' names; the table's own is ""."""
        globals_ = [index.name for index in table.indexes.values() if not index.local]
        names = ["", *globals_] if kind == "Write" else [""]
        return [name for name in names if self.is_empty(table, kind, name)]

    def _count(self, table: Table, index: str, kind: Kind, units: float) -> None:
        if self.is_empty(table, kind, index):
            self._held_up.append((table, kind, [index], 1))
            error = refusal(table, kind, index)
            error.owes = self.refused
            raise error
        super()._count(table, index, kind, units)
        limit = _limit(table.document, index, kind)
        if limit is not None:
            meter = _Meter(table.document["TableId"], index, kind)
            self._taken[meter] = (self._taken.get(meter, (0.0, limit))[0] + units, limit)

    def _left(self, table: Table, index: str, kind: Kind) -> float:
        limit = _limit(table.document, index, kind)
        if limit is None:
            return 1.0
        meter = _Meter(table.document["TableId"], index, kind)
        return self._buckets.level(meter, limit, self._now) - self._taken.get(meter, (0.0,))[0]


def _limit(document: Document, index: str, kind: Kind) -> Limit | None:
    """What a table or index may use; None where nothing limits it."""
    part: Mapping[str, Any] = document
    if index:
        part = next(each for each in document["GlobalSecondaryIndexes"] if each["IndexName"] == index)
    if document["BillingMode"] == "PAY_PER_REQUEST":
        most = part.get("OnDemandThroughput", {}).get(f"Max{kind}RequestUnits", -1)
        return Limit(float(most), MAXIMUM_SECONDS) if most > 0 else None
    return Limit(float(part["ProvisionedThroughput"][f"{kind}CapacityUnits"]), BURST_SECONDS)


def refusal(table: Table, kind: Kind, index: str = "") -> ApiError:
    """AWS's two errors, of a provisioned and an on-demand table, each with the reason that its SDKs show."""
    where = f"{table.document['TableArn']}/index/{index}" if index else table.document["TableArn"]
    part = "Index" if index else "Table"
    if table.document["BillingMode"] == "PAY_PER_REQUEST":
        reason = {"reason": f"{part}{kind}MaxOnDemandThroughputExceeded", "resource": where}
        text = "Throughput exceeds the maximum OnDemandThroughput configured on table or index"
        return ApiError("ThrottlingException", text, members={"throttlingReasons": [reason]})
    reason = {"reason": f"{part}{kind}ProvisionedThroughputExceeded", "resource": where}
    text = (
        "The level of configured provisioned throughput for one or more global secondary indexes of the table was "
        "exceeded. Consider increasing your provisioning level for the under-provisioned global secondary indexes "
        "with the UpdateTable API"
        if index
        else "The level of configured provisioned throughput for the table was exceeded. Consider increasing your "
        "provisioning level with the UpdateTable API."
    )
    return ApiError("ProvisionedThroughputExceededException", text, members={"ThrottlingReasons": [reason]})
