"""Lineage: an open shard is closed, and children continue it: one when its time is over, two when it is split.

```
shard 12  hashes 0 <= h < 100, closed ──┬── shard 15  hashes 0 <= h < 40    parent 12
                                        └── shard 16  hashes 40 <= h < 100  parent 12
```
The parent is closed and its children are opened in one transaction, which also writes them into the table's document:
whoever writes takes a number of the one or of the others, and never of a closed shard. A child has one parent, as AWS
shows it, so shards are never joined: the order of a key's changes is that of its shards from parent to child.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import orjson

from tailrace.base.errors import Missing
from tailrace.store import changes
from tailrace.store.changes import TOPIC
from tailrace.store.engine import Transaction
from tailrace.store.layout import ShardRange

SAMPLE_RECORDS = 1_000  # of a shard's latest, by which its bytes are told, and the place of a cut is chosen
SAMPLE_BYTES = 4 * 1024 * 1024


class OpenShard(NamedTuple):
    """A shard that takes records: since when, from which number on, and its latest number (`first` without one)."""

    shard: int
    stream: int
    opened: float
    first: int
    latest: int


class Cut(NamedTuple):
    """Where to divide a shard: the first hash of the upper half, and the smaller half's share of the latest records."""

    hash: int
    share: float


def open_shards(tx: Transaction, after: int, limit: int) -> list[OpenShard]:
    """At most `limit` open shards of all streams, with numbers above `after`, in their order."""
    rows = tx.rows(
        "SELECT shard, stream, opened, start, latest FROM shards WHERE closed IS NULL AND shard > ? "
        "ORDER BY shard LIMIT ?",
        after,
        limit,
    )
    return [OpenShard(*row) for row in rows]


def succeed(tx: Transaction, shard: int, cut: int | None, now: float) -> tuple[ShardRange, ...]:
    """Close a shard and open what continues it: one child, or two that meet at the hash `cut`; more of one that takes
    hashes of several parts of the store.

    For whoever writes the table's layout in the same transaction. Raises Missing where there is no such open shard.
    """
    row = tx.row(
        "UPDATE shards SET closed = ? WHERE shard = ? AND closed IS NULL RETURNING stream, name, low, high", now, shard
    )
    if row is None:
        raise Missing(f"open shard {shard}")
    stream, name, low, high = row[0], row[1], int(row[2]), int(row[3])
    # Made before the store was divided, it may take hashes of several parts: its children don't.
    inner = {*changes.part_bounds(tx, low, high), *(() if cut is None else (cut,))}
    bounds = (low, *sorted(inner), high)
    assert all(a < b for a, b in zip(bounds, bounds[1:], strict=False)), "each child takes some of the hashes"
    tx.notify(TOPIC, str(stream))
    return tuple(
        changes.open_shard(tx, stream, start, end, name, now) for start, end in zip(bounds, bounds[1:], strict=False)
    )


def measure(tx: Transaction, after: int, latest: int) -> int:
    """About how many bytes the records of one shard behind `after` up to `latest` have, by the latest thousand of them.

    All of half a minute would be read while everybody waits, and push out of the cache what readers need.
    """
    row = tx.row(
        "SELECT count(*), coalesce(sum(length(body)), 0) FROM changes WHERE sequence > ? AND sequence <= ?",
        max(after, latest - SAMPLE_RECORDS),
        latest,
    )
    return int(row[1]) * (latest - after) // int(row[0]) if row and row[0] else 0


def best_cut(tx: Transaction, shard: changes.Shard, hash_of: Callable[[dict[str, Any]], int]) -> Cut | None:
    """The hash that divides the shard's latest records most evenly; None where no hash divides them.

    `hash_of` gives the hash of a record's keys. A partition key is never divided.
    """
    after = max(shard.trimmed, shard.latest - SAMPLE_RECORDS)
    found = changes.read(tx, shard.shard, after, SAMPLE_RECORDS, SAMPLE_BYTES)
    hashes = sorted(hash_of(orjson.loads(each.body)["dynamodb"]["Keys"]) for each in found)
    # A cut below a hash leaves all smaller ones on the other side.
    places = [at for at in range(1, len(hashes)) if hashes[at - 1] < hashes[at]]
    if not places:
        return None
    best = min(places, key=lambda at: abs(2 * at - len(hashes)))
    return Cut(hashes[best], min(best, len(hashes) - best) / len(hashes))
