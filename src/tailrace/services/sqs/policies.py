"""Policies that stand on queues: as the Policy attribute, and statement by statement (AddPermission).

A queue's policy takes part in every decision through `tailrace.resource_policies`. A service that delivers (SNS, a
rule) has no policies of its own: the queue's alone speaks for it, as `decide` says.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import orjson

from tailrace import resource_policies
from tailrace.auth import policy
from tailrace.auth.evaluate import AccessRequest, Decision, NamedPolicy, trust
from tailrace.base import arn
from tailrace.base.arn import Arn
from tailrace.base.errors import ApiError
from tailrace.identity import ContextKeys, Identity, Principal
from tailrace.operation import Call, Shape, operation
from tailrace.services.sqs import refusals
from tailrace.services.sqs.queue import KIND, compiled, find_document, place_of, place_of_arn, queue_arn
from tailrace.store import resources
from tailrace.store.engine import Transaction

EVER_KIND = "sqs:queue-policies"
"""One document, there from the first policy on."""
ACTIONS_MAX = 7
STATEMENTS_MAX = 20
_account = re.compile(r"[0-9]{12}")
ACTIONS = frozenset(
    (
        *("*", "ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "GetQueueUrl"),
        *("ListDeadLetterSourceQueues", "PurgeQueue", "ReceiveMessage", "SendMessage"),
    )
)


def resource_policy(tx: Transaction, parts: Arn) -> NamedPolicy | None:
    """The policy that stands on a queue's ARN; None where none does."""
    place = place_of_arn(str(parts))
    found = resources.derived(tx, KIND, *place, compiled) if place else None
    return found.policy if found else None


def note(tx: Transaction, attributes: dict[str, str]) -> None:
    """Remember that there are policies, where these attributes hold one."""
    if attributes.get("Policy") and not resource_policies.has_ever_been_put(tx, EVER_KIND):
        resources.put(tx, EVER_KIND, "-", "-", {})


resource_policies.register("sqs", resource_policy, EVER_KIND)


def decide(
    tx: Transaction, identity: Identity, principal: Principal, action: str, queue: str, context: ContextKeys
) -> Decision:
    """Whether `principal` may do `action` on the queue of that ARN; a service by the queue's policy alone.

    `context` holds what the caller says about itself (aws:SourceArn, aws:SourceAccount).
    """
    if principal.kind != "service":
        return identity.decide(tx, principal, action, queue, context)
    found = resource_policies.of(tx, queue)
    if found is None:
        return Decision(False, "resource")
    keys = {key.lower(): value for key, value in context.items()}
    return replace(trust(AccessRequest(action, queue, keys), found, principal.caller), source="resource")


@operation("sqs", "AddPermission", needs="sqs:AddPermission", on=queue_arn)
async def add_permission(call: Call, request: Shape) -> Shape:
    """Let other accounts use some of a queue's actions.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html
    """
    place, label, actions = place_of(call, request), request["Label"], request["Actions"]
    if len(actions) > ACTIONS_MAX:
        text = f"{len(actions)} Actions were found, maximum allowed is {ACTIONS_MAX}."
        raise ApiError("OverLimit", text, status=403)
    for action in actions:
        if action not in ACTIONS:
            reason = "Please refer to the appropriate WSDL for a list of valid actions. "
            raise refusals.invalid_value(f"SQS:{action}", "ActionName", reason)
    if not actions or not request["AWSAccountIds"]:
        raise refusals.missing("Actions" if not actions else "AWSAccountIds")
    for account in request["AWSAccountIds"]:
        if not _account.fullmatch(account):
            raise refusals.invalid_value(account, "PrincipalId", "Unable to verify.")
    statement = {
        "Sid": label,
        "Effect": "Allow",
        "Principal": {"AWS": _one_or_all([arn.iam(account, "root") for account in request["AWSAccountIds"]])},
        "Action": _one_or_all([f"SQS:{action}" for action in actions]),
        "Resource": place.arn,
    }

    def change(tx: Transaction) -> Shape:
        document = find_document(tx, place)
        current = _policy(document)
        if any(one.get("Sid") == label for one in current["Statement"]):
            raise refusals.invalid_value(label, "Label", "Already exists.")
        if len(current["Statement"]) >= STATEMENTS_MAX:
            raise ApiError("OverLimit", f"A queue has at most {STATEMENTS_MAX} permissions.", status=403)
        _keep(tx, document, {**current, "Statement": [*current["Statement"], statement]})
        return {}

    return await call.store.update(change)


@operation("sqs", "RemovePermission", needs="sqs:RemovePermission", on=queue_arn)
async def remove_permission(call: Call, request: Shape) -> Shape:
    """Take one statement of a queue's policy away.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_RemovePermission.html
    """
    place, label = place_of(call, request), request["Label"]

    def change(tx: Transaction) -> Shape:
        document = find_document(tx, place)
        current = _policy(document)
        left = [one for one in current["Statement"] if one.get("Sid") != label]
        if len(left) == len(current["Statement"]):
            raise refusals.invalid_value(label, "Label", "can't find label.")
        _keep(tx, document, {**current, "Statement": left})
        return {}

    return await call.store.update(change)


def _policy(document: dict[str, Any]) -> dict[str, Any]:
    """A queue's policy with its statements in a list, as AddPermission begins one where there is none."""
    text = document["Attributes"].get("Policy")
    if not text:
        begun = {"Version": "2008-10-17", "Id": f"{document['QueueArn']}/SQSDefaultPolicy"}
        return {**begun, "Statement": []}
    found = policy.load(text)
    statements = found["Statement"]
    return {**found, "Statement": statements if isinstance(statements, list) else [statements]}


def _keep(tx: Transaction, document: dict[str, Any], changed: dict[str, Any]) -> None:
    attributes = {name: value for name, value in document["Attributes"].items() if name != "Policy"}
    if changed["Statement"]:
        attributes["Policy"] = orjson.dumps(changed).decode()
    place = place_of_arn(document["QueueArn"])
    assert place
    note(tx, attributes)
    resources.put(tx, KIND, *place, {**document, "Attributes": attributes})


def _one_or_all(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values
