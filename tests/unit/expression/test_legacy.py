"""The older parameters: what they mean, and AWS's refusals."""

from __future__ import annotations

from typing import Any

import pytest

from tailrace.base.errors import ApiError
from tailrace.expression import legacy

ITEM: dict[str, Any] = {
    "pk": {"S": "p"},
    "n": {"N": "10"},
    "s": {"S": "hello"},
    "tags": {"SS": ["a", "b"]},
    "l": {"L": [{"N": "1"}]},
}
INVALID = "One or more parameter values were invalid: "


def refusal(call: Any) -> str:
    with pytest.raises(ApiError) as refused:
        call()
    assert refused.value.code == "ValidationException"
    return refused.value.message


def compare(operator: str, *values: Any) -> dict[str, Any]:
    return {"ComparisonOperator": operator, "AttributeValueList": list(values)}


@pytest.mark.parametrize(
    ("attribute", "wanted", "holds"),
    [
        ("n", {"Value": {"N": "10.0"}}, True),
        ("n", {"Value": {"N": "1"}, "Exists": True}, False),
        ("gone", {"Exists": False}, True),
        ("n", {"Exists": False}, False),
        ("n", {"ComparisonOperator": "GT", "Value": {"N": "9"}}, True),
        ("n", compare("LE", {"N": "9"}), False),
        ("n", compare("BETWEEN", {"N": "9"}, {"N": "11"}), True),
        ("n", compare("IN", {"N": "9"}, {"N": "10"}), True),
        ("s", compare("BEGINS_WITH", {"S": "he"}), True),
        ("s", compare("NE", {"N": "1"}), True),
        ("tags", compare("CONTAINS", {"S": "a"}), True),
        ("tags", compare("NOT_CONTAINS", {"S": "c"}), True),
        ("gone", compare("NOT_CONTAINS", {"S": "c"}), False),
        ("gone", {"ComparisonOperator": "NULL"}, True),
        ("gone", {"ComparisonOperator": "NOT_NULL"}, False),
    ],
)
def test_expected(attribute: str, wanted: Any, holds: bool) -> None:
    condition = legacy.expected({attribute: wanted})
    assert condition is not None
    assert condition.test(ITEM) == holds


def test_conditions_are_joined() -> None:
    conditions = {"n": compare("EQ", {"N": "10"}), "s": compare("EQ", {"S": "other"})}
    results = {}
    for operator in (None, "AND", "OR"):
        condition = legacy.filter_condition(conditions, operator, "ScanFilter")
        assert condition is not None
        results[operator] = condition.test(ITEM)
    assert results == {None: False, "AND": False, "OR": True}
    assert legacy.filter_condition({}, None, "QueryFilter") is None


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ({}, INVALID + "Value must be provided when Exists is null for Attribute: a"),
        ({"Exists": True}, INVALID + "Value must be provided when Exists is true for Attribute: a"),
        (
            {"Exists": False, "Value": {"S": "a"}},
            INVALID + "Value cannot be used when Exists is false for Attribute: a",
        ),
        (
            {"ComparisonOperator": "LT"},
            INVALID + "Value or AttributeValueList must be used with ComparisonOperator: LT for Attribute: a",
        ),
        (
            {"ComparisonOperator": "LT", "Exists": True},
            INVALID + "Exists and ComparisonOperator cannot be used together for Attribute: a",
        ),
        (
            compare("LT", {"S": "a"}) | {"Value": {"S": "a"}},
            INVALID + "Value and AttributeValueList cannot be used together for Attribute: a",
        ),
        (
            {"AttributeValueList": [{"S": "a"}]},
            INVALID + "AttributeValueList can only be used with a ComparisonOperator for Attribute: a",
        ),
        (compare("EQ"), INVALID + "Invalid number of argument(s) for the EQ ComparisonOperator"),
        (compare("NULL", {"S": "a"}), INVALID + "Invalid number of argument(s) for the NULL ComparisonOperator"),
        (compare("IN"), INVALID + "Invalid number of argument(s) for the IN ComparisonOperator"),
        (
            compare("IN", {"S": "a"}, {"N": "1"}),
            INVALID + "AttributeValues inside AttributeValueList must be of same type",
        ),
        (compare("LT", {"SS": ["a"]}), INVALID + "ComparisonOperator LT is not valid for SS AttributeValue type"),
        (
            compare("BETWEEN", {"N": "2"}, {"N": "1"}),
            "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound",
        ),
    ],
)
def test_refused_expectations(wanted: Any, problem: str) -> None:
    assert refusal(lambda: legacy.expected({"a": wanted})) == problem


def test_conditional_operator_needs_something_to_join() -> None:
    assert refusal(lambda: legacy.expected({}, "OR")) == "ConditionalOperator cannot be used without Filter or Expected"
    assert refusal(lambda: legacy.expected({"a": {"Exists": False}}, "OR")) == (
        "ConditionalOperator can only be used when Filter or Expected has two or more elements"
    )


def test_key_conditions() -> None:
    found = legacy.key_conditions({"pk": compare("EQ", {"S": "p"}), "sk": compare("BEGINS_WITH", {"S": "a"})})
    assert found.equals == {"pk": {"S": "p"}}
    assert found.sort is not None
    assert (found.sort.attribute, found.sort.operator) == ("sk", "begins_with")
    assert refusal(lambda: legacy.key_conditions({"pk": compare("NE", {"S": "p"})})) == (
        "Attempted conditional constraint is not an indexable operation"
    )
    assert refusal(lambda: legacy.key_conditions({})) == "Conditions can be of length 1 or 2 only"


def test_attributes_to_get() -> None:
    assert legacy.attributes_to_get(["n", "a.b"]).project(ITEM | {"a.b": {"S": "dot"}}) == {
        "n": {"N": "10"},
        "a.b": {"S": "dot"},
    }
    assert refusal(lambda: legacy.attributes_to_get(["a", "b", "a"])) == (
        INVALID + "Duplicate value in attribute name: a"
    )


def test_attribute_updates() -> None:
    changes = {
        "s": {"Value": {"S": "new"}},
        "name": {"Action": "PUT", "Value": {"S": "x"}},
        "n": {"Action": "ADD", "Value": {"N": "5"}},
        "tags": {"Action": "DELETE", "Value": {"SS": ["a"]}},
        "l": {"Action": "ADD", "Value": {"L": [{"N": "2"}]}},
        "k": {"Action": "ADD", "Value": {"L": [{"N": "3"}]}},
        "gone": {"Action": "DELETE"},
    }
    assert legacy.attribute_updates(changes).apply(ITEM) == {
        "pk": {"S": "p"},
        "s": {"S": "new"},
        "name": {"S": "x"},
        "n": {"N": "15"},
        "tags": {"SS": ["b"]},
        "l": {"L": [{"N": "1"}, {"N": "2"}]},
        "k": {"L": [{"N": "3"}]},
    }
    assert legacy.attribute_updates({}).apply(ITEM) == ITEM


def test_refused_attribute_updates() -> None:
    def updated(change: Any) -> Any:
        return lambda: legacy.attribute_updates({"s": change}).apply(ITEM)

    assert refusal(updated({})) == INVALID + "Only DELETE action is allowed when no attribute value is specified"
    assert refusal(updated({"Action": "DELETE", "Value": {"N": "1"}})) == (
        INVALID + "DELETE action with value is not supported for the type N"
    )
    assert refusal(updated({"Action": "ADD", "Value": {"S": "1"}})) == (
        INVALID + "ADD action is not supported for the type S"
    )
    assert refusal(updated({"Action": "ADD", "Value": {"N": "1"}})) == "Type mismatch for attribute to update"
    bound = legacy.attribute_updates({"pk": {"Value": {"S": "x"}}})
    assert refusal(lambda: bound.check_keys({"pk"})) == (
        INVALID + "Cannot update attribute pk. This attribute is part of the key"
    )
