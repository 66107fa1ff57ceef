"""DynamoDB's own condition keys, held by policies: partitions, attributes, indexes, every action of a transaction."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import RunningServer

ACCOUNT = "000000000000"
ITEM_ACTIONS = [
    f"dynamodb:{name}"
    for name in ("GetItem", "PutItem", "UpdateItem", "Query", "BatchGetItem", "BatchWriteItem", "ConditionCheckItem")
]


@pytest.fixture(scope="module")
def table(server: RunningServer) -> Iterator[str]:
    """A game's table: user and game title are its key, `by_title` an index."""
    dynamodb = server.client("dynamodb")
    name = f"Game-{uuid.uuid4().hex[:8]}"
    dynamodb.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "UserId", "KeyType": "HASH"},
            {"AttributeName": "Title", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "UserId", "AttributeType": "S"},
            {"AttributeName": "Title", "AttributeType": "S"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by_title",
                "KeySchema": [{"AttributeName": "Title", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.describe_table(TableName=name)
    yield name
    dynamodb.delete_table(TableName=name)


@pytest.fixture
def user(server: RunningServer, table: str) -> Callable[..., Any]:
    """Makes a DynamoDB client of a new user whose only statement allows `actions` under a condition."""

    def make(actions: list[str], condition: dict[str, Any] | None = None, resource: str = "") -> Any:
        iam, name = server.client("iam"), f"user-{uuid.uuid4().hex[:8]}"
        iam.create_user(UserName=name)
        arn = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/{table}"
        statement: dict[str, Any] = {"Effect": "Allow", "Action": actions, "Resource": arn + resource}
        if condition:
            statement["Condition"] = condition
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return server.client("dynamodb", access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"])

    return make


def key(user_id: str) -> dict[str, Any]:
    return {"UserId": {"S": user_id}, "Title": {"S": "chess"}}


def is_denied(call: Callable[..., Any], **request: Any) -> bool:
    try:
        call(**request)
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDeniedException":
            raise
        return True
    return False


def partition_query(user_id: str) -> dict[str, Any]:
    return {"KeyConditionExpression": "UserId = :u", "ExpressionAttributeValues": {":u": {"S": user_id}}}


def test_a_user_reaches_its_own_partition_alone(table: str, user: Callable[..., Any]) -> None:
    dynamodb = user(ITEM_ACTIONS, {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["alice"]}})
    for name, denied in (("alice", False), ("bob", True)):
        at = key(name)
        assert is_denied(dynamodb.put_item, TableName=table, Item=at) is denied
        assert is_denied(dynamodb.get_item, TableName=table, Key=at) is denied
        assert is_denied(dynamodb.update_item, TableName=table, Key=at) is denied
        assert is_denied(dynamodb.query, TableName=table, **partition_query(name)) is denied
        older = {"UserId": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": name}]}}
        assert is_denied(dynamodb.query, TableName=table, KeyConditions=older) is denied
        assert is_denied(dynamodb.batch_get_item, RequestItems={table: {"Keys": [at]}}) is denied
        puts = {table: [{"PutRequest": {"Item": at}}]}
        assert is_denied(dynamodb.batch_write_item, RequestItems=puts) is denied
        put = {"Put": {"TableName": table, "Item": at}}
        assert is_denied(dynamodb.transact_write_items, TransactItems=[put]) is denied
        get = {"Get": {"TableName": table, "Key": at}}
        assert is_denied(dynamodb.transact_get_items, TransactItems=[get]) is denied
    both = {table: {"Keys": [key("alice"), key("bob")]}}
    assert is_denied(dynamodb.batch_get_item, RequestItems=both)


def test_a_transaction_needs_each_of_its_actions(table: str, user: Callable[..., Any]) -> None:
    dynamodb = user(["dynamodb:PutItem"])
    put = {"Put": {"TableName": table, "Item": key("carol")}}
    assert not is_denied(dynamodb.transact_write_items, TransactItems=[put])
    delete = {"Delete": {"TableName": table, "Key": key("dave")}}
    assert is_denied(dynamodb.transact_write_items, TransactItems=[put, delete])
    check = {"TableName": table, "Key": key("erin"), "ConditionExpression": "attribute_not_exists(UserId)"}
    assert is_denied(dynamodb.transact_write_items, TransactItems=[put, {"ConditionCheck": check}])


def test_an_index_has_a_permission_of_its_own(table: str, user: Callable[..., Any]) -> None:
    request = {"KeyConditionExpression": "Title = :t", "ExpressionAttributeValues": {":t": {"S": "chess"}}}
    on_index = user(["dynamodb:Query"], resource="/index/by_title")
    assert not is_denied(on_index.query, TableName=table, IndexName="by_title", **request)
    assert is_denied(on_index.query, TableName=table, **partition_query("alice"))
    on_table = user(["dynamodb:Query"])
    assert is_denied(on_table.query, TableName=table, IndexName="by_title", **request)


def test_a_user_sees_and_changes_some_attributes_alone(table: str, user: Callable[..., Any]) -> None:
    dynamodb = user(
        ITEM_ACTIONS,
        {
            "ForAllValues:StringEquals": {"dynamodb:Attributes": ["UserId", "Title", "Score"]},
            "StringEqualsIfExists": {
                "dynamodb:Select": "SPECIFIC_ATTRIBUTES",
                "dynamodb:ReturnValues": ["NONE", "UPDATED_OLD", "UPDATED_NEW"],
            },
        },
    )
    at = {"TableName": table, "Key": key("frank")}
    assert is_denied(dynamodb.get_item, **at)
    assert not is_denied(dynamodb.get_item, **at, ProjectionExpression="Score")
    assert is_denied(dynamodb.get_item, **at, ProjectionExpression="Score, Email")
    assert is_denied(dynamodb.get_item, **at, AttributesToGet=["Email"])
    values = {"ExpressionAttributeValues": {":v": {"N": "1"}}}
    assert not is_denied(dynamodb.update_item, **at, UpdateExpression="SET Score = :v", **values)
    assert is_denied(dynamodb.update_item, **at, UpdateExpression="SET Email = :v", **values)
    assert is_denied(dynamodb.update_item, **at, AttributeUpdates={"Email": {"Value": {"N": "1"}}})
    everything = {"UpdateExpression": "SET Score = :v", "ReturnValues": "ALL_NEW", **values}
    assert is_denied(dynamodb.update_item, **at, **everything)
    names = {"ExpressionAttributeNames": {"#e": "Email"}, "ConditionExpression": "attribute_not_exists(#e)"}
    assert is_denied(dynamodb.put_item, TableName=table, Item=key("frank"), **names)
    assert is_denied(dynamodb.query, TableName=table, **partition_query("frank"))
    query = {**partition_query("frank"), "Select": "SPECIFIC_ATTRIBUTES", "ProjectionExpression": "Score"}
    assert not is_denied(dynamodb.query, TableName=table, **query)


def test_insights_of_an_index_are_a_permission_on_the_index(table: str, user: Callable[..., Any]) -> None:
    theirs = user(["dynamodb:UpdateContributorInsights"], resource="/index/by_title")
    action = {"TableName": table, "ContributorInsightsAction": "ENABLE"}
    theirs.update_contributor_insights(**action, IndexName="by_title")
    with pytest.raises(ClientError, match="AccessDenied"):
        theirs.update_contributor_insights(**action)
    with pytest.raises(ClientError, match="AccessDenied"):
        theirs.describe_contributor_insights(TableName=table, IndexName="by_title")
    with pytest.raises(ClientError, match="AccessDenied"):
        theirs.list_contributor_insights()
