"""Attaching managed policies to users, groups and roles."""

from __future__ import annotations

from tailrace.operation import Call, Shape, operation
from tailrace.services.iam import entities
from tailrace.services.iam.entities import (
    GROUPS,
    ROLES,
    USERS,
    Noun,
    about_group,
    about_role,
    about_user,
    on_group,
    on_role,
    on_user,
)
from tailrace.services.iam.managed_documents import find_any, find_readable, unuse, use
from tailrace.store.engine import Transaction

ATTACHED_MAX = 10


async def _attach(call: Call, noun: Noun, request: Shape) -> Shape:
    name, policy_arn = request[noun.member], request["PolicyArn"]

    def attach(tx: Transaction) -> None:
        entity = entities.find(tx, noun, call.account, name)
        entities.refuse_protected(entity)
        if find_any(tx, call.account, policy_arn) is None:
            raise entities.no_such(f"Policy {policy_arn} does not exist or is not attachable.")
        attached = entity.get("Attached", [])
        if policy_arn in attached:
            return
        if len(attached) >= ATTACHED_MAX:
            raise entities.limit_exceeded(f"PoliciesPer{noun.label}", ATTACHED_MAX)
        entities.change(tx, noun, call.account, name, Attached=[*attached, policy_arn])
        use(tx, call.account, policy_arn, "PermissionsPolicy", noun, name)

    await call.store.update(attach)
    return {}


async def _detach(call: Call, noun: Noun, request: Shape) -> Shape:
    name, policy_arn = request[noun.member], request["PolicyArn"]

    def detach(tx: Transaction) -> None:
        attached = entities.find(tx, noun, call.account, name).get("Attached", [])
        if policy_arn not in attached:
            find_readable(tx, call.account, policy_arn)
            raise entities.no_such(f"Policy {policy_arn} was not found.")
        rest = [kept for kept in attached if kept != policy_arn]
        entities.change(tx, noun, call.account, name, Attached=rest)
        unuse(tx, call.account, policy_arn, "PermissionsPolicy", noun, name)

    await call.store.update(detach)
    return {}


async def _list(call: Call, noun: Noun, request: Shape) -> Shape:
    prefix = request.get("PathPrefix", "/")

    def listed(tx: Transaction) -> Shape:
        entity = entities.find(tx, noun, call.account, request[noun.member])
        found = [find_any(tx, call.account, policy_arn) for policy_arn in entity.get("Attached", ())]
        names = {
            policy["Arn"]: policy["PolicyName"] for policy in found if policy and policy["Path"].startswith(prefix)
        }
        return entities.page_of(
            list(names),
            request,
            "AttachedPolicies",
            lambda policy_arn: {"PolicyName": names[policy_arn], "PolicyArn": policy_arn},
        )

    return await call.store.view(listed)


@operation("iam", "AttachUserPolicy", needs="iam:AttachUserPolicy", on=on_user, context=about_user)
async def attach_user_policy(call: Call, request: Shape) -> Shape:
    """Attach a managed policy to a user; once more changes nothing.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html
    """
    return await _attach(call, USERS, request)


@operation("iam", "AttachGroupPolicy", needs="iam:AttachGroupPolicy", on=on_group, context=about_group)
async def attach_group_policy(call: Call, request: Shape) -> Shape:
    """Attach a managed policy to a group.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachGroupPolicy.html
    """
    return await _attach(call, GROUPS, request)


@operation("iam", "AttachRolePolicy", needs="iam:AttachRolePolicy", on=on_role, context=about_role)
async def attach_role_policy(call: Call, request: Shape) -> Shape:
    """Attach a managed policy to a role.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html
    """
    return await _attach(call, ROLES, request)


@operation("iam", "DetachUserPolicy", needs="iam:DetachUserPolicy", on=on_user, context=about_user)
async def detach_user_policy(call: Call, request: Shape) -> Shape:
    """Take a managed policy from a user.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachUserPolicy.html
    """
    return await _detach(call, USERS, request)


@operation("iam", "DetachGroupPolicy", needs="iam:DetachGroupPolicy", on=on_group, context=about_group)
async def detach_group_policy(call: Call, request: Shape) -> Shape:
    """Take a managed policy from a group.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachGroupPolicy.html
    """
    return await _detach(call, GROUPS, request)


@operation("iam", "DetachRolePolicy", needs="iam:DetachRolePolicy", on=on_role, context=about_role)
async def detach_role_policy(call: Call, request: Shape) -> Shape:
    """Take a managed policy from a role.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachRolePolicy.html
    """
    return await _detach(call, ROLES, request)


@operation("iam", "ListAttachedUserPolicies", needs="iam:ListAttachedUserPolicies", on=on_user, context=about_user)
async def list_attached_user_policies(call: Call, request: Shape) -> Shape:
    """The managed policies of a user.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedUserPolicies.html
    """
    return await _list(call, USERS, request)


@operation("iam", "ListAttachedGroupPolicies", needs="iam:ListAttachedGroupPolicies", on=on_group, context=about_group)
async def list_attached_group_policies(call: Call, request: Shape) -> Shape:
    """The managed policies of a group.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedGroupPolicies.html
    """
    return await _list(call, GROUPS, request)


@operation("iam", "ListAttachedRolePolicies", needs="iam:ListAttachedRolePolicies", on=on_role, context=about_role)
async def list_attached_role_policies(call: Call, request: Shape) -> Shape:
    """The managed policies of a role.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedRolePolicies.html
    """
    return await _list(call, ROLES, request)
