"""UpdateTable: billing, protection, class, and global indexes that are made and dropped."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from tests.conformance.conftest import create, definitions, hash_table, index, refused, schema, unique, wait_active

UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}


def ids(answer: dict[str, Any]) -> list[str]:
    return sorted(item["pk"]["S"] for item in answer["Items"])


def test_throughput_and_billing_mode_change(dynamodb: Any) -> None:
    name = create(dynamodb, hash_table(unique("bill"), BillingMode="PROVISIONED", ProvisionedThroughput=UNITS))
    more = {"ReadCapacityUnits": 10, "WriteCapacityUnits": 4}
    answer = dynamodb.update_table(TableName=name, ProvisionedThroughput=more)["TableDescription"]
    assert answer["TableStatus"] == "UPDATING"
    units = wait_active(dynamodb, name)["ProvisionedThroughput"]
    assert (units["ReadCapacityUnits"], units["WriteCapacityUnits"]) == (10, 4)
    assert "LastIncreaseDateTime" in units
    dynamodb.update_table(TableName=name, BillingMode="PAY_PER_REQUEST")
    table = wait_active(dynamodb, name)
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["ProvisionedThroughput"]["ReadCapacityUnits"] == 0


def test_units_that_do_not_change_are_refused(dynamodb: Any) -> None:
    name = create(dynamodb, hash_table(unique("same"), BillingMode="PROVISIONED", ProvisionedThroughput=UNITS))
    refused(
        dynamodb.update_table,
        "ValidationException",
        "The provisioned throughput for the table will not change. The requested value equals the current value. "
        "Current ReadCapacityUnits provisioned for the table: 5. Requested ReadCapacityUnits: 5. "
        "Current WriteCapacityUnits provisioned for the table: 5. Requested WriteCapacityUnits: 5. "
        "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.",
        TableName=name,
        ProvisionedThroughput=UNITS,
    )


def test_an_update_that_asks_for_nothing(dynamodb: Any, plain: str) -> None:
    refused(
        dynamodb.update_table,
        "ValidationException",
        "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or "
        "SSESpecification or ReplicaUpdates is required",
        TableName=plain,
    )


def test_the_table_class_is_remembered(dynamodb: Any) -> None:
    name = create(dynamodb, hash_table(unique("class")))
    dynamodb.update_table(TableName=name, TableClass="STANDARD_INFREQUENT_ACCESS")
    assert wait_active(dynamodb, name)["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"


def test_a_second_change_waits_for_the_first(dynamodb: Any) -> None:
    for _ in range(100):  # it may be over before the second one comes: on a busy machine, and a fast server
        name = unique("busy")
        dynamodb.create_table(**hash_table(name))
        try:
            dynamodb.delete_table(TableName=name)
        except ClientError as caught:
            found = caught.response["Error"]
            break
    else:
        raise AssertionError("no change met another one")
    text = f"Attempt to change a resource which is still in use: Table is being created: {name}"
    assert (found["Code"], found["Message"]) == ("ResourceInUseException", text)


def test_an_index_is_made_from_what_is_there_and_kept_by_what_comes(dynamodb: Any) -> None:
    name = create(dynamodb, hash_table(unique("index")))
    for number in range(5):
        item = {"pk": {"S": f"old-{number}"}, "color": {"S": "red" if number % 2 else "blue"}}
        dynamodb.put_item(TableName=name, Item=item)
    dynamodb.put_item(TableName=name, Item={"pk": {"S": "colorless"}})
    dynamodb.put_item(TableName=name, Item={"pk": {"S": "wrong"}, "color": {"N": "1"}})
    created = dynamodb.update_table(
        TableName=name,
        AttributeDefinitions=definitions(color="S"),
        GlobalSecondaryIndexUpdates=[{"Create": index("by_color", schema("color"))}],
    )["TableDescription"]
    assert created["GlobalSecondaryIndexes"][0]["IndexStatus"] == "CREATING"
    dynamodb.put_item(TableName=name, Item={"pk": {"S": "new"}, "color": {"S": "red"}})
    table = wait_active(dynamodb, name)
    assert table["GlobalSecondaryIndexes"][0]["ItemCount"] == 6
    red = dynamodb.query(
        TableName=name,
        IndexName="by_color",
        KeyConditionExpression="color = :c",
        ExpressionAttributeValues={":c": {"S": "red"}},
    )
    assert ids(red) == ["new", "old-1", "old-3"]


def test_an_index_is_dropped(dynamodb: Any) -> None:
    parameters = hash_table(unique("drop"), GlobalSecondaryIndexes=[index("global", schema("a"))])
    parameters["AttributeDefinitions"] = definitions(pk="S", a="S")
    name = create(dynamodb, parameters)
    answer = dynamodb.update_table(TableName=name, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "global"}}])
    assert answer["TableDescription"]["GlobalSecondaryIndexes"][0]["IndexStatus"] == "DELETING"
    table = wait_active(dynamodb, name)
    assert "GlobalSecondaryIndexes" not in table
    assert table["AttributeDefinitions"] == definitions(pk="S")
    dynamodb.put_item(TableName=name, Item={"pk": {"S": "x"}, "a": {"N": "1"}})
    refused(
        dynamodb.scan,
        "ValidationException",
        "The table does not have the specified index: global",
        TableName=name,
        IndexName="global",
    )


def test_a_dropped_index_can_be_made_anew(dynamodb: Any) -> None:
    parameters = hash_table(unique("anew"), GlobalSecondaryIndexes=[index("global", schema("a"))])
    parameters["AttributeDefinitions"] = definitions(pk="S", a="S")
    name = create(dynamodb, parameters)
    dynamodb.put_item(TableName=name, Item={"pk": {"S": "x"}, "a": {"S": "1"}, "b": {"S": "2"}})
    dynamodb.update_table(TableName=name, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "global"}}])
    wait_active(dynamodb, name)
    dynamodb.update_table(
        TableName=name,
        AttributeDefinitions=definitions(b="S"),
        GlobalSecondaryIndexUpdates=[{"Create": index("global", schema("b"))}],
    )
    wait_active(dynamodb, name)
    assert ids(dynamodb.scan(TableName=name, IndexName="global")) == ["x"]


def test_index_updates_that_make_no_sense(dynamodb: Any, wide: str) -> None:
    create_again = {"Create": index("by_color", schema("color"))}
    refused(
        dynamodb.update_table,
        "ValidationException",
        "Attempting to create an index which already exists: by_color",
        TableName=wide,
        GlobalSecondaryIndexUpdates=[create_again],
    )
    refused(
        dynamodb.update_table,
        "ResourceNotFoundException",
        "Requested resource not found",
        TableName=wide,
        GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by_shape"}}],
    )
