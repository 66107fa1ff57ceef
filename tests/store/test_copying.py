"""A copy of a whole store: between the engines, interrupted and gone on with, and refused where it isn't one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tailrace import store
from tailrace.store import blobs, changes, copying, deliveries, items, leases, log_events, messages, resources
from tailrace.store.engine import Store, Transaction
from tailrace.store.layout import TableLayout
from tests.postgres import Databases
from tests.store.tables import NOW, PK, item, open_stream, putting, records


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

    class Stop(Exception):
        pass

    def stop(what: str, done: int, of: int) -> None:
        if what == "changes" and done:
            raise Stop

    with pytest.raises(Stop):
        await copying.copy(source, target, "a", stop, NOW)
    with pytest.raises(copying.NotPossible, match="a part of a copy of a"):
        await copying.copy(source, target, "b", silent, NOW)
    await copying.copy(source, target, "a", lambda what, done, of: told.append(f"{what} {done}"), NOW)
    assert f"items {450}" in told
    assert "items 0" not in told, "what was copied isn't copied again"
    await is_whole(target, layout)
    await source.close()
    await target.close()


async def test_a_copy_that_differs_is_told(tmp_path: Path) -> None:
    source, target = await store.open("memory:"), await store.open(str(tmp_path / "data"))
    await fill(source)
    key = await source.view(lambda tx: items.range(tx, 1, b"", items.END, limit=1)[0].key)

    def falsify(what: str, done: int, of: int) -> None:
        if what == "items verified":
            raise AssertionError("it went unnoticed")

    await target.update(
        lambda tx: tx.run(
            "CREATE TRIGGER t AFTER INSERT ON items BEGIN UPDATE items SET body = x'7b7d' WHERE key = new.key; END"
        )
    )
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
