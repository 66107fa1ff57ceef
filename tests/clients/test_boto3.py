"""boto3's resource, as "Amazon DynamoDB" in its guide uses it, and what comes with it: paginators, waiters, types."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import boto3
import pytest
from boto3.dynamodb.conditions import Attr, Key
from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer
from botocore.config import Config
from botocore.exceptions import ClientError, WaiterError

from tests.clients.conftest import REGION
from tests.conftest import RunningServer

Table = Any
QUICK = {"Delay": 1, "MaxAttempts": 20}


@pytest.fixture(scope="module")
def resource(server: RunningServer) -> Any:
    session = boto3.Session(server.access_key, server.secret_key, region_name=REGION)
    return session.resource("dynamodb", endpoint_url=server.endpoint, config=Config(retries={"max_attempts": 1}))


@pytest.fixture
def users(resource: Any, unique: Callable[[str], str]) -> Iterator[Table]:
    """The guide's table, with an index by city and age."""
    table = resource.create_table(
        TableName=unique("users"),
        KeySchema=[
            {"AttributeName": "username", "KeyType": "HASH"},
            {"AttributeName": "last_name", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "username", "AttributeType": "S"},
            {"AttributeName": "last_name", "AttributeType": "S"},
            {"AttributeName": "city", "AttributeType": "S"},
            {"AttributeName": "age", "AttributeType": "N"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-city",
                "KeySchema": [
                    {"AttributeName": "city", "KeyType": "HASH"},
                    {"AttributeName": "age", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
                "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
            }
        ],
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
    )
    assert table.table_status == "CREATING"
    table.meta.client.get_waiter("table_exists").wait(TableName=table.name, WaiterConfig=QUICK)
    table.reload()
    yield table
    table.delete()
    table.meta.client.get_waiter("table_not_exists").wait(TableName=table.name, WaiterConfig=QUICK)


def test_a_table_is_described_by_attributes(resource: Any, users: Table) -> None:
    assert users.table_status == "ACTIVE"
    assert users.item_count == 0
    assert users.creation_date_time.tzinfo is not None
    assert users.provisioned_throughput["ReadCapacityUnits"] == 5
    assert users.name in [each.name for each in resource.tables.all()]
    assert users.name in [each.name for each in resource.tables.limit(1000)]


def test_an_item_lives_and_ends(users: Table) -> None:
    key = {"username": "janedoe", "last_name": "Doe"}
    users.put_item(Item={**key, "age": 25, "account_type": "standard_user"})
    assert users.get_item(Key=key)["Item"] == {**key, "age": Decimal(25), "account_type": "standard_user"}
    users.update_item(Key=key, UpdateExpression="SET age = :val1", ExpressionAttributeValues={":val1": 26})
    assert users.get_item(Key=key)["Item"]["age"] == 26
    gone = users.delete_item(Key=key, ReturnValues="ALL_OLD")
    assert gone["Attributes"]["age"] == 26
    assert "Item" not in users.get_item(Key=key)


def test_every_type_comes_back_as_python_has_it(users: Table) -> None:
    item = {
        "username": "types",
        "last_name": "All",
        "number": Decimal("-12345678901234567890.123456789012345678"),
        "tiny": Decimal("1E-130"),
        "bytes": Binary(b"\x00\xff"),
        "flag": False,
        "nothing": None,
        "list": [Decimal(1), "two", [], {}],
        "map": {"nested": {"deep": Decimal("3.5")}},
        "strings": {"a", "b"},
        "numbers": {Decimal("1.5"), Decimal(-2)},
        "binaries": {Binary(b"x"), Binary(b"y")},
        "empty": "",
    }
    users.put_item(Item=item)
    assert users.get_item(Key={"username": "types", "last_name": "All"})["Item"] == item


def test_the_serializers_speak_the_client_s_language(server: RunningServer, users: Table) -> None:
    item = {"username": "low", "last_name": "Level", "set": {Decimal(1)}, "blob": Binary(b"\x01")}
    serializer, deserializer = TypeSerializer(), TypeDeserializer()
    client = server.client("dynamodb")
    client.put_item(TableName=users.name, Item={name: serializer.serialize(value) for name, value in item.items()})
    key = {"username": {"S": "low"}, "last_name": {"S": "Level"}}
    found = client.get_item(TableName=users.name, Key=key)["Item"]
    assert {name: deserializer.deserialize(value) for name, value in found.items()} == item


def fill(users: Table, count: int = 60) -> None:
    with users.batch_writer() as batch:
        for number in range(count):
            city = ("Oslo", "Rome", "Lima")[number % 3]
            address = {"zipcode": f"{number:05}", "state": "CA" if number % 2 else "NY"}
            user = {"username": f"user{number:03}", "last_name": "Doe", "city": city, "age": number}
            batch.put_item(Item={**user, "address": address, "tags": {f"tag{number % 4}"}})


def test_a_batch_writer_writes_more_than_one_batch_and_drops_doubles(users: Table) -> None:
    fill(users)
    with users.batch_writer(overwrite_by_pkeys=["username", "last_name"]) as batch:
        for age in range(30):
            batch.put_item(Item={"username": "same", "last_name": "Doe", "age": age})
        batch.delete_item(Key={"username": "user000", "last_name": "Doe"})
    found = users.scan(ConsistentRead=True)["Items"]
    assert len(found) == 60
    assert {each["age"] for each in found if each["username"] == "same"} == {29}


@pytest.mark.parametrize(
    ("condition", "ages"),
    [
        (Attr("age").lt(3), [0, 1, 2]),
        (Attr("username").begins_with("user00") & Attr("address.state").eq("CA"), [1, 3, 5, 7, 9]),
        (Attr("age").between(4, 6) | Attr("age").is_in([58, 59]), [4, 5, 6, 58, 59]),
        (~Attr("age").gt(1), [0, 1]),
        (Attr("tags").contains("tag3") & Attr("age").lte(11), [3, 7, 11]),
        (Attr("address").attribute_type("M") & Attr("age").gte(58), [58, 59]),
        (Attr("missing").exists() | Attr("age").eq(7), [7]),
        (Attr("missing").not_exists() & Attr("age").ne(7) & Attr("age").between(6, 8), [6, 8]),
        (Attr("username").size().eq(7) & Attr("age").lt(1), [0]),
    ],
)
def test_conditions_filter_a_scan(users: Table, condition: Any, ages: list[int]) -> None:
    fill(users)
    found = users.scan(FilterExpression=condition)
    assert sorted(int(each["age"]) for each in found["Items"]) == ages
    assert found["ScannedCount"] == 60


def test_key_conditions_query_a_table_and_its_index(users: Table) -> None:
    fill(users)
    one = users.query(KeyConditionExpression=Key("username").eq("user007") & Key("last_name").begins_with("D"))
    assert [each["age"] for each in one["Items"]] == [7]
    index = users.query(
        IndexName="by-city",
        KeyConditionExpression=Key("city").eq("Rome") & Key("age").between(10, 20),
        FilterExpression=Attr("address.state").eq("NY"),
        ProjectionExpression="age, #a.zipcode",
        ExpressionAttributeNames={"#a": "address"},
        ScanIndexForward=False,
    )
    assert index["Items"] == [
        {"age": 16, "address": {"zipcode": "00016"}},
        {"age": 10, "address": {"zipcode": "00010"}},
    ]
    assert index["ScannedCount"] == 4
    counted = users.query(IndexName="by-city", KeyConditionExpression=Key("city").eq("Lima"), Select="COUNT")
    assert (counted["Count"], "Items" in counted) == (20, False)


def test_a_condition_guards_a_write(users: Table) -> None:
    item = {"username": "once", "last_name": "Doe", "age": 1}
    users.put_item(Item=item, ConditionExpression=Attr("username").not_exists())
    failed = users.meta.client.exceptions.ConditionalCheckFailedException
    with pytest.raises(failed) as caught:
        users.put_item(
            Item={**item, "age": 2},
            ConditionExpression=Attr("username").not_exists(),
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert caught.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
    assert caught.value.response["Item"]["age"] == {"N": "1"}  # errors are not deserialized by the resource


def test_pages_follow_each_other(users: Table) -> None:
    fill(users)
    pages, start = [], {}
    while True:
        page = users.scan(Limit=25, **start)
        pages.append(page["Count"])
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert pages == [25, 25, 10]


def test_paginators_follow_them_alone(server: RunningServer, users: Table) -> None:
    fill(users)
    client = server.client("dynamodb")  # the resource's own cannot write a Decimal into the token of MaxItems
    scan = client.get_paginator("scan").paginate(TableName=users.name, PaginationConfig={"PageSize": 7})
    assert sum(page["Count"] for page in scan) == 60
    limited = client.get_paginator("query").paginate(
        TableName=users.name,
        IndexName="by-city",
        KeyConditionExpression="city = :c",
        ExpressionAttributeValues={":c": {"S": "Oslo"}},
        PaginationConfig={"PageSize": 3, "MaxItems": 8},
    )
    ages = [int(each["age"]["N"]) for page in limited for each in page["Items"]]
    assert ages == [0, 3, 6, 9, 12, 15, 18, 21]
    names = client.get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 1})
    assert users.name in [name for page in names for name in page["TableNames"]]
    tags = client.get_paginator("list_tags_of_resource").paginate(ResourceArn=users.table_arn)
    assert [page["Tags"] for page in tags] == [[]]


def test_segments_of_a_parallel_scan_are_the_whole(users: Table) -> None:
    fill(users)
    parts = [users.scan(Segment=n, TotalSegments=4)["Items"] for n in range(4)]
    assert sorted(int(each["age"]) for part in parts for each in part) == list(range(60))


def test_batches_of_the_resource(users: Table, resource: Any) -> None:
    fill(users, 5)
    keys = [{"username": f"user{number:03}", "last_name": "Doe"} for number in range(7)]
    request = {users.name: {"Keys": keys, "ProjectionExpression": "age"}}
    found = resource.batch_get_item(RequestItems=request, ReturnConsumedCapacity="TOTAL")
    assert sorted(int(each["age"]) for each in found["Responses"][users.name]) == [0, 1, 2, 3, 4]
    assert found["UnprocessedKeys"] == {}
    assert found["ConsumedCapacity"][0]["CapacityUnits"] == 3.5
    requests = [{"DeleteRequest": {"Key": key}} for key in keys]
    assert resource.batch_write_item(RequestItems={users.name: requests})["UnprocessedItems"] == {}
    assert users.scan(Select="COUNT")["Count"] == 0


def test_a_transaction_is_cancelled_with_its_reasons(users: Table, resource: Any) -> None:
    client, name = resource.meta.client, users.name
    first = {"username": "first", "last_name": "Doe"}
    put = {"Put": {"TableName": name, "Item": {**first, "age": 1}}}
    update = {
        "Update": {
            "TableName": name,
            "Key": {"username": "second", "last_name": "Doe"},
            "UpdateExpression": "ADD age :one",
            "ConditionExpression": "attribute_exists(username)",
            "ExpressionAttributeValues": {":one": 1},
        }
    }
    with pytest.raises(client.exceptions.TransactionCanceledException) as caught:
        client.transact_write_items(TransactItems=[put, update])
    codes = [reason["Code"] for reason in caught.value.response["CancellationReasons"]]
    assert codes == ["None", "ConditionalCheckFailed"]
    client.transact_write_items(TransactItems=[put], ClientRequestToken="once")
    client.transact_write_items(TransactItems=[put], ClientRequestToken="once")
    found = client.transact_get_items(TransactItems=[{"Get": {"TableName": name, "Key": first}}])
    assert found["Responses"] == [{"Item": {**first, "age": 1}}]


def test_waiters_and_errors_tell_what_is_missing(resource: Any, unique: Callable[[str], str]) -> None:
    client, name = resource.meta.client, unique("missing")
    client.get_waiter("table_not_exists").wait(TableName=name, WaiterConfig=QUICK)
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 0, "MaxAttempts": 2})
    with pytest.raises(client.exceptions.ResourceNotFoundException, match=f"Table: {name} not found"):
        resource.Table(name).load()
    with pytest.raises(ClientError, match="Requested resource not found"):
        resource.Table(name).get_item(Key={"k": "v"})


def test_a_table_changes_its_throughput_and_an_index_goes(users: Table) -> None:
    users = users.update(ProvisionedThroughput={"ReadCapacityUnits": 6, "WriteCapacityUnits": 6})
    users.meta.client.get_waiter("table_exists").wait(TableName=users.name, WaiterConfig=QUICK)
    users.update(GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by-city"}}])
    users.meta.client.get_waiter("table_exists").wait(TableName=users.name, WaiterConfig=QUICK)
    users.reload()
    assert users.provisioned_throughput["ReadCapacityUnits"] == 6
    assert not users.global_secondary_indexes
