"""Why a request was allowed or denied."""

from __future__ import annotations

from tailrace.audit.search import Query
from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.tailrace.activity import pages
from tailrace.services.tailrace.explanation import explain


@operation("tailrace", "ExplainRequest", needs="tailrace:ExplainRequest", on=anything)
async def explain_request(call: Call, request: Shape) -> Shape:
    """Who asked, each permission, what decided, what was missing, and the smallest policy that would have been enough.

    Raises ResourceNotFoundException where the audit doesn't know the request, or no longer.
    """
    request_id, after = request["RequestId"], None
    while True:
        found, after = await pages(call, Query(request_id=request_id), 1, after)
        if found:
            return explain(found[0])
        if after is None:
            raise ApiError.resource_not_found(f"The audit has no request {request_id}, or no longer")
