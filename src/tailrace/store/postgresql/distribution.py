"""`tailrace distribute`: divides a store over the machines of a Citus cluster, and tells whether one is divided.

What a write of an item touches (the item, its record, the counters of both, when it is due) gets the column `part` and
goes to the workers, sixteen pieces of each table that lie side by side. Everything else is small and stays on the
coordinator: documents, leases, queues, logs, metrics, and what point-in-time recovery writes down.
https://docs.citusdata.com/en/stable/develop/api_udf.html#create-distributed-table
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tailrace.store.changes import EARLY_BITS, EARLY_SHARDS, LATER_BITS
from tailrace.store.engine import StoreUnavailable
from tailrace.store.postgresql.link import Link
from tailrace.store.postgresql.parts import PARTS, PLACES

_FIRST_LATER = EARLY_SHARDS << EARLY_BITS
_OF_KEY = "get_byte(key, 0) >> 4"


class Divided(NamedTuple):
    """A table that is divided: its key, and what the part of a row follows from. `numbered`: its IDENTITY column."""

    name: str
    key: str
    home: str
    numbered: str = ""


DIVIDED = (
    Divided("items", "collection, key", _OF_KEY),
    Divided("expirations", "collection, due, key", _OF_KEY),
    Divided("collections", "collection, stripe", "stripe"),
    Divided("shards", "shard", "shard", "shard"),
    Divided(
        "changes",
        "sequence",
        f"CASE WHEN sequence < {_FIRST_LATER} THEN sequence >> {EARLY_BITS} "
        f"ELSE {EARLY_SHARDS} + ((sequence - {_FIRST_LATER}) >> {LATER_BITS}) END",
        "sequence",
    ),
)


def statements() -> Iterator[str]:
    """What divides a store, filled or empty, in the order in which it is sent."""
    places = ", ".join(map(str, PLACES))
    for table in DIVIDED:
        name = table.name
        if table.numbered:  # Citus gives the numbers of such a column machine by machine, and nobody asks for them
            yield f"ALTER TABLE {name} ALTER COLUMN {table.numbered} DROP IDENTITY"
        yield f"ALTER TABLE {name} ADD COLUMN part BIGINT"
        yield f"UPDATE {name} SET part = (ARRAY[{places}]::bigint[])[(({table.home}) % {PARTS})::int + 1]"
        yield f"ALTER TABLE {name} ALTER COLUMN part SET NOT NULL"
        yield f"ALTER TABLE {name} DROP CONSTRAINT {name}_pkey"
        yield f"ALTER TABLE {name} ADD PRIMARY KEY ({table.key}, part)"
        beside = "'none'" if table is DIVIDED[0] else f"'{DIVIDED[0].name}'"
        count = f", shard_count => {PARTS}" if table is DIVIDED[0] else ""
        yield f"SELECT create_distributed_table('{name}', 'part', colocate_with => {beside}{count})"
        yield f"SELECT truncate_local_data_after_distributing_table('{name}')"


def is_distributed(link: Link) -> bool:
    """Whether the tables are divided. Raises StoreUnavailable on a worker, which has none of those that aren't."""
    if not _has_citus(link):
        return False
    if _one(link, "SELECT groupid FROM pg_dist_local_group"):
        raise StoreUnavailable("this is a worker of a Citus cluster: give the URL of its coordinator")
    return bool(_one(link, "SELECT count(*) FROM pg_dist_partition WHERE logicalrelid = to_regclass('items')"))


def check_possible(link: Link) -> None:
    """Raises StoreUnavailable where a store can't be divided."""
    if not _has_citus(link):
        raise StoreUnavailable(
            "the database has no extension citus: CREATE EXTENSION citus there and on its workers, and make them known "
            "(SELECT citus_add_node('host', 5432))"
        )
    if not _one(link, "SELECT count(*) FROM pg_dist_node WHERE shouldhaveshards AND isactive"):
        raise StoreUnavailable(
            "the Citus cluster has no workers: make them known (SELECT citus_add_node('host', 5432))"
        )


def _has_citus(link: Link) -> bool:
    return bool(_one(link, "SELECT count(*) FROM pg_extension WHERE extname = 'citus'"))


def _one(link: Link, sql: str) -> int:
    link.add(sql)
    [answer] = link.exchange()
    return int(answer.rows[0][0])
