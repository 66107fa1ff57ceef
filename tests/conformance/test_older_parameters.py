"""The parameters of before 2014: AttributesToGet, Expected, AttributeUpdates, KeyConditions and the two filters."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.conftest import refused, unique

INVALID = "One or more parameter values were invalid: "
S1, N1 = {"S": "x"}, {"N": "1"}


def item(dynamodb: Any, table: str, **attributes: Any) -> dict[str, Any]:
    key = {"pk": {"S": unique("older")}}
    dynamodb.put_item(TableName=table, Item={**key, **attributes})
    return key


@pytest.mark.parametrize(
    ("expected", "holds"),
    [
        ({"a": {"Value": S1}}, True),
        ({"a": {"Exists": False}}, False),
        ({"b": {"Exists": False}}, True),
        ({"a": {"ComparisonOperator": "BEGINS_WITH", "AttributeValueList": [{"S": ""}]}}, True),
        ({"n": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [N1, {"N": "3"}]}}, True),
        ({"n": {"ComparisonOperator": "IN", "AttributeValueList": [{"N": "5"}, {"N": "2"}]}}, True),
        ({"n": {"ComparisonOperator": "GT", "AttributeValueList": [{"N": "2"}]}}, False),
        ({"a": {"ComparisonOperator": "NOT_CONTAINS", "AttributeValueList": [{"S": "y"}]}}, True),
        ({"b": {"ComparisonOperator": "NOT_NULL"}}, False),
        ({"b": {"ComparisonOperator": "NULL"}}, True),
    ],
)
def test_expected(dynamodb: Any, plain: str, expected: dict[str, Any], holds: bool) -> None:
    key = item(dynamodb, plain, a=S1, n={"N": "2"})
    if holds:
        dynamodb.delete_item(TableName=plain, Key=key, Expected=expected)
        assert "Item" not in dynamodb.get_item(TableName=plain, Key=key)
    else:
        refused(dynamodb.delete_item, "ConditionalCheckFailedException", TableName=plain, Key=key, Expected=expected)


def test_expected_joined_by_or(dynamodb: Any, plain: str) -> None:
    key = item(dynamodb, plain, a=S1)
    expected = {"a": {"Value": {"S": "other"}}, "b": {"Exists": False}}
    refused(dynamodb.delete_item, "ConditionalCheckFailedException", TableName=plain, Key=key, Expected=expected)
    dynamodb.delete_item(TableName=plain, Key=key, Expected=expected, ConditionalOperator="OR")


def test_attribute_updates(dynamodb: Any, plain: str) -> None:
    key = item(dynamodb, plain, n=N1, tags={"SS": ["a", "b"]}, old=S1)
    dynamodb.update_item(
        TableName=plain,
        Key=key,
        AttributeUpdates={
            "n": {"Action": "ADD", "Value": {"N": "4"}},
            "tags": {"Action": "DELETE", "Value": {"SS": ["a"]}},
            "old": {"Action": "DELETE"},
            "dotted.name": {"Value": S1},
        },
    )
    found = dynamodb.get_item(TableName=plain, Key=key)["Item"]
    assert found == {**key, "n": {"N": "5"}, "tags": {"SS": ["b"]}, "dotted.name": S1}


def test_attributes_to_get(dynamodb: Any, plain: str) -> None:
    key = item(dynamodb, plain, a=S1, b=S1)
    assert dynamodb.get_item(TableName=plain, Key=key, AttributesToGet=["a", "none"])["Item"] == {"a": S1}


def test_key_conditions_and_query_filter(dynamodb: Any, wide: str) -> None:
    pk = {"S": unique("older")}
    for number in range(4):
        sk = {"N": str(number)}
        dynamodb.put_item(TableName=wide, Item={"pk": pk, "sk": sk, "even": {"BOOL": number % 2 == 0}})
    found = dynamodb.query(
        TableName=wide,
        KeyConditions={
            "pk": {"ComparisonOperator": "EQ", "AttributeValueList": [pk]},
            "sk": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"N": "1"}, {"N": "3"}]},
        },
        QueryFilter={"even": {"ComparisonOperator": "EQ", "AttributeValueList": [{"BOOL": False}]}},
    )
    assert [each["sk"]["N"] for each in found["Items"]] == ["1", "3"]
    assert found["ScannedCount"] == 3


def test_scan_filter(dynamodb: Any, plain: str) -> None:
    marker = {"S": unique("marker")}
    key = item(dynamodb, plain, marker=marker)
    wanted = {"marker": {"ComparisonOperator": "EQ", "AttributeValueList": [marker]}}
    pages = dynamodb.get_paginator("scan").paginate(TableName=plain, ScanFilter=wanted)
    assert [each for page in pages for each in page["Items"]] == [{**key, "marker": marker}]


def test_older_and_newer_do_not_mix(dynamodb: Any, plain: str) -> None:
    refused(
        dynamodb.put_item,
        "ValidationException",
        "Can not use both expression and non-expression parameters in the same request: "
        "Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}",
        TableName=plain,
        Item={"pk": S1},
        Expected={"pk": {"Exists": False}},
        ConditionExpression="attribute_not_exists(pk)",
    )


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ({"Exists": True}, "Value must be provided when Exists is true for Attribute: a"),
        ({}, "Value must be provided when Exists is null for Attribute: a"),
        ({"Exists": False, "Value": S1}, "Value cannot be used when Exists is false for Attribute: a"),
        (
            {"ComparisonOperator": "EQ", "AttributeValueList": [S1, S1]},
            "Invalid number of argument(s) for the EQ ComparisonOperator",
        ),
        (
            {"AttributeValueList": [S1]},
            "AttributeValueList can only be used with a ComparisonOperator for Attribute: a",
        ),
    ],
)
def test_expected_that_makes_no_sense(dynamodb: Any, plain: str, expected: dict[str, Any], text: str) -> None:
    parameters = {"TableName": plain, "Item": {"pk": S1}, "Expected": {"a": expected}}
    refused(dynamodb.put_item, "ValidationException", INVALID + text, **parameters)
