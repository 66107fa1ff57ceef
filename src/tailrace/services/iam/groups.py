"""Groups: policies that many users share. The group lists its members, and each user its groups."""

from __future__ import annotations

from tailrace.identity import key_of
from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.iam import entities, users
from tailrace.services.iam.entities import GROUPS, USERS, Document, about_group, about_user, on_group, on_user
from tailrace.services.iam.renaming import rename, replaced
from tailrace.store import resources
from tailrace.store.engine import Transaction

GROUPS_OF_USER_MAX = 10


def shown(document: Document) -> Shape:
    """A group as answers show it."""
    return {key: document[key] for key in ("Path", "GroupName", "GroupId", "Arn", "CreateDate")}


@operation("iam", "CreateGroup", needs="iam:CreateGroup", on=on_group, context=about_group)
async def create_group(call: Call, request: Shape) -> Shape:
    """Create an empty group.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateGroup.html
    """
    document = entities.fresh(GROUPS, call.account, request["GroupName"], request.get("Path", "/"), call.clock.now())
    document["Members"] = []
    await call.store.update(lambda tx: entities.create(tx, GROUPS, call.account, document))
    return {"Group": shown(document)}


@operation("iam", "GetGroup", needs="iam:GetGroup", on=on_group, context=about_group)
async def get_group(call: Call, request: Shape) -> Shape:
    """A group and its users.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroup.html
    """

    def get(tx: Transaction) -> Shape:
        group = entities.find(tx, GROUPS, call.account, request["GroupName"])

        def show(name: str) -> Shape:
            return users.shown(entities.find(tx, USERS, call.account, name), tagged=False)

        return {"Group": shown(group)} | entities.page_of(group["Members"], request, "Users", show)

    return await call.store.view(get)


@operation("iam", "ListGroups", needs="iam:ListGroups", on=anything)
async def list_groups(call: Call, request: Shape) -> Shape:
    """Groups by name, a page at a time.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroups.html
    """
    return await call.store.view(
        lambda tx: entities.page_of_kind(tx, GROUPS.kind, call.account, request, "Groups", shown)
    )


@operation("iam", "ListGroupsForUser", needs="iam:ListGroupsForUser", on=on_user, context=about_user)
async def list_groups_for_user(call: Call, request: Shape) -> Shape:
    """The groups that a user is in.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupsForUser.html
    """

    def listed(tx: Transaction) -> Shape:
        user = entities.find(tx, USERS, call.account, request["UserName"])

        def show(name: str) -> Shape:
            return shown(entities.find(tx, GROUPS, call.account, name))

        return entities.page_of(list(user.get("Groups", ())), request, "Groups", show)

    return await call.store.view(listed)


@operation("iam", "UpdateGroup", needs="iam:UpdateGroup", on=on_group, context=about_group)
async def update_group(call: Call, request: Shape) -> Shape:
    """Give a group another name or path.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateGroup.html
    """
    old_name = request["GroupName"]

    def update(tx: Transaction) -> None:
        renamed = rename(tx, GROUPS, call.account, old_name, request)
        if renamed is None:
            return
        old, name = renamed
        for member in old["Members"]:
            groups = entities.find(tx, USERS, call.account, member)["Groups"]
            entities.change(tx, USERS, call.account, member, Groups=replaced(groups, old_name, name))

    await call.store.update(update)
    return {}


@operation("iam", "DeleteGroup", needs="iam:DeleteGroup", on=on_group, context=about_group)
async def delete_group(call: Call, request: Shape) -> Shape:
    """Delete a group that has no members and policies any more.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroup.html
    """

    def delete(tx: Transaction) -> None:
        group = entities.find(tx, GROUPS, call.account, request["GroupName"])
        if group["Members"]:
            raise entities.delete_conflict("Cannot delete entity, must remove users from group first.")
        entities.refuse_with_policies(group)
        resources.delete(tx, GROUPS.kind, call.account, key_of(request["GroupName"]))

    await call.store.update(delete)
    return {}


@operation("iam", "AddUserToGroup", needs="iam:AddUserToGroup", on=on_group, context=about_group)
async def add_user_to_group(call: Call, request: Shape) -> Shape:
    """Put a user into a group; once more changes nothing.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddUserToGroup.html
    """

    def add(tx: Transaction) -> None:
        group = entities.find(tx, GROUPS, call.account, request["GroupName"])
        user = entities.find(tx, USERS, call.account, request["UserName"])
        groups = user.get("Groups", [])
        if group["GroupName"] in groups:
            return
        if len(groups) >= GROUPS_OF_USER_MAX:
            raise entities.limit_exceeded("GroupsPerUser", GROUPS_OF_USER_MAX)
        entities.change(tx, USERS, call.account, user["UserName"], Groups=[*groups, group["GroupName"]])
        entities.change(tx, GROUPS, call.account, group["GroupName"], Members=[*group["Members"], user["UserName"]])

    await call.store.update(add)
    return {}


@operation("iam", "RemoveUserFromGroup", needs="iam:RemoveUserFromGroup", on=on_group, context=about_group)
async def remove_user_from_group(call: Call, request: Shape) -> Shape:
    """Take a user out of a group.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveUserFromGroup.html
    """

    def remove(tx: Transaction) -> None:
        group = entities.find(tx, GROUPS, call.account, request["GroupName"])
        user = entities.find(tx, USERS, call.account, request["UserName"])
        groups = [name for name in user.get("Groups", ()) if name != group["GroupName"]]
        members = [name for name in group["Members"] if name != user["UserName"]]
        entities.change(tx, USERS, call.account, user["UserName"], Groups=groups)
        entities.change(tx, GROUPS, call.account, group["GroupName"], Members=members)

    await call.store.update(remove)
    return {}
