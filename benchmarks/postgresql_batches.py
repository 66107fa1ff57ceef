"""Batches and transactions on PostgreSQL, as a server's operations do them, beside writes of single items.

One process without HTTP, on a cluster that is made for this and syncs its commits. `benchmarks/postgresql.py --batch`
runs it.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.flow.in_process import InProcess, in_process

from tailrace.base.errors import ApiError, StoreError

BODY = "x" * 300
KEYS = 1000
INDEXES = [
    {
        "IndexName": name,
        "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    for name in ("color", "size")
]
STREAM = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}}
INDEXED = {
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "color", "size")],
    "GlobalSecondaryIndexes": INDEXES,
}
Write = Callable[[int], Awaitable[Any]]


def item(number: int, turn: int) -> dict[str, Any]:
    values = {"pk": f"k{number % KEYS}", "color": f"c{turn % 97}", "size": f"s{turn % 89}", "body": BODY}
    return {name: {"S": value} for name, value in values.items()}


def kinds(node: InProcess, table: str) -> dict[str, tuple[int, Write]]:
    """What is measured: how many items each writes, and the call; the items of one call follow one another."""

    def batch(turn: int) -> Awaitable[Any]:
        puts = [{"PutRequest": {"Item": item(turn * 31 + n, turn)}} for n in range(25)]
        return node.dynamodb("BatchWriteItem", RequestItems={table: puts})

    def transaction(count: int) -> Write:
        def write(turn: int) -> Awaitable[Any]:
            puts = [{"Put": {"TableName": table, "Item": item(turn * 31 + n, turn)}} for n in range(count)]
            return node.dynamodb("TransactWriteItems", TransactItems=puts, ClientRequestToken=f"{table}{count}-{turn}")

        return write

    return {
        "PutItem": (1, lambda turn: node.dynamodb("PutItem", TableName=table, Item=item(turn * 31, turn))),
        "BatchWriteItem of 25": (25, batch),
        "TransactWriteItems of 4": (4, transaction(4)),
        "TransactWriteItems of 25": (25, transaction(25)),
        "TransactWriteItems of 100": (100, transaction(100)),
    }


async def rate(write: Write, seconds: float, callers: int) -> tuple[float, float, int]:
    """Calls a second, the median latency in ms, and how many calls were refused for having lost too many races."""
    latencies, refused, turns = list[float](), 0, iter(range(1 << 40))
    until = time.perf_counter() + seconds

    async def loop() -> None:
        nonlocal refused
        while (began := time.perf_counter()) < until:
            try:
                await write(next(turns))
            except (ApiError, StoreError):
                refused += 1
            else:
                latencies.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    await asyncio.gather(*(loop() for _ in range(callers)))
    took = time.perf_counter() - began
    return len(latencies) / took, statistics.median(latencies) if latencies else 0.0, refused


async def run(url: str, seconds: float, callers: int) -> None:
    """Print a line for each kind of write and of table."""
    print("table     write                       calls/s   items/s   median ms   repeated   refused")
    async with in_process(url) as node:
        await node.table("stream", **STREAM)
        await node.table("indexed", **STREAM, **INDEXED)
        for table in ("stream", "indexed"):
            for name, (count, write) in kinds(node, table).items():
                again = node.node.store.again  # type: ignore[attr-defined]
                calls, median, refused = await rate(write, seconds, callers)
                repeated = node.node.store.again - again  # type: ignore[attr-defined]
                print(
                    f"{table:9} {name:26} {calls:8.0f} {calls * count:9.0f} {median:11.1f} {repeated:10} {refused:9}",
                    flush=True,
                )
