"""ExecuteStatement and BatchExecuteStatement: PartiQL, one statement at a time or up to 25, each on its own terms."""

from __future__ import annotations

import asyncio
from typing import Any

from tailrace.base.errors import ApiError, Outdated
from tailrace.expression.partiql_nodes import Exists
from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.dynamodb import (
    capacity,
    item_keys,
    partiql_permissions,
    partiql_select,
    partiql_single,
    partiql_statement,
    partiql_writes,
    table,
    throttle,
    writes,
)
from tailrace.services.dynamodb.partiql_statement import Bound
from tailrace.services.dynamodb.table import Table
from tailrace.services.dynamodb.tally import Tally, final
from tailrace.services.dynamodb.writes import Write
from tailrace.store import items
from tailrace.store.engine import Transaction
from tailrace.store.items import Change, StoredItem

_CODES = {
    "AccessDeniedException": "AccessDenied",
    "ConditionalCheckFailedException": "ConditionalCheckFailed",
    "DuplicateItemException": "DuplicateItem",
    "ProvisionedThroughputExceededException": "ProvisionedThroughputExceeded",
    "ResourceNotFoundException": "ResourceNotFound",
    "ThrottlingException": "ThrottlingError",
    "TransactionConflictException": "TransactionConflict",
    "ValidationException": "ValidationError",
}

Answer = tuple[Shape, dict[str, Any] | None]


@operation("dynamodb", "ExecuteStatement", needs=None, on=anything, also=partiql_permissions.of_statement)
async def execute_statement(call: Call, request: Shape) -> Shape:
    """Read a page of items, or write one item.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteStatement.html
    """
    parameters = partiql_statement.parameters_of(request)
    bound = partiql_statement.bind(call, request, parameters)
    _check_alone(bound)
    if bound.is_read:
        return await partiql_select.execute(call, request, bound, parameters)
    return partiql_writes.answer(request, bound, *await _write(call, bound))


@operation("dynamodb", "BatchExecuteStatement", needs=None, on=anything, also=partiql_permissions.of_batch)
async def batch_execute_statement(call: Call, request: Shape) -> Shape:
    """Read, or write, up to 25 items. What is wrong with one statement is told in its place, and stops no other.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html
    """
    statements = request["Statements"]
    every = [_bound(call, each) for each in statements]
    if len({each.is_read for each in every if isinstance(each, Bound)}) > 1:
        raise ApiError.validation(
            "BatchExecuteStatement API does not support both read and write operations in the same request."
        )
    mode = request.get("ReturnConsumedCapacity", "NONE")
    # Each is a transaction of its own; those that wait for the disk at the same time are synced together.
    done = await asyncio.gather(*(_member(call, *each, mode) for each in zip(statements, every, strict=True)))
    answer: Shape = {"Responses": [response for response, _ in done]}
    if mode != "NONE":
        answer["ConsumedCapacity"] = capacity.summed([spent for _, spent in done if spent is not None])
    return answer


def _check_alone(bound: Bound) -> None:
    if isinstance(bound.statement, Exists):
        raise ApiError.validation("EXISTS can only be used in ExecuteTransaction write requests.")


def _bound(call: Call, statement: Shape) -> Bound | ApiError:
    """A statement of a batch, or why it is none."""
    try:
        bound = partiql_statement.bind(call, statement, partiql_statement.parameters_of(statement))
        _check_alone(bound)
    except ApiError as error:
        return _told(error)
    return bound


async def _member(call: Call, request: Shape, bound: Bound | ApiError, mode: str) -> Answer:
    """The response to one statement of a batch, and what it consumed."""
    if isinstance(bound, ApiError):
        return _failure(bound), None
    named = {"TableName": bound.name}
    try:
        if bound.is_read:
            return await _read(call, request, bound, mode)
        found, write, change = await _write(call, bound)
    except ApiError as error:
        is_known = error.code != "ResourceNotFoundException"
        return {**_failure(_told(error)), **(named if is_known else {})}, None
    shown = partiql_writes.returned(bound, write, change)
    spent = capacity.consumed(
        found,
        mode,
        capacity.write_units(change.old.size, change.new.size),
        capacity.index_units(change.index_writes),
    )
    return {**named, **({"Item": shown} if shown else {})}, spent


async def _read(call: Call, request: Shape, bound: Bound, mode: str) -> Answer:
    now = call.clock.now()

    consistent = request.get("ConsistentRead", False)

    def read(tx: Transaction) -> tuple[Table, StoredItem | None, Tally]:
        found = table.find(tx, call.scope, bound.name, now)
        tally = throttle.begin(call, found)
        key = partiql_single.key_of(found, bound, "BatchExecuteStatement")
        stored = items.get(tx, found.layout, item_keys.of_request(found, key))
        tally.read(found, stored.size if stored else 0, key, consistent=consistent)
        return found, stored, tally

    found, stored, tally = await final(call.store.view(read))
    tally.settle()
    units = capacity.read_units(stored.size if stored else 0, consistent=consistent)
    return {"TableName": bound.name, **partiql_select.shown(bound, stored)}, capacity.consumed(found, mode, units)


async def _write(call: Call, bound: Bound) -> tuple[Table, Write, Change]:
    now = call.clock.now()

    def change(tx: Transaction) -> tuple[Table, Write, Change, Tally]:
        found = table.find(tx, call.scope, bound.name, now)
        tally = throttle.begin(call, found)
        write = partiql_writes.write_of(bound, found)
        done = writes.perform(tx, found, write, now, call.origin)
        tally.write(found, done, write.key)
        return found, write, done, tally

    try:
        found, write, done, tally = await final(call.store.update(change, grouped=True))
    except Outdated as lost:
        raise writes.conflict(lost) from lost
    tally.settle()
    return found, write, done


def _told(error: ApiError) -> ApiError:
    """The error, if it is one that can be told of a single statement; all others are the whole request's."""
    if error.code not in _CODES:
        raise error
    return error


def _failure(error: ApiError) -> Shape:
    item = {"Item": error.members["Item"]} if "Item" in error.members else {}
    return {"Error": {"Code": _CODES[error.code], "Message": error.message, **item}}
