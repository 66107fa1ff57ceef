"""Function URLs: an address of its own for a function or an alias, for clients that know nothing of AWS.

```
lambda:url-config  name:qualifier -> UrlId, AuthType, Cors, InvokeMode        lambda:url  UrlId -> whose it is
```
The address is a path of this server, for a name below `localhost` is one that Python and Node.js don't resolve; who
can resolve it may ask for the id as a host, as on AWS.
https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tailrace.base import ids
from tailrace.base.clock import iso_milliseconds
from tailrace.base.errors import ApiError
from tailrace.operation import Call, ContextKeys, Shape, operation
from tailrace.services.lambda_ import function_document as documents
from tailrace.services.lambda_ import url_cors
from tailrace.services.lambda_.function_names import LATEST, FunctionName, named, permission_arn
from tailrace.services.lambda_.refusals import conflict
from tailrace.services.lambda_.resource_policy import URL_AUTH_TYPE
from tailrace.store import resources
from tailrace.store.engine import Transaction

PATH = "/_tailrace/url/"
PAGE_MAX = 50


class FunctionUrl(NamedTuple):
    """A URL as whoever answers its requests needs it; the function's qualifier is an alias, or None."""

    id: str
    function: FunctionName
    auth_type: str
    cors: Shape | None
    streams: bool


def find(tx: Transaction, url_id: str) -> FunctionUrl | None:
    """The URL of that id; None where there is none."""
    owner = resources.get(tx, documents.URL, "-", url_id)
    config = resources.get(tx, documents.URL_CONFIG, owner["Scope"], owner["Name"]) if owner else None
    if owner is None or config is None:
        return None
    function = _function(owner["Scope"], owner["Name"])
    return FunctionUrl(url_id, function, config["AuthType"], config.get("Cors"), config["InvokeMode"] != "BUFFERED")


def _function(scope: str, kept_name: str) -> FunctionName:
    name, _, qualifier = kept_name.rpartition(":")
    return FunctionName(scope, name, None if qualifier == LATEST else qualifier)


def _kept_name(function: FunctionName) -> str:
    return documents.alias_name(function.name, function.qualifier or LATEST)


def _show(call: Call, function: FunctionName, config: dict[str, Any]) -> Shape:
    shown: Shape = {
        "FunctionUrl": f"{call.node.endpoint}{PATH}{config['UrlId']}/",
        "FunctionArn": function.arn,
        **{member: config[member] for member in ("AuthType", "Cors", "InvokeMode") if member in config},
    }
    for member in ("CreationTime", "LastModifiedTime"):
        shown[member] = iso_milliseconds(config[member], suffix="Z")
    return shown


def _check_function(tx: Transaction, function: FunctionName) -> None:
    """Refuse a function or alias that isn't there, which has words of its own here."""
    try:
        documents.find_version(tx, function)
    except ApiError as problem:
        raise ApiError.resource_not_found("Function does not exist", status=404) from problem


def _existing(tx: Transaction, function: FunctionName) -> dict[str, Any]:
    found = resources.get(tx, documents.URL_CONFIG, function.scope, _kept_name(function))
    if found is None:
        raise ApiError.resource_not_found("The resource you requested does not exist.", status=404)
    return found


async def auth_type(call: Call, request: Shape) -> ContextKeys:
    """lambda:FunctionUrlAuthType: the one that the request sets, else the one that the URL has."""
    if "AuthType" in request:
        return {URL_AUTH_TYPE: request["AuthType"]}
    function = named(call, request)
    kept = await call.store.view(
        lambda tx: resources.get(tx, documents.URL_CONFIG, function.scope, _kept_name(function))
    )
    return {URL_AUTH_TYPE: kept["AuthType"]} if kept else {}


def _given(request: Shape) -> dict[str, Any]:
    """The settings that a request makes; an empty Cors is none."""
    found: dict[str, Any] = {member: request[member] for member in ("AuthType", "InvokeMode") if member in request}
    if request.get("Cors"):
        url_cors.check(request["Cors"])
        found["Cors"] = request["Cors"]
    return found


@operation(
    "lambda", "CreateFunctionUrlConfig", needs="lambda:CreateFunctionUrlConfig", on=permission_arn, context=auth_type
)
async def create_function_url_config(call: Call, request: Shape) -> Shape:
    """Give a function, or one of its aliases, an address that answers HTTP requests.

    https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunctionUrlConfig.html
    """
    function, given, now = named(call, request), _given(request), call.clock.now()
    config = {"InvokeMode": "BUFFERED", **given, "UrlId": ids.url_id(), "CreationTime": now, "LastModifiedTime": now}

    def create(tx: Transaction) -> Shape:
        _check_function(tx, function)
        if resources.get(tx, documents.URL_CONFIG, function.scope, _kept_name(function)) is not None:
            raise conflict(
                f"Failed to create function url config for [functionArn = {function.arn}]. Error message:  "
                "FunctionUrlConfig exists for this Lambda function"
            )
        resources.create(tx, documents.URL_CONFIG, function.scope, _kept_name(function), config)
        owner = {"Scope": function.scope, "Name": _kept_name(function)}
        resources.create(tx, documents.URL, "-", config["UrlId"], owner)
        shown = _show(call, function, config)
        del shown["LastModifiedTime"]
        return shown

    return await call.store.update(create)


@operation("lambda", "GetFunctionUrlConfig", needs="lambda:GetFunctionUrlConfig", on=permission_arn, context=auth_type)
async def get_function_url_config(call: Call, request: Shape) -> Shape:
    """A function's or alias's URL and its settings.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionUrlConfig.html
    """
    function = named(call, request)
    return _show(call, function, await call.store.view(lambda tx: _existing(tx, function)))


@operation(
    "lambda", "UpdateFunctionUrlConfig", needs="lambda:UpdateFunctionUrlConfig", on=permission_arn, context=auth_type
)
async def update_function_url_config(call: Call, request: Shape) -> Shape:
    """Change who may call a URL, its CORS settings (an empty Cors takes them away) or how it answers.

    https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionUrlConfig.html
    """
    function, given = named(call, request), _given(request)

    def change(tx: Transaction) -> Shape:
        config = {**_existing(tx, function), **given, "LastModifiedTime": call.clock.now()}
        if "Cors" in request and "Cors" not in given:
            config.pop("Cors", None)
        resources.put(tx, documents.URL_CONFIG, function.scope, _kept_name(function), config)
        return _show(call, function, config)

    return await call.store.update(change)


@operation(
    "lambda", "DeleteFunctionUrlConfig", needs="lambda:DeleteFunctionUrlConfig", on=permission_arn, context=auth_type
)
async def delete_function_url_config(call: Call, request: Shape) -> Shape:
    """Take a URL away. A new one for the same function has another id.

    https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionUrlConfig.html
    """
    function = named(call, request)

    def delete(tx: Transaction) -> Shape:
        _existing(tx, function)
        documents.forget_url(tx, function.scope, _kept_name(function))
        return {}

    return await call.store.update(delete)


@operation("lambda", "ListFunctionUrlConfigs", needs="lambda:ListFunctionUrlConfigs", on=permission_arn)
async def list_function_url_configs(call: Call, request: Shape) -> Shape:
    """The URLs of a function: its own, and those of its aliases.

    https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctionUrlConfigs.html
    """
    function = named(call, request)._replace(qualifier=None)
    limit = min(request.get("MaxItems", PAGE_MAX), PAGE_MAX)

    def read(tx: Transaction) -> list[tuple[str, dict[str, Any]]]:
        _check_function(tx, function)
        prefix = f"{function.name}:"
        return resources.page(tx, documents.URL_CONFIG, function.scope, request.get("Marker"), limit + 1, prefix)

    found = await call.store.view(read)
    shown = [_show(call, _function(function.scope, name), config) for name, config in found[:limit]]
    marker: Shape = {"NextMarker": found[limit - 1][0]} if len(found) > limit else {}
    return {"FunctionUrlConfigs": shown, **marker}
