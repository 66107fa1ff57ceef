"""Aliases: names that point to a version, or by weight to two, so that a new one can be tried on some of the calls.

https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
"""

from __future__ import annotations

from typing import Any

from tailrace.base import ids
from tailrace.base.errors import AlreadyExists, ApiError
from tailrace.operation import Call, Shape, operation
from tailrace.services.lambda_ import function_document as documents
from tailrace.services.lambda_.function_names import LATEST, FunctionName, named, permission_arn
from tailrace.services.lambda_.refusals import conflict, invalid, stale_revision
from tailrace.store import resources
from tailrace.store.engine import Transaction

PAGE_MAX = 50


def show(function: FunctionName, name: str, alias: dict[str, Any]) -> Shape:
    """An alias as the API answers it."""
    shown = {member: alias[member] for member in ("FunctionVersion", "Description", "RevisionId")}
    if alias.get("Weights"):
        shown["RoutingConfig"] = {"AdditionalVersionWeights": alias["Weights"]}
    return {"AliasArn": function._replace(qualifier=name).arn, "Name": name, **shown}


def find(tx: Transaction, function: FunctionName, name: str) -> dict[str, Any]:
    """The alias. Raises AWS's ResourceNotFoundException."""
    found = resources.get(tx, documents.ALIAS, function.scope, documents.alias_name(function.name, name))
    if found is None:
        text = f"Cannot find alias arn: {function._replace(qualifier=name).arn}"
        raise ApiError.resource_not_found(text, status=404)
    return found


def check_weights(tx: Transaction, function: FunctionName, version: str, weights: dict[str, float]) -> None:
    """Refuse what can't be routed: two other versions, $LATEST, the alias's own version, one that isn't there."""
    if len(weights) > 1:
        raise invalid("Number of items in AdditionalVersionWeights cannot be greater than 1")
    for other in weights:
        if LATEST in (version, other):
            raise invalid("$LATEST is not supported for an alias pointing to more than 1 version")
        if other == version:
            text = f"Invalid function version {other}. Function version {other} is already included in routing "
            raise invalid(text + "configuration.")
        documents.find_version(tx, function._replace(qualifier=other))


@operation("lambda", "CreateAlias", needs="lambda:CreateAlias", on=permission_arn)
async def create_alias(call: Call, request: Shape) -> Shape:
    """Give a version a name.

    https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html
    """
    function = named(call, request)._replace(qualifier=None)
    name = request["Name"]
    alias = {
        "FunctionVersion": request["FunctionVersion"],
        "Description": request.get("Description", ""),
        "RevisionId": ids.uuid(),
        "Weights": request.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}),
    }

    def create(tx: Transaction) -> Shape:
        documents.find_version(tx, function._replace(qualifier=request["FunctionVersion"]))
        check_weights(tx, function, request["FunctionVersion"], alias["Weights"])
        try:
            resources.create(tx, documents.ALIAS, function.scope, documents.alias_name(function.name, name), alias)
        except AlreadyExists as problem:
            raise conflict(f"Alias already exists: {function._replace(qualifier=name).arn}") from problem
        return show(function, name, alias)

    return await call.store.update(create)


@operation("lambda", "GetAlias", needs="lambda:GetAlias", on=permission_arn)
async def get_alias(call: Call, request: Shape) -> Shape:
    """One alias.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetAlias.html
    """
    function = named(call, request)
    return show(function, request["Name"], await call.store.view(lambda tx: find(tx, function, request["Name"])))


@operation("lambda", "UpdateAlias", needs="lambda:UpdateAlias", on=permission_arn)
async def update_alias(call: Call, request: Shape) -> Shape:
    """Point an alias to another version, or describe it otherwise.

    https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html
    """
    function, name = named(call, request)._replace(qualifier=None), request["Name"]

    def change(tx: Transaction) -> Shape:
        old = find(tx, function, name)
        if request.get("RevisionId", old["RevisionId"]) != old["RevisionId"]:
            raise stale_revision()
        if "FunctionVersion" in request:
            documents.find_version(tx, function._replace(qualifier=request["FunctionVersion"]))
        members = ("FunctionVersion", "Description")
        given: dict[str, Any] = {member: request[member] for member in members if member in request}
        new = {**old, **given, "RevisionId": ids.uuid()}
        if "RoutingConfig" in request:
            new["Weights"] = request["RoutingConfig"].get("AdditionalVersionWeights", {})
        check_weights(tx, function, new["FunctionVersion"], new.get("Weights", {}))
        resources.put(tx, documents.ALIAS, function.scope, documents.alias_name(function.name, name), new)
        return show(function, name, new)

    return await call.store.update(change)


@operation("lambda", "DeleteAlias", needs="lambda:DeleteAlias", on=permission_arn)
async def delete_alias(call: Call, request: Shape) -> Shape:
    """Delete an alias; one that isn't there is no mistake.

    https://docs.aws.amazon.com/lambda/latest/api/API_DeleteAlias.html
    """
    function = named(call, request)

    def delete(tx: Transaction) -> Shape:
        kept_name = documents.alias_name(function.name, request["Name"])
        if resources.delete(tx, documents.ALIAS, function.scope, kept_name):
            documents.forget_qualifier(tx, function, request["Name"])
        return {}

    return await call.store.update(delete)


@operation("lambda", "ListAliases", needs="lambda:ListAliases", on=permission_arn)
async def list_aliases(call: Call, request: Shape) -> Shape:
    """A function's aliases by name, all or those of one version.

    https://docs.aws.amazon.com/lambda/latest/api/API_ListAliases.html
    """
    function = named(call, request)._replace(qualifier=None)
    limit = min(request.get("MaxItems", PAGE_MAX), PAGE_MAX)
    wanted = request.get("FunctionVersion")

    def read(tx: Transaction) -> list[tuple[str, dict[str, Any]]]:
        documents.find(tx, function)
        prefix = f"{function.name}:"
        return resources.page(tx, documents.ALIAS, function.scope, request.get("Marker"), limit + 1, prefix)

    found = await call.store.view(read)
    shown = [
        show(function, kept_name.rpartition(":")[2], alias)
        for kept_name, alias in found[:limit]
        if wanted is None or wanted == alias["FunctionVersion"] or wanted in alias.get("Weights", {})
    ]
    marker: Shape = {"NextMarker": found[limit - 1][0]} if len(found) > limit else {}
    return {"Aliases": shown, **marker}
