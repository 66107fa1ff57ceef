"""Roles: permissions that nobody owns and that those may take on whom the trust policy names."""

from __future__ import annotations

from urllib.parse import quote

from tailrace.base import arn
from tailrace.base.errors import ApiError
from tailrace.identity import key_of
from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.iam import entities, last_used, tags, validation
from tailrace.services.iam.boundaries import attachable, boundary_shown, forget, keep
from tailrace.services.iam.entities import ROLES, USERS, Document, about_role, on_role
from tailrace.store import resources
from tailrace.store.engine import Transaction

SESSION_SECONDS_DEFAULT = 3600


def shown(document: Document) -> Shape:
    """A role as CreateRole shows it. The trust policy is URL-encoded, as AWS sends documents."""
    answer = {key: document[key] for key in ("Path", "RoleName", "RoleId", "Arn", "CreateDate")}
    answer["AssumeRolePolicyDocument"] = quote(document["AssumeRolePolicyDocument"], safe="-_.~")
    if document.get("Description"):
        answer["Description"] = document["Description"]
    if document.get("PermissionsBoundary"):
        answer["PermissionsBoundary"] = boundary_shown(document)
    return answer


def shown_listed(document: Document) -> Shape:
    """A role as ListRoles shows it: with its longest session, without tags and last use."""
    return shown(document) | {"MaxSessionDuration": document.get("MaxSessionDuration", SESSION_SECONDS_DEFAULT)}


def _with_tags(answer: Shape, document: Document) -> Shape:
    return answer | {"Tags": tags.shown(document["Tags"])} if document.get("Tags") else answer


def _check_principals(tx: Transaction, account: str, document: str) -> None:
    """The account's users and roles that a trust policy names must be there. Raises MalformedPolicyDocument."""
    for name in validation.named_principals(document):
        parts = arn.parse(name)
        word = parts.resource.partition("/")[0] if parts else ""
        if parts is None or parts.service != "iam" or parts.account != account or word not in ("user", "role"):
            continue
        kind = USERS.kind if word == "user" else ROLES.kind
        known = resources.get(tx, kind, account, key_of(name.rpartition("/")[2]))
        if known is None or known["Arn"] != name:
            raise validation.invalid_principal("AWS", name)


@operation("iam", "CreateRole", needs="iam:CreateRole", on=on_role, context=about_role)
async def create_role(call: Call, request: Shape) -> Shape:
    """Create a role without any right.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
    """
    path = request.get("Path", "/")
    if path.startswith("/aws-service-role/"):
        raise ApiError("ValidationError", "Service-linked roles cannot be created with CreateRole.")
    validation.trust_policy(request["AssumeRolePolicyDocument"])
    document = entities.fresh(ROLES, call.account, request["RoleName"], path, call.clock.now())
    document["AssumeRolePolicyDocument"] = request["AssumeRolePolicyDocument"]
    for member in ("Description", "MaxSessionDuration", "PermissionsBoundary"):
        if member in request:
            document[member] = request[member]
    if request.get("Tags"):
        document["Tags"] = tags.merged({}, request["Tags"])

    def create(tx: Transaction) -> None:
        _check_principals(tx, call.account, document["AssumeRolePolicyDocument"])
        if "PermissionsBoundary" in document:
            attachable(tx, document["PermissionsBoundary"])
            keep(tx, call.account, ROLES, document)
        entities.create(tx, ROLES, call.account, document)

    await call.store.update(create)
    answer = _with_tags(shown(document), document)
    if "MaxSessionDuration" in request:
        answer["MaxSessionDuration"] = request["MaxSessionDuration"]
    return {"Role": answer}


@operation("iam", "GetRole", needs="iam:GetRole", on=on_role, context=about_role)
async def get_role(call: Call, request: Shape) -> Shape:
    """A role and its trust policy.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html
    """

    def get(tx: Transaction) -> Shape:
        document = entities.find(tx, ROLES, call.account, request["RoleName"])
        used = last_used.of_role(tx, call.node.last_used, call.account, document["RoleId"])
        return _with_tags(shown_listed(document), document) | {"RoleLastUsed": used}

    return {"Role": await call.store.view(get)}


@operation("iam", "ListRoles", needs="iam:ListRoles", on=anything)
async def list_roles(call: Call, request: Shape) -> Shape:
    """Roles by name, a page at a time.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html
    """
    return await call.store.view(
        lambda tx: entities.page_of_kind(tx, ROLES.kind, call.account, request, "Roles", shown_listed)
    )


@operation("iam", "UpdateRole", needs="iam:UpdateRole", on=on_role, context=about_role)
async def update_role(call: Call, request: Shape) -> Shape:
    """Set a role's description and its longest session; what is not given goes back to its default.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html
    """

    def update(tx: Transaction) -> None:
        members = {"Description": request.get("Description"), "MaxSessionDuration": request.get("MaxSessionDuration")}
        entities.change(tx, ROLES, call.account, request["RoleName"], **members)

    await call.store.update(update)
    return {}


@operation("iam", "UpdateRoleDescription", needs="iam:UpdateRoleDescription", on=on_role, context=about_role)
async def update_role_description(call: Call, request: Shape) -> Shape:
    """Set a role's description.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRoleDescription.html
    """
    document = await call.store.update(
        lambda tx: entities.change(tx, ROLES, call.account, request["RoleName"], Description=request.get("Description"))
    )
    return {"Role": _with_tags(shown_listed(document), document)}


@operation("iam", "UpdateAssumeRolePolicy", needs="iam:UpdateAssumeRolePolicy", on=on_role, context=about_role)
async def update_assume_role_policy(call: Call, request: Shape) -> Shape:
    """Say anew who may take the role on.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html
    """

    def update(tx: Transaction) -> None:
        entities.refuse_protected(entities.find(tx, ROLES, call.account, request["RoleName"]))
        validation.trust_policy(request["PolicyDocument"])
        document = request["PolicyDocument"]
        _check_principals(tx, call.account, document)
        entities.change(tx, ROLES, call.account, request["RoleName"], AssumeRolePolicyDocument=document)

    await call.store.update(update)
    return {}


@operation("iam", "DeleteRole", needs="iam:DeleteRole", on=on_role, context=about_role)
async def delete_role(call: Call, request: Shape) -> Shape:
    """Delete a role that has no policies any more; its sessions end with it.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html
    """

    def delete(tx: Transaction) -> None:
        role = entities.find(tx, ROLES, call.account, request["RoleName"])
        entities.refuse_protected(role)
        entities.refuse_with_policies(role)
        forget(tx, call.account, ROLES, role)
        resources.delete(tx, ROLES.kind, call.account, key_of(request["RoleName"]))
        last_used.forget(tx, call.account, role["RoleId"])

    await call.store.update(delete)
    return {}
