"""Throttling that was asked for: AWS's errors, what batches hand back, and how units are saved up and lowered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tailrace.base.errors import ApiError
from tests.conftest import RunningServer
from tests.flow.in_process import InProcess, in_process

TABLE_TEXT = (
    "The level of configured provisioned throughput for the table was exceeded. "
    "Consider increasing your provisioning level with the UpdateTable API."
)
BURST = 300
ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/table"


def units(read: int, write: int) -> dict[str, int]:
    return {"ReadCapacityUnits": read, "WriteCapacityUnits": write}


@asynccontextmanager
async def throttled(read: int = 1, write: int = 1, **more: Any) -> AsyncIterator[InProcess]:
    """A node that throttles, with a provisioned table."""
    async with in_process() as node:
        node.node.config = replace(node.node.config, throttle=True)
        await node.table("table", BillingMode="PROVISIONED", ProvisionedThroughput=units(read, write), **more)
        yield node


async def put(node: InProcess, key: str = "a", size: int = 1, **more: Any) -> None:
    item = {"pk": {"S": key}, "body": {"S": "x" * (size * 1024 - 100)}, **more}
    await node.dynamodb("PutItem", TableName="table", Item=item)


async def use_up_writes(node: InProcess) -> None:
    for number in range(3):
        await put(node, f"k{number}", 100)


async def error(node: InProcess, name: str, **request: Any) -> tuple[str, str, Mapping[str, Any]]:
    with pytest.raises(ApiError) as caught:
        await node.dynamodb(name, TableName="table", **request)
    return caught.value.code, caught.value.message, caught.value.members


async def test_writes_stop_when_five_minutes_are_used_up_and_go_on_with_time() -> None:
    async with throttled() as node:
        await use_up_writes(node)
        reason = {"reason": "TableWriteProvisionedThroughputExceeded", "resource": ARN}
        code = "ProvisionedThroughputExceededException"
        found = await error(node, "PutItem", Item={"pk": {"S": "late"}})
        assert found == (code, TABLE_TEXT, {"ThrottlingReasons": [reason]})
        assert "Item" not in await node.dynamodb("GetItem", TableName="table", Key={"pk": {"S": "late"}})
        node.clock.advance(1)
        await put(node, "late")


async def test_reads_have_units_of_their_own() -> None:
    async with throttled(read=1, write=100) as node:
        await put(node, "big", 300)
        request = {"TableName": "table", "Key": {"pk": {"S": "big"}}, "ConsistentRead": True}
        for _ in range(4):
            await node.dynamodb("GetItem", **request)
        found = await error(node, "GetItem", Key={"pk": {"S": "big"}})
        assert found[0] == "ProvisionedThroughputExceededException"
        assert found[2]["ThrottlingReasons"][0]["reason"] == "TableReadProvisionedThroughputExceeded"
        assert (await error(node, "Scan"))[0] == "ProvisionedThroughputExceededException"
        await put(node)


async def test_without_being_asked_nothing_is_throttled() -> None:
    async with throttled() as node:
        node.node.config = replace(node.node.config, throttle=False)
        for _ in range(5):
            await put(node, "a", 100)
            await node.dynamodb("DeleteItem", TableName="table", Key={"pk": {"S": "a"}})


async def test_an_index_without_room_holds_up_what_is_written_to_it_alone() -> None:
    index = {
        "IndexName": "by_color",
        "KeySchema": [{"AttributeName": "color", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
        "ProvisionedThroughput": units(1, 1),
    }
    definitions = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "color")]
    async with throttled(100, 100, AttributeDefinitions=definitions, GlobalSecondaryIndexes=[index]) as node:
        for number in range(3):
            await put(node, f"k{number}", 100, color={"S": "red"})
        code, text, members = await error(node, "PutItem", Item={"pk": {"S": "a"}, "color": {"S": "red"}})
        assert (code, "global secondary indexes" in text) == ("ProvisionedThroughputExceededException", True)
        reason = {"reason": "IndexWriteProvisionedThroughputExceeded", "resource": f"{ARN}/index/by_color"}
        assert members == {"ThrottlingReasons": [reason]}
        await put(node, "without-the-index")
        for _ in range(8):
            await node.dynamodb("Scan", TableName="table", IndexName="by_color")
        assert (await error(node, "Scan", IndexName="by_color"))[2]["ThrottlingReasons"][0]["resource"].endswith(
            "color"
        )
        await node.dynamodb("Scan", TableName="table")


async def test_a_batch_hands_back_what_had_no_room_and_fails_when_nothing_had() -> None:
    async with throttled() as node:
        for number in range(2):
            await put(node, f"k{number}", 100)
        writes = [{"PutRequest": {"Item": {"pk": {"S": f"b{n}"}, "x": {"S": "x" * 40_000}}}} for n in range(5)]
        answer = await node.dynamodb("BatchWriteItem", RequestItems={"table": writes})
        left = answer["UnprocessedItems"]["table"]  # which of them is the server's choice, in the request's order
        assert [each for each in writes if each in left] == left
        assert len(left) == 2
        assert len((await node.dynamodb("Scan", TableName="table"))["Items"]) == 5
        refused = await node.refusal("dynamodb", "BatchWriteItem", RequestItems=answer["UnprocessedItems"])
        assert refused == ("ProvisionedThroughputExceededException", TABLE_TEXT)
        node.clock.advance(21)  # the third of them has overdrawn the bucket by twenty
        answer = await node.dynamodb("BatchWriteItem", RequestItems=answer["UnprocessedItems"])
        assert len(answer["UnprocessedItems"]["table"]) == 1


async def test_a_batch_of_reads_hands_its_keys_back() -> None:
    async with throttled(read=1, write=100) as node:
        for number in range(5):
            await put(node, f"k{number}", 350)
        keys = [{"pk": {"S": f"k{number}"}} for number in range(5)]
        wanted = {"table": {"Keys": keys, "ConsistentRead": True}}
        answer = await node.dynamodb("BatchGetItem", RequestItems=wanted)
        assert len(answer["Responses"]["table"]) == 4
        assert answer["UnprocessedKeys"] == {"table": {"Keys": keys[4:], "ConsistentRead": True}}
        refused = await node.refusal("dynamodb", "BatchGetItem", RequestItems=answer["UnprocessedKeys"])
        assert refused[0] == "ProvisionedThroughputExceededException"


async def test_an_on_demand_table_is_held_to_its_own_maximum_alone() -> None:
    most = {"MaxWriteRequestUnits": 10, "MaxReadRequestUnits": -1}
    async with in_process() as node:
        node.node.config = replace(node.node.config, throttle=True)
        await node.table("table", OnDemandThroughput=most)
        await put(node, "a", 10)
        code, text, members = await error(node, "DeleteItem", Key={"pk": {"S": "a"}})
        assert (code, text) == (
            "ThrottlingException",
            "Throughput exceeds the maximum OnDemandThroughput configured on table or index",
        )
        assert members["throttlingReasons"][0]["reason"] == "TableWriteMaxOnDemandThroughputExceeded"
        for _ in range(20):
            await node.dynamodb("Scan", TableName="table")
        node.clock.advance(1)
        await put(node, "b")


async def lower(node: InProcess, to: int) -> None:
    await node.dynamodb("UpdateTable", TableName="table", ProvisionedThroughput=units(to, to))
    node.clock.advance(1)


async def test_units_go_down_four_times_a_day_and_then_once_an_hour() -> None:
    async with throttled(20, 20) as node:
        for to in (19, 18, 17, 16):
            await lower(node, to)
        throughput = (await node.dynamodb("DescribeTable", TableName="table"))["Table"]["ProvisionedThroughput"]
        assert throughput["NumberOfDecreasesToday"] == 4
        code, text, _ = await error(node, "UpdateTable", ProvisionedThroughput=units(15, 15))
        assert code == "LimitExceededException"
        assert "Number of decreases today: 4. Last decrease at Tuesday, November 14, 2023 at 10:13:24 PM" in text
        node.clock.advance(3600)
        await lower(node, 15)
        node.clock.advance(3600)
        throughput = (await node.dynamodb("DescribeTable", TableName="table"))["Table"]["ProvisionedThroughput"]
        assert throughput["NumberOfDecreasesToday"] == 0  # another day has begun
        for to in (14, 13, 12, 11):
            await lower(node, to)


async def test_a_transaction_costs_twice_and_is_cancelled_whole() -> None:
    async with throttled(100, 1) as node:
        write = {"Put": {"TableName": "table", "Item": {"pk": {"S": "a"}, "x": {"S": "x" * 149 * 1024}}}}
        await node.dynamodb("TransactWriteItems", TransactItems=[write])
        refused = {"Delete": {"TableName": "table", "Key": {"pk": {"S": "a"}}}}
        with pytest.raises(ApiError) as caught:
            await node.dynamodb("TransactWriteItems", TransactItems=[refused])
        reason = {"Code": "ProvisionedThroughputExceeded", "Message": TABLE_TEXT}
        assert caught.value.members == {"CancellationReasons": [reason]}


async def test_statements_are_throttled_as_what_they_stand_for_is() -> None:
    async with throttled() as node:
        await use_up_writes(node)
        statement = "INSERT INTO \"table\" VALUE {'pk': 'late'}"
        refused = await node.refusal("dynamodb", "ExecuteStatement", Statement=statement)
        assert refused == ("ProvisionedThroughputExceededException", TABLE_TEXT)
        answer = await node.dynamodb("BatchExecuteStatement", Statements=[{"Statement": statement}])
        assert answer["Responses"][0]["Error"] == {"Code": "ProvisionedThroughputExceeded", "Message": TABLE_TEXT}
        for _ in range(8):
            await node.dynamodb("ExecuteStatement", Statement='SELECT * FROM "table"')
        refused = await node.refusal("dynamodb", "ExecuteStatement", Statement='SELECT * FROM "table"')
        assert refused == ("ProvisionedThroughputExceededException", TABLE_TEXT)


def test_an_sdk_sees_the_error_and_its_reasons() -> None:
    server = RunningServer("memory:", "--throttle")
    try:
        dynamodb = server.client("dynamodb")
        dynamodb.create_table(
            TableName="table",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            ProvisionedThroughput=units(1, 1),
        )
        dynamodb.describe_table(TableName="table")
        item = {"pk": {"S": "a"}, "body": {"S": "x" * 390_000}}
        dynamodb.put_item(TableName="table", Item=item)
        with pytest.raises(ClientError) as caught:
            dynamodb.put_item(TableName="table", Item=item)
        answer = caught.value.response
        assert answer["Error"] == {"Code": "ProvisionedThroughputExceededException", "Message": TABLE_TEXT}
        assert answer["ThrottlingReasons"][0]["reason"] == "TableWriteProvisionedThroughputExceeded"
    finally:
        server.kill()
