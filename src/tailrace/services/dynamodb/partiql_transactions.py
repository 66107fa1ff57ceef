"""ExecuteTransaction: up to a hundred statements, all reads or all writes, all or none of them."""

from __future__ import annotations

from typing import Any

from tailrace.base.errors import ApiError, Outdated
from tailrace.expression.partiql_nodes import Exists
from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.dynamodb import (
    capacity,
    idempotency,
    partiql_permissions,
    partiql_select,
    partiql_single,
    partiql_statement,
    partiql_writes,
    table,
    throttle,
    transactions,
)
from tailrace.services.dynamodb.batches import write_accounts
from tailrace.services.dynamodb.partiql_statement import Bound
from tailrace.services.dynamodb.table import Table
from tailrace.services.dynamodb.tally import NOTHING, Tally, final
from tailrace.services.dynamodb.writes import Write
from tailrace.store.engine import Transaction
from tailrace.store.items import Change, StoredItem

Found = tuple[Table, StoredItem | None]
Done = tuple[Table, Write, Change]


@operation("dynamodb", "ExecuteTransaction", needs=None, on=anything, also=partiql_permissions.of_transaction)
async def execute_transaction(call: Call, request: Shape) -> Shape:
    """Read, or write, up to a hundred items as they stand at one moment.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteTransaction.html
    """
    given = request["TransactStatements"]
    parameters = [partiql_statement.parameters_of(each) for each in given]
    every = [_bound(call, place, each, parameters[place]) for place, each in enumerate(given)]
    if len({bound.is_read for bound in every}) > 1:
        raise ApiError.validation(
            "ExecuteTransaction API does not support both read and write operations in the same request."
        )
    return await (_read if every[0].is_read else _write)(call, request, every)


def _bound(call: Call, place: int, request: Shape, parameters: list[Any]) -> Bound:
    try:
        return partiql_statement.bind(call, request, parameters)
    except ApiError as error:
        raise _told(place, error) from None


async def _read(call: Call, request: Shape, every: list[Bound]) -> Shape:
    now = call.clock.now()

    def read(tx: Transaction) -> tuple[list[Found], Tally]:
        tables = _tables(tx, call, every, now)
        keys = [
            _checked(
                place, lambda bound, found: partiql_single.key_of(found, bound, "ExecuteTransaction"), bound, found
            )
            for place, (bound, found) in enumerate(zip(every, tables, strict=True))
        ]
        places = transactions.locate_all(tables, keys)
        return transactions.get_all(tx, tables, keys, places, throttle.begin_many(call, tables))

    found, tally = await final(call.store.view(read))
    tally.settle()
    if sum(stored.size for _, stored in found if stored) > transactions.TRANSACTION_BYTES_MAX:
        raise transactions.too_large()
    answer: Shape = {
        "Responses": [partiql_select.shown(bound, stored) for bound, (_, stored) in zip(every, found, strict=True)]
    }
    if capacity.is_wanted(request):
        answer["ConsumedCapacity"] = transactions.read_capacity(found, request["ReturnConsumedCapacity"])
    return answer


async def _write(call: Call, request: Shape, every: list[Bound]) -> Shape:
    now = call.clock.now()
    once = idempotency.once(call, request, request["TransactStatements"], now)

    def change(tx: Transaction) -> tuple[list[Done], list[Found] | None, Tally]:
        tables = _tables(tx, call, every, now)
        tally = throttle.begin_many(call, tables)
        planned = [
            partiql_writes.write_of(bound, found, is_in_transaction=True)
            for bound, found in zip(every, tables, strict=True)
        ]
        done = transactions.perform(tx, call, tables, planned, now, tally, once)
        if done is not None:
            return done, None, tally
        places = [write.locate(found) for found, write in zip(tables, planned, strict=True)]
        found, _ = transactions.get_all(tx, tables, [write.key for write in planned], places, NOTHING)
        return [], found, tally

    try:
        done, repeated, tally = await final(call.store.update(change, grouped=True, rows=len(every)))
    except Outdated as lost:
        raise transactions.conflict(len(every)) from lost
    tally.settle()
    answer: Shape = {"Responses": [{} for _ in every]}
    if repeated is None:
        answer |= await write_accounts(call, request, done, transactional=True)
    elif capacity.is_wanted(request):
        # What was done already costs the reads that find it done.
        answer["ConsumedCapacity"] = transactions.read_capacity(repeated, request["ReturnConsumedCapacity"])
    return answer


def _tables(tx: Transaction, call: Call, every: list[Bound], now: float) -> list[Table]:
    """The tables. What is wrong with a statement on a table that is there comes before a table that isn't."""
    found: list[Table | None] = []
    for place, bound in enumerate(every):
        try:
            each = table.find(tx, call.scope, bound.name, now)
        except ApiError as error:
            if error.code != "ResourceNotFoundException":
                raise
            found.append(None)
        else:
            found.append(each)
            _checked(place, _check_form, bound, each)
    if None in found:
        missing = {"Code": "ResourceNotFound", "Message": "Requested resource not found"}
        raise transactions.cancelled([missing if each is None else {"Code": "None"} for each in found])
    return [each for each in found if each is not None]


def _check_form(bound: Bound, found: Table) -> None:
    """What a transaction takes less of than ExecuteStatement does."""
    if getattr(bound.statement, "returning", None):
        raise ApiError.validation("RETURNING clause is not supported in ExecuteTransaction.")
    if bound.is_read and bound.target.index is not None:
        raise ApiError.validation("Reads on indices are not supported within transactions.")
    if isinstance(bound.statement, Exists):
        partiql_writes.check_exists(bound, found)


def _checked(place: int, check: Any, bound: Bound, found: Table) -> Any:
    try:
        return check(bound, found)
    except ApiError as error:
        raise _told(place, error) from None


def _told(place: int, error: ApiError) -> ApiError:
    """What is wrong with one statement whatever the items are, with its place; not what concerns all of them."""
    if error.code != "ValidationException":
        return error
    return ApiError.validation(f"Validation failed in TransactStatements[{place}]: {error.message}")
