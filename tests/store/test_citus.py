"""What holds where the tables are distributed on a real Citus, and what makes it hold.

No package of Debian's has it, so this file runs where there is one:

    TAILRACE_TEST_CITUS=postgresql://user@coordinator/database pytest tests/store

A superuser of a coordinator with two workers or more (shared_preload_libraries = 'citus', max_prepared_transactions and
max_connections of 300). All other tests of this folder then run on it, too, a schema each.
"""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import orjson
import psycopg
import pytest

from tailrace import distributing, store
from tailrace.base import clock
from tailrace.base.errors import Missing
from tailrace.expression import keys
from tailrace.store import changes, collections, copying, items, leases, lineage, resources
from tailrace.store.copying import notes, rows
from tailrace.store.engine import Store, StoreUnavailable, Transaction
from tailrace.store.layout import StreamLayout, TableLayout
from tailrace.store.postgresql import parts
from tailrace.store.postgresql.place import PostgresStore
from tests.postgres import CITUS, Databases
from tests.store.tables import INDEXED, NOW, PK, PLAIN, item, key_of, of_items, open_stream, putting

pytestmark = pytest.mark.skipif(not os.environ.get(CITUS), reason=f"no Citus: give {CITUS}=url of its coordinator")
ROUNDS = 40
NAMED = "tailrace-two-phases"
NOTES = (
    "SELECT count(*) FROM pg_dist_transaction WHERE split_part(gid, '_', 3)::int IN "
    "(SELECT pid FROM pg_stat_activity WHERE application_name = %s)"
)
"""The transactions of the connections of that name that were committed in two phases."""


@pytest.fixture
def url(databases: Databases) -> Iterator[str]:
    """An empty store that is distributed."""
    yield databases.new()
    databases.drop()


@pytest.fixture
async def place(url: str) -> AsyncIterator[Store]:
    opened = await store.open(url)
    yield opened
    await opened.close()


def asked(url: str, sql: str, *parameters: object) -> Any:
    """The first value that the database answers."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(sql, parameters).fetchone()
        return row[0] if row else None


def names_of(part: int) -> Iterator[str]:
    """Partition keys whose items are of this part."""
    named = (f"k{number}" for number in itertools.count())
    return (name for name in named if parts.of_key(keys.item_key([{"S": name}])) == part)


def moved(url: str, part: int) -> Any:
    """The machine on which a part lies."""
    return asked(
        url,
        "SELECT nodeport FROM citus_shards JOIN pg_dist_shard USING (shardid) WHERE table_name = 'items'::regclass "
        "AND shardid = get_shard_id_for_distribution_column('items', %s)",
        parts.PLACES[part],
    )


async def fitted(place: Store) -> StreamLayout:
    """A stream as the service opens it."""
    stream = await place.update(lambda tx: changes.open_stream(tx, changes.fitting(tx, 1), "NEW_AND_OLD_IMAGES", NOW))
    assert len(stream.shards) == parts.PARTS
    return stream


async def test_neighbours_lie_on_different_machines(place: Store, url: str) -> None:
    machines = [moved(url, part) for part in range(parts.PARTS)]
    assert len(set(machines)) >= 2
    assert max(machines.count(each) for each in machines) <= -(-parts.PARTS // len(set(machines)))


async def test_a_write_is_one_machines_commit(url: str) -> None:
    """Item, record and counters: no commit of two phases, of which the coordinator would keep a note."""
    place = await store.open(f"{url}&application_name={NAMED}")
    table = TableLayout("t", "s", 1, PK, stream=await fitted(place))
    before = asked(url, NOTES, NAMED)
    for part in range(parts.PARTS):
        name = next(names_of(part))
        for grouped in (True, False):
            await place.update(putting(table, {"pk": {"S": name}, "g": {"BOOL": grouped}}), grouped=grouped)
    assert asked(url, NOTES, NAMED) == before
    assert asked(url, "SELECT count(*) FROM changes") == 2 * parts.PARTS
    for divided in ("items", "changes"):
        assert asked(url, f"SELECT count(DISTINCT part) FROM {divided}") == parts.PARTS  # noqa: S608
    wide = TableLayout("w", "s", 2, PK, stream=await open_stream(place))  # a shard that takes the hashes of all parts
    before = asked(url, NOTES, NAMED)
    for part in (0, 1):
        await place.update(putting(wide, {"pk": {"S": next(names_of(part))}}), grouped=True)
    assert asked(url, NOTES, NAMED) > before, "the note is there to be seen"
    await place.close()


async def test_a_query_asks_one_machine(place: Store, url: str) -> None:
    prefix = keys.partition_prefix([{"S": "p"}])
    for n in range(5):
        await place.update(putting(INDEXED, item("p", n)))
    sql = "SELECT key, body, size FROM items WHERE collection = ? AND key >= ? AND key < ? ORDER BY key LIMIT ?"
    routed, given = parts.routed(sql, (1, prefix, keys.after(prefix), 10))
    for statement, values, tasks in ((routed, given, 1), (sql, (1, prefix, keys.after(prefix), 10), parts.PARTS)):
        with psycopg.connect(url) as connection:
            plan = connection.execute("EXPLAIN " + statement.replace("?", "%s"), values).fetchall()
        assert f"Task Count: {tasks}" in "\n".join(row[0] for row in plan)


async def test_a_filled_store_is_divided(databases: Databases) -> None:
    url = databases.new_undivided()
    place = await store.open(url)
    table = TableLayout("t", "s", 1, PK, stream=await open_stream(place, 2))
    for n in range(60):
        await place.update(putting(table, {"pk": {"S": f"k{n}"}}))
    before = [await rows.checksum(place, each) for each in copying.tables()]
    await place.close()
    assert distributing.run(url) == "The store is distributed over the workers: start its servers as before."
    assert distributing.run(url) == "The store is distributed already."
    place = await store.open(url)
    assert [await rows.checksum(place, each) for each in copying.tables()] == before
    for n in range(60):
        stored = keys.item_key([{"S": f"k{n}"}])
        assert await place.view(lambda tx, stored=stored: items.get(tx, table, stored)), "found where it is looked for"
    await place.update(putting(table, {"pk": {"S": "k0"}, "new": {"BOOL": True}}), grouped=True)
    found = [await place.view(lambda tx, s=s: changes.read(tx, s.shard, 0, 100, 1 << 20)) for s in table.stream.shards]  # type: ignore[union-attr]
    assert sum(map(len, found)) == 61
    await place.close()
    databases.drop()


async def test_a_store_in_use_is_not_divided(databases: Databases) -> None:
    url = databases.new_undivided()
    place = await store.open(url)
    now = clock.SystemClock().now()
    await place.update(lambda tx: leases.acquire(tx, "node/a", "a", now, 60.0))
    with pytest.raises(distributing.NotPossible, match="1 servers use the database"):
        distributing.run(url)
    await place.close()
    databases.drop()


async def test_changes_are_not_noted_there(place: Store) -> None:
    """For a copy while servers go on."""
    with pytest.raises(copying.NotPossible, match="stop the servers, and copy without --online"):
        await notes.begin(place, copying.tables(), "elsewhere")
    assert await place.view(notes.mark) is None


async def test_a_worker_is_not_taken_for_the_store(place: Store, url: str) -> None:
    host, port = asked(url, "SELECT (nodename, nodeport) FROM pg_dist_node WHERE groupid > 0 LIMIT 1")
    worker = psycopg.conninfo.make_conninfo(url, host=host, port=port)
    given = psycopg.conninfo.conninfo_to_dict(worker)
    at = f"postgresql://{given['user']}@{host}:{port}/{given['dbname']}?options={given['options'].replace('=', '%3D')}"
    with pytest.raises(StoreUnavailable, match="a worker of a Citus cluster: give the URL of its coordinator"):
        await store.open(at)


async def test_a_shard_of_before_is_continued_part_by_part(place: Store) -> None:
    stream = await open_stream(place, 4)
    old = stream.shards[1]
    cut = old.low + (old.high - old.low) // 3
    children = await place.update(lambda tx: lineage.succeed(tx, old.shard, cut, NOW))
    size = changes.HASH_END // parts.PARTS
    bounds = sorted({old.low, cut, *range(old.low, old.high + 1, size)})
    assert [(each.low, each.high) for each in children] == list(itertools.pairwise(bounds))
    assert all(each.shard % parts.PARTS == each.low // size for each in children)
    [grandchild] = await place.update(lambda tx: lineage.succeed(tx, children[0].shard, None, NOW))
    assert (grandchild.low, grandchild.high) == (children[0].low, children[0].high)
    with pytest.raises(Missing):
        await place.update(lambda tx: lineage.succeed(tx, old.shard, None, NOW))


async def test_slices_that_lock_come_part_by_part(place: Store) -> None:
    for n in range(40):
        await place.update(putting(PLAIN, {"pk": {"S": f"k{n}"}}))
    after: bytes | None = b""
    found: list[bytes] = []
    while after is not None:
        slice_of, after = await place.update(lambda tx, after=after: collections.slice_locked(tx, 1, after, 3))  # type: ignore[misc]
        found += [key for key, _ in slice_of]
    assert found == sorted(keys.item_key([{"S": f"k{n}"}]) for n in range(40))


@pytest.fixture
async def nodes(url: str) -> AsyncIterator[list[Store]]:
    opened = [await store.open(url) for _ in range(2)]
    await opened[0].update(lambda tx: resources.put(tx, "table", "s", "t", {"v": 1}))
    yield opened
    for each in opened:
        await each.close()


def two_names(url: str) -> tuple[str, str]:
    """Two partition keys on two machines."""
    machine = moved(url, 0)
    other = next(part for part in range(parts.PARTS) if moved(url, part) != machine)
    return next(names_of(0)), next(names_of(other))


async def test_no_circle_of_transactions_leads_over_two_machines(nodes: list[Store], url: str) -> None:
    """Two that each write what the other relies on to be absent: each machine by itself sees nothing wrong."""

    def transaction(absent: bytes, written: str, table: TableLayout) -> Callable[[Transaction], bool]:
        def change(tx: Transaction) -> bool:
            resources.get(tx, "table", "s", "t")
            if items.get(tx, table, absent) is not None:
                return False
            putting(table, {"pk": {"S": written}})(tx)
            return True

        return change

    names = two_names(url)
    first, second = (keys.item_key([{"S": name}]) for name in names)
    for collection in range(10, 10 + ROUNDS):
        table = TableLayout("t", "s", collection, PK)
        done = await asyncio.gather(
            nodes[0].update(transaction(first, names[1], table)), nodes[1].update(transaction(second, names[0], table))
        )
        assert sorted(done) == [False, True]


async def test_what_is_read_together_was_written_together(nodes: list[Store], url: str) -> None:
    names = two_names(url)
    ended = asyncio.Event()

    def both(n: int) -> Callable[[Transaction], None]:
        def change(tx: Transaction) -> None:
            resources.get(tx, "table", "s", "t")
            for name in names:
                putting(PLAIN, item(name, n=n))(tx)

        return change

    def one_by_one(tx: Transaction) -> list[bytes]:
        resources.get(tx, "table", "s", "t")
        return [found.body for name in names if (found := items.get(tx, PLAIN, key_of(PLAIN, item(name))))]

    def together(tx: Transaction) -> list[bytes]:
        resources.get(tx, "table", "s", "t")
        found = items.get_many(tx, {PLAIN.collection: [key_of(PLAIN, item(name)) for name in names]})
        return [body for body, _ in found[PLAIN.collection]]

    async def look() -> int:
        seen = 0
        while not ended.is_set():
            for read in (one_by_one, together):
                found = [orjson.loads(body)["n"] for body in await nodes[1].view(read)]
                assert found == [found[0]] * 2, read.__name__
                seen += 1
        return seen

    await nodes[0].update(both(0))
    reading = asyncio.ensure_future(look())
    for n in range(1, ROUNDS):
        await nodes[0].update(both(n))
    ended.set()
    assert await reading > ROUNDS // 4


async def test_an_update_is_not_lost_across_nodes(nodes: list[Store]) -> None:
    assert all(isinstance(node, PostgresStore) for node in nodes)
    stored = keys.item_key([{"S": "k"}])

    def count(old: Any) -> Any:
        return {"pk": {"S": "k"}, "n": {"N": str(int(old["n"]["N"]) + 1 if old else 1)}}

    await asyncio.gather(
        *(
            nodes[n % 2].update(lambda tx: items.change(tx, PLAIN, stored, of_items(count), NOW), grouped=True)
            for n in range(100)
        )
    )
    found = await nodes[0].view(lambda tx: items.get(tx, PLAIN, stored))
    assert found
    assert b'"100"' in found.body
