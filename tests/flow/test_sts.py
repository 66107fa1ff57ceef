"""STS as boto3 sees it: who am I, and sessions that hold exactly what they were given."""

from __future__ import annotations

import json
import urllib.request
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "000000000000"


def name(prefix: str = "n") -> str:
    return f"{prefix}-{uuid.uuid4().hex[:10]}"


def document(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def refused(call: Callable[..., Any], **request: Any) -> tuple[str, str, int]:
    with pytest.raises(ClientError) as caught:
        call(**request)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["Error"]["Message"], answer["ResponseMetadata"]["HTTPStatusCode"]


class World:
    """A user, and a role that trusts it and may use DynamoDB."""

    def __init__(self, server: Any) -> None:
        self.server, self.iam = server, server.client("iam")
        self.user, self.role = name("user"), name("role")
        self.user_arn = self.iam.create_user(UserName=self.user)["User"]["Arn"]
        self.user_id = self.iam.get_user(UserName=self.user)["User"]["UserId"]
        key = self.iam.create_access_key(UserName=self.user)["AccessKey"]
        self.keys = {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}
        self.role_arn = f"arn:aws:iam::{ACCOUNT}:role/{self.role}"
        trust = document(
            Principal={"AWS": self.user_arn}, Action=["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
        )
        self.role_id = self.iam.create_role(RoleName=self.role, AssumeRolePolicyDocument=trust)["Role"]["RoleId"]
        may = document(Action="dynamodb:*", Resource="*")
        self.iam.put_role_policy(RoleName=self.role, PolicyName="p", PolicyDocument=may)

    def client(self, service: str) -> Any:
        """As the user."""
        return self.server.client(service, **self.keys)

    def assume(self, **request: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.client("sts").assume_role(
            RoleArn=self.role_arn, **{"RoleSessionName": "session", **request}
        )
        return answer

    def session(self, service: str, credentials: dict[str, Any]) -> Any:
        """As a session."""
        return self.server.client(
            service,
            access_key=credentials["AccessKeyId"],
            secret_key=credentials["SecretAccessKey"],
            token=credentials["SessionToken"],
        )


@pytest.fixture
def world(server: Any) -> World:
    return World(server)


def who(client: Any) -> dict[str, str]:
    answer = client.get_caller_identity()
    return {key: answer[key] for key in ("UserId", "Account", "Arn")}


def test_everybody_learns_who_they_are(server: Any, world: World) -> None:
    assert who(server.client("sts")) == {
        "UserId": ACCOUNT,
        "Account": ACCOUNT,
        "Arn": f"arn:aws:iam::{ACCOUNT}:root",
    }
    assert who(world.client("sts")) == {"UserId": world.user_id, "Account": ACCOUNT, "Arn": world.user_arn}


def test_an_assumed_role_may_what_the_role_may(world: World) -> None:
    answer = world.assume()
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{world.role}/session"
    assert answer["AssumedRoleUser"] == {"Arn": arn, "AssumedRoleId": f"{world.role_id}:session"}
    assert set(answer) == {"AssumedRoleUser", "Credentials", "ResponseMetadata"}
    expires_in = answer["Credentials"]["Expiration"] - datetime.now(UTC)
    assert timedelta(minutes=55) < expires_in <= timedelta(hours=1)
    assert who(world.session("sts", answer["Credentials"]))["Arn"] == arn
    world.session("dynamodb", answer["Credentials"]).list_tables()
    code, text, status = refused(world.session("iam", answer["Credentials"]).list_users)
    assert (code, status) == ("AccessDenied", 403)
    assert text.startswith(f"User: {arn} is not authorized to perform: iam:ListUsers on resource: *")


def test_a_session_policy_narrows(world: World) -> None:
    answer = world.assume(Policy=document(Action="dynamodb:ListTables", Resource="*"))
    assert answer["PackedPolicySize"] > 0
    database = world.session("dynamodb", answer["Credentials"])
    database.list_tables()
    assert refused(database.describe_limits)[1].endswith(
        "because no session policy allows the dynamodb:DescribeLimits action"
    )
    read_only = [{"arn": "arn:aws:iam::aws:policy/AmazonSQSFullAccess"}]
    database = world.session("dynamodb", world.assume(PolicyArns=read_only)["Credentials"])
    assert refused(database.list_tables)[0] == "AccessDeniedException"


def test_a_role_that_does_not_trust_the_caller_and_one_that_is_not_there_look_alike(world: World) -> None:
    trust = document(Principal={"Service": "lambda.amazonaws.com"}, Action="sts:AssumeRole")
    world.iam.update_assume_role_policy(RoleName=world.role, PolicyDocument=trust)
    start = f"User: {world.user_arn} is not authorized to perform: sts:AssumeRole on resource: "
    assert refused(world.assume) == ("AccessDenied", start + world.role_arn, 403)
    missing = world.role_arn + "x"
    answer = refused(world.client("sts").assume_role, RoleArn=missing, RoleSessionName="s1")
    assert answer == ("AccessDenied", start + missing, 403)


def test_the_root_assumes_no_roles(server: Any, world: World) -> None:
    answer = refused(server.client("sts").assume_role, RoleArn=world.role_arn, RoleSessionName="s1")
    assert answer == ("AccessDenied", "Roles may not be assumed by root accounts.", 403)


def test_the_external_id_is_asked_for(world: World) -> None:
    condition = {"StringEquals": {"sts:ExternalId": "agreed"}}
    trust = document(Principal={"AWS": world.user_arn}, Action="sts:AssumeRole", Condition=condition)
    world.iam.update_assume_role_policy(RoleName=world.role, PolicyDocument=trust)
    assert refused(world.assume)[0] == "AccessDenied"
    assert refused(world.assume, ExternalId="guessed")[0] == "AccessDenied"
    world.assume(ExternalId="agreed")


def test_a_session_lasts_no_longer_than_the_role_lets_it(world: World) -> None:
    code, text, status = refused(world.assume, DurationSeconds=7200)
    assert (code, status) == ("ValidationError", 400)
    assert text == "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    world.iam.update_role(RoleName=world.role, MaxSessionDuration=7200)
    world.assume(DurationSeconds=7200)


def test_session_tags_can_be_asked_about(world: World) -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
    may = document(Action="dynamodb:ListTables", Resource="*", Condition=condition)
    world.iam.put_role_policy(RoleName=world.role, PolicyName="p", PolicyDocument=may)
    assert refused(world.session("dynamodb", world.assume()["Credentials"]).list_tables)[0] == "AccessDeniedException"
    tagged = world.assume(Tags=[{"Key": "team", "Value": "red"}], SourceIdentity="ann")
    assert tagged["SourceIdentity"] == "ann"
    world.session("dynamodb", tagged["Credentials"]).list_tables()


def test_sessions_end_with_their_role(world: World) -> None:
    database = world.session("dynamodb", world.assume()["Credentials"])
    database.list_tables()
    world.iam.delete_role_policy(RoleName=world.role, PolicyName="p")
    world.iam.delete_role(RoleName=world.role)
    assert refused(database.list_tables)[0] == "UnrecognizedClientException"


def test_a_token_belongs_to_its_key(server: Any, world: World) -> None:
    credentials = world.assume()["Credentials"]
    without = {"access_key": credentials["AccessKeyId"], "secret_key": credentials["SecretAccessKey"]}
    assert refused(server.client("sts", **without).get_caller_identity)[0] == "InvalidClientTokenId"
    other = {**world.keys, "token": credentials["SessionToken"]}
    assert refused(server.client("sts", **other).get_caller_identity)[0] == "InvalidClientTokenId"


def test_a_session_token_of_a_user_has_the_users_rights(world: World) -> None:
    may = document(Action="dynamodb:ListTables", Resource="*")
    world.iam.put_user_policy(UserName=world.user, PolicyName="p", PolicyDocument=may)
    credentials = world.client("sts").get_session_token(DurationSeconds=900)["Credentials"]
    assert who(world.session("sts", credentials))["Arn"] == world.user_arn
    world.session("dynamodb", credentials).list_tables()
    assert refused(world.session("sts", credentials).get_session_token)[0] == "AccessDenied"


def test_the_roots_session_is_the_root(server: Any, world: World) -> None:
    credentials = server.client("sts").get_session_token()["Credentials"]
    assert who(world.session("sts", credentials))["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"
    world.session("iam", credentials).list_users()


def test_a_federated_user_may_what_both_sides_allow(world: World) -> None:
    may = document(Action=["sts:GetFederationToken", "dynamodb:ListTables"], Resource="*")
    world.iam.put_user_policy(UserName=world.user, PolicyName="p", PolicyDocument=may)
    sts = world.client("sts")
    answer = sts.get_federation_token(Name="guest")
    assert answer["PackedPolicySize"] == 0
    assert answer["FederatedUser"] == {
        "Arn": f"arn:aws:sts::{ACCOUNT}:federated-user/guest",
        "FederatedUserId": f"{ACCOUNT}:guest",
    }
    assert refused(world.session("dynamodb", answer["Credentials"]).list_tables)[0] == "AccessDeniedException"
    both = sts.get_federation_token(Name="guest", Policy=document(Action="dynamodb:*", Resource="*"))
    database = world.session("dynamodb", both["Credentials"])
    database.list_tables()
    assert refused(database.describe_limits)[0] == "AccessDeniedException"


def test_a_presigned_question_is_answered(server: Any, world: World) -> None:
    """As tools of other clusters prove who they are: a signed URL of GetCallerIdentity."""
    url = world.client("sts").generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
    with urllib.request.urlopen(url) as answer:
        assert world.user_arn in answer.read().decode()
