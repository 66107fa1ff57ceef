"""Shards that roll over and split, as readers of the API meet them: on a moved clock, with the real worker."""

from __future__ import annotations

import dataclasses
from typing import Any, cast

import pytest

from tailrace.base.config import Config
from tailrace.store import changes
from tailrace.store.sqlite import SqliteStore
from tailrace.workers.retention import Retention
from tailrace.workers.shards import KeepShards
from tests.flow.in_process import InProcess, in_process

STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
HOUR = 3600.0


class Streamed:
    """A table with a stream, the worker that keeps its shards, and a reader that knows where to go on."""

    def __init__(self, node: InProcess, **settings: Any) -> None:
        self.node, self.clock = node, node.clock
        node.node.config = dataclasses.replace(node.node.config, **settings)
        self.worker = KeepShards(node.node)
        self.arn = ""
        self.written = 0

    async def open(self, name: str = "table", **more: Any) -> Streamed:
        await self.node.table(name, StreamSpecification=STREAM, **more)
        self.arn = (await self.node.dynamodb("DescribeTable", TableName=name))["Table"]["LatestStreamArn"]
        return self

    async def put(self, pk: str = "k", table: str = "table", **more: Any) -> None:
        self.written += 1
        item = {"pk": {"S": pk}, "n": {"N": str(self.written)}, **more}
        await self.node.dynamodb("PutItem", TableName=table, Item=item)

    async def shards(self, **request: Any) -> list[dict[str, Any]]:
        answer = await self.node.streams("DescribeStream", StreamArn=self.arn, **request)
        found: list[dict[str, Any]] = answer["StreamDescription"]["Shards"]
        return found

    async def open_shards(self) -> list[dict[str, Any]]:
        return [each for each in await self.shards() if "EndingSequenceNumber" not in each["SequenceNumberRange"]]

    async def split(self, shard: str) -> list[str]:
        answer = await self.node.call("tailrace", "SplitShard", StreamArn=self.arn, ShardId=shard)
        assert (answer["StreamArn"], answer["ParentShardId"]) == (self.arn, shard)
        children: list[str] = answer["ChildShardIds"]
        return children

    async def iterator(self, shard: str, kind: str = "TRIM_HORIZON", **more: Any) -> str:
        request = {"StreamArn": self.arn, "ShardId": shard, "ShardIteratorType": kind, **more}
        return str((await self.node.streams("GetShardIterator", **request))["ShardIterator"])

    async def read(self, shard: str, kind: str = "TRIM_HORIZON", **more: Any) -> tuple[list[int], bool]:
        """The values `n` from there on, and whether the shard came to its end."""
        page = await self.node.streams("GetRecords", ShardIterator=await self.iterator(shard, kind, **more))
        found = [int(each["dynamodb"]["NewImage"]["n"]["N"]) for each in page["Records"]]
        return found, "NextShardIterator" not in page

    async def load(self, rounds: int, records: int, pk: str = "", **more: Any) -> None:
        """So many rounds of the worker, two seconds apart, with so many records before each."""
        for _ in range(rounds):
            for _ in range(records):
                await self.put(pk or f"p{self.written % 50}", **more)
            self.clock.advance(2)
            await self.worker.round()


async def test_a_stream_that_is_written_to_rolls_over_every_four_hours() -> None:
    async with in_process() as node:
        stream = await Streamed(node).open()
        first = await stream.shards()
        assert len(first) == 4
        await stream.put()
        stream.clock.advance(4 * HOUR - 10)
        await stream.worker.round()
        assert await stream.shards() == first
        stream.clock.advance(10)
        await stream.worker.round()
        every = await stream.shards()
        parents, children = every[:4], every[4:]
        assert [each["ShardId"] for each in parents] == [each["ShardId"] for each in first]
        assert [each["ParentShardId"] for each in children] == [each["ShardId"] for each in parents]
        for parent, child in zip(parents, children, strict=True):
            numbers, later = parent["SequenceNumberRange"], child["SequenceNumberRange"]
            assert int(numbers["StartingSequenceNumber"]) <= int(numbers["EndingSequenceNumber"])
            assert int(numbers["EndingSequenceNumber"]) < int(later["StartingSequenceNumber"])
            assert "EndingSequenceNumber" not in later
        await stream.put()
        seen = [await stream.read(each["ShardId"]) for each in every]
        assert [found for found, _ in seen if found] == [[1], [2]]
        assert [ended for _, ended in seen] == [True] * 4 + [False] * 4


async def test_streams_that_nobody_writes_to_pile_up_nothing_in_a_month() -> None:
    """Twenty tables that were written to once: a day later only what is open is left, and no more comes."""
    async with in_process() as node:
        stream = Streamed(node)
        for number in range(20):
            await stream.open(f"idle-{number}")
            await stream.put(table=f"idle-{number}")
        retention, place = Retention(node.node), cast("SqliteStore", node.node.store)
        written = []
        for _ in range(30 * 24):
            stream.clock.advance(HOUR)
            before = place.commits
            await stream.worker.round()
            written.append(place.commits - before)
            await retention.round()
        rows = await node.node.store.view(lambda tx: tx.rows("SELECT closed FROM shards"))
        assert len(rows) == 80
        assert all(closed is None for (closed,) in rows)
        assert [(hour, each) for hour, each in enumerate(written, 1) if each] == [(4, 20)], "one transaction a table"
        await stream.put(table="idle-7")
        assert len(await stream.node.node.store.view(lambda tx: tx.rows("SELECT sequence FROM changes"))) == 1


async def test_closed_shards_are_there_for_a_day() -> None:
    async with in_process() as node:
        stream = await Streamed(node).open()
        retention = Retention(node.node)
        most = 0
        for _ in range(3 * 24):
            await stream.put()
            stream.clock.advance(HOUR)
            await stream.worker.round()
            await retention.round()
            most = max(most, len(await stream.shards()))
        assert most == 4 * 8, "the open one, and one of every four hours of the last day"
        every = await stream.shards()
        names = {each["ShardId"] for each in every}
        assert all(each.get("ParentShardId", next(iter(names))) in names for each in every), "no parent that is gone"
        assert [each for each in every if "ParentShardId" not in each] == every[:4]


async def test_a_shard_is_split_on_demand() -> None:
    async with in_process() as node:
        stream = await Streamed(node).open()
        for number in range(100):
            await stream.put(f"p{number}")
        parent = (await stream.shards())[1]["ShardId"]
        low, high = await stream.split(parent)
        children = await stream.shards(ShardFilter={"Type": "CHILD_SHARDS", "ShardId": parent})
        assert [each["ShardId"] for each in children] == [low, high]
        assert all(each["ParentShardId"] == parent for each in children)
        assert len(await stream.open_shards()) == 5
        before, ended = await stream.read(parent)
        assert ended
        for number in range(100):
            await stream.put(f"p{number}")
        sizes = [len((await stream.read(each))[0]) for each in (low, high)]
        assert sum(sizes) == len(before)
        assert min(sizes) > 0.3 * sum(sizes), "it was cut where its records divide"
        assert await stream.read(parent) == (before, True)


async def test_what_cannot_be_split_is_refused() -> None:
    async with in_process() as node:
        stream = await Streamed(node).open()
        names = [each["ShardId"] for each in await stream.shards()]
        await stream.split(names[0])

        async def refusal(arn: str, shard: str) -> tuple[str, str]:
            return await node.refusal("tailrace", "SplitShard", StreamArn=arn, ShardId=shard)

        assert await refusal(stream.arn, names[0]) == (
            "ValidationException",
            f"Shard {names[0]} is closed: split one of its children",
        )
        absent = "shardId-00000000000000000000-00000000"
        missing = "Requested resource not found: Shard does not exist"
        assert await refusal(stream.arn, absent) == ("ResourceNotFoundException", missing)
        other = stream.arn.replace("2023", "2022")
        assert (await refusal(other, absent))[0] == "ResourceNotFoundException"
        assert (await refusal("arn:aws:sqs:us-east-1:000000000000:queue", absent))[0] == "ValidationException"


async def test_a_stream_has_at_most_256_open_shards() -> None:
    async with in_process() as node:
        stream = await Streamed(node, shards=256).open()
        first = (await stream.shards())[0]["ShardId"]
        code, text = await node.refusal("tailrace", "SplitShard", StreamArn=stream.arn, ShardId=first)
        assert (code, text) == ("LimitExceededException", "A stream has at most 256 open shards")


async def test_a_hot_shard_is_split_after_a_minute_and_not_for_a_burst() -> None:
    async with in_process() as node:
        stream = await Streamed(node, shards=1, split_at=5.0).open()
        await stream.load(rounds=1, records=200)
        await stream.load(rounds=60, records=2)
        assert len(await stream.shards()) == 1, "a burst, then one a second"
        await stream.load(rounds=14, records=12)
        await stream.load(rounds=16, records=2)
        assert len(await stream.shards()) == 1, "hot for half a minute"
        await stream.load(rounds=32, records=12)
        every = await stream.shards()
        assert len(every) == 3
        assert [each.get("ParentShardId") for each in every[1:]] == [every[0]["ShardId"]] * 2
        await stream.load(rounds=60, records=8)
        assert len(await stream.shards()) == 3, "its heat is divided, so neither child is hot"


async def test_bytes_make_a_shard_hot_too() -> None:
    async with in_process() as node:
        stream = await Streamed(node, shards=1, split_at=25.0).open()
        await stream.load(rounds=34, records=3, note={"S": "x" * 20_000})
        assert len(await stream.shards()) == 1 + 2, "1.5 records a second, but 30 KB"


@pytest.mark.parametrize("others", [0, 1])
async def test_a_single_hot_key_is_not_split_again_and_again(others: int) -> None:
    """All of its records would go to one child, however often it is split."""
    async with in_process() as node:
        stream = await Streamed(node, shards=1, split_at=5.0).open()
        for _ in range(40):
            await stream.load(rounds=1, records=12, pk="hot")
            await stream.load(rounds=1, records=others)
        assert len(await stream.shards()) == 1


async def test_zero_never_splits() -> None:
    async with in_process() as node:
        stream = await Streamed(node, shards=1, split_at=0.0).open()
        await stream.load(rounds=40, records=20)
        assert len(await stream.shards()) == 1


async def test_after_a_long_pause_a_shard_rolls_over_once() -> None:
    async with in_process() as node:
        stream = await Streamed(node, shards=1).open()
        await stream.put()
        stream.clock.advance(9 * 24 * HOUR)
        for _ in range(3):
            await stream.worker.round()
        assert len(await stream.shards()) == 2


async def test_a_batch_after_a_split_is_whole() -> None:
    """One transaction that writes to both children and to another table."""
    async with in_process() as node:
        stream = await Streamed(node, shards=1).open()
        await stream.split((await stream.shards())[0]["ShardId"])
        actions = [
            {"Put": {"TableName": "table", "Item": {"pk": {"S": f"p{n}"}, "n": {"N": str(n)}}}} for n in range(50)
        ]
        await node.dynamodb("TransactWriteItems", TransactItems=actions)
        found = [(await stream.read(each["ShardId"]))[0] for each in await stream.shards()]
        assert sorted(n for values in found for n in values) == list(range(50))
        assert [bool(values) for values in found] == [False, True, True]


async def test_shards_are_listed_by_pages_even_when_the_last_one_has_gone() -> None:
    async with in_process() as node:
        stream = await Streamed(node, shards=2).open()
        for _ in range(2):
            await stream.put()
            stream.clock.advance(4 * HOUR)
            await stream.worker.round()
        every = [each["ShardId"] for each in await stream.shards()]
        assert len(every) == 6
        found: list[str] = []
        request: dict[str, Any] = {"Limit": 4}
        page = (await node.streams("DescribeStream", StreamArn=stream.arn, **request))["StreamDescription"]
        found += [each["ShardId"] for each in page["Shards"]]
        assert page["LastEvaluatedShardId"] == found[-1] == every[3]
        # Before the reader comes back for the rest, the page's last shard is trimmed away.
        before = stream.clock.now() + 1
        await node.node.store.update(lambda tx: changes.trim(tx, before, 100))
        assert [each["ShardId"] for each in await stream.shards()] == every[4:]
        request["ExclusiveStartShardId"] = page["LastEvaluatedShardId"]
        page = (await node.streams("DescribeStream", StreamArn=stream.arn, **request))["StreamDescription"]
        assert [each["ShardId"] for each in page["Shards"]] == every[4:]
        assert "LastEvaluatedShardId" not in page
        assert await stream.shards(ExclusiveStartShardId="shardId-00000000000000000000-notours") == []


async def test_iterators_know_parents_from_children() -> None:
    async with in_process() as node:
        stream = await Streamed(node, shards=1).open()
        await stream.put()
        stream.clock.advance(60)
        middle = stream.clock.now()
        await stream.put()
        stream.clock.advance(4 * HOUR)
        await stream.worker.round()
        between = stream.clock.now()
        stream.clock.advance(60)
        await stream.put()
        parent, child = await stream.shards()
        last = parent["SequenceNumberRange"]["EndingSequenceNumber"]
        parent, child = parent["ShardId"], child["ShardId"]
        assert await stream.read(parent) == ([1, 2], True)
        assert await stream.read(parent, "LATEST") == ([], True), "a closed shard has no later records"
        assert await stream.read(parent, "AT_TIMESTAMP", Timestamp=middle) == ([2], True)
        assert await stream.read(parent, "AT_TIMESTAMP", Timestamp=between) == ([], True)
        assert await stream.read(child, "AT_TIMESTAMP", Timestamp=middle) == ([3], False)
        assert await stream.read(parent, "AT_SEQUENCE_NUMBER", SequenceNumber=last) == ([2], True)
        assert await stream.read(parent, "AFTER_SEQUENCE_NUMBER", SequenceNumber=last) == ([], True)
        assert await stream.read(child, "LATEST") == ([], False)
        refusal = await node.refusal(
            "dynamodbstreams",
            "GetShardIterator",
            StreamArn=stream.arn,
            ShardId=child,
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=last,
        )
        assert refusal[0] == "ValidationException", "the number is the parent's"


async def test_an_iterator_of_an_open_shard_comes_to_the_end_once_it_is_closed() -> None:
    async with in_process() as node:
        stream = await Streamed(node, shards=1).open()
        shard = (await stream.shards())[0]["ShardId"]
        await stream.put()
        page = await node.streams("GetRecords", ShardIterator=await stream.iterator(shard, "LATEST"))
        await stream.split(shard)
        assert page["Records"] == []
        page = await node.streams("GetRecords", ShardIterator=page["NextShardIterator"])
        assert (page["Records"], "NextShardIterator" in page) == ([], False)


async def test_a_trimmed_shard_is_told_apart_from_one_that_never_was() -> None:
    async with in_process() as node:
        stream = await Streamed(node, shards=1).open()
        await stream.put()
        shard = (await stream.shards())[0]["ShardId"]
        stream.clock.advance(4 * HOUR)
        await stream.worker.round()
        stream.clock.advance(24 * HOUR - 60)
        iterator = await stream.iterator(shard)
        stream.clock.advance(120)
        await Retention(node.node).round()
        assert [each["ShardId"] == shard for each in await stream.shards()] == [False]
        trimmed = ("TrimmedDataAccessException", "The data you are trying to access has been trimmed")
        assert await node.refusal("dynamodbstreams", "GetRecords", ShardIterator=iterator) == trimmed
        request = {"StreamArn": stream.arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
        missing = ("ResourceNotFoundException", "Requested resource not found: Shard does not exist")
        assert await node.refusal("dynamodbstreams", "GetShardIterator", **request) == missing


async def test_a_page_has_at_most_a_thousand_records_and_a_megabyte() -> None:
    async with in_process() as node:
        stream = await Streamed(node, shards=1).open()
        shard = (await stream.shards())[0]["ShardId"]
        for number in range(60):
            puts = [{"PutRequest": {"Item": {"pk": {"S": f"{number}-{n}"}, "n": {"N": "0"}}}} for n in range(25)]
            await node.dynamodb("BatchWriteItem", RequestItems={"table": puts})
        page = await node.streams("GetRecords", ShardIterator=await stream.iterator(shard))
        assert len(page["Records"]) == 1000
        page = await node.streams("GetRecords", ShardIterator=page["NextShardIterator"])
        assert len(page["Records"]) == 500
        for number in range(8):
            await stream.put(f"large-{number}", note={"S": "x" * 300_000})
        page = await node.streams("GetRecords", ShardIterator=page["NextShardIterator"])
        assert len(page["Records"]) == 3
        limit = await node.refusal("dynamodbstreams", "GetRecords", ShardIterator=page["NextShardIterator"], Limit=1001)
        assert limit[0] == "ValidationException"


async def test_switching_off_closes_what_is_open_and_the_worker_lets_it_be() -> None:
    async with in_process() as node:
        stream = await Streamed(node, shards=2).open()
        await stream.put()
        await node.dynamodb("UpdateTable", TableName="table", StreamSpecification={"StreamEnabled": False})
        stream.clock.advance(5 * HOUR)
        await stream.worker.round()
        assert len(await stream.shards()) == 2
        assert await stream.open_shards() == []


async def test_the_worker_looks_by_the_clock() -> None:
    async with in_process(config=Config(data="memory:", shards=1, shard_hours=1.0)) as node:
        stream = await Streamed(node).open()
        await stream.worker.start()
        await stream.put()
        for _ in range(1900):
            stream.clock.advance(2)
            for _ in range(5):
                await node.turn()
        await stream.worker.stop(1)
        assert len(await stream.shards()) == 2
