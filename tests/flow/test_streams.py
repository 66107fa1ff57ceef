"""A stream from the write to the reader: order under load, restarts, iterators that age, records that are trimmed."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from tailrace.base.clock import MovableClock
from tailrace.store import changes
from tests.conftest import RunningServer
from tests.flow.in_process import InProcess, in_process

STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}


async def streamed(node: InProcess, name: str) -> tuple[str, str]:
    """A table with a stream of one shard that has a record in it: the stream's ARN, and that shard's name."""
    await node.table(name, StreamSpecification=STREAM)
    arn = (await node.dynamodb("DescribeTable", TableName=name))["Table"]["LatestStreamArn"]
    await node.dynamodb("PutItem", TableName=name, Item={"pk": {"S": "k"}, "n": {"N": "0"}})
    for shard in (await node.streams("DescribeStream", StreamArn=arn))["StreamDescription"]["Shards"]:
        if await read(node, await begin(node, arn, shard["ShardId"])):
            return arn, shard["ShardId"]
    raise AssertionError("no shard has the record")


async def begin(node: InProcess, arn: str, shard: str, kind: str = "TRIM_HORIZON", **more: Any) -> str:
    answer = await node.streams("GetShardIterator", StreamArn=arn, ShardId=shard, ShardIteratorType=kind, **more)
    return str(answer["ShardIterator"])


async def read(node: InProcess, iterator: str) -> list[str]:
    """The numbers `n` of the records behind an iterator."""
    page = await node.streams("GetRecords", ShardIterator=iterator)
    return [record["dynamodb"]["NewImage"]["n"]["N"] for record in page["Records"]]


async def test_an_iterator_lasts_for_fifteen_minutes() -> None:
    async with in_process() as node:
        arn, shard = await streamed(node, "table")
        iterator = await begin(node, arn, shard)
        node.clock.advance(15 * 60 - 1)
        page = await node.streams("GetRecords", ShardIterator=iterator)
        node.clock.advance(2)
        refusal = await node.refusal("dynamodbstreams", "GetRecords", ShardIterator=iterator)
        assert refusal == ("ExpiredIteratorException", "The provided iterator exceeds the maximum age allowed.")
        assert await read(node, page["NextShardIterator"]) == []


async def test_a_time_is_found_among_the_records() -> None:
    async with in_process() as node:
        arn, shard = await streamed(node, "table")
        times = []
        for number in range(1, 6):
            node.clock.advance(60)
            times.append(node.clock.now())
            item = {"pk": {"S": "k"}, "n": {"N": str(number)}}
            await node.dynamodb("PutItem", TableName="table", Item=item)
        assert await read(node, await begin(node, arn, shard, "AT_TIMESTAMP", Timestamp=times[2])) == ["3", "4", "5"]
        assert await read(node, await begin(node, arn, shard, "AT_TIMESTAMP", Timestamp=times[2] + 1)) == ["4", "5"]
        future = {"ShardIteratorType": "AT_TIMESTAMP", "Timestamp": node.clock.now() + 1}
        code, _ = await node.refusal("dynamodbstreams", "GetShardIterator", StreamArn=arn, ShardId=shard, **future)
        assert code == "ValidationException"


async def test_who_comes_too_late_is_told_that_records_were_trimmed() -> None:
    async with in_process() as node:
        arn, shard = await streamed(node, "table")
        iterator = await begin(node, arn, shard)
        first = await node.streams("GetRecords", ShardIterator=iterator)
        number = first["Records"][0]["dynamodb"]["SequenceNumber"]
        node.clock.advance(60)
        await node.dynamodb("PutItem", TableName="table", Item={"pk": {"S": "k"}, "n": {"N": "1"}})
        before = node.clock.now() - 30
        await node.node.store.update(lambda tx: changes.trim(tx, before, 100))
        trimmed = ("TrimmedDataAccessException", "The data you are trying to access has been trimmed")
        assert await node.refusal("dynamodbstreams", "GetRecords", ShardIterator=iterator) == trimmed
        at = {"ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": number}
        refusal = await node.refusal("dynamodbstreams", "GetShardIterator", StreamArn=arn, ShardId=shard, **at)
        assert refusal == trimmed
        assert await read(node, await begin(node, arn, shard)) == ["1"]


async def test_an_iterator_outlives_the_process(tmp_path: Path) -> None:
    clock = MovableClock()
    async with in_process(str(tmp_path), clock) as node:
        arn, shard = await streamed(node, "table")
        iterator = await begin(node, arn, shard)
    async with in_process(str(tmp_path), clock) as node:
        assert await read(node, iterator) == ["0"]


async def test_a_stream_is_what_its_document_says_after_a_restart(tmp_path: Path) -> None:
    """Writes go on in the same shards, and numbers go on rising."""
    clock = MovableClock()
    numbers = []
    for _ in range(2):
        async with in_process(str(tmp_path), clock) as node:
            if not numbers:
                arn, shard = await streamed(node, "table")
            item = {"pk": {"S": "k"}, "n": {"N": str(len(numbers) + 1)}}
            await node.dynamodb("PutItem", TableName="table", Item=item)
            page = await node.streams("GetRecords", ShardIterator=await begin(node, arn, shard))
            numbers.append([int(each["dynamodb"]["SequenceNumber"]) for each in page["Records"]])
    assert numbers[1][:2] == numbers[0]
    assert numbers[1] == sorted(numbers[1])
    assert len(numbers[1]) == 3


async def test_the_event_id_is_the_records_own() -> None:
    """A reader that reads twice can tell that it is the same record; no two records share one."""
    async with in_process() as node:
        arn, shard = await streamed(node, "table")
        await node.dynamodb("PutItem", TableName="table", Item={"pk": {"S": "k"}, "n": {"N": "1"}})
        pages = [await node.streams("GetRecords", ShardIterator=await begin(node, arn, shard)) for _ in range(2)]
        once, again = ([record["eventID"] for record in page["Records"]] for page in pages)
        assert once == again
        assert len(set(once)) == 2


@pytest.mark.parametrize("writers", [8])
def test_each_item_has_its_changes_in_order_however_many_write(server: RunningServer, writers: int) -> None:
    dynamodb, streams = server.client("dynamodb"), server.client("dynamodbstreams")
    name, each_writes = f"ordered-{writers}", 40
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification=STREAM,
    )
    arn = dynamodb.describe_table(TableName=name)["Table"]["LatestStreamArn"]

    def write(number: int) -> None:
        client = server.client("dynamodb")
        for _ in range(each_writes):
            client.update_item(
                TableName=name,
                Key={"pk": {"S": f"item-{number % 3}"}},
                UpdateExpression="ADD n :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen: dict[str, list[int]] = {}
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        answer = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
        iterator = answer["ShardIterator"]
        while (page := streams.get_records(ShardIterator=iterator, Limit=50))["Records"]:
            for record in page["Records"]:
                image = record["dynamodb"]["NewImage"]
                seen.setdefault(image["pk"]["S"], []).append(int(image["n"]["N"]))
            iterator = page["NextShardIterator"]
    assert sum(map(len, seen.values())) == writers * each_writes
    assert all(counts == list(range(1, len(counts) + 1)) for counts in seen.values())
