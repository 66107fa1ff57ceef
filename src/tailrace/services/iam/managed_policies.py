"""Managed policies: the account's own and AWS's."""

from __future__ import annotations

from typing import Any

from tailrace.auth import aws_managed
from tailrace.base import arn, ids
from tailrace.base.errors import AlreadyExists, ApiError
from tailrace.identity import POLICY, key_of
from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.iam import entities, tags, validation
from tailrace.services.iam.managed_documents import find_any, find_policy, find_readable, on_policy, shown, uses
from tailrace.store import resources
from tailrace.store.engine import Transaction

POLICIES_MAX = 1500  # AWS's quota, told by GetAccountSummary; a server of one's own does not enforce it


def check_size(document: str) -> None:
    """Raises LimitExceeded for a managed policy that is too long."""
    if validation.size(document) > validation.MANAGED_BYTES_MAX:
        raise entities.limit_exceeded("PolicySize", validation.MANAGED_BYTES_MAX)


@operation("iam", "CreatePolicy", needs="iam:CreatePolicy", on=on_policy)
async def create_policy(call: Call, request: Shape) -> Shape:
    """Create a managed policy; its document is version v1.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
    """
    validation.identity_policy(request["PolicyDocument"])
    check_size(request["PolicyDocument"])
    name, path, now = request["PolicyName"], request.get("Path", "/"), float(int(call.clock.now()))
    document = {
        "Account": call.account,
        "PolicyName": name,
        "PolicyId": ids.unique_id("ANPA"),
        "Path": path,
        "Arn": arn.iam(call.account, f"policy{path}{name}"),
        "CreateDate": now,
        "UpdateDate": now,
        "DefaultVersionId": "v1",
        "NextVersion": 2,
        "Versions": {"v1": {"Document": request["PolicyDocument"], "CreateDate": now}},
    }
    if request.get("Description"):
        document["Description"] = request["Description"]
    if request.get("Tags"):
        document["Tags"] = tags.merged({}, request["Tags"])

    def create(tx: Transaction) -> Shape:
        try:
            resources.create(tx, POLICY, call.account, key_of(name), document)
        except AlreadyExists:
            text = f"A policy called {name} already exists. Duplicate names are not allowed."
            raise ApiError("EntityAlreadyExists", text, status=409) from None
        return shown(tx, call.account, document)

    answer = await call.store.update(create)
    if "Tags" in document:
        answer["Tags"] = tags.shown(document["Tags"])
    return {"Policy": answer}


@operation("iam", "GetPolicy", needs="iam:GetPolicy", on=on_policy)
async def get_policy(call: Call, request: Shape) -> Shape:
    """A managed policy, without its document (GetPolicyVersion has that).

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicy.html
    """

    def get(tx: Transaction) -> Shape:
        policy = find_readable(tx, call.account, request["PolicyArn"])
        answer = shown(tx, call.account, policy)
        if "Description" in policy:
            answer["Description"] = policy["Description"]
        answer["Tags"] = tags.shown(policy.get("Tags", {}))
        return answer

    return {"Policy": await call.store.view(get)}


@operation("iam", "ListPolicies", needs="iam:ListPolicies", on=anything)
async def list_policies(call: Call, request: Shape) -> Shape:
    """Managed policies: the account's by name, then AWS's.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicies.html
    """
    scope, prefix = request.get("Scope", "All"), request.get("PathPrefix", "/")
    usage = request.get("PolicyUsageFilter", "PermissionsPolicy")

    def used(tx: Transaction, policy_arn: str) -> bool:
        return next(uses(tx, call.account, policy_arn, usage), None) is not None

    def listed(tx: Transaction) -> Shape:
        names: list[str] = []
        if scope in ("All", "Local"):
            names += [row["Arn"] for row in entities.every(tx, POLICY, call.account) if row["Path"].startswith(prefix)]
        if scope in ("All", "AWS"):
            names += [own.arn for own in aws_managed.all_policies().values() if own.path.startswith(prefix)]
        if request.get("OnlyAttached"):
            names = [policy_arn for policy_arn in names if used(tx, policy_arn)]

        def show(policy_arn: str) -> Any:
            found = find_any(tx, call.account, policy_arn)
            assert found is not None
            return shown(tx, call.account, found)

        return entities.page_of(names, request, "Policies", show)

    return await call.store.view(listed)


@operation("iam", "DeletePolicy", needs="iam:DeletePolicy", on=on_policy)
async def delete_policy(call: Call, request: Shape) -> Shape:
    """Delete a managed policy that nothing uses and that has one version left.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html
    """

    def delete(tx: Transaction) -> None:
        policy = find_policy(tx, call.account, request["PolicyArn"])
        for usage in ("PermissionsPolicy", "PermissionsBoundary"):
            if next(uses(tx, call.account, policy["Arn"], usage), None):
                raise entities.delete_conflict("Cannot delete a policy attached to entities.")
        if len(policy["Versions"]) > 1:
            raise entities.delete_conflict(
                "This policy has more than one version. Before you delete a policy, you must delete the policy's "
                "versions. The default version is deleted with the policy."
            )
        resources.delete(tx, POLICY, call.account, key_of(policy["PolicyName"]))

    await call.store.update(delete)
    return {}


@operation("iam", "ListEntitiesForPolicy", needs="iam:ListEntitiesForPolicy", on=on_policy)
async def list_entities_for_policy(call: Call, request: Shape) -> Shape:
    """The users, groups and roles that a policy is attached to.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListEntitiesForPolicy.html
    """
    wanted, prefix = request.get("EntityFilter"), request.get("PathPrefix", "/")
    usage = request.get("PolicyUsageFilter", "PermissionsPolicy")
    nouns = {noun.word: noun for noun in (entities.USERS, entities.GROUPS, entities.ROLES)}
    of_usage = {"LocalManagedPolicy": "PermissionsPolicy", "AWSManagedPolicy": "PermissionsPolicy"}

    def listed(tx: Transaction) -> Shape:
        find_readable(tx, call.account, request["PolicyArn"])
        found = []
        for word, name in uses(tx, call.account, request["PolicyArn"], usage):
            if of_usage.get(wanted or "") or wanted in (None, nouns[word].label):
                entity = entities.find(tx, nouns[word], call.account, name)
                if entity["Path"].startswith(prefix):
                    found.append((nouns[word], entity))
        pages = {f"{noun.word} {entity[noun.member]}": (noun, entity) for noun, entity in found}
        page = entities.page_of(list(pages), request, "Names")
        answer: Shape = {"PolicyGroups": [], "PolicyUsers": [], "PolicyRoles": []}
        for key in page.pop("Names"):
            noun, entity = pages[key]
            shown_as = {noun.member: entity[noun.member], noun.id_member: entity[noun.id_member]}
            answer[f"Policy{noun.label}s"].append(shown_as)
        return answer | page

    return await call.store.view(listed)
