"""What becomes of a function's events: how often and how long they are tried, and where their outcomes go.

Kept for each qualifier apart (`$LATEST`, a version, an alias): who calls through an alias is served by the alias's.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html
"""

from __future__ import annotations

from typing import Any

from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape, operation
from tailrace.services.lambda_ import function_document as documents
from tailrace.services.lambda_ import targets
from tailrace.services.lambda_.function_names import LATEST, FunctionName, named, permission_arn
from tailrace.services.lambda_.refusals import invalid
from tailrace.store import resources
from tailrace.store.engine import Transaction

PAGE_MAX = 50
MEMBERS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds")
OUTCOMES = ("OnSuccess", "OnFailure")


def find(tx: Transaction, function: FunctionName) -> dict[str, Any] | None:
    """The settings of the function's version or alias ($LATEST where none is named); None where none were made."""
    return resources.get(tx, documents.EVENT_CONFIG, function.scope, _name(function))


def destination(config: dict[str, Any] | None, outcome: str) -> str | None:
    """The ARN that successes (OnSuccess) or failures (OnFailure) go to; None where there is none."""
    found: str | None = (config or {}).get("DestinationConfig", {}).get(outcome, {}).get("Destination")
    return found


def _name(function: FunctionName) -> str:
    return documents.alias_name(function.name, function.qualifier or LATEST)


def _qualified(call: Call, request: Shape) -> FunctionName:
    function = named(call, request)
    return function._replace(qualifier=function.qualifier or LATEST)


def _show(function: FunctionName, config: dict[str, Any]) -> Shape:
    given = config.get("DestinationConfig", {})
    return {
        "LastModified": config["LastModified"],
        "FunctionArn": function.arn,
        **{member: config[member] for member in MEMBERS if member in config},
        "DestinationConfig": {outcome: given.get(outcome, {}) for outcome in OUTCOMES},
    }


def _none(function: FunctionName) -> ApiError:
    return ApiError.resource_not_found(f"The function {function.arn} doesn't have an EventInvokeConfig", status=404)


def _check_function(tx: Transaction, function: FunctionName) -> dict[str, Any]:
    """The document of the version that is meant. Raises AWS's refusal, which has words of its own here."""
    try:
        return documents.find_version(tx, function)[0]
    except ApiError as problem:
        raise ApiError.resource_not_found("The function doesn't exist.", status=404) from problem


def _given(request: Shape) -> dict[str, Any]:
    """What a request sets; destinations without an ARN are none."""
    found = {member: request[member] for member in MEMBERS if member in request}
    if "DestinationConfig" in request:
        wanted = request["DestinationConfig"]
        found["DestinationConfig"] = {
            outcome: {"Destination": wanted[outcome]["Destination"]}
            if wanted.get(outcome, {}).get("Destination")
            else {}
            for outcome in OUTCOMES
            if outcome in wanted
        }
    if not found:
        raise invalid("You must specify at least one of error handling or destination setting.")
    return found


def _check_targets(wanted: Shape) -> None:
    """Refuse destinations that are of no kind that there is, as AWS prints them."""
    named = {outcome: wanted.get(outcome, {}).get("Destination") for outcome in OUTCOMES}
    if any(text and not targets.is_target(text) for text in named.values()):
        shown = [f"{name[:1].lower()}{name[1:]}={_printed(name, text)}" for name, text in named.items()]
        raise invalid(f"The provided destination config DestinationConfig({', '.join(shown)}) is invalid.")


def _printed(outcome: str, text: str | None) -> str:
    return f"{outcome}(destination={text})" if text else "null"


async def _keep(call: Call, request: Shape, *, merge: bool) -> Shape:
    function, given = _qualified(call, request), _given(request)

    def change(tx: Transaction) -> Shape:
        document = _check_function(tx, function)
        old = find(tx, function)
        if merge and old is None:
            raise _none(function)
        wanted = given.get("DestinationConfig", {})
        _check_targets(wanted)
        for outcome in OUTCOMES:
            target = wanted.get(outcome, {}).get("Destination")
            if target:
                targets.check_destination(call.node.identity, tx, target, document["Role"], function)
        base = old or {} if merge else {}
        new = {**base, **given, "LastModified": call.clock.now()}
        if "DestinationConfig" in given:
            new["DestinationConfig"] = {**base.get("DestinationConfig", {}), **wanted}
        resources.put(tx, documents.EVENT_CONFIG, function.scope, _name(function), new)
        return _show(function, new)

    return await call.store.update(change)


@operation("lambda", "PutFunctionEventInvokeConfig", needs="lambda:PutFunctionEventInvokeConfig", on=permission_arn)
async def put_function_event_invoke_config(call: Call, request: Shape) -> Shape:
    """Set how events are tried and where their outcomes go; what the request leaves out is unset.

    https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html
    """
    return await _keep(call, request, merge=False)


@operation(
    "lambda", "UpdateFunctionEventInvokeConfig", needs="lambda:UpdateFunctionEventInvokeConfig", on=permission_arn
)
async def update_function_event_invoke_config(call: Call, request: Shape) -> Shape:
    """Change some of the settings of events; what the request leaves out stays.

    https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionEventInvokeConfig.html
    """
    return await _keep(call, request, merge=True)


@operation("lambda", "GetFunctionEventInvokeConfig", needs="lambda:GetFunctionEventInvokeConfig", on=permission_arn)
async def get_function_event_invoke_config(call: Call, request: Shape) -> Shape:
    """How events of one qualifier are tried, and where their outcomes go.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionEventInvokeConfig.html
    """
    function = _qualified(call, request)
    found = await call.store.view(lambda tx: find(tx, function))
    if found is None:
        raise _none(function)
    return _show(function, found)


@operation(
    "lambda", "DeleteFunctionEventInvokeConfig", needs="lambda:DeleteFunctionEventInvokeConfig", on=permission_arn
)
async def delete_function_event_invoke_config(call: Call, request: Shape) -> Shape:
    """Go back to what everybody has for events: two more tries, six hours, no destination.

    https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionEventInvokeConfig.html
    """
    function = _qualified(call, request)

    def change(tx: Transaction) -> Shape:
        if not resources.delete(tx, documents.EVENT_CONFIG, function.scope, _name(function)):
            raise _none(function)
        return {}

    return await call.store.update(change)


@operation("lambda", "ListFunctionEventInvokeConfigs", needs="lambda:ListFunctionEventInvokeConfigs", on=permission_arn)
async def list_function_event_invoke_configs(call: Call, request: Shape) -> Shape:
    """The settings of events of all qualifiers that have some.

    https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctionEventInvokeConfigs.html
    """
    function = named(call, request)._replace(qualifier=None)
    limit = min(request.get("MaxItems", PAGE_MAX), PAGE_MAX)

    def read(tx: Transaction) -> list[tuple[str, dict[str, Any]]]:
        _check_function(tx, function)
        prefix = f"{function.name}:"
        return resources.page(tx, documents.EVENT_CONFIG, function.scope, request.get("Marker"), limit + 1, prefix)

    found = await call.store.view(read)
    shown = [_show(function._replace(qualifier=name.rpartition(":")[2]), kept) for name, kept in found[:limit]]
    marker: Shape = {"NextMarker": found[limit - 1][0]} if len(found) > limit else {}
    return {"FunctionEventInvokeConfigs": shown, **marker}
