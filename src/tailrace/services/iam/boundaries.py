"""Permissions boundaries: the policy that caps what a user or role may do, whatever it was granted."""

from __future__ import annotations

from tailrace.identity import managed_policy
from tailrace.operation import Call, Shape, operation
from tailrace.services.iam import entities, managed_documents
from tailrace.services.iam.entities import ROLES, USERS, Document, Noun, about_role, about_user, on_role, on_user
from tailrace.store.engine import Transaction


def boundary_shown(document: Document) -> Shape:
    """An entity's boundary as answers show it."""
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": document["PermissionsBoundary"]}


def attachable(tx: Transaction, policy_arn: str) -> str:
    """The ARN again, if there is a policy of it. Raises NoSuchEntity."""
    if managed_policy(tx, policy_arn) is None:
        raise entities.no_such(f"Scope ARN: {policy_arn} does not exist or is not attachable.")
    return policy_arn


def keep(tx: Transaction, account: str, noun: Noun, entity: Document) -> None:
    """Note in the index of uses that the entity has its boundary."""
    policy_arn, name = entity["PermissionsBoundary"], entity[noun.member]
    managed_documents.use(tx, account, policy_arn, "PermissionsBoundary", noun, name)


def forget(tx: Transaction, account: str, noun: Noun, entity: Document) -> None:
    """Take the entity's boundary, if it has one, out of the index."""
    if "PermissionsBoundary" in entity:
        policy_arn, name = entity["PermissionsBoundary"], entity[noun.member]
        managed_documents.unuse(tx, account, policy_arn, "PermissionsBoundary", noun, name)


async def _put(call: Call, noun: Noun, request: Shape) -> Shape:
    def put(tx: Transaction) -> None:
        entity = entities.find(tx, noun, call.account, request[noun.member])
        entities.refuse_protected(entity)
        attachable(tx, request["PermissionsBoundary"])
        forget(tx, call.account, noun, entity)
        new = entities.change(
            tx, noun, call.account, entity[noun.member], PermissionsBoundary=request["PermissionsBoundary"]
        )
        keep(tx, call.account, noun, new)

    await call.store.update(put)
    return {}


async def _delete(call: Call, noun: Noun, request: Shape) -> Shape:
    def delete(tx: Transaction) -> None:
        entity = entities.find(tx, noun, call.account, request[noun.member])
        if "PermissionsBoundary" not in entity:
            raise entities.no_such(f"{noun.label} {request[noun.member]} does not have a permissions boundary.")
        forget(tx, call.account, noun, entity)
        entities.change(tx, noun, call.account, entity[noun.member], PermissionsBoundary=None)

    await call.store.update(delete)
    return {}


@operation("iam", "PutUserPermissionsBoundary", needs="iam:PutUserPermissionsBoundary", on=on_user, context=about_user)
async def put_user_permissions_boundary(call: Call, request: Shape) -> Shape:
    """Cap a user.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPermissionsBoundary.html
    """
    return await _put(call, USERS, request)


@operation(
    "iam", "DeleteUserPermissionsBoundary", needs="iam:DeleteUserPermissionsBoundary", on=on_user, context=about_user
)
async def delete_user_permissions_boundary(call: Call, request: Shape) -> Shape:
    """Lift a user's cap.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPermissionsBoundary.html
    """
    return await _delete(call, USERS, request)


@operation("iam", "PutRolePermissionsBoundary", needs="iam:PutRolePermissionsBoundary", on=on_role, context=about_role)
async def put_role_permissions_boundary(call: Call, request: Shape) -> Shape:
    """Cap a role.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePermissionsBoundary.html
    """
    return await _put(call, ROLES, request)


@operation(
    "iam", "DeleteRolePermissionsBoundary", needs="iam:DeleteRolePermissionsBoundary", on=on_role, context=about_role
)
async def delete_role_permissions_boundary(call: Call, request: Shape) -> Shape:
    """Lift a role's cap.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePermissionsBoundary.html
    """
    return await _delete(call, ROLES, request)
