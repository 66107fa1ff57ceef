"""The calls that the audit knows."""

from __future__ import annotations

import asyncio

from tailrace.audit import search
from tailrace.audit.search import Query, Record
from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape, anything, operation

RESULTS_DEFAULT = 100


@operation("tailrace", "ListActivity", needs="tailrace:ListActivity", on=anything)
async def list_activity(call: Call, request: Shape) -> Shape:
    """The calls that match, newest first, each with its decision. A page may be empty and have a NextToken.

    `Resource` may end in `*`; the ARN of a role stands for all its sessions.
    """
    query = Query(
        request_id=request.get("RequestId"),
        principal=request.get("PrincipalArn"),
        resource=request.get("Resource"),
        service=request.get("Service"),
        operation=request.get("Operation"),
        decision=request.get("Decision"),
        since=request.get("StartTime"),
        until=request.get("EndTime"),
    )
    limit = request.get("MaxResults", RESULTS_DEFAULT)
    found, token = await pages(call, query, limit, request.get("NextToken"))
    answer: Shape = {"Activities": found}
    if token is not None:
        answer["NextToken"] = token
    return answer


async def pages(call: Call, query: Query, limit: int, after: str | None = None) -> tuple[list[Record], str | None]:
    """A page of records, up to the calls that have been answered by now."""
    audit = call.node.audit
    await audit.flush()
    try:
        return await asyncio.to_thread(search.page, audit.segments, query, limit, after)
    except ValueError as error:
        raise ApiError.validation("The NextToken is not one that ListActivity has given") from error
