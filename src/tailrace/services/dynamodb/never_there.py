"""True answers about what no table of this server ever has: lists that are empty, names that aren't found.

Infrastructure tools ask for these before they do anything; a refusal would stop them for nothing.
"""

from __future__ import annotations

from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.dynamodb.names import resolve, table_arn
from tailrace.services.dynamodb.table import document_of


@operation("dynamodb", "ListGlobalTables", needs="dynamodb:ListGlobalTables", on=anything)
async def list_global_tables(call: Call, request: Shape) -> Shape:
    """None: one server is one region.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListGlobalTables.html
    """
    return {"GlobalTables": []}


@operation("dynamodb", "DescribeGlobalTable", needs="dynamodb:DescribeGlobalTable", on=anything)
async def describe_global_table(call: Call, request: Shape) -> Shape:
    """There is none of any name.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeGlobalTable.html
    """
    raise _no_global_table(request)


@operation("dynamodb", "DescribeGlobalTableSettings", needs="dynamodb:DescribeGlobalTableSettings", on=anything)
async def describe_global_table_settings(call: Call, request: Shape) -> Shape:
    """There is none of any name.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeGlobalTableSettings.html
    """
    raise _no_global_table(request)


def _no_global_table(request: Shape) -> ApiError:
    text = f"Global table not found: Global table with name: '{request['GlobalTableName']}' does not exist."
    return ApiError("GlobalTableNotFoundException", text)


@operation("dynamodb", "ListExports", needs="dynamodb:ListExports", on=anything)
async def list_exports(call: Call, request: Shape) -> Shape:
    """None: there is no S3 to write to.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListExports.html
    """
    return {"ExportSummaries": []}


@operation("dynamodb", "DescribeExport", needs="dynamodb:DescribeExport", on=anything)
async def describe_export(call: Call, request: Shape) -> Shape:
    """There is none of any ARN.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeExport.html
    """
    raise ApiError("ExportNotFoundException", f"Export not found: {request['ExportArn']}")


@operation("dynamodb", "ListImports", needs="dynamodb:ListImports", on=anything)
async def list_imports(call: Call, request: Shape) -> Shape:
    """None: there is no S3 to read from.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListImports.html
    """
    return {"ImportSummaryList": []}


@operation("dynamodb", "DescribeImport", needs="dynamodb:DescribeImport", on=anything)
async def describe_import(call: Call, request: Shape) -> Shape:
    """There is none of any ARN.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeImport.html
    """
    raise ApiError("ImportNotFoundException", f"Import not found: {request['ImportArn']}")


@operation("dynamodb", "ListBulkOperations", needs="dynamodb:ListBulkOperations", on=anything)
async def list_bulk_operations(call: Call, request: Shape) -> Shape:
    """None: there is no S3 to read from.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListBulkOperations.html
    """
    return {"BulkOperationsSummaryList": []}


@operation(
    "dynamodb",
    "DescribeKinesisStreamingDestination",
    needs="dynamodb:DescribeKinesisStreamingDestination",
    on=table_arn,
)
async def describe_kinesis_streaming_destination(call: Call, request: Shape) -> Shape:
    """None of any table: there is no Kinesis.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeKinesisStreamingDestination.html
    """
    name = resolve(call, request["TableName"])
    await call.store.view(lambda tx: document_of(tx, call.scope, name, call.clock.now()))
    return {"TableName": name, "KinesisDataStreamDestinations": []}
