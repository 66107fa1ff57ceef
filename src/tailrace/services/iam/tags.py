"""Tags of users, roles and policies. Keys keep their case and are told apart without it."""

from __future__ import annotations

from typing import Any

from tailrace.operation import Call, Shape, operation
from tailrace.services.iam import entities
from tailrace.services.iam.entities import ROLES, USERS, Noun, about_role, about_user, on_role, on_user
from tailrace.services.iam.managed_documents import change_policy, find_policy, on_policy
from tailrace.store.engine import Transaction

TAGS_MAX = 50


def shown(tags: dict[str, str]) -> list[dict[str, str]]:
    """Tags as answers list them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def merged(old: dict[str, str], given: list[dict[str, Any]]) -> dict[str, str]:
    """The tags after setting those that are given. Raises InvalidInput for a key given twice, LimitExceeded."""
    keys = [tag["Key"].lower() for tag in given]
    if len(set(keys)) < len(keys):
        raise entities.invalid_input("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    kept = {key: value for key, value in old.items() if key.lower() not in keys}
    new = kept | {tag["Key"]: tag["Value"] for tag in given}
    if len(new) > TAGS_MAX:
        raise entities.limit_exceeded("TagsPerResource", TAGS_MAX)
    return new


def without(old: dict[str, str], keys: list[str]) -> dict[str, str]:
    """The tags without those keys."""
    gone = {key.lower() for key in keys}
    return {key: value for key, value in old.items() if key.lower() not in gone}


async def _tag(call: Call, noun: Noun, request: Shape) -> Shape:
    name = request[noun.member]

    def tag(tx: Transaction) -> None:
        old = entities.find(tx, noun, call.account, name).get("Tags", {})
        entities.change(tx, noun, call.account, name, Tags=merged(old, request["Tags"]))

    await call.store.update(tag)
    return {}


async def _untag(call: Call, noun: Noun, request: Shape) -> Shape:
    name = request[noun.member]

    def untag(tx: Transaction) -> None:
        old = entities.find(tx, noun, call.account, name).get("Tags", {})
        entities.change(tx, noun, call.account, name, Tags=without(old, request["TagKeys"]))

    await call.store.update(untag)
    return {}


async def _list(call: Call, noun: Noun, request: Shape) -> Shape:
    entity = await call.store.view(lambda tx: entities.find(tx, noun, call.account, request[noun.member]))
    return _page(entity.get("Tags", {}), request)


def _page(tags: dict[str, str], request: Shape) -> Shape:
    return entities.page_of(list(tags), request, "Tags", lambda key: {"Key": key, "Value": tags[key]})


@operation("iam", "TagUser", needs="iam:TagUser", on=on_user, context=about_user)
async def tag_user(call: Call, request: Shape) -> Shape:
    """Set tags of a user.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagUser.html
    """
    return await _tag(call, USERS, request)


@operation("iam", "UntagUser", needs="iam:UntagUser", on=on_user, context=about_user)
async def untag_user(call: Call, request: Shape) -> Shape:
    """Remove tags of a user.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagUser.html
    """
    return await _untag(call, USERS, request)


@operation("iam", "ListUserTags", needs="iam:ListUserTags", on=on_user, context=about_user)
async def list_user_tags(call: Call, request: Shape) -> Shape:
    """A user's tags.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUserTags.html
    """
    return await _list(call, USERS, request)


@operation("iam", "TagRole", needs="iam:TagRole", on=on_role, context=about_role)
async def tag_role(call: Call, request: Shape) -> Shape:
    """Set tags of a role.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagRole.html
    """
    return await _tag(call, ROLES, request)


@operation("iam", "UntagRole", needs="iam:UntagRole", on=on_role, context=about_role)
async def untag_role(call: Call, request: Shape) -> Shape:
    """Remove tags of a role.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagRole.html
    """
    return await _untag(call, ROLES, request)


@operation("iam", "ListRoleTags", needs="iam:ListRoleTags", on=on_role, context=about_role)
async def list_role_tags(call: Call, request: Shape) -> Shape:
    """A role's tags.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoleTags.html
    """
    return await _list(call, ROLES, request)


@operation("iam", "TagPolicy", needs="iam:TagPolicy", on=on_policy)
async def tag_policy(call: Call, request: Shape) -> Shape:
    """Set tags of a customer-managed policy.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagPolicy.html
    """

    def tag(tx: Transaction) -> None:
        policy = find_policy(tx, call.account, request["PolicyArn"])
        change_policy(tx, call.account, policy, Tags=merged(policy.get("Tags", {}), request["Tags"]))

    await call.store.update(tag)
    return {}


@operation("iam", "UntagPolicy", needs="iam:UntagPolicy", on=on_policy)
async def untag_policy(call: Call, request: Shape) -> Shape:
    """Remove tags of a customer-managed policy.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagPolicy.html
    """

    def untag(tx: Transaction) -> None:
        policy = find_policy(tx, call.account, request["PolicyArn"])
        change_policy(tx, call.account, policy, Tags=without(policy.get("Tags", {}), request["TagKeys"]))

    await call.store.update(untag)
    return {}


@operation("iam", "ListPolicyTags", needs="iam:ListPolicyTags", on=on_policy)
async def list_policy_tags(call: Call, request: Shape) -> Shape:
    """A customer-managed policy's tags.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyTags.html
    """
    policy = await call.store.view(lambda tx: find_policy(tx, call.account, request["PolicyArn"]))
    return _page(policy.get("Tags", {}), request)
