"""What concerns the account as a whole."""

from __future__ import annotations

from tailrace.identity import GROUP, POLICY, ROLE, USER
from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.iam import (
    access_keys,
    attachments,
    entities,
    groups,
    managed_policies,
    policy_versions,
    validation,
)
from tailrace.services.iam.entities import GROUPS, ROLES, USERS
from tailrace.store.engine import Transaction


def _count(tx: Transaction, account: str, kind: str) -> int:
    return sum(1 for _ in entities.every(tx, kind, account))


@operation("iam", "GetAccountSummary", needs="iam:GetAccountSummary", on=anything)
async def get_account_summary(call: Call, request: Shape) -> Shape:
    """How many entities there are, and how many there may be.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
    """
    kinds = {"Users": USER, "Groups": GROUP, "Roles": ROLE, "Policies": POLICY}
    counts = await call.store.view(lambda tx: {name: _count(tx, call.account, kind) for name, kind in kinds.items()})
    quotas = {
        "UsersQuota": 5000,
        "GroupsQuota": 300,
        "RolesQuota": 1000,
        "PoliciesQuota": managed_policies.POLICIES_MAX,
        "GroupsPerUserQuota": groups.GROUPS_OF_USER_MAX,
        "AccessKeysPerUserQuota": access_keys.KEYS_MAX,
        "UserPolicySizeQuota": USERS.inline_bytes_max,
        "GroupPolicySizeQuota": GROUPS.inline_bytes_max,
        "RolePolicySizeQuota": ROLES.inline_bytes_max,
        "PolicySizeQuota": validation.MANAGED_BYTES_MAX,
        "AssumeRolePolicySizeQuota": validation.TRUST_BYTES_MAX,
        "VersionsPerPolicyQuota": policy_versions.VERSIONS_MAX,
        "AttachedPoliciesPerUserQuota": attachments.ATTACHED_MAX,
        "AttachedPoliciesPerGroupQuota": attachments.ATTACHED_MAX,
        "AttachedPoliciesPerRoleQuota": attachments.ATTACHED_MAX,
        "AccountAccessKeysPresent": 1,
        "AccountMFAEnabled": 0,
        "MFADevices": 0,
        "MFADevicesInUse": 0,
        "InstanceProfiles": 0,
        "Providers": 0,
        "ServerCertificates": 0,
    }
    return {"SummaryMap": counts | quotas}


@operation("iam", "ListAccountAliases", needs="iam:ListAccountAliases", on=anything)
async def list_account_aliases(call: Call, request: Shape) -> Shape:
    """The account has no alias.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccountAliases.html
    """
    return {"AccountAliases": [], "IsTruncated": False}


@operation("iam", "ListInstanceProfilesForRole", needs="iam:ListInstanceProfilesForRole", on=anything)
async def list_instance_profiles_for_role(call: Call, request: Shape) -> Shape:
    """A role has no instance profiles here; tools ask before they delete one.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfilesForRole.html
    """
    return {"InstanceProfiles": [], "IsTruncated": False}


@operation("iam", "ListMFADevices", needs="iam:ListMFADevices", on=anything)
async def list_mfa_devices(call: Call, request: Shape) -> Shape:
    """There are no second factors here; tools ask before they delete a user.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListMFADevices.html
    """
    return {"MFADevices": [], "IsTruncated": False}
