"""Everything about who may do what, in one list: GetAccountAuthorizationDetails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import quote

from tailrace.auth import aws_managed
from tailrace.identity import GROUP, POLICY, ROLE, USER
from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.iam import entities, groups, last_used, managed_documents, policy_versions, roles, tags, users
from tailrace.services.iam.entities import Document, Noun
from tailrace.store.engine import Transaction

EVERYTHING = ("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy")
LISTS = {"user": "UserDetailList", "group": "GroupDetailList", "role": "RoleDetailList", "policy": "Policies"}


@operation("iam", "GetAccountAuthorizationDetails", needs="iam:GetAccountAuthorizationDetails", on=anything)
async def get_account_authorization_details(call: Call, request: Shape) -> Shape:
    """Users, groups, roles with their policies, and managed policies with their versions, a page at a time.

    Of AWS's own policies those that something uses.
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
    """
    wanted = request.get("Filter") or EVERYTHING

    def listed(tx: Transaction) -> Shape:
        details = {
            f"{word} {document['Arn']}": (word, document, show) for word, document, show in _every(call, tx, wanted)
        }
        page = entities.page_of(list(details), request, "Found")
        answer: Shape = {member: [] for member in LISTS.values()}
        for name in page.pop("Found"):
            word, document, show = details[name]
            answer[LISTS[word]].append(show(document))
        return answer | page

    return await call.store.view(listed)


Entry = tuple[str, Document, Callable[[Document], Shape]]


def _every(call: Call, tx: Transaction, wanted: list[str] | tuple[str, ...]) -> Iterator[Entry]:
    """Kind, document and how to show it, of all that is wanted, in a stable order."""
    account = call.account

    def user(document: Document) -> Shape:
        shown = users.shown(document) | _policies(tx, account, entities.USERS, document)
        return shown | {"GroupList": list(document.get("Groups", ()))}

    def group(document: Document) -> Shape:
        return groups.shown(document) | _policies(tx, account, entities.GROUPS, document)

    def role(document: Document) -> Shape:
        shown = roles.shown(document) | _policies(tx, account, entities.ROLES, document)
        shown |= {"InstanceProfileList": [], "Tags": tags.shown(document.get("Tags", {}))}
        shown["RoleLastUsed"] = last_used.of_role(tx, call.node.last_used, account, document["RoleId"])
        shown.pop("Description", None)
        return shown

    def policy(document: Document) -> Shape:
        shown = managed_documents.shown(tx, account, document)
        versions = [policy_versions.shown(document, each, document=True) for each in reversed(document["Versions"])]
        if "Description" in document:
            shown["Description"] = document["Description"]
        return shown | {"PolicyVersionList": versions}

    kinds = (("User", USER, "user", user), ("Group", GROUP, "group", group), ("Role", ROLE, "role", role))
    for name, kind, word, show in kinds:
        if name in wanted:
            yield from ((word, document, show) for document in entities.every(tx, kind, account))
    if "LocalManagedPolicy" in wanted:
        yield from (("policy", document, policy) for document in entities.every(tx, POLICY, account))
    if "AWSManagedPolicy" in wanted:
        for policy_arn in aws_managed.all_policies():
            found = managed_documents.find_any(tx, account, policy_arn)
            if found and next(managed_documents.uses(tx, account, policy_arn, "PermissionsPolicy"), None):
                yield "policy", found, policy


def _policies(tx: Transaction, account: str, noun: Noun, document: Document) -> Shape:
    """Inline and attached policies as the details list them."""
    inline = [
        {"PolicyName": name, "PolicyDocument": quote(text, safe="-_.~")}
        for name, text in document.get("Inline", {}).items()
    ]
    attached = [
        {"PolicyName": policy_arn.rpartition("/")[2], "PolicyArn": policy_arn}
        for policy_arn in document.get("Attached", ())
    ]
    return {f"{noun.label}PolicyList": inline, "AttachedManagedPolicies": attached}
