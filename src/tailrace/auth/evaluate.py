"""Many policies, one decision, combined as AWS combines them inside one account.

```
an explicit deny anywhere                                        -> denied
the resource's policy names the caller itself (user or session)  -> allowed
identity policies, or a resource policy that names the role      \\
permissions boundary, where there is one                          > each must allow, or it is denied
session policies, where the session has some                     /
```
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-single-account.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from tailrace.auth.patterns import Context
from tailrace.auth.policy import Policy, PrincipalNames, Statement

MISSES_MAX = 3  # told with a denial

Source = Literal["root", "identity", "boundary", "session", "resource", "trust"]


class NamedPolicy(NamedTuple):
    """A compiled policy and what to call it in an explanation: an ARN, or the name of an inline policy."""

    name: str
    policy: Policy


class AccessRequest(NamedTuple):
    """What is asked for. The context's keys are lower-case."""

    action: str
    resource: str
    context: Context


class Verdict(NamedTuple):
    """What one statement said."""

    policy: str
    statement: Statement


class Miss(NamedTuple):
    """A statement that allows the action and yet did not allow the request: for it names other `resources`, or, where
    those are empty, because its condition does not hold.
    """

    policy: str
    statement: str
    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome. `source` is the kind of policy that decided; `policy` and `statement` which one, if one did.

    `statement` is the Sid, or the statement's number ("#0") where it has none. A denial without a statement is
    implicit: nothing allowed it; `near` are some of the statements that came close.
    """

    allowed: bool
    source: Source
    explicit: bool = False
    policy: str | None = None
    statement: str | None = None
    near: tuple[Miss, ...] = field(default=(), compare=False)

    @property
    def reason(self) -> str:
        """One phrase that explains the decision."""
        what = f"{self.source}-based policy" if self.source in ("identity", "resource") else f"{self.source} policy"
        if self.policy is None:
            return f"no {what} allows it" if not self.allowed else f"allowed: {self.source}"
        return f"{'allowed' if self.allowed else 'denied'} by statement {self.statement} of {what} {self.policy}"


ALLOWED_ROOT = Decision(True, "root")


@dataclass(frozen=True, slots=True)
class Caller:
    """How a resource or trust policy may name the caller. `direct` are the names whose grants nothing else limits."""

    names: PrincipalNames
    direct: frozenset[str] = frozenset()
    account: str = ""


def find(
    policies: Iterable[NamedPolicy], request: AccessRequest, caller: Caller | None = None
) -> tuple[Verdict | None, Verdict | None]:
    """(the first statement that denies, the first that allows); with `caller`, of statements that speak of it."""
    allowed: Verdict | None = None
    for name, policy in policies:
        for statement in policy.statements:
            if allowed is not None and statement.allows:
                continue
            if caller is not None and not (statement.principals and statement.principals.matched(caller.names)):
                continue
            if statement.covers(*request):
                if not statement.allows:
                    return Verdict(name, statement), allowed
                allowed = Verdict(name, statement)
    return None, allowed


def evaluate(
    request: AccessRequest,
    identity: Sequence[NamedPolicy],
    *,
    boundary: NamedPolicy | None = None,
    session: Sequence[NamedPolicy] | None = None,
    resource: NamedPolicy | None = None,
    caller: Caller | None = None,
) -> Decision:
    """Decide. `session` None means a session without session policies; an empty one allows nothing."""
    layers: list[tuple[Source, Verdict | None]] = []
    kinds: list[tuple[Source, Sequence[NamedPolicy] | None]] = [
        ("identity", identity),
        ("boundary", None if boundary is None else (boundary,)),
        ("session", session),
    ]
    for source, policies in kinds:
        if policies is None:
            continue
        denied, allowed = find(policies, request)
        if denied:
            return _decision(False, source, denied)
        layers.append((source, allowed))
    granted: Verdict | None = None
    if resource is not None and caller is not None:
        denied, granted, reach = _find_grant(resource, request, caller)
        if denied:
            return _decision(False, "resource", denied)
        if granted and reach == _TO_ITSELF:
            return _decision(True, "resource", granted)
        if reach == _TO_ACCOUNT:
            # A grant to the account as a whole only lets the account's own policies speak.
            granted = None
    first = layers[0][1]
    for source, allowed in layers:
        if allowed is None and not (source == "identity" and granted):
            return Decision(False, source, near=misses(dict(kinds)[source] or (), request))
    if first is None and granted:
        return _decision(True, "resource", granted)
    assert first
    return _decision(True, "identity", first)


def misses(policies: Sequence[NamedPolicy], request: AccessRequest) -> tuple[Miss, ...]:
    """The first `MISSES_MAX` statements that allow the action, none of which allows the request."""
    found: list[Miss] = []
    for name, policy in policies:
        for statement in policy.statements:
            if len(found) == MISSES_MAX:
                return tuple(found)
            if statement.allows and statement.concerns(request.action):
                named = statement.resources or ()
                matched = any(one.matches(request.resource, request.context) for one in named)
                others = tuple(one.text for one in named[:MISSES_MAX]) if matched == statement.not_resources else ()
                found.append(Miss(name, statement.sid or f"#{statement.index}", others))
    return tuple(found)


def trust(request: AccessRequest, policy: NamedPolicy, caller: Caller) -> Decision:
    """What a role's trust policy alone says about the caller."""
    denied, allowed = find((policy,), request, caller)
    if denied or allowed:
        verdict = denied or allowed
        assert verdict
        return _decision(denied is None, "trust", verdict)
    return Decision(False, "trust")


def _names(statement: Statement, caller: Caller) -> set[str]:
    return statement.principals.matched(caller.names) if statement.principals else set()


def _find_grant(
    resource: NamedPolicy, request: AccessRequest, caller: Caller
) -> tuple[Verdict | None, Verdict | None, int]:
    """(the first statement that denies, of those that allow the one that reaches farthest, how far it reaches)."""
    granted: Verdict | None = None
    reach = -1
    for statement in resource.policy.statements:
        names = _names(statement, caller)
        if not names or not statement.covers(*request):
            continue
        if not statement.allows:
            return Verdict(resource.name, statement), granted, reach
        here = _reach(names, caller)
        if here > reach:
            granted, reach = Verdict(resource.name, statement), here
    return None, granted, reach


_TO_ACCOUNT, _TO_ROLE, _TO_ITSELF = range(3)


def _reach(names: set[str], caller: Caller) -> int:
    if names & (caller.direct | {"*"}):
        return _TO_ITSELF
    return _TO_ROLE if names - _account_names(caller.account) else _TO_ACCOUNT


def _account_names(account: str) -> set[str]:
    return {account, f"arn:aws:iam::{account}:root"}


def _decision(allowed: bool, source: Source, verdict: Verdict) -> Decision:
    statement = verdict.statement
    return Decision(allowed, source, True, verdict.policy, statement.sid or f"#{statement.index}")
