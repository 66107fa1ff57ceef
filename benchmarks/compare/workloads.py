"""What is measured: tables, what stands in them before, and requests whose content changes with every write.

SQLite skips a write of the bytes that are there already, so a benchmark that puts the same items again measures
nothing: here no two requests of a run write the same item with the same content.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from typing import Any

from benchmarks.compare.signing import Request

Item = dict[str, Any]
PARTITIONS_MIN = 1000
IN_PARTITION = 10
LARGE_PARTITION_NUMBER = 999_999
LARGE_PARTITION = 1200  # items of 1 KB: more than a page of 1 MB
RANDOM = random.Random(20260716)  # noqa: S311 - content, not secrets
ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


def text(size: int) -> str:
    """Letters that nobody has seen before, and that don't compress to nothing."""
    return "".join(RANDOM.choices(ALPHABET, k=size))


NOISE = text(400_000)
_serial = count()


def item(key: Item, size: int) -> Item:
    """An item of about `size` bytes, with a content of its own."""
    start, number = RANDOM.randrange(len(NOISE) - size), next(_serial)
    return {
        **key,
        "n": {"N": str(number)},
        "state": {"S": f"s{number % 10}"},
        "body": {"S": NOISE[start : start + size]},
    }


def key_of(number: int) -> Item:
    return {"pk": {"S": f"item-{number:08d}"}}


def range_key(partition: int, number: int) -> Item:
    return {"pk": {"S": f"part-{partition:06d}"}, "sk": {"S": f"item-{number:06d}"}}


@dataclass(frozen=True)
class Table:
    """A table to make, and the items that it holds before."""

    name: str
    fill: Callable[[int], Iterator[Item]]
    ranged: bool = False
    indexed: bool = False
    streamed: bool = False

    def request(self) -> dict[str, Any]:
        """CreateTable's parameters."""
        keys = [("pk", "HASH"), ("sk", "RANGE")] if self.ranged else [("pk", "HASH")]
        used = [name for name, _ in keys] + (["state"] if self.indexed else [])
        made: dict[str, Any] = {
            "TableName": self.name,
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in keys],
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in used],
        }
        if self.indexed:
            made["GlobalSecondaryIndexes"] = [
                {
                    "IndexName": "by-state",
                    "KeySchema": [
                        {"AttributeName": "state", "KeyType": "HASH"},
                        {"AttributeName": "pk", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ]
        if self.streamed:
            made["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        return made


def plain(size: int, most: int | None = None) -> Callable[[int], Iterator[Item]]:
    """Items by number."""
    return lambda items: (item(key_of(n), size) for n in range(min(items, most or items)))


def partition_count(items: int) -> int:
    """So many partitions of ten items are in the table with a sort key."""
    return max(PARTITIONS_MIN, items // IN_PARTITION)


def partitions(items: int) -> Iterator[Item]:
    """Partitions of ten items, and one that is larger than a page."""
    for partition in range(partition_count(items)):
        for number in range(IN_PARTITION):
            yield item(range_key(partition, number), 1000)
    for number in range(LARGE_PARTITION):
        yield item(range_key(LARGE_PARTITION_NUMBER, number), 1000)


PLAIN = Table("bench", plain(1000))
LARGE = Table("bench-large", plain(100_000, 200))
RANGED = Table("bench-range", partitions, ranged=True)
INDEXED = Table("bench-index", plain(1000), indexed=True)
STREAMED = Table("bench-stream", plain(1000), streamed=True)
STREAMED_INDEXED = Table("bench-stream-index", plain(1000), indexed=True, streamed=True)


@dataclass(frozen=True)
class Workload:
    """`requests(items)` goes on for ever; `signed` is how many of them are signed for a run."""

    name: str
    title: str
    table: Table
    requests: Callable[[int], Iterator[Request]]
    signed: int = 20_000

    def take(self, items: int) -> list[Request]:
        """The requests of a run."""
        return list(islice(self.requests(items), self.signed))


def _forever(make: Callable[[int, int], Request]) -> Callable[[int], Iterator[Request]]:
    return lambda items: (make(items, n) for n in count())


def _any(items: int) -> Item:
    return key_of(RANDOM.randrange(items))


def get(table: Table, most: int | None = None) -> Callable[[int], Iterator[Request]]:
    return _forever(lambda items, n: ("GetItem", {"TableName": table.name, "Key": _any(min(items, most or items))}))


def put(table: Table, size: int, most: int | None = None) -> Callable[[int], Iterator[Request]]:
    return _forever(
        lambda items, n: ("PutItem", {"TableName": table.name, "Item": item(_any(min(items, most or items)), size)})
    )


def update(table: Table, size: int = 1000, most: int | None = None) -> Callable[[int], Iterator[Request]]:
    def make(items: int, n: int) -> Request:
        start = RANDOM.randrange(len(NOISE) - size)
        return "UpdateItem", {
            "TableName": table.name,
            "Key": _any(min(items, most or items)),
            "UpdateExpression": "SET body = :b, n = n + :one",
            "ConditionExpression": "attribute_exists(pk)",
            "ExpressionAttributeValues": {":b": {"S": NOISE[start : start + size]}, ":one": {"N": "1"}},
        }

    return _forever(make)


def delete_and_put(table: Table) -> Callable[[int], Iterator[Request]]:
    """Deletes, each of an item that a put before it has written."""

    def make(items: int, n: int) -> Request:
        key = key_of(10_000_000 + n // 2)
        if n % 2:
            return "DeleteItem", {"TableName": table.name, "Key": key}
        return "PutItem", {"TableName": table.name, "Item": item(key, 1000)}

    return _forever(make)


def query(partition: Callable[[int], int]) -> Callable[[int], Iterator[Request]]:
    def make(items: int, n: int) -> Request:
        return "Query", {
            "TableName": RANGED.name,
            "KeyConditionExpression": "pk = :p",
            "ExpressionAttributeValues": {":p": {"S": f"part-{partition(items):06d}"}},
        }

    return _forever(make)


def query_index(table: Table) -> Callable[[int], Iterator[Request]]:
    def make(items: int, n: int) -> Request:
        return "Query", {
            "TableName": table.name,
            "IndexName": "by-state",
            "KeyConditionExpression": "#s = :s",
            "ExpressionAttributeNames": {"#s": "state"},
            "ExpressionAttributeValues": {":s": {"S": f"s{RANDOM.randrange(10)}"}},
            "Limit": 10,
        }

    return _forever(make)


def scan(items: int) -> Iterator[Request]:
    while True:
        yield "Scan", {"TableName": RANGED.name}


def batch_write(table: Table) -> Callable[[int], Iterator[Request]]:
    def make(items: int, n: int) -> Request:
        first = RANDOM.randrange(max(1, items - 25))
        puts = [{"PutRequest": {"Item": item(key_of(first + i), 1000)}} for i in range(25)]
        return "BatchWriteItem", {"RequestItems": {table.name: puts}}

    return _forever(make)


def batch_get(items: int) -> Iterator[Request]:
    while True:
        numbers = RANDOM.sample(range(items), 100)
        yield "BatchGetItem", {"RequestItems": {PLAIN.name: {"Keys": [key_of(n) for n in numbers]}}}


def transact(table: Table) -> Callable[[int], Iterator[Request]]:
    def make(items: int, n: int) -> Request:
        numbers = RANDOM.sample(range(items), 4)
        puts = [{"Put": {"TableName": table.name, "Item": item(key_of(i), 1000)}} for i in numbers]
        return "TransactWriteItems", {"TransactItems": puts}

    return _forever(make)


def _page_of(items: int) -> int:
    return LARGE_PARTITION_NUMBER


WORKLOADS = (
    Workload("getitem", "GetItem", PLAIN, get(PLAIN)),
    Workload("putitem", "PutItem", PLAIN, put(PLAIN, 1000)),
    Workload("updateitem", "UpdateItem with condition", PLAIN, update(PLAIN)),
    Workload("deleteitem", "PutItem and DeleteItem by turns", PLAIN, delete_and_put(PLAIN)),
    Workload("query10", "Query of 10", RANGED, query(lambda items: RANDOM.randrange(partition_count(items))), 5_000),
    Workload("query1mb", "Query of a page of 1 MB", RANGED, query(_page_of), 100),
    Workload("scan", "Scan of a page of 1 MB", RANGED, scan, 100),
    Workload("batchwrite25", "BatchWriteItem of 25", PLAIN, batch_write(PLAIN), 3_000),
    Workload("batchget100", "BatchGetItem of 100", PLAIN, batch_get, 3_000),
    Workload("transact4", "TransactWriteItems of 4", PLAIN, transact(PLAIN), 8_000),
    Workload("getitem100k", "GetItem of 100 KB", LARGE, get(LARGE, 200), 1_000),
    Workload("putitem100k", "PutItem of 100 KB", LARGE, put(LARGE, 100_000, 200), 600),
    Workload("updateitem100k", "UpdateItem of 100 KB", LARGE, update(LARGE, 100_000, 200), 600),
    Workload("gsiput", "PutItem with an index", INDEXED, put(INDEXED, 1000)),
    Workload("gsiquery10", "Query of 10 in an index", INDEXED, query_index(INDEXED), 5_000),
    Workload("streamput", "PutItem with a stream", STREAMED, put(STREAMED, 1000)),
    Workload("streamupdate", "UpdateItem with a stream", STREAMED, update(STREAMED)),
    Workload("streamdelete", "Put and Delete with a stream", STREAMED, delete_and_put(STREAMED)),
    Workload("streambatch25", "BatchWriteItem of 25 with a stream", STREAMED, batch_write(STREAMED), 3_000),
    Workload("streamtransact4", "TransactWriteItems of 4 with a stream", STREAMED, transact(STREAMED), 8_000),
    Workload("streamgsiput", "PutItem with index and stream", STREAMED_INDEXED, put(STREAMED_INDEXED, 1000)),
    Workload(
        "streamgsiquery10", "Query of 10 in an index, stream on", STREAMED_INDEXED, query_index(STREAMED_INDEXED), 5_000
    ),
)
