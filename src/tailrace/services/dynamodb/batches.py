"""BatchGetItem and BatchWriteItem: many items, each on its own terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any, Final

import orjson

from tailrace.base.errors import ApiError
from tailrace.expression import values
from tailrace.operation import Call, Need, Shape, anything, operation
from tailrace.services.dynamodb import (
    capacity,
    conditions,
    item_collections,
    item_keys,
    parameters,
    table,
    throttle,
    writes,
)
from tailrace.services.dynamodb.names import arn_of, resolve
from tailrace.services.dynamodb.table import Table
from tailrace.services.dynamodb.tally import Tally, final, finally_read
from tailrace.services.dynamodb.writes import Delete, Put, Write
from tailrace.store import items
from tailrace.store.batch import Batch
from tailrace.store.engine import Row, Transaction

GET_KEYS_MAX: Final = 100
WRITES_MAX: Final = 25
RESPONSE_BYTES_MAX = 16 * 1024 * 1024
REQUEST_BYTES_MAX = 16 * 1024 * 1024
DUPLICATES: Final = "Provided list of item keys contains duplicates"

Item = dict[str, Any]
_Fragment: Final = orjson.Fragment  # found once, not for each item
Done = tuple[Table, Write, items.Change]


def needed_to_get(call: Call, request: Shape) -> Iterable[Need]:
    """Each table's own permission, with the condition keys of what is asked of that table."""
    action = "dynamodb:BatchGetItem"
    return [
        Need(action, arn_of(call, name), partial(conditions.of_keys, call, name, each))
        for name, each in request["RequestItems"].items()
    ]


def needed_to_write(call: Call, request: Shape) -> Iterable[Need]:
    """Each table's own permission, with the condition keys of what is done to that table."""
    action = "dynamodb:BatchWriteItem"
    return [
        Need(action, arn_of(call, name), partial(conditions.of_writes, call, name, each))
        for name, each in request["RequestItems"].items()
    ]


class _Wanted:
    """The keys that a BatchGetItem wants of one table, as they were given."""

    def __init__(self, call: Call, given: str, request: Shape) -> None:
        self.given = given
        self.name = resolve(call, given)
        self.request = request
        self.consistent: bool = request.get("ConsistentRead", False)
        bindings = parameters.bindings_of(request, ("AttributesToGet",), ("ProjectionExpression",))
        self.projection = parameters.projection_of(request, bindings)
        bindings.check_unused()
        self.keys: list[Item] = [values.normalize_item(key) for key in request["Keys"]]


@operation("dynamodb", "BatchGetItem", needs=None, on=anything, also=needed_to_get)
async def batch_get_item(call: Call, request: Shape) -> Shape:
    """Read up to a hundred items by their keys, from several tables.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
    """
    wanted = [_Wanted(call, given, each) for given, each in request["RequestItems"].items()]
    if sum(len(each.keys) for each in wanted) > GET_KEYS_MAX:
        raise ApiError.validation("Too many items requested for the BatchGetItem call")
    now = call.clock.now()
    mode = request.get("ReturnConsumedCapacity", "NONE")

    def read(tx: Transaction) -> tuple[Shape, Tally]:
        tables = [table.find(tx, call.scope, each.name, now) for each in wanted]
        tally = throttle.begin_many(call, tables)
        located = [_locate(found, each) for found, each in zip(tables, wanted, strict=True)]
        answer: Shape = {"Responses": {}, "UnprocessedKeys": {}}
        room, spent = RESPONSE_BYTES_MAX, []
        there = _there(tx, tables, located)
        for found, each, rows in zip(tables, wanted, there, strict=True):
            room, units = _get(rows, found, each, answer, room, tally)
            spent.append((found, units))
        if mode != "NONE":
            answer["ConsumedCapacity"] = [capacity.consumed(found, mode, units) for found, units in spent]
        left = sum(len(each["Keys"]) for each in answer["UnprocessedKeys"].values())
        if left and left == sum(len(keys) for keys in located):
            refusal = throttle.refusal(tables[0], "Read")
            refusal.owes = tally.settle  # nothing was taken, but all was held up
            raise refusal
        return answer, tally

    at_hand = call.store.at_hand()
    answer, tally = await final(call.store.view(read)) if at_hand is None else finally_read(read, at_hand)
    tally.settle()
    return answer


def _locate(found: Table, wanted: _Wanted) -> list[bytes]:
    keys = [item_keys.of_request(found, key) for key in wanted.keys]
    if len(set(keys)) < len(keys):
        raise ApiError.validation(DUPLICATES)
    return keys


def _there(tx: Transaction, tables: list[Table], located: list[list[bytes]]) -> list[list[Row]]:
    """Body and size of all items that are wanted, in the order of each table's keys."""
    wanted: dict[int, list[bytes]] = {}
    for found, keys in zip(tables, located, strict=True):
        wanted.setdefault(found.layout.collection, []).extend(keys)
    rest = {collection: iter(rows) for collection, rows in items.get_many(tx, wanted).items()}
    # One iterator for a table that is named twice, by its name and by its ARN.
    return [list(islice(rest[found.layout.collection], len(keys))) for found, keys in zip(tables, located, strict=True)]


def _get(
    rows: list[Row],
    found: Table,
    wanted: _Wanted,
    answer: Shape,
    room: int,
    tally: Tally,
) -> tuple[int, float]:
    """Take one table's items into the answer until its room is used up; the room that is left, and the units."""
    sizes: list[int] = [row[1] or 0 for row in rows]
    fitting = _fitting(sizes, room)
    taken = tally.read_many(found, sizes[:fitting], wanted.keys, consistent=wanted.consistent)
    sizes = sizes[:taken]
    if taken < len(rows):
        left = wanted.request["Keys"][taken:]
        answer["UnprocessedKeys"][wanted.given] = {**wanted.request, "Keys": left}
    bodies = [row[0] for row in rows[:taken] if row[0] is not None]
    shown = wanted.projection
    answer["Responses"][wanted.given] = (
        [_Fragment(body) for body in bodies]
        if shown is None
        else [shown.project(orjson.loads(body)) for body in bodies]
    )
    room = 0 if taken == fitting < len(rows) else room - sum(sizes)
    return room, capacity.read_units_of_each(sizes, consistent=wanted.consistent)


def _fitting(sizes: list[int], room: int) -> int:
    """How many of the items have room one after the other."""
    for place, size in enumerate(sizes):
        room -= size
        if room < 0:
            return place
    return len(sizes)


@operation("dynamodb", "BatchWriteItem", needs=None, on=anything, also=needed_to_write)
async def batch_write_item(call: Call, request: Shape) -> Shape:
    """Put and delete up to 25 items in several tables.

    AWS may do a part of them and hand the rest back; here all that have room in their table's throughput are done, in
    one transaction.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
    """
    planned = [
        (resolve(call, given), [_planned(each) for each in requests])
        for given, requests in request["RequestItems"].items()
    ]
    if sum(len(each) for _, each in planned) > WRITES_MAX:
        raise ApiError.validation("Too many items requested for the BatchWriteItem call")
    if sum(write.given.size for _, each in planned for write in each) > REQUEST_BYTES_MAX:
        raise ApiError.validation("Request size exceeds the maximum of 16 MB for the BatchWriteItem call")
    now = call.clock.now()

    def change(tx: Transaction) -> tuple[list[Done], Shape, Tally]:
        tables = [table.find(tx, call.scope, name, now) for name, _ in planned]
        chosen = [
            _Chosen(found, given, each, write, key)
            for found, (given, requests), (_, plans) in zip(
                tables, request["RequestItems"].items(), planned, strict=True
            )
            for each, write, key in zip(requests, plans, _keys(found, plans), strict=True)
        ]
        tally = throttle.begin_many(call, tables)
        changes = _write(tx, call, chosen, now, tally)
        left = Shape()
        for number, each in enumerate(chosen):
            if number not in changes:
                left.setdefault(each.given, []).append(each.request)
        if not changes:
            refusal = throttle.refusal(tables[0], "Write")
            refusal.owes = tally.settle  # nothing was taken, but all was held up
            raise refusal
        return [(each.table, each.write, changes[n]) for n, each in enumerate(chosen) if n in changes], left, tally

    count = sum(len(each) for _, each in planned)
    done, left, tally = await final(call.store.update(change, grouped=True, rows=count))
    tally.settle()
    return {"UnprocessedItems": left, **await write_accounts(call, request, done)}


class _Chosen:
    """One write of a batch, with the name that its table was given and the request that goes back if it has to."""

    __slots__ = ("given", "key", "request", "table", "write")

    def __init__(self, table: Table, given: str, request: Shape, write: Write, key: bytes) -> None:
        self.table = table
        self.given = given
        self.request = request
        self.write = write
        self.key = key


def _keys(found: Table, plans: list[Put | Delete]) -> list[bytes]:
    keys = [write.locate(found) for write in plans]
    if len(set(keys)) < len(keys):
        raise ApiError.validation(DUPLICATES)
    return keys


def _write(tx: Transaction, call: Call, chosen: list[_Chosen], now: float, tally: Tally) -> dict[int, items.Change]:
    """What was done, by the write's place in the request; in the order of keys, as transactions do it, and for the same
    reason.
    """
    done: dict[int, items.Change] = {}
    batch = Batch(tx, now, call.origin)
    places = [(each.table.layout.collection, each.key) for each in chosen]
    # Contributor Insights look into items, other tallies only at their sizes.
    blind = all(each.table.insights is None and items.can_replace(tx, each.table.layout) for each in chosen)
    batch.read(places, blind=blind)
    for _, number in sorted(zip(places, range(len(places)), strict=True)):
        found, write = chosen[number].table, chosen[number].write
        if tally.has_room(found, "Write"):
            change = done[number] = writes.decide(batch, found, write, chosen[number].key)
            tally.write(found, change, write.key)
        else:
            tally.hold_up(found, "Write", [write.key])
    batch.write()
    return done


def _planned(request: Shape) -> Put | Delete:
    """One write request: a put or a delete, and not both."""
    if len(request) != 1:
        raise ApiError.validation(
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported "
            "datatypes"
        )
    if "PutRequest" in request:
        return Put(writes.given(request["PutRequest"]["Item"]))
    return Delete(writes.given(request["DeleteRequest"]["Key"]))


async def write_accounts(
    call: Call, request: Shape, done: list[tuple[Table, Write, items.Change]], *, transactional: bool = False
) -> Shape:
    """ConsumedCapacity and ItemCollectionMetrics of several writes, by table, where the request asks for them."""
    answer: Shape = {}
    mode = request.get("ReturnConsumedCapacity", "NONE")
    if mode != "NONE":
        answer["ConsumedCapacity"] = list(_units_by_table(done, mode, transactional=transactional))
    if request.get("ReturnItemCollectionMetrics") == "SIZE":
        written = [(found, write) for found, write, _ in done]
        answer["ItemCollectionMetrics"] = await item_collections.metrics(call, written)
    return answer


def _units_by_table(
    done: list[tuple[Table, Write, items.Change]], mode: str, *, transactional: bool
) -> Iterator[Shape]:
    factor = capacity.TRANSACTIONAL if transactional else 1.0
    tables = {found.name: found for found, _, _ in done}
    for name, found in tables.items():
        units, indexes = 0.0, dict[str, float]()
        for other, _, change in done:
            if other.name == name:
                units += factor * capacity.write_units(change.old.size, change.new.size)
                for index, spent in capacity.index_units(change.index_writes).items():
                    indexes[index] = indexes.get(index, 0.0) + factor * spent
        yield capacity.consumed(found, mode, units, indexes, transaction="Write" if transactional else "")
