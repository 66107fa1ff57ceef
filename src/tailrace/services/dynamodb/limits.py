"""What an account may have, and where its endpoint is: DescribeLimits, DescribeEndpoints."""

from __future__ import annotations

from urllib.parse import urlsplit

from tailrace.operation import Call, Shape, anything, operation

ACCOUNT_UNITS_MAX = 80_000
TABLE_UNITS_MAX = 40_000
ENDPOINT_MINUTES = 1440


@operation("dynamodb", "DescribeLimits", needs="dynamodb:DescribeLimits", on=anything)
async def describe_limits(call: Call, request: Shape) -> Shape:
    """The quotas of a new AWS account; nothing here is held to them.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeLimits.html
    """
    return {
        "AccountMaxReadCapacityUnits": ACCOUNT_UNITS_MAX,
        "AccountMaxWriteCapacityUnits": ACCOUNT_UNITS_MAX,
        "TableMaxReadCapacityUnits": TABLE_UNITS_MAX,
        "TableMaxWriteCapacityUnits": TABLE_UNITS_MAX,
    }


@operation("dynamodb", "DescribeEndpoints", needs="dynamodb:DescribeEndpoints", on=anything)
async def describe_endpoints(call: Call, request: Shape) -> Shape:
    """This very server, for SDKs that discover endpoints.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeEndpoints.html
    """
    host = call.headers.get("host") or urlsplit(call.node.endpoint).netloc
    return {"Endpoints": [{"Address": host, "CachePeriodInMinutes": ENDPOINT_MINUTES}]}
