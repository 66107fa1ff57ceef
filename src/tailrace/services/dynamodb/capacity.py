"""Capacity units: what a request would have cost on AWS, for those that ask for it.

Nothing is throttled by them unless that was asked for (`throttle.py`): a server of one's own has the throughput that
its machine has.
Rules: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tailrace.services.dynamodb.table import Table

READ_UNIT_BYTES: Final = 4096
WRITE_UNIT_BYTES: Final = 1024
TRANSACTIONAL: Final = 2.0


def is_wanted(request: Mapping[str, Any]) -> bool:
    """Whether the request asks for its ConsumedCapacity."""
    mode: str | None = request.get("ReturnConsumedCapacity")
    return mode is not None and mode != "NONE"


def read_units(size: int, consistent: bool) -> float:
    """Units of reading `size` bytes in one go: 4 KB each, half where an older state would have done."""
    units = -(-size // READ_UNIT_BYTES) or 1
    return float(units) if consistent else units / 2


def read_units_of_each(sizes: list[int], *, consistent: bool) -> float:
    """Units of reading items of these sizes, each by itself."""
    units = len(sizes)
    for size in sizes:
        if size > READ_UNIT_BYTES:
            units += (size - 1) // READ_UNIT_BYTES
    return float(units) if consistent else units / 2


def write_units(old_size: int, new_size: int) -> float:
    """Units of writing an item: 1 KB each, of its larger state."""
    size = old_size if old_size > new_size else new_size
    return float(-(-size // WRITE_UNIT_BYTES) or 1)


def index_units(sizes: Mapping[str, tuple[int, ...]]) -> dict[str, float]:
    """Units of the index entries that a write has written, from their sizes."""
    return {name: sum(write_units(0, size) for size in each) for name, each in sizes.items()}


def consumed(
    table: Table,
    mode: str,
    table_units: float,
    indexes: Mapping[str, float] | None = None,
    *,
    transaction: str = "",
) -> dict[str, Any]:
    """One ConsumedCapacity shape: TOTAL has the sum, INDEXES also what the table and each index took of it.

    `transaction` is "Read" or "Write" for the two operations that also name their kind of units.
    """
    indexes = indexes or {}
    total = table_units + sum(indexes.values())
    answer: dict[str, Any] = {"TableName": table.name, "CapacityUnits": total}
    member = f"{transaction}CapacityUnits" if transaction else ""
    if member:
        answer[member] = total
    if mode != "INDEXES":
        return answer
    answer["Table"] = _units(table_units, member)
    for name, units in indexes.items():
        index = table.indexes.get(name)
        kind = "LocalSecondaryIndexes" if index and index.local else "GlobalSecondaryIndexes"
        answer.setdefault(kind, {})[name] = _units(units, member)
    return answer


def summed(shapes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The ConsumedCapacity of several requests, one a table, in the order in which the tables come first."""
    by_table: dict[str, dict[str, Any]] = {}
    for shape in shapes:
        known = by_table.get(shape["TableName"])
        by_table[shape["TableName"]] = shape if known is None else _added(known, shape)
    return list(by_table.values())


def _added(one: Any, other: Any) -> Any:
    """The sums of all numbers of two shapes; names are those of the first."""
    if isinstance(one, dict):
        members = dict.fromkeys((*one, *other))
        return {
            name: _added(one[name], other[name]) if name in one and name in other else one.get(name, other.get(name))
            for name in members
        }
    return one if isinstance(one, str) else one + other


def _units(units: float, member: str) -> dict[str, float]:
    return {"CapacityUnits": units, member: units} if member else {"CapacityUnits": units}
