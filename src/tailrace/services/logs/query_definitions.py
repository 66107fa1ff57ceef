"""Saved queries."""

from __future__ import annotations

from typing import Any

from tailrace.base import ids
from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.logs import names
from tailrace.services.logs.insights import WITHOUT
from tailrace.store import resources
from tailrace.store.engine import Transaction

KIND = "logs:query-definition"
DEFINITIONS_MAX = 1_000
MEMBERS = ("name", "queryString", "logGroupNames", "parameters")


@operation("logs", "PutQueryDefinition", needs="logs:PutQueryDefinition", on=anything, without=WITHOUT)
async def put_query_definition(call: Call, request: Shape) -> Shape:
    """Save a query, or change one that is saved; nothing of the one before is kept.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html
    """
    given, token = request.get("queryDefinitionId"), request.get("clientToken")
    document: dict[str, Any] = {name: request[name] for name in MEMBERS if name in request}
    document["lastModified"] = int(call.clock.now() * 1000)
    if token:
        document["clientToken"] = token

    def put(tx: Transaction) -> Shape:
        if given is not None:
            if resources.get(tx, KIND, call.scope, given) is None:
                raise _missing()
            resources.put(tx, KIND, call.scope, given, document)
            return {"queryDefinitionId": given}
        there = resources.page(tx, KIND, call.scope, None, DEFINITIONS_MAX)
        again = next((name for name, one in there if token and one.get("clientToken") == token), None)
        if again is None and len(there) >= DEFINITIONS_MAX:
            raise ApiError("LimitExceededException", f"There are {DEFINITIONS_MAX} query definitions already.")
        name = again or ids.uuid()
        resources.put(tx, KIND, call.scope, name, document)
        return {"queryDefinitionId": name}

    return await call.store.update(put)


@operation("logs", "DescribeQueryDefinitions", needs="logs:DescribeQueryDefinitions", on=anything)
async def describe_query_definitions(call: Call, request: Shape) -> Shape:
    """The saved queries whose names begin with a prefix, by name.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeQueryDefinitions.html
    """
    prefix, token = request.get("queryDefinitionNamePrefix", ""), request.get("nextToken", "0")
    count = request.get("maxResults", DEFINITIONS_MAX)
    if not (token.isascii() and token.isdecimal()):
        raise names.invalid("The specified nextToken is invalid.")
    if request.get("queryLanguage", "CWLI") != "CWLI":
        return {"queryDefinitions": []}
    there = await call.store.view(lambda tx: resources.page(tx, KIND, call.scope, None, DEFINITIONS_MAX))
    found = sorted((one for one in there if one[1]["name"].startswith(prefix)), key=lambda one: one[1]["name"])
    first = int(token)
    answer: Shape = {"queryDefinitions": [_entry(*one) for one in found[first : first + count]]}
    if first + count < len(found):
        answer["nextToken"] = str(first + count)
    return answer


@operation("logs", "DeleteQueryDefinition", needs="logs:DeleteQueryDefinition", on=anything)
async def delete_query_definition(call: Call, request: Shape) -> Shape:
    """Forget a saved query.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteQueryDefinition.html
    """

    def delete(tx: Transaction) -> Shape:
        if not resources.delete(tx, KIND, call.scope, request["queryDefinitionId"]):
            raise _missing()
        return {"success": True}

    return await call.store.update(delete)


def _entry(query: str, document: dict[str, Any]) -> Shape:
    shown = {name: value for name, value in document.items() if name != "clientToken"}
    return {"queryLanguage": "CWLI", "queryDefinitionId": query, **shown}


def _missing() -> ApiError:
    return ApiError.resource_not_found("The specified query definition does not exist.")
