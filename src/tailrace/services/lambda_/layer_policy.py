"""Who may use a layer's version: AddLayerVersionPermission and its kin.

There is one account here, whose own principals need no such permission; the policies take part in decisions all the
same (resource_policy.of_resource).
"""

from __future__ import annotations

from typing import Any

import orjson

from tailrace.base import ids
from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape, operation
from tailrace.services.lambda_ import layer_document as layers
from tailrace.services.lambda_ import resource_policy
from tailrace.services.lambda_.layers import check_number, on_version
from tailrace.services.lambda_.refusals import conflict
from tailrace.store import resources
from tailrace.store.engine import Transaction

NONE: dict[str, Any] = {"Statements": [], "RevisionId": None}


def _find(tx: Transaction, place: tuple[str, str, int]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A version's document and its policy. Raises AWS's ResourceNotFoundException."""
    document = layers.find(tx, *place)
    if document is None:
        raise layers.not_there(*place)
    return document, document.get("Policy", NONE)


def _keep(tx: Transaction, place: tuple[str, str, int], document: dict[str, Any], statements: list[Shape]) -> str:
    revision = ids.uuid()
    new = {**document, "Policy": {"Statements": statements, "RevisionId": revision}}
    if not statements:
        del new["Policy"]
    resources.put(tx, layers.VERSION, place[0], layers.kept_name(*place[1:]), new)
    return revision


def _check_revision(request: Shape, current: dict[str, Any]) -> None:
    if request.get("RevisionId", current["RevisionId"]) != current["RevisionId"]:
        text = (
            "The Revision Id provided does not match the latest Revision Id. Call the GetLayerPolicy API to retrieve "
            "the latest Revision Id"
        )
        raise ApiError("PreconditionFailedException", text, status=412)


def _place(call: Call, request: Shape) -> tuple[str, str, int]:
    return *layers.named(call, request["LayerName"]), check_number(request["VersionNumber"])


@operation("lambda", "AddLayerVersionPermission", needs="lambda:AddLayerVersionPermission", on=on_version)
async def add_layer_version_permission(call: Call, request: Shape) -> Shape:
    """Let an account, or everybody, use a version of a layer.

    https://docs.aws.amazon.com/lambda/latest/api/API_AddLayerVersionPermission.html
    """
    place = _place(call, request)
    added: Shape = {
        "Sid": request["StatementId"],
        "Effect": "Allow",
        "Principal": resource_policy.principal(request["Principal"]),
        "Action": request["Action"],
        "Resource": layers.layer_arn(*place),
    }
    if "OrganizationId" in request:
        added["Condition"] = {"StringEquals": {"aws:PrincipalOrgID": request["OrganizationId"]}}

    def change(tx: Transaction) -> Shape:
        document, current = _find(tx, place)
        if any(one["Sid"] == added["Sid"] for one in current["Statements"]):
            text = f"The statement id ({added['Sid']}) provided already exists. Please provide a new statement id, or "
            raise conflict(text + "remove the existing statement.")
        _check_revision(request, current)
        statements = [*current["Statements"], added]
        resource_policy.check_size(statements)
        revision = _keep(tx, place, document, statements)
        return {"Statement": orjson.dumps(added).decode(), "RevisionId": revision}

    return await call.store.update(change)


@operation("lambda", "RemoveLayerVersionPermission", needs="lambda:RemoveLayerVersionPermission", on=on_version)
async def remove_layer_version_permission(call: Call, request: Shape) -> Shape:
    """Take a statement of a version's policy away.

    https://docs.aws.amazon.com/lambda/latest/api/API_RemoveLayerVersionPermission.html
    """
    place = _place(call, request)

    def change(tx: Transaction) -> Shape:
        document, current = _find(tx, place)
        left = [one for one in current["Statements"] if one["Sid"] != request["StatementId"]]
        if len(left) == len(current["Statements"]):
            text = f"Statement {request['StatementId']} is not found in resource policy."
            raise ApiError.resource_not_found(text, status=404)
        _check_revision(request, current)
        _keep(tx, place, document, left)
        return {}

    return await call.store.update(change)


@operation("lambda", "GetLayerVersionPolicy", needs="lambda:GetLayerVersionPolicy", on=on_version)
async def get_layer_version_policy(call: Call, request: Shape) -> Shape:
    """The policy of a version of a layer.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersionPolicy.html
    """
    place = _place(call, request)
    _, found = await call.store.view(lambda tx: _find(tx, place))
    if not found["Statements"]:
        raise ApiError.resource_not_found("No policy is associated with the given resource.", status=404)
    whole = {"Version": "2012-10-17", "Id": "default", "Statement": found["Statements"]}
    return {"Policy": orjson.dumps(whole).decode(), "RevisionId": found["RevisionId"]}
