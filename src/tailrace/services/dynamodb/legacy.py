"""The parameters of before 2014, each put as the expression that means the same.

`Expected`, `AttributeUpdates`, `KeyConditions`, `QueryFilter`, `ScanFilter` and `AttributesToGet` name attributes and
operators in structures; every one of them has had an expression since. So they are rewritten here, on the way in, and
nothing behind this file knows of them. The rejected alternative, a second evaluator, would be a second set of rules.
Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tailrace.base.errors import ApiError
from tailrace.services.dynamodb import errors

Request = dict[str, Any]

_ARGUMENTS = {
    "EQ": 1, "NE": 1, "LE": 1, "LT": 1, "GE": 1, "GT": 1, "NOT_NULL": 0, "NULL": 0,
    "CONTAINS": 1, "NOT_CONTAINS": 1, "BEGINS_WITH": 1, "BETWEEN": 2,
}  # fmt: skip
_SYMBOLS = {"EQ": "=", "NE": "<>", "LE": "<=", "LT": "<", "GE": ">=", "GT": ">"}
_SCALARS = {"S", "N", "B"}
_NEEDS_SCALAR = {"LE", "LT", "GE", "GT", "BETWEEN", "CONTAINS", "NOT_CONTAINS", "BEGINS_WITH", "IN"}


class _Placeholders:
    """Names and values of the expressions that are being written."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: dict[str, Any] = {}

    def name(self, attribute: str) -> str:
        """A placeholder for an attribute; the whole text is one name, dots and all."""
        for placeholder, known in self.names.items():
            if known == attribute:
                return placeholder
        placeholder = f"#legacy{len(self.names)}"
        self.names[placeholder] = attribute
        return placeholder

    def value(self, value: Any) -> str:
        """A placeholder for a value."""
        placeholder = f":legacy{len(self.values)}"
        self.values[placeholder] = value
        return placeholder


def as_expressions(request: Request) -> Request:
    """A copy of the request in which expressions stand for its older parameters. Raises AWS's refusals of those."""
    places = _Placeholders()
    new = dict(request)
    joint = f" {new.pop('ConditionalOperator', 'AND')} "
    if (attributes := new.pop("AttributesToGet", None)) is not None:
        _check_attributes(attributes)
        new["ProjectionExpression"] = ", ".join(map(places.name, attributes))
    if expected := new.pop("Expected", None):
        tests = (_expectation(places, name, each) for name, each in expected.items())
        new["ConditionExpression"] = joint.join(tests)
    for member in ("QueryFilter", "ScanFilter"):
        if conditions := new.pop(member, None):
            tests = (_comparison(places, name, each) for name, each in conditions.items())
            new["FilterExpression"] = joint.join(tests)
    if conditions := new.pop("KeyConditions", None):
        tests = (_comparison(places, name, each, bare=True) for name, each in conditions.items())
        new["KeyConditionExpression"] = " AND ".join(tests)
    if updates := new.pop("AttributeUpdates", None):
        new["UpdateExpression"] = _update(places, updates.items())
    if places.names:
        new["ExpressionAttributeNames"] = {**new.get("ExpressionAttributeNames", {}), **places.names}
    if places.values:
        new["ExpressionAttributeValues"] = {**new.get("ExpressionAttributeValues", {}), **places.values}
    return new


def _check_attributes(attributes: list[str]) -> None:
    seen = set()
    for attribute in attributes:
        if attribute in seen:
            raise errors.invalid(f"Duplicate value in attribute name: {attribute}")
        seen.add(attribute)


def _expectation(places: _Placeholders, name: str, expected: dict[str, Any]) -> str:
    """One entry of Expected: a comparison, or the older pair of Value and Exists."""
    if "ComparisonOperator" in expected or "AttributeValueList" in expected:
        if "Exists" in expected:
            raise errors.invalid(f"Exists and ComparisonOperator cannot be used together for Attribute: {name}")
        if "Value" in expected and "AttributeValueList" in expected:
            raise errors.invalid(f"Value and AttributeValueList cannot be used together for Attribute: {name}")
        if "ComparisonOperator" not in expected:
            raise errors.invalid(f"AttributeValueList can only be used with a ComparisonOperator for Attribute: {name}")
        return _comparison(places, name, expected)
    if not expected.get("Exists", True):
        if "Value" in expected:
            raise errors.invalid(f"Value cannot be used when Exists is false for Attribute: {name}")
        return f"attribute_not_exists({places.name(name)})"
    if "Value" not in expected:
        exists = str(expected["Exists"]).lower() if "Exists" in expected else "null"
        raise errors.invalid(f"Value must be provided when Exists is {exists} for Attribute: {name}")
    return f"{places.name(name)} = {places.value(expected['Value'])}"


def _comparison(places: _Placeholders, name: str, condition: dict[str, Any], *, bare: bool = False) -> str:
    """One condition. A key condition is `bare`: its grammar has no parentheses around a BETWEEN."""
    operator = condition.get("ComparisonOperator")
    if operator is None:
        raise errors.invalid(f"ComparisonOperator must be provided for Attribute: {name}")
    given = condition.get("AttributeValueList", [condition["Value"]] if "Value" in condition else [])
    _check_arguments(operator, given)
    attribute = places.name(name)
    values = [places.value(each) for each in given]
    if operator in _SYMBOLS:
        return f"{attribute} {_SYMBOLS[operator]} {values[0]}"
    if operator == "BETWEEN":
        between = f"{attribute} BETWEEN {values[0]} AND {values[1]}"
        return between if bare else f"({between})"
    if operator == "IN":
        return f"{attribute} IN ({', '.join(values)})"
    if operator in ("NULL", "NOT_NULL"):
        return f"attribute{'_not' if operator == 'NULL' else ''}_exists({attribute})"
    if operator == "BEGINS_WITH":
        return f"begins_with({attribute}, {values[0]})"
    contains = f"contains({attribute}, {values[0]})"
    return contains if operator == "CONTAINS" else f"(attribute_exists({attribute}) AND NOT {contains})"


def _check_arguments(operator: str, given: list[Any]) -> None:
    wanted = _ARGUMENTS.get(operator)
    if len(given) != wanted if wanted is not None else not given:
        raise errors.invalid(f"Invalid number of argument(s) for the {operator} ComparisonOperator")
    for value in given:
        if operator in _NEEDS_SCALAR and not _SCALARS & value.keys():
            text = f"ComparisonOperator {operator} is not valid for {next(iter(value), 'NULL')} AttributeValue type"
            raise errors.invalid(text)


def _update(places: _Placeholders, updates: Iterable[tuple[str, dict[str, Any]]]) -> str:
    """AttributeUpdates as an UpdateExpression: PUT is SET, DELETE without a value REMOVE."""
    clauses: dict[str, list[str]] = {}
    for name, each in updates:
        action = each.get("Action", "PUT")
        attribute, value = places.name(name), each.get("Value")
        if value is None:
            if action != "DELETE":
                raise errors.invalid("Only DELETE action is allowed when no attribute value is specified")
            clauses.setdefault("REMOVE", []).append(attribute)
            continue
        kind = next(iter(value), "")
        if action == "DELETE" and kind not in ("SS", "NS", "BS"):
            raise errors.invalid(f"DELETE action with value is not supported for the type {kind}")
        if action == "ADD" and kind not in ("N", "SS", "NS", "BS"):
            if kind == "L":
                raise ApiError.validation("Tailrace does not support the ADD action of AttributeUpdates with a list")
            raise errors.invalid(f"ADD action is not supported for the type {kind}")
        verb, between = {"PUT": ("SET", " = "), "ADD": ("ADD", " "), "DELETE": ("DELETE", " ")}[action]
        clauses.setdefault(verb, []).append(f"{attribute}{between}{places.value(value)}")
    return " ".join(f"{verb} {', '.join(parts)}" for verb, parts in clauses.items())
