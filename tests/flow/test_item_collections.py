"""ItemCollectionMetrics: how large a partition is, with its entries in local indexes, in whole gigabytes.

The gigabyte is a thousand bytes here, or the test would have to write billions.
"""

from __future__ import annotations

from typing import Any

import pytest

from tailrace.services.dynamodb import item_collections
from tests.flow.in_process import in_process

KEY = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
LOCAL = {
    "IndexName": "by-kind",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "kind", "KeyType": "RANGE"}],
    "Projection": {"ProjectionType": "ALL"},
}
DEFINED = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "kind")]


def item(partition: str, sort: str, size: int) -> dict[str, Any]:
    return {"pk": {"S": partition}, "sk": {"S": sort}, "kind": {"S": "k"}, "text": {"S": "x" * size}}


async def test_the_estimate_is_of_the_collection_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(item_collections, "GIGABYTE", 1000)
    async with in_process() as node:
        await node.table("t", KeySchema=KEY, AttributeDefinitions=DEFINED, LocalSecondaryIndexes=[LOCAL])

        async def estimate(partition: str, sort: str, size: int) -> list[float]:
            put = {"TableName": "t", "Item": item(partition, sort, size), "ReturnItemCollectionMetrics": "SIZE"}
            metrics = (await node.dynamodb("PutItem", **put))["ItemCollectionMetrics"]
            assert metrics["ItemCollectionKey"] == {"pk": {"S": partition}}
            estimated: list[float] = metrics["SizeEstimateRangeGB"]
            return estimated

        assert await estimate("small", "a", 100) == [0.0, 1.0]
        assert await estimate("large", "a", 700) == [1.0, 2.0], "the item and its entry in the index"
        assert await estimate("large", "b", 700) == [2.0, 3.0]
        assert await estimate("small", "b", 100) == [0.0, 1.0], "what other partitions hold doesn't count"

        requests = [{"PutRequest": {"Item": item(p, "c", 10)}} for p in ("small", "large")]
        batch = await node.dynamodb("BatchWriteItem", RequestItems={"t": requests}, ReturnItemCollectionMetrics="SIZE")
        ranges = {
            m["ItemCollectionKey"]["pk"]["S"]: m["SizeEstimateRangeGB"] for m in batch["ItemCollectionMetrics"]["t"]
        }
        assert ranges == {"small": [0.0, 1.0], "large": [2.0, 3.0]}
