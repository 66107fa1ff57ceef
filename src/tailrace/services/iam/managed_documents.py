"""Managed policies as documents: found by ARN, AWS's or the account's, and the index of who uses them.

The index has one entry a use, `ARN usage word name`, so that a policy's users are one range of names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from tailrace.auth import aws_managed
from tailrace.base import arn
from tailrace.base.errors import ApiError
from tailrace.identity import POLICY, key_of
from tailrace.operation import Call, Shape
from tailrace.services.iam import entities
from tailrace.services.iam.entities import Document, Noun
from tailrace.store import resources
from tailrace.store.engine import Transaction

USE = "iam:policy-use"
USES_SLICE = 500
Usage = Literal["PermissionsPolicy", "PermissionsBoundary"]


def on_policy(call: Call, request: Shape) -> str:
    """The ARN that an action on a managed policy is granted on."""
    policy_arn: str | None = request.get("PolicyArn")
    return policy_arn or arn.iam(call.account, f"policy{request.get('Path', '/')}{request.get('PolicyName', '*')}")


def check_arn(policy_arn: str) -> None:
    """Raises InvalidInput for what is no policy's ARN."""
    parts = arn.parse(policy_arn)
    if parts is None or parts.service != "iam" or not parts.resource.startswith("policy/"):
        raise entities.invalid_input(f"ARN {policy_arn} is not valid.")


def find_any(tx: Transaction, account: str, policy_arn: str) -> Document | None:
    """The document of a managed policy, AWS's own in the same form as the account's; None where there is none."""
    check_arn(policy_arn)
    own = aws_managed.all_policies().get(policy_arn)
    if own is not None:
        version = {"Document": own.document, "CreateDate": own.updated}
        return {
            "PolicyName": own.name,
            "PolicyId": own.policy_id,
            "Arn": own.arn,
            "Path": own.path,
            "DefaultVersionId": own.version,
            "CreateDate": own.created,
            "UpdateDate": own.updated,
            "Versions": {own.version: version},
        }
    found = resources.get(tx, POLICY, account, key_of(policy_arn.rpartition("/")[2]))
    return found if found is not None and found["Arn"] == policy_arn else None


def find_readable(tx: Transaction, account: str, policy_arn: str) -> Document:
    """A managed policy. Raises NoSuchEntity."""
    found = find_any(tx, account, policy_arn)
    if found is None:
        raise entities.no_such(f"Policy {policy_arn} was not found.")
    return found


def find_policy(tx: Transaction, account: str, policy_arn: str) -> Document:
    """A policy that the account may change. Raises NoSuchEntity, and AccessDenied for AWS's own."""
    check_arn(policy_arn)
    if policy_arn in aws_managed.all_policies():
        raise ApiError("AccessDenied", "Access denied: AWS-managed policies cannot be changed.", status=403)
    return find_readable(tx, account, policy_arn)


def change_policy(tx: Transaction, account: str, policy: Document, **members: Any) -> Document:
    """Put members of a policy's document in place of the old ones; the new document."""
    document = {**policy, **members}
    resources.put(tx, POLICY, account, key_of(document["PolicyName"]), document)
    return document


# --- who uses it -----------------------------------------------------------------------------------------------------


def use(tx: Transaction, account: str, policy_arn: str, usage: Usage, noun: Noun, name: str) -> None:
    """Note that an entity uses the policy."""
    resources.put(tx, USE, account, f"{policy_arn} {usage} {noun.word} {key_of(name)}", {"Name": name})


def unuse(tx: Transaction, account: str, policy_arn: str, usage: Usage, noun: Noun, name: str) -> None:
    """Note that it doesn't any more."""
    resources.delete(tx, USE, account, f"{policy_arn} {usage} {noun.word} {key_of(name)}")


def uses(tx: Transaction, account: str, policy_arn: str, usage: Usage, word: str = "") -> Iterator[tuple[str, str]]:
    """(user | group | role, key of its name) of every entity that uses the policy."""
    prefix = f"{policy_arn} {usage} {word} " if word else f"{policy_arn} {usage} "
    after: str | None = None
    while True:
        rows = resources.page(tx, USE, account, after, USES_SLICE, prefix)
        for row, _ in rows:
            _, _, kind, name = row.split(" ", 3)
            yield kind, name
        if len(rows) < USES_SLICE:
            return
        after = rows[-1][0]


def rename_uses(tx: Transaction, account: str, noun: Noun, entity: Document, old_name: str, new_name: str) -> None:
    """Carry an entity's uses over to its new name."""
    used: list[tuple[str, Usage]] = [(policy_arn, "PermissionsPolicy") for policy_arn in entity.get("Attached", ())]
    if entity.get("PermissionsBoundary"):
        used.append((entity["PermissionsBoundary"], "PermissionsBoundary"))
    for policy_arn, usage in used:
        unuse(tx, account, policy_arn, usage, noun, old_name)
        use(tx, account, policy_arn, usage, noun, new_name)


def shown(tx: Transaction, account: str, policy: Document) -> Shape:
    """A policy as answers show it; Description and Tags only where GetPolicy and CreatePolicy add them."""
    answer = {key: policy[key] for key in ("PolicyName", "PolicyId", "Arn", "Path", "DefaultVersionId")}
    answer["AttachmentCount"] = sum(1 for _ in uses(tx, account, policy["Arn"], "PermissionsPolicy"))
    answer["PermissionsBoundaryUsageCount"] = sum(1 for _ in uses(tx, account, policy["Arn"], "PermissionsBoundary"))
    return answer | {"IsAttachable": True, "CreateDate": policy["CreateDate"], "UpdateDate": policy["UpdateDate"]}
