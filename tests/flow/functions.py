"""What flow tests start from: a table with a stream, a role, a function."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from typing import Any

from tests.conftest import RunningServer, wait_until

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
BASIC_POLICY = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
STREAM_ACTIONS = ["GetRecords", "GetShardIterator", "DescribeStream", "ListStreams"]


def unique(name: str) -> str:
    """A name that no other test uses."""
    return f"{name}-{uuid.uuid4().hex[:8]}"


def make_table(server: RunningServer, name: str, *, index: str = "", view: str = "NEW_AND_OLD_IMAGES") -> str:
    """A table with the hash key `pk`, a stream, and optionally an index `by-<attribute>`."""
    table = unique(name)
    dynamodb = server.client("dynamodb")
    attributes = [{"AttributeName": n, "AttributeType": "S"} for n in ("pk", index) if n]
    extra: dict[str, Any] = {}
    if index:
        extra["GlobalSecondaryIndexes"] = [
            {
                "IndexName": f"by-{index}",
                "KeySchema": [{"AttributeName": index, "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ]
    dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=attributes,
        StreamSpecification={"StreamEnabled": True, "StreamViewType": view},
        **extra,
    )
    wait_until("the table", lambda: dynamodb.describe_table(TableName=table)["Table"]["TableStatus"] == "ACTIVE")
    return table


def stream_arn(server: RunningServer, table: str) -> str:
    """The ARN of a table's latest stream."""
    arn: str = server.client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
    return arn


def allow(*actions: str, on: str = "*") -> str:
    """A policy document that allows `actions`."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": on}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def make_role(server: RunningServer, name: str, *, reads: str = "", logs: bool = True) -> tuple[str, str]:
    """A role that Lambda may assume: its name and ARN. `reads` is a stream that it may read."""
    iam, role = server.client("iam"), unique(name)
    arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    if logs:
        iam.attach_role_policy(RoleName=role, PolicyArn=BASIC_POLICY)
    if reads:
        document = allow(*(f"dynamodb:{a}" for a in STREAM_ACTIONS))
        iam.put_role_policy(RoleName=role, PolicyName="stream-access", PolicyDocument=document)
    return role, arn


def zipped(**files: str) -> bytes:
    """A deployment package: file names (dots as `__`) to their text."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "."), text)
    return buffer.getvalue()


def make_function(
    server: RunningServer,
    name: str,
    code: str,
    *,
    reads: str = "",
    role: str = "",
    runtime: str = "python3.11",
    **options: Any,
) -> str:
    """An active function `index.handler` of the given source; returns its name. It has time on a busy machine, too."""
    function, client = unique(name), server.client("lambda")
    package = zipped(**{"index__py" if runtime.startswith("python") else "index__mjs": code})
    client.create_function(
        FunctionName=function,
        Runtime=runtime,
        Role=role or make_role(server, name, reads=reads)[1],
        Handler="index.handler",
        Code={"ZipFile": package},
        **{"Timeout": 30, **options},
    )
    wait_until(
        "the function",
        lambda: client.get_function(FunctionName=function)["Configuration"]["State"] == "Active",
    )
    return function


def all_records(server: RunningServer, arn: str) -> list[dict[str, Any]]:
    """Every record of the stream, each shard's in order."""
    streams = server.client("dynamodbstreams")
    found = []
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while True:
            page = streams.get_records(ShardIterator=iterator)
            if not page["Records"]:
                break
            found += page["Records"]
            iterator = page["NextShardIterator"]
    return found
