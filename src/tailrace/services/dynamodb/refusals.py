"""What DynamoDB has on AWS and Tailrace has not: each operation refused by name, with the reason.

An operation that took its request and did nothing would pretend. What can be said truthfully without having the
feature (a list of exports is empty) is said in `never_there.py`.
"""

from __future__ import annotations

from tailrace.operation import Call, Shape, anything, refuse
from tailrace.services.dynamodb.names import table_arn

ONE_REGION = "one server is one region; there is none to replicate to"
NO_VECTORS = "there are no vector indexes"
NO_S3 = "there is no S3 to read from or to write to"
NO_KINESIS = "there is no Kinesis; the table's stream has the same changes"
NO_SCALING = "throughput is set by hand; there are no replicas whose scaling could differ"


def exported_arn(call: Call, request: Shape) -> str:
    """The table that an export is asked of, by its ARN."""
    return str(request["TableArn"])


for _name, _why, _on in (
    ("CreateGlobalTable", ONE_REGION, anything),
    ("UpdateGlobalTable", ONE_REGION, anything),
    ("UpdateGlobalTableSettings", ONE_REGION, anything),
    ("UpdateTableReplicaAutoScaling", NO_SCALING, table_arn),
    ("DescribeTableReplicaAutoScaling", NO_SCALING, table_arn),
    ("EnableKinesisStreamingDestination", NO_KINESIS, table_arn),
    ("DisableKinesisStreamingDestination", NO_KINESIS, table_arn),
    ("UpdateKinesisStreamingDestination", NO_KINESIS, table_arn),
    ("ExportTableToPointInTime", NO_S3, exported_arn),
    ("ImportTable", NO_S3, anything),
    ("StartBulkPutItems", NO_S3, table_arn),
    ("CancelBulkOperation", NO_S3, anything),
    ("DescribeBulkOperation", NO_S3, anything),
    ("SearchVectors", NO_VECTORS, table_arn),
):
    refuse("dynamodb", _name, _why, needs=f"dynamodb:{_name}", on=_on)
