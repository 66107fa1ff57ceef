"""IAM as boto3 sees it: the nouns, AWS's errors, and that a policy is worth exactly what it says."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import wait_until

ACCOUNT = "000000000000"
LAMBDA_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}


def name(prefix: str = "n") -> str:
    return f"{prefix}-{uuid.uuid4().hex[:10]}"


def policy(effect: str = "Allow", action: Any = "dynamodb:*", resource: Any = "*", **more: Any) -> str:
    statement = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def refused(call: Callable[..., Any], **request: Any) -> tuple[str, str, int]:
    """Code, text and HTTP status of a refusal."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["Error"]["Message"], answer["ResponseMetadata"]["HTTPStatusCode"]


@pytest.fixture
def iam(server: Any) -> Any:
    return server.client("iam")


@pytest.fixture
def user(server: Any, iam: Any) -> Any:
    """A new user: `.name`, and `.client(service)` with its key."""

    class User:
        name = name("user")

        def __init__(self) -> None:
            iam.create_user(UserName=self.name)
            self.key = iam.create_access_key(UserName=self.name)["AccessKey"]

        def client(self, service: str) -> Any:
            return server.client(service, access_key=self.key["AccessKeyId"], secret_key=self.key["SecretAccessKey"])

        def may(self, document: str) -> None:
            iam.put_user_policy(UserName=self.name, PolicyName="p", PolicyDocument=document)

    return User()


# --- users and keys --------------------------------------------------------------------------------------------------


def test_a_user_from_creation_to_deletion(iam: Any) -> None:
    who = name("Ann")
    created = iam.create_user(UserName=who, Path="/team/", Tags=[{"Key": "a", "Value": "b"}])["User"]
    assert created["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/team/{who}"
    assert created["UserId"].startswith("AIDA")
    assert iam.get_user(UserName=who)["User"] == created
    listed = iam.list_users(PathPrefix="/team/")["Users"]
    assert [u for u in listed if u["UserName"] == who] == [{k: v for k, v in created.items() if k != "Tags"}]
    assert refused(iam.create_user, UserName=who.upper()) == (
        "EntityAlreadyExists",
        f"User with name {who.upper()} already exists.",
        409,
    )
    iam.delete_user(UserName=who)
    assert refused(iam.get_user, UserName=who) == ("NoSuchEntity", f"The user with name {who} cannot be found.", 404)


def test_a_user_may_do_exactly_what_its_policy_says(server: Any, user: Any) -> None:
    table = name("T")
    arn = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/{table}"
    server.client("dynamodb").create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    described = server.client("dynamodb").describe_table
    wait_until("the table", lambda: described(TableName=table)["Table"]["TableStatus"] == "ACTIVE")
    database = user.client("dynamodb")
    start = (
        f"User: arn:aws:iam::{ACCOUNT}:user/{user.name} is not authorized to perform: dynamodb:GetItem on resource: "
    )
    assert refused(database.get_item, TableName=table, Key={"k": {"S": "1"}}) == (
        "AccessDeniedException",
        f"{start}{arn} because no identity-based policy allows the dynamodb:GetItem action",
        400,
    )
    user.may(policy(action=["dynamodb:GetItem", "dynamodb:PutItem"], resource=arn))
    database.put_item(TableName=table, Item={"k": {"S": "1"}})
    assert database.get_item(TableName=table, Key={"k": {"S": "1"}})["Item"] == {"k": {"S": "1"}}
    assert refused(database.delete_item, TableName=table, Key={"k": {"S": "1"}})[0] == "AccessDeniedException"
    user.may(policy("Deny", "dynamodb:*"))
    assert refused(database.get_item, TableName=table, Key={"k": {"S": "1"}})[1] == (
        f"{start}{arn} with an explicit deny in an identity-based policy"
    )


def test_a_denial_in_the_query_protocol(user: Any) -> None:
    code, text, status = refused(user.client("iam").list_users)
    assert (code, status) == ("AccessDenied", 403)
    assert text.endswith("on resource: * because no identity-based policy allows the iam:ListUsers action")


def test_a_policy_on_a_path_counts_though_requests_name_no_path(iam: Any, user: Any) -> None:
    role = name("r")
    iam.create_role(RoleName=role, Path="/app/", AssumeRolePolicyDocument=json.dumps(LAMBDA_TRUST))
    user.may(policy(action="iam:GetRole", resource=f"arn:aws:iam::{ACCOUNT}:role/app/*"))
    assert user.client("iam").get_role(RoleName=role)["Role"]["Path"] == "/app/"


def test_keys_are_two_at_most_can_be_switched_off_and_end_with_their_deletion(iam: Any, user: Any) -> None:
    key_id = user.key["AccessKeyId"]
    assert refused(iam.delete_user, UserName=user.name) == (
        "DeleteConflict",
        "Cannot delete entity, must delete access keys first.",
        409,
    )
    second = iam.create_access_key(UserName=user.name)["AccessKey"]["AccessKeyId"]
    assert refused(iam.create_access_key, UserName=user.name) == (
        "LimitExceeded",
        "Cannot exceed quota for AccessKeysPerUser: 2",
        409,
    )
    listed = iam.list_access_keys(UserName=user.name)["AccessKeyMetadata"]
    assert [key["AccessKeyId"] for key in listed] == [key_id, second]
    assert all("SecretAccessKey" not in key for key in listed)
    assert iam.get_access_key_last_used(AccessKeyId=key_id)["UserName"] == user.name

    invalid = ("InvalidClientTokenId", "The security token included in the request is invalid.", 403)
    sts = user.client("sts")
    assert sts.get_caller_identity()["Arn"].endswith(user.name)
    iam.update_access_key(UserName=user.name, AccessKeyId=key_id, Status="Inactive")
    assert refused(sts.get_caller_identity) == invalid
    iam.update_access_key(UserName=user.name, AccessKeyId=key_id, Status="Active")
    assert sts.get_caller_identity()["Arn"].endswith(user.name)
    iam.delete_access_key(UserName=user.name, AccessKeyId=key_id)
    assert refused(sts.get_caller_identity) == invalid
    assert refused(user.client("dynamodb").list_tables)[0] == "UnrecognizedClientException"
    assert refused(iam.delete_access_key, UserName=user.name, AccessKeyId=key_id)[0] == "NoSuchEntity"


def test_a_wrong_secret_is_told_apart_from_an_unknown_key(server: Any, user: Any) -> None:
    wrong = {"access_key": user.key["AccessKeyId"], "secret_key": "wrong"}
    assert refused(server.client("sts", **wrong).get_caller_identity)[::2] == ("SignatureDoesNotMatch", 403)
    assert refused(server.client("dynamodb", **wrong).list_tables)[::2] == ("InvalidSignatureException", 400)


def test_the_caller_is_its_own_default(user: Any) -> None:
    user.may(policy(action="iam:*", resource=f"arn:aws:iam::{ACCOUNT}:user/{user.name}"))
    own = user.client("iam")
    assert own.get_user()["User"]["UserName"] == user.name
    assert [key["UserName"] for key in own.list_access_keys()["AccessKeyMetadata"]] == [user.name]


def test_a_renamed_user_keeps_key_group_and_policies(iam: Any, user: Any) -> None:
    group, new = name("g"), name("new")
    iam.create_group(GroupName=group)
    iam.add_user_to_group(GroupName=group, UserName=user.name)
    user.may(policy(action="iam:GetUser"))
    iam.update_user(UserName=user.name, NewUserName=new)
    assert user.client("iam").get_user()["User"]["UserName"] == new
    assert [member["UserName"] for member in iam.get_group(GroupName=group)["Users"]] == [new]


def test_login_profiles_are_refused_clearly(iam: Any, user: Any) -> None:
    code, text, _ = refused(iam.create_login_profile, UserName=user.name, Password="Secret-1")
    assert code == "UnsupportedOperationException"
    assert "no sign-in with a password" in text
    assert refused(iam.get_login_profile, UserName=user.name)[0] == "NoSuchEntity"


# --- roles -----------------------------------------------------------------------------------------------------------


def test_a_roles_answers_have_the_members_that_aws_sends(iam: Any) -> None:
    role = name("role")
    created = iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(LAMBDA_TRUST))["Role"]
    always = {"Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument"}
    assert set(created) == always
    assert created["AssumeRolePolicyDocument"] == LAMBDA_TRUST
    got = iam.get_role(RoleName=role)["Role"]
    assert set(got) == always | {"MaxSessionDuration", "RoleLastUsed"}
    assert (got["MaxSessionDuration"], got["RoleLastUsed"]) == (3600, {})
    iam.tag_role(RoleName=role, Tags=[{"Key": "team", "Value": "red"}])
    listed = [r for page in iam.get_paginator("list_roles").paginate() for r in page["Roles"] if r["RoleName"] == role]
    assert [set(r) for r in listed] == [always | {"MaxSessionDuration"}]
    assert iam.get_role(RoleName=role)["Role"]["Tags"] == [{"Key": "team", "Value": "red"}]


def test_a_role_is_deleted_last(iam: Any) -> None:
    role, managed = name("role"), "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(LAMBDA_TRUST))
    iam.attach_role_policy(RoleName=role, PolicyArn=managed)
    iam.put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=policy())
    attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    assert attached == [{"PolicyName": "AWSLambdaBasicExecutionRole", "PolicyArn": managed}]
    conflict = "Cannot delete entity, must detach all policies first."
    assert refused(iam.delete_role, RoleName=role) == ("DeleteConflict", conflict, 409)
    iam.detach_role_policy(RoleName=role, PolicyArn=managed)
    conflict = "Cannot delete entity, must delete policies first."
    assert refused(iam.delete_role, RoleName=role) == ("DeleteConflict", conflict, 409)
    iam.delete_role_policy(RoleName=role, PolicyName="p")
    iam.delete_role(RoleName=role)
    assert refused(iam.get_role, RoleName=role) == ("NoSuchEntity", f"The role with name {role} cannot be found.", 404)


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ("{", "This policy contains invalid Json"),
        (policy(), "Has prohibited field Resource"),
        (
            json.dumps({"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole"}}),
            "Missing required field Principal",
        ),
        (
            json.dumps({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}}),
            "AssumeRole policy may only specify STS AssumeRole actions.",
        ),
        (
            json.dumps({"Statement": {"Effect": "Allow", "Principal": {"AWS": "bob"}, "Action": "sts:AssumeRole"}}),
            'Invalid principal in policy: "AWS":"bob"',
        ),
        (
            json.dumps(
                {
                    "Statement": {
                        "Effect": "Allow",
                        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/nobody"},
                        "Action": "sts:AssumeRole",
                    }
                }
            ),
            f'Invalid principal in policy: "AWS":"arn:aws:iam::{ACCOUNT}:user/nobody"',
        ),
    ],
)
def test_a_trust_policy_that_is_none(iam: Any, document: str, text: str) -> None:
    answer = refused(iam.create_role, RoleName=name(), AssumeRolePolicyDocument=document)
    assert answer == ("MalformedPolicyDocument", text, 400)


# --- policies --------------------------------------------------------------------------------------------------------


def test_a_managed_policys_answers_have_the_members_that_aws_sends(iam: Any) -> None:
    title = name("policy")
    created = iam.create_policy(PolicyName=title, PolicyDocument=policy(), Description="d")["Policy"]
    assert set(created) == {
        "Arn",
        "AttachmentCount",
        "CreateDate",
        "DefaultVersionId",
        "IsAttachable",
        "Path",
        "PermissionsBoundaryUsageCount",
        "PolicyId",
        "PolicyName",
        "UpdateDate",
    }
    assert (created["AttachmentCount"], created["DefaultVersionId"], created["Path"]) == (0, "v1", "/")
    assert iam.get_policy(PolicyArn=created["Arn"])["Policy"]["Description"] == "d"
    version = iam.get_policy_version(PolicyArn=created["Arn"], VersionId="v1")["PolicyVersion"]
    assert version["Document"] == json.loads(policy())
    assert refused(iam.create_policy, PolicyName=title, PolicyDocument=policy()) == (
        "EntityAlreadyExists",
        f"A policy called {title} already exists. Duplicate names are not allowed.",
        409,
    )


def test_versions_of_a_policy(iam: Any, user: Any) -> None:
    arn = iam.create_policy(PolicyName=name("p"), PolicyDocument=policy("Deny"))["Policy"]["Arn"]
    iam.attach_user_policy(UserName=user.name, PolicyArn=arn)
    assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 1
    database = user.client("dynamodb")
    assert refused(database.list_tables)[0] == "AccessDeniedException"
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy("Allow"), SetAsDefault=True)
    database.list_tables()
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    assert refused(database.list_tables)[0] == "AccessDeniedException"
    for _ in range(3):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy())
    assert refused(iam.create_policy_version, PolicyArn=arn, PolicyDocument=policy())[::2] == ("LimitExceeded", 409)
    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert [version["VersionId"] for version in versions] == ["v5", "v4", "v3", "v2", "v1"]
    assert refused(iam.delete_policy_version, PolicyArn=arn, VersionId="v1")[1] == (
        "Cannot delete the default version of a policy."
    )
    for version in ("v2", "v3", "v4", "v5"):
        iam.delete_policy_version(PolicyArn=arn, VersionId=version)
    assert refused(iam.delete_policy, PolicyArn=arn)[1] == "Cannot delete a policy attached to entities."
    users = iam.list_entities_for_policy(PolicyArn=arn)["PolicyUsers"]
    assert [entity["UserName"] for entity in users] == [user.name]
    iam.detach_user_policy(UserName=user.name, PolicyArn=arn)
    iam.delete_policy(PolicyArn=arn)
    assert refused(iam.get_policy, PolicyArn=arn) == ("NoSuchEntity", f"Policy {arn} was not found.", 404)


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ("no json", "Syntax errors in policy."),
        (json.dumps({"Statement": []}), "Syntax errors in policy."),
        (
            json.dumps({"Version": "2008-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}),
            "Policy document must be version 2012-10-17 or greater.",
        ),
        (policy(resource="table"), 'Resource table must be in ARN format or "*".'),
        (policy(action="GetItem"), "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
        (policy(Principal="*"), "Policy document should not specify a principal."),
        (policy(action=[]), "Policy statement must contain actions."),
        (policy(resource=[]), "Policy statement must contain resources."),
        (policy(resource="arn:was:s3:::b"), 'Partition "was" is not valid for resource "arn:was:s3:::b".'),
    ],
)
def test_a_document_that_is_no_policy(iam: Any, user: Any, document: str, text: str) -> None:
    expected = ("MalformedPolicyDocument", text, 400)
    assert refused(iam.create_policy, PolicyName=name(), PolicyDocument=document) == expected
    answer = refused(iam.put_user_policy, UserName=user.name, PolicyName="p", PolicyDocument=document)
    assert answer == expected


def test_percent_signs_that_the_author_wrote_stay(iam: Any, user: Any) -> None:
    document = policy(resource="arn:aws:s3:::b/%3Ax y+z")
    user.may(document)
    got = iam.get_user_policy(UserName=user.name, PolicyName="p")
    assert got["PolicyDocument"] == json.loads(document)
    assert iam.list_user_policies(UserName=user.name)["PolicyNames"] == ["p"]
    assert refused(iam.get_user_policy, UserName=user.name, PolicyName="q")[1] == (
        "The user policy with name q cannot be found."
    )


def test_inline_policies_have_a_size(iam: Any, user: Any) -> None:
    long = policy(resource=[f"arn:aws:s3:::{'b' * 100}{n}" for n in range(30)])
    answer = refused(iam.put_user_policy, UserName=user.name, PolicyName="p", PolicyDocument=long)
    assert answer == ("LimitExceeded", f"Maximum policy size of 2048 bytes exceeded for user {user.name}", 409)


def test_aws_policies_can_be_listed_read_and_not_changed(iam: Any) -> None:
    pages = iam.get_paginator("list_policies").paginate(Scope="AWS", PaginationConfig={"PageSize": 7})
    arns = [entry["Arn"] for page in pages for entry in page["Policies"]]
    assert len(arns) == len(set(arns)) > 30
    administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
    assert administrator in arns
    version = iam.get_policy(PolicyArn=administrator)["Policy"]["DefaultVersionId"]
    got = iam.get_policy_version(PolicyArn=administrator, VersionId=version)["PolicyVersion"]["Document"]
    assert got["Statement"] == [{"Action": "*", "Resource": "*", "Effect": "Allow"}]
    assert refused(iam.delete_policy, PolicyArn=administrator)[0] == "AccessDenied"
    assert refused(iam.get_policy, PolicyArn="arn:aws:iam::aws:policy/None-Such")[0] == "NoSuchEntity"


def test_attaching_what_does_not_exist(iam: Any, user: Any) -> None:
    missing = f"arn:aws:iam::{ACCOUNT}:policy/{name()}"
    answer = refused(iam.attach_user_policy, UserName=user.name, PolicyArn=missing)
    assert answer == ("NoSuchEntity", f"Policy {missing} does not exist or is not attachable.", 404)
    answer = refused(iam.detach_user_policy, UserName=user.name, PolicyArn=missing)
    assert answer == ("NoSuchEntity", f"Policy {missing} was not found.", 404)


def test_a_permissions_boundary_caps_a_user(iam: Any, user: Any) -> None:
    user.may(policy(action="*"))
    boundary = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
    iam.put_user_permissions_boundary(UserName=user.name, PermissionsBoundary=boundary)
    user.client("dynamodb").list_tables()
    assert refused(user.client("iam").list_users)[1].endswith(
        "because no permissions boundary allows the iam:ListUsers action"
    )
    iam.delete_user_permissions_boundary(UserName=user.name)
    user.client("iam").list_users()


# --- groups, tags, pages ---------------------------------------------------------------------------------------------


def test_a_group_shares_its_policies(iam: Any, user: Any) -> None:
    group = name("group")
    iam.create_group(GroupName=group)
    iam.put_group_policy(GroupName=group, PolicyName="p", PolicyDocument=policy(action="dynamodb:ListTables"))
    iam.add_user_to_group(GroupName=group, UserName=user.name)
    user.client("dynamodb").list_tables()
    assert [g["GroupName"] for g in iam.list_groups_for_user(UserName=user.name)["Groups"]] == [group]
    assert refused(iam.delete_group, GroupName=group)[0] == "DeleteConflict"
    iam.remove_user_from_group(GroupName=group, UserName=user.name)
    assert refused(user.client("dynamodb").list_tables)[0] == "AccessDeniedException"
    iam.delete_group_policy(GroupName=group, PolicyName="p")
    iam.delete_group(GroupName=group)


def test_pages_follow_one_another(iam: Any) -> None:
    path = f"/{name('path')}/"
    names = sorted(name("page") for _ in range(5))
    for who in names:
        iam.create_user(UserName=who, Path=path)
    first = iam.list_users(PathPrefix=path, MaxItems=2)
    assert first["IsTruncated"] is True
    pages = iam.get_paginator("list_users").paginate(PathPrefix=path, PaginationConfig={"PageSize": 2})
    assert [entry["UserName"] for page in pages for entry in page["Users"]] == names
    whole = iam.list_users(PathPrefix=path)
    assert whole["IsTruncated"] is False
    assert "Marker" not in whole


def test_tags_know_no_case_in_their_keys(iam: Any, user: Any) -> None:
    iam.tag_user(UserName=user.name, Tags=[{"Key": "Team", "Value": "red"}])
    iam.tag_user(UserName=user.name, Tags=[{"Key": "team", "Value": "blue"}])
    assert iam.list_user_tags(UserName=user.name)["Tags"] == [{"Key": "team", "Value": "blue"}]
    twice = [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]
    assert refused(iam.tag_user, UserName=user.name, Tags=twice)[0] == "InvalidInput"
    iam.untag_user(UserName=user.name, TagKeys=["TEAM"])
    assert iam.list_user_tags(UserName=user.name)["Tags"] == []


def test_the_account_summary_counts(iam: Any) -> None:
    before = iam.get_account_summary()["SummaryMap"]
    iam.create_group(GroupName=name("counted"))
    after = iam.get_account_summary()["SummaryMap"]
    assert after["Groups"] == before["Groups"] + 1
    assert after["VersionsPerPolicyQuota"] == 5


def test_conditions_on_tags_of_the_resource_and_of_the_request(iam: Any, user: Any) -> None:
    role = name("r")
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(LAMBDA_TRUST))
    user.may(
        policy(
            action=["iam:TagRole", "iam:UntagRole"],
            Condition={
                "ForAllValues:StringEquals": {"aws:TagKeys": ["team", "cost"]},
                "StringEqualsIfExists": {"aws:ResourceTag/team": "red"},
            },
        )
    )
    own = user.client("iam")
    assert refused(own.tag_role, RoleName=role, Tags=[{"Key": "other", "Value": "1"}])[0] == "AccessDenied"
    own.tag_role(RoleName=role, Tags=[{"Key": "team", "Value": "red"}])
    own.tag_role(RoleName=role, Tags=[{"Key": "team", "Value": "blue"}])
    assert refused(own.untag_role, RoleName=role, TagKeys=["team"])[0] == "AccessDenied"


def test_only_some_policies_may_be_attached(iam: Any, user: Any) -> None:
    role, basic = name("r"), "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(LAMBDA_TRUST))
    user.may(policy(action="iam:AttachRolePolicy", Condition={"ArnEquals": {"iam:PolicyARN": basic}}))
    own = user.client("iam")
    own.attach_role_policy(RoleName=role, PolicyArn=basic)
    administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
    assert refused(own.attach_role_policy, RoleName=role, PolicyArn=administrator)[0] == "AccessDenied"


def test_a_renamed_group_keeps_its_members_and_policies(iam: Any) -> None:
    old, new, member = name("group"), name("renamed"), name("member")
    read_only = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    iam.create_group(GroupName=old)
    iam.create_user(UserName=member)
    iam.add_user_to_group(GroupName=old, UserName=member)
    iam.attach_group_policy(GroupName=old, PolicyArn=read_only)
    iam.update_group(GroupName=old, NewGroupName=new, NewPath="/team/")
    [group] = iam.list_groups_for_user(UserName=member)["Groups"]
    assert (group["GroupName"], group["Path"]) == (new, "/team/")
    assert group["Arn"].endswith(f":group/team/{new}")
    assert [each["UserName"] for each in iam.get_group(GroupName=new)["Users"]] == [member]
    holders = [each["GroupName"] for each in iam.list_entities_for_policy(PolicyArn=read_only)["PolicyGroups"]]
    assert new in holders
    assert old not in holders
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_group(GroupName=old)
