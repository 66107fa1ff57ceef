"""IAM's policy simulator: the same evaluation as of a real request, with all the statements that decided it.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tailrace.auth import context_keys, policy
from tailrace.auth.evaluate import AccessRequest, Caller, Decision, NamedPolicy, evaluate
from tailrace.auth.policy import Policy, Statement

EvalDecision = Literal["allowed", "explicitDeny", "implicitDeny"]
IAM_POLICY, RESOURCE_POLICY = "IAM Policy", "Resource Policy"


class Source(NamedTuple):
    """A policy of the simulation: AWS's id for it, its type, its text, and the policy compiled."""

    id: str
    type: str
    text: str
    policy: Policy


@dataclass(frozen=True, slots=True)
class Simulation:
    """All policies that take part. `context` has lower-case keys; `caller` is how a resource's policy names the caller.

    `cross_account`: the resource is another account's, so its policy and the caller's must both allow.
    """

    identity: Sequence[Source]
    context: Mapping[str, str | list[str]]
    boundary: Source | None = None
    resource: Source | None = None
    caller: Caller | None = None
    cross_account: bool = False


class Outcome(NamedTuple):
    """What came of one action on one resource. `details` has one decision a policy type where two accounts decide."""

    decision: EvalDecision
    matched: list[tuple[Source, int]]
    """The statements that decided, each by its policy and its number in it."""
    missing: list[str]
    boundary_allows: bool | None
    details: dict[str, EvalDecision]


def simulate(simulation: Simulation, action: str, resource: str) -> Outcome:
    """The outcome of one action on one resource (an ARN or `*`)."""
    request = AccessRequest(action, resource, simulation.context)
    involved = list(_involved(simulation))
    decision, details = _decide(simulation, request)
    covering = [
        (source, statement)
        for source in involved
        for statement in source.policy.statements
        if _speaks(source, statement, simulation.caller) and statement.covers(*request)
    ]
    matched = [
        (source, statement.index)
        for source, statement in covering
        if source is not simulation.boundary and decision == ("allowed" if statement.allows else "explicitDeny")
    ]
    bounded = None
    if simulation.boundary is not None:
        own = [statement for source, statement in covering if source is simulation.boundary]
        bounded = any(s.allows for s in own) and all(s.allows for s in own)
    return Outcome(decision, matched, _missing(involved, request), bounded, details)


def worst(outcomes: Sequence[Outcome]) -> EvalDecision:
    """The decision on several resources together: what is denied for one of them is denied."""
    order: tuple[EvalDecision, ...] = ("explicitDeny", "implicitDeny")
    return next((each for each in order if any(outcome.decision == each for outcome in outcomes)), "allowed")


def _decide(simulation: Simulation, request: AccessRequest) -> tuple[EvalDecision, dict[str, EvalDecision]]:
    identity = [NamedPolicy(source.id, source.policy) for source in simulation.identity]
    boundary = NamedPolicy("boundary", simulation.boundary.policy) if simulation.boundary else None
    resource = NamedPolicy("resource", simulation.resource.policy) if simulation.resource else None
    if not simulation.cross_account:
        both = evaluate(request, identity, boundary=boundary, resource=resource, caller=simulation.caller)
        return _named(both), {}
    own = _named(evaluate(request, identity, boundary=boundary))
    # To the other account a caller is let in by whatever name the policy gives it, the account's among them.
    names = simulation.caller.names if simulation.caller else {}
    known = frozenset(name for every in names.values() for name in every)
    theirs: EvalDecision = "implicitDeny"
    if resource is not None:
        theirs = _named(evaluate(request, (), resource=resource, caller=Caller(names, known)))
    decisions = {own, theirs}
    details = {IAM_POLICY: own, RESOURCE_POLICY: theirs}
    if "explicitDeny" in decisions:
        return "explicitDeny", details
    return ("allowed" if decisions == {"allowed"} else "implicitDeny"), details


def _named(decision: Decision) -> EvalDecision:
    if decision.allowed:
        return "allowed"
    return "explicitDeny" if decision.explicit else "implicitDeny"


def _involved(simulation: Simulation) -> Iterator[Source]:
    yield from simulation.identity
    if simulation.boundary is not None:
        yield simulation.boundary
    if simulation.resource is not None:
        yield simulation.resource


def _speaks(source: Source, statement: Statement, caller: Caller | None) -> bool:
    if source.type != RESOURCE_POLICY:
        return True
    return bool(caller and statement.principals and statement.principals.matched(caller.names))


def _missing(involved: Sequence[Source], request: AccessRequest) -> list[str]:
    """Keys that statements about this action ask for, and that the context has not."""

    asked = (
        key
        for source in involved
        for statement, keys in zip(source.policy.statements, _keys(source.text), strict=True)
        if keys and statement.concerns(request.action)
        for key in keys
    )
    return [key for key in context_keys.distinct(asked) if key.lower() not in request.context]


@functools.lru_cache(maxsize=256)
def _keys(text: str) -> tuple[tuple[str, ...], ...]:
    """The condition keys of each statement of a policy."""
    document = policy.load(text)
    variables = document.get("Version") == policy.VARIABLES_SINCE
    return tuple(
        tuple(context_keys.of_statement(given, variables=variables)) for given in policy.statements_of(document)
    )


def context_of(values: Sequence[str], several: bool) -> str | list[str]:
    """A context entry's values as conditions read them."""
    return list(values) if several or len(values) != 1 else values[0]
