"""When a key and a role were last used: known at once, written down once a minute, kept over a restart."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.flow.test_iam import ACCOUNT, name, policy


def test_a_key_and_a_role_know_when_they_were_last_used(durable_server: Any) -> None:
    server, iam = durable_server, durable_server.client("iam")
    who, role = name("user"), name("role")
    iam.create_user(UserName=who)
    iam.put_user_policy(UserName=who, PolicyName="p", PolicyDocument=policy(action="sts:AssumeRole"))
    key = iam.create_access_key(UserName=who)["AccessKey"]
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/{who}"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    made = iam.create_role(RoleName=role, AssumeRolePolicyDocument=document)["Role"]

    def key_used() -> dict[str, Any]:
        found: dict[str, Any] = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
        assert found["UserName"] == who
        return found["AccessKeyLastUsed"]

    assert key_used() == {"ServiceName": "N/A", "Region": "N/A"}
    assert iam.get_role(RoleName=role)["Role"]["RoleLastUsed"] == {}
    keys = {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}
    session = server.client("sts", region="eu-west-1", **keys).assume_role(
        RoleArn=made["Arn"], RoleSessionName="session"
    )
    used = key_used()
    assert (used["ServiceName"], used["Region"]) == ("sts", "eu-west-1")
    assert datetime.now(UTC) - used["LastUsedDate"] < timedelta(minutes=5)

    given = session["Credentials"]
    as_role = {"access_key": given["AccessKeyId"], "secret_key": given["SecretAccessKey"]}
    server.client("sts", **as_role, token=given["SessionToken"]).get_caller_identity()
    role_used = iam.get_role(RoleName=role)["Role"]["RoleLastUsed"]
    assert role_used["Region"] == "us-east-1"

    assert server.stop() == 0
    server.start()
    iam = server.client("iam")
    assert key_used() == used
    assert iam.get_role(RoleName=role)["Role"]["RoleLastUsed"] == role_used
