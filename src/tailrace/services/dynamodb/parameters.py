"""A request's conditions, projections, updates and filters, written in either of the two ways that AWS takes.

The expressions of today and the parameters of before 2014 (Expected, AttributeUpdates, AttributesToGet ...) come out
as the same bound objects, so nothing behind this file knows which of them a client has used.
"""

from __future__ import annotations

from typing import Any, Final

from tailrace.expression import condition, key_condition, legacy, projection, update
from tailrace.expression.bindings import Bindings, check_parameters
from tailrace.expression.condition import Condition
from tailrace.expression.key_condition import KeyCondition
from tailrace.expression.projection import Projection
from tailrace.expression.update import Update

Request = dict[str, Any]
NAMES: Final = "ExpressionAttributeNames"
VALUES: Final = "ExpressionAttributeValues"
_FILTERS: Final = ("QueryFilter", "ScanFilter")


def bindings_of(request: Request, older: tuple[str, ...], expressions: tuple[str, ...]) -> Bindings:
    """The request's names and values, to bind its expressions to.

    `older` and `expressions` are the operation's parameters of either kind. Raises AWS's refusals of the two kinds
    mixed, and of names or values without an expression.
    """
    names, values = request.get(NAMES), request.get(VALUES)
    given = names is not None or values is not None
    if (given and not _uses_values(request, expressions)) or _has_any(request, older):
        check_parameters(frozenset(request), expressions, older)
    return Bindings(names, values)


def _uses_values(request: Request, expressions: tuple[str, ...]) -> bool:
    """Whether one of the request's expressions may have names and values, too, so that none of them is too much."""
    for name in expressions:  # noqa: SIM110 - a generator costs what this is to save
        if name in request and name != "ProjectionExpression":
            return True
    return False


def _has_any(request: Request, names: tuple[str, ...]) -> bool:
    for name in names:  # noqa: SIM110 - as above
        if name in request:
            return True
    return False


def condition_of(request: Request, bindings: Bindings) -> Condition | None:
    """ConditionExpression, or Expected with its ConditionalOperator."""
    text = request.get("ConditionExpression")
    if text is not None:
        return condition.bind(text, bindings, "ConditionExpression")
    if "Expected" in request or "ConditionalOperator" in request:
        return legacy.expected(request.get("Expected", {}), request.get("ConditionalOperator"))
    return None


def projection_of(request: Request, bindings: Bindings) -> Projection | None:
    """ProjectionExpression, or AttributesToGet."""
    text = request.get("ProjectionExpression")
    if text is not None:
        return projection.bind(text, bindings)
    attributes = request.get("AttributesToGet")
    return None if attributes is None else legacy.attributes_to_get(attributes)


def filter_of(request: Request, bindings: Bindings) -> Condition | None:
    """FilterExpression, or QueryFilter or ScanFilter with its ConditionalOperator."""
    text = request.get("FilterExpression")
    if text is not None:
        return condition.bind(text, bindings, "FilterExpression")
    if "QueryFilter" not in request and "ScanFilter" not in request and "ConditionalOperator" not in request:
        return None
    kind = next((name for name in _FILTERS if name in request), None)
    return legacy.filter_condition(request.get(kind or "", {}), request.get("ConditionalOperator"), kind or "Filter")


def update_of(request: Request, bindings: Bindings) -> Update | None:
    """UpdateExpression, or AttributeUpdates."""
    text = request.get("UpdateExpression")
    if text is not None:
        return update.bind(text, bindings)
    updates = request.get("AttributeUpdates")
    return legacy.attribute_updates(updates) if updates else None


def only_deletes(request: Request) -> bool:
    """Whether AttributeUpdates does nothing but delete: of an item that isn't there, it makes none."""
    updates = request.get("AttributeUpdates")
    return bool(updates) and all(each.get("Action") == "DELETE" for each in request["AttributeUpdates"].values())


def key_condition_of(request: Request, bindings: Bindings) -> KeyCondition | None:
    """KeyConditionExpression, or KeyConditions."""
    text = request.get("KeyConditionExpression")
    if text is not None:
        return key_condition.bind(text, bindings)
    conditions = request.get("KeyConditions")
    return None if conditions is None else legacy.key_conditions(conditions)
