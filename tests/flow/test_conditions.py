"""Conditions end to end: fine-grained access to items, tags of resources and requests, who asks and from where."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import wait_until
from tests.flow.functions import zipped
from tests.flow.test_iam import ACCOUNT, LAMBDA_TRUST, name, policy, refused, user

__all__ = ["user"]  # the fixture

DENIED = "AccessDeniedException"
MINE = ["pk", "name", "score"]


@pytest.fixture
def iam(server: Any) -> Any:
    return server.client("iam")


@pytest.fixture
def table(server: Any) -> Callable[..., str]:
    """Make a table with the key `pk`; its name."""
    database = server.client("dynamodb")

    def make(**more: Any) -> str:
        made = name("T")
        database.create_table(
            TableName=made,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            **more,
        )
        wait_until("the table", lambda: database.describe_table(TableName=made)["Table"]["TableStatus"] == "ACTIVE")
        return made

    return make


def arn_of(table: str) -> str:
    return f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/{table}"


# --- fine-grained access ---------------------------------------------------------------------------------------------


def fine_grained(table: str) -> str:
    """Only one's own items, of them only some attributes, and those only by name."""
    condition = {
        "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:username}"], "dynamodb:Attributes": MINE},
        "StringEqualsIfExists": {
            "dynamodb:Select": "SPECIFIC_ATTRIBUTES",
            "dynamodb:ReturnValues": ["NONE", "UPDATED_OLD", "UPDATED_NEW"],
        },
    }
    actions = ["GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"]
    return policy(action=[f"dynamodb:{each}" for each in actions], resource=arn_of(table), Condition=condition)


def test_a_user_reaches_its_own_items_and_attributes_alone(server: Any, user: Any, table: Any) -> None:
    made, who = table(), user.name
    root, own = server.client("dynamodb"), user.client("dynamodb")
    user.may(fine_grained(made))
    root.put_item(TableName=made, Item={"pk": {"S": "eve"}, "name": {"S": "Eve"}})
    root.put_item(TableName=made, Item={"pk": {"S": who}, "name": {"S": "Me"}, "salary": {"N": "9"}})

    mine, hers = {"pk": {"S": who}}, {"pk": {"S": "eve"}}
    only = {"TableName": made, "ProjectionExpression": "#n", "ExpressionAttributeNames": {"#n": "name"}}
    assert own.get_item(Key=mine, **only)["Item"] == {"name": {"S": "Me"}}
    assert refused(own.get_item, Key=hers, **only)[0] == DENIED
    assert refused(own.get_item, Key=mine, TableName=made)[0] == DENIED
    assert refused(own.get_item, Key=mine, TableName=made, ProjectionExpression="salary")[0] == DENIED

    query = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": who}}, **only}
    assert own.query(**query, Select="SPECIFIC_ATTRIBUTES")["Items"] == [{"name": {"S": "Me"}}]
    query["ExpressionAttributeValues"] = {":p": {"S": "eve"}}
    assert refused(own.query, **query)[0] == DENIED

    own.put_item(TableName=made, Item={**mine, "score": {"N": "1"}})
    assert refused(own.put_item, TableName=made, Item={**mine, "salary": {"N": "10"}})[0] == DENIED
    assert refused(own.put_item, TableName=made, Item=hers)[0] == DENIED
    assert refused(own.put_item, TableName=made, Item=mine, ReturnValues="ALL_OLD")[0] == DENIED

    values = {"ExpressionAttributeValues": {":v": {"N": "2"}}, "TableName": made, "Key": mine}
    own.update_item(UpdateExpression="SET score = :v", ReturnValues="UPDATED_NEW", **values)
    assert refused(own.update_item, UpdateExpression="SET salary = :v", **values)[0] == DENIED
    condition = {"UpdateExpression": "SET score = :v", "ConditionExpression": "salary > :v"}
    assert refused(own.update_item, **condition, **values)[0] == DENIED

    wanted = {"ProjectionExpression": "score"}
    batch = own.batch_get_item(RequestItems={made: {"Keys": [mine], **wanted}})
    assert batch["Responses"][made] == [{"score": {"N": "2"}}]
    assert refused(own.batch_get_item, RequestItems={made: {"Keys": [mine, hers], **wanted}})[0] == DENIED
    writes = [{"PutRequest": {"Item": mine}}, {"DeleteRequest": {"Key": hers}}]
    assert refused(own.batch_write_item, RequestItems={made: writes})[0] == DENIED
    assert refused(own.scan, TableName=made)[0] == DENIED
    assert root.get_item(TableName=made, Key=hers)["Item"]["name"] == {"S": "Eve"}


def test_only_inside_of_transactions(server: Any, user: Any, table: Any) -> None:
    made = table()
    transaction = {"StringEquals": {"dynamodb:EnclosingOperation": "TransactWriteItems"}}
    user.may(policy(action="dynamodb:PutItem", resource=arn_of(made), Condition=transaction))
    own, item = user.client("dynamodb"), {"pk": {"S": "a"}}
    assert refused(own.put_item, TableName=made, Item=item)[0] == DENIED
    own.transact_write_items(TransactItems=[{"Put": {"TableName": made, "Item": item}}])
    assert server.client("dynamodb").get_item(TableName=made, Key=item)["Item"] == item


def test_capacity_may_be_asked_for_by_those_who_may(user: Any, table: Any) -> None:
    made = table()
    asked = {"StringEqualsIfExists": {"dynamodb:ReturnConsumedCapacity": "NONE"}}
    user.may(policy(action="dynamodb:GetItem", resource=arn_of(made), Condition=asked))
    own, request = user.client("dynamodb"), {"TableName": made, "Key": {"pk": {"S": "a"}}}
    own.get_item(**request)
    assert refused(own.get_item, **request, ReturnConsumedCapacity="TOTAL")[0] == DENIED


# --- tags ------------------------------------------------------------------------------------------------------------


def test_tags_of_a_table_decide_about_it_and_all_that_is_part_of_it(server: Any, user: Any, table: Any) -> None:
    stream = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    red = table(Tags=[{"Key": "team", "Value": "red"}], StreamSpecification=stream)
    blue = table(Tags=[{"Key": "team", "Value": "blue"}])
    user.may(policy(Condition={"StringEquals": {"aws:ResourceTag/team": "red"}}))
    own = user.client("dynamodb")
    own.describe_table(TableName=red)
    own.get_item(TableName=red, Key={"pk": {"S": "a"}})
    assert refused(own.describe_table, TableName=blue)[0] == DENIED
    assert refused(own.get_item, TableName=blue, Key={"pk": {"S": "a"}})[0] == DENIED
    stream_arn = server.client("dynamodb").describe_table(TableName=red)["Table"]["LatestStreamArn"]
    user.client("dynamodbstreams").describe_stream(StreamArn=stream_arn)
    server.client("dynamodb").tag_resource(ResourceArn=arn_of(red), Tags=[{"Key": "team", "Value": "green"}])
    assert refused(own.describe_table, TableName=red)[0] == DENIED


def test_tags_of_the_request_decide_how_resources_may_be_tagged(server: Any, user: Any, table: Any) -> None:
    made = table()
    allowed = {
        "StringEquals": {"aws:RequestTag/team": "red"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["team", "cost"]},
    }
    user.may(policy(action=["dynamodb:TagResource", "logs:*", "lambda:*"], Condition=allowed))
    own, red = user.client("dynamodb"), {"Key": "team", "Value": "red"}
    own.tag_resource(ResourceArn=arn_of(made), Tags=[red])
    for tags in ([{"Key": "team", "Value": "blue"}], [red, {"Key": "other", "Value": ""}]):
        assert refused(own.tag_resource, ResourceArn=arn_of(made), Tags=tags)[0] == DENIED
    logs, group = user.client("logs"), f"/{name('group')}"
    assert refused(logs.create_log_group, logGroupName=group, tags={"team": "blue"})[0] == DENIED
    logs.create_log_group(logGroupName=group, tags={"team": "red"})
    user.may(policy(action="logs:*", Condition={"StringEquals": {"aws:ResourceTag/team": "red"}}))
    logs.put_retention_policy(logGroupName=group, retentionInDays=1)
    server.client("logs").tag_log_group(logGroupName=group, tags={"team": "blue"})
    assert refused(logs.put_retention_policy, logGroupName=group, retentionInDays=1)[0] == DENIED


# --- who asks, from where, for whom ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "allowed"),
    [
        ({"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, True),
        ({"NotIpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, False),
        ({"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, True),
        ({"NumericLessThan": {"aws:EpochTime": "1577836800"}}, False),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:user/user-*"}}, True),
        ({"StringEquals": {"aws:PrincipalAccount": ACCOUNT, "aws:ResourceAccount": ACCOUNT}}, True),
        ({"StringEquals": {"aws:PrincipalType": "User"}}, True),
        ({"StringLike": {"aws:userid": "AIDA*", "aws:username": "user-*"}}, True),
        ({"StringEquals": {"aws:PrincipalTag/team": "red"}}, True),
        ({"Bool": {"aws:SecureTransport": "false", "aws:ViaAWSService": "false"}}, True),
        ({"StringLike": {"aws:UserAgent": "*Boto3*"}}, True),
        ({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, False),
        ({"Null": {"aws:TokenIssueTime": "true", "aws:MultiFactorAuthPresent": "true", "aws:CalledVia": "true"}}, True),
        ({"Bool": {"aws:MultiFactorAuthPresent": "false"}}, False),
    ],
)
def test_global_keys(iam: Any, user: Any, condition: Any, allowed: bool) -> None:
    iam.tag_user(UserName=user.name, Tags=[{"Key": "team", "Value": "red"}])
    user.may(policy(action="dynamodb:ListTables", Condition=condition))
    own = user.client("dynamodb")
    if allowed:
        own.list_tables()
    else:
        assert refused(own.list_tables)[0] == DENIED


def test_a_role_may_be_lent_to_one_function_and_to_no_other(iam: Any, server: Any) -> None:
    role, function = name("role"), name("f")
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{function}"
    trust = {**LAMBDA_TRUST["Statement"][0]}  # type: ignore[dict-item]
    trust["Condition"] = {"ArnLike": {"aws:SourceArn": arn}, "StringEquals": {"aws:SourceAccount": ACCOUNT}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=document)
    request = {"Runtime": "python3.11", "Handler": "a.b", "Role": f"arn:aws:iam::{ACCOUNT}:role/{role}"}
    code = {"ZipFile": zipped(a__py="def b(event, context): return 1")}
    client = server.client("lambda")
    refusal = refused(client.create_function, FunctionName=f"{function}x", Code=code, **request)
    assert refusal[1] == "The role defined for the function cannot be assumed by Lambda."
    client.create_function(FunctionName=function, Code=code, **request)


def test_a_role_is_passed_to_one_service_and_one_resource(iam: Any, user: Any) -> None:
    role, function = name("role"), name("f")
    made = iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(LAMBDA_TRUST))["Role"]["Arn"]
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{function}"
    pass_role = {
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": made,
        "Condition": {
            "StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"},
            "ArnEquals": {"iam:AssociatedResourceArn": arn},
        },
    }
    create = {"Effect": "Allow", "Action": "lambda:CreateFunction", "Resource": "*"}
    user.may(json.dumps({"Version": "2012-10-17", "Statement": [pass_role, create]}))
    request = {
        "Runtime": "python3.11",
        "Handler": "a.b",
        "Role": made,
        "Code": {"ZipFile": zipped(a__py="def b(event, context): return 1")},
    }
    own = user.client("lambda")
    assert refused(own.create_function, FunctionName=f"{function}x", **request)[0] == DENIED
    own.create_function(FunctionName=function, **request)


def test_permissions_may_be_given_to_some_principals_alone(server: Any, user: Any) -> None:
    user.may(
        policy(action="lambda:AddPermission", Condition={"StringEquals": {"lambda:Principal": "s3.amazonaws.com"}})
    )
    request = {"FunctionName": name("f"), "StatementId": "s", "Action": "lambda:InvokeFunction"}
    own = user.client("lambda")
    assert refused(own.add_permission, Principal="*", **request)[0] == DENIED
    assert refused(own.add_permission, Principal="s3.amazonaws.com", **request)[0] == "ResourceNotFoundException"
