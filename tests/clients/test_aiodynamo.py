"""aiodynamo over httpx: a client that signs and speaks the protocol itself, and that takes compressed answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from aiodynamo.client import Client, Table
from aiodynamo.credentials import Key, StaticCredentials
from aiodynamo.errors import ConditionalCheckFailed, ItemNotFound, TableNotFound, TransactionCanceled
from aiodynamo.expressions import F, HashKey, RangeKey
from aiodynamo.http.httpx import HTTPX
from aiodynamo.models import (
    BatchGetRequest,
    BatchWriteRequest,
    GlobalSecondaryIndex,
    KeySchema,
    KeySpec,
    KeyType,
    PayPerRequest,
    Projection,
    ProjectionType,
    ReturnValues,
    StaticDelayRetry,
)
from aiodynamo.operations import ConditionCheck, Get, Put, Update
from yarl import URL

from tests.clients.conftest import REGION
from tests.conftest import RunningServer

WAIT = StaticDelayRetry(delay=0.1, time_limit_secs=20)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


@pytest.fixture
def client(server: RunningServer, http: httpx.AsyncClient) -> Client:
    key = StaticCredentials(Key(server.access_key, server.secret_key))
    return Client(HTTPX(http), key, REGION, URL(server.endpoint))


@pytest.fixture
async def table(client: Client, unique: Callable[[str], str]) -> AsyncIterator[Table]:
    found = client.table(unique("aio"))
    index = GlobalSecondaryIndex(
        name="by-color",
        schema=KeySchema(KeySpec("color", KeyType.string), KeySpec("size", KeyType.number)),
        projection=Projection(ProjectionType.all),
        throughput=None,
    )
    keys = KeySchema(KeySpec("pk", KeyType.string), KeySpec("sk", KeyType.string))
    await found.create(PayPerRequest(), keys, gsis=[index], wait_for_active=WAIT)
    yield found
    await found.delete(wait_for_disabled=WAIT)
    assert not await found.exists()


async def test_items(table: Table) -> None:
    key = {"pk": "a", "sk": "b"}
    assert await table.put_item({**key, "n": 1, "list": ["x", {"y": None}], "set": {"p", "q"}}) is None
    assert await table.get_item(key) == {**key, "n": 1.0, "list": ["x", {"y": None}], "set": {"p", "q"}}
    assert await table.get_item(key, projection=F("list", 1, "y") & F("n")) == {"n": 1.0, "list": [{"y": None}]}
    change = F("n").change(5) & F("list").append(["z"]) & F("set").delete({"p"}) & F("new").set_if_not_exists(1)
    new = await table.update_item(key, change, condition=F("n").equals(1), return_values=ReturnValues.all_new)
    assert new == {**key, "n": 6.0, "list": ["x", {"y": None}, "z"], "set": {"q"}, "new": 1.0}
    with pytest.raises(ConditionalCheckFailed):
        await table.update_item(key, F("n").remove(), condition=F("n").gt(6))
    assert await table.delete_item(key, return_values=ReturnValues.all_old) == new
    with pytest.raises(ItemNotFound):
        await table.get_item(key)


async def test_pages_larger_than_a_megabyte_are_compressed_and_joined(table: Table, http: httpx.AsyncClient) -> None:
    encodings: list[str | None] = []

    async def note(response: httpx.Response) -> None:
        encodings.append(response.headers.get("content-encoding"))

    for number in range(30):
        await table.put_item({"pk": "big", "sk": f"{number:02}", "text": "x" * 100_000, "color": "red", "size": number})
    http.event_hooks["response"].append(note)
    found = [each async for each in table.query(HashKey("pk", "big"))]
    assert [each["sk"] for each in found] == [f"{number:02}" for number in range(30)]
    assert encodings == ["gzip", "gzip", "gzip"]
    limited = table.query(HashKey("color", "red") & RangeKey("size").gte(10), index="by-color", limit=15)
    assert [each["size"] async for each in limited] == list(range(10, 25))
    assert await table.count(HashKey("pk", "big"), filter_expression=F("size").between(3, 5)) == 3
    assert await table.scan_count() == 30


async def test_batches_and_transactions(client: Client, table: Table) -> None:
    items = [{"pk": "batch", "sk": str(number)} for number in range(3)]
    assert await client.batch_write({table.name: BatchWriteRequest(items_to_put=items)}) == {}
    got = await client.batch_get({table.name: BatchGetRequest(keys=[*items, {"pk": "batch", "sk": "none"}])})
    assert sorted(each["sk"] for each in got.items[table.name]) == ["0", "1", "2"]
    assert got.unprocessed_keys == {}
    put = Put(table.name, {"pk": "t", "sk": "1"}, condition=F("pk").does_not_exist())
    update = Update(table.name, items[0], F("n").add(1))
    await client.transact_write_items([put, update], request_token="first")
    assert await client.transact_get_items([Get(table.name, items[0])]) == [{**items[0], "n": 1.0}]
    check = ConditionCheck(table.name, items[1], F("pk").does_not_exist())
    with pytest.raises(TransactionCanceled) as caught:
        await client.transact_write_items([put, check, Update(table.name, items[0], F("n").add(1))])
    codes = [reason and reason.code for reason in caught.value.cancellation_reasons]
    assert codes == ["ConditionalCheckFailed", "ConditionalCheckFailed", None]


async def test_time_to_live_and_what_is_missing(client: Client, table: Table) -> None:
    ttl = table.time_to_live
    await ttl.enable("expires", wait_for_enabled=WAIT)
    assert (await ttl.describe()).attribute == "expires"
    with pytest.raises(TableNotFound):
        await client.describe_table("nothing-here")
