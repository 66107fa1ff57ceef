"""SELECT: a Query of the key ranges that its WHERE clause asks for, or a Scan where it asks for none.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.select.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from tailrace.base.errors import ApiError
from tailrace.expression import partiql_keys
from tailrace.expression.partiql_keys import KeyPlan, ReadRange
from tailrace.expression.partiql_nodes import OrderKey, Select
from tailrace.operation import Call, Shape
from tailrace.services.dynamodb import capacity, errors, paging, partiql_token, read_plan, table
from tailrace.services.dynamodb.paging import Page
from tailrace.services.dynamodb.partiql_statement import Bound
from tailrace.services.dynamodb.partiql_token import Position
from tailrace.services.dynamodb.query import counted, read_capacity
from tailrace.services.dynamodb.read_plan import Source, Wishes
from tailrace.services.dynamodb.table import Table
from tailrace.services.dynamodb.tally import Tally, Values, final
from tailrace.store.engine import Transaction
from tailrace.store.items import END, StoredItem

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """Which rows to read, range by range, and in which direction each."""

    source: Source
    ranges: tuple[tuple[bytes, bytes], ...]
    reverse: bool
    partition: Values | None
    """The values of the partition key, where all ranges are of one partition."""


async def execute(call: Call, request: Shape, bound: Bound, parameters: list[Any]) -> Shape:
    """One page of a SELECT's items."""
    wanted = _wishes(request, bound)
    secret = await partiql_token.secret(call)
    asked = partiql_token.fingerprint(bound.text, parameters)
    token = request.get("NextToken")
    start = None if token is None else partiql_token.open_sealed(secret, asked, token)
    now = call.clock.now()

    def read(tx: Transaction) -> tuple[Page, int, Position | None, Tally]:
        found = table.find(tx, call.scope, bound.name, now)
        reading = plan(found, bound, wanted)
        collection = reading.source.collection
        if start is not None and start[0] != collection:
            raise partiql_token.mismatch()
        page, end = _read(tx, reading, wanted, start[1] if start else None)
        tally = counted(call, page, bound.target.index, request, reading.partition)[1]
        return page, collection, end, tally

    page, collection, end, tally = await final(call.store.view(read))
    tally.settle()
    answer: Shape = {"Items": page.found}
    if end is not None:
        answer["NextToken"] = partiql_token.seal(secret, asked, collection, end)
        answer["LastEvaluatedKey"] = page.last_key
    if capacity.is_wanted(request):
        answer["ConsumedCapacity"] = read_capacity(page, bound.target.index, request)
    return answer


def plan(found: Table, bound: Bound, wanted: Wishes) -> Reading:
    """What to read of the table or the index. Raises AWS's refusals of what can't be read so."""
    index_name = bound.target.index
    if index_name is not None:
        index = found.indexes.get(index_name)
        if index is None:
            raise ApiError.validation("The table does not have the specified index")
        if wanted.consistent and not index.local:
            raise ApiError.validation("Strongly consistent read is not supported on Global Secondary Indexes")
    source = read_plan.source(found, wanted)
    keyed = partiql_keys.read_ranges(bound.where, bound.bindings, source.hash, source.range)
    if keyed is not None and index_name is not None:
        _check_filtered(source, keyed)
    order = bound.statement.order if isinstance(bound.statement, Select) else ()
    if order:
        return _ordered(source, order, bound, keyed)
    ranges = ((b"", END),) if keyed is None else tuple((each.low, each.high) for each in keyed.ranges)
    return Reading(source, ranges, reverse=False, partition=_partition(keyed))


def shown(bound: Bound, stored: StoredItem | None) -> Shape:
    """The member Item of a SELECT by key in a batch or a transaction, which isn't there where the item isn't."""
    if stored is None:
        return {}
    if bound.columns is None:
        return {"Item": orjson.Fragment(stored.body)}
    return {"Item": bound.columns.project(orjson.loads(stored.body))}


def key_plan(found: Table, bound: Bound) -> KeyPlan | None:
    """The ranges of keys that a SELECT reads, None where it reads all of its table or index."""
    index = found.indexes.get(bound.target.index) if bound.target.index is not None else None
    hash_key, range_key = (index.hash, index.range) if index else (found.key[:1], found.key[1:])
    return partiql_keys.read_ranges(bound.where, bound.bindings, hash_key, range_key)


def _wishes(request: Shape, bound: Bound) -> Wishes:
    return Wishes(
        index_name=bound.target.index,
        select=None,
        filter=bound.filter,
        projection=bound.columns,
        limit=request.get("Limit"),
        consistent=request.get("ConsistentRead", False),
        start=None,
        reverse=False,
    )


def _check_filtered(source: Source, keyed: KeyPlan) -> None:
    """Rows of an index are filtered by what the index carries; of a Scan, what it doesn't carry is just missing."""
    index = source.index
    if index is None or index.projection == "ALL":
        return
    carried = source.start_names | index.attributes
    missing = [name for name in keyed.filtered if name not in carried]
    if missing:
        raise errors.invalid(
            f"Secondary index {index.name} does not project one or more filter attributes: [{', '.join(missing)}]"
        )


def _ordered(source: Source, order: tuple[OrderKey, ...], bound: Bound, keyed: KeyPlan | None) -> Reading:
    """ORDER BY the keys. Where the sort key isn't named it descends, whatever else is."""
    if bound.where is None:
        raise ApiError.validation("Must have WHERE clause in the statement when using ORDER BY clause.")
    names = [part.name for part in (*source.hash, *source.range)]
    for key in order:
        if len(key.path.steps) != 1 or key.path.steps[0] not in names:
            shown_path = str(key.path)
            raise ApiError.validation(f"Attribute {shown_path} in ORDER BY clause must be part of the primary key")
    if keyed is None:
        raise ApiError.validation(
            "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause."
        )
    descending = {str(key.path.steps[0]): key.descending for key in order}
    by_hash = [part.name for part in source.hash if part.name in descending]
    if len({each.hash_order for each in keyed.ranges}) > 1 and not by_hash:
        raise ApiError.validation(
            "Must have hash key in ORDER BY clause when more than one hash key condition specified in WHERE clause."
        )
    reverse = next((descending[part.name] for part in source.range if part.name in descending), True)
    ranges = sorted(keyed.ranges, key=_low, reverse=reverse)
    ranges.sort(key=_hash_order, reverse=bool(by_hash) and descending[by_hash[0]])
    return Reading(source, tuple((each.low, each.high) for each in ranges), reverse, _partition(keyed))


def _partition(keyed: KeyPlan | None) -> Values | None:
    """The partition that all ranges are of, if it is one."""
    hashes = [] if keyed is None else [each.hash_values for each in keyed.ranges]
    return hashes[0] if hashes and all(each == hashes[0] for each in hashes) else None


def _low(each: ReadRange) -> bytes:
    return each.low


def _hash_order(each: ReadRange) -> bytes:
    return each.hash_order


def _read(tx: Transaction, reading: Reading, wanted: Wishes, start: Position | None) -> tuple[Page, Position | None]:
    """Read range after range until the page is full; where it ends, unless all is read."""
    source = reading.source
    directed = wanted.directed(reading.reverse)
    page = Page(source.table)
    for number in range(start.range if start else 0, len(reading.ranges)):
        low, high = reading.ranges[number]
        if start is not None and number == start.range:
            low, high = (low, min(high, start.key)) if reading.reverse else (max(low, start.key + b"\0"), high)
        paging.read(tx, source, directed, low, high, page)
        if page.last_key is not None:
            return page, Position(number, paging.start_key(source, page.last_key))
    return page, None
