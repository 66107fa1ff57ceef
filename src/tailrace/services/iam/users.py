"""Users."""

from __future__ import annotations

from tailrace.identity import ACCESS_KEY, key_of
from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.iam import entities, tags
from tailrace.services.iam.boundaries import attachable, boundary_shown, forget, keep
from tailrace.services.iam.entities import USERS, Document, about_user, on_user
from tailrace.services.iam.renaming import rename, replaced
from tailrace.store import resources
from tailrace.store.engine import Transaction


def shown(document: Document, *, tagged: bool = True) -> Shape:
    """A user as answers show it; lists leave out the tags."""
    answer = {key: document[key] for key in ("Path", "UserName", "UserId", "Arn", "CreateDate")}
    if document.get("PermissionsBoundary"):
        answer["PermissionsBoundary"] = boundary_shown(document)
    if tagged and document.get("Tags"):
        answer["Tags"] = tags.shown(document["Tags"])
    return answer


@operation("iam", "CreateUser", needs="iam:CreateUser", on=on_user, context=about_user)
async def create_user(call: Call, request: Shape) -> Shape:
    """Create a user without any right.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html
    """
    document = entities.fresh(USERS, call.account, request["UserName"], request.get("Path", "/"), call.clock.now())
    if request.get("Tags"):
        document["Tags"] = tags.merged({}, request["Tags"])
    boundary = request.get("PermissionsBoundary")

    def create(tx: Transaction) -> None:
        if boundary:
            document["PermissionsBoundary"] = attachable(tx, boundary)
        entities.create(tx, USERS, call.account, document)
        if boundary:
            keep(tx, call.account, USERS, document)

    await call.store.update(create)
    return {"User": shown(document)}


@operation("iam", "GetUser", needs="iam:GetUser", on=on_user, context=about_user)
async def get_user(call: Call, request: Shape) -> Shape:
    """A user; without a name, the caller.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html
    """
    if "UserName" not in request and call.principal.kind == "root":
        root = call.principal
        return {"User": {"UserId": root.user_id, "Arn": root.arn, "CreateDate": 0.0}}
    name = entities.own_name(call, request)
    return {"User": shown(await call.store.view(lambda tx: entities.find(tx, USERS, call.account, name)))}


@operation("iam", "ListUsers", needs="iam:ListUsers", on=anything)
async def list_users(call: Call, request: Shape) -> Shape:
    """Users by name, a page at a time.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html
    """
    return await call.store.view(
        lambda tx: entities.page_of_kind(
            tx, USERS.kind, call.account, request, "Users", lambda document: shown(document, tagged=False)
        )
    )


@operation("iam", "UpdateUser", needs="iam:UpdateUser", on=on_user, context=about_user)
async def update_user(call: Call, request: Shape) -> Shape:
    """Give a user another name or path; keys, policies and groups stay its own.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html
    """
    old_name = request["UserName"]

    def update(tx: Transaction) -> None:
        renamed = rename(tx, USERS, call.account, old_name, request)
        if renamed is None:
            return
        old, name = renamed
        for key in old.get("AccessKeys", ()):
            kept = resources.get(tx, ACCESS_KEY, call.account, key)
            resources.put(tx, ACCESS_KEY, call.account, key, {**(kept or {}), "UserName": name})
        for group in old.get("Groups", ()):
            members = entities.find(tx, entities.GROUPS, call.account, group)["Members"]
            entities.change(tx, entities.GROUPS, call.account, group, Members=replaced(members, old_name, name))

    await call.store.update(update)
    return {}


@operation("iam", "DeleteUser", needs="iam:DeleteUser", on=on_user, context=about_user)
async def delete_user(call: Call, request: Shape) -> Shape:
    """Delete a user that has no keys, policies and groups any more.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
    """
    name = request["UserName"]

    def delete(tx: Transaction) -> None:
        user = entities.find(tx, USERS, call.account, name)
        if user.get("AccessKeys"):
            raise entities.delete_conflict("Cannot delete entity, must delete access keys first.")
        if user.get("Groups"):
            raise entities.delete_conflict("Cannot delete entity, must remove user from all groups first.")
        entities.refuse_with_policies(user)
        forget(tx, call.account, USERS, user)
        resources.delete(tx, USERS.kind, call.account, key_of(name))

    await call.store.update(delete)
    return {}
