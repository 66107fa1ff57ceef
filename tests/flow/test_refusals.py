"""What Tailrace can't do is said clearly: by operation and by parameter, to who may ask."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tailrace.operation import REGISTRY
from tailrace.services import cloudwatch, dynamodb, streams
from tailrace.services.dynamodb.refusals import NO_KINESIS, NO_S3, NO_VECTORS, ONE_REGION
from tailrace.wire import model
from tests.conftest import RunningServer
from tests.flow.functions import make_role, make_table, unique, zipped
from tests.flow.in_process import in_process

SERVICES = (cloudwatch, dynamodb, streams)


def refusal(call: Any, **request: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**request)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize("service", ["cloudwatch", "dynamodb", "dynamodbstreams"])
def test_every_operation_of_the_model_is_answered_or_refused_by_name(service: str) -> None:
    here = {operation.name for operation in REGISTRY if operation.service == service}
    assert set(model.service(service).operation_names) - here == set()


def test_no_operation_is_registered_that_the_model_does_not_have() -> None:
    for operation in REGISTRY:
        assert model.service(operation.service).operation(operation.name) is not None, operation.name


def test_every_parameter_that_is_refused_is_one_of_the_models() -> None:
    for operation in REGISTRY:
        for what in operation.without:
            shape = model.service(operation.service).operation(operation.name).input  # type: ignore[union-attr]
            path, _, value = what.partition("=")
            for name in path.split("."):
                assert shape is not None
                if shape.type == "map":  # an attribute of SNS or SQS: its name is data, which no model lists
                    shape = shape.value.shape if shape.value else None
                    continue
                assert name in shape.members, f"{operation.name} has no {what}"
                shape = shape.members[name].shape
            assert shape is not None
            assert not (value and shape.enum) or value in shape.enum, f"{what} is no value of {operation.name}"


@pytest.mark.parametrize(
    ("name", "request_", "why"),
    [
        ("CreateGlobalTable", {"GlobalTableName": "table", "ReplicationGroup": []}, ONE_REGION),
        ("EnableKinesisStreamingDestination", {"TableName": "table", "StreamArn": "arn"}, NO_KINESIS),
        ("ExportTableToPointInTime", {"TableArn": "arn", "S3Bucket": "b"}, NO_S3),
        ("ImportTable", {}, NO_S3),
    ],
)
async def test_an_operation_is_refused_with_its_reason(name: str, request_: dict[str, Any], why: str) -> None:
    async with in_process() as node:
        text = f"Tailrace does not support dynamodb:{name}: {why}"
        assert await node.refusal("dynamodb", name, **request_) == ("UnsupportedOperationException", text)


async def test_a_parameter_is_refused_with_its_reason_and_an_empty_one_is_not() -> None:
    async with in_process() as node:
        index = {"IndexName": "by-vector"}
        create = {"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST"}
        create |= {"AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]}
        refused = await node.refusal("dynamodb", "CreateTable", TableName="table", VectorIndexes=[index], **create)
        text = f"Tailrace does not support dynamodb:CreateTable: VectorIndexes: {NO_VECTORS}"
        assert refused == ("UnsupportedOperationException", text)
        await node.table("table", VectorIndexes=[])
        replica = {"Create": {"RegionName": "eu-west-1"}}
        refused = await node.refusal("dynamodb", "UpdateTable", TableName="table", ReplicaUpdates=[replica])
        text = f"Tailrace does not support dynamodb:UpdateTable: ReplicaUpdates: {ONE_REGION}"
        assert refused == ("UnsupportedOperationException", text)


def test_true_answers_about_what_is_never_there(server: RunningServer) -> None:
    dynamodb, table = server.client("dynamodb"), make_table(server, "plain")
    assert dynamodb.list_global_tables()["GlobalTables"] == []
    assert dynamodb.list_exports()["ExportSummaries"] == []
    assert dynamodb.list_imports()["ImportSummaryList"] == []
    described = dynamodb.describe_kinesis_streaming_destination(TableName=table)
    assert (described["TableName"], described["KinesisDataStreamDestinations"]) == (table, [])
    assert refusal(dynamodb.describe_global_table, GlobalTableName=table)[0] == "GlobalTableNotFoundException"
    arn = f"{dynamodb.describe_table(TableName=table)['Table']['TableArn']}/export/01693685827463-2d8752fd"
    assert refusal(dynamodb.describe_export, ExportArn=arn) == ("ExportNotFoundException", f"Export not found: {arn}")
    imported = arn.replace("export", "import")
    assert refusal(dynamodb.describe_import, ImportArn=imported)[0] == "ImportNotFoundException"


def test_a_refusal_is_for_who_may_ask(server: RunningServer) -> None:
    iam, name = server.client("iam"), unique("nobody")
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    user = server.client("dynamodb", access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"])
    request = {"TableName": "table", "StreamArn": "arn:aws:kinesis:us-east-1:000000000000:stream/s"}
    enable = "enable_kinesis_streaming_destination"
    assert refusal(getattr(user, enable), **request)[0] == "AccessDeniedException"
    assert refusal(getattr(server.client("dynamodb"), enable), **request)[0] == "UnsupportedOperationException"


def test_what_a_function_can_not_have_is_named_in_full(server: RunningServer) -> None:
    request = {
        "FunctionName": unique("f"),
        "Runtime": "python3.11",
        "Role": make_role(server, "f")[1],
        "Handler": "index.handler",
        "Code": {"ZipFile": zipped(index__py="def handler(event, context): pass")},
    }
    create = server.client("lambda").create_function
    code, text = refusal(create, **request, VpcConfig={"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]})
    assert code == "UnsupportedOperationException"
    assert text.startswith("Tailrace does not support lambda:CreateFunction: VpcConfig.SubnetIds: ")
    code, text = refusal(create, **{**request, "Code": {"S3Bucket": "bucket", "S3Key": "key"}})
    assert (code, "Code.S3Bucket" in text) == ("UnsupportedOperationException", True)
    create(**request, VpcConfig={"SubnetIds": []}, Layers=[], SnapStart={"ApplyOn": "None"})
