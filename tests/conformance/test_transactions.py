"""TransactWriteItems and TransactGetItems: all or nothing, reasons, tokens."""

from __future__ import annotations

from typing import Any

from tests.conformance.conftest import refused, unique

CANCELLED = "Transaction cancelled, please refer cancellation reasons for specific reasons "
MULTIPLE = "Transaction request cannot include multiple operations on one item"


def key(base: str = "tx") -> dict[str, Any]:
    return {"pk": {"S": unique(base)}}


def put(table: str, item: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"Put": {"TableName": table, "Item": item, **more}}


def read(dynamodb: Any, table: str, *keys: dict[str, Any]) -> list[dict[str, Any] | None]:
    gets = [{"Get": {"TableName": table, "Key": each}} for each in keys]
    return [each.get("Item") for each in dynamodb.transact_get_items(TransactItems=gets)["Responses"]]


def test_all_actions_happen_together(dynamodb: Any, plain: str, wide: str) -> None:
    added, changed, gone, witness = key(), key(), key(), key()
    for each in (changed, gone, witness):
        dynamodb.put_item(TableName=plain, Item={**each, "n": {"N": "1"}})
    other = {"pk": changed["pk"], "sk": {"N": "1"}}
    one = {":one": {"N": "1"}}
    update = {"Key": changed, "UpdateExpression": "ADD n :one", "ExpressionAttributeValues": one}
    check = {"Key": witness, "ConditionExpression": "n = :one", "ExpressionAttributeValues": one}
    answer = dynamodb.transact_write_items(
        TransactItems=[
            put(plain, added),
            {"Update": {"TableName": plain, **update}},
            {"Delete": {"TableName": plain, "Key": gone}},
            {"ConditionCheck": {"TableName": plain, **check}},
            put(wide, other),
        ],
        ReturnConsumedCapacity="TOTAL",
    )
    assert read(dynamodb, plain, added, changed, gone) == [added, {**changed, "n": {"N": "2"}}, None]
    assert read(dynamodb, wide, other) == [other]
    units = {each["TableName"]: each for each in answer["ConsumedCapacity"]}
    assert units[plain]["CapacityUnits"] == units[plain]["WriteCapacityUnits"] == 8.0


def test_one_failed_condition_undoes_everything_and_each_action_has_its_reason(dynamodb: Any, plain: str) -> None:
    fresh, there = key(), {**key(), "a": {"S": "x"}}
    dynamodb.put_item(TableName=plain, Item=there)
    blocked = put(
        plain,
        {"pk": there["pk"]},
        ConditionExpression="attribute_not_exists(pk)",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    error = refused(
        dynamodb.transact_write_items,
        "TransactionCanceledException",
        CANCELLED + "[None, ConditionalCheckFailed]",
        TransactItems=[put(plain, fresh), blocked],
    )
    assert error["CancellationReasons"] == [
        {"Code": "None"},
        {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed", "Item": there},
    ]
    assert read(dynamodb, plain, fresh, {"pk": there["pk"]}) == [None, there]


def test_what_an_action_cannot_do_is_its_reason(dynamodb: Any, plain: str) -> None:
    at = {**key(), "a": {"S": "x"}}
    dynamodb.put_item(TableName=plain, Item=at)
    update = {
        "TableName": plain,
        "Key": {"pk": at["pk"]},
        "UpdateExpression": "SET a = a + :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    error = refused(
        dynamodb.transact_write_items,
        "TransactionCanceledException",
        CANCELLED + "[ValidationError]",
        TransactItems=[{"Update": update}],
    )
    text = "An operand in the update expression has an incorrect data type"
    assert error["CancellationReasons"] == [{"Code": "ValidationError", "Message": text}]


def test_a_key_that_is_not_the_tables_cancels_a_read(dynamodb: Any, plain: str) -> None:
    gets = [{"Get": {"TableName": plain, "Key": {}}}]
    error = refused(
        dynamodb.transact_get_items, "TransactionCanceledException", CANCELLED + "[ValidationError]", TransactItems=gets
    )
    assert error["CancellationReasons"][0]["Message"] == "The provided key element does not match the schema"


def test_one_item_has_one_action(dynamodb: Any, plain: str) -> None:
    at = key()
    twice = [put(plain, at), {"Delete": {"TableName": plain, "Key": at}}]
    refused(dynamodb.transact_write_items, "ValidationException", MULTIPLE, TransactItems=twice)
    gets = [{"Get": {"TableName": plain, "Key": at}}] * 2
    refused(dynamodb.transact_get_items, "ValidationException", MULTIPLE, TransactItems=gets)


def test_an_action_is_one_of_four(dynamodb: Any, plain: str) -> None:
    both = {**put(plain, key()), "Delete": {"TableName": plain, "Key": key()}}
    text = "TransactItems can only contain one of Check, Put, Update or Delete"
    refused(dynamodb.transact_write_items, "ValidationException", text, TransactItems=[both])


def test_a_token_makes_a_repetition_harmless(dynamodb: Any, plain: str) -> None:
    at, token = key(), unique("token")[:36]
    add = {"Key": at, "UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    request = {"TransactItems": [{"Update": {"TableName": plain, **add}}], "ClientRequestToken": token}
    for _ in range(3):
        dynamodb.transact_write_items(**request)
    assert read(dynamodb, plain, at) == [{**at, "n": {"N": "1"}}]
    other = {"TransactItems": [put(plain, at)], "ClientRequestToken": token}
    refused(dynamodb.transact_write_items, "IdempotentParameterMismatchException", **other)


def test_a_read_shows_projections_and_empty_places(dynamodb: Any, plain: str) -> None:
    item = {**key(), "a": {"S": "x"}, "b": {"S": "y"}}
    dynamodb.put_item(TableName=plain, Item=item)
    gets = [
        {"Get": {"TableName": plain, "Key": key()}},
        {"Get": {"TableName": plain, "Key": {"pk": item["pk"]}, "ProjectionExpression": "b"}},
    ]
    answer = dynamodb.transact_get_items(TransactItems=gets, ReturnConsumedCapacity="TOTAL")
    assert answer["Responses"] == [{}, {"Item": {"b": {"S": "y"}}}]
    assert answer["ConsumedCapacity"][0]["ReadCapacityUnits"] == 4.0
