"""The policy simulator through boto3: decisions, the statements behind them, what is missing, pages."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.flow.test_iam import ACCOUNT, LAMBDA_TRUST, name, policy, refused

TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/T"
OTHER = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/Other"
AFTER_2018 = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":'
    '{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}'
)


@pytest.fixture
def iam(server: Any) -> Any:
    return server.client("iam")


def custom(iam: Any, *policies: str, actions: tuple[str, ...] = ("dynamodb:GetItem",), **more: Any) -> Any:
    return iam.simulate_custom_policy(PolicyInputList=list(policies), ActionNames=list(actions), **more)[
        "EvaluationResults"
    ]


def at(time: str) -> list[dict[str, Any]]:
    return [{"ContextKeyName": "aws:CurrentTime", "ContextKeyValues": [time], "ContextKeyType": "date"}]


def test_the_commands_of_awss_own_documentation(iam: Any) -> None:
    def simulated(time: str) -> Any:
        return custom(iam, AFTER_2018, actions=("dynamodb:CreateBackup",), ContextEntries=at(time))

    assert simulated("2019-04-25T11:00:00Z") == [
        {
            "EvalActionName": "dynamodb:CreateBackup",
            "EvalResourceName": "*",
            "EvalDecision": "allowed",
            "MatchedStatements": [
                {
                    "SourcePolicyId": "PolicyInputList.1",
                    "SourcePolicyType": "IAM Policy",
                    "StartPosition": {"Line": 1, "Column": 38},
                    "EndPosition": {"Line": 1, "Column": 167},
                }
            ],
            "MissingContextValues": [],
        }
    ]
    [denied] = simulated("2014-04-25T11:00:00Z")
    assert (denied["EvalDecision"], denied["MatchedStatements"]) == ("implicitDeny", [])
    [asked] = custom(iam, AFTER_2018)
    assert asked["MissingContextValues"] == ["aws:CurrentTime"]
    document = AFTER_2018.replace('"*"', '"arn:aws:dynamodb:us-west-2:123456789012:table/${aws:username}"')
    keys = iam.get_context_keys_for_custom_policy(PolicyInputList=[document])
    assert keys["ContextKeyNames"] == ["aws:username", "aws:CurrentTime"]


def test_a_deny_is_the_only_statement_that_counts(iam: Any) -> None:
    [result] = custom(iam, policy(), policy("Deny", "dynamodb:Get*"))
    assert result["EvalDecision"] == "explicitDeny"
    assert [each["SourcePolicyId"] for each in result["MatchedStatements"]] == ["PolicyInputList.2"]


def test_every_resource_has_a_result_of_its_own(iam: Any) -> None:
    [result] = custom(iam, policy(resource=TABLE), ResourceArns=[TABLE, OTHER])
    assert result["EvalDecision"] == "implicitDeny"
    decisions = {each["EvalResourceName"]: each["EvalResourceDecision"] for each in result["ResourceSpecificResults"]}
    assert decisions == {TABLE: "allowed", OTHER: "implicitDeny"}
    [alone] = custom(iam, policy(resource=TABLE), ResourceArns=[TABLE])
    assert (alone["EvalResourceName"], alone["EvalDecision"], alone["EvalDecisionDetails"]) == (TABLE, "allowed", {})


def test_a_boundary_caps_and_says_so(iam: Any) -> None:
    [result] = custom(iam, policy(), PermissionsBoundaryPolicyInputList=[policy(action="logs:*")])
    assert result["EvalDecision"] == "implicitDeny"
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}


def test_a_resource_policy_grants_to_the_caller_and_across_accounts_both_must(iam: Any) -> None:
    bob = f"arn:aws:iam::{ACCOUNT}:user/bob"
    grant = policy(resource=TABLE, Principal={"AWS": bob})
    [granted] = custom(iam, policy(action="logs:*"), ResourcePolicy=grant, CallerArn=bob, ResourceArns=[TABLE])
    assert granted["EvalDecision"] == "allowed"
    [matched] = granted["MatchedStatements"]
    assert (matched["SourcePolicyId"], matched["SourcePolicyType"]) == ("ResourcePolicy", "Resource Policy")
    owner = {"ResourceOwner": "arn:aws:iam::999999999999:root", "CallerArn": bob, "ResourceArns": [TABLE]}
    [crossed] = custom(iam, policy(action="logs:*"), ResourcePolicy=grant, **owner)
    assert crossed["EvalDecision"] == "implicitDeny"
    assert crossed["EvalDecisionDetails"] == {"IAM Policy": "implicitDeny", "Resource Policy": "allowed"}
    [both] = custom(iam, policy(), ResourcePolicy=grant, **owner)
    assert both["EvalDecision"] == "allowed"


def test_a_users_policies_are_named_after_their_holders(iam: Any) -> None:
    who, group = name("user"), name("group")
    arn = iam.create_user(UserName=who)["User"]["Arn"]
    iam.create_group(GroupName=group)
    iam.add_user_to_group(GroupName=group, UserName=who)
    iam.put_user_policy(
        UserName=who, PolicyName="own", PolicyDocument=policy(resource=TABLE.replace("/T", "/${aws:username}"))
    )
    iam.put_group_policy(GroupName=group, PolicyName="ours", PolicyDocument=policy(action="logs:*"))
    iam.attach_user_policy(UserName=who, PolicyArn="arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess")

    def matched(action: str, resource: str, **more: Any) -> list[str]:
        answer = iam.simulate_principal_policy(
            PolicySourceArn=arn, ActionNames=[action], ResourceArns=[resource], **more
        )
        [result] = answer["EvaluationResults"]
        return [each["SourcePolicyId"] for each in result["MatchedStatements"]]

    mine = TABLE.replace("/T", f"/{who}")
    assert matched("dynamodb:PutItem", mine) == [f"user_{who}_own"]
    assert matched("dynamodb:PutItem", OTHER) == []
    assert matched("logs:PutLogEvents", "*") == [f"group_{group}_ours"]
    assert matched("dynamodb:GetItem", OTHER) == ["AmazonDynamoDBReadOnlyAccess"]
    inline = {"PolicyName": "own", "AttachmentType": "user", "AttachmentName": who}
    assert matched("dynamodb:PutItem", mine, PolicyExclusionList=[{"InlinePolicyIdentifier": inline}]) == []
    assert matched("dynamodb:PutItem", mine, PolicyExclusionList=[{"PolicyType": "inline"}]) == []
    iam.put_user_permissions_boundary(
        UserName=who, PermissionsBoundary="arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"
    )
    assert matched("dynamodb:PutItem", mine) == []
    assert matched("dynamodb:PutItem", mine, PolicyExclusionList=[{"PolicyType": "permission-boundary"}])


def test_results_come_by_pages(iam: Any) -> None:
    actions = [f"dynamodb:Action{n}" for n in range(7)]
    pages = iam.get_paginator("simulate_custom_policy").paginate(
        PolicyInputList=[policy()], ActionNames=actions, PaginationConfig={"PageSize": 3}
    )
    assert [result["EvalActionName"] for page in pages for result in page["EvaluationResults"]] == actions


@pytest.mark.parametrize(
    "request_",
    [
        {"PolicyInputList": ["{"]},
        {"ActionNames": ["GetItem"]},
        {"ActionNames": ["dynamodb:*"]},
        {"ResourcePolicy": policy(Principal="*")},
        {"ContextEntries": at("yesterday")},
    ],
)
def test_what_cannot_be_simulated_is_invalid_input(iam: Any, request_: dict[str, Any]) -> None:
    whole = {"PolicyInputList": [policy()], "ActionNames": ["dynamodb:GetItem"]} | request_
    assert refused(iam.simulate_custom_policy, **whole)[0] == "InvalidInput"


def test_who_is_not_there_cannot_be_simulated(iam: Any) -> None:
    role = iam.create_role(RoleName=name("r"), AssumeRolePolicyDocument=json.dumps(LAMBDA_TRUST))["Role"]["Arn"]
    assert iam.get_context_keys_for_principal_policy(PolicySourceArn=role)["ContextKeyNames"] == []
    asked = {"PolicySourceArn": role + "x", "ActionNames": ["dynamodb:GetItem"]}
    assert refused(iam.simulate_principal_policy, **asked)[0] == "NoSuchEntity"
    asked["PolicySourceArn"] = f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s"
    assert refused(iam.simulate_principal_policy, **asked)[0] == "InvalidInput"
