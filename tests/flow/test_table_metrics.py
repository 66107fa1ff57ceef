"""What is measured of tables: each kind of request to the unit, on a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tailrace.audit.entry import Entry
from tailrace.base.errors import ApiError
from tailrace.operation import REGISTRY, Call
from tailrace.services import cloudwatch
from tailrace.services.dynamodb import table_metrics
from tailrace.workers.expiry import Expiry
from tailrace.workers.metrics import KeepMetrics
from tailrace.workers.retention import Retention
from tests.flow.in_process import InProcess, in_process
from tests.flow.metrics import kept, without_times

assert cloudwatch.data, "importing the service has registered its operations"
READ, WRITE, LATENCY = "ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits", "SuccessfulRequestLatency"
BY_COLOR = {
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "color")],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by_color",
            "KeySchema": [{"AttributeName": "color", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}


async def asked(node: InProcess, operation: str, service: str = "dynamodb", **request: Any) -> Any:
    """A request as the gateway makes it, which counts it when it has its answer."""
    handler = REGISTRY.find(service, operation)
    assert handler
    entry = Entry(node.clock.now(), "request", service, operation, "127.0.0.1")
    entry.principal, entry.region, entry.ms = node.principal, node.node.config.region, 2.0
    call = Call(node.node, node.principal, service, operation, entry.region, "request", entry=entry)
    answer = None
    try:
        answer = await handler.handler(call, request)
    except ApiError as error:
        entry.error, entry.status = error.code, error.status
    table_metrics.answered(node.node, entry)
    return answer


def item(pk: str, **more: str) -> dict[str, Any]:
    return {name: {"S": value} for name, value in {"pk": pk, **more}.items()}


async def test_requests_count_their_units_items_and_time() -> None:
    async with in_process() as node:
        await node.table("table", **BY_COLOR)
        await asked(node, "PutItem", TableName="table", Item=item("a", color="red", text="x" * 1500))
        await asked(node, "PutItem", TableName="table", Item=item("b"))
        await asked(node, "GetItem", TableName="table", Key=item("a"), ConsistentRead=True)
        await asked(node, "GetItem", TableName="table", Key=item("none"))
        await asked(node, "Scan", TableName="table")
        await asked(node, "Scan", TableName="table", IndexName="by_color")
        keys = {"RequestItems": {"table": {"Keys": [item("a"), item("b")]}}}
        await asked(node, "BatchGetItem", **keys)
        writes = [{"Put": {"TableName": "table", "Item": item(pk)}} for pk in "cd"]
        await asked(node, "TransactWriteItems", TransactItems=writes)
        assert without_times(await kept(node)) == {
            (WRITE, "table"): (3, 2 + 1 + 4),  # a transaction writes twice
            (WRITE, "by_color", "table"): (1, 2),
            (READ, "table"): (4, 1 + 0.5 + 0.5 + 1),
            (READ, "by_color", "table"): (1, 0.5),
            ("ReturnedItemCount", "Scan", "table"): (2, 3),
            (LATENCY, "PutItem", "table"): 2,
            (LATENCY, "GetItem", "table"): 2,
            (LATENCY, "Scan", "table"): 2,
            (LATENCY, "BatchGetItem", "table"): 1,
            (LATENCY, "TransactWriteItems", "table"): 1,
        }


async def test_statements_count_as_what_they_stand_for() -> None:
    async with in_process() as node:
        await node.table("table")
        await node.table("other")
        texts = [f"INSERT INTO \"{name}\" VALUE {{'pk': 'a'}}" for name in ("table", "other")]
        await asked(node, "BatchExecuteStatement", Statements=[{"Statement": text} for text in texts])
        await asked(node, "ExecuteStatement", Statement='SELECT * FROM "table"')
        assert without_times(await kept(node)) == {
            (WRITE, "table"): (1, 1),
            (WRITE, "other"): (1, 1),
            (READ, "table"): (1, 0.5),
            ("ReturnedItemCount", "ExecuteStatement", "table"): (1, 1),
            (LATENCY, "BatchExecuteStatement", "table"): 1,
            (LATENCY, "BatchExecuteStatement", "other"): 1,
            (LATENCY, "ExecuteStatement", "table"): 1,
        }


async def test_refusals_count_by_their_kind_and_take_no_units() -> None:
    async with in_process() as node:
        await node.table("table")
        await node.dynamodb("PutItem", TableName="table", Item=item("a"))
        await KeepMetrics(node.node).round()
        node.node.measurements.take()
        new = {"ConditionExpression": "attribute_not_exists(pk)"}
        await asked(node, "PutItem", TableName="table", Item=item("a"), **new)
        await asked(node, "PutItem", TableName="table", Item={"other": {"S": "a"}})
        await asked(node, "PutItem", TableName="nothing", Item=item("a"))
        assert await kept(node) == {
            ("ConditionalCheckFailedRequests", "table"): (1, 1),
            ("UserErrors",): (2, 2),
        }


class Standing:
    """A store in the place of another one, which updates in another way."""

    def __init__(self, store: Any, update: Callable[..., Awaitable[Any]]) -> None:
        self._store, self.update = store, update

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


async def test_a_closure_that_runs_again_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with in_process() as node:
        await node.table("table")
        store = node.node.store

        async def twice(change: Any, **how: Any) -> Any:
            await store.update(change, **how)
            return await store.update(change, **how)

        with monkeypatch.context() as patch:
            patch.setattr(node.node, "store", Standing(store, twice))
            await asked(node, "PutItem", TableName="table", Item=item("a"))
        assert without_times(await kept(node)) == {(WRITE, "table"): (1, 1), (LATENCY, "PutItem", "table"): 1}


async def test_throttling_counts_requests_and_events() -> None:
    async with in_process(config=None) as node:
        node.node.config = node.node.config.__class__(throttle=True)
        one = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
        await node.table("table", BillingMode="PROVISIONED", ProvisionedThroughput=one)
        big = item("a", text="x" * 300 * 1024)
        await asked(node, "PutItem", TableName="table", Item=big)
        await asked(node, "PutItem", TableName="table", Item=item("b"))
        requests = {"table": [{"PutRequest": {"Item": item(pk)}} for pk in "cde"]}
        await asked(node, "BatchWriteItem", RequestItems=requests)
        figures = without_times(await kept(node))
        assert figures["WriteThrottleEvents", "table"] == (4, 4)
        assert figures["ThrottledRequests", "PutItem", "table"] == (1, 1)
        assert figures["ThrottledRequests", "BatchWriteItem", "table"] == (1, 1)
        assert figures[WRITE, "table"] == (1, 301)


async def test_expired_items_count_when_they_are_deleted() -> None:
    async with in_process() as node:
        await node.table("table")
        expires = {"Enabled": True, "AttributeName": "until"}
        await node.dynamodb("UpdateTimeToLive", TableName="table", TimeToLiveSpecification=expires)
        node.clock.advance(3600)
        for pk in "abc":
            until = {"until": {"N": str(int(node.clock.now()) - 10)}}
            await node.dynamodb("PutItem", TableName="table", Item={**item(pk), **until})
        await Expiry(node.node).round()
        assert (await kept(node))["TimeToLiveDeletedItemCount", "table"] == (3, 3)


async def test_readers_of_a_stream_count_what_they_get() -> None:
    async with in_process() as node:
        await node.table("table", StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
        await node.dynamodb("PutItem", TableName="table", Item=item("a"))
        [stream] = (await node.streams("ListStreams", TableName="table"))["Streams"]
        shards = (await node.streams("DescribeStream", StreamArn=stream["StreamArn"]))["StreamDescription"]["Shards"]
        where = {"StreamArn": stream["StreamArn"], "ShardIteratorType": "TRIM_HORIZON"}
        for shard in shards:
            got = await node.streams("GetShardIterator", **where, ShardId=shard["ShardId"])
            await asked(node, "GetRecords", "dynamodbstreams", ShardIterator=got["ShardIterator"])
        figures = without_times(await kept(node))
        label = stream["StreamLabel"]
        assert figures["ReturnedRecordsCount", "GetRecords", label, "table"] == (len(shards), 1)
        assert figures[LATENCY, "GetRecords", label, "table"] == len(shards)


async def test_metrics_are_forgotten_after_fifteen_days_and_those_of_now_stay() -> None:
    async with in_process() as node:
        await node.table("table")
        await asked(node, "PutItem", TableName="table", Item=item("a"))
        await kept(node)
        node.clock.advance(15 * 24 * 3600 - 120)
        await asked(node, "GetItem", TableName="table", Key=item("a"))
        await kept(node)
        await Retention(node.node).round()

        async def minutes() -> int:
            return int((await node.node.store.view(lambda tx: tx.rows("SELECT count(*) FROM metric_minutes")))[0][0])

        assert await minutes() == 4
        node.clock.advance(180)
        await Retention(node.node).round()
        assert await minutes() == 2


async def test_a_minute_that_cannot_be_written_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    async with in_process() as node:
        await node.table("table")
        await asked(node, "PutItem", TableName="table", Item=item("a"))
        keeper = KeepMetrics(node.node)

        async def away(*_: Any, **__: Any) -> None:
            raise OSError("the disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(node.node, "store", Standing(node.node.store, away))
            node.clock.advance(60)
            await keeper.round()
        start = node.clock.now() // 60 * 60 - 60
        await keeper.round()
        asked_for = {"StartTime": start, "EndTime": start + 60, "Period": 60, "Statistics": ["Sum"]}
        metric = {"Namespace": "AWS/DynamoDB", "MetricName": WRITE}
        dimensions = [{"Name": "TableName", "Value": "table"}]
        told = await node.call("cloudwatch", "GetMetricStatistics", **metric, Dimensions=dimensions, **asked_for)
        assert [point["Sum"] for point in told["Datapoints"]] == [1]
