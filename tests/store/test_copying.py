"""A copy of a whole store: between the engines, interrupted and gone on with, and refused where it isn't one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tailrace import store
from tailrace.store import blobs, changes, copying, deliveries, items, leases, log_events, messages, resources
from tailrace.store.engine import Store, Transaction
from tailrace.store.layout import TableLayout
from tests.postgres import Databases
from tests.store.tables import NOW, PK, everything, item, open_stream, putting, records
from tests.store.traffic import contents


def silent(what: str, done: int, of: int) -> None:
    """Nobody looks."""


async def fill(place: Store) -> TableLayout:
    """Something in most tables."""
    layout = TableLayout("t", "s", 1, PK, stream=await open_stream(place, 2))
    for number in range(450):
        await place.update(putting(layout, item(f"k{number}", note="\0" if number % 2 else "plain")))

    def more(tx: Transaction) -> None:
        resources.put(tx, "k", "s", "n", {"a": "ä\0"})
        blobs.put(tx, bytes(range(256)) * 100)
        deliveries.put(tx, "kind", {"x": 1}, NOW)
        lease = leases.acquire(tx, "trigger/m/1", "embedded", NOW, 1e9)
        assert lease
        leases.save(tx, lease, {"lanes": [7]})
        log_events.ensure_stream(tx, "s", "g", "st", NOW)
        log_events.append(tx, "s", "g", "st", [(1, "hello\0")], 2)
        queue = messages.open_queue(tx, 100.0)
        messages.put(tx, queue, "body", {}, now=NOW)

    await place.update(more)
    return layout


async def is_whole(place: Store, layout: TableLayout) -> None:
    """What `fill` made is there, and goes on as if nothing had happened."""

    def check(tx: Transaction) -> int:
        assert items.measure(tx, 1)[0] == 450
        assert layout.stream is not None
        assert sum(len(shard) for shard in records(tx, layout.stream.stream)) == 450
        assert resources.get(tx, "k", "s", "n") == {"a": "ä\0"}
        assert leases.read(tx, "trigger/m/1") == {"lanes": [7]}
        [event] = log_events.tail(tx, "s", "g", 0, 10)
        assert event.message == "hello\0"
        return event.event

    event = await place.view(check)
    taken = await place.update(lambda tx: leases.acquire(tx, "trigger/m/1", "another", NOW, 1))
    assert taken is not None, "a lease of the store that was left holds nobody up"
    assert taken.state == {"lanes": [7]}
    await place.update(putting(layout, item("new")))
    await place.update(lambda tx: log_events.append(tx, "s", "g", "st", [(3, "later")], 4))
    assert await place.view(log_events.latest) > event, "numbers go on behind those that were copied"


@pytest.mark.parametrize("back", [False, True], ids=["to-postgresql", "from-postgresql"])
async def test_everything_comes_along(databases: Databases, tmp_path: Path, back: bool) -> None:
    places = [str(tmp_path / "data"), databases.new()]
    source, target = [await store.open(data) for data in (reversed(places) if back else places)]
    try:
        layout = await fill(source)
        assert await copying.copy(source, target, "a", silent, NOW) > 900
        await is_whole(target, layout)
    finally:
        await source.close()
        await target.close()
        databases.drop()


async def test_an_interrupted_copy_goes_on(tmp_path: Path) -> None:
    source, target = await store.open("memory:"), await store.open(str(tmp_path / "data"))
    layout = await fill(source)
    told: list[str] = []
    await interrupted(source, target, "changes", 1)
    with pytest.raises(copying.NotPossible, match="a part of a copy of a"):
        await copying.copy(source, target, "b", silent, NOW)
    await copying.copy(source, target, "a", lambda what, done, of: told.append(f"{what} {done}"), NOW)
    assert f"items {450}" in told
    assert "items 0" not in told, "what was copied isn't copied again"
    await is_whole(target, layout)
    await source.close()
    await target.close()


class Stop(Exception):
    """The copy is interrupted."""


async def interrupted(source: Store, target: Store, at: str, rows: int) -> None:
    """A copy that ends when something of a table is done, and so many of its rows."""

    def stop(what: str, done: int, of: int) -> None:
        if what == at and done >= rows:
            raise Stop

    with pytest.raises(Stop):
        await copying.copy(source, target, "a", stop, NOW)


async def serve(place: Store, layout: TableLayout) -> None:
    """Changes of every kind, before and behind where a copy had come to, of names and of what is numbered."""
    for number in (*range(0, 450, 9), *range(450, 900)):
        await place.update(putting(layout, item(f"k{number}", note="again")))

    def change(tx: Transaction) -> None:
        keys = [each.key for each in everything(tx, 1)]
        for key in (*keys[::7], keys[-1]):
            tx.do("DELETE FROM items WHERE key = ?", key)
        tx.do("DELETE FROM changes WHERE sequence = (SELECT max(sequence) FROM changes)")
        tx.do("DELETE FROM deliveries")
        log_events.drop_group(tx, "s", "g")
        for name in ("g", "h"):
            log_events.ensure_stream(tx, "s", name, "st", NOW)
            log_events.append(tx, "s", name, "st", [(2, f"of the new {name}")], 3)
        resources.put(tx, "k", "s", "n", {"a": "changed"})
        resources.put(tx, "k", "s", "m", {"b": 1})

    await place.update(change)


@pytest.mark.parametrize(("at", "rows"), [("items", 200), ("changes", 1), ("log_groups verified", 1)])
@pytest.mark.parametrize("back", [False, True], ids=["to-postgresql", "from-postgresql"])
async def test_what_changed_since_a_copy_was_interrupted_comes_along(
    databases: Databases, tmp_path: Path, back: bool, at: str, rows: int
) -> None:
    places = [str(tmp_path / "data"), databases.new()]
    source, target = [await store.open(data) for data in (reversed(places) if back else places)]
    try:
        layout = await fill(source)
        await interrupted(source, target, at, rows)
        await serve(source, layout)
        assert await copying.copy(source, target, "a", silent, NOW) > 900
        assert await contents(target) == await contents(source)
        await target.view(copying.check_whole)
        event = await target.view(log_events.latest)
        await target.update(lambda tx: log_events.append(tx, "s", "g", "st", [(3, "later")], 4))
        assert await target.view(log_events.latest) > event, "numbers go on behind those that were copied"
    finally:
        await source.close()
        await target.close()
        databases.drop()


async def test_a_table_that_was_emptied_since_is_empty(tmp_path: Path) -> None:
    source, target = await store.open("memory:"), await store.open(str(tmp_path / "data"))
    await fill(source)
    await interrupted(source, target, "changes", 1)
    await source.update(lambda tx: tx.do("DELETE FROM items"))
    await source.update(lambda tx: tx.do("DELETE FROM changes"))
    await copying.copy(source, target, "a", silent, NOW)
    assert await contents(target) == await contents(source)
    await source.close()
    await target.close()


async def test_who_uses_the_source_before_the_end_is_noticed(tmp_path: Path) -> None:
    source, target = await store.open("memory:"), await store.open(str(tmp_path / "data"))
    layout = await fill(source)
    begun: list[asyncio.Task[object]] = []

    def serve_meanwhile(what: str, done: int, of: int) -> None:
        if what == "items verified":
            lease = source.update(lambda tx: leases.acquire(tx, "node/x", "x", NOW, 7))
            begun.extend(asyncio.ensure_future(each) for each in (lease, source.update(putting(layout, item("new")))))

    with pytest.raises(copying.NotPossible, match="stop them"):
        await copying.copy(source, target, "a", serve_meanwhile, NOW)
    await asyncio.gather(*begun)
    await source.update(lambda tx: leases.forget_named(tx, ["node/x"]))
    await copying.copy(source, target, "a", silent, NOW)
    assert await contents(target) == await contents(source)
    await source.close()
    await target.close()


async def test_a_copy_that_differs_is_told(tmp_path: Path) -> None:
    source, target = await store.open("memory:"), await store.open(str(tmp_path / "data"))
    await fill(source)
    key = await source.view(lambda tx: everything(tx, 1)[0].key)

    def falsify(what: str, done: int, of: int) -> None:
        if what == "items verified":
            raise AssertionError("it went unnoticed")

    falsely = "ON items BEGIN UPDATE items SET body = x'7b7d' WHERE key = new.key; END"
    for event in ("INSERT", "UPDATE"):
        await target.update(lambda tx, event=event: tx.run(f"CREATE TRIGGER t_{event} AFTER {event} {falsely}"))  # type: ignore[misc]
    for _ in range(2):  # one that goes on looks for what has changed, and finds that it isn't that
        with pytest.raises(copying.NotPossible, match="items differs"):
            await copying.copy(source, target, "a", falsify, NOW)
    assert key
    await source.close()
    await target.close()


async def test_only_an_empty_store_is_copied_to(tmp_path: Path) -> None:
    source, target = await store.open("memory:"), await store.open(str(tmp_path / "data"))
    await target.update(lambda tx: resources.put(tx, "k", "s", "n", {}))
    with pytest.raises(copying.NotPossible, match="isn't empty"):
        await copying.copy(source, target, "a", silent, NOW)
    await source.close()
    await target.close()


async def test_a_database_in_use_is_not_copied(tmp_path: Path) -> None:
    source, target = await store.open("memory:"), await store.open(str(tmp_path / "data"))
    await source.update(lambda tx: leases.acquire(tx, "node/x", "x", NOW, 7))
    with pytest.raises(copying.NotPossible, match="stop them"):
        await copying.copy(source, target, "a", silent, NOW)
    assert await source.view(lambda tx: changes.shards(tx, 1)) == []
    await source.close()
    await target.close()
