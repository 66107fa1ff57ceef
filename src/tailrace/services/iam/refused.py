"""Operations that Tailrace does not have, answered clearly instead of with an unknown operation."""

from __future__ import annotations

from tailrace.operation import Call, Shape, operation, refuse
from tailrace.services.iam import entities
from tailrace.services.iam.entities import USERS, on_user
from tailrace.store.engine import Transaction

PASSWORDS = "there is no sign-in with a password; the console takes access keys"
LAST_ACCESSED = "it keeps the last use of keys (GetAccessKeyLastUsed) and roles (GetRole), not one a service"


refuse("iam", "CreateLoginProfile", PASSWORDS, needs="iam:CreateLoginProfile", on=on_user)
refuse("iam", "UpdateLoginProfile", PASSWORDS, needs="iam:UpdateLoginProfile", on=on_user)
refuse(
    "iam",
    "GenerateServiceLastAccessedDetails",
    LAST_ACCESSED,
    needs="iam:GenerateServiceLastAccessedDetails",
    on=lambda call, request: str(request["Arn"]),
)


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
