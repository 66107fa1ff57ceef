"""Tables come, are described and listed, and go."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.conftest import (
    create,
    definitions,
    hash_table,
    index,
    refused,
    schema,
    unique,
    wait_active,
    wait_gone,
)

INVALID = "One or more parameter values were invalid: "


def test_a_new_table_is_creating_and_then_active(dynamodb: Any) -> None:
    name = unique("new")
    answer = dynamodb.create_table(**hash_table(name))["TableDescription"]
    assert answer["TableStatus"] == "CREATING"
    assert answer["BillingModeSummary"] == {"BillingMode": "PAY_PER_REQUEST"}
    assert answer["ProvisionedThroughput"] == {
        "NumberOfDecreasesToday": 0,
        "ReadCapacityUnits": 0,
        "WriteCapacityUnits": 0,
    }
    assert (answer["ItemCount"], answer["TableSizeBytes"], answer["DeletionProtectionEnabled"]) == (0, 0, False)
    assert "WarmThroughput" not in answer
    table = wait_active(dynamodb, name)
    assert table["TableId"] == answer["TableId"]
    assert table["WarmThroughput"] == {
        "ReadUnitsPerSecond": 12000,
        "WriteUnitsPerSecond": 4000,
        "Status": "ACTIVE",
    }
    assert "LastUpdateToPayPerRequestDateTime" in table["BillingModeSummary"]


def test_a_provisioned_table_has_no_billing_mode_summary(dynamodb: Any) -> None:
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}
    parameters = hash_table(unique("units"), BillingMode="PROVISIONED", ProvisionedThroughput=units)
    table = wait_active(dynamodb, create(dynamodb, parameters))
    assert "BillingModeSummary" not in table
    assert table["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, **units}
    assert table["WarmThroughput"]["WriteUnitsPerSecond"] == 6


def test_indexes_are_described_with_their_arn_and_throughput(dynamodb: Any, wide: str) -> None:
    table = dynamodb.describe_table(TableName=wide)["Table"]
    assert [each["IndexName"] for each in table["LocalSecondaryIndexes"]] == ["by_weight"]
    narrow = table["GlobalSecondaryIndexes"][1]
    assert narrow["IndexArn"] == f"{table['TableArn']}/index/by_color_narrow"
    assert narrow["Projection"] == {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["note"]}
    assert narrow["IndexStatus"] == "ACTIVE"


def test_a_table_can_be_named_by_its_arn(dynamodb: Any, plain: str) -> None:
    arn = dynamodb.describe_table(TableName=plain)["Table"]["TableArn"]
    dynamodb.put_item(TableName=arn, Item={"pk": {"S": "by-arn"}})
    assert dynamodb.get_item(TableName=plain, Key={"pk": {"S": "by-arn"}})["Item"] == {"pk": {"S": "by-arn"}}


def test_tables_are_listed_in_order_by_pages(dynamodb: Any) -> None:
    base = unique("list")
    for each in "ba":
        create(dynamodb, hash_table(f"{base}-{each}"))
    first = dynamodb.list_tables(ExclusiveStartTableName=base, Limit=1)
    assert first == {**first, "TableNames": [f"{base}-a"], "LastEvaluatedTableName": f"{base}-a"}
    second = dynamodb.list_tables(ExclusiveStartTableName=f"{base}-a", Limit=1)
    assert second["TableNames"] == [f"{base}-b"]


def test_a_deleted_table_is_deleting_and_then_gone_and_its_name_is_free(dynamodb: Any) -> None:
    name = create(dynamodb, hash_table(unique("gone")))
    dynamodb.put_item(TableName=name, Item={"pk": {"S": "a"}})
    answer = dynamodb.delete_table(TableName=name)["TableDescription"]
    assert answer["TableStatus"] == "DELETING"
    assert not {"AttributeDefinitions", "KeySchema", "CreationDateTime"} & answer.keys()
    wait_gone(dynamodb, name)
    refused(
        dynamodb.describe_table,
        "ResourceNotFoundException",
        f"Requested resource not found: Table: {name} not found",
        TableName=name,
    )
    assert name not in dynamodb.list_tables(ExclusiveStartTableName=name[:-1])["TableNames"]
    create(dynamodb, hash_table(name))
    assert "Item" not in dynamodb.get_item(TableName=name, Key={"pk": {"S": "a"}})
    assert dynamodb.describe_table(TableName=name)["Table"]["ItemCount"] == 0


def test_a_protected_table_stays(dynamodb: Any) -> None:
    name = create(dynamodb, hash_table(unique("kept"), DeletionProtectionEnabled=True))
    refused(dynamodb.delete_table, "ValidationException", TableName=name)
    dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
    wait_active(dynamodb, name)
    dynamodb.delete_table(TableName=name)


def test_a_name_that_is_taken(dynamodb: Any, plain: str) -> None:
    refused(dynamodb.create_table, "ResourceInUseException", f"Table already exists: {plain}", **hash_table(plain))


def test_a_table_that_is_not_there(dynamodb: Any) -> None:
    for call in (dynamodb.describe_table, dynamodb.delete_table, dynamodb.describe_time_to_live):
        text = "Requested resource not found: Table: no-such-table not found"
        refused(call, "ResourceNotFoundException", text, TableName="no-such-table")
    key = {"pk": {"S": "a"}}
    text = "Requested resource not found"
    refused(dynamodb.get_item, "ResourceNotFoundException", text, TableName="no-such-table", Key=key)
    refused(dynamodb.put_item, "ResourceNotFoundException", text, TableName="no-such-table", Item=key)
    refused(dynamodb.scan, "ResourceNotFoundException", text, TableName="no-such-table")


GLOBAL = index("global", schema("a"))
LOCAL = index("local", schema("pk", "a"))
WITH_RANGE = {"AttributeDefinitions": definitions(pk="S", sk="S"), "KeySchema": schema("pk", "sk")}
WITH_A = {"AttributeDefinitions": definitions(pk="S", sk="S", a="S"), "KeySchema": schema("pk", "sk")}
UNITS = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}

REFUSED = {
    "units on demand": (
        {"ProvisionedThroughput": UNITS},
        INVALID
        + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
    ),
    "no units": (
        {"BillingMode": "PROVISIONED"},
        INVALID + "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
    ),
    "an undefined key": (
        {"KeySchema": schema("other")},
        INVALID
        + "Some index key attributes are not defined in AttributeDefinitions. "
        + "Keys: [other], AttributeDefinitions: [pk]",
    ),
    "a definition too many": (
        {"AttributeDefinitions": definitions(pk="S", b="S")},
        INVALID
        + "Number of attributes in KeySchema does not exactly match number of attributes defined in "
        + "AttributeDefinitions",
    ),
    "a range first": (
        {"KeySchema": [{"AttributeName": "pk", "KeyType": "RANGE"}]},
        "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
    ),
    "two hashes": (
        {**WITH_RANGE, "KeySchema": [*schema("pk"), *schema("sk")]},
        "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type",
    ),
    "more keys than definitions": (
        {"KeySchema": schema("pk", "pk")},
        "Invalid KeySchema: Some index key attribute have no definition",
    ),
    "one attribute twice": (
        {**WITH_RANGE, "KeySchema": schema("pk", "pk")},
        "Both the Hash Key and the Range Key element in the KeySchema have the same name",
    ),
    "no local index in the list": (
        {**WITH_RANGE, "LocalSecondaryIndexes": []},
        INVALID + "List of LocalSecondaryIndexes is empty",
    ),
    "no global index in the list": (
        {**WITH_RANGE, "GlobalSecondaryIndexes": []},
        INVALID + "List of GlobalSecondaryIndexes is empty",
    ),
    "a local index without a range key to the table": (
        {"AttributeDefinitions": definitions(pk="S", a="S"), "LocalSecondaryIndexes": [LOCAL]},
        INVALID + "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex",
    ),
    "a local index without a range key": (
        {**WITH_RANGE, "LocalSecondaryIndexes": [index("local", schema("pk"))]},
        INVALID + "Index KeySchema does not have a range key for index: local",
    ),
    "a local index of another partition": (
        {**WITH_A, "LocalSecondaryIndexes": [index("local", schema("a", "sk"))]},
        INVALID
        + "Index KeySchema does not have the same leading hash key as table KeySchema for index: local. "
        + "index hash key: a, table hash key: pk",
    ),
    "a doubled index name": (
        {**WITH_A, "GlobalSecondaryIndexes": [GLOBAL], "LocalSecondaryIndexes": [index("global", schema("pk", "a"))]},
        INVALID + "Duplicate index name: global",
    ),
    "no projection type": (
        {**WITH_A, "GlobalSecondaryIndexes": [{**GLOBAL, "Projection": {}}]},
        INVALID + "Unknown ProjectionType: null",
    ),
    "attributes with ALL": (
        {**WITH_A, "GlobalSecondaryIndexes": [index("global", schema("a"), "ALL", "x")]},
        INVALID + "ProjectionType is ALL, but NonKeyAttributes is specified",
    ),
    "a definition too many beside an index": (
        {
            "AttributeDefinitions": definitions(pk="S", sk="S", a="S", b="S"),
            "KeySchema": schema("pk", "sk"),
            "GlobalSecondaryIndexes": [GLOBAL],
        },
        INVALID + "Some AttributeDefinitions are not used. "
        "AttributeDefinitions: [pk, sk, a, b], keys used: [pk, sk, a]",
    ),
    "a stream without a view type": (
        {"StreamSpecification": {"StreamEnabled": True}},
        INVALID + "If stream is being enabled then UpdateViewType is required",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_create_table_refuses(dynamodb: Any, case: str) -> None:
    change, text = REFUSED[case]
    parameters = {**hash_table(unique("refused")), **change}
    refused(dynamodb.create_table, "ValidationException", text, **parameters)
