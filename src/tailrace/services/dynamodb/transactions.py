"""TransactWriteItems and TransactGetItems: several items, all or none."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

import orjson

from tailrace.base.errors import ApiError, Outdated
from tailrace.expression import values
from tailrace.operation import Call, Need, Shape, anything, operation
from tailrace.services.dynamodb import capacity, conditions, idempotency, item_keys, parameters, table, throttle, writes
from tailrace.services.dynamodb.batches import write_accounts
from tailrace.services.dynamodb.idempotency import Once
from tailrace.services.dynamodb.names import arn_of, resolve
from tailrace.services.dynamodb.table import Table
from tailrace.services.dynamodb.tally import NOTHING, Tally, final, finally_read
from tailrace.services.dynamodb.writes import Write
from tailrace.store import items
from tailrace.store.batch import Batch, Place
from tailrace.store.engine import Transaction

TRANSACTION_BYTES_MAX = 4 * 1024 * 1024
_PLANS = {
    "ConditionCheck": writes.check_of,
    "Put": writes.put_of,
    "Delete": writes.delete_of,
    "Update": writes.update_of,
}
_ACTIONS = {
    "ConditionCheck": "dynamodb:ConditionCheckItem",
    "Put": "dynamodb:PutItem",
    "Delete": "dynamodb:DeleteItem",
    "Update": "dynamodb:UpdateItem",
}
_REASON_CODES = {
    "ConditionalCheckFailedException": "ConditionalCheckFailed",
    "ValidationException": "ValidationError",
    "DuplicateItemException": "DuplicateItem",
    "ProvisionedThroughputExceededException": "ProvisionedThroughputExceeded",
    "ThrottlingException": "ThrottlingError",
}

Item = dict[str, Any]
Reason = dict[str, Any]
Done = tuple[Table, Write, items.Change]
Outcomes = dict[int, items.Change | ApiError]


def needed_to_write(call: Call, request: Shape) -> Iterable[Need]:
    """A transaction needs what each of its actions would need alone."""
    needs = []
    for action in request["TransactItems"]:
        for kind, each in action.items():
            keys = partial(conditions.of_action, call, kind, each)
            needs.append(Need(_ACTIONS[kind], arn_of(call, each["TableName"]), keys))
    return needs


def needed_to_get(call: Call, request: Shape) -> Iterable[Need]:
    """Every item needs dynamodb:GetItem on its table."""
    needs = []
    for action in request["TransactItems"]:
        get = action["Get"]
        keys = partial(conditions.of_get, call, get)
        needs.append(Need("dynamodb:GetItem", arn_of(call, get["TableName"]), keys))
    return needs


@operation("dynamodb", "TransactWriteItems", needs=None, on=anything, also=needed_to_write)
async def transact_write_items(call: Call, request: Shape) -> Shape:
    """Write up to a hundred items, in several tables, all or none of them.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    """
    planned = [_planned(call, action) for action in request["TransactItems"]]
    if sum(write.given.size for _, write in planned) > TRANSACTION_BYTES_MAX:
        raise too_large()
    now = call.clock.now()
    once = idempotency.once(call, request, request["TransactItems"], now)

    def change(tx: Transaction) -> tuple[list[Done], Tally]:
        tables = [table.find(tx, call.scope, name, now) for name, _ in planned]
        tally = throttle.begin_many(call, tables)
        done = perform(tx, call, tables, [write for _, write in planned], now, tally, once)
        return ([], NOTHING) if done is None else (done, tally)

    try:
        done, tally = await final(call.store.update(change, grouped=True, rows=len(planned)))
    except Outdated as lost:
        raise conflict(len(planned)) from lost
    tally.settle()
    return await write_accounts(call, request, done, transactional=True)


def _planned(call: Call, action: Shape) -> tuple[str, Write]:
    if len(action) != 1:
        raise ApiError.validation("TransactItems can only contain one of Check, Put, Update or Delete")
    [(kind, request)] = action.items()
    bindings = parameters.bindings_of(request, (), ("UpdateExpression", "ConditionExpression"))
    write = _PLANS[kind](request, bindings)
    bindings.check_unused()
    return resolve(call, request["TableName"]), write


def perform(
    tx: Transaction, call: Call, tables: list[Table], planned: list[Write], now: float, tally: Tally, once: Once | None
) -> list[Done] | None:
    """Do every write, or none. Where one is refused the others are still tried, for each has its reason in the answer.

    None where `once` knows that it was done already. Raises TransactionCanceledException with those reasons. Whatever
    it goes by is locked, so it may share a transaction of the store.
    """
    reasons: list[Reason] = []
    done: list[Done] = []
    batch = Batch(tx, now, call.origin)
    outcomes, places = _located(tables, planned)
    known = batch.read(places, [once.question(tx)] if once else ())
    if once and once.is_repeated(known[0]):
        return None
    _decide(batch, tables, planned, places, outcomes)
    for number, (found, write) in enumerate(zip(tables, planned, strict=True)):
        outcome = outcomes[number]
        try:
            if isinstance(outcome, ApiError):
                raise outcome
            tally.write(found, outcome, write.key, factor=capacity.TRANSACTIONAL)
            done.append((found, write, outcome))
            reasons.append({"Code": "None"})
        except ApiError as error:
            reasons.append(_reason(error))
    if len(done) < len(planned):
        raise cancelled(reasons, tally)
    if sum(change.new.size for _, _, change in done) > TRANSACTION_BYTES_MAX:
        raise too_large()
    batch.hold_absent()
    batch.write()
    if once:
        once.remember(tx)
    return done


def _located(tables: list[Table], planned: list[Write]) -> tuple[Outcomes, dict[Place, int]]:
    """Which write is at which place, and why those have none that don't fit their table."""
    outcomes: Outcomes = {}
    places: dict[Place, int] = {}
    for number, (found, write) in enumerate(zip(tables, planned, strict=True)):
        try:
            place = (found.layout.collection, write.locate(found))
        except ApiError as error:
            outcomes[number] = error
            continue
        if place in places:
            raise ApiError.validation("Transaction request cannot include multiple operations on one item")
        places[place] = number
    return outcomes, places


def _decide(
    batch: Batch, tables: list[Table], planned: list[Write], places: dict[Place, int], outcomes: Outcomes
) -> None:
    """What each write would do, or why it is refused. They are decided in the order of their keys, as they are read."""
    for (_, key), number in sorted(places.items()):
        try:
            outcomes[number] = writes.decide(batch, tables[number], planned[number], key)
        except ApiError as error:
            outcomes[number] = error


def _reason(error: ApiError) -> Reason:
    """Why one action failed. What isn't a reason of AWS's is no matter of this action: it is raised."""
    code = _REASON_CODES.get(error.code)
    if code is None:
        raise error
    item = {"Item": error.members["Item"]} if "Item" in error.members else {}
    return {"Code": code, "Message": error.message, **item}


def cancelled(reasons: list[Reason], tally: Tally = NOTHING) -> ApiError:
    """TransactionCanceledException, with a reason for each action in its place; `tally` has counted the refusals."""
    codes = ", ".join(reason["Code"] for reason in reasons)
    error = ApiError(
        "TransactionCanceledException",
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
        members={"CancellationReasons": reasons},
    )
    error.owes = tally.refused
    return error


def conflict(count: int) -> ApiError:
    """What a transaction of so many actions is refused with that lost to others time and again. Which of its items
    they were about is known to nobody: an engine tells of transactions, not of rows.
    """
    return cancelled([{"Code": "TransactionConflict", "Message": writes.ONGOING}] * count)


def too_large() -> ApiError:
    """A transaction whose items are more than 4 MB together."""
    return ApiError.validation("Aggregate size of the items in the transaction cannot exceed 4 MB")


@operation("dynamodb", "TransactGetItems", needs=None, on=anything, also=needed_to_get)
async def transact_get_items(call: Call, request: Shape) -> Shape:
    """Read up to a hundred items, from several tables, as they stand at one moment.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html
    """
    gets = [_Get(call, action["Get"]) for action in request["TransactItems"]]
    now = call.clock.now()

    def read(tx: Transaction) -> tuple[list[tuple[Table, items.StoredItem | None]], Tally]:
        tables = [table.find(tx, call.scope, get.name, now) for get in gets]
        places = locate_all(tables, [get.key for get in gets])
        return get_all(tx, tables, [get.key for get in gets], places, throttle.begin_many(call, tables))

    at_hand = call.store.at_hand()
    found, tally = await final(call.store.view(read)) if at_hand is None else finally_read(read, at_hand)
    tally.settle()
    if sum(stored.size for _, stored in found if stored) > TRANSACTION_BYTES_MAX:
        raise too_large()
    answer: Shape = {"Responses": [get.shown(stored) for get, (_, stored) in zip(gets, found, strict=True)]}
    if capacity.is_wanted(request):
        answer["ConsumedCapacity"] = read_capacity(found, request["ReturnConsumedCapacity"])
    return answer


def get_all(
    tx: Transaction, tables: list[Table], keys: list[Item], places: list[bytes], tally: Tally
) -> tuple[list[tuple[Table, items.StoredItem | None]], Tally]:
    """The items of these keys, at these places, a table each.

    Raises the cancellation where a table's throughput has no room.
    """
    wanted: dict[int, list[bytes]] = {}
    for each, place in zip(tables, places, strict=True):
        wanted.setdefault(each.layout.collection, []).append(place)
    there = {collection: iter(rows) for collection, rows in items.get_many(tx, wanted).items()}
    found: list[tuple[Table, items.StoredItem | None]] = []
    reasons: list[Reason] = []
    for each, key, place in zip(tables, keys, places, strict=True):
        body, size = next(there[each.layout.collection])
        stored = None if body is None else items.StoredItem(place, body, size)
        found.append((each, stored))
        try:
            tally.read(each, stored.size if stored else 0, key, consistent=True, factor=capacity.TRANSACTIONAL)
            reasons.append({"Code": "None"})
        except ApiError as error:
            reasons.append(_reason(error))
    if any(reason["Code"] != "None" for reason in reasons):
        raise cancelled(reasons, tally)
    return found, tally


class _Get:
    """One Get of a transaction."""

    def __init__(self, call: Call, request: Shape) -> None:
        bindings = parameters.bindings_of(request, (), ("ProjectionExpression",))
        self.name = resolve(call, request["TableName"])
        self.key = values.normalize_item(request["Key"])
        self.projection = parameters.projection_of(request, bindings)
        bindings.check_unused()

    def shown(self, stored: items.StoredItem | None) -> Shape:
        """What the answer has of the item; nothing where there is none."""
        if stored is None:
            return {}
        if self.projection is None:
            return {"Item": orjson.Fragment(stored.body)}
        return {"Item": self.projection.project(orjson.loads(stored.body))}


def locate_all(tables: list[Table], keys: list[dict[str, Any]]) -> list[bytes]:
    """Where the items of these keys are, a table each. Raises the cancellation, and what an item named twice causes."""
    reasons: list[Reason] = []
    places: list[bytes] = []
    for found, key in zip(tables, keys, strict=True):
        try:
            places.append(item_keys.of_request(found, key))
            reasons.append({"Code": "None"})
        except ApiError as error:
            reasons.append(_reason(error))
    if len(places) < len(keys):
        raise cancelled(reasons)
    if len({(found.name, place) for found, place in zip(tables, places, strict=True)}) < len(keys):
        raise ApiError.validation("Transaction request cannot include multiple operations on one item")
    return places


def read_capacity(found: list[tuple[Table, items.StoredItem | None]], mode: str) -> list[Shape]:
    """The ConsumedCapacity of a transaction's reads, by table."""
    units: dict[str, float] = {}
    tables = {each.name: each for each, _ in found}
    for each, stored in found:
        spent = capacity.TRANSACTIONAL * capacity.read_units(stored.size if stored else 0, consistent=True)
        units[each.name] = units.get(each.name, 0.0) + spent
    return [capacity.consumed(tables[name], mode, spent, transaction="Read") for name, spent in units.items()]
