"""Order and visibility, where it is hard: sixteen writers on three nodes of one database, and readers that tail.

Each change comes exactly once, in the order of commits, and nothing becomes visible behind a reader. The same harness
is then pointed at a log that a sequence of the database numbers, where it must show what is lost: so it could fail.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from tailrace import store
from tailrace.expression import keys
from tailrace.store import changes, items
from tailrace.store.engine import Row, Store, Transaction
from tailrace.store.layout import StreamLayout, TableLayout
from tests.postgres import Databases
from tests.store.tables import NOW, PK, of_items, open_stream

Seen = list[tuple[int, dict[str, Any]]]
NODES, WRITERS, WRITES, KEYS, SHARDS = 3, 16, 40, 12, 4


@pytest.fixture
async def nodes(databases: Databases) -> AsyncIterator[list[Store]]:
    url = databases.new()
    opened = [await store.open(url) for _ in range(NODES)]
    yield opened
    for each in opened:
        await each.close()
    databases.drop()


class Log:
    """What the harness drives: a way to write, and a way to tail a part of it."""

    parts: list[int]

    async def write(self, node: Store, key: str, writer: int) -> None:
        raise NotImplementedError

    async def read(self, node: Store, part: int, after: int) -> Seen:
        """What stands behind the number `after`: number and content."""
        raise NotImplementedError


async def drive(log: Log, nodes: list[Store]) -> dict[int, Seen]:
    """Write from all nodes while each part's reader tails on one of them; what the readers saw, by part."""
    ended = asyncio.Event()

    async def write(writer: int) -> None:
        for turn in range(WRITES):
            await log.write(nodes[writer % NODES], f"k{(writer * 7 + turn) % KEYS}", writer)

    async def tail(part: int) -> Seen:
        seen: Seen = []
        after, last_look = 0, False
        while True:
            found = await log.read(nodes[part % NODES], part, after)
            seen += found
            if found:
                after = found[-1][0]
            elif last_look:
                return seen
            last_look = ended.is_set()
            await asyncio.sleep(0)

    readers = [asyncio.ensure_future(tail(part)) for part in log.parts]
    await asyncio.gather(*(write(writer) for writer in range(WRITERS)))
    ended.set()
    return dict(zip(log.parts, await asyncio.gather(*readers), strict=True))


class Stream(Log):
    """A table's stream."""

    def __init__(self, stream: StreamLayout) -> None:
        self.layout = TableLayout("t", "s", 1, PK, stream=stream)
        self.parts = [each.shard for each in stream.shards]

    async def write(self, node: Store, key: str, writer: int) -> None:
        def count(old: Any) -> dict[str, Any]:
            number = int(old["n"]["N"]) + 1 if old else 1
            return {"pk": {"S": key}, "n": {"N": str(number)}, "by": {"N": str(writer)}}

        stored = keys.item_key([{"S": key}])
        await node.update(lambda tx: items.change(tx, self.layout, stored, of_items(count), NOW), grouped=True)

    async def read(self, node: Store, part: int, after: int) -> Seen:
        def look(tx: Transaction) -> tuple[int, list[changes.StoredChange]]:
            return changes.shard(tx, part).latest, changes.read(tx, part, after, 100, 1 << 20)

        latest, found = await node.view(look)
        assert all(record.sequence <= latest for record in found), "LATEST is never above the committed counter"
        return [(record.sequence, orjson.loads(record.body)["dynamodb"]["NewImage"]) for record in found]


class Sequence(Log):
    """What others do: rows that a sequence of the database numbers."""

    parts = [0]

    async def write(self, node: Store, key: str, writer: int) -> None:
        def add(tx: Transaction) -> Row | None:
            tx.run("INSERT INTO numbered (body) VALUES (?)", orjson.dumps({"key": key, "by": writer}))
            return tx.row("SELECT 1")  # whatever else a write does before it commits

        await node.update(add, locked=True)

    async def read(self, node: Store, part: int, after: int) -> Seen:
        rows = await node.view(
            lambda tx: tx.rows("SELECT number, body FROM numbered WHERE number > ? ORDER BY number LIMIT 100", after)
        )
        return [(number, orjson.loads(body)) for number, body in rows]


async def test_every_change_comes_once_and_in_order(nodes: list[Store]) -> None:
    log = Stream(await open_stream(nodes[0], SHARDS))
    seen = await drive(log, nodes)
    for part, records in seen.items():
        first = changes.first_number(part)
        assert [number for number, _ in records] == [first + turn for turn in range(1, len(records) + 1)], "a gap"
    together = [image for records in seen.values() for _, image in records]
    by_key: dict[str, list[int]] = {}
    for image in together:
        by_key.setdefault(image["pk"]["S"], []).append(int(image["n"]["N"]))
    assert all(turns == list(range(1, len(turns) + 1)) for turns in by_key.values()), "an item's changes out of order"
    assert Counter(image["by"]["N"] for image in together) == {str(writer): WRITES for writer in range(WRITERS)}


async def test_the_same_harness_sees_a_sequence_lose_records(nodes: list[Store]) -> None:
    await nodes[0].update(
        lambda tx: tx.run("CREATE TABLE numbered (number BIGINT GENERATED ALWAYS AS IDENTITY, body BYTEA)")
    )
    seen = await drive(Sequence(), nodes)
    assert len(seen[0]) < WRITERS * WRITES, "a log that is numbered before the commit hides what commits late"
