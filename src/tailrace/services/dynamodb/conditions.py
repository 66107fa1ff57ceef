"""DynamoDB's own condition keys of IAM policies: which partitions and attributes a request touches.

Computed for callers other than the root alone. The hash attribute's name is the table's matter, so this looks the
table up; for one that isn't there, no keys are known and the operation itself says so.
Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
"""

from __future__ import annotations

from collections.abc import Iterable

from tailrace.base.errors import ApiError
from tailrace.expression.bindings import Bindings
from tailrace.expression.condition import Condition
from tailrace.expression.projection import Projection
from tailrace.expression.update import Update
from tailrace.operation import Call, ContextKeys, Shape
from tailrace.services.dynamodb import parameters
from tailrace.services.dynamodb.names import resolve
from tailrace.services.dynamodb.table import KIND, Table, compile_table
from tailrace.store import resources

LEADING, ATTRIBUTES = "dynamodb:LeadingKeys", "dynamodb:Attributes"
SELECT, RETURN_VALUES = "dynamodb:Select", "dynamodb:ReturnValues"
CAPACITY, ENCLOSING = "dynamodb:ReturnConsumedCapacity", "dynamodb:EnclosingOperation"
_OLDER = ("Expected", "QueryFilter", "ScanFilter")

Keys = dict[str, str | list[str]]


async def of_get(call: Call, request: Shape) -> ContextKeys:
    """GetItem: the partition of Key, and what the projection names."""
    return {**await of_key(call, request), **_select(request)}


async def of_key(call: Call, request: Shape) -> ContextKeys:
    """UpdateItem, DeleteItem and their kin: the partition of Key, its attributes, those that the expressions name."""
    found = await _table(call, request["TableName"])
    return _keys(found, [request["Key"]], request, request["Key"]) if found else {}


async def of_item(call: Call, request: Shape) -> ContextKeys:
    """PutItem: the partition of Item, and every attribute of it."""
    found = await _table(call, request["TableName"])
    return _keys(found, [request["Item"]], request, request["Item"]) if found else {}


async def of_action(call: Call, kind: str, request: Shape) -> ContextKeys:
    """One action of a transaction, and that it is one."""
    keys = await (of_item if kind == "Put" else of_key)(call, request)
    return {**keys, ENCLOSING: call.operation}


async def of_query(call: Call, request: Shape) -> ContextKeys:
    """Query: the partition of the key condition (of a table; an index has partitions of its own)."""
    found = await _table(call, request["TableName"])
    if found is None:
        return {}
    names = _hash_names(found, request.get("IndexName"))
    keys: Keys = {}
    sought = parameters.key_condition_of(request, _bindings(request))
    if sought is not None:
        keys[LEADING] = [_text(sought.equals[name]) for name in names if name in sought.equals]
    return {**_keys(found, [], request, ()), **keys, **_select(request)}


async def of_scan(call: Call, request: Shape) -> ContextKeys:
    """Scan: no partition; a policy that asks for LeadingKeys refuses it by `ForAllValues` with `Null` or `IfExists`."""
    found = await _table(call, request["TableName"])
    return {**_keys(found, [], request, ()), **_select(request)} if found else {}


async def of_keys(call: Call, name: str, request: Shape) -> ContextKeys:
    """What a BatchGetItem wants of one table."""
    found = await _table(call, name)
    return {**_keys(found, request["Keys"], request, _names(request["Keys"])), **_select(request)} if found else {}


async def of_writes(call: Call, name: str, requests: list[Shape]) -> ContextKeys:
    """What a BatchWriteItem does to one table."""
    found = await _table(call, name)
    contents = [each.get("Item") or each.get("Key") or {} for write in requests for each in write.values()]
    return _keys(found, contents, {}, _names(contents)) if found else {}


async def _table(call: Call, given: str) -> Table | None:
    name = resolve(call, given)
    return await call.store.view(lambda tx: resources.derived(tx, KIND, call.scope, name, compile_table))


def _hash_names(found: Table, index_name: str | None) -> list[str]:
    index = found.indexes.get(index_name) if index_name else None
    return [part.name for part in index.hash] if index else [found.key[0].name]


def _keys(found: Table, items: list[Shape], request: Shape, named: Iterable[str]) -> Keys:
    """The condition keys of a request that touches `items` and names the attributes `named`."""
    keys: Keys = {}
    hash_name = found.key[0].name
    leading = [_text(item[hash_name]) for item in items if hash_name in item]
    if leading:
        keys[LEADING] = leading
    attributes = dict.fromkeys((*named, *_named(request)))
    if attributes:
        keys[ATTRIBUTES] = list(attributes)
    if "ReturnValues" in request:
        keys[RETURN_VALUES] = request["ReturnValues"]
    if "ReturnConsumedCapacity" in request:
        keys[CAPACITY] = request["ReturnConsumedCapacity"]
    return keys


def _select(request: Shape) -> Keys:
    """What a read asks for, said or unsaid: a policy that limits attributes must see a request for all of them."""
    named = "ProjectionExpression" in request or "AttributesToGet" in request
    return {SELECT: request.get("Select", "SPECIFIC_ATTRIBUTES" if named else "ALL_ATTRIBUTES")}


def _bindings(request: Shape) -> Bindings:
    return Bindings(request.get(parameters.NAMES), request.get(parameters.VALUES))


def _named(request: Shape) -> Iterable[str]:
    """The top-level attributes that the request's expressions (and the older parameters) name.

    Raises what a wrong expression is refused with.
    """
    bindings = _bindings(request)
    bound: list[Projection | Update | Condition | None] = [parameters.projection_of(request, bindings)]
    bound.append(parameters.update_of(request, bindings))
    if "ConditionExpression" in request:
        bound.append(parameters.condition_of(request, bindings))
    if "FilterExpression" in request:
        bound.append(parameters.filter_of(request, bindings))
    paths = [path for each in bound if each is not None for path in each.paths]
    return [*(str(path[0]) for path in paths), *(name for member in _OLDER for name in request.get(member, ()))]


def _names(items: Iterable[Shape]) -> list[str]:
    return [name for item in items for name in item]


def _text(value: Shape) -> str:
    """A key's value as policies compare it."""
    content = next(iter(value.values()), "")
    if not isinstance(content, str):
        raise ApiError.validation("The provided key element does not match the schema")
    return content
