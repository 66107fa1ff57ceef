"""How policies of several kinds come to one decision: AWS's flow chart for one account."""

from __future__ import annotations

from typing import Any

import pytest

from tailrace.auth.evaluate import AccessRequest, Caller, Decision, NamedPolicy, evaluate, trust
from tailrace.auth.policy import parse

ACCOUNT = "111122223333"
USER = f"arn:aws:iam::{ACCOUNT}:user/bob"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
REQUEST = AccessRequest("s3:GetObject", "arn:aws:s3:::b/k", {})
BOB = Caller({"AWS": frozenset({USER, ACCOUNT, ROOT})}, frozenset({USER}), ACCOUNT)
OF_ROLE = Caller({"AWS": frozenset({SESSION, ROLE, ACCOUNT, ROOT})}, frozenset({SESSION}), ACCOUNT)


def named(*effects: str, principal: Any = None, action: str = "s3:*") -> NamedPolicy:
    statements = [{"Sid": e, "Effect": e, "Action": action, "Resource": "*"} for e in effects]
    if principal:
        statements = [{**s, "Principal": principal} for s in statements]
    return NamedPolicy("p", parse({"Version": "2012-10-17", "Statement": statements}))


ALLOW, DENY, BOTH, OTHER = named("Allow"), named("Deny"), named("Allow", "Deny"), named("Allow", action="sqs:*")


def test_nothing_allows_by_default() -> None:
    assert evaluate(REQUEST, []) == Decision(False, "identity")
    assert evaluate(REQUEST, [OTHER]) == Decision(False, "identity")


def test_an_allow_says_which_statement_it_was() -> None:
    assert evaluate(REQUEST, [OTHER, ALLOW]) == Decision(True, "identity", True, "p", "Allow")


@pytest.mark.parametrize("policies", [[ALLOW, DENY], [DENY, ALLOW], [BOTH]])
def test_an_explicit_deny_wins_in_any_order(policies: list[NamedPolicy]) -> None:
    assert evaluate(REQUEST, policies) == Decision(False, "identity", True, "p", "Deny")


@pytest.mark.parametrize("layer", ["boundary", "session"])
def test_boundary_and_session_policies_only_narrow(layer: str) -> None:
    def decide(policy: NamedPolicy, *identity: NamedPolicy) -> Decision:
        given: dict[str, Any] = {"boundary": policy} if layer == "boundary" else {"session": [policy]}
        return evaluate(REQUEST, identity, **given)

    assert decide(ALLOW, ALLOW).allowed
    assert decide(ALLOW) == Decision(False, "identity")
    assert decide(OTHER, ALLOW) == Decision(False, layer)  # type: ignore[arg-type]
    assert decide(DENY, ALLOW) == Decision(False, layer, True, "p", "Deny")  # type: ignore[arg-type]


def test_a_session_with_no_policy_at_all_may_nothing() -> None:
    assert evaluate(REQUEST, [ALLOW], session=[]) == Decision(False, "session")


@pytest.mark.parametrize(
    ("caller", "principal", "limited"),
    [
        (BOB, {"AWS": USER}, False),
        (OF_ROLE, {"AWS": SESSION}, False),
        (OF_ROLE, {"AWS": ROLE}, True),
        (BOB, "*", False),
    ],
)
def test_a_resource_policy_grants_by_itself(caller: Caller, principal: Any, limited: bool) -> None:
    """A grant to the role is limited by boundary and session policies; one to the user or session itself is not."""
    resource = named("Allow", principal=principal)
    assert evaluate(REQUEST, [], resource=resource, caller=caller).allowed
    assert evaluate(REQUEST, [], boundary=OTHER, resource=resource, caller=caller).allowed is not limited
    assert evaluate(REQUEST, [], session=[OTHER], resource=resource, caller=caller).allowed is not limited
    assert not evaluate(REQUEST, [DENY], resource=resource, caller=caller).allowed


@pytest.mark.parametrize("principal", [{"AWS": ACCOUNT}, {"AWS": ROOT}])
def test_a_grant_to_the_account_leaves_it_to_the_accounts_own_policies(principal: Any) -> None:
    resource = named("Allow", principal=principal)
    assert evaluate(REQUEST, [], resource=resource, caller=BOB) == Decision(False, "identity")
    assert evaluate(REQUEST, [ALLOW], resource=resource, caller=BOB).allowed


def test_a_resource_policy_denies() -> None:
    resource = named("Deny", principal="*")
    assert evaluate(REQUEST, [ALLOW], resource=resource, caller=BOB) == Decision(False, "resource", True, "p", "Deny")


def test_a_resource_policy_about_somebody_else_says_nothing() -> None:
    resource = named("Allow", principal={"AWS": f"arn:aws:iam::{ACCOUNT}:user/eve"})
    assert evaluate(REQUEST, [], resource=resource, caller=BOB) == Decision(False, "identity")


def test_not_principal_excepts() -> None:
    document = {"Effect": "Deny", "NotPrincipal": {"AWS": USER}, "Action": "*", "Resource": "*"}
    policy = NamedPolicy("p", parse({"Version": "2012-10-17", "Statement": document}))
    assert evaluate(REQUEST, [ALLOW], resource=policy, caller=BOB).allowed
    assert not evaluate(REQUEST, [ALLOW], resource=policy, caller=OF_ROLE).allowed


@pytest.mark.parametrize(
    ("excepted", "caller", "denied"),
    [
        ([USER, ROOT], BOB, False),
        ([f"arn:aws:iam::{ACCOUNT}:user/eve", ROOT], BOB, True),  # the account beside it excepts nobody but the root
        ([ACCOUNT], BOB, True),
        ([ROOT], Caller({"AWS": frozenset({ROOT, ACCOUNT})}, frozenset(), ACCOUNT), False),
        ([ROLE, ROOT], OF_ROLE, False),
        ([SESSION], OF_ROLE, False),
        ([USER], OF_ROLE, True),
        (["*"], OF_ROLE, False),
    ],
)
def test_whom_not_principal_excepts(excepted: list[str], caller: Caller, denied: bool) -> None:
    document = {"Effect": "Deny", "NotPrincipal": {"AWS": excepted}, "Action": "*", "Resource": "*"}
    policy = NamedPolicy("p", parse({"Version": "2012-10-17", "Statement": document}))
    assert evaluate(REQUEST, [ALLOW], resource=policy, caller=caller).allowed is not denied


def test_a_trust_policy_names_services() -> None:
    document = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    policy = NamedPolicy("r", parse({"Version": "2012-10-17", "Statement": document}))
    request = AccessRequest("sts:AssumeRole", ROLE, {})
    assert trust(request, policy, Caller({"Service": frozenset({"lambda.amazonaws.com"})})).allowed
    assert not trust(request, policy, Caller({"Service": frozenset({"ec2.amazonaws.com"})})).allowed
    assert not trust(request, policy, BOB).allowed


def test_a_decision_explains_itself() -> None:
    assert evaluate(REQUEST, []).reason == "no identity-based policy allows it"
    assert evaluate(REQUEST, [DENY]).reason == "denied by statement Deny of identity-based policy p"


@pytest.mark.parametrize("turned", [False, True])
def test_of_several_grants_the_one_that_reaches_farthest_counts(turned: bool) -> None:
    statements = [
        {"Sid": sid, "Effect": "Allow", "Action": "*", "Resource": "*", "Principal": {"AWS": principal}}
        for sid, principal in (("account", ACCOUNT), ("bob", USER))
    ]
    if turned:
        statements.reverse()
    policy = NamedPolicy("p", parse({"Version": "2012-10-17", "Statement": statements}))
    assert evaluate(REQUEST, [], resource=policy, caller=BOB) == Decision(True, "resource", True, "p", "bob")
