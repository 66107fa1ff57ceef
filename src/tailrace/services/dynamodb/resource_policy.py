"""Resource policies of tables and streams: PutResourcePolicy, GetResourcePolicy, DeleteResourcePolicy.

A policy is kept in the document of its table or stream, and goes with it. A table's policy speaks for its indexes,
too; a stream has one of its own. They take part in every decision through `tailrace.resource_policies`.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/access-control-resource-based.html
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tailrace import resource_policies
from tailrace.auth import policy
from tailrace.auth.evaluate import NamedPolicy
from tailrace.base import arn
from tailrace.base.arn import Arn
from tailrace.base.errors import ApiError
from tailrace.operation import Call, Need, Shape, operation
from tailrace.services.dynamodb import errors, policy_document, status
from tailrace.services.dynamodb.names import table_arn
from tailrace.services.dynamodb.table import KIND, STREAM_KIND
from tailrace.services.dynamodb.tags import resource_arn
from tailrace.store import resources
from tailrace.store.engine import Transaction

EVER_KIND = "dynamodb:resource-policies"
"""One document, there from the first policy on."""
NO_POLICY = "NO_POLICY"

Document = dict[str, Any]


class _Place(NamedTuple):
    """Where a resource's document is kept, and the table's name."""

    kind: str
    scope: str
    name: str
    table: str


def of_resource(tx: Transaction, parts: Arn) -> NamedPolicy | None:
    """The policy that speaks for a table, an index or a stream; None where there is none."""
    what, _, rest = parts.resource.partition("/")
    if what != "table":
        return None
    kind, name = (STREAM_KIND, rest) if "/stream/" in rest else (KIND, rest.partition("/")[0])
    compiled = resources.derived(tx, kind, f"{parts.account}/{parts.region}", name, _compile)
    return compiled[0] if compiled else None


def _compile(document: Document) -> tuple[NamedPolicy | None]:
    """A table's or stream's policy, compiled; in a tuple, for None says to the store that there is no document."""
    kept = document.get("ResourcePolicy")
    name = document.get("StreamArn") or document["TableArn"]
    return (NamedPolicy(name, policy.parse(kept["Policy"])) if kept else None,)


resource_policies.register("dynamodb", of_resource, EVER_KIND)


def needed_at_creation(call: Call, request: Shape) -> list[Need]:
    """A table that is created with a policy needs the permission to put it."""
    return [Need("dynamodb:PutResourcePolicy", table_arn(call, request))] if "ResourcePolicy" in request else []


def at_creation(tx: Transaction, call: Call, document: Document, text: str, now: float) -> None:
    """Give a new table's document its policy. Raises as PutResourcePolicy does."""
    _keep(tx, call, document, policy_document.canonical(text, on_stream=False), document["TableArn"], now)


@operation("dynamodb", "PutResourcePolicy", needs="dynamodb:PutResourcePolicy", on=resource_arn)
async def put_resource_policy(call: Call, request: Shape) -> Shape:
    """Let a policy stand on a table or a stream. The same policy again changes nothing, its revision included.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutResourcePolicy.html
    """
    place, now = _place(call, request["ResourceArn"]), call.clock.now()
    confirmed = request.get("ConfirmRemoveSelfResourceAccess", False)

    def change(tx: Transaction) -> Shape:
        document = dict(_document(tx, place, now))
        text = policy_document.canonical(request["Policy"], on_stream=place.kind == STREAM_KIND)
        _check_revision(request, document, place)
        if text != document.get("ResourcePolicy", {}).get("Policy"):
            _keep(tx, call, document, text, request["ResourceArn"], now, confirmed=confirmed)
            resources.put(tx, place.kind, place.scope, place.name, document)
        return {"RevisionId": document["ResourcePolicy"]["RevisionId"]}

    return await call.store.update(change)


@operation("dynamodb", "GetResourcePolicy", needs="dynamodb:GetResourcePolicy", on=resource_arn)
async def get_resource_policy(call: Call, request: Shape) -> Shape:
    """The policy that stands on a table or a stream.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetResourcePolicy.html
    """
    place, now = _place(call, request["ResourceArn"]), call.clock.now()
    document = await call.store.view(lambda tx: _document(tx, place, now))
    if "ResourcePolicy" not in document:
        raise _not_found(request["ResourceArn"])
    return dict(document["ResourcePolicy"])


@operation("dynamodb", "DeleteResourcePolicy", needs="dynamodb:DeleteResourcePolicy", on=resource_arn)
async def delete_resource_policy(call: Call, request: Shape) -> Shape:
    """Take the policy of a table or a stream away; where there is none, nothing happens.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteResourcePolicy.html
    """
    place, now = _place(call, request["ResourceArn"]), call.clock.now()

    def change(tx: Transaction) -> Shape:
        document = dict(_document(tx, place, now))
        _check_revision(request, document, place)
        gone = document.pop("ResourcePolicy", None)
        if gone is None:
            return {}
        resources.put(tx, place.kind, place.scope, place.name, document)
        return {"RevisionId": gone["RevisionId"]}

    return await call.store.update(change)


def _place(call: Call, text: str) -> _Place:
    """Where the resource of an ARN is kept. Raises ValidationException for what is no table's or stream's ARN here."""
    if not text.startswith("arn:"):
        raise errors.invalid(f"ARNs must start with 'arn:': {text}")
    parts = arn.parse(text)
    if parts is None or parts.service != "dynamodb" or parts.partition != "aws" or parts.region != call.region:
        raise errors.invalid(f"Invalid resource Arn: {text}")
    if parts.account != call.account:
        raise ApiError.validation(
            "This action is only supported by accounts that match the resource owner\N{RIGHT SINGLE QUOTATION MARK}s "
            "account."
        )
    match parts.resource.split("/"):
        case ["table", table]:
            return _Place(KIND, call.scope, table, table)
        case ["table", table, "stream", label]:
            return _Place(STREAM_KIND, call.scope, f"{table}/stream/{label}", table)
        case ["table", _, "index", _]:
            text = f"Invalid resource arn provided, only table or stream is accepted. Provided resource arn: {text}"
            raise errors.invalid(text)
    raise errors.invalid(f"Provided Arn is not a DynamoDB resource arn: {text}")


def _document(tx: Transaction, place: _Place, now: float) -> Document:
    document = resources.get(tx, place.kind, place.scope, place.name)
    if place.kind == KIND:
        if document is None or not status.serves(document, now):
            raise errors.no_such_table_named(place.table)
    elif document is None:
        label = place.name.rpartition("/")[2]
        raise ApiError.resource_not_found(
            f"Requested resource not found: Stream: {label} not found for Table: {place.table}"
        )
    return document


def _not_found(why: str) -> ApiError:
    return ApiError("PolicyNotFoundException", f"Resource-based policy not found for the provided ResourceArn: {why}")


def _check_revision(request: Shape, document: Document, place: _Place) -> None:
    expected, current = request.get("ExpectedRevisionId"), document.get("ResourcePolicy", {}).get("RevisionId")
    if expected is None or expected == (current or NO_POLICY):
        return
    if expected == NO_POLICY:
        raise _not_found(
            f"Requested policy update expecting none to be present for table {place.table}, but a policy exists with "
            f"revision id {current}."
        )
    has = f"the policy associated to target table {place.table} has revision id {current}."
    if current is None:
        has = f"no policy is associated to target table {place.table}."
    raise _not_found(f"Requested update for policy with revision id {expected}, but {has}")


def _keep(
    tx: Transaction, call: Call, document: Document, text: str, name: str, now: float, *, confirmed: bool = False
) -> None:
    """Write the policy into the document, unless it locks its own author out unconfirmed."""
    policy_document.check_principals(tx, text)
    if not confirmed:
        new = NamedPolicy(name, policy.parse(text))
        context = {"aws:SourceIp": call.source_ip}
        later = call.node.identity.decide(
            tx, call.principal, "dynamodb:PutResourcePolicy", name, context, resource_policy=new
        )
        if not later.allowed:
            raise ApiError.access_denied(
                "The new resource policy will not allow you to update the resource policy in the future."
            )
    # A revision is a time in milliseconds, and greater than the one before.
    before = int(document.get("ResourcePolicy", {}).get("RevisionId", 0))
    document["ResourcePolicy"] = {"Policy": text, "RevisionId": str(max(int(now * 1000), before + 1))}
    if not resource_policies.has_ever_been_put(tx, EVER_KIND):
        resources.put(tx, EVER_KIND, "-", "-", {"Since": now})
