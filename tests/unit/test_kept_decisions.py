"""What is remembered of decisions is what deciding anew would say, whatever changes in between."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from functools import partial
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tailrace import store
from tailrace.auth.principal import Principal, Session
from tailrace.identity import GROUP, POLICY, ROLE, USER, ContextKeys, Decision, Identity
from tailrace.kept_decisions import KEPT_MAX, KeptDecisions
from tailrace.services.dynamodb import resource_policy
from tailrace.services.dynamodb.table import KIND
from tailrace.store import resources
from tailrace.store.engine import Transaction
from tests.unit.test_identity import ACCOUNT, POLICY_ARN, ROLE_ARN, World, policy

Asked = tuple[Principal, bool, str, str]
TABLES = [f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/{name}" for name in ("T", "U")]
ACTIONS = ("dynamodb:GetItem", "dynamodb:PutItem")
GROUP_ARN = f"arn:aws:iam::{ACCOUNT}:group/g"
BOUNDARY_ARN = f"arn:aws:iam::{ACCOUNT}:policy/b"
USER_ARN = f"arn:aws:iam::{ACCOUNT}:user/ann"
NAMED = ["*", {"AWS": ACCOUNT}, {"AWS": USER_ARN}, {"AWS": ROLE_ARN}]
ENTITIES = [(USER, "ann"), (ROLE, "r"), (GROUP, "g"), (POLICY, "p"), (POLICY, "b")]
assert resource_policy  # importing it has it speak for tables

effects = st.sampled_from(["Allow", "Allow", "Deny"])
actions = st.sampled_from([*ACTIONS, "dynamodb:*", "dynamodb:Get*", "logs:PutLogEvents"])
places = st.sampled_from([*TABLES, "*", f"arn:aws:dynamodb:*:{ACCOUNT}:table/${{aws:PrincipalTag/team}}"])
blocks = st.sampled_from(
    [
        {},
        {},
        {"Bool": {"aws:SecureTransport": "true"}},
        {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
        {"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}},
        {"StringEquals": {"aws:username": "ann"}},
        {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}},
        {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["${aws:username}", "a*"]}},
        {"Null": {"dynamodb:LeadingKeys": "true"}},
    ]
)


@st.composite
def documents(draw: st.DrawFn, *, principal: bool = False) -> str:
    statements: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(1, 3))):
        statement = {"Effect": draw(effects), "Condition": draw(blocks)}
        element = draw(st.sampled_from(["Action", "Action", "NotAction"]))
        statement |= {
            element: draw(actions),
            draw(st.sampled_from(["Resource", "Resource", "NotResource"])): draw(places),
        }
        if principal:
            statement["Principal"] = draw(
                st.sampled_from(["*", {"AWS": ACCOUNT}, {"AWS": USER_ARN}, {"AWS": ROLE_ARN}])
            )
        statements.append(statement)
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


tags = st.sampled_from([{}, {"team": "T"}, {"team": "U"}])
contexts = st.fixed_dictionaries(
    {"aws:SourceIp": st.sampled_from(["10.1.1.1", "192.0.2.1"])},
    optional={"dynamodb:LeadingKeys": st.lists(st.sampled_from(["ann", "abc", "zoe"]), min_size=1, max_size=2)},
)
entities = st.fixed_dictionaries(
    {"Inline": st.dictionaries(st.sampled_from("xy"), documents(), max_size=2)},
    optional={
        "Attached": st.just([POLICY_ARN]),
        "PermissionsBoundary": st.just(BOUNDARY_ARN),
        "Groups": st.just(["g"]),
        "Tags": tags,
    },
)
changes = st.one_of(
    st.tuples(st.sampled_from([USER, ROLE, GROUP]), entities),
    st.tuples(st.sampled_from([f"{POLICY}/p", f"{POLICY}/b"]), documents()),
    st.tuples(st.sampled_from([f"{KIND}/T", f"{KIND}/U"]), st.tuples(st.none() | documents(principal=True), tags)),
    st.tuples(st.just("gone"), st.sampled_from(ENTITIES)),
)
steps = st.lists(st.tuples(changes, contexts), min_size=2, max_size=12)


def callers(session_policy: str) -> list[Principal]:
    user = Principal("user", ACCOUNT, USER_ARN, "AIDAANN", "ann")
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s"
    root = Principal("root", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, "root")
    role, narrow = (
        Principal("role", ACCOUNT, session, "AROAR:s", "r", Session("s", 1.0, policies, issuer=ROLE_ARN))
        for policies in (None, (session_policy,))
    )
    return [user, role, narrow, root]


def change(tx: Transaction, what: str, how: Any) -> None:
    if what == "gone":
        resources.delete(tx, how[0], ACCOUNT, how[1])
        return
    word, _, name = what.partition("/")
    if word == KIND:
        text, tagged = how
        document = {"TableArn": f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/{name}", "Tags": tagged}
        if text is not None:
            document["ResourcePolicy"] = {"Policy": text, "RevisionId": "1"}
        resources.put(tx, KIND, f"{ACCOUNT}/us-east-1", name, document)
    elif word == POLICY:
        arn = POLICY_ARN if name == "p" else BOUNDARY_ARN
        versions = {"v1": {"Document": how}}
        resources.put(tx, POLICY, ACCOUNT, name, {"Arn": arn, "DefaultVersionId": "v1", "Versions": versions})
    else:
        arns = {USER: (USER_ARN, "ann"), ROLE: (ROLE_ARN, "r"), GROUP: (GROUP_ARN, "g")}
        resources.put(tx, word, ACCOUNT, arns[word][1], {**how, "Arn": arns[word][0]})


def told(decision: Decision) -> tuple[Any, ...]:
    return decision, decision.near, decision.reason


@pytest.fixture
async def world() -> AsyncIterator[World]:
    place = await store.open("memory:")
    yield World(place)
    await place.close()


@settings(max_examples=60)
@given(steps, documents())
async def test_a_kept_decision_is_the_one_that_would_be_made(steps: list[Any], narrowing: str) -> None:
    place = await store.open("memory:")
    try:
        identity = World(place).identity
        kept, principals = KeptDecisions(identity), callers(narrowing)
        for (what, how), context in steps:
            await place.update(partial(change, what=what, how=how))
            for asked in product(principals, (False, True), ACTIONS, TABLES):
                keys = {**context, "aws:SecureTransport": "true" if asked[1] else "false"}
                await place.view(partial(_compare, kept, identity, asked, keys))
    finally:
        await place.close()


def _compare(kept: KeptDecisions, identity: Identity, asked: Asked, context: ContextKeys, tx: Transaction) -> None:
    principal, _, action, resource = asked
    common = {key: value for key, value in context.items() if key.startswith("aws:")}
    found = kept.find(tx, *asked) or kept.make(tx, *asked, common)
    if found is None:  # a policy asks for what varies
        return
    assert told(found.decision) == told(identity.decide(tx, principal, action, resource, context))
    assert (found.action, found.resource, found.principal) == (action, resource, None)


async def kept_for(world: World, who: Principal, **condition: Any) -> bool | None:
    """Whether a user with one statement may, by a decision that is kept; None where none is."""
    await world.user("ann", Inline={"x": policy("Allow", "dynamodb:GetItem", TABLES[0], **condition)})
    kept = KeptDecisions(world.identity)
    asked = (who, False, ACTIONS[0], TABLES[0])
    context = {"aws:SourceIp": "10.0.0.1", "aws:SecureTransport": "false"}
    made = await world.run(lambda tx: kept.make(tx, *asked, context))
    assert await world.run(lambda tx: kept.find(tx, *asked)) is made
    return None if made is None else bool(made.decision.allowed)


async def test_what_rests_on_documents_alone_is_kept(world: World) -> None:
    [user, *_] = callers("")
    assert await kept_for(world, user) is True
    assert await kept_for(world, user, Condition={"StringEquals": {"aws:username": "ann"}}) is True
    assert await kept_for(world, user, Condition={"Bool": {"aws:SecureTransport": "true"}}) is False


@pytest.mark.parametrize(
    "condition",
    [
        {"DateGreaterThan": {"aws:CurrentTime": "2000-01-01"}},
        {"NumericGreaterThan": {"aws:EpochTime": "1"}},
        {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
        {"Null": {"dynamodb:LeadingKeys": "true"}},
        {"Null": {"aws:MultiFactorAuthAge": "true"}},
        {"Null": {"aws:RequestTag/team": "true"}},
    ],
)
async def test_what_rests_on_the_request_is_not_kept(world: World, condition: Any) -> None:
    [user, *_] = callers("")
    assert await kept_for(world, user, Condition=condition) is None


async def test_no_more_than_so_many_are_kept(world: World) -> None:
    [user, *_] = callers("")
    kept = KeptDecisions(world.identity)

    def make(tx: Transaction, number: int) -> None:
        kept.make(tx, user, False, ACTIONS[0], f"{TABLES[0]}{number}", {})

    await world.run(lambda tx: [make(tx, number) for number in range(KEPT_MAX + 10)])
    asked = (user, False, ACTIONS[0])
    assert await world.run(lambda tx: kept.find(tx, *asked, f"{TABLES[0]}0")) is None
    assert await world.run(lambda tx: kept.find(tx, *asked, f"{TABLES[0]}{KEPT_MAX + 9}")) is not None
