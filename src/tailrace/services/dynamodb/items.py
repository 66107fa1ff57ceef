"""The four operations on one item: PutItem, GetItem, UpdateItem, DeleteItem."""

from __future__ import annotations

from typing import Final

import orjson

from tailrace.base.errors import ApiError, Outdated
from tailrace.expression import values
from tailrace.operation import Call, Shape, operation
from tailrace.services.dynamodb import (
    capacity,
    conditions,
    item_collections,
    item_keys,
    parameters,
    table,
    table_metrics,
    throttle,
    writes,
)
from tailrace.services.dynamodb.names import resolve, table_arn
from tailrace.services.dynamodb.table import Table
from tailrace.services.dynamodb.tally import Tally
from tailrace.services.dynamodb.writes import Delete, Put, Write
from tailrace.store import items
from tailrace.store.engine import Transaction
from tailrace.store.items import Change

_OLDER: Final = ("Expected", "ConditionalOperator")
_CONDITION: Final = ("ConditionExpression",)
_OLDER_OF_UPDATE: Final = ("AttributeUpdates", *_OLDER)
_OF_UPDATE: Final = ("UpdateExpression", *_CONDITION)
_NEEDED = ("TableName", "Key")
_PLAIN: Final = len(_NEEDED)
"""How many members a request has that says where, and what or which: no condition, and nothing to return."""
_WHOLE: Final = frozenset((*_NEEDED, "ConsistentRead", "ReturnConsumedCapacity"))
"""The members of a GetItem that asks for all of an item."""
_NOTHING_OR_OLD: Final = ("NONE", "ALL_OLD")


@operation("dynamodb", "GetItem", needs="dynamodb:GetItem", on=table_arn, context=conditions.of_get)
async def get_item(call: Call, request: Shape) -> Shape:
    """Read one item by its key.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html
    """
    name = resolve(call, request["TableName"])
    shown = None
    if len(request) > _PLAIN and not request.keys() <= _WHOLE:
        bindings = parameters.bindings_of(request, ("AttributesToGet",), ("ProjectionExpression",))
        shown = parameters.projection_of(request, bindings)
        bindings.check_unused()
    consistent = request.get("ConsistentRead", False)
    node, key, scope = call.node, values.normalize_item(request["Key"]), call.scope
    now = node.clock.now()

    def read(tx: Transaction) -> tuple[Table, items.StoredItem | None]:
        found = table.find(tx, scope, name, now)
        return found, items.get(tx, found.layout, item_keys.of_request(found, key))

    at_hand = node.store.at_hand()
    found, stored = await node.store.view(read) if at_hand is None else read(at_hand)
    size = 0 if stored is None else stored.size
    throttle.count_read(call, found, size, key, consistent)
    answer: Shape = {}
    if stored is not None:
        whole = orjson.Fragment(stored.body)
        answer["Item"] = whole if shown is None else shown.project(orjson.loads(stored.body))
    shown_units = request.get("ReturnConsumedCapacity", "NONE")
    if shown_units != "NONE":
        answer["ConsumedCapacity"] = capacity.consumed(found, shown_units, capacity.read_units(size, consistent))
    return answer


@operation("dynamodb", "PutItem", needs="dynamodb:PutItem", on=table_arn, context=conditions.of_item)
async def put_item(call: Call, request: Shape) -> Shape:
    """Create an item, or replace it whole.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html
    """
    if len(request) == _PLAIN:
        return await _write(call, request, Put(writes.given(request["Item"]), blind=True))
    _check_return_values(request)
    bindings = parameters.bindings_of(request, _OLDER, _CONDITION)
    put = writes.put_of(request, bindings)
    bindings.check_unused()
    return await _write(call, request, put)


@operation("dynamodb", "DeleteItem", needs="dynamodb:DeleteItem", on=table_arn, context=conditions.of_key)
async def delete_item(call: Call, request: Shape) -> Shape:
    """Delete one item by its key; one that isn't there is no error.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html
    """
    if len(request) == _PLAIN:
        return await _write(call, request, Delete(writes.given(request["Key"]), blind=True))
    _check_return_values(request)
    bindings = parameters.bindings_of(request, _OLDER, _CONDITION)
    delete = writes.delete_of(request, bindings)
    bindings.check_unused()
    return await _write(call, request, delete)


@operation("dynamodb", "UpdateItem", needs="dynamodb:UpdateItem", on=table_arn, context=conditions.of_key)
async def update_item(call: Call, request: Shape) -> Shape:
    """Change attributes of one item, which is made where it isn't there.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
    """
    bindings = parameters.bindings_of(request, _OLDER_OF_UPDATE, _OF_UPDATE)
    update = writes.update_of(request, bindings)
    bindings.check_unused()
    return await _write(call, request, update)


def _check_return_values(request: Shape) -> None:
    """Only an update has new values to return."""
    if request.get("ReturnValues", "NONE") not in _NOTHING_OR_OLD:
        raise ApiError.validation("ReturnValues can only be ALL_OLD or NONE")


async def _write(call: Call, request: Shape, write: Write) -> Shape:
    name, scope, now = resolve(call, request["TableName"]), call.scope, call.clock.now()

    def change(tx: Transaction) -> tuple[Table, Change, Tally | None]:
        found = table.find(tx, scope, name, now)
        tally = throttle.begin_write(call, found)
        done = writes.perform(tx, found, write, now, call.origin, counts_items=tally is not None)
        if tally is not None:
            tally.write(found, done, write.key)
        return found, done, tally

    try:
        found, done, tally = await call.store.update(change, grouped=True)
    except Outdated as lost:
        raise writes.conflict(lost) from lost
    except ApiError as refusal:
        refusal.make_good()  # as `tally.final` has it, in a coroutine less
        raise
    if tally is None:
        table_metrics.count_write(call, found, done, write.key)
    else:
        tally.settle()
    answer: Shape = {}
    if len(request) == _PLAIN:
        return answer
    wanted = request.get("ReturnValues", "NONE")
    if wanted != "NONE":
        attributes = writes.returned(write, done, wanted)
        if attributes:
            answer["Attributes"] = attributes
    if capacity.is_wanted(request):
        units = capacity.write_units(done.old.size, done.new.size)
        mode = request["ReturnConsumedCapacity"]
        answer["ConsumedCapacity"] = capacity.consumed(found, mode, units, capacity.index_units(done.index_writes))
    if request.get("ReturnItemCollectionMetrics") == "SIZE" and found.has_local_indexes:
        by_table = await item_collections.metrics(call, [(found, write)])
        [answer["ItemCollectionMetrics"]] = by_table[found.name]
    return answer
