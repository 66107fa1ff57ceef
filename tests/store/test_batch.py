"""Several items that one transaction changes leave what as many single writes leave."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest

from tailrace.base.errors import ApiError
from tailrace.store import expirations, history, items
from tailrace.store.batch import Batch
from tailrace.store.engine import Store, Transaction
from tailrace.store.image import Image
from tailrace.store.layout import ExpiryLayout, IndexLayout, Item, TableLayout
from tests.store.tables import (
    INDEXED,
    NOW,
    PLAIN,
    deleting,
    everything,
    item,
    key_of,
    of_items,
    open_stream,
    putting,
    records,
)

RANDOM = random.Random(7)  # noqa: S311 - content, not secrets


async def full_table(place: Store, first: int) -> TableLayout:
    """A table with everything that a write has to keep, whose collections are numbered from `first` on."""
    stream = await open_stream(place, shards=4)
    await place.update(lambda tx: history.keep(tx, first, NOW - 1, 1000.0))
    indexes: tuple[IndexLayout, ...] = tuple(
        replace(index, collection=first + number) for number, index in enumerate(INDEXED.indexes, 1)
    )
    expiry = ExpiryLayout("until", first)
    return replace(INDEXED, collection=first, indexes=indexes, stream=stream, expiry=expiry, recorded=True)


def in_batch(layout: TableLayout, wanted: list[tuple[Item, bool]], now: float) -> Callable[[Transaction], Any]:
    """A closure that puts (True) and deletes in one batch; the changes."""

    def write(tx: Transaction) -> list[items.Change]:
        batch = Batch(tx, now)
        batch.read([(layout.collection, key_of(layout, each)) for each, _ in wanted])
        done = [
            batch.change(layout, key_of(layout, each), of_items(lambda old, new=each if put else None: new))
            for each, put in wanted
        ]
        batch.write()
        return done

    return write


def told(change: items.Change) -> Any:
    """All that a change tells of itself."""
    images = [(image.item, image.body, image.size) for image in (change.old, change.new)]
    return images, change.index_writes, change.wrote


def state(layout: TableLayout) -> Callable[[Transaction], Any]:
    """All that a table's writes have left, without the numbers that are its own."""
    assert layout.stream
    assert layout.expiry
    stream, expiry = layout.stream, layout.expiry

    def look(tx: Transaction) -> Any:
        collections = [layout.collection, *(index.collection for index in layout.indexes)]
        replaced = tx.rows(
            "SELECT created, key, body, size FROM history WHERE collection = ? ORDER BY number", layout.collection
        )
        return (
            [everything(tx, collection) for collection in collections],
            [items.measure(tx, collection) for collection in collections],
            [[(each.created, orjson.loads(each.body)) for each in shard] for shard in records(tx, stream.stream)],
            sorted(replaced),
            expirations.due(tx, expiry, NOW + 1e6, 1000),
        )

    return look


async def test_a_batch_leaves_what_single_writes_leave(place: Store) -> None:
    single, batched = await full_table(place, 10), await full_table(place, 20)
    for turn in range(12):
        wanted = []
        for number in sorted(RANDOM.sample(range(12), 6)):
            some = {
                "group": f"g{RANDOM.randrange(3)}",
                "n": RANDOM.randrange(3),
                "until": int(NOW) + RANDOM.randrange(9),
            }
            kept = {name: value for name, value in some.items() if RANDOM.random() < 0.7}
            wanted.append((item("p", number, color="red", **kept), RANDOM.random() < 0.7))
        wanted.sort(key=lambda each: key_of(single, each[0]))
        one_by_one = [
            await place.update((putting if put else deleting)(single, each, NOW + turn)) for each, put in wanted
        ]
        at_once = await place.update(in_batch(batched, wanted, NOW + turn))
        assert list(map(told, at_once)) == list(map(told, one_by_one))
        assert await place.view(state(single)) == await place.view(state(batched))


async def test_what_a_batch_decided_is_nothing_until_it_is_written(place: Store) -> None:
    key = key_of(PLAIN, item("a"))

    def decide(tx: Transaction) -> items.Change:
        batch = Batch(tx, NOW)
        batch.read([(1, key)])
        return batch.change(PLAIN, key, lambda old: Image(item("a")))

    assert (await place.update(decide)).wrote
    assert await place.view(lambda tx: everything(tx, 1)) == []


async def test_what_a_batch_refuses_leaves_the_rest_of_it(place: Store) -> None:
    def refuse(old: Image) -> Image:
        raise ApiError("ConditionalCheckFailedException", "The conditional request failed")

    def write(tx: Transaction) -> None:
        batch = Batch(tx, NOW)
        batch.read([(1, key_of(PLAIN, item("a"))), (1, key_of(PLAIN, item("b")))])
        with pytest.raises(ApiError):
            batch.change(PLAIN, key_of(PLAIN, item("a")), refuse)
        batch.change(PLAIN, key_of(PLAIN, item("b")), lambda old: Image(item("b")))
        batch.write()

    await place.update(write)
    assert [orjson.loads(each.body) for each in await place.view(lambda tx: everything(tx, 1))] == [item("b")]


async def test_an_item_may_be_changed_twice(place: Store) -> None:
    wanted = [(item("a", n=1), True), (item("b"), True), (item("a", n=1), False), (item("a", n=2), True)]
    changes = await place.update(in_batch(PLAIN, wanted, NOW))
    assert [(each.old.item, each.new.item) for each in changes] == [
        (None, item("a", n=1)),
        (None, item("b")),
        (item("a", n=1), None),
        (None, item("a", n=2)),
    ]
    assert await place.view(lambda tx: items.measure(tx, 1)) == (2, changes[1].new.size + changes[3].new.size)


async def test_a_batch_takes_several_tables_at_once(place: Store) -> None:
    other = replace(PLAIN, collection=7)

    def write(tx: Transaction) -> list[items.Change]:
        batch = Batch(tx, NOW)
        places = [(layout, key_of(layout, item(name))) for layout in (other, PLAIN) for name in "ab"]
        batch.read([(layout.collection, key) for layout, key in places])
        done = [batch.change(layout, key, of_items(lambda old: None if old else item("x"))) for layout, key in places]
        batch.write()
        return done

    assert [each.old.item for each in await place.update(write)] == [None] * 4
    assert [each.new.item for each in await place.update(write)] == [None] * 4
    assert await place.view(lambda tx: [items.measure(tx, 1), items.measure(tx, 7)]) == [(0, 0), (0, 0)]
