"""What is answered while somebody else holds an item for longer than a write waits: AWS's conflicts, and no fault."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from tailrace.base.errors import ApiError
from tailrace.store.postgresql import place
from tests.flow.in_process import InProcess, in_process
from tests.postgres import Databases

ITEM = {"pk": {"S": "held"}}
FREE = {"pk": {"S": "free"}}
PUT = {"Put": {"TableName": "table", "Item": ITEM}}


@pytest.fixture
async def held(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[InProcess]:
    """A node whose item another transaction holds; it waits for a second in all, and for less at once."""
    monkeypatch.setattr(place, "RACES_SECONDS_MAX", 1.0)
    url = databases.new()
    async with in_process(f"{url}%20-cstatement_timeout%3D300") as node:
        await node.table("table")
        await node.dynamodb("PutItem", TableName="table", Item=ITEM)
        with psycopg.connect(url) as other:
            other.execute("SELECT 1 FROM items FOR UPDATE")
            yield node
    databases.drop()


async def refusal(node: InProcess, name: str, **request: Any) -> ApiError:
    with pytest.raises(ApiError) as caught:
        await node.dynamodb(name, **request)
    return caught.value


async def test_a_transaction_is_cancelled_with_a_conflict(held: InProcess) -> None:
    error = await refusal(held, "TransactWriteItems", TransactItems=[PUT])
    assert error.code == "TransactionCanceledException"
    assert error.message.endswith("specific reasons [TransactionConflict]")
    [reason] = error.members["CancellationReasons"]
    assert reason == {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}
    insert = "INSERT INTO \"table\" VALUE {'pk': 'held'}"
    error = await refusal(held, "ExecuteTransaction", TransactStatements=[{"Statement": insert}])
    assert error.message.endswith("specific reasons [TransactionConflict]")


async def test_a_write_of_one_item_conflicts_and_its_neighbours_do_not(held: InProcess) -> None:
    error = await refusal(held, "PutItem", TableName="table", Item={**ITEM, "n": {"N": "1"}})
    assert (error.code, error.message) == ("TransactionConflictException", "Transaction is ongoing for the item")
    assert await held.dynamodb("PutItem", TableName="table", Item=FREE) == {}
    statements = [{"Statement": f"UPDATE \"table\" SET n = 1 WHERE pk = '{key}'"} for key in ("held", "free")]
    answer = await held.dynamodb("BatchExecuteStatement", Statements=statements)
    assert [each.get("Error", {}).get("Code") for each in answer["Responses"]] == ["TransactionConflict", None]


async def test_reads_wait_for_nobody(held: InProcess) -> None:
    get = {"Get": {"TableName": "table", "Key": ITEM}}
    answer = await held.dynamodb("TransactGetItems", TransactItems=[get])
    assert answer["Responses"] == [{"Item": ITEM}]
