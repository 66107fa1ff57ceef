"""Item collections: the items of one partition, with their entries in local indexes, and how large they are.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html#LSI.ItemCollections
"""

from __future__ import annotations

from collections.abc import Iterable

from tailrace.expression import keys
from tailrace.operation import Call, Shape
from tailrace.services.dynamodb.table import Table
from tailrace.services.dynamodb.writes import Write
from tailrace.store import items
from tailrace.store.engine import Transaction

GIGABYTE = 1 << 30


async def metrics(call: Call, done: Iterable[tuple[Table, Write]]) -> dict[str, list[Shape]]:
    """ItemCollectionMetrics by table: each collection that was written to, once.

    Tables without local indexes have no collections in AWS's sense, and none here.
    """
    written = [(found, write) for found, write in done if found.has_local_indexes]

    def look(tx: Transaction) -> dict[str, list[Shape]]:
        by_table: dict[str, list[Shape]] = {}
        for found, write in written:
            each = _metrics_of(tx, found, write)
            of_table = by_table.setdefault(found.name, [])
            if each not in of_table:
                of_table.append(each)
        return by_table

    return await call.store.view(look)


def _metrics_of(tx: Transaction, found: Table, write: Write) -> Shape:
    """The key of the collection, and between how many whole gigabytes its size lies."""
    gigabytes = float(_size(tx, found, write) // GIGABYTE)
    return {
        "ItemCollectionKey": {found.key[0].name: write.hash_value(found)},
        "SizeEstimateRangeGB": [gigabytes, gigabytes + 1.0],
    }


def _size(tx: Transaction, found: Table, write: Write) -> int:
    """The bytes of a collection. It is summed only where the whole table is large enough for it to matter."""
    local = [index.collection for index in found.layout.indexes if index.local]
    collections = [found.layout.collection, *local]
    whole = sum(items.measure(tx, collection)[1] for collection in collections)
    if whole < GIGABYTE:
        return whole
    low = keys.partition_prefix([write.hash_value(found)])
    return sum(items.measure_range(tx, collection, low, keys.after(low)) for collection in collections)
