"""Which global keys a request has, by who makes it."""

from __future__ import annotations

from dataclasses import replace

from tailrace.auth import principal as principals
from tailrace.auth.principal import Principal, Session
from tailrace.auth.request_context import Keys, global_keys

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"
BOB = Principal("user", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/bob", "AIDABOB", "bob")
OF_FUNCTION = Principal(
    "role",
    ACCOUNT,
    f"arn:aws:sts::{ACCOUNT}:assumed-role/r/f",
    "AROAR:f",
    "r",
    Session("f", 60.0, tags=(("Team", "blue"),), issuer=ROLE, source_identity="eve", source_function=FUNCTION),
)


def keys(principal: Principal, own_arn: str = "", tags: dict[str, str] | None = None, resource: str = "*") -> Keys:
    return global_keys(principal, own_arn or principal.arn, tags or {}, resource, 1_577_836_800.5)


def test_of_a_user() -> None:
    assert keys(BOB, tags={"aws:principaltag/team": "red"}) == {
        "aws:currenttime": "2020-01-01T00:00:00Z",
        "aws:epochtime": "1577836800",
        "aws:principalaccount": ACCOUNT,
        "aws:principalarn": BOB.arn,
        "aws:principalisawsservice": "false",
        "aws:principaltag/team": "red",
        "aws:principaltype": "User",
        "aws:resourceaccount": ACCOUNT,
        "aws:userid": "AIDABOB",
        "aws:username": "bob",
        "aws:viaawsservice": "false",
    }


def test_of_a_functions_session_of_a_role() -> None:
    found = keys(OF_FUNCTION, ROLE, {"aws:principaltag/team": "red"})
    assert "aws:username" not in found
    expected = {
        "aws:principalarn": ROLE,
        "aws:principaltype": "AssumedRole",
        "aws:userid": "AROAR:f",
        "aws:principaltag/team": "blue",
        "aws:tokenissuetime": "1970-01-01T00:01:00Z",
        "aws:multifactorauthpresent": "false",
        "aws:sourceidentity": "eve",
        "lambda:sourcefunctionarn": FUNCTION,
    }
    assert {key: found.get(key) for key in expected} == expected


def test_of_a_service() -> None:
    found = keys(principals.service("lambda.amazonaws.com"), resource=ROLE)
    assert found["aws:principalisawsservice"] == "true"
    assert found["aws:principalservicename"] == "lambda.amazonaws.com"
    assert found["aws:resourceaccount"] == ACCOUNT
    assert "aws:principalaccount" not in found


def test_of_nobody() -> None:
    found = keys(principals.anonymous(ACCOUNT))
    assert (found["aws:principaltype"], found["aws:userid"]) == ("Anonymous", "anonymous")
    assert not {"aws:principalarn", "aws:principalaccount", "aws:username"} & found.keys()


def test_the_resources_account_is_that_of_its_arn() -> None:
    other = "arn:aws:dynamodb:us-east-1:999999999999:table/T"
    assert keys(BOB, resource=other)["aws:resourceaccount"] == "999999999999"
    assert keys(BOB, resource="arn:aws:s3:::b")["aws:resourceaccount"] == ACCOUNT


def test_a_session_token_carries_all_of_a_session() -> None:
    for principal in (BOB, OF_FUNCTION, replace(OF_FUNCTION, session=Session("f", 0.0, policies=()))):
        assert principals.from_claims(principals.to_claims(principal)) == principal
