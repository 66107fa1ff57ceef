"""What each PartiQL statement needs: one permission, on the table or the index that it names.

A statement that can't be understood needs none, for it won't be carried out: its caller is told what is wrong with it.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html
"""

from __future__ import annotations

from collections.abc import Iterable

from tailrace.base.errors import ApiError
from tailrace.expression import partiql_keys
from tailrace.expression.partiql_nodes import Delete, Exists, Insert, Select, Update
from tailrace.operation import Call, Need, Shape
from tailrace.services.dynamodb import conditions, partiql_select, partiql_statement, partiql_writes
from tailrace.services.dynamodb.names import arn_of
from tailrace.services.dynamodb.partiql_statement import Bound
from tailrace.services.dynamodb.table import KIND, Table, compile_table
from tailrace.store import resources

FULL_TABLE_SCAN = "dynamodb:FullTableScan"

Keys = dict[str, str | list[str]]

_ACTIONS = {
    Select: "dynamodb:PartiQLSelect",
    Exists: "dynamodb:PartiQLSelect",
    Insert: "dynamodb:PartiQLInsert",
    Update: "dynamodb:PartiQLUpdate",
    Delete: "dynamodb:PartiQLDelete",
}


async def of_statement(call: Call, request: Shape) -> Iterable[Need]:
    """ExecuteStatement."""
    return await _needed(call, [request])


async def of_batch(call: Call, request: Shape) -> Iterable[Need]:
    """BatchExecuteStatement: what each statement needs."""
    return await _needed(call, request["Statements"])


async def of_transaction(call: Call, request: Shape) -> Iterable[Need]:
    """ExecuteTransaction: what each statement needs."""
    return await _needed(call, request["TransactStatements"])


async def _needed(call: Call, statements: list[Shape]) -> list[Need]:
    needs = []
    for each in statements:
        try:
            bound = partiql_statement.bind(call, each, partiql_statement.parameters_of(each))
        except ApiError:
            continue
        needs.append(await _need(call, bound))
    return needs


async def _need(call: Call, bound: Bound) -> Need:
    target = bound.target
    resource = arn_of(call, target.table) + (f"/index/{target.index}" if target.index is not None else "")
    found = await call.store.view(lambda tx: resources.derived(tx, KIND, call.scope, bound.name, compile_table))
    keys = {} if found is None else _condition_keys(found, bound)
    if call.operation == "ExecuteTransaction":
        keys[conditions.ENCLOSING] = call.operation
    return Need(_ACTIONS[type(bound.statement)], resource, keys)


def _condition_keys(found: Table, bound: Bound) -> Keys:
    """The partitions and attributes that the statement touches, and whether it reads everything.

    A clause that can't be one about keys is refused later, so it neither reads everything nor any partition.
    """
    keys: Keys = {conditions.ATTRIBUTES: _attributes(bound)}
    statement = bound.statement
    returning = getattr(statement, "returning", None)
    if returning:
        keys[conditions.RETURN_VALUES] = returning
    if isinstance(statement, Insert):
        partitions = [partiql_writes.inserted(bound, statement).get(found.key[0].name, {})]
    elif bound.is_read:
        keys[conditions.SELECT] = "SPECIFIC_ATTRIBUTES" if bound.columns else "ALL_ATTRIBUTES"
        try:
            plan = partiql_select.key_plan(found, bound)
        except ApiError:
            return keys
        keys[FULL_TABLE_SCAN] = "true" if plan is None else "false"
        partitions = [] if plan is None else [value for each in plan.ranges for value in each.hash_values]
    else:
        partitions = list(partiql_keys.single_key(bound.where, bound.bindings, [found.key[0].name]).key.values())
    leading = [str(content) for value in partitions for content in value.values()]
    if leading:
        keys[conditions.LEADING] = leading
    return keys


def _attributes(bound: Bound) -> list[str]:
    """The top-level attributes that the statement names."""
    paths = [*(bound.columns.paths if bound.columns else ()), *(bound.change.paths if bound.change else ())]
    paths += bound.filter.paths if bound.filter else ()
    names = [str(path[0]) for path in paths]
    if isinstance(bound.statement, Insert):
        names += partiql_writes.inserted(bound, bound.statement)
    return list(dict.fromkeys(names))
