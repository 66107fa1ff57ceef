"""What is true of every evaluation, whatever the policies say."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tailrace.auth.evaluate import AccessRequest, Caller, NamedPolicy, evaluate
from tailrace.auth.policy import parse
from tailrace.auth.simulation import IAM_POLICY, Simulation, Source, simulate

ACCOUNT = "111122223333"
BOB, ROOT = f"arn:aws:iam::{ACCOUNT}:user/bob", f"arn:aws:iam::{ACCOUNT}:root"
CALLER = Caller({"AWS": frozenset({BOB, ACCOUNT, ROOT})}, frozenset({BOB}), ACCOUNT)

actions = st.sampled_from(["*", "s3:*", "s3:Get*", "s3:GetObject", "sqs:*"])
arns = st.sampled_from(["*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/${aws:username}", "arn:aws:s3:::c/k"])
conditions = st.sampled_from(
    [
        {},
        {"StringEquals": {"aws:username": "bob"}},
        {"StringNotEquals": {"aws:username": "bob"}},
        {"ForAllValues:StringLike": {"aws:TagKeys": ["a*"]}},
        {"ForAnyValue:StringEquals": {"aws:TagKeys": "b"}},
        {"Null": {"aws:TagKeys": "true"}},
        {"NumericLessThanIfExists": {"n:n": "5"}},
    ]
)
principals = st.sampled_from(["*", {"AWS": BOB}, {"AWS": ACCOUNT}, {"AWS": ROOT}, {"Service": "lambda.amazonaws.com"}])


@st.composite
def statements(draw: st.DrawFn, effect: str = "", of_resource: bool = False) -> dict[str, Any]:
    made: dict[str, Any] = {
        "Effect": effect or draw(st.sampled_from(["Allow", "Deny"])),
        draw(st.sampled_from(["Action", "NotAction"])): draw(actions),
        draw(st.sampled_from(["Resource", "NotResource"])): draw(arns),
        "Condition": draw(conditions),
    }
    if of_resource:
        # AWS takes NotPrincipal with Deny alone: with Allow it would let in everybody else.
        deny = made["Effect"] == "Deny"
        made["NotPrincipal" if deny and draw(st.booleans()) else "Principal"] = draw(principals)
    return made


requests = st.builds(
    AccessRequest,
    st.sampled_from(["s3:GetObject", "s3:PutObject", "sqs:SendMessage"]),
    st.sampled_from(["arn:aws:s3:::b/k", "arn:aws:s3:::b/bob", "arn:aws:s3:::c/k", "*"]),
    st.fixed_dictionaries(
        {},
        optional={
            "aws:username": st.sampled_from(["bob", "eve", ""]),
            "aws:tagkeys": st.lists(st.sampled_from(["a", "ab", "b", ""]), max_size=2),
            "n:n": st.sampled_from(["3", "7", "x"]),
        },
    ),
)
own = st.lists(statements(), max_size=3)
of_resource = st.lists(statements(of_resource=True), max_size=2)
layers = st.fixed_dictionaries(
    {"identity": own, "boundary": st.none() | own, "session": st.none() | own, "resource": of_resource}
)


def compiled(given_: list[dict[str, Any]] | None) -> NamedPolicy | None:
    return NamedPolicy("p", parse({"Version": "2012-10-17", "Statement": given_})) if given_ else None


def allowed(request: AccessRequest, given_: dict[str, Any]) -> bool:
    identity, session = compiled(given_["identity"]), compiled(given_["session"])
    return evaluate(
        request,
        [identity] if identity else [],
        boundary=compiled(given_["boundary"]),
        session=None if given_["session"] is None else [session] if session else [],
        resource=compiled(given_["resource"]),
        caller=CALLER,
    ).allowed


def extended(given_: dict[str, Any], layer: str, statement: dict[str, Any]) -> dict[str, Any]:
    return {**given_, layer: [*(given_[layer] or []), statement]}


@given(requests, layers, statements("Deny"))
def test_a_deny_more_never_allows_more(request_: AccessRequest, before: dict[str, Any], deny: dict[str, Any]) -> None:
    for layer in ("identity", "resource"):
        more = {**deny, "Principal": "*"} if layer == "resource" else deny
        assert allowed(request_, before) or not allowed(request_, extended(before, layer, more))


@given(requests, layers, statements("Allow"))
def test_an_allow_more_never_allows_less(
    request_: AccessRequest, before: dict[str, Any], allow: dict[str, Any]
) -> None:
    for layer in ("identity", "resource", "boundary", "session"):
        if before[layer] is None:
            continue  # without a boundary there is no limit; the first statement of one sets it
        if layer == "boundary" and not before[layer]:
            continue
        more = {**allow, "Principal": "*"} if layer == "resource" else allow
        assert allowed(request_, extended(before, layer, more)) or not allowed(request_, before)


@given(requests, layers, st.randoms(use_true_random=False))
def test_the_order_of_statements_never_matters(request_: AccessRequest, given_: dict[str, Any], random: Any) -> None:
    shuffled = {layer: random.sample(each, len(each)) if each else each for layer, each in given_.items()}
    assert allowed(request_, given_) is allowed(request_, shuffled)


@given(requests, own, st.none() | own)
def test_boundaries_and_sessions_only_narrow(request_: AccessRequest, identity: Any, limit: Any) -> None:
    free = {"identity": identity, "boundary": None, "session": None, "resource": []}
    for layer in ("boundary", "session"):
        assert allowed(request_, free) or not allowed(request_, {**free, layer: limit})


@given(requests, own)
def test_the_simulator_decides_as_the_evaluation_does(request_: AccessRequest, identity: list[dict[str, Any]]) -> None:
    if not identity:
        return
    document = {"Version": "2012-10-17", "Statement": identity}
    source = Source("p", IAM_POLICY, json.dumps(document), parse(document))
    outcome = simulate(Simulation([source], request_.context), request_.action, request_.resource)
    decision = evaluate(request_, [NamedPolicy("p", source.policy)])
    assert (outcome.decision == "allowed") is decision.allowed
    assert (outcome.decision == "explicitDeny") is (decision.explicit and not decision.allowed)
    effects = {identity[index]["Effect"] for _, index in outcome.matched}
    assert effects == {"allowed": {"Allow"}, "explicitDeny": {"Deny"}, "implicitDeny": set()}[outcome.decision]
