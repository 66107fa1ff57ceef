"""BatchGetItem and BatchWriteItem."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.conftest import refused, unique

DUPLICATES = "Provided list of item keys contains duplicates"


def test_items_of_several_tables_are_written_and_read(dynamodb: Any, plain: str, wide: str) -> None:
    base = unique("batch")
    one, two = {"pk": {"S": base}, "a": {"S": "x"}}, {"pk": {"S": base}, "sk": {"N": "1"}}
    requests = {plain: [{"PutRequest": {"Item": one}}], wide: [{"PutRequest": {"Item": two}}]}
    written = dynamodb.batch_write_item(RequestItems=requests, ReturnConsumedCapacity="TOTAL")
    assert written["UnprocessedItems"] == {}
    assert {each["TableName"]: each["CapacityUnits"] for each in written["ConsumedCapacity"]} == {plain: 1.0, wide: 1.0}
    keys = {plain: {"Keys": [{"pk": {"S": base}}], "ProjectionExpression": "a"}, wide: {"Keys": [two]}}
    found = dynamodb.batch_get_item(RequestItems=keys)
    assert found["Responses"] == {plain: [{"a": {"S": "x"}}], wide: [two]}
    assert found["UnprocessedKeys"] == {}
    dynamodb.batch_write_item(RequestItems={plain: [{"DeleteRequest": {"Key": {"pk": {"S": base}}}}]})
    keys = {plain: {"Keys": [{"pk": {"S": base}}]}}
    assert dynamodb.batch_get_item(RequestItems=keys)["Responses"] == {plain: []}


def test_items_come_in_the_order_of_their_keys_without_those_that_are_not_there(dynamodb: Any, plain: str) -> None:
    base = unique("order")
    items = [{"pk": {"S": f"{base}-{number}"}, "n": {"N": str(number)}} for number in range(8)]
    dynamodb.batch_write_item(RequestItems={plain: [{"PutRequest": {"Item": item}} for item in items]})
    asked = [6, 90, 1, 7, 91, 0, 3, 92]
    keys = [{"pk": {"S": f"{base}-{number}"}} for number in asked]
    found = dynamodb.batch_get_item(RequestItems={plain: {"Keys": keys}}, ReturnConsumedCapacity="TOTAL")
    assert found["Responses"] == {plain: [items[number] for number in asked if number < 8]}
    assert found["ConsumedCapacity"][0]["CapacityUnits"] == 0.5 * len(asked)
    # The same table by its name and by its ARN, each with keys of its own.
    arn = dynamodb.describe_table(TableName=plain)["Table"]["TableArn"]
    found = dynamodb.batch_get_item(RequestItems={plain: {"Keys": keys[:3]}, arn: {"Keys": keys[3:]}})
    assert found["Responses"] == {plain: [items[6], items[1]], arn: [items[7], items[0], items[3]]}


def test_what_passes_sixteen_megabytes_is_handed_back(dynamodb: Any, plain: str) -> None:
    base = unique("heavy")
    for start in range(0, 45, 15):
        puts = [
            {"PutRequest": {"Item": {"pk": {"S": f"{base}-{start + number}"}, "data": {"S": "x" * 390_000}}}}
            for number in range(15)
        ]
        dynamodb.batch_write_item(RequestItems={plain: puts})
    keys = [{"pk": {"S": f"{base}-{number}"}} for number in range(45)]
    answer = dynamodb.batch_get_item(RequestItems={plain: {"Keys": keys, "ConsistentRead": True}})
    read, left = answer["Responses"][plain], answer["UnprocessedKeys"][plain]
    assert 0 < len(read) < 45
    assert len(read) + len(left["Keys"]) == 45
    assert left["ConsistentRead"] is True
    rest = dynamodb.batch_get_item(RequestItems=answer["UnprocessedKeys"])
    assert len(rest["Responses"][plain]) == len(left["Keys"])


def test_the_same_key_twice(dynamodb: Any, plain: str) -> None:
    key = {"pk": {"S": "twice"}}
    get = {plain: {"Keys": [key, key]}}
    refused(dynamodb.batch_get_item, "ValidationException", DUPLICATES, RequestItems=get)
    write = {plain: [{"PutRequest": {"Item": key}}, {"DeleteRequest": {"Key": key}}]}
    refused(dynamodb.batch_write_item, "ValidationException", DUPLICATES, RequestItems=write)


@pytest.mark.parametrize("operation", ["get", "write"])
def test_an_empty_batch_and_an_unknown_table(dynamodb: Any, operation: str) -> None:
    call = getattr(dynamodb, f"batch_{operation}_item")
    name = f"Batch{operation.title()}Item"
    text = f"The requestItems parameter is required for {name}"
    refused(call, "ValidationException", text, RequestItems={})
    key = {"pk": {"S": "a"}}
    request: Any = {"Keys": [key]} if operation == "get" else [{"DeleteRequest": {"Key": key}}]
    text = "Requested resource not found"
    refused(call, "ResourceNotFoundException", text, RequestItems={"no-such-table": request})


def test_a_batch_with_one_wrong_item_writes_none(dynamodb: Any, plain: str) -> None:
    good = {"pk": {"S": unique("good")}}
    puts = [{"PutRequest": {"Item": good}}, {"PutRequest": {"Item": {"pk": {"N": "1"}}}}]
    text = "One or more parameter values were invalid: Type mismatch for key pk expected: S actual: N"
    refused(dynamodb.batch_write_item, "ValidationException", text, RequestItems={plain: puts})
    assert "Item" not in dynamodb.get_item(TableName=plain, Key=good)


def test_more_than_a_batch_may_hold(dynamodb: Any, plain: str, wide: str) -> None:
    keys = [{"pk": {"S": str(number)}} for number in range(60)]
    other = [{"pk": {"S": str(number)}, "sk": {"N": "1"}} for number in range(60)]
    refused(
        dynamodb.batch_get_item,
        "ValidationException",
        "Too many items requested for the BatchGetItem call",
        RequestItems={plain: {"Keys": keys}, wide: {"Keys": other}},
    )
    puts = [{"PutRequest": {"Item": key}} for key in keys[:20]]
    more = [{"PutRequest": {"Item": key}} for key in other[:20]]
    refused(
        dynamodb.batch_write_item,
        "ValidationException",
        "Too many items requested for the BatchWriteItem call",
        RequestItems={plain: puts, wide: more},
    )
