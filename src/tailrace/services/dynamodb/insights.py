"""Contributor insights, which no table of this server has: told truthfully, and refused to who wants them."""

from __future__ import annotations

from tailrace.operation import Call, Shape, anything, operation, refuse
from tailrace.services.dynamodb.names import resolve, table_arn
from tailrace.services.dynamodb.table import document_of

refuse(
    "dynamodb",
    "UpdateContributorInsights",
    "the most used keys of a table are not counted",
    needs="dynamodb:UpdateContributorInsights",
    on=table_arn,
)


@operation("dynamodb", "ListContributorInsights", needs="dynamodb:ListContributorInsights", on=anything)
async def list_contributor_insights(call: Call, request: Shape) -> Shape:
    """None.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListContributorInsights.html
    """
    return {"ContributorInsightsSummaries": []}


@operation("dynamodb", "DescribeContributorInsights", needs="dynamodb:DescribeContributorInsights", on=table_arn)
async def describe_contributor_insights(call: Call, request: Shape) -> Shape:
    """Whether the most used keys of a table are counted. They never are.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContributorInsights.html
    """
    name = resolve(call, request["TableName"])
    await call.store.view(lambda tx: document_of(tx, call.scope, name, call.clock.now()))
    return {"TableName": name, "ContributorInsightsStatus": "DISABLED"}
