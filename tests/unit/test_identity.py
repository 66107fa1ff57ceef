"""Who holds which key, and who may do what, over a real store in memory."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tailrace import identity as module
from tailrace import kept_secrets, store
from tailrace.auth.principal import Principal
from tailrace.auth.sigv4 import SignatureProblem
from tailrace.base.clock import MovableClock
from tailrace.base.config import Config
from tailrace.base.errors import Missing
from tailrace.identity import ACCESS_KEY, GROUP, POLICY, ROLE, USER, Identity, assume_role_for_service
from tailrace.store import resources
from tailrace.store.engine import Store, Transaction

ACCOUNT = "111122223333"
TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/T"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/r"
POLICY_ARN = f"arn:aws:iam::{ACCOUNT}:policy/p"


class World:
    """An identity over a store of its own, and short ways to fill it."""

    def __init__(self, place: Store) -> None:
        self.place = place
        self.clock = MovableClock()
        self.identity = Identity(Config(account=ACCOUNT), self.clock, ("AKIAROOT", "root-secret"), b"s" * 32)

    async def run(self, change: Any) -> Any:
        return await self.place.update(change)

    async def put(self, kind: str, name: str, **document: Any) -> None:
        word = kind.removeprefix("iam:")
        base = {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:{word}/{name}", "Path": "/"}
        await self.run(lambda tx: resources.put(tx, kind, ACCOUNT, name.lower(), {**base, **document}))

    async def user(self, name: str, *keys: str, **document: Any) -> None:
        await self.put(USER, name, UserName=name, UserId=f"AIDA{name.upper()}", **document)
        for key in keys:
            document = {"UserName": name, "AccessKeyId": key, "Status": "Active"}
            stored = kept_secrets.sealed_key(self.identity.vault, document, f"secret of {key}")
            await self.run(lambda tx, k=key, s=stored: resources.put(tx, ACCESS_KEY, ACCOUNT, k, s))

    async def role(self, name: str, trust: Any = None, **document: Any) -> None:
        members = {"RoleName": name, "RoleId": f"AROA{name.upper()}", "AssumeRolePolicyDocument": json.dumps(trust)}
        await self.put(ROLE, name, **members, **document)

    async def lookup(self, key: str, token: str | None = None) -> module.Credentials:
        return await self.run(lambda tx: self.identity.lookup(tx, key, token))

    async def decide(self, who: Principal, action: str, resource: str = TABLE, **context: Any) -> module.Decision:
        return await self.run(lambda tx: self.identity.decide(tx, who, action, resource, context))


@pytest.fixture
async def world() -> AsyncIterator[World]:
    place = await store.open("memory:")
    yield World(place)
    await place.close()


def policy(effect: str, action: str, resource: str = "*", **more: Any) -> str:
    statement = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trusting(principal: Any, **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


async def test_the_root_key_may_do_everything(world: World) -> None:
    found = await world.lookup("AKIAROOT")
    assert found.secret == "root-secret"
    assert found.principal.arn == f"arn:aws:iam::{ACCOUNT}:root"
    assert (await world.decide(found.principal, "dynamodb:PutItem")).allowed


async def test_an_unknown_an_inactive_and_an_orphaned_key_are_refused_alike(world: World) -> None:
    await world.user("bob", "AKIABOB")
    inactive = {"UserName": "bob", "Sealed": "x", "Status": "Inactive"}
    orphan = {"UserName": "nobody", "Sealed": "x", "Status": "Active"}
    await world.run(lambda tx: resources.put(tx, ACCESS_KEY, ACCOUNT, "AKIAOFF", inactive))
    await world.run(lambda tx: resources.put(tx, ACCESS_KEY, ACCOUNT, "AKIAORPHAN", orphan))
    assert (await world.lookup("AKIABOB")).secret == "secret of AKIABOB"
    for key in ("AKIANONE", "AKIAOFF", "AKIAORPHAN"):
        with pytest.raises(SignatureProblem, match="The security token included in the request is invalid") as caught:
            await world.lookup(key)
        assert caught.value.kind == "unknown-key"


async def test_a_user_may_do_what_its_policies_say_from_wherever_they_come(world: World) -> None:
    await world.put(GROUP, "readers", GroupName="readers", GroupId="AGPA1", Inline={"g": policy("Allow", "s3:Get*")})
    versions = {"v1": {"Document": policy("Allow", "sqs:*")}, "v2": {"Document": policy("Allow", "sns:*")}}
    await world.put(POLICY, "p", PolicyName="p", DefaultVersionId="v2", Versions=versions)
    aws_managed = "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"
    inline = {"i": policy("Allow", "logs:*")}
    await world.user("bob", "AKIABOB", Inline=inline, Attached=[POLICY_ARN, aws_managed], Groups=["readers"])
    bob = (await world.lookup("AKIABOB")).principal
    allowed = {"logs:PutLogEvents", "sns:Publish", "dynamodb:GetItem", "s3:GetObject"}
    asked = allowed | {"sqs:SendMessage", "dynamodb:PutItem", "iam:GetUser"}
    assert {action for action in asked if (await world.decide(bob, action)).allowed} == allowed


async def test_a_changed_policy_counts_from_the_next_call_on(world: World) -> None:
    await world.user("bob", "AKIABOB", Inline={"i": policy("Allow", "logs:*")})
    bob = (await world.lookup("AKIABOB")).principal
    assert (await world.decide(bob, "logs:PutLogEvents")).allowed
    await world.user("bob", Inline={"i": policy("Deny", "logs:*")})
    assert not (await world.decide(bob, "logs:PutLogEvents")).allowed


async def test_conditions_know_the_principal(world: World) -> None:
    conditions = {
        "StringEquals": {"aws:username": "bob", "aws:PrincipalTag/team": "red", "aws:PrincipalType": "User"},
        "DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"},
        "StringLike": {"dynamodb:LeadingKeys": "${aws:userid}"},
    }
    await world.user("bob", "AKIABOB", Tags={"Team": "red"}, Inline={"i": policy("Allow", "*", Condition=conditions)})
    bob = (await world.lookup("AKIABOB")).principal
    assert (await world.decide(bob, "dynamodb:GetItem", **{"dynamodb:LeadingKeys": ["AIDABOB"]})).allowed
    assert not (await world.decide(bob, "dynamodb:GetItem", **{"dynamodb:LeadingKeys": ["AIDAEVE"]})).allowed


async def test_a_boundary_caps_and_a_lost_boundary_allows_nothing(world: World) -> None:
    boundary = "arn:aws:iam::aws:policy/AmazonSQSFullAccess"
    everything = {"i": policy("Allow", "*")}
    await world.user("bob", "AKIABOB", Inline=everything, PermissionsBoundary=boundary)
    bob = (await world.lookup("AKIABOB")).principal
    assert (await world.decide(bob, "sqs:SendMessage")).allowed
    assert (await world.decide(bob, "s3:GetObject")).source == "boundary"
    await world.user("bob", Inline=everything, PermissionsBoundary=POLICY_ARN)
    assert not (await world.decide(bob, "sqs:SendMessage")).allowed


# --- sessions --------------------------------------------------------------------------------------------------------


async def session_of(world: World, **session: Any) -> tuple[Principal, module.SessionCredentials]:
    await world.role("r", trusting({"AWS": ACCOUNT}), Inline={"i": policy("Allow", "dynamodb:*")})
    role = await world.run(lambda tx: world.identity.role(tx, ROLE_ARN))
    principal = module.principals.role_session(role, "s", world.clock.now(), **session)
    return principal, world.identity.mint(principal, 900)


async def test_a_session_token_brings_its_principal_back(world: World) -> None:
    tags = (("team", "red"), ("n", "1"))
    principal, minted = await session_of(
        world, policies=(policy("Allow", "dynamodb:Get*"),), tags=tags, transitive=("team",), source_identity="ann"
    )
    found = await world.lookup(minted.access_key_id, minted.session_token)
    assert found == (minted.secret_access_key, principal)
    assert minted.access_key_id.startswith("ASIA")
    assert minted.expiration == world.clock.now() + 900
    assert found.principal.arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s"


async def test_a_session_is_narrowed_by_its_policies(world: World) -> None:
    principal, _ = await session_of(world, policies=(policy("Allow", "dynamodb:Get*"),))
    assert (await world.decide(principal, "dynamodb:GetItem")).allowed
    denied = await world.decide(principal, "dynamodb:PutItem")
    sentence = world.identity.denial(principal, denied, "dynamodb:PutItem", TABLE)
    assert sentence == (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/r/s is not authorized to perform: dynamodb:PutItem on resource: "
        f"{TABLE} because no session policy allows the dynamodb:PutItem action"
    )


async def test_a_session_ends_on_the_clock_and_with_its_role(world: World) -> None:
    _, minted = await session_of(world)
    world.clock.advance(899)
    await world.lookup(minted.access_key_id, minted.session_token)
    world.clock.advance(1)
    with pytest.raises(SignatureProblem) as expired:
        await world.lookup(minted.access_key_id, minted.session_token)
    assert expired.value.kind == "expired-token"

    _, minted = await session_of(world)
    await world.run(lambda tx: resources.delete(tx, ROLE, ACCOUNT, "r"))
    with pytest.raises(SignatureProblem) as gone:
        await world.lookup(minted.access_key_id, minted.session_token)
    assert gone.value.kind == "unknown-key"
    await world.put(ROLE, "r", RoleName="r", RoleId="AROAANOTHER")
    with pytest.raises(SignatureProblem):
        await world.lookup(minted.access_key_id, minted.session_token)


async def test_a_token_that_was_touched_or_belongs_to_another_key_is_refused(world: World) -> None:
    _, minted = await session_of(world)
    token = minted.session_token
    middle = len(token) // 2
    touched = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
    for key, given in (
        ("ASIAOTHER", token),
        (minted.access_key_id, touched),
        (minted.access_key_id, "x"),
        (minted.access_key_id, "é" * 9),
        (minted.access_key_id, "A" * 100_000),
    ):
        with pytest.raises(SignatureProblem) as caught:
            await world.lookup(key, given)
        assert caught.value.kind == "unknown-key"
    another = Identity(Config(account=ACCOUNT), world.clock, ("k", "s"), b"t" * 32)
    with pytest.raises(SignatureProblem):
        await world.run(lambda tx: another.lookup(tx, minted.access_key_id, token))


# --- trust -----------------------------------------------------------------------------------------------------------


async def may_assume(world: World, who: Principal, **context: Any) -> module.Decision:
    return await world.run(lambda tx: world.identity.may_assume(tx, who, ROLE_ARN, context))


async def test_a_role_that_names_the_user_needs_no_more(world: World) -> None:
    await world.user("bob", "AKIABOB")
    await world.role("r", trusting({"AWS": f"arn:aws:iam::{ACCOUNT}:user/bob"}))
    assert (await may_assume(world, (await world.lookup("AKIABOB")).principal)).allowed


async def test_a_role_that_names_the_account_needs_the_users_own_permission_too(world: World) -> None:
    await world.user("bob", "AKIABOB")
    await world.role("r", trusting({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}))
    bob = (await world.lookup("AKIABOB")).principal
    assert not (await may_assume(world, bob)).allowed
    await world.user("bob", Inline={"i": policy("Allow", "sts:AssumeRole", ROLE_ARN)})
    assert (await may_assume(world, bob)).allowed


async def test_the_users_permission_alone_opens_no_role(world: World) -> None:
    await world.user("bob", "AKIABOB", Inline={"i": policy("Allow", "*")})
    await world.role("r", trusting({"Service": "lambda.amazonaws.com"}))
    assert not (await may_assume(world, (await world.lookup("AKIABOB")).principal)).allowed


async def test_the_external_id_must_be_the_agreed_one(world: World) -> None:
    await world.user("bob", "AKIABOB")
    condition = {"StringEquals": {"sts:ExternalId": "agreed"}}
    await world.role("r", trusting({"AWS": f"arn:aws:iam::{ACCOUNT}:user/bob"}, Condition=condition))
    bob = (await world.lookup("AKIABOB")).principal
    assert (await may_assume(world, bob, **{"sts:ExternalId": "agreed"})).allowed
    assert not (await may_assume(world, bob, **{"sts:ExternalId": "guessed"})).allowed
    assert not (await may_assume(world, bob)).allowed


async def test_a_service_assumes_only_roles_that_trust_it(world: World) -> None:
    await world.role("r", trusting({"Service": ["lambda.amazonaws.com"]}))

    def trusted(role_arn: str, service: str) -> Any:
        return lambda tx: assume_role_for_service(world.identity, tx, role_arn, service)

    assert await world.run(trusted(ROLE_ARN, "lambda.amazonaws.com"))
    assert not await world.run(trusted(ROLE_ARN, "ec2.amazonaws.com"))
    assert not await world.run(trusted(f"arn:aws:iam::{ACCOUNT}:role/none", "lambda.amazonaws.com"))
    assert not await world.run(trusted(f"arn:aws:iam::{ACCOUNT}:role/path/r", "lambda.amazonaws.com"))


async def test_a_services_session_of_a_role(world: World) -> None:
    await world.role("r", trusting({"Service": "lambda.amazonaws.com"}), Inline={"i": policy("Allow", "logs:*")})

    def session(tx: Transaction) -> Principal:
        return world.identity.role_principal(tx, ROLE_ARN, "function")

    principal = await world.run(session)
    assert principal.arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/r/function"
    assert (await world.decide(principal, "logs:PutLogEvents")).allowed
    with pytest.raises(Missing):
        await world.run(lambda tx: world.identity.role_principal(tx, ROLE_ARN + "x", "s"))


@pytest.mark.parametrize(
    ("inline", "ending"),
    [
        ({}, "because no identity-based policy allows the dynamodb:GetItem action"),
        ({"d": policy("Deny", "*")}, "with an explicit deny in an identity-based policy"),
    ],
)
async def test_the_denial_is_awss_sentence(world: World, inline: dict[str, str], ending: str) -> None:
    await world.user("bob", "AKIABOB", Inline=inline)
    bob = (await world.lookup("AKIABOB")).principal
    decision = await world.decide(bob, "dynamodb:GetItem")
    start = (
        f"User: arn:aws:iam::{ACCOUNT}:user/bob is not authorized to perform: dynamodb:GetItem on resource: {TABLE} "
    )
    assert world.identity.denial(bob, decision, "dynamodb:GetItem", TABLE) == start + ending
