"""The policy simulator: what policies would say to a request that nobody makes.

It runs the evaluation of real requests. Of the caller's own keys it fills in those that follow from who is simulated
(aws:username, aws:PrincipalArn ...); everything else, the time included, comes from ContextEntries, as on AWS.
"""

from __future__ import annotations

from typing import Any

from tailrace.auth import context_keys, policy, positions
from tailrace.auth.conditions import date, number
from tailrace.auth.evaluate import Caller
from tailrace.auth.policy import MalformedPolicy
from tailrace.auth.simulation import (
    IAM_POLICY,
    RESOURCE_POLICY,
    Outcome,
    Simulation,
    Source,
    context_of,
    simulate,
    worst,
)
from tailrace.base import arn
from tailrace.base.errors import ApiError
from tailrace.identity import managed_policy_text
from tailrace.operation import Call, Shape, anything, not_supported, operation
from tailrace.services.iam import entities, principal_policies
from tailrace.services.iam.entities import GROUPS, USERS, Document, Noun
from tailrace.store.engine import Transaction

ACTIONS_MAX, RESOURCES_MAX = 1000, 100
Keys = dict[str, str | list[str]]


def source(text: str, name: str, kind: str = IAM_POLICY) -> Source:
    """A policy given as text. Raises InvalidInput where it is none."""
    try:
        return Source(name, kind, text, policy.parse(text))
    except MalformedPolicy as problem:
        raise entities.invalid_input(f"{name}: {problem}") from None


def _given(request: Shape, member: str) -> list[Source]:
    return [source(text, f"{member}.{n}") for n, text in enumerate(request.get(member, ()), 1)]


def _context(request: Shape) -> Keys:
    """The ContextEntries. Raises InvalidInput for a value that is not of its type."""
    keys: Keys = {}
    for entry in request.get("ContextEntries", ()):
        name, values = entry.get("ContextKeyName", ""), entry.get("ContextKeyValues", [])
        kind = entry.get("ContextKeyType", "string")
        for value in values:
            if not _is_of(kind.removesuffix("List"), value):
                raise entities.invalid_input(f"Invalid value {value} of context key {name}: it is of type {kind}.")
        keys[name.lower()] = context_of(values, kind.endswith("List"))
    return keys


def _is_of(kind: str, value: str) -> bool:
    if kind == "numeric":
        return number(value) is not None
    if kind == "date":
        return date(value) is not None
    return kind != "boolean" or value.lower() in ("true", "false")


def _check(call: Call, request: Shape) -> None:
    """Refuse what can't be simulated. Raises InvalidInput."""
    if request.get("OrderedOrganizationPolicyInputList"):
        raise not_supported(call, "service control policies, for there is no organization")
    if len(request["ActionNames"]) > ACTIONS_MAX:
        raise entities.invalid_input(f"At most {ACTIONS_MAX} actions can be simulated at once.")
    if len(request.get("ResourceArns", ())) > RESOURCES_MAX:
        raise entities.invalid_input(f"At most {RESOURCES_MAX} resources can be simulated at once.")
    for action in request["ActionNames"]:
        vendor, _, name = action.partition(":")
        if not vendor or not name or "*" in action or "?" in action:
            raise entities.invalid_input(f"{action} is not the name of an action: it is service:Action, no wildcards.")
    if len(request.get("PermissionsBoundaryPolicyInputList", ())) > 1:
        raise entities.invalid_input("Only one permissions boundary policy can be simulated.")


def _caller(request: Shape, user_arn: str | None) -> str | None:
    """The ARN of the simulated caller, who must be a user. Raises InvalidInput where a resource's policy needs one."""
    caller: str | None = request.get("CallerArn", user_arn)
    if caller is None:
        if "ResourcePolicy" in request:
            raise entities.invalid_input("CallerArn is required with a ResourcePolicy.")
        return None
    parts = arn.parse(caller)
    if parts is None or parts.service != "iam" or not parts.resource.startswith("user/"):
        raise entities.invalid_input(f"CallerArn must be the ARN of an IAM user: {caller}")
    return caller


def _simulation(
    request: Shape, identity: list[Source], boundary: Source | None, keys: Keys, user_arn: str | None
) -> Simulation:
    caller_arn = _caller(request, user_arn)
    given_boundary = _given(request, "PermissionsBoundaryPolicyInputList")
    resource = None
    if "ResourcePolicy" in request:
        resource = source(request["ResourcePolicy"], "ResourcePolicy", RESOURCE_POLICY)
    caller, cross = None, False
    if caller_arn is not None:
        parts = arn.parse(caller_arn)
        assert parts
        account = parts.account
        names = frozenset({caller_arn, account, arn.iam(account, "root")})
        caller = Caller({"AWS": names}, frozenset({caller_arn}), account)
        owner = _account(request.get("ResourceOwner", account))
        cross = resource is not None and owner != account
        name = caller_arn.rpartition("/")[2]
        keys = {
            "aws:principalarn": caller_arn,
            "aws:principalaccount": account,
            "aws:principaltype": "User",
            "aws:username": name,
            **keys,
        }
    keys |= _context(request)
    return Simulation(identity, keys, given_boundary[0] if given_boundary else boundary, resource, caller, cross)


def _account(owner: str) -> str:
    parts = arn.parse(owner)
    return parts.account if parts else owner


def _answer(simulation: Simulation, request: Shape) -> Shape:
    """A page of the results, one an action."""
    resources = request.get("ResourceArns") or ["*"]
    positions_of: dict[str, list[Any]] = {}

    def statement(source: Source, index: int) -> Shape:
        known = positions_of.get(source.text) or positions.statements(source.text)
        positions_of[source.text] = known
        start, end = known[index]
        return {
            "SourcePolicyId": source.id,
            "SourcePolicyType": source.type,
            "StartPosition": {"Line": start.line, "Column": start.column},
            "EndPosition": {"Line": end.line, "Column": end.column},
        }

    def details(outcome: Outcome) -> Shape:
        shown: Shape = {"MatchedStatements": [statement(*each) for each in outcome.matched]}
        shown["MissingContextValues"] = outcome.missing
        if outcome.boundary_allows is not None:
            shown["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": outcome.boundary_allows}
        return shown

    def result(index: str) -> Shape:
        action = request["ActionNames"][int(index)]
        outcomes = [simulate(simulation, action, resource) for resource in resources]
        decision = worst(outcomes)
        deciding = next(outcome for outcome in outcomes if outcome.decision == decision)
        shown = {"EvalActionName": action, "EvalDecision": decision, **details(deciding)}
        shown["EvalResourceName"] = resources[0] if len(resources) == 1 else "*"
        if resources == ["*"]:
            return shown
        # With resources the keys that are missing stand with each of them.
        shown |= {"MissingContextValues": [], "EvalDecisionDetails": deciding.details}
        shown["ResourceSpecificResults"] = [
            {
                "EvalResourceName": resource,
                "EvalResourceDecision": outcome.decision,
                "EvalDecisionDetails": outcome.details,
                **details(outcome),
            }
            for resource, outcome in zip(resources, outcomes, strict=True)
        ]
        return shown

    names = [str(index) for index in range(len(request["ActionNames"]))]
    return entities.page_of(names, request, "EvaluationResults", result)


@operation("iam", "SimulateCustomPolicy", needs="iam:SimulateCustomPolicy", on=anything)
async def simulate_custom_policy(call: Call, request: Shape) -> Shape:
    """What policies that are given as text say to actions.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
    """
    _check(call, request)
    return _answer(_simulation(request, _given(request, "PolicyInputList"), None, {}, None), request)


async def _on_source(call: Call, request: Shape) -> str:
    return str(request["PolicySourceArn"])


@operation("iam", "SimulatePrincipalPolicy", needs="iam:SimulatePrincipalPolicy", on=_on_source)
async def simulate_principal_policy(call: Call, request: Shape) -> Shape:
    """What the policies of a user, group or role say to actions, with more policies if asked.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
    """
    _check(call, request)
    exclusions = request.get("PolicyExclusionList", [])
    leave_out = principal_policies.excluded(exclusions)

    def gather(tx: Transaction) -> tuple[Noun, Document, list[Source], Source | None]:
        noun, entity = principal_policies.entity_of(tx, call.account, request["PolicySourceArn"])
        every = principal_policies.held(tx, call.account, noun, entity)
        return noun, entity, [each.source for each in every if not leave_out(each)], _boundary(tx, entity)

    noun, entity, held, boundary = await call.store.view(gather)
    if any(each.get("PolicyType") == "permission-boundary" for each in exclusions):
        boundary = None
    keys: Keys = {}
    if noun is not GROUPS:
        keys = {f"aws:principaltag/{key.lower()}": value for key, value in entity.get("Tags", {}).items()}
        keys["aws:principalarn"] = entity["Arn"]
        keys["aws:principalaccount"] = call.account
    if noun is USERS:
        keys["aws:userid"] = entity["UserId"]
    user_arn = entity["Arn"] if noun is USERS else None
    identity = [*held, *_given(request, "PolicyInputList")]
    return _answer(_simulation(request, identity, boundary, keys, user_arn), request)


def _boundary(tx: Transaction, entity: Document) -> Source | None:
    policy_arn = entity.get("PermissionsBoundary")
    if not policy_arn:
        return None
    text = managed_policy_text(tx, policy_arn)
    if text is None:
        raise ApiError("PolicyEvaluation", f"The permissions boundary {policy_arn} is gone.", status=500)
    return source(text, policy_arn.rpartition("/")[2])


@operation("iam", "GetContextKeysForCustomPolicy", needs="iam:GetContextKeysForCustomPolicy", on=anything)
async def get_context_keys_for_custom_policy(call: Call, request: Shape) -> Shape:
    """The condition keys that policies ask for, as they write them.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetContextKeysForCustomPolicy.html
    """
    return _keys_of(_given(request, "PolicyInputList"))


@operation("iam", "GetContextKeysForPrincipalPolicy", needs="iam:GetContextKeysForPrincipalPolicy", on=_on_source)
async def get_context_keys_for_principal_policy(call: Call, request: Shape) -> Shape:
    """The condition keys that a user's, group's or role's policies ask for, and those of more policies if given.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetContextKeysForPrincipalPolicy.html
    """

    def gather(tx: Transaction) -> list[Source]:
        noun, entity = principal_policies.entity_of(tx, call.account, request["PolicySourceArn"])
        return [each.source for each in principal_policies.held(tx, call.account, noun, entity)]

    return _keys_of([*await call.store.view(gather), *_given(request, "PolicyInputList")])


def _keys_of(sources: list[Source]) -> Shape:
    keys = (key for each in sources for key in context_keys.of_document(policy.load(each.text)))
    return {"ContextKeyNames": context_keys.distinct(keys)}
