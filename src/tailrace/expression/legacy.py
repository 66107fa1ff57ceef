"""The parameters that expressions took the place of, translated into the same trees and bindings.

Expected, QueryFilter, ScanFilter, KeyConditions, AttributeUpdates and AttributesToGet name each attribute literally,
so each becomes a placeholder of its own (#0, :0, ...), and all that is known of expressions holds for them too.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tailrace.base.errors import ApiError
from tailrace.expression import condition, functions, nodes, projection, update
from tailrace.expression.bindings import Bindings
from tailrace.expression.condition import Condition
from tailrace.expression.key_condition import KeyCondition, SortRange
from tailrace.expression.nodes import Call, Path, Value
from tailrace.expression.projection import Projection
from tailrace.expression.values import TYPES, AttributeValue, Item, normalize_value, type_of

COMPARISONS = {"EQ": "=", "NE": "<>", "LE": "<=", "LT": "<", "GE": ">=", "GT": ">"}
KEY_OPERATORS = {"EQ": "=", "LE": "<=", "LT": "<", "GE": ">=", "GT": ">"} | {
    "BETWEEN": "BETWEEN",
    "BEGINS_WITH": "begins_with",
}
VALUES_WANTED = {"NULL": (0, 0), "NOT_NULL": (0, 0), "BETWEEN": (2, 2), "IN": (1, 100)}
SCALAR_TYPES = ("S", "N", "B")
TYPES_ALLOWED = {"EQ": TYPES, "NE": TYPES, "BEGINS_WITH": ("S", "B")}
ADD_TYPES = ("N", "SS", "NS", "BS", "L")

_EMPTY_LIST = ":empty"


class LegacyUpdate(update.Update):
    """An update by AttributeUpdates, which says less of an attribute whose type doesn't fit."""

    __slots__ = ()

    def apply(self, item: Item, *, exists: bool = True) -> Item:
        """As an update expression does, with the older text."""
        try:
            return update.Update.apply(self, item, exists=exists)
        except update.IncorrectType:
            raise ApiError.validation("Type mismatch for attribute to update") from None


def expected(conditions: Mapping[str, Any], operator: str | None = None) -> Condition | None:
    """The condition of a write. None for no conditions. Raises AWS's ValidationException for wrong ones."""
    return _condition({name: _expectation(name, wanted) for name, wanted in conditions.items()}, operator, "Expected")


def filter_condition(conditions: Mapping[str, Any], operator: str | None, kind: str) -> Condition | None:
    """The condition of a QueryFilter or a ScanFilter (`kind`). None for no conditions."""
    return _condition({name: _demand(wanted) for name, wanted in conditions.items()}, operator, kind)


def key_conditions(conditions: Mapping[str, Any]) -> KeyCondition:
    """KeyConditions as a key condition."""
    found = {}
    for name, wanted in conditions.items():
        operator, values = _demand(wanted)
        if operator not in KEY_OPERATORS:
            raise ApiError.validation("Attempted conditional constraint is not an indexable operation")
        found[name] = SortRange(name, KEY_OPERATORS[operator], tuple(values))
    if not 1 <= len(found) <= 2:
        raise ApiError.validation("Conditions can be of length 1 or 2 only")
    return KeyCondition(found)


def attributes_to_get(names: Sequence[str]) -> Projection:
    """AttributesToGet as a projection."""
    for position, name in enumerate(names):
        if name in names[:position]:
            raise _invalid(f"Duplicate value in attribute name: {name}")
    return projection.of_paths((name,) for name in names)


def attribute_updates(updates: Mapping[str, Any]) -> LegacyUpdate:
    """AttributeUpdates as an update."""
    names, values = {}, {}
    sections: dict[str, list[nodes.Action]] = {"SET": [], "REMOVE": [], "ADD": [], "DELETE": []}
    for number, (name, change) in enumerate(updates.items()):
        action = change.get("Action", "PUT")
        value = normalize_value(change["Value"]) if "Value" in change else None
        _check_change(action, value)
        names[f"#{number}"] = name
        path, placeholder = Path((f"#{number}",)), Value(f":{number}")
        if value is None:
            sections["REMOVE"].append(nodes.Remove(path))
            continue
        values[placeholder.name] = value
        if action == "PUT":
            sections["SET"].append(nodes.Assign(path, placeholder))
        elif action == "DELETE":
            sections["DELETE"].append(nodes.Delete(path, placeholder))
        elif "L" in value:
            values[_EMPTY_LIST] = {"L": []}
            present = Call("if_not_exists", (path, Value(_EMPTY_LIST)))
            sections["SET"].append(nodes.Assign(path, Call("list_append", (present, placeholder))))
        else:
            sections["ADD"].append(nodes.Add(path, placeholder))
    tree = nodes.UpdateTree(tuple(nodes.Section(word, tuple(found)) for word, found in sections.items() if found))
    bound = update.bind_tree(tree, Bindings(names or None, values or None))
    return LegacyUpdate(bound.plan, bound.bindings, bound.paths, bound.tree)


def _check_change(action: str, value: AttributeValue | None) -> None:
    if value is None:
        if action != "DELETE":
            raise _invalid("Only DELETE action is allowed when no attribute value is specified")
    elif action == "DELETE" and type_of(value) not in ("SS", "NS", "BS"):
        raise _invalid(f"DELETE action with value is not supported for the type {type_of(value)}")
    elif action == "ADD" and type_of(value) not in ADD_TYPES:
        raise _invalid(f"ADD action is not supported for the type {type_of(value)}")


Demand = tuple[str, list[AttributeValue]]


def _expectation(name: str, wanted: Mapping[str, Any]) -> Demand:
    """One entry of Expected: a comparison, or the older Value and Exists."""
    has_value, has_list = "Value" in wanted, "AttributeValueList" in wanted
    suffix = f"for Attribute: {name}"
    if has_value and has_list:
        raise _invalid(f"Value and AttributeValueList cannot be used together {suffix}")
    if "ComparisonOperator" in wanted:
        operator = wanted["ComparisonOperator"]
        if "Exists" in wanted:
            raise _invalid(f"Exists and ComparisonOperator cannot be used together {suffix}")
        if operator not in ("NULL", "NOT_NULL") and not has_value and not has_list:
            raise _invalid(f"Value or AttributeValueList must be used with ComparisonOperator: {operator} {suffix}")
        values = [wanted["Value"]] if has_value else wanted.get("AttributeValueList", [])
        return _demand({"ComparisonOperator": operator, "AttributeValueList": values})
    if has_list:
        raise _invalid(f"AttributeValueList can only be used with a ComparisonOperator {suffix}")
    exists = wanted.get("Exists")
    if exists is False:
        if has_value:
            raise _invalid(f"Value cannot be used when Exists is false {suffix}")
        return "NULL", []
    if not has_value:
        raise _invalid(f"Value must be provided when Exists is {'null' if exists is None else 'true'} {suffix}")
    return "EQ", [normalize_value(wanted["Value"])]


def _demand(wanted: Mapping[str, Any]) -> Demand:
    """One comparison: its operator, and as many values of one type as that takes."""
    operator = wanted["ComparisonOperator"]
    values = [normalize_value(value) for value in wanted.get("AttributeValueList", [])]
    fewest, most = VALUES_WANTED.get(operator, (1, 1))
    if not fewest <= len(values) <= most:
        raise _invalid(f"Invalid number of argument(s) for the {operator} ComparisonOperator")
    kinds = [type_of(value) for value in values]
    if len(set(kinds)) > 1:
        raise _invalid("AttributeValues inside AttributeValueList must be of same type")
    for kind in kinds:
        if kind not in TYPES_ALLOWED.get(operator, SCALAR_TYPES):
            raise _invalid(f"ComparisonOperator {operator} is not valid for {kind} AttributeValue type")
    if operator == "BETWEEN" and not functions.less_or_equal(*values):
        raise ApiError.validation(
            "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"
        )
    return operator, values


def _condition(demands: Mapping[str, Demand], operator: str | None, kind: str) -> Condition | None:
    """The demands joined by AND or OR."""
    if operator is not None and len(demands) < 2:
        raise ApiError.validation(
            "ConditionalOperator can only be used when Filter or Expected has two or more elements"
            if demands
            else "ConditionalOperator cannot be used without Filter or Expected"
        )
    if not demands:
        return None
    names: dict[str, str] = {}
    values: dict[str, AttributeValue] = {}
    parts: list[nodes.Condition] = []
    for number, (name, (comparison, given)) in enumerate(demands.items()):
        names[f"#{number}"] = name
        placeholders = [Value(f":{number}_{position}") for position in range(len(given))]
        values.update(zip((placeholder.name for placeholder in placeholders), given, strict=True))
        parts.append(_node(comparison, Path((f"#{number}",)), placeholders))
    joined = nodes.Or(tuple(parts)) if operator == "OR" else nodes.And(tuple(parts))
    tree = parts[0] if len(parts) == 1 else joined
    return condition.bind_tree(tree, Bindings(names, values or None), kind)


def _node(comparison: str, path: Path, values: list[Value]) -> nodes.Condition:
    """The condition that a comparison operator stands for."""
    if comparison in COMPARISONS:
        return nodes.Comparison(COMPARISONS[comparison], path, values[0])
    if comparison == "BETWEEN":
        return nodes.Between(path, *values)
    if comparison == "IN":
        return nodes.In(path, tuple(values))
    if comparison == "NOT_CONTAINS":
        # Nothing is known of an attribute that isn't there, not even what it doesn't contain.
        return nodes.And((Call("attribute_exists", (path,)), nodes.Not(Call("contains", (path, values[0])))))
    called = {
        "NULL": "attribute_not_exists",
        "NOT_NULL": "attribute_exists",
        "CONTAINS": "contains",
        "BEGINS_WITH": "begins_with",
    }[comparison]
    return Call(called, (path, *values))


def _invalid(problem: str) -> ApiError:
    return ApiError.validation(f"One or more parameter values were invalid: {problem}")
