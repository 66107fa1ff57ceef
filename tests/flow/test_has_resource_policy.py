"""Whether a policy stands on a resource, without an error where none does."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from tests.conftest import RunningServer
from tests.flow.functions import allow, make_function, make_table
from tests.flow.test_why import User, denied, tailrace


def test_a_policy_is_there_once_it_was_put(server: RunningServer) -> None:
    name = make_function(server, "policied", "def handler(event, context): pass\n")
    own, functions = tailrace(server), server.client("lambda")
    arn = functions.get_function_configuration(FunctionName=name)["FunctionArn"]
    assert own.has_resource_policy(ResourceArn=arn)["HasPolicy"] is False
    functions.add_permission(FunctionName=name, StatementId="s", Action="lambda:InvokeFunction", Principal="*")
    assert own.has_resource_policy(ResourceArn=arn)["HasPolicy"] is True
    assert own.has_resource_policy(ResourceArn=f"{arn}:1")["HasPolicy"] is False

    table = make_table(server, "policied")
    dynamodb = server.client("dynamodb")
    table_arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    assert own.has_resource_policy(ResourceArn=table_arn)["HasPolicy"] is False
    statement = {"Effect": "Allow", "Principal": "*", "Action": "dynamodb:GetItem", "Resource": table_arn}
    dynamodb.put_resource_policy(
        ResourceArn=table_arn, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    assert own.has_resource_policy(ResourceArn=table_arn)["HasPolicy"] is True


def test_it_is_asked_by_who_may_and_of_an_arn(server: RunningServer) -> None:
    arn = "arn:aws:lambda:us-east-1:000000000000:function:nowhere"
    nobody, reader = User(server), User(server, allow("tailrace:HasResourcePolicy", on=arn))
    _, error = denied(tailrace(server, nobody.key).has_resource_policy, ResourceArn=arn)
    assert error["Code"] == "AccessDeniedException"
    assert tailrace(server, reader.key).has_resource_policy(ResourceArn=arn)["HasPolicy"] is False
    with pytest.raises(ClientError, match="nowhere is no ARN") as refused:
        tailrace(server).has_resource_policy(ResourceArn="nowhere")
    assert refused.value.response["Error"]["Code"] == "ValidationException"
