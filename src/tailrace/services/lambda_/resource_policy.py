"""A function's resource-based policies, statement by statement: AddPermission, RemovePermission, GetPolicy.

The function has one, and so has each of its versions and aliases: a policy counts for calls that name its very
qualifier, `name:$LATEST` has none. They take part in every decision through `tailrace.resource_policies`. They can
only allow, so nobody has to look whether one denies the root.
https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import orjson

from tailrace import resource_policies
from tailrace.auth import policy
from tailrace.auth.evaluate import AccessRequest, Decision, NamedPolicy, trust
from tailrace.auth.principal import Principal
from tailrace.base import ids
from tailrace.base.arn import Arn
from tailrace.base.errors import ApiError
from tailrace.operation import Call, ContextKeys, Shape, operation
from tailrace.services.lambda_ import function_document as documents
from tailrace.services.lambda_ import layer_document
from tailrace.services.lambda_.function_names import LATEST, FunctionName, named, permission_arn
from tailrace.services.lambda_.refusals import conflict, invalid, stale_revision
from tailrace.store import resources
from tailrace.store.engine import Transaction

STATEMENTS_BYTES_MAX = 20_480
URL_ACTION = "lambda:InvokeFunctionUrl"
URL_AUTH_TYPE, VIA_URL = "lambda:FunctionUrlAuthType", "lambda:InvokedViaFunctionUrl"  # condition keys
_service = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


def principal(given: str) -> str | dict[str, str]:
    """A statement's Principal: everybody, a service, an ARN, or an account by its root."""
    if given == "*":
        return "*"
    if re.fullmatch(r"\d{12}", given):
        return {"AWS": f"arn:aws:iam::{given}:root"}
    if given.startswith("arn:"):
        return {"AWS": given}
    if not _service.fullmatch(given):
        raise invalid("The provided principal was invalid. Please check the principal and try again.")
    return {"Service": given}


def statement(function: FunctionName, request: Shape) -> dict[str, Any]:
    """The statement that AddPermission's parameters describe."""
    made: dict[str, Any] = {
        "Sid": request["StatementId"],
        "Effect": "Allow",
        "Principal": principal(request["Principal"]),
        "Action": request["Action"],
        "Resource": function.arn,
    }
    condition: dict[str, dict[str, str]] = {}
    if "FunctionUrlAuthType" in request:
        if request["Action"] != URL_ACTION:
            raise invalid(f"FunctionUrlAuthType is only supported for {URL_ACTION} action")
        condition.setdefault("StringEquals", {})[URL_AUTH_TYPE] = request["FunctionUrlAuthType"]
    if request.get("InvokedViaFunctionUrl"):
        if request["Action"] != "lambda:InvokeFunction":
            raise invalid("InvokedViaFunctionUrl is only supported for lambda:InvokeFunction action")
        condition["Bool"] = {VIA_URL: "true"}
    if "SourceAccount" in request:
        condition.setdefault("StringEquals", {})["AWS:SourceAccount"] = request["SourceAccount"]
    if "PrincipalOrgID" in request:
        condition.setdefault("StringEquals", {})["aws:PrincipalOrgID"] = request["PrincipalOrgID"]
    if "EventSourceToken" in request:
        condition.setdefault("StringEquals", {})["lambda:EventSourceToken"] = request["EventSourceToken"]
    if "SourceArn" in request:
        condition["ArnLike"] = {"AWS:SourceArn": request["SourceArn"]}
    return {**made, "Condition": condition} if condition else made


def principal_key(call: Call, request: Shape) -> ContextKeys:
    """The condition keys of AddPermission: to whom, by which token, and for which kind of function URL."""
    keys: dict[str, str | list[str]] = {"lambda:Principal": request["Principal"]}
    if "EventSourceToken" in request:
        keys["lambda:EventSourceToken"] = request["EventSourceToken"]
    if "FunctionUrlAuthType" in request:
        keys[URL_AUTH_TYPE] = request["FunctionUrlAuthType"]
    return keys


def policies(document: dict[str, Any]) -> dict[str, Any]:
    """The statements and revisions of a function's policies, by qualifier ("" for the function itself)."""
    found: dict[str, Any] = document.get("Policy", {})
    return found


def check_size(statements: list[dict[str, Any]]) -> None:
    """Refuse a policy that has become too large."""
    if len(orjson.dumps(statements)) > STATEMENTS_BYTES_MAX:
        text = f"The final policy size is bigger than the limit ({STATEMENTS_BYTES_MAX})."
        raise ApiError("PolicyLengthExceededException", text)


def of_resource(tx: Transaction, parts: Arn) -> NamedPolicy | None:
    """The policy that stands on the ARN of a function, version, alias or layer version; None where none does."""
    kind, _, rest = parts.resource.partition(":")
    scope, (name, _, qualifier) = f"{parts.account}/{parts.region}", rest.partition(":")
    if kind == "layer" and qualifier.isdigit():
        return resources.derived(
            tx, layer_document.VERSION, scope, layer_document.kept_name(name, int(qualifier)), layer_document.compiled
        )
    if kind != "function":
        return None
    found = resources.derived(tx, documents.FUNCTION, scope, name, _compiled)
    return found.get(qualifier) if found else None


def _compiled(document: dict[str, Any]) -> dict[str, NamedPolicy]:
    """A function's policies, compiled, by qualifier."""
    return {
        qualifier: NamedPolicy(
            f"function policy {qualifier}".rstrip(),
            policy.parse({"Version": "2012-10-17", "Statement": kept["Statements"]}),
        )
        for qualifier, kept in policies(document).items()
    }


resource_policies.register("lambda", of_resource)


def put(tx: Transaction, function: FunctionName, document: dict[str, Any], statements: list[dict[str, Any]]) -> None:
    """Keep the statements under a new revision; without any, no policy is left."""
    kept = {**policies(document)}
    kept[function.qualifier or ""] = {"Statements": statements, "RevisionId": ids.uuid()}
    if not statements:
        del kept[function.qualifier or ""]
    resources.put(tx, documents.FUNCTION, function.scope, function.name, {**document, "Policy": kept})


@operation(
    "lambda",
    "AddPermission",
    needs="lambda:AddPermission",
    on=permission_arn,
    context=principal_key,
)
async def add_permission(call: Call, request: Shape) -> Shape:
    """Let a service, an account or everybody use the function.

    https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
    """
    function = named(call, request)
    if function.qualifier == LATEST:
        raise invalid("We currently do not support adding policies for $LATEST.")
    added = statement(function, request)

    def change(tx: Transaction) -> Shape:
        documents.find_version(tx, function)
        document = documents.find(tx, function)
        current = policies(document).get(function.qualifier or "", {"Statements": [], "RevisionId": None})
        if request.get("RevisionId", current["RevisionId"]) != current["RevisionId"]:
            raise stale_revision()
        if any(one["Sid"] == added["Sid"] for one in current["Statements"]):
            text = f"The statement id ({added['Sid']}) provided already exists. Please provide a new statement id, or "
            raise conflict(text + "remove the existing statement.")
        statements = [*current["Statements"], added]
        check_size(statements)
        put(tx, function, document, statements)
        return {"Statement": orjson.dumps(added).decode()}

    return await call.store.update(change)


@operation("lambda", "RemovePermission", needs="lambda:RemovePermission", on=permission_arn)
async def remove_permission(call: Call, request: Shape) -> Shape:
    """Take one statement away.

    https://docs.aws.amazon.com/lambda/latest/api/API_RemovePermission.html
    """
    function = named(call, request)

    def change(tx: Transaction) -> Shape:
        document = documents.find(tx, function)
        current = policies(document).get(function.qualifier or "", {"Statements": [], "RevisionId": None})
        left = [one for one in current["Statements"] if one["Sid"] != request["StatementId"]]
        if len(left) == len(current["Statements"]):
            text = f"Statement {request['StatementId']} is not found in resource policy."
            raise ApiError.resource_not_found(text, status=404)
        if request.get("RevisionId", current["RevisionId"]) != current["RevisionId"]:
            raise stale_revision()
        put(tx, function, document, left)
        return {}

    return await call.store.update(change)


@operation("lambda", "GetPolicy", needs="lambda:GetPolicy", on=permission_arn)
async def get_policy(call: Call, request: Shape) -> Shape:
    """The policy of the function, or of one of its versions or aliases.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html
    """
    function = named(call, request)

    def read(tx: Transaction) -> dict[str, Any] | None:
        found: dict[str, Any] | None = policies(documents.find(tx, function)).get(function.qualifier or "")
        return found

    found = await call.store.view(read)
    if found is None:
        raise ApiError.resource_not_found("The resource you requested does not exist.", status=404)
    whole = {"Version": "2012-10-17", "Id": "default", "Statement": found["Statements"]}
    return {"Policy": orjson.dumps(whole).decode(), "RevisionId": found["RevisionId"]}


def allows(tx: Transaction, function: FunctionName, service: Principal, context: ContextKeys) -> bool:
    """Whether the policy of the function (or of the version or alias that is named) lets a service invoke it.

    A service has no policies of its own. `context` is what it says of itself: aws:SourceArn, aws:SourceAccount. Raises
    ApiError (ResourceNotFoundException) where there is no such function.
    """
    documents.find_version(tx, function)
    return decision(tx, function, service, "lambda:InvokeFunction", context).allowed


def decision(tx: Transaction, function: FunctionName, who: Principal, action: str, context: ContextKeys) -> Decision:
    """What the policy of the function (or of the version or alias) alone says about who has no policies of their own:
    a service, or whoever sends a request without a signature.
    """
    compiled = resource_policies.of(tx, function.arn)
    if compiled is None:
        return Decision(False, "resource")
    keys = {key.lower(): value for key, value in context.items()}
    return replace(trust(AccessRequest(action, function.arn, keys), compiled, who.caller), source="resource")
