"""Time to live, from UpdateTimeToLive to the record that a trigger is shown, on a clock that is moved."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from tailrace.base.clock import MovableClock
from tailrace.services.dynamodb import expiry
from tailrace.store import changes
from tailrace.workers.expiry import Expiry
from tailrace.workers.trigger_event import event_record
from tests.flow.in_process import InProcess, in_process

ON = {"Enabled": True, "AttributeName": "expires"}
OFF = {"Enabled": False, "AttributeName": "expires"}


async def put(node: InProcess, key: str, at: float | None = None, table: str = "table", **more: Any) -> None:
    item = {"pk": {"S": key}, **more}
    if at is not None:
        item["expires"] = {"N": str(int(at))}
    await node.dynamodb("PutItem", TableName=table, Item=item)


async def keys(node: InProcess, table: str = "table", **request: Any) -> list[str]:
    found = await node.dynamodb("Scan", TableName=table, **request)
    return sorted(item["pk"]["S"] for item in found["Items"])


async def state(node: InProcess) -> str:
    described = await node.dynamodb("DescribeTimeToLive", TableName="table")
    return str(described["TimeToLiveDescription"]["TimeToLiveStatus"])


async def switch(node: InProcess, wanted: dict[str, Any]) -> None:
    await node.dynamodb("UpdateTimeToLive", TableName="table", TimeToLiveSpecification=wanted)


async def test_an_item_is_there_until_its_time_and_the_worker_have_come() -> None:
    async with in_process() as node:
        await node.table("table")
        await switch(node, ON)
        await put(node, "soon", node.clock.now() + 10)
        await put(node, "never")
        worker = Expiry(node.node)
        await worker.round()
        assert await keys(node) == ["never", "soon"]
        node.clock.advance(11)
        assert await keys(node) == ["never", "soon"]
        await worker.round()
        assert await keys(node) == ["never"]


async def test_the_worker_looks_every_second_of_the_clock() -> None:
    async with in_process() as node:
        await node.table("table")
        await switch(node, ON)
        await put(node, "soon", node.clock.now() + 3)
        worker = Expiry(node.node)
        await worker.start()
        for _ in range(6):
            node.clock.advance(1)
            for _ in range(20):
                await asyncio.sleep(0)
        assert await keys(node) == []
        await worker.stop(0)


async def test_items_of_before_expire_once_they_were_looked_through() -> None:
    async with in_process() as node:
        await node.table("table")
        for number in range(expiry.BUILD_ITEMS + 20):
            await put(node, f"k{number}", node.clock.now() - 1)
        await put(node, "kept", node.clock.now() + 1000)
        await switch(node, ON)
        assert await state(node) == "ENABLING"
        assert await node.deliver() == [expiry.BUILD_KIND]
        assert await state(node) == "ENABLED"
        await Expiry(node.node).round()
        assert await keys(node) == ["kept"]


async def test_the_record_names_the_service_in_both_forms() -> None:
    stream = {"StreamEnabled": True, "StreamViewType": "OLD_IMAGE"}
    async with in_process() as node:
        await node.table("table", StreamSpecification=stream)
        await switch(node, ON)
        await put(node, "gone", node.clock.now() + 1)
        await node.dynamodb("PutItem", TableName="table", Item={"pk": {"S": "deleted"}})
        await node.dynamodb("DeleteItem", TableName="table", Key={"pk": {"S": "deleted"}})
        node.clock.advance(2)
        await Expiry(node.node).round()
        arn = (await node.dynamodb("DescribeTable", TableName="table"))["Table"]["LatestStreamArn"]
        shards = (await node.streams("DescribeStream", StreamArn=arn))["StreamDescription"]["Shards"]
        removed = {}
        for shard in shards:
            start = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
            iterator = (await node.streams("GetShardIterator", **start))["ShardIterator"]
            for record in (await node.streams("GetRecords", ShardIterator=iterator))["Records"]:
                if record["eventName"] == "REMOVE":
                    removed[record["dynamodb"]["Keys"]["pk"]["S"]] = record
        assert removed["gone"]["userIdentity"] == {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}
        assert removed["gone"]["dynamodb"]["OldImage"]["pk"] == {"S": "gone"}
        assert "userIdentity" not in removed["deleted"]
        events = await node.node.store.view(lambda tx: _events(tx, arn))
        identities = [event["userIdentity"] for event in events if "userIdentity" in event]
        assert identities == [{"type": "Service", "principalId": "dynamodb.amazonaws.com"}]


def _events(tx: Any, arn: str) -> list[dict[str, Any]]:
    """Every record as a trigger's function is handed it."""
    document = {"StreamArn": arn, "Stream": 1}
    return [
        event_record(document, change).content
        for shard in changes.shards(tx, 1)
        for change in changes.read(tx, shard.shard, 0, 100, 1 << 20)
    ]


async def test_an_item_whose_time_was_moved_is_spared() -> None:
    async with in_process() as node:
        await node.table("table")
        await switch(node, ON)
        await put(node, "moved", node.clock.now() + 1)
        node.clock.advance(2)
        await put(node, "moved", node.clock.now() + 100)
        await Expiry(node.node).round()
        assert await keys(node) == ["moved"]


async def test_indexes_lose_what_has_expired() -> None:
    index = {"IndexName": "by_color", "KeySchema": [{"AttributeName": "color", "KeyType": "HASH"}]}
    definitions = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "color")]
    async with in_process() as node:
        projected = {**index, "Projection": {"ProjectionType": "KEYS_ONLY"}}
        await node.table("table", AttributeDefinitions=definitions, GlobalSecondaryIndexes=[projected])
        await switch(node, ON)
        await put(node, "a", node.clock.now(), color={"S": "red"})
        assert await keys(node, IndexName="by_color") == ["a"]
        await Expiry(node.node).round()
        assert await keys(node, IndexName="by_color") == []


async def test_a_long_backlog_lets_writers_through_and_other_tables_too() -> None:
    async with in_process() as node:
        for name in ("table", "other"):
            await node.table(name)
            await node.dynamodb("UpdateTimeToLive", TableName=name, TimeToLiveSpecification=ON)
        for number in range(4 * expiry.EXPIRE_ITEMS):
            await put(node, f"k{number}", node.clock.now())
        await put(node, "k", node.clock.now(), table="other")
        round = asyncio.create_task(Expiry(node.node).round())
        for _ in range(1000):
            await asyncio.sleep(0)
            if not await keys(node, "other"):
                break
        await put(node, "new")
        left = await keys(node)
        assert len(left) > expiry.EXPIRE_ITEMS  # the backlog isn't through yet
        await round
        assert await keys(node) == ["new"]


async def test_what_came_due_while_no_server_ran_expires_at_the_next_start(tmp_path: Path) -> None:
    clock = MovableClock()
    async with in_process(str(tmp_path), clock) as node:
        await node.table("table")
        await switch(node, ON)
        await put(node, "a", clock.now() + 5)
    clock.advance(60)
    async with in_process(str(tmp_path), clock) as node:
        await Expiry(node.node).round()
        assert await keys(node) == []


async def test_switched_off_nothing_expires_and_on_again_by_the_new_attribute() -> None:
    async with in_process() as node:
        await node.table("table")
        await switch(node, ON)
        await put(node, "a", node.clock.now() + 4000, until={"N": "5"})
        await put(node, "b", node.clock.now() + 4000, until={"N": str(int(node.clock.now()))})
        await node.deliver()
        node.clock.advance(3601)
        request = {"TableName": "table", "TimeToLiveSpecification": OFF}
        answer = await node.dynamodb("UpdateTimeToLive", **request)
        assert answer["TimeToLiveSpecification"] == OFF
        assert await state(node) == "DISABLED"
        assert await node.deliver() == [expiry.DROP_KIND]
        node.clock.advance(3601)
        await Expiry(node.node).round()
        assert await keys(node) == ["a", "b"]
        await switch(node, {"Enabled": True, "AttributeName": "until"})
        await node.deliver()
        await Expiry(node.node).round()
        assert await keys(node) == ["a"]


async def test_a_deleted_table_leaves_no_expirations_and_its_successor_starts_without() -> None:
    async with in_process() as node:
        await node.table("table")
        await switch(node, ON)
        await put(node, "a", node.clock.now() + 5)
        await node.dynamodb("DeleteTable", TableName="table")
        node.clock.advance(1)
        await node.deliver()
        await node.table("table")
        await put(node, "a", node.clock.now() + 5)
        node.clock.advance(60)
        await Expiry(node.node).round()
        assert await state(node) == "DISABLED"
        assert await keys(node) == ["a"]
        rows = await node.node.store.view(lambda tx: tx.row("SELECT count(*) FROM expirations"))
        assert rows == (0,)


async def test_a_table_that_is_being_created_takes_no_time_to_live() -> None:
    async with in_process() as node:
        await node.table("table")
        await node.dynamodb("DeleteTable", TableName="table")
        request = {"TableName": "table", "TimeToLiveSpecification": ON}
        text = "Attempt to change a resource which is still in use: Table is being deleted: table"
        assert await node.refusal("dynamodb", "UpdateTimeToLive", **request) == ("ResourceInUseException", text)
