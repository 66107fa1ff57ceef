"""Operations that Tailrace does not have, answered clearly instead of with an unknown operation."""

from __future__ import annotations

from tailrace.operation import Call, Shape, not_supported, operation
from tailrace.services.iam import entities
from tailrace.services.iam.entities import USERS, on_role, on_user
from tailrace.store.engine import Transaction

PASSWORDS = "there is no sign-in with a password; the console takes access keys"
SERVICE_LINKED = "no service of Tailrace needs a service-linked role"


@operation("iam", "CreateLoginProfile", needs="iam:CreateLoginProfile", on=on_user)
async def create_login_profile(call: Call, request: Shape) -> Shape:
    """Refused: there are no passwords.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html
    """
    raise not_supported(call, PASSWORDS)


@operation("iam", "UpdateLoginProfile", needs="iam:UpdateLoginProfile", on=on_user)
async def update_login_profile(call: Call, request: Shape) -> Shape:
    """Refused: there are no passwords.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateLoginProfile.html
    """
    raise not_supported(call, PASSWORDS)


@operation("iam", "GetLoginProfile", needs="iam:GetLoginProfile", on=on_user)
async def get_login_profile(call: Call, request: Shape) -> Shape:
    """No user has one, which is what tools want to know.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetLoginProfile.html
    """
    return await _without(call, request)


@operation("iam", "DeleteLoginProfile", needs="iam:DeleteLoginProfile", on=on_user)
async def delete_login_profile(call: Call, request: Shape) -> Shape:
    """No user has one, which is what tools want to know.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteLoginProfile.html
    """
    return await _without(call, request)


async def _without(call: Call, request: Shape) -> Shape:
    name = entities.own_name(call, request)

    def check(tx: Transaction) -> None:
        entities.find(tx, USERS, call.account, name)

    await call.store.view(check)
    raise entities.no_such(f"Login Profile for User {name} cannot be found.")


@operation("iam", "CreateServiceLinkedRole", needs="iam:CreateServiceLinkedRole", on=on_role)
async def create_service_linked_role(call: Call, request: Shape) -> Shape:
    """Refused: nothing here needs one.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html
    """
    raise not_supported(call, SERVICE_LINKED)
