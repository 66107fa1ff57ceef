"""Transactions of two nodes on one PostgreSQL, on the same items at the same time: as if one had followed the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tailrace.base.errors import ApiError
from tests.flow.in_process import InProcess, in_process
from tests.postgres import Databases

ROUNDS = 15


@pytest.fixture
async def nodes(databases: Databases) -> AsyncIterator[tuple[InProcess, InProcess]]:
    url = databases.new()
    async with in_process(url) as first, in_process(url, first.clock) as second:
        await first.table("t")
        yield first, second
    databases.drop()


def key(name: str) -> dict[str, Any]:
    return {"TableName": "t", "Key": {"pk": {"S": name}}}


def put(name: str) -> dict[str, Any]:
    return {"Put": {"TableName": "t", "Item": {"pk": {"S": name}}}}


def check_absent(name: str) -> dict[str, Any]:
    return {"ConditionCheck": {**key(name), "ConditionExpression": "attribute_not_exists(pk)"}}


def outcome_of(answer: Any) -> str:
    if isinstance(answer, ApiError):
        return ",".join(reason["Code"] for reason in answer.members.get("CancellationReasons", ())) or answer.code
    assert not isinstance(answer, BaseException), answer
    return "done"


async def test_two_that_go_by_what_the_other_makes_are_not_both_done(nodes: tuple[InProcess, InProcess]) -> None:
    """Each writes one item if there is none of the other: a row that isn't there is held, too."""
    for turn in range(ROUNDS):
        a, b = f"a{turn}", f"b{turn}"
        outcomes = await asyncio.gather(
            nodes[0].dynamodb("TransactWriteItems", TransactItems=[check_absent(a), put(b)]),
            nodes[1].dynamodb("TransactWriteItems", TransactItems=[put(a), check_absent(b)]),
            nodes[0].dynamodb("TransactWriteItems", TransactItems=[put(f"other{turn}"), check_absent(a + "x")]),
            return_exceptions=True,
        )
        first, second, third = map(outcome_of, outcomes)
        assert third == "done"
        assert (first, second).count("done") == 1, (first, second)
        assert {first, second} & {"ConditionalCheckFailed,None", "None,ConditionalCheckFailed"}
        there = [await nodes[0].dynamodb("GetItem", **key(name)) for name in (a, b)]
        assert sum("Item" in each for each in there) == 1


async def test_a_token_is_done_once_on_two_nodes_at_the_same_time(nodes: tuple[InProcess, InProcess]) -> None:
    add = {"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    for turn in range(ROUNDS):
        updates = [{"Update": {**key(f"k{turn}"), **add}}, {"Update": {**key(f"l{turn}"), **add}}]
        outcomes = await asyncio.gather(
            *(
                each.dynamodb("TransactWriteItems", TransactItems=updates, ClientRequestToken=f"token{turn}")
                for each in (*nodes, *nodes)
            ),
            return_exceptions=True,
        )
        assert set(map(outcome_of, outcomes)) == {"done"}
        found = [(await nodes[1].dynamodb("GetItem", **key(f"{name}{turn}")))["Item"]["n"] for name in "kl"]
        assert found == [{"N": "1"}] * 2
    nodes[0].clock.advance(601)
    again = [{"Update": {**key("k0"), **add}}]
    await nodes[0].dynamodb("TransactWriteItems", TransactItems=again, ClientRequestToken="token0")
    assert (await nodes[1].dynamodb("GetItem", **key("k0")))["Item"]["n"] == {"N": "2"}
    kept = await nodes[0].node.store.view(lambda tx: tx.row("SELECT count(*) FROM transaction_tokens"))
    assert kept
    assert kept[0] < ROUNDS, "tokens whose time is over are swept"


async def test_batches_and_transactions_in_every_order_lose_nothing(nodes: tuple[InProcess, InProcess]) -> None:
    """Twelve at once on the same ten items, in batches and transactions, share transactions of the database."""
    add = {"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    names = [f"n{n}" for n in range(10)]

    async def transact(number: int) -> None:
        mine = names[number % 3 :] + names[: number % 3]
        actions = [{"Update": {**key(name), **add}} for name in mine]
        await nodes[number % 2].dynamodb("TransactWriteItems", TransactItems=actions)

    async def write(number: int) -> None:
        items = [{"pk": {"S": f"w{number}-{n}"}} for n in range(25)]
        requests = {"t": [{"PutRequest": {"Item": item}} for item in items]}
        assert not (await nodes[number % 2].dynamodb("BatchWriteItem", RequestItems=requests))["UnprocessedItems"]

    await asyncio.gather(*(transact(n) for n in range(12)), *(write(n) for n in range(8)))
    found = [(await nodes[0].dynamodb("GetItem", **key(name)))["Item"]["n"]["N"] for name in names]
    assert found == ["12"] * 10
    assert (await nodes[0].dynamodb("Scan", TableName="t", Select="COUNT"))["Count"] == 10 + 8 * 25
