"""Inline policies: documents that live and die with one user, group or role."""

from __future__ import annotations

from urllib.parse import quote

from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape, operation
from tailrace.services.iam import entities, validation
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
from tailrace.store.engine import Transaction


async def _put(call: Call, noun: Noun, request: Shape) -> Shape:
    name, document = request[noun.member], request["PolicyDocument"]
    validation.identity_policy(document)

    def put(tx: Transaction) -> None:
        entity = entities.find(tx, noun, call.account, name)
        entities.refuse_protected(entity)
        inline = entity.get("Inline", {}) | {request["PolicyName"]: document}
        if sum(validation.size(text) for text in inline.values()) > noun.inline_bytes_max:
            text = f"Maximum policy size of {noun.inline_bytes_max} bytes exceeded for {noun.word} {name}"
            raise ApiError("LimitExceeded", text, status=409)
        entities.change(tx, noun, call.account, name, Inline=dict(sorted(inline.items())))

    await call.store.update(put)
    return {}


def _inline(tx: Transaction, call: Call, noun: Noun, request: Shape) -> dict[str, str]:
    """The inline policies, among which the one that the request names is. Raises NoSuchEntity."""
    inline: dict[str, str] = entities.find(tx, noun, call.account, request[noun.member]).get("Inline", {})
    if request["PolicyName"] not in inline:
        raise entities.no_such(f"The {noun.word} policy with name {request['PolicyName']} cannot be found.")
    return inline


async def _get(call: Call, noun: Noun, request: Shape) -> Shape:
    inline = await call.store.view(lambda tx: _inline(tx, call, noun, request))
    # AWS sends documents URL-encoded (RFC 3986); SDKs decode them.
    document = quote(inline[request["PolicyName"]], safe="-_.~")
    return {noun.member: request[noun.member], "PolicyName": request["PolicyName"], "PolicyDocument": document}


async def _delete(call: Call, noun: Noun, request: Shape) -> Shape:
    def delete(tx: Transaction) -> None:
        inline = _inline(tx, call, noun, request)
        rest = {name: text for name, text in inline.items() if name != request["PolicyName"]}
        entities.change(tx, noun, call.account, request[noun.member], Inline=rest)

    await call.store.update(delete)
    return {}


async def _list(call: Call, noun: Noun, request: Shape) -> Shape:
    entity = await call.store.view(lambda tx: entities.find(tx, noun, call.account, request[noun.member]))
    return entities.page_of(list(entity.get("Inline", {})), request, "PolicyNames")


@operation("iam", "PutUserPolicy", needs="iam:PutUserPolicy", on=on_user, context=about_user)
async def put_user_policy(call: Call, request: Shape) -> Shape:
    """Give a user an inline policy, or replace the one of that name.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html
    """
    return await _put(call, USERS, request)


@operation("iam", "PutGroupPolicy", needs="iam:PutGroupPolicy", on=on_group, context=about_group)
async def put_group_policy(call: Call, request: Shape) -> Shape:
    """Give a group an inline policy, or replace the one of that name.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutGroupPolicy.html
    """
    return await _put(call, GROUPS, request)


@operation("iam", "PutRolePolicy", needs="iam:PutRolePolicy", on=on_role, context=about_role)
async def put_role_policy(call: Call, request: Shape) -> Shape:
    """Give a role an inline policy, or replace the one of that name.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
    """
    return await _put(call, ROLES, request)


@operation("iam", "GetUserPolicy", needs="iam:GetUserPolicy", on=on_user, context=about_user)
async def get_user_policy(call: Call, request: Shape) -> Shape:
    """An inline policy of a user.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUserPolicy.html
    """
    return await _get(call, USERS, request)


@operation("iam", "GetGroupPolicy", needs="iam:GetGroupPolicy", on=on_group, context=about_group)
async def get_group_policy(call: Call, request: Shape) -> Shape:
    """An inline policy of a group.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroupPolicy.html
    """
    return await _get(call, GROUPS, request)


@operation("iam", "GetRolePolicy", needs="iam:GetRolePolicy", on=on_role, context=about_role)
async def get_role_policy(call: Call, request: Shape) -> Shape:
    """An inline policy of a role.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html
    """
    return await _get(call, ROLES, request)


@operation("iam", "DeleteUserPolicy", needs="iam:DeleteUserPolicy", on=on_user, context=about_user)
async def delete_user_policy(call: Call, request: Shape) -> Shape:
    """Take an inline policy from a user.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPolicy.html
    """
    return await _delete(call, USERS, request)


@operation("iam", "DeleteGroupPolicy", needs="iam:DeleteGroupPolicy", on=on_group, context=about_group)
async def delete_group_policy(call: Call, request: Shape) -> Shape:
    """Take an inline policy from a group.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroupPolicy.html
    """
    return await _delete(call, GROUPS, request)


@operation("iam", "DeleteRolePolicy", needs="iam:DeleteRolePolicy", on=on_role, context=about_role)
async def delete_role_policy(call: Call, request: Shape) -> Shape:
    """Take an inline policy from a role.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePolicy.html
    """
    return await _delete(call, ROLES, request)


@operation("iam", "ListUserPolicies", needs="iam:ListUserPolicies", on=on_user, context=about_user)
async def list_user_policies(call: Call, request: Shape) -> Shape:
    """The names of the inline policies of a user.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUserPolicies.html
    """
    return await _list(call, USERS, request)


@operation("iam", "ListGroupPolicies", needs="iam:ListGroupPolicies", on=on_group, context=about_group)
async def list_group_policies(call: Call, request: Shape) -> Shape:
    """The names of the inline policies of a group.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupPolicies.html
    """
    return await _list(call, GROUPS, request)


@operation("iam", "ListRolePolicies", needs="iam:ListRolePolicies", on=on_role, context=about_role)
async def list_role_policies(call: Call, request: Shape) -> Shape:
    """The names of the inline policies of a role.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRolePolicies.html
    """
    return await _list(call, ROLES, request)
