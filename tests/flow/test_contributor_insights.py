"""What contributor insights count: every kind of operation to the unit, on a clock that is moved by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tailrace.base.errors import ApiError
from tailrace.base.token_bucket import Buckets
from tailrace.services.dynamodb import insights
from tailrace.services.dynamodb.insights_report import Report
from tailrace.services.dynamodb.table import KIND
from tailrace.store import resources
from tailrace.store.engine import Transaction
from tailrace.store.sqlite import SqliteStore
from tailrace.workers.insights import KeepInsights
from tailrace.workers.retention import Retention
from tests.flow.in_process import InProcess, in_process

WRITE = 3.0  # ConsumedThroughputUnits of one write unit
Counts = Counter[tuple[str, ...]]


def key(pk: str, sk: int) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"N": str(sk)}}


def partition(pk: str) -> dict[str, Any]:
    values = {":pk": {"S": pk}}
    return {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": values}


def schema(hash_name: str, range_name: str = "") -> list[dict[str, str]]:
    keys = [{"AttributeName": hash_name, "KeyType": "HASH"}]
    return [*keys, {"AttributeName": range_name, "KeyType": "RANGE"}] if range_name else keys


async def enable(node: InProcess, **more: Any) -> None:
    await node.dynamodb("UpdateContributorInsights", TableName="table", ContributorInsightsAction="ENABLE", **more)


@asynccontextmanager
async def counted(data: str = "memory:", **more: Any) -> AsyncIterator[InProcess]:
    """A node with a table, a global index and a local one, that are counted."""
    types = {"pk": "S", "sk": "N", "color": "S", "rank": "N"}
    every = {"Projection": {"ProjectionType": "ALL"}}
    own = {"ProvisionedThroughput": more["ProvisionedThroughput"]} if "ProvisionedThroughput" in more else {}
    async with in_process(data) as node:
        await node.table(
            "table",
            **more,
            KeySchema=schema("pk", "sk"),
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()],
            GlobalSecondaryIndexes=[{"IndexName": "by_color", "KeySchema": schema("color"), **every, **own}],
            LocalSecondaryIndexes=[
                {
                    "IndexName": "by_rank",
                    "KeySchema": schema("pk", "rank"),
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            ],
        )
        await enable(node)
        await enable(node, IndexName="by_color")
        yield node


async def reported(node: InProcess, kind: str, index: str = "", **more: Any) -> Report:
    """The report of the last hour, by the name of the rule that DescribeContributorInsights tells."""
    named = {"IndexName": index} if index else {}
    told = await node.dynamodb("DescribeContributorInsights", TableName="table", **named)
    [rule] = [name for name in told["ContributorInsightsRuleList"] if f"-{kind}-" in name]
    now, scope = node.clock.now(), f"{node.node.config.account}/{node.node.config.region}"

    def read(tx: Transaction) -> Report | None:
        document = resources.get(tx, KIND, scope, "table")
        assert document
        return insights.report(tx, document, rule, now - 3600, now, **{"limit": 100, **more})

    found = await node.node.store.view(read)
    assert found
    return found


async def kept(node: InProcess, kind: str, index: str = "") -> Counts:
    """All counts of a rule, after the minute is over and kept. They must be exact, for they are few."""
    node.clock.advance(60)
    await KeepInsights(node.node).round()
    found = await reported(node, kind, index)
    assert not any(each.error for each in found.contributors)
    assert found.total == pytest.approx(sum(each.value for each in found.contributors))
    return Counter({each.keys: each.value for each in found.contributors})


class Ledger:
    """What the table and its index are expected to have counted."""

    def __init__(self) -> None:
        self.pairs: Counts = Counter()
        self.partitions: Counts = Counter()
        self.colors: Counts = Counter()

    def item(self, pk: str, sk: int, units: float) -> None:
        self.pairs[pk, str(sk)] += units  # type: ignore[assignment]
        self.partitions[pk,] += units  # type: ignore[assignment]

    def color(self, color: str, units: float) -> None:
        self.colors[color,] += units  # type: ignore[assignment]

    async def check(self, node: InProcess) -> None:
        assert await kept(node, "PKC") == self.partitions
        assert await kept(node, "SKC") == self.pairs
        assert await kept(node, "PKC", "by_color") == self.colors
        for index in ("", "by_color"):
            assert await kept(node, "PKT", index) == {}


async def put(node: InProcess, pk: str, sk: int, **more: Any) -> None:
    await node.dynamodb("PutItem", TableName="table", Item={**key(pk, sk), **more})


async def update(node: InProcess, pk: str, sk: int, expression: str, value: str) -> None:
    request = {"Key": key(pk, sk), "UpdateExpression": expression, "ExpressionAttributeValues": {":v": {"S": value}}}
    await node.dynamodb("UpdateItem", TableName="table", **request)


async def test_writes_of_one_item_count_three_a_unit_with_their_index_entries() -> None:
    ledger = Ledger()
    async with counted() as node:
        await put(node, "a", 1, color={"S": "red"})
        ledger.item("a", 1, WRITE)
        ledger.color("red", WRITE)
        await put(node, "a", 2, body={"S": "x" * 1500})
        ledger.item("a", 2, 2 * WRITE)
        await update(node, "a", 1, "SET color = :v", "blue")  # the entry leaves one partition for another
        ledger.item("a", 1, WRITE)
        ledger.color("red", WRITE)
        ledger.color("blue", WRITE)
        await update(node, "a", 1, "SET note = :v", "more")
        ledger.item("a", 1, WRITE)
        ledger.color("blue", WRITE)
        await node.dynamodb("DeleteItem", TableName="table", Key=key("a", 1))
        ledger.item("a", 1, WRITE)
        ledger.color("blue", WRITE)
        await node.dynamodb("DeleteItem", TableName="table", Key=key("b", 7))
        ledger.item("b", 7, WRITE)
        await put(node, "c", 1, rank={"N": "5"})  # a local index's entry is the table's
        ledger.item("c", 1, 2 * WRITE)
        with pytest.raises(ApiError, match="conditional"):
            await node.dynamodb("DeleteItem", TableName="table", Key=key("c", 1), Expected={"pk": {"Exists": False}})
        await ledger.check(node)


async def test_reads_count_the_key_and_pages_share_their_units_among_the_rows() -> None:
    ledger = Ledger()
    async with counted() as node:
        for sk in (1, 2):
            await put(node, "b", sk)
            ledger.item("b", sk, WRITE)
        await node.dynamodb("GetItem", TableName="table", Key=key("b", 1), ConsistentRead=True)
        ledger.item("b", 1, 1.0)
        await node.dynamodb("GetItem", TableName="table", Key=key("nobody", 9))
        ledger.item("nobody", 9, 0.5)
        await node.dynamodb("Query", TableName="table", **partition("b"), ConsistentRead=True)
        await node.dynamodb("Scan", TableName="table", ConsistentRead=True)
        never = {"FilterExpression": "sk = :none", "ExpressionAttributeValues": {":none": {"N": "0"}}}
        await node.dynamodb("Scan", TableName="table", ConsistentRead=True, **never)  # what is read counts, not shown
        for sk in (1, 2):
            ledger.item("b", sk, 1.5)
        await node.dynamodb("Query", TableName="table", **partition("empty"))
        ledger.partitions["empty",] += 0.5  # type: ignore[assignment]
        await put(node, "f", 1, rank={"N": "5"}, color={"S": "green"})
        ledger.item("f", 1, 2 * WRITE)
        ledger.color("green", WRITE)
        request = {**partition("f"), "IndexName": "by_rank", "Select": "ALL_ATTRIBUTES"}
        await node.dynamodb("Query", TableName="table", **request)
        ledger.item("f", 1, 1.0)  # the entry, and the item behind it
        of_color = {"KeyConditionExpression": "color = :c", "ExpressionAttributeValues": {":c": {"S": "green"}}}
        await node.dynamodb("Query", TableName="table", IndexName="by_color", **of_color)
        await node.dynamodb("Scan", TableName="table", IndexName="by_color")
        ledger.color("green", 1.0)
        await ledger.check(node)


async def test_batches_and_transactions_count_each_of_their_items() -> None:
    ledger = Ledger()
    async with counted() as node:
        items = [{"PutRequest": {"Item": key("b", sk)}} for sk in (1, 2)]
        written = [*items, {"DeleteRequest": {"Key": key("a", 1)}}]
        await node.dynamodb("BatchWriteItem", RequestItems={"table": written})
        for pk, sk in (("b", 1), ("b", 2), ("a", 1)):
            ledger.item(pk, sk, WRITE)
        keys = [key("b", 1), key("nobody", 1)]
        await node.dynamodb("BatchGetItem", RequestItems={"table": {"Keys": keys}})
        for pk, sk in (("b", 1), ("nobody", 1)):
            ledger.item(pk, sk, 0.5)
        check = {"Key": key("b", 1), "ConditionExpression": "attribute_exists(pk)", "TableName": "table"}
        made = {"Item": {**key("c", 1), "color": {"S": "red"}}, "TableName": "table"}
        gone = {"Key": key("b", 2), "TableName": "table"}
        actions: list[dict[str, Any]] = [{"ConditionCheck": check}, {"Put": made}, {"Delete": gone}]
        for _ in range(2):  # the second is the first's repetition, and does nothing
            await node.dynamodb("TransactWriteItems", TransactItems=actions, ClientRequestToken="token")
        for pk, sk in (("b", 1), ("c", 1), ("b", 2)):
            ledger.item(pk, sk, 2 * WRITE)
        ledger.color("red", 2 * WRITE)
        gets = [{"Get": {"TableName": "table", "Key": each}} for each in (key("c", 1), key("nobody", 2))]
        await node.dynamodb("TransactGetItems", TransactItems=gets)
        for pk, sk in (("c", 1), ("nobody", 2)):
            ledger.item(pk, sk, 2.0)
        impossible = {"Update": {**gone, "ConditionExpression": "attribute_exists(pk)", "UpdateExpression": "SET x=:x"}}
        impossible["Update"]["ExpressionAttributeValues"] = {":x": {"N": "1"}}
        with pytest.raises(ApiError, match="ConditionalCheckFailed"):
            await node.dynamodb("TransactWriteItems", TransactItems=[{"Put": made}, impossible])
        await ledger.check(node)


async def test_statements_count_as_what_they_stand_for() -> None:
    ledger = Ledger()
    where = "WHERE pk = 'd' AND sk = 1"
    async with counted() as node:
        statements = (
            ("INSERT INTO \"table\" VALUE {'pk': 'd', 'sk': 1}", WRITE),
            (f"UPDATE \"table\" SET note = 'x' {where}", WRITE),
            (f'SELECT * FROM "table" {where}', 0.5),
            ("SELECT * FROM \"table\" WHERE pk = 'd'", 0.5),
            ('SELECT * FROM "table"', 0.5),
        )
        for statement, units in statements:
            await node.dynamodb("ExecuteStatement", Statement=statement)
            ledger.item("d", 1, units)
        await node.dynamodb("BatchExecuteStatement", Statements=[{"Statement": f'SELECT * FROM "table" {where}'}])
        ledger.item("d", 1, 0.5)
        await node.dynamodb("ExecuteTransaction", TransactStatements=[{"Statement": f'SELECT * FROM "table" {where}'}])
        ledger.item("d", 1, 2.0)
        insert = "INSERT INTO \"table\" VALUE {'pk': 'e', 'sk': 1, 'color': 'red'}"
        await node.dynamodb("ExecuteTransaction", TransactStatements=[{"Statement": insert}])
        ledger.item("e", 1, 2 * WRITE)
        ledger.color("red", 2 * WRITE)
        await node.dynamodb("ExecuteStatement", Statement=f'DELETE FROM "table" {where}')
        ledger.item("d", 1, WRITE)
        await ledger.check(node)


def units(read: int, write: int) -> dict[str, Any]:
    return {
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": {"ReadCapacityUnits": read, "WriteCapacityUnits": write},
    }


async def refused(node: InProcess, name: str, **request: Any) -> None:
    with pytest.raises(ApiError, match=r"throughput|Transaction cancelled.*ProvisionedThroughputExceeded"):
        await node.dynamodb(name, **request)


async def test_throttled_requests_count_once_for_each_key() -> None:
    throttles: Counts = Counter()
    partitions: Counts = Counter()

    def throttled(pk: str, *sks: int) -> None:
        for sk in sks:
            throttles[pk, str(sk)] += 1
        partitions[pk,] += len(sks)

    async with counted(**units(1, 1)) as node:
        node.node.config = replace(node.node.config, throttle=True)
        for sk in range(3):
            await put(node, "big", sk, body={"S": "x" * 102_000})
        for _ in range(2):
            await refused(node, "PutItem", TableName="table", Item=key("late", 1))
        await refused(node, "DeleteItem", TableName="table", Key=key("late", 2))
        throttled("late", 1, 1, 2)
        batch = [{"PutRequest": {"Item": key("batch", sk)}} for sk in (1, 2)]
        await refused(node, "BatchWriteItem", RequestItems={"table": batch})
        throttled("batch", 1, 2)
        puts = [{"Put": {"TableName": "table", "Item": key("tx", sk)}} for sk in (1, 2)]
        await refused(node, "TransactWriteItems", TransactItems=puts)
        throttled("tx", 1, 2)
        insert = "INSERT INTO \"table\" VALUE {'pk': 'ql', 'sk': 1}"
        await refused(node, "ExecuteStatement", Statement=insert)
        throttled("ql", 1)
        for _ in range(4):  # 75 units each, of 300
            await node.dynamodb("Scan", TableName="table", ConsistentRead=True)
        await refused(node, "GetItem", TableName="table", Key=key("read", 1))
        throttled("read", 1)
        keys = {"Keys": [key("read", sk) for sk in (1, 2, 3)]}
        await refused(node, "BatchGetItem", RequestItems={"table": keys})
        throttled("read", 1, 2, 3)
        gets = [{"Get": {"TableName": "table", "Key": key("read", 4)}}]
        await refused(node, "TransactGetItems", TransactItems=gets)
        throttled("read", 4)
        await refused(node, "Query", TableName="table", **partition("queried"))
        partitions["queried",] += 1
        await refused(node, "Scan", TableName="table")  # names no key
        assert await kept(node, "SKT") == throttles
        assert await kept(node, "PKT") == partitions
        assert set(await kept(node, "PKC")) == {("big",)}


@pytest.fixture
def races(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every closure that refuses runs again, as where it had gone by what others have changed meanwhile."""

    def lose(run: Any) -> Any:
        async def twice(self: Any, closure: Any, **options: Any) -> Any:
            try:
                return await run(self, closure, **options)
            except ApiError:
                return await run(self, closure, **options)

        return twice

    monkeypatch.setattr(SqliteStore, "view", lose(SqliteStore.view))
    monkeypatch.setattr(SqliteStore, "update", lose(SqliteStore.update))


async def test_a_refusal_counts_once_however_often_its_closure_runs(request: pytest.FixtureRequest) -> None:
    async with counted(**units(1, 1)) as node:
        node.node.config = replace(node.node.config, throttle=True)
        for sk in range(3):
            await put(node, "big", sk, body={"S": "x" * 102_000})
        for _ in range(4):
            await node.dynamodb("Scan", TableName="table", ConsistentRead=True)
        request.getfixturevalue("races")
        await refused(node, "PutItem", TableName="table", Item=key("k", 1))
        batch = [{"PutRequest": {"Item": key("k", 2)}}]
        await refused(node, "BatchWriteItem", RequestItems={"table": batch})
        puts = [{"Put": {"TableName": "table", "Item": key("k", sk)}} for sk in (3, 4)]
        await refused(node, "TransactWriteItems", TransactItems=puts)
        await refused(node, "GetItem", TableName="table", Key=key("k", 5))
        await refused(node, "BatchGetItem", RequestItems={"table": {"Keys": [key("k", 6)]}})
        gets = [{"Get": {"TableName": "table", "Key": key("k", 7)}}]
        await refused(node, "TransactGetItems", TransactItems=gets)
        insert = "INSERT INTO \"table\" VALUE {'pk': 'k', 'sk': 8}"
        await refused(node, "ExecuteStatement", Statement=insert)
        await refused(node, "Query", TableName="table", **partition("k"))
        assert await kept(node, "SKT") == {("k", str(sk)): 1 for sk in range(1, 9)}
        assert await kept(node, "PKT") == {("k",): 9}


async def test_of_a_transaction_that_is_cancelled_what_was_refused_alone_counts() -> None:
    async with counted(**units(1, 1000)) as node:
        node.node.config = replace(node.node.config, throttle=True)
        for sk in range(3):
            await put(node, "big", sk, body={"S": "x" * 250_000})
        gets = [{"Get": {"TableName": "table", "Key": key("big", sk)}} for sk in range(3)]
        await node.dynamodb("GetItem", TableName="table", Key=key("big", 0), ConsistentRead=True)  # 62 of 300 units
        await refused(node, "TransactGetItems", TransactItems=gets)  # 124 each: the third finds nothing left
        assert await kept(node, "SKT") == {("big", "2"): 1}
        written = 245 * WRITE
        assert await kept(node, "SKC") == {("big", str(sk)): written + (62 if sk == 0 else 0) for sk in range(3)}


async def test_of_a_batch_that_is_done_in_part_each_item_counts_where_it_belongs() -> None:
    async with counted(**units(100, 1)) as node:
        node.node.config = replace(node.node.config, throttle=True)
        await put(node, "big", 0, body={"S": "x" * 295 * 1024})  # 296 units of 300
        body = {"S": "x" * 3000}
        batch = [{"PutRequest": {"Item": {**key(f"k{n}", 1), "body": body}}} for n in range(4)]
        answer = await node.dynamodb("BatchWriteItem", RequestItems={"table": batch})
        left = [each["PutRequest"]["Item"]["pk"]["S"] for each in answer["UnprocessedItems"]["table"]]
        assert len(left) == 2
        assert await kept(node, "PKT") == {(pk,): 1 for pk in left}
        done = {(f"k{n}",): 3 * WRITE for n in range(4) if f"k{n}" not in left}
        assert await kept(node, "PKC") == {("big",): 296 * WRITE, **done}


async def test_what_an_index_has_no_room_for_is_not_counted_as_throttled() -> None:
    async with counted(**units(1000, 1000)) as node:
        table = await node.dynamodb("DescribeTable", TableName="table")
        change = {"IndexName": "by_color", "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}}
        assert table["Table"]["TableStatus"] == "ACTIVE"
        await node.dynamodb("UpdateTable", TableName="table", GlobalSecondaryIndexUpdates=[{"Update": change}])
        node.clock.advance(1)
        node.node.config = replace(node.node.config, throttle=True)
        for sk in range(4):
            await put(node, "a", sk, color={"S": "red"}, body={"S": "x" * 90_000})
        await refused(node, "PutItem", TableName="table", Item={**key("late", 1), "color": {"S": "red"}})
        of_color = {"KeyConditionExpression": "color = :c", "ExpressionAttributeValues": {":c": {"S": "red"}}}
        for _ in range(7):
            await node.dynamodb("Query", TableName="table", IndexName="by_color", **of_color)
        await refused(node, "Query", TableName="table", IndexName="by_color", **of_color)
        assert await kept(node, "PKT") == {}
        assert await kept(node, "PKT", "by_color") == {("red",): 1}


async def test_throttled_keys_alone_are_counted_in_their_mode_and_nothing_when_disabled() -> None:
    async with counted(**units(1, 1)) as node:
        await enable(node, ContributorInsightsMode="THROTTLED_KEYS")
        node.node.config = replace(node.node.config, throttle=True)
        await put(node, "a", 1, body={"S": "x" * 350_000})
        await refused(node, "PutItem", TableName="table", Item=key("late", 1))
        await enable(node)
        assert await kept(node, "PKT") == {("late",): 1}
        assert await kept(node, "PKC") == {}
        for index in ({}, {"IndexName": "by_color"}):
            request = {"TableName": "table", "ContributorInsightsAction": "DISABLE", **index}
            await node.dynamodb("UpdateContributorInsights", **request)
        node.node.buckets = Buckets()
        await put(node, "b", 1, color={"S": "red"})
        assert node.node.contributors.take() == {}


async def test_a_report_adds_up_minutes_and_shows_each() -> None:
    async with counted() as node:
        start = node.clock.now() // 60 * 60
        for minute in range(3):
            for _ in range(minute + 1):
                await put(node, "a", minute)
            node.clock.advance(60)
        await put(node, "b", 1)
        await KeepInsights(node.node).round()
        found = await reported(node, "PKC", limit=1)
        assert (found.labels, found.total) == (("pk",), 6 * WRITE)
        [largest] = found.contributors
        assert (largest.keys, largest.value) == (("a",), 6 * WRITE)
        assert largest.points == tuple((start + 60 * n, (n + 1) * WRITE) for n in range(3))
        assert (await reported(node, "SKC")).labels == ("pk", "sk")
        assert [each.keys for each in (await reported(node, "SKC", limit=1)).contributors] == [("a", "2")]


async def test_at_the_end_everything_is_kept_and_a_minute_goes_on_after_a_restart(tmp_path: Path) -> None:
    async with counted(str(tmp_path)) as node:
        await put(node, "a", 1)
        worker = KeepInsights(node.node)
        await worker.start()
        await worker.stop(1)
    async with in_process(str(tmp_path)) as again:
        again.clock.advance(1)
        await put(again, "a", 1)
        assert await kept(again, "SKC") == {("a", "1"): 2 * WRITE}


async def test_what_can_not_be_written_down_is_kept_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    async with counted() as node:
        await put(node, "a", 1)
        node.clock.advance(60)
        with monkeypatch.context() as broken:

            async def update(change: Any) -> Any:
                raise OSError("no disk")

            broken.setattr(type(node.node.store), "update", lambda store, change: update(change))
            await KeepInsights(node.node).round()
        assert await kept(node, "PKC") == {("a",): WRITE}


async def test_counts_are_forgotten_after_fifteen_days() -> None:
    async with counted() as node:
        await put(node, "a", 1)
        assert await kept(node, "PKC") == {("a",): WRITE}
        then = node.clock.now()
        node.clock.advance(15 * 86_400 - 600)
        await Retention(node.node).round()
        rows = "SELECT count(*) FROM insight_counts"
        assert await node.node.store.view(lambda tx: tx.row(rows)) != (0,)
        node.clock.advance(then + 15 * 86_400 - node.clock.now())
        await Retention(node.node).round()
        assert await node.node.store.view(lambda tx: tx.row(rows)) == (0,)


async def test_only_an_active_table_or_index_is_enabled() -> None:
    text = (
        "Table or Index is not in a valid state to update Key Access Insights: {} must be ACTIVE to enable "
        "ContributorInsights."
    )
    request = {"TableName": "table", "ContributorInsightsAction": "ENABLE"}
    async with in_process() as node:
        definitions = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "color")]
        made = {"TableName": "table", "KeySchema": schema("pk"), "AttributeDefinitions": definitions[:1]}
        await node.dynamodb("CreateTable", **made, BillingMode="PAY_PER_REQUEST")
        found = await node.refusal("dynamodb", "UpdateContributorInsights", **request)
        assert found == ("ValidationException", text.format("TableStatus"))
        node.clock.advance(1)
        index = {"IndexName": "by_color", "KeySchema": schema("color"), "Projection": {"ProjectionType": "ALL"}}
        change = {"AttributeDefinitions": definitions, "GlobalSecondaryIndexUpdates": [{"Create": index}]}
        await node.dynamodb("UpdateTable", TableName="table", **change)
        found = await node.refusal("dynamodb", "UpdateContributorInsights", **request, IndexName="by_color")
        assert found == ("ValidationException", text.format("IndexStatus"))
        await node.dynamodb("UpdateContributorInsights", **request)  # of a table that is being updated
        while await node.deliver():
            node.clock.advance(1)
        await node.dynamodb("DeleteTable", TableName="table")
        off = {**request, "ContributorInsightsAction": "DISABLE"}
        assert (await node.dynamodb("UpdateContributorInsights", **off))["ContributorInsightsStatus"] == "DISABLING"
        found = await node.refusal("dynamodb", "UpdateContributorInsights", **request)
        assert found == ("ValidationException", text.format("TableStatus"))
        node.clock.advance(1)
        assert (await node.refusal("dynamodb", "UpdateContributorInsights", **off))[0] == "ResourceNotFoundException"


async def test_insights_go_with_their_index_and_a_later_one_of_its_name_has_none() -> None:
    async with counted() as node:
        change: dict[str, Any] = {"Delete": {"IndexName": "by_color"}}
        await node.dynamodb("UpdateTable", TableName="table", GlobalSecondaryIndexUpdates=[change])
        listed = await node.dynamodb("ListContributorInsights", TableName="table")
        assert len(listed["ContributorInsightsSummaries"]) == 2
        node.clock.advance(1)
        assert [each.get("IndexName") for each in await summaries(node)] == [None]
        await node.deliver()
        index = {"IndexName": "by_color", "KeySchema": schema("color"), "Projection": {"ProjectionType": "ALL"}}
        more = {"AttributeDefinitions": [{"AttributeName": "color", "AttributeType": "S"}]}
        create = [{"Create": index}]
        await node.dynamodb("UpdateTable", TableName="table", GlobalSecondaryIndexUpdates=create, **more)
        while await node.deliver():
            node.clock.advance(1)
        told = await node.dynamodb("DescribeContributorInsights", TableName="table", IndexName="by_color")
        assert told["ContributorInsightsStatus"] == "DISABLED"
        await put(node, "a", 1, color={"S": "red"})
        await enable(node, IndexName="by_color")
        assert len(await summaries(node)) == 2
        assert await kept(node, "PKC", "by_color") == {}
        assert await kept(node, "PKC") == {("a",): WRITE}


async def summaries(node: InProcess) -> list[dict[str, Any]]:
    answer = await node.dynamodb("ListContributorInsights")
    return list(answer["ContributorInsightsSummaries"])
