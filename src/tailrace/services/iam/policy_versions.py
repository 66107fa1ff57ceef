"""Versions of managed policies: at most five, one of them the default that counts."""

from __future__ import annotations

from urllib.parse import quote

from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape, operation
from tailrace.services.iam import entities, validation
from tailrace.services.iam.entities import Document
from tailrace.services.iam.managed_documents import change_policy, find_policy, find_readable, on_policy
from tailrace.services.iam.managed_policies import check_size
from tailrace.store.engine import Transaction

VERSIONS_MAX = 5


def shown(policy: Document, version_id: str, *, document: bool = False) -> Shape:
    """A version as answers show it; the document is URL-encoded (RFC 3986), as AWS sends it."""
    version = policy["Versions"][version_id]
    answer: Shape = {
        "VersionId": version_id,
        "IsDefaultVersion": version_id == policy["DefaultVersionId"],
        "CreateDate": version["CreateDate"],
    }
    if document:
        answer["Document"] = quote(version["Document"], safe="-_.~")
    return answer


def find_version(policy: Document, version_id: str) -> None:
    """Raises NoSuchEntity where the policy has no such version."""
    if version_id not in policy["Versions"]:
        raise entities.no_such(f"Policy {policy['Arn']} version {version_id} does not exist or is not attachable.")


@operation("iam", "CreatePolicyVersion", needs="iam:CreatePolicyVersion", on=on_policy)
async def create_policy_version(call: Call, request: Shape) -> Shape:
    """Add a version to a policy, as its default if asked.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html
    """
    validation.identity_policy(request["PolicyDocument"])
    check_size(request["PolicyDocument"])
    now = float(int(call.clock.now()))

    def create(tx: Transaction) -> Shape:
        policy = find_policy(tx, call.account, request["PolicyArn"])
        if len(policy["Versions"]) >= VERSIONS_MAX:
            raise ApiError(
                "LimitExceeded",
                f"A managed policy can have up to {VERSIONS_MAX} versions. Before you create a new version, you must "
                "delete an existing version.",
                status=409,
            )
        version_id = f"v{policy['NextVersion']}"
        versions = policy["Versions"] | {version_id: {"Document": request["PolicyDocument"], "CreateDate": now}}
        default = version_id if request.get("SetAsDefault") else policy["DefaultVersionId"]
        number = policy["NextVersion"] + 1
        changed = change_policy(
            tx,
            call.account,
            policy,
            Versions=versions,
            DefaultVersionId=default,
            NextVersion=number,
            UpdateDate=now,
        )
        return shown(changed, version_id)

    return {"PolicyVersion": await call.store.update(create)}


@operation("iam", "GetPolicyVersion", needs="iam:GetPolicyVersion", on=on_policy)
async def get_policy_version(call: Call, request: Shape) -> Shape:
    """A version with its document.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicyVersion.html
    """

    def get(tx: Transaction) -> Shape:
        policy = find_readable(tx, call.account, request["PolicyArn"])
        find_version(policy, request["VersionId"])
        return shown(policy, request["VersionId"], document=True)

    return {"PolicyVersion": await call.store.view(get)}


@operation("iam", "ListPolicyVersions", needs="iam:ListPolicyVersions", on=on_policy)
async def list_policy_versions(call: Call, request: Shape) -> Shape:
    """A policy's versions, the newest first.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyVersions.html
    """
    policy = await call.store.view(lambda tx: find_readable(tx, call.account, request["PolicyArn"]))
    newest_first = list(reversed(policy["Versions"]))
    return entities.page_of(newest_first, request, "Versions", lambda version_id: shown(policy, version_id))


@operation("iam", "SetDefaultPolicyVersion", needs="iam:SetDefaultPolicyVersion", on=on_policy)
async def set_default_policy_version(call: Call, request: Shape) -> Shape:
    """Let another version count.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_SetDefaultPolicyVersion.html
    """

    def set_default(tx: Transaction) -> None:
        policy = find_policy(tx, call.account, request["PolicyArn"])
        find_version(policy, request["VersionId"])
        now = float(int(call.clock.now()))
        change_policy(tx, call.account, policy, DefaultVersionId=request["VersionId"], UpdateDate=now)

    await call.store.update(set_default)
    return {}


@operation("iam", "DeletePolicyVersion", needs="iam:DeletePolicyVersion", on=on_policy)
async def delete_policy_version(call: Call, request: Shape) -> Shape:
    """Delete a version that is not the default.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicyVersion.html
    """

    def delete(tx: Transaction) -> None:
        policy = find_policy(tx, call.account, request["PolicyArn"])
        find_version(policy, request["VersionId"])
        if request["VersionId"] == policy["DefaultVersionId"]:
            raise entities.delete_conflict("Cannot delete the default version of a policy.")
        versions = {key: value for key, value in policy["Versions"].items() if key != request["VersionId"]}
        change_policy(tx, call.account, policy, Versions=versions)

    await call.store.update(delete)
    return {}
