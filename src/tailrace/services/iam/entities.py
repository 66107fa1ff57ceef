"""Users, groups and roles, as far as they are alike: found by name, named by an ARN, listed by page."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tailrace.base import arn, ids
from tailrace.base.errors import AlreadyExists, ApiError
from tailrace.identity import GROUP, ROLE, USER, key_of
from tailrace.operation import Call, ContextKeys, Shape
from tailrace.store import resources
from tailrace.store.engine import Transaction

Document = dict[str, Any]
Change = Callable[[Document], Document]

PAGE_ITEMS = 100
SCAN_ITEMS = 500


@dataclass(frozen=True, slots=True)
class Noun:
    """One kind of entity: where it is kept, and AWS's words for it."""

    kind: str
    word: str
    label: str
    member: str
    id_member: str
    id_prefix: str
    inline_bytes_max: int

    def arn(self, account: str, path: str, name: str) -> str:
        """The ARN; the path is part of it."""
        return arn.iam(account, f"{self.word}{path}{name}")


USERS = Noun(USER, "user", "User", "UserName", "UserId", "AIDA", 2048)
GROUPS = Noun(GROUP, "group", "Group", "GroupName", "GroupId", "AGPA", 5120)
ROLES = Noun(ROLE, "role", "Role", "RoleName", "RoleId", "AROA", 10240)


def no_such(text: str) -> ApiError:
    """NoSuchEntity, 404."""
    return ApiError("NoSuchEntity", text, status=404)


def delete_conflict(text: str) -> ApiError:
    """DeleteConflict, 409: something still hangs on it."""
    return ApiError("DeleteConflict", text, status=409)


def limit_exceeded(quota: str, limit: int) -> ApiError:
    """LimitExceeded, 409."""
    return ApiError("LimitExceeded", f"Cannot exceed quota for {quota}: {limit}", status=409)


def refuse_protected(entity: Document) -> None:
    """A service-linked role is its service's to change. Raises UnmodifiableEntity."""
    if "RoleName" in entity and entity["Path"].startswith("/aws-service-role/"):
        name = entity["RoleName"]
        text = f"Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS"
        raise ApiError("UnmodifiableEntity", text)


def invalid_input(text: str) -> ApiError:
    """InvalidInput, 400."""
    return ApiError("InvalidInput", text)


def find(tx: Transaction, noun: Noun, account: str, name: str) -> Document:
    """The entity's document, shared: not to be changed. Raises NoSuchEntity."""
    found = resources.get(tx, noun.kind, account, key_of(name))
    if found is None:
        raise no_such(f"The {noun.word} with name {name} cannot be found.")
    return found


def create(tx: Transaction, noun: Noun, account: str, document: Document) -> None:
    """Keep a new entity. Raises EntityAlreadyExists."""
    name = document[noun.member]
    try:
        resources.create(tx, noun.kind, account, key_of(name), document)
    except AlreadyExists:
        raise ApiError("EntityAlreadyExists", f"{noun.label} with name {name} already exists.", status=409) from None


def fresh(noun: Noun, account: str, name: str, path: str, now: float) -> Document:
    """What every new entity has."""
    return {
        "Account": account,
        noun.member: name,
        noun.id_member: ids.unique_id(noun.id_prefix),
        "Path": path,
        "Arn": noun.arn(account, path, name),
        "CreateDate": float(int(now)),
    }


def change(tx: Transaction, noun: Noun, account: str, name: str, **members: Any) -> Document:
    """Put members of an entity's document in place of the old ones; a member that is None goes. The new document."""
    document = {**find(tx, noun, account, name), **members}
    document = {key: value for key, value in document.items() if value is not None}
    resources.put(tx, noun.kind, account, key_of(name), document)
    return document


def on_entity(noun: Noun) -> Callable[[Call, Shape], Awaitable[str]]:
    """The ARN that an action on an entity is granted on. Without a name in the request it is the caller's own.

    Requests name entities without their path, which is part of the ARN: only the store knows it.
    """

    async def resource(call: Call, request: Shape) -> str:
        name = request.get(noun.member)
        if name is None:
            return call.principal.arn
        known = await call.store.view(lambda tx: resources.get(tx, noun.kind, call.account, key_of(name)))
        return known["Arn"] if known else noun.arn(call.account, request.get("Path", "/"), name)

    return resource


def about_entity(noun: Noun) -> Callable[[Call, Shape], Awaitable[ContextKeys]]:
    """The condition keys of an action on an entity: its boundary, and the policy that is attached to it.

    Tags of the entity and of the request are known to every decision.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
    """

    async def context(call: Call, request: Shape) -> ContextKeys:
        name = request.get(noun.member, call.principal.name)
        known = await call.store.view(lambda tx: resources.get(tx, noun.kind, call.account, key_of(name))) or {}
        keys: dict[str, str | list[str]] = {}
        boundary = request.get("PermissionsBoundary", known.get("PermissionsBoundary"))
        if boundary:
            keys["iam:PermissionsBoundary"] = boundary
        if "PolicyArn" in request:
            keys["iam:PolicyARN"] = request["PolicyArn"]
        return keys

    return context


on_user, on_group, on_role = on_entity(USERS), on_entity(GROUPS), on_entity(ROLES)
about_user, about_group, about_role = about_entity(USERS), about_entity(GROUPS), about_entity(ROLES)


def own_name(call: Call, request: Shape) -> str:
    """The UserName of the request, or the caller's. Raises ValidationError where the caller is no user."""
    name: str | None = request.get("UserName")
    if name is not None:
        return name
    if call.principal.kind != "user":
        raise ApiError("ValidationError", "Must specify userName when calling with non-User credentials")
    return call.principal.name


def refuse_with_policies(document: Document) -> None:
    """An entity that still has policies is not deleted. Raises DeleteConflict."""
    if document.get("Attached"):
        raise delete_conflict("Cannot delete entity, must detach all policies first.")
    if document.get("Inline"):
        raise delete_conflict("Cannot delete entity, must delete policies first.")


# --- Marker and MaxItems ---------------------------------------------------------------------------------------------


def marker_name(request: Shape) -> str | None:
    """What the Marker of a request stands for. Raises ValidationError where we did not make it."""
    marker = request.get("Marker")
    if marker is None:
        return None
    try:
        return base64.b64decode(marker.encode(), validate=True).decode()
    except (binascii.Error, ValueError):
        raise ApiError("ValidationError", "Invalid Marker.") from None


def page_of(
    names: list[str], request: Shape, member: str, show: Callable[[str], Any] | None = None, **more: Any
) -> Shape:
    """One page of a list that is already in order: the member, IsTruncated, and a Marker if there is more."""
    after = marker_name(request)
    rest = names if after is None else names[next((i + 1 for i, name in enumerate(names) if name == after), 0) :]
    count = request.get("MaxItems", PAGE_ITEMS)
    return _page(rest[:count], len(rest) > count, member, show, more)


def every(tx: Transaction, kind: str, account: str) -> Iterator[Document]:
    """All documents of a kind, in the order of their names, read in slices."""
    after: str | None = None
    while True:
        rows = resources.page(tx, kind, account, after, SCAN_ITEMS)
        yield from (row for _, row in rows)
        if len(rows) < SCAN_ITEMS:
            return
        after = rows[-1][0]


def page_of_kind(
    tx: Transaction,
    kind: str,
    account: str,
    request: Shape,
    member: str,
    show: Callable[[Document], Any],
    keep: Callable[[Document], bool] = lambda document: True,
) -> Shape:
    """One page of all resources of a kind that `keep` lets through, in the order of their names."""
    count, after = request.get("MaxItems", PAGE_ITEMS), marker_name(request)
    prefix = request.get("PathPrefix", "/")
    found: list[tuple[str, Document]] = []
    while len(found) <= count:
        rows = resources.page(tx, kind, account, after, SCAN_ITEMS)
        found += [(name, row) for name, row in rows if row["Path"].startswith(prefix) and keep(row)]
        if len(rows) < SCAN_ITEMS:
            break
        after = rows[-1][0]
    shown = dict(found[:count])
    return _page(list(shown), len(found) > count, member, lambda name: show(shown[name]), {})


def _page(names: list[str], more: bool, member: str, show: Callable[[str], Any] | None, extra: Shape) -> Shape:
    answer: Shape = {member: [show(name) if show else name for name in names], "IsTruncated": more, **extra}
    if more:
        answer["Marker"] = base64.b64encode(names[-1].encode()).decode()
    return answer
