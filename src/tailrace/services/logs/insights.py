"""Logs Insights: a query is started, told of while it runs, stopped, and its rows are fetched.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AnalyzingLogData.html
"""

from __future__ import annotations

import asyncio
from typing import Any

from tailrace.base import ids
from tailrace.base.errors import ApiError
from tailrace.log_query import parser
from tailrace.log_query.nodes import Problem
from tailrace.log_query.pipeline import Pipeline
from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.logs import names, query_documents
from tailrace.services.logs.query_run import Run
from tailrace.store import resources
from tailrace.store.engine import Transaction

GROUPS_MAX = 50
PAGE_ROWS_MAX = 10_000
UNDER_WAY_MAX = 100  # of an account in a region, on each node
DESCRIBED_DEFAULT = 1_000
WITHOUT = {
    "queryLanguage=SQL": "queries are written in Logs Insights QL (CWLI)",
    "queryLanguage=PPL": "queries are written in Logs Insights QL (CWLI)",
}
GROUP_PARAMETERS = ("logGroupName", "logGroupNames", "logGroupIdentifiers")


def _groups(request: Shape) -> list[str]:
    """The groups' names. Raises InvalidParameterException."""
    given = [name for name in GROUP_PARAMETERS if request.get(name)]
    if len(given) != 1:
        raise names.invalid("Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be specified.")
    value = request[given[0]]
    found = list(dict.fromkeys(names.name_of(one) for one in ([value] if isinstance(value, str) else value)))
    if len(found) > GROUPS_MAX:
        raise names.invalid(f"A query can search at most {GROUPS_MAX} log groups.")
    return found


def _group_arns(call: Call, request: Shape) -> list[str]:
    """What the permission is asked on: each of the groups."""
    return [names.group_arn(call, {"logGroupName": name}) for name in _groups(request)]


@operation("logs", "StartQuery", needs="logs:StartQuery", on=_group_arns, without=WITHOUT)
async def start_query(call: Call, request: Shape) -> Shape:
    """Start a query over some log groups and a span of time (seconds, both ends included).

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html
    """
    groups, now, query = _groups(request), call.clock.now(), ids.uuid()
    if request["endTime"] < request["startTime"]:
        raise names.invalid("The end time of a query must not be before its start time.")
    pipeline = _pipeline(request["queryString"], now, request.get("limit"))
    document = {
        "queryString": request["queryString"],
        "logGroupNames": groups,
        "userIdentity": call.principal.arn,
        "status": "Scheduled",
        "createTime": now,
        "beat": now,
        "duration": 0,
        "statistics": {},
    }

    def create(tx: Transaction) -> dict[str, int]:
        kept = {name: names.oldest_kept(names.group(tx, call.scope, name), now) for name in groups}
        query_documents.forget_old(tx, call.scope, now)
        resources.create(tx, query_documents.KIND, call.scope, query, document)
        return kept

    if len(call.node.queries) >= UNDER_WAY_MAX:
        raise ApiError("LimitExceededException", f"{UNDER_WAY_MAX} queries are running already.")
    kept = await call.store.update(create)
    start, end = request["startTime"] * 1000, request["endTime"] * 1000 + 1
    task = asyncio.ensure_future(Run(call.node, call.scope, query, pipeline, kept, start, end).work())
    call.node.queries.add(task)
    task.add_done_callback(call.node.queries.discard)
    return {"queryId": query}


def _pipeline(text: str, now: float, limit: int | None) -> Pipeline:
    """The query made ready. Raises MalformedQueryException, which says where."""
    try:
        return Pipeline(parser.parse(text), now, limit)
    except Problem as problem:
        location = {"startCharOffset": problem.start, "endCharOffset": problem.end}
        members = {"queryCompileError": {"location": location, "message": problem.message}}
        raise ApiError("MalformedQueryException", problem.message, members=members) from problem


@operation("logs", "GetQueryResults", needs="logs:GetQueryResults", on=anything)
async def get_query_results(call: Call, request: Shape) -> Shape:
    """How far a query has come, and a page of its rows once it is complete.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetQueryResults.html
    """
    now, first = call.clock.now(), _offset(request.get("nextToken"))
    count = request.get("maxItems") or PAGE_ROWS_MAX

    def read(tx: Transaction) -> tuple[dict[str, Any], list[list[list[str]]]]:
        document = query_documents.find(tx, call.scope, request["queryId"], now)
        return document, query_documents.rows(tx, document)

    document, rows = await call.store.view(read)
    answer: Shape = {
        "queryLanguage": "CWLI",
        "results": [[{"field": name, "value": value} for name, value in row] for row in rows[first : first + count]],
        "statistics": document["statistics"],
        "status": query_documents.status(document, now),
    }
    if first + count < len(rows):
        answer["nextToken"] = str(first + count)
    return answer


def _offset(token: str | None) -> int:
    if token is not None and not (token.isascii() and token.isdecimal() and len(token) < 10):
        raise names.invalid("The specified nextToken is invalid.")
    return int(token or 0)


@operation("logs", "StopQuery", needs="logs:StopQuery", on=anything)
async def stop_query(call: Call, request: Shape) -> Shape:
    """Cancel a query that is running.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StopQuery.html
    """
    query, now = request["queryId"], call.clock.now()

    def stop(tx: Transaction) -> Shape:
        document = query_documents.find(tx, call.scope, query, now)
        if query_documents.status(document, now) not in query_documents.UNDER_WAY:
            raise names.invalid("The specified query is not running.")
        query_documents.write(tx, call.scope, query, {"status": "Cancelled"})
        return {"success": True}

    return await call.store.update(stop)


@operation("logs", "DescribeQueries", needs="logs:DescribeQueries", on=anything)
async def describe_queries(call: Call, request: Shape) -> Shape:
    """The queries of the last seven days, the latest first.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeQueries.html
    """
    now, first = call.clock.now(), _offset(request.get("nextToken"))
    count = request.get("maxResults", DESCRIBED_DEFAULT)
    group, status = request.get("logGroupName"), request.get("status")
    if request.get("queryLanguage", "CWLI") != "CWLI":
        return {"queries": []}
    found = [
        _entry(query, document, now)
        for query, document in await call.store.view(lambda tx: query_documents.every(tx, call.scope, now))
        if (not group or group in document["logGroupNames"])
        and (not status or status == query_documents.status(document, now))
    ]
    answer: Shape = {"queries": found[first : first + count]}
    if first + count < len(found):
        answer["nextToken"] = str(first + count)
    return answer


def _entry(query: str, document: dict[str, Any], now: float) -> Shape:
    return {
        "queryLanguage": "CWLI",
        "queryId": query,
        "queryString": document["queryString"],
        "status": query_documents.status(document, now),
        "createTime": int(document["createTime"] * 1000),
        "logGroupName": ",".join(document["logGroupNames"]),
        "queryDuration": document["duration"],
        "bytesScanned": document["statistics"].get("bytesScanned", 0.0),
        "userIdentity": document["userIdentity"],
    }
