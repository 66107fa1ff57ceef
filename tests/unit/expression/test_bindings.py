"""Names and values of a request: AWS's refusals, and the accounting of what was used."""

from __future__ import annotations

from typing import Any

import pytest

from tailrace.base.errors import ApiError
from tailrace.expression import condition, update
from tailrace.expression.bindings import Bindings, check_parameters


def refusal(call: Any) -> str:
    with pytest.raises(ApiError) as refused:
        call()
    assert refused.value.code == "ValidationException"
    return refused.value.message


@pytest.mark.parametrize(
    ("names", "values", "text"),
    [
        ({}, None, "ExpressionAttributeNames must not be empty"),
        (None, {}, "ExpressionAttributeValues must not be empty"),
        ({"a": "a"}, None, 'ExpressionAttributeNames contains invalid key: Syntax error; key: "a"'),
        (None, {"b": {"S": "a"}}, 'ExpressionAttributeValues contains invalid key: Syntax error; key: "b"'),
        (
            None,
            {":b": {}},
            "ExpressionAttributeValues contains invalid value: Supplied AttributeValue is empty, "
            "must contain exactly one of the supported datatypes for key :b",
        ),
        (
            None,
            {":b": {"N": "b"}},
            "ExpressionAttributeValues contains invalid value: "
            "The parameter cannot be converted to a numeric value: b for key :b",
        ),
        (
            None,
            {":b": {"SS": []}},
            "ExpressionAttributeValues contains invalid value: "
            "One or more parameter values were invalid: An string set  may not be empty for key :b",
        ),
    ],
)
def test_wrong_maps(names: Any, values: Any, text: str) -> None:
    assert refusal(lambda: Bindings(names, values)) == text


def test_values_are_normalized() -> None:
    assert Bindings(None, {":n": {"N": "1.0"}}).values == {":n": {"N": "1"}}


def test_unused_names_and_values() -> None:
    bindings = Bindings({"#a": "a", "#b": "b"}, {":v": {"S": ""}, ":w": {"S": ""}})
    condition.bind("#a = :v", bindings)
    unused = "Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}"
    assert refusal(bindings.check_unused) == unused
    update.bind("SET #b = :v", bindings)
    unused = "Value provided in ExpressionAttributeValues unused in expressions: keys: {:w}"
    assert refusal(bindings.check_unused) == unused
    update.bind("SET c = :w", bindings)
    bindings.check_unused()


EXPRESSIONS, LEGACY = ("UpdateExpression", "ConditionExpression"), ("AttributeUpdates", "Expected")


@pytest.mark.parametrize(
    ("request_", "expressions", "text"),
    [
        (
            {"Expected": {}, "AttributeUpdates": {}, "ConditionExpression": "", "UpdateExpression": ""},
            EXPRESSIONS,
            "Can not use both expression and non-expression parameters in the same request: "
            "Non-expression parameters: {AttributeUpdates, Expected} "
            "Expression parameters: {UpdateExpression, ConditionExpression}",
        ),
        (
            {"ExpressionAttributeNames": {}, "ExpressionAttributeValues": {}},
            EXPRESSIONS,
            "ExpressionAttributeNames can only be specified when using expressions",
        ),
        (
            {"ExpressionAttributeValues": {}},
            EXPRESSIONS,
            "ExpressionAttributeValues can only be specified when using expressions: "
            "UpdateExpression and ConditionExpression are null",
        ),
        (
            {"ExpressionAttributeValues": {}},
            ("ConditionExpression",),
            "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null",
        ),
    ],
)
def test_parameters_that_do_not_go_together(request_: Any, expressions: Any, text: str) -> None:
    assert refusal(lambda: check_parameters(frozenset(request_), expressions, LEGACY)) == text


def test_parameters_that_go_together() -> None:
    check_parameters(frozenset(("ConditionExpression", "ExpressionAttributeNames")), EXPRESSIONS, LEGACY)
    check_parameters(frozenset(("Expected", "AttributeUpdates")), EXPRESSIONS, LEGACY)
    filters = ("ProjectionExpression", "FilterExpression", "KeyConditionExpression")
    check_parameters(frozenset(("KeyConditions", "FilterExpression")), filters, ("QueryFilter", "KeyConditions"))
