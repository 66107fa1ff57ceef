"""Writes of one request touch their items in one order, whatever the order they were given in: no two can wait for each
other on a database that locks rows. What is answered keeps the request's order.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import pytest

from tailrace.base.errors import ApiError
from tailrace.store import items
from tailrace.store.postgresql.link import Link
from tests.flow.in_process import InProcess, in_process
from tests.postgres import Databases

Place = tuple[int, bytes]


class Touched(NamedTuple):
    """The collection and key of each item, in the order in which PostgreSQL was asked to lock or to insert it."""

    locked: list[Place]
    inserted: list[Place]


@pytest.fixture
async def node(databases: Databases) -> AsyncIterator[InProcess]:
    async with in_process(databases.new()) as started:
        await started.table("b")
        await started.table("a")
        yield started
    databases.drop()


@pytest.fixture
def touched(node: InProcess, monkeypatch: pytest.MonkeyPatch) -> Touched:
    """What is touched from now on."""
    seen = Touched([], [])
    add = Link.add

    def note(link: Link, sql: str, parameters: tuple[Any, ...] = (), **named: Any) -> None:
        if sql.startswith(items.QUERY) and "FOR UPDATE" in sql:
            seen.locked.append(parameters[:2])
        elif "INSERT INTO items " in sql:
            seen.inserted.append(parameters[:2])
        add(link, sql, parameters, **named)

    monkeypatch.setattr(Link, "add", note)
    return seen


def shuffled(count: int) -> list[tuple[str, str]]:
    """Tables and keys, in no order."""
    places = [("ab"[n % 2], f"k{n}") for n in range(count)]
    random.Random(7).shuffle(places)  # noqa: S311 - repeatable
    return places


async def test_a_transaction_takes_its_keys_in_order(node: InProcess, touched: Touched) -> None:
    puts = [{"Put": {"TableName": table, "Item": {"pk": {"S": key}}}} for table, key in shuffled(40)]
    await node.dynamodb("TransactWriteItems", TransactItems=puts)
    assert len(touched.locked) == len(touched.inserted) == 40
    assert touched.locked == sorted(touched.locked)
    assert touched.inserted == sorted(touched.inserted)


async def test_a_batch_takes_its_keys_in_order(node: InProcess, touched: Touched) -> None:
    requests: dict[str, list[Any]] = {"b": [], "a": []}
    for table, key in shuffled(25):
        requests[table].append({"PutRequest": {"Item": {"pk": {"S": key}}}})
    await node.dynamodb("BatchWriteItem", RequestItems=requests)
    assert len(touched.locked) == len(touched.inserted) == 25
    assert touched.locked == sorted(touched.locked)
    assert touched.inserted == sorted(touched.inserted)


async def test_reasons_stand_in_the_order_of_the_request(node: InProcess) -> None:
    places = shuffled(12)
    for table, key in places[::3]:
        await node.dynamodb("PutItem", TableName=table, Item={"pk": {"S": key}})
    new = "attribute_not_exists(pk)"
    puts = [{"Put": {"TableName": t, "Item": {"pk": {"S": k}}, "ConditionExpression": new}} for t, k in places]
    with pytest.raises(ApiError) as caught:
        await node.dynamodb("TransactWriteItems", TransactItems=puts)
    codes = [reason["Code"] for reason in caught.value.members["CancellationReasons"]]
    assert codes == ["ConditionalCheckFailed", "None", "None"] * 4


async def test_an_item_named_twice_is_found_wherever_it_stands(node: InProcess, touched: Touched) -> None:
    puts = [{"Put": {"TableName": "a", "Item": {"pk": {"S": key}}}} for key in ("x", "y", "x")]
    assert await node.refusal("dynamodb", "TransactWriteItems", TransactItems=puts) == (
        "ValidationException",
        "Transaction request cannot include multiple operations on one item",
    )
    assert touched == ([], [])
