"""What a table does over time, told by stored times: statuses, deletion in slices, index building, tokens, TTL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tailrace.base.clock import MovableClock
from tailrace.services.dynamodb import build_index, drop_collection
from tailrace.store import items
from tests.flow.in_process import InProcess, in_process


def definitions(*names: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": "S"} for name in names]


def keys(name: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "KeyType": "HASH"}]


async def put(node: InProcess, name: str, key: str, **more: Any) -> None:
    await node.dynamodb("PutItem", TableName=name, Item={"pk": {"S": key}, **more})


async def add_index(node: InProcess, name: str) -> None:
    created = {"IndexName": "by_color", "KeySchema": keys("color"), "Projection": {"ProjectionType": "ALL"}}
    await node.dynamodb(
        "UpdateTable",
        TableName=name,
        AttributeDefinitions=definitions("color"),
        GlobalSecondaryIndexUpdates=[{"Create": created}],
    )


async def test_a_table_cannot_be_used_before_its_time() -> None:
    async with in_process() as node:
        create = {"TableName": "table", "KeySchema": keys("pk"), "AttributeDefinitions": definitions("pk")}
        await node.dynamodb("CreateTable", **create, BillingMode="PAY_PER_REQUEST")
        request = {"TableName": "table", "Item": {"pk": {"S": "a"}}}
        assert (await node.refusal("dynamodb", "PutItem", **request))[0] == "ResourceNotFoundException"
        assert (await node.dynamodb("DescribeTable", TableName="table"))["Table"]["TableStatus"] == "CREATING"
        node.clock.advance(1)
        await node.dynamodb("PutItem", **request)
        assert (await node.dynamodb("DescribeTable", TableName="table"))["Table"]["TableStatus"] == "ACTIVE"


async def test_a_status_needs_no_process_to_change(tmp_path: Path) -> None:
    clock = MovableClock()
    async with in_process(str(tmp_path), clock) as node:
        await node.table("table")
        await node.dynamodb("UpdateTable", TableName="table", TableClass="STANDARD")
    clock.advance(1)
    async with in_process(str(tmp_path), clock) as node:
        assert (await node.dynamodb("DescribeTable", TableName="table"))["Table"]["TableStatus"] == "ACTIVE"


async def test_a_deleted_tables_rows_go_in_slices_and_its_successor_keeps_its_own() -> None:
    async with in_process() as node:
        await node.table("table")
        rows = drop_collection.SLICE_ROWS + 1
        for number in range(rows):
            await put(node, "table", f"old-{number}")
        await node.dynamodb("DeleteTable", TableName="table")
        assert await node.deliver() == []
        node.clock.advance(1)
        await node.table("table")
        await put(node, "table", "new")
        assert await node.deliver() == [drop_collection.DELIVERY_KIND]
        found = await node.dynamodb("Scan", TableName="table")
        assert found["Items"] == [{"pk": {"S": "new"}}]
        counts = await node.node.store.view(lambda tx: [items.measure(tx, number)[0] for number in (1, 2)])
        assert counts == [0, 1]


async def test_a_dropped_tables_document_goes_with_its_rows() -> None:
    async with in_process() as node:
        await node.table("table")
        await node.dynamodb("DeleteTable", TableName="table")
        node.clock.advance(1)
        assert await node.deliver() == [drop_collection.DELIVERY_KIND]
        assert (await node.dynamodb("ListTables"))["TableNames"] == []


async def test_an_index_is_built_in_slices_beside_writers() -> None:
    async with in_process() as node:
        await node.table("table")
        count = build_index.SLICE_ITEMS + 50
        for number in range(count):
            await put(node, "table", f"item-{number}", color={"S": "red"})
        await add_index(node, "table")
        node.clock.advance(1)
        table = (await node.dynamodb("DescribeTable", TableName="table"))["Table"]
        assert (table["TableStatus"], table["GlobalSecondaryIndexes"][0]["IndexStatus"]) == ("UPDATING", "CREATING")
        assert table["GlobalSecondaryIndexes"][0]["Backfilling"] is True
        query = {
            "TableName": "table",
            "IndexName": "by_color",
            "KeyConditionExpression": "color = :c",
            "ExpressionAttributeValues": {":c": {"S": "red"}},
            "Select": "COUNT",
        }
        assert (await node.refusal("dynamodb", "Query", **query))[0] == "ValidationException"
        await put(node, "table", "item-0", color={"S": "blue"})
        await put(node, "table", "item-new", color={"S": "red"})
        await node.dynamodb("DeleteItem", TableName="table", Key={"pk": {"S": "item-1"}})
        assert await node.deliver() == [build_index.DELIVERY_KIND]
        assert (await node.dynamodb("Query", **query))["Count"] == count - 1
        table = (await node.dynamodb("DescribeTable", TableName="table"))["Table"]
        assert table["GlobalSecondaryIndexes"][0]["ItemCount"] == count
        assert table["TableStatus"] == "ACTIVE"


async def test_an_index_of_a_table_that_is_gone_is_not_built() -> None:
    async with in_process() as node:
        await node.table("table")
        await add_index(node, "table")
        node.clock.advance(1)
        document = {"Scope": "000000000000/us-east-1", "TableName": "table", "TableId": "another", "IndexName": "x"}
        body = {**document, "Collection": 1, "After": ""}
        assert await node.node.store.update(lambda tx: build_index.build_slice(tx, body))


async def test_a_transactions_token_is_good_for_ten_minutes() -> None:
    async with in_process() as node:
        await node.table("table")
        one = {":one": {"N": "1"}}
        add = {"TableName": "table", "Key": {"pk": {"S": "k"}}, "UpdateExpression": "ADD n :one"}
        request = {
            "TransactItems": [{"Update": {**add, "ExpressionAttributeValues": one}}],
            "ClientRequestToken": "token",
        }
        for seconds, expected in ((0, "1"), (599, "1"), (2, "2")):
            node.clock.advance(seconds)
            await node.dynamodb("TransactWriteItems", **request)
            item = (await node.dynamodb("GetItem", TableName="table", Key={"pk": {"S": "k"}}))["Item"]
            assert item["n"] == {"N": expected}


async def test_time_to_live_can_change_again_after_an_hour() -> None:
    async with in_process() as node:
        await node.table("table")
        on, off = ({"Enabled": enabled, "AttributeName": "expires"} for enabled in (True, False))
        await node.dynamodb("UpdateTimeToLive", TableName="table", TimeToLiveSpecification=on)
        request = {"TableName": "table", "TimeToLiveSpecification": off}
        assert (await node.refusal("dynamodb", "UpdateTimeToLive", **request))[0] == "ValidationException"
        node.clock.advance(3601)
        await node.dynamodb("UpdateTimeToLive", **request)
        described = await node.dynamodb("DescribeTimeToLive", TableName="table")
        assert described["TimeToLiveDescription"] == {"TimeToLiveStatus": "DISABLED"}
