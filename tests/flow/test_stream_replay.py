"""Whatever is written, by whatever operation: the stream, replayed, is the table, and the index is the table's part."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tailrace.base.errors import ApiError
from tests.flow.in_process import InProcess, in_process

KEYS = ("a", "b", "c", "d")
REFUSALS = ("ConditionalCheckFailedException", "TransactionCanceledException", "ValidationException")
key = st.sampled_from(KEYS).map(lambda name: {"pk": {"S": name}})
# A color is an index key: absent, right, or (in an update, refused) of a wrong type.
color = st.sampled_from([{}, {"color": {"S": "red"}}, {"color": {"S": "blue"}}])
number = st.integers(0, 2).map(lambda n: {"n": {"N": str(n)}})
item = st.tuples(key, color, number).map(lambda parts: {**parts[0], **parts[1], **parts[2]})
condition = st.sampled_from([{}, {"ConditionExpression": "attribute_exists(n)"}])
change = st.sampled_from(
    [
        {"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}},
        {"UpdateExpression": "SET color = :c", "ExpressionAttributeValues": {":c": {"S": "red"}}},
        {"UpdateExpression": "SET color = :c", "ExpressionAttributeValues": {":c": {"N": "7"}}},
        {"UpdateExpression": "REMOVE color"},
        {"UpdateExpression": "SET n = n + :x", "ExpressionAttributeValues": {":x": {"N": "0"}}},
    ]
)
put = st.tuples(item, condition).map(lambda parts: ("Put", {"Item": parts[0], **parts[1]}))
delete = st.tuples(key, condition).map(lambda parts: ("Delete", {"Key": parts[0], **parts[1]}))
update = st.tuples(key, change, condition).map(lambda parts: ("Update", {"Key": parts[0], **parts[1], **parts[2]}))
single = st.one_of(put, delete, update)
batch = st.lists(item, min_size=1, max_size=3, unique_by=lambda each: each["pk"]["S"]).map(
    lambda every: ("Batch", every)
)
transaction = st.lists(single, min_size=1, max_size=3).map(lambda actions: ("Transaction", actions))
INDEX = {
    "IndexName": "by_color",
    "KeySchema": [{"AttributeName": "color", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}


async def perform(node: InProcess, kind: str, content: Any) -> None:
    """One operation; a refusal is one of its outcomes."""
    try:
        if kind == "Batch":
            puts = [{"PutRequest": {"Item": each}} for each in content]
            await node.dynamodb("BatchWriteItem", RequestItems={"table": puts})
        elif kind == "Transaction":
            actions = [{name: {"TableName": "table", **request}} for name, request in content]
            await node.dynamodb("TransactWriteItems", TransactItems=actions)
        else:
            await node.dynamodb(f"{kind}Item", TableName="table", **content)
    except ApiError as error:
        if error.code not in REFUSALS:
            raise


async def replay(node: InProcess, arn: str) -> dict[str, Any]:
    """The table as its stream tells it. Each record has to fit what the records before it have left."""
    state: dict[str, Any] = {}
    for shard in (await node.streams("DescribeStream", StreamArn=arn))["StreamDescription"]["Shards"]:
        begin = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        iterator = (await node.streams("GetShardIterator", **begin))["ShardIterator"]
        for record in (await node.streams("GetRecords", ShardIterator=iterator))["Records"]:
            about = record["dynamodb"]
            name = about["Keys"]["pk"]["S"]
            old, new = about.get("OldImage"), about.get("NewImage")
            assert old == state.get(name)
            assert old != new, "a write that changes nothing leaves no record"
            expected = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
            assert record["eventName"] == expected
            state[name] = new
    return {name: image for name, image in state.items() if image is not None}


@settings(max_examples=60)
@given(st.lists(st.one_of(single, batch, transaction), max_size=15))
def test_the_stream_replayed_is_the_table(operations: list[tuple[str, Any]]) -> None:
    async def run() -> None:
        async with in_process() as node:
            await node.table(
                "table",
                AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "color")],
                GlobalSecondaryIndexes=[INDEX],
                StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
            )
            described = (await node.dynamodb("DescribeTable", TableName="table"))["Table"]
            for kind, content in operations:
                await perform(node, kind, content)
            scanned = (await node.dynamodb("Scan", TableName="table"))["Items"]
            table = {each["pk"]["S"]: each for each in scanned}
            assert await replay(node, described["LatestStreamArn"]) == table
            indexed = (await node.dynamodb("Scan", TableName="table", IndexName="by_color"))["Items"]
            part = [each for each in scanned if "color" in each]
            assert sorted(map(json.dumps, indexed)) == sorted(map(json.dumps, part))
            described = (await node.dynamodb("DescribeTable", TableName="table"))["Table"]
            assert described["ItemCount"] == len(scanned)
            assert described["GlobalSecondaryIndexes"][0]["ItemCount"] == len(part)

    asyncio.run(run())
