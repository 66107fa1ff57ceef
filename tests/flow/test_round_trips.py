"""How often an operation goes to PostgreSQL and back: once for a read, at most three times for a write, however many
items it has. Counted are the exchanges of its links, each of which is one message out and the answers to it.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tailrace.services.dynamodb import expiry
from tailrace.store.postgresql.link import Link
from tests.flow.in_process import InProcess, in_process
from tests.postgres import Databases

INDEXES = [
    {
        "IndexName": name,
        "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    for name in ("color", "size")
]
INDEXED = {
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "color", "size")],
    "GlobalSecondaryIndexes": INDEXES,
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
}
TABLES = ("plain", "indexed")


class Trips:
    """Counts exchanges, not those of the thread that tells other nodes, for which nobody waits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        begun = Link._exchange

        def counted(link: Link) -> Any:
            self.count += threading.current_thread().name != "tailrace-signals"
            return begun(link)

        monkeypatch.setattr(Link, "_exchange", counted)

    @contextmanager
    def at_most(self, most: int) -> Iterator[None]:
        """What is done here takes one trip at least, and `most` at most."""
        before = self.count
        yield
        assert 1 <= self.count - before <= most, f"{self.count - before} round trips"


@pytest.fixture
async def node(databases: Databases) -> AsyncIterator[InProcess]:
    async with in_process(databases.new()) as opened:
        await opened.table("plain")
        await opened.table("indexed", **INDEXED)
        for name in TABLES:  # from now on the tables' documents are known, and the kinds of closures that ask
            for _ in range(2):
                await opened.dynamodb("PutItem", TableName=name, Item=item("known"))
                await opened.dynamodb("GetItem", TableName=name, Key=key("known"))
        yield opened
    databases.drop()


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> Trips:
    return Trips(monkeypatch)


def key(name: str) -> dict[str, Any]:
    return {"pk": {"S": name}}


def item(name: str, **more: str) -> dict[str, Any]:
    return {**key(name), **{attribute: {"S": value} for attribute, value in more.items()}}


def put(table: str, number: int, size: str = "small") -> dict[str, Any]:
    return {"Put": {"TableName": table, "Item": item(f"k{number}", color=f"c{number}", size=size)}}


@pytest.mark.parametrize("table", TABLES)
async def test_a_write_of_one_item(node: InProcess, trips: Trips, table: str) -> None:
    for size in ("small", "large"):
        with trips.at_most(2):
            await node.dynamodb("PutItem", TableName=table, Item=item("a", color="red", size=size))
        update = {"UpdateExpression": "SET color = :c", "ExpressionAttributeValues": {":c": {"S": "blue"}}}
        with trips.at_most(2):
            await node.dynamodb("UpdateItem", TableName=table, Key=key("a"), **update)
    with trips.at_most(2):
        await node.dynamodb("DeleteItem", TableName=table, Key=key("a"))


@pytest.mark.parametrize("table", TABLES)
async def test_a_batch_of_writes(node: InProcess, trips: Trips, table: str) -> None:
    for size in ("small", "large"):
        puts = [{"PutRequest": {"Item": put(table, n, size)["Put"]["Item"]}} for n in range(25)]
        with trips.at_most(2):
            await node.dynamodb("BatchWriteItem", RequestItems={table: puts})
    mixed = [{"DeleteRequest": {"Key": key(f"k{n}")}} for n in range(12)]
    mixed += [{"PutRequest": {"Item": put("", n)["Put"]["Item"]}} for n in range(20, 32)]
    with trips.at_most(2):
        await node.dynamodb(
            "BatchWriteItem", RequestItems={table: mixed[:12], "plain" * (table != "plain") or "indexed": mixed[12:]}
        )


@pytest.mark.parametrize("count", [4, 100])
@pytest.mark.parametrize("token", ["", "token"])
async def test_a_transaction(node: InProcess, trips: Trips, count: int, token: str) -> None:
    named = {"ClientRequestToken": token} if token else {}
    actions = [put(TABLES[n % 2], n) for n in range(count - 1)]
    check = {"ConditionExpression": "attribute_not_exists(pk)", "TableName": "plain", "Key": key("absent")}
    with trips.at_most(2):
        await node.dynamodb("TransactWriteItems", TransactItems=[*actions, {"ConditionCheck": check}], **named)
    with trips.at_most(2):
        changed = [put(TABLES[n % 2], n, "large") for n in range(count)]
        await node.dynamodb("TransactWriteItems", TransactItems=changed, **dict.fromkeys(named, "other"))
    if token:
        with trips.at_most(2):
            await node.dynamodb("TransactWriteItems", TransactItems=[*actions, {"ConditionCheck": check}], **named)


async def test_items_that_expire(node: InProcess, trips: Trips) -> None:
    """Which they are, what stands of them, and the end of all."""
    timed = {"Enabled": True, "AttributeName": "end"}
    await node.dynamodb("UpdateTimeToLive", TableName="indexed", TimeToLiveSpecification=timed)
    for n in range(expiry.EXPIRE_ITEMS):
        ended = {**item(f"k{n}", color="red"), "end": {"N": str(int(node.clock.now()) + 1)}}
        await node.dynamodb("PutItem", TableName="indexed", Item=ended)
    node.clock.advance(3)
    scope, now = f"{node.node.config.account}/{node.node.config.region}", node.clock.now()
    with trips.at_most(3):
        done = await node.node.store.update(lambda tx: expiry.expire_slice(tx, scope, "indexed", now), locked=True)
    assert done.deleted == expiry.EXPIRE_ITEMS


async def test_reads(node: InProcess, trips: Trips) -> None:
    for n in range(100):
        await node.dynamodb("PutItem", TableName=TABLES[n % 2], Item=item(f"k{n}", color="red"))
    wanted = {table: {"Keys": [key(f"k{n}") for n in range(50)]} for table in TABLES}
    gets = [{"Get": {"TableName": TABLES[n % 2], "Key": key(f"k{n}")}} for n in range(100)]
    query = {"KeyConditionExpression": "color = :c", "ExpressionAttributeValues": {":c": {"S": "red"}}}
    for _ in range(2):
        with trips.at_most(1):
            await node.dynamodb("GetItem", TableName="plain", Key=key("k0"))
        with trips.at_most(1):
            found = await node.dynamodb(
                "BatchGetItem", RequestItems={"plain": {"Keys": [key(f"k{n}") for n in range(100)]}}
            )
            assert len(found["Responses"]["plain"]) == 50
        with trips.at_most(1):
            await node.dynamodb("BatchGetItem", RequestItems=wanted)
        with trips.at_most(1):
            answer = await node.dynamodb("TransactGetItems", TransactItems=gets)
            assert all(each["Item"]["color"] for each in answer["Responses"])
        with trips.at_most(1):
            assert (await node.dynamodb("Query", TableName="indexed", IndexName="color", **query))["Count"] == 50
        with trips.at_most(1):
            await node.dynamodb("Scan", TableName="plain")
