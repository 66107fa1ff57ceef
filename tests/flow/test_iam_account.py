"""What IAM says about the account as a whole, service-linked roles, and quotas."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from tests.flow.test_iam import ACCOUNT, LAMBDA_TRUST, name, policy, refused


@pytest.fixture
def iam(server: Any) -> Any:
    return server.client("iam")


# --- everything in one list ------------------------------------------------------------------------------------------


def test_the_details_show_every_entity_with_all_that_it_may(iam: Any) -> None:
    who, group, role = name("user"), name("group"), name("role")
    iam.create_user(UserName=who, Tags=[{"Key": "a", "Value": "b"}])
    iam.create_group(GroupName=group)
    iam.add_user_to_group(GroupName=group, UserName=who)
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(LAMBDA_TRUST))
    own = iam.create_policy(PolicyName=name("policy"), PolicyDocument=policy())["Policy"]["Arn"]
    iam.put_user_policy(UserName=who, PolicyName="inline", PolicyDocument=policy())
    iam.attach_role_policy(RoleName=role, PolicyArn=own)
    iam.attach_group_policy(GroupName=group, PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess")

    def everything(**request: Any) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        pages = iam.get_paginator("get_account_authorization_details").paginate(
            **request, PaginationConfig={"PageSize": 2}
        )
        for page in pages:
            for member in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"):
                found.setdefault(member, []).extend(page[member])
        return found

    found = everything()
    [user] = [each for each in found["UserDetailList"] if each["UserName"] == who]
    assert user["UserPolicyList"] == [{"PolicyName": "inline", "PolicyDocument": json.loads(policy())}]
    assert (user["GroupList"], user["Tags"]) == ([group], [{"Key": "a", "Value": "b"}])
    [shown] = [each for each in found["RoleDetailList"] if each["RoleName"] == role]
    assert shown["AttachedManagedPolicies"] == [{"PolicyName": own.rpartition("/")[2], "PolicyArn": own}]
    assert shown["AssumeRolePolicyDocument"] == LAMBDA_TRUST
    [mine] = [each for each in found["Policies"] if each["Arn"] == own]
    assert mine["PolicyVersionList"][0]["Document"] == json.loads(policy())
    assert any(each["PolicyName"] == "IAMReadOnlyAccess" for each in found["Policies"])
    only = everything(Filter=["Group"])
    assert not only["UserDetailList"] + only["RoleDetailList"] + only["Policies"]
    assert group in [each["GroupName"] for each in only["GroupDetailList"]]


def test_the_credential_report_has_a_line_a_user(durable_server: Any) -> None:
    iam = durable_server.client("iam")
    assert refused(iam.get_credential_report)[::2] == ("ReportNotPresent", 410)
    iam.create_user(UserName="with,comma")
    iam.create_access_key(UserName="with,comma")
    assert iam.generate_credential_report()["State"] == "STARTED"
    assert iam.generate_credential_report()["State"] == "COMPLETE"
    report = iam.get_credential_report()
    assert report["ReportFormat"] == "text/csv"
    root, user = csv.DictReader(io.StringIO(report["Content"].decode()))
    assert (root["user"], root["arn"]) == ("<root_account>", f"arn:aws:iam::{ACCOUNT}:root")
    assert (user["user"], user["password_enabled"], user["mfa_active"]) == ("with,comma", "false", "false")
    assert (user["access_key_1_active"], user["access_key_2_active"]) == ("true", "false")
    assert user["access_key_1_last_used_service"] == "N/A"
    assert user["cert_2_active"] == "false"


# --- service-linked roles --------------------------------------------------------------------------------------------


def test_a_service_linked_role_is_made_protected_and_deleted_by_its_own_operations(durable_server: Any) -> None:
    iam = durable_server.client("iam")
    service = "replication.dynamodb.amazonaws.com"
    role = iam.create_service_linked_role(AWSServiceName=service)["Role"]
    name_ = "AWSServiceRoleForDynamoDBReplication"
    assert role["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/{service}/{name_}"
    code, text, _ = refused(iam.create_service_linked_role, AWSServiceName=service)
    assert (code, text) == (
        "InvalidInput",
        f"Service role name {name_} has been taken in this account, please try a different suffix.",
    )
    for call, more in (
        (iam.delete_role, {}),
        (iam.put_role_policy, {"PolicyName": "p", "PolicyDocument": policy()}),
        (iam.attach_role_policy, {"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
        (iam.update_assume_role_policy, {"PolicyDocument": json.dumps(LAMBDA_TRUST)}),
    ):
        assert refused(call, RoleName=name_, **more)[0] == "UnmodifiableEntity"
    task = iam.delete_service_linked_role(RoleName=name_)["DeletionTaskId"]
    assert task.startswith(f"task/aws-service-role/{service}/{name_}/")
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"
    assert refused(iam.get_role, RoleName=name_)[0] == "NoSuchEntity"
    assert refused(iam.get_service_linked_role_deletion_status, DeletionTaskId=task + "x")[0] == "NoSuchEntity"


def test_services_that_are_not_here_have_no_service_linked_role(iam: Any) -> None:
    code, text, _ = refused(iam.create_service_linked_role, AWSServiceName="es.amazonaws.com")
    assert code == "InvalidInput"
    assert "replication.dynamodb.amazonaws.com" in text


# --- quotas ----------------------------------------------------------------------------------------------------------


def test_quotas_are_those_of_an_account_that_asked_for_nothing(iam: Any) -> None:
    role, who = name("role"), name("user")
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(LAMBDA_TRUST))
    iam.create_user(UserName=who)
    arns = [iam.create_policy(PolicyName=name("p"), PolicyDocument=policy())["Policy"]["Arn"] for _ in range(11)]
    for arn in arns[:10]:
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)
    assert refused(iam.attach_role_policy, RoleName=role, PolicyArn=arns[10])[:2] == (
        "LimitExceeded",
        "Cannot exceed quota for PoliciesPerRole: 10",
    )
    for _ in range(4):
        iam.create_policy_version(PolicyArn=arns[0], PolicyDocument=policy())
    assert refused(iam.create_policy_version, PolicyArn=arns[0], PolicyDocument=policy())[0] == "LimitExceeded"
    for member, call, size in (
        ({"UserName": who}, iam.put_user_policy, 2048),
        ({"RoleName": role}, iam.put_role_policy, 10240),
    ):
        too_long = policy(resource=f"arn:aws:s3:::{'x' * size}")
        assert refused(call, **member, PolicyName="long", PolicyDocument=too_long)[0] == "LimitExceeded"
    tags = [{"Key": f"k{n}", "Value": ""} for n in range(50)]
    iam.tag_role(RoleName=role, Tags=tags)
    assert refused(iam.tag_role, RoleName=role, Tags=[{"Key": "one-more", "Value": ""}])[0] == "LimitExceeded"


# --- what is refused -------------------------------------------------------------------------------------------------


def test_no_denial_here_carries_a_message_to_decode(server: Any) -> None:
    decode = server.client("sts").decode_authorization_message
    assert refused(decode, EncodedMessage="x" * 100)[0] == "InvalidAuthorizationMessageException"


def test_last_accesses_by_service_are_not_kept_and_that_is_said(iam: Any) -> None:
    code, text, _ = refused(iam.generate_service_last_accessed_details, Arn=f"arn:aws:iam::{ACCOUNT}:role/some-role")
    assert code == "UnsupportedOperationException"
    assert "GetAccessKeyLastUsed" in text
