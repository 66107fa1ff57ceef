"""One item at a time: PutItem, GetItem, UpdateItem, DeleteItem."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.conftest import create, definitions, hash_table, refused, schema, unique

INVALID = "One or more parameter values were invalid: "
EMPTY_KEY = (
    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty "
    "string value. Key: pk"
)


def key(base: str = "item") -> dict[str, Any]:
    return {"pk": {"S": unique(base)}}


def get(dynamodb: Any, table: str, at: dict[str, Any]) -> dict[str, Any] | None:
    item: dict[str, Any] | None = dynamodb.get_item(TableName=table, Key=at, ConsistentRead=True).get("Item")
    return item


def test_every_type_comes_back_in_its_canonical_form(dynamodb: Any, plain: str) -> None:
    item = {
        **key(),
        "number": {"N": "+01.50E1"},
        "binary": {"B": b"\x00\xff"},
        "strings": {"SS": ["b", "a"]},
        "numbers": {"NS": ["10", "2.0"]},
        "list": {"L": [{"NULL": True}, {"BOOL": False}, {"M": {}}]},
        "empty": {"S": ""},
    }
    dynamodb.put_item(TableName=plain, Item=item)
    found = get(dynamodb, plain, {"pk": item["pk"]})
    assert found is not None
    assert found["number"] == {"N": "15"}
    assert found["binary"] == {"B": b"\x00\xff"}
    assert set(found["strings"]["SS"]) == {"a", "b"}
    assert set(found["numbers"]["NS"]) == {"10", "2"}
    assert (found["list"], found["empty"]) == (item["list"], {"S": ""})


def test_put_returns_the_item_that_it_replaced(dynamodb: Any, plain: str) -> None:
    at = key()
    assert "Attributes" not in dynamodb.put_item(TableName=plain, Item={**at, "n": {"N": "1"}}, ReturnValues="ALL_OLD")
    again = dynamodb.put_item(TableName=plain, Item=at, ReturnValues="ALL_OLD")
    assert again["Attributes"] == {**at, "n": {"N": "1"}}
    assert get(dynamodb, plain, at) == at


def test_a_failed_condition_leaves_the_item_and_can_show_it(dynamodb: Any, plain: str) -> None:
    item = {**key(), "n": {"N": "1"}}
    dynamodb.put_item(TableName=plain, Item=item)
    put = {"TableName": plain, "Item": {**item, "n": {"N": "2"}}, "ConditionExpression": "attribute_not_exists(pk)"}
    text = "The conditional request failed"
    silent = refused(dynamodb.put_item, "ConditionalCheckFailedException", text, **put)
    assert "Item" not in silent
    shown = refused(
        dynamodb.put_item,
        "ConditionalCheckFailedException",
        text,
        **put,
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    assert shown["Item"] == item
    assert get(dynamodb, plain, {"pk": item["pk"]}) == item


def test_delete_is_idempotent_and_returns_the_old_item(dynamodb: Any, plain: str) -> None:
    item = {**key(), "a": {"S": "b"}}
    dynamodb.put_item(TableName=plain, Item=item)
    at = {"pk": item["pk"]}
    assert dynamodb.delete_item(TableName=plain, Key=at, ReturnValues="ALL_OLD")["Attributes"] == item
    assert "Attributes" not in dynamodb.delete_item(TableName=plain, Key=at, ReturnValues="ALL_OLD")
    assert get(dynamodb, plain, at) is None


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("NONE", None),
        ("ALL_OLD", {"a": {"N": "1"}, "b": {"S": "x"}}),
        ("ALL_NEW", {"a": {"N": "3"}, "b": {"S": "x"}, "c": {"S": "new"}}),
        ("UPDATED_OLD", {"a": {"N": "1"}}),
        ("UPDATED_NEW", {"a": {"N": "3"}, "c": {"S": "new"}}),
    ],
)
def test_update_returns_what_it_is_asked_for(dynamodb: Any, plain: str, wanted: str, expected: Any) -> None:
    at = key()
    dynamodb.put_item(TableName=plain, Item={**at, "a": {"N": "1"}, "b": {"S": "x"}})
    answer = dynamodb.update_item(
        TableName=plain,
        Key=at,
        UpdateExpression="SET a = a + :two, c = :new",
        ExpressionAttributeValues={":two": {"N": "2"}, ":new": {"S": "new"}},
        ReturnValues=wanted,
    )
    whole = {**at, **expected} if expected and wanted.startswith("ALL") else expected
    assert answer.get("Attributes") == whole


def test_update_makes_a_missing_item(dynamodb: Any, plain: str) -> None:
    at = key()
    dynamodb.update_item(TableName=plain, Key=at)
    assert get(dynamodb, plain, at) == at
    other = key()
    values = {":v": {"N": "1"}}
    answer = dynamodb.update_item(
        TableName=plain,
        Key=other,
        UpdateExpression="ADD n :v",
        ExpressionAttributeValues=values,
        ReturnValues="ALL_OLD",
    )
    assert "Attributes" not in answer
    assert get(dynamodb, plain, other) == {**other, "n": {"N": "1"}}


def test_get_shows_what_the_projection_names(dynamodb: Any, plain: str) -> None:
    item = {**key(), "m": {"M": {"a": {"N": "1"}, "b": {"N": "2"}}}, "l": {"L": [{"S": "x"}, {"S": "y"}]}}
    dynamodb.put_item(TableName=plain, Item=item)
    at = {"pk": item["pk"]}
    shown = dynamodb.get_item(TableName=plain, Key=at, ProjectionExpression="m.a, l[1], nothing")["Item"]
    assert shown == {"m": {"M": {"a": {"N": "1"}}}, "l": {"L": [{"S": "y"}]}}
    assert dynamodb.get_item(TableName=plain, Key=at, ProjectionExpression="nothing")["Item"] == {}


def test_capacity_is_told_when_asked_for(dynamodb: Any, plain: str, wide: str) -> None:
    at = key()
    item = {**at, "data": {"S": "x" * 1500}}
    put = dynamodb.put_item(TableName=plain, Item=item, ReturnConsumedCapacity="TOTAL")
    assert put["ConsumedCapacity"] == {"TableName": plain, "CapacityUnits": 2.0}
    weak = dynamodb.get_item(TableName=plain, Key=at, ReturnConsumedCapacity="TOTAL")
    assert weak["ConsumedCapacity"]["CapacityUnits"] == 0.5
    strong = dynamodb.get_item(TableName=plain, Key=at, ReturnConsumedCapacity="INDEXES", ConsistentRead=True)
    assert strong["ConsumedCapacity"]["Table"] == {"CapacityUnits": 1.0}
    indexed = {"pk": {"S": unique("p")}, "sk": {"N": "1"}, "weight": {"N": "1"}, "color": {"S": "red"}}
    put = dynamodb.put_item(TableName=wide, Item=indexed, ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]
    assert put["CapacityUnits"] == 4.0
    assert put["LocalSecondaryIndexes"] == {"by_weight": {"CapacityUnits": 1.0}}
    assert put["GlobalSecondaryIndexes"].keys() == {"by_color", "by_color_narrow"}


def test_item_collection_metrics_come_with_local_indexes_only(dynamodb: Any, plain: str, wide: str) -> None:
    item = {"pk": {"S": unique("p")}, "sk": {"N": "1"}}
    answer = dynamodb.put_item(TableName=wide, Item=item, ReturnItemCollectionMetrics="SIZE")
    assert answer["ItemCollectionMetrics"]["ItemCollectionKey"] == {"pk": item["pk"]}
    assert len(answer["ItemCollectionMetrics"]["SizeEstimateRangeGB"]) == 2
    assert "ItemCollectionMetrics" not in dynamodb.put_item(
        TableName=plain, Item=key(), ReturnItemCollectionMetrics="SIZE"
    )


ITEMS_REFUSED = {
    "no key": ({"a": {"S": "x"}}, INVALID + "Missing the key pk in the item"),
    "a key of another type": ({"pk": {"N": "1"}}, INVALID + "Type mismatch for key pk expected: S actual: N"),
    "an empty key": ({"pk": {"S": ""}}, EMPTY_KEY),
    "a long key": (
        {"pk": {"S": "k" * 2049}},
        INVALID + "Size of hashkey has exceeded the maximum size limit of2048 bytes",
    ),
    "a large item": (
        {"pk": {"S": "large"}, "a": {"S": "x" * 409_600}},
        "Item size has exceeded the maximum allowed size",
    ),
    "an empty value": (
        {"pk": {"S": "a"}, "b": {}},
        "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
    ),
}


@pytest.mark.parametrize("case", ITEMS_REFUSED)
def test_put_refuses(dynamodb: Any, plain: str, case: str) -> None:
    item, text = ITEMS_REFUSED[case]
    refused(dynamodb.put_item, "ValidationException", text, TableName=plain, Item=item)


@pytest.mark.parametrize("at", [{}, {"a": {"S": "x"}}, {"pk": {"N": "1"}}, {"pk": {"S": "x"}, "sk": {"S": "y"}}])
def test_a_key_that_is_not_the_tables(dynamodb: Any, plain: str, at: dict[str, Any]) -> None:
    text = "The provided key element does not match the schema"
    for call in (dynamodb.get_item, dynamodb.delete_item, dynamodb.update_item):
        refused(call, "ValidationException", text, TableName=plain, Key=at)


def test_a_long_range_key(dynamodb: Any) -> None:
    """Checked on a table of its own: the shared one has a numeric range key, which is never long."""
    name = create(
        dynamodb,
        hash_table(unique("range"), AttributeDefinitions=definitions(pk="S", sk="S"), KeySchema=schema("pk", "sk")),
    )
    item = {"pk": {"S": "a"}, "sk": {"S": "k" * 1025}}
    text = INVALID + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"
    refused(dynamodb.put_item, "ValidationException", text, TableName=name, Item=item)


def test_index_keys_must_have_their_type(dynamodb: Any, wide: str) -> None:
    item = {"pk": {"S": "a"}, "sk": {"N": "1"}, "color": {"N": "7"}}
    text = INVALID + "Type mismatch for Index Key color Expected: S Actual: N IndexName: by_color"
    refused(dynamodb.put_item, "ValidationException", text, TableName=wide, Item=item)
    refused(
        dynamodb.put_item,
        "ValidationException",
        "One or more parameter values are not valid. A value specified for a secondary index key is not supported. "
        "The AttributeValue for a key attribute cannot contain an empty string value. "
        "IndexName: by_color, IndexKey: color",
        TableName=wide,
        Item={**item, "color": {"S": ""}},
    )


def test_updates_that_are_refused(dynamodb: Any, plain: str) -> None:
    update = {"TableName": plain, "Key": key()}
    refused(
        dynamodb.update_item,
        "ValidationException",
        INVALID + "Cannot update attribute pk. This attribute is part of the key",
        **update,
        UpdateExpression="SET pk = :v",
        ExpressionAttributeValues={":v": {"S": "x"}},
    )
    refused(
        dynamodb.update_item,
        "ValidationException",
        "Item size to update has exceeded the maximum allowed size",
        **update,
        UpdateExpression="SET a = :v",
        ExpressionAttributeValues={":v": {"S": "x" * 409_600}},
    )
    assert get(dynamodb, plain, update["Key"]) is None  # type: ignore[arg-type]


def test_return_values_of_a_put(dynamodb: Any, plain: str) -> None:
    text = "ReturnValues can only be ALL_OLD or NONE"
    refused(dynamodb.put_item, "ValidationException", text, TableName=plain, Item=key(), ReturnValues="ALL_NEW")


def test_values_and_names_without_an_expression(dynamodb: Any, plain: str) -> None:
    refused(
        dynamodb.put_item,
        "ValidationException",
        "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null",
        TableName=plain,
        Item=key(),
        ExpressionAttributeValues={":v": {"S": "x"}},
    )
    refused(
        dynamodb.get_item,
        "ValidationException",
        "ExpressionAttributeNames can only be specified when using expressions",
        TableName=plain,
        Key=key(),
        ExpressionAttributeNames={"#a": "a"},
    )
