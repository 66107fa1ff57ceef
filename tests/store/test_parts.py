"""What a store that is distributed on Citus sends where. That Citus does with it what it should: test_citus.py."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tailrace.store import StoreUnavailable, changes, postgresql
from tailrace.store.postgresql import distribution, parts
from tailrace.store.postgresql.link import Link, LinkLost, Refused
from tailrace.store.postgresql.updating import STRIPES
from tests.postgres import CITUS, Databases

FIRST, SIXTH = b"\x0fkey", b"\x5fkey"
SHARD = 35  # of the part 3
START = changes.first_number(SHARD)


def place(part: int) -> int:
    return parts.PLACES[part]


@pytest.mark.parametrize(
    ("sql", "given", "sent", "parameters"),
    [
        (
            "SELECT body, size FROM items WHERE collection = ? AND key = ? FOR UPDATE",
            (7, SIXTH),
            "SELECT body, size FROM items WHERE collection = ? AND key = ? AND part = ? FOR UPDATE",
            (7, SIXTH, place(5)),
        ),
        (
            "UPDATE items SET body = ?, size = ? WHERE collection = ? AND key = ?",
            (b"{}", 1, 7, FIRST),
            "UPDATE items SET body = ?, size = ? WHERE collection = ? AND key = ? AND part = ?",
            (b"{}", 1, 7, FIRST, place(0)),
        ),
        (
            "WITH changed AS (INSERT INTO items (collection, key, body, size) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (collection, key) DO NOTHING RETURNING 1) SELECT 1 / count(*) FROM changed",
            (7, SIXTH, b"{}", 1),
            "INSERT INTO items (part, collection, key, body, size) VALUES (?, ?, ?, ?, ?)",  # fails where it is there
            (place(5), 7, SIXTH, b"{}", 1),
        ),
        (
            "SELECT key FROM items WHERE collection = ? AND key IN (?, ?) OR collection = ? AND key IN (?) LIMIT ?",
            (7, FIRST, SIXTH, 8, SIXTH, 9),
            "SELECT key FROM items WHERE collection = ? AND key IN (?, ?) AND part IN (?, ?) "
            "OR collection = ? AND key IN (?) AND part IN (?) LIMIT ?",
            (7, FIRST, SIXTH, place(0), place(5), 8, SIXTH, place(5), 9),
        ),
        (
            "SELECT key FROM items WHERE collection = ? AND key >= ? AND key < ? ORDER BY key LIMIT ?",
            (7, b"\x50", b"\x60", 9),  # all of the sixth part, and nothing of the seventh
            "SELECT key FROM items WHERE collection = ? AND key >= ? AND key < ? AND part = ? ORDER BY key LIMIT ?",
            (7, b"\x50", b"\x60", place(5), 9),
        ),
        (
            "INSERT INTO collections (collection, stripe, items, bytes) VALUES (?, ?, ?, ?) ON CONFLICT "
            "(collection, stripe) DO UPDATE SET items = collections.items + excluded.items",
            (7, 15, 1, 20),
            "INSERT INTO collections (part, collection, stripe, items, bytes) VALUES (?, ?, ?, ?, ?) ON CONFLICT "
            "(collection, stripe, part) DO UPDATE SET items = collections.items + excluded.items",
            (place(15), 7, 15, 1, 20),
        ),
        (
            "INSERT INTO items (collection, key, body, size) VALUES (7, ?, ?, 1), (7, ?, ?, 1) ON CONFLICT "
            "(collection, key) DO UPDATE SET body = excluded.body",
            (FIRST, b"a", SIXTH, b"b"),
            "INSERT INTO items (part, collection, key, body, size) VALUES (?, 7, ?, ?, 1), (?, 7, ?, ?, 1) ON CONFLICT "
            "(collection, key, part) DO UPDATE SET body = excluded.body",
            (place(0), FIRST, b"a", place(5), SIXTH, b"b"),
        ),
        (
            "DELETE FROM expirations WHERE collection = ? AND due = ? AND key = ?",
            (7, 1, FIRST),
            "DELETE FROM expirations WHERE collection = ? AND due = ? AND key = ? AND part = ?",
            (7, 1, FIRST, place(0)),
        ),
        (
            "UPDATE shards SET latest = latest + ? WHERE shard = ? AND closed IS NULL",
            (2, SHARD),
            "UPDATE shards SET latest = latest + ? WHERE shard = ? AND part = ? AND closed IS NULL",
            (2, SHARD, place(3)),
        ),
        (
            "WITH changed AS (UPDATE shards SET latest = latest + ? WHERE shard = ? AND closed IS NULL RETURNING 1) "
            "SELECT 1 / count(*) FROM changed",
            (2, SHARD),
            "UPDATE shards SET latest = latest + ? / (closed IS NULL)::int WHERE shard = ? AND part = ?",
            (2, SHARD, place(3)),
        ),
        (
            "INSERT INTO changes (sequence, created, body, origin) SELECT latest - ?, ?, ?, ? FROM shards "
            "WHERE shard = ? UNION ALL SELECT latest - ?, ?, ?, ? FROM shards WHERE shard = ?",
            (1, 1.0, b"{}", None, SHARD, 0, 1.0, b"{}", None, SHARD),
            "INSERT INTO changes (part, sequence, created, body, origin) SELECT part, latest - ?, ?, ?, ? FROM shards "
            "WHERE shard = ? AND part = ? "
            "UNION ALL SELECT part, latest - ?, ?, ?, ? FROM shards WHERE shard = ? AND part = ?",
            (1, 1.0, b"{}", None, SHARD, place(3), 0, 1.0, b"{}", None, SHARD, place(3)),
        ),
        (
            "SELECT body FROM changes WHERE sequence > ? AND sequence < ? ORDER BY sequence LIMIT ?",
            (START, changes.first_number(SHARD + 1), 9),
            "SELECT body FROM changes WHERE sequence > ? AND sequence < ? AND part = ? ORDER BY sequence LIMIT ?",
            (START, changes.first_number(SHARD + 1), place(3), 9),
        ),
        (
            "SELECT body FROM changes WHERE sequence > ? AND sequence <= ? LIMIT ?",
            (START, START + 8, 9),
            "SELECT body FROM changes WHERE sequence > ? AND sequence <= ? AND part = ? LIMIT ?",
            (START, START + 8, place(3), 9),
        ),
    ],
)
def test_a_statement_about_one_part_is_sent_there(
    sql: str, given: tuple[object, ...], sent: str, parameters: tuple[object, ...]
) -> None:
    assert parts.routed(sql, given) == (sent, parameters)
    assert parts.routed(sql, given) == (sent, parameters), "and so the next time"


@pytest.mark.parametrize(
    ("sql", "given"),
    [
        ("SELECT key FROM items WHERE collection = ? AND key >= ? AND key < ?", (7, b"\x5f", b"\x60\x01")),
        ("SELECT key FROM items WHERE collection = ? AND key > ? ORDER BY key LIMIT ?", (7, b"", 9)),
        ("SELECT shard FROM shards WHERE stream = ? AND shard > ? ORDER BY shard", (1, 0)),
        # Sixteen shards on is the same part, but what lies between isn't.
        ("SELECT body FROM changes WHERE sequence > ? AND sequence <= ?", (START, changes.first_number(SHARD + 16))),
        ("SELECT coalesce(sum(items), 0) FROM collections WHERE collection = ?", (7,)),
        ("SELECT body FROM history WHERE collection = ? AND key = ?", (7, FIRST)),  # stays on the coordinator
        ("SELECT state FROM leases WHERE name = ?", ("a",)),
    ],
)
def test_what_asks_for_several_parts_or_for_none_stays_as_it_is(sql: str, given: tuple[object, ...]) -> None:
    assert parts.routed(sql, given) == (sql, given)


def test_two_divided_tables_meet_part_by_part() -> None:
    sql, _ = parts.routed("SELECT shard FROM shards JOIN changes ON sequence = trimmed + 1 WHERE created < ?", (1.0,))
    assert "JOIN changes ON changes.part = shards.part AND sequence = trimmed + 1" in sql


def test_a_count_is_divided_as_the_keys_are() -> None:
    assert STRIPES == parts.PARTS


def test_each_place_lies_in_its_own_sixteenth_of_the_hashes(databases: Databases) -> None:
    """So that each of Citus's sixteen pieces of a table holds one part."""
    link = Link(databases.new())
    try:
        for place_of_part in parts.PLACES:
            link.add("SELECT (hashint8(?)::bigint + 2147483648) >> 28", (place_of_part,))
        assert [answer.rows[0][0] for answer in link.exchange()] == list(range(parts.PARTS))
    finally:
        link.close()
        databases.drop()


def test_a_store_is_divided_by_these_statements() -> None:
    sent = list(distribution.statements())
    places = "(ARRAY[1, 24, 10, 5, 4, 16, 0, 3, 52, 28, 6, 13, 2, 41, 9, 11]::bigint[])"
    assert sent[:7] == [
        "ALTER TABLE items ADD COLUMN part BIGINT",
        f"UPDATE items SET part = {places}[((get_byte(key, 0) >> 4) % 16)::int + 1]",
        "ALTER TABLE items ALTER COLUMN part SET NOT NULL",
        "ALTER TABLE items DROP CONSTRAINT items_pkey",
        "ALTER TABLE items ADD PRIMARY KEY (collection, key, part)",
        "SELECT create_distributed_table('items', 'part', colocate_with => 'none', shard_count => 16)",
        "SELECT truncate_local_data_after_distributing_table('items')",
    ]
    assert [each for each in sent if "create_distributed" in each][1:] == [
        f"SELECT create_distributed_table('{name}', 'part', colocate_with => 'items')"
        for name in ("expirations", "collections", "shards", "changes")
    ]


def test_the_database_finds_the_part_that_statements_name(databases: Databases) -> None:
    """`tailrace distribute` computes the part of what is there in SQL, and each later statement in Python."""
    link = Link(databases.new())
    edge = changes.first_number(changes.EARLY_SHARDS)
    numbers = [START + 1, edge - 1, edge, edge + 1, changes.first_number(changes.EARLY_SHARDS + 5) + 7]
    try:
        [home] = [table.home for table in distribution.DIVIDED if table.name == "changes"]
        for number in numbers:
            link.add(f"SELECT ({home}) % 16 FROM (SELECT ?::bigint AS sequence) given", (number,))  # noqa: S608
        assert [answer.rows[0][0] for answer in link.exchange()] == [changes.shard_of(each) % 16 for each in numbers]
    finally:
        link.close()
        databases.drop()


@pytest.mark.parametrize("route", [None, parts.routed])
def test_a_commit_that_a_worker_may_have_done_is_not_taken_for_undone(databases: Databases, route: Any) -> None:
    """Citus tells by an error of a worker that went away in its commit; a database alone has undone what it refuses."""
    link = Link(databases.new_undivided(), route=route)
    link.add("CREATE TABLE once (n BIGINT UNIQUE DEFERRABLE INITIALLY DEFERRED)", check=True)
    link.exchange()
    link.add("BEGIN", check=True)
    link.add("INSERT INTO once VALUES (1), (1)", check=True)
    link.add("COMMIT", check=True, commit=True)
    with pytest.raises(LinkLost if route else Refused) as raised:
        link.exchange()
    assert getattr(raised.value, "committing", False) == bool(route)
    link.close()
    databases.drop()


@pytest.mark.skipif(bool(os.environ.get(CITUS)), reason="this database has Citus: run it without")
def test_a_database_without_citus_is_not_divided(databases: Databases) -> None:
    with pytest.raises(StoreUnavailable, match="no extension citus: CREATE EXTENSION citus"):
        postgresql.distribute(databases.new(), lambda tx: None)
    databases.drop()
