"""What an account may have, and where its endpoint is: DescribeLimits, DescribeEndpoints, DescribeContinuousBackups."""

from __future__ import annotations

from urllib.parse import urlsplit

from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.dynamodb.names import resolve, table_arn
from tailrace.services.dynamodb.table import document_of

ACCOUNT_UNITS_MAX = 80_000
TABLE_UNITS_MAX = 40_000
ENDPOINT_MINUTES = 1440


@operation("dynamodb", "DescribeLimits", needs="dynamodb:DescribeLimits", on=anything)
async def describe_limits(call: Call, request: Shape) -> Shape:
    """The quotas of a new AWS account; nothing here is throttled by them.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeLimits.html
    """
    return {
        "AccountMaxReadCapacityUnits": ACCOUNT_UNITS_MAX,
        "AccountMaxWriteCapacityUnits": ACCOUNT_UNITS_MAX,
        "TableMaxReadCapacityUnits": TABLE_UNITS_MAX,
        "TableMaxWriteCapacityUnits": TABLE_UNITS_MAX,
    }


@operation("dynamodb", "DescribeEndpoints", needs=None, on=anything)
async def describe_endpoints(call: Call, request: Shape) -> Shape:
    """This very server, for SDKs that discover endpoints.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeEndpoints.html
    """
    host = call.headers.get("host") or urlsplit(call.node.endpoint).netloc
    return {"Endpoints": [{"Address": host, "CachePeriodInMinutes": ENDPOINT_MINUTES}]}


@operation("dynamodb", "DescribeContinuousBackups", needs="dynamodb:DescribeContinuousBackups", on=table_arn)
async def describe_continuous_backups(call: Call, request: Shape) -> Shape:
    """Point-in-time recovery, which no table of this server has.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html
    """
    name = resolve(call, request["TableName"])
    await call.store.view(lambda tx: document_of(tx, call.scope, name, call.clock.now()))
    recovery = {"PointInTimeRecoveryStatus": "DISABLED"}
    description = {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery}
    return {"ContinuousBackupsDescription": description}
