"""Items, their index entries and statistics: all of one write together."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import orjson
import pytest

from tailrace.base.errors import ApiError, Outdated
from tailrace.expression.values import item_size
from tailrace.store import items
from tailrace.store.collections import RowChanges
from tailrace.store.engine import Row, Store, Transaction
from tailrace.store.image import NOTHING, Image
from tailrace.store.layout import TableLayout
from tests.store.tables import (
    BY_COLOR,
    BY_GROUP,
    BY_SIZE,
    INDEXED,
    NOW,
    PK,
    PLAIN,
    SK,
    deleting,
    entry_key,
    everything,
    item,
    key_of,
    open_stream,
    putting,
    records,
)


async def test_put_get_replace_delete(place: Store) -> None:
    first, second = item("a", note="one"), item("a", note="two", n=5)
    change = await place.update(putting(PLAIN, first))
    assert (change.old.item, change.new.item, change.old.size, change.new.size) == (None, first, 0, item_size(first))
    stored = await place.view(lambda tx: items.get(tx, PLAIN, key_of(PLAIN, first)))
    assert stored is not None
    assert (orjson.loads(stored.body), stored.size) == (first, item_size(first))
    change = await place.update(putting(PLAIN, second))
    assert (change.old.item, change.new.item, change.wrote) == (first, second, True)
    change = await place.update(deleting(PLAIN, second))
    assert (change.old.item, change.new.item, change.old.size, change.new.size) == (second, None, item_size(second), 0)
    assert await place.view(lambda tx: items.get(tx, PLAIN, key_of(PLAIN, first))) is None
    assert await place.view(lambda tx: items.measure(tx, 1)) == (0, 0)


async def test_many_are_found_in_the_order_that_they_were_asked_for(place: Store) -> None:
    other = replace(PLAIN, name="other", collection=9)
    for layout in (PLAIN, other):
        for pk in "abcdefgh":
            await place.update(putting(layout, item(pk, note=layout.name)))

    def read(tx: Transaction, asked: str) -> dict[int, list[Row]]:
        keys = [key_of(PLAIN, item(pk)) for pk in asked]
        return items.get_many(tx, {other.collection: keys[1:], PLAIN.collection: keys})

    for asked in ("ah", "gxbaxy", "xx", "cafebabe", "abcdefgh" * 6):
        for run in (place.view, place.update):
            found = await run(lambda tx, asked=asked: read(tx, asked))  # type: ignore[misc]
            for layout, of_it in ((PLAIN, asked), (other, asked[1:])):
                expected = [item(pk, note=layout.name) if pk in "abcdefgh" else None for pk in of_it]
                rows = found[layout.collection]
                assert [body and orjson.loads(body) for body, _ in rows] == expected
                assert [size for _, size in rows] == [each and item_size(each) for each in expected]


async def test_a_refused_condition_leaves_everything_as_it_was(place: Store) -> None:
    await place.update(putting(PLAIN, item("a", n=1)))

    def refuse(old: Image) -> Image:
        raise ApiError("ConditionalCheckFailedException", "The conditional request failed")

    with pytest.raises(ApiError):
        await place.update(lambda tx: items.change(tx, PLAIN, key_of(PLAIN, item("a")), refuse, NOW))
    assert await place.view(lambda tx: len(everything(tx, 1))) == 1


async def test_a_write_that_changes_nothing_writes_nothing(place: Store) -> None:
    stream = await open_stream(place)
    layout = TableLayout("t", "s", 1, PK, SK, (BY_GROUP,), stream)
    thing = item("a", group="g", n=1)
    await place.update(putting(layout, thing))
    again = await place.update(putting(layout, dict(reversed(thing.items()))))
    assert (again.wrote, again.old.size, again.new.size) == (False, item_size(thing), item_size(thing))
    assert again.index_writes == {}
    missing = await place.update(deleting(layout, item("never")))
    assert (missing.wrote, missing.old.item, missing.new.item) == (False, None, None)
    assert await place.view(lambda tx: [len(shard) for shard in records(tx, stream.stream)]) == [1]


async def test_range_is_half_open_in_both_directions(place: Store) -> None:
    things = [item("p", n) for n in range(5)]
    for thing in things:
        await place.update(putting(INDEXED, thing))
    found_keys = [key_of(INDEXED, thing) for thing in things]
    expected = [(orjson.dumps(thing), item_size(thing)) for thing in things]

    def checks(tx: Transaction) -> None:
        def page(low: bytes, high: bytes, limit: int, *, reverse: bool = False) -> list[Row]:
            return items.range(tx, 1, low, high, reverse=reverse, limit=limit)

        assert page(found_keys[1], found_keys[3], 9) == expected[1:3]
        assert page(found_keys[1], found_keys[3], 9, reverse=True) == expected[1:3][::-1]
        assert page(b"", items.END, 2) == expected[:2]
        assert page(b"", items.END, 2, reverse=True) == expected[:2:-1]

    await place.view(checks)


async def test_an_index_is_sparse_and_typed(place: Store) -> None:
    whole = item("a", group="g", n=1)
    await place.update(putting(INDEXED, whole))
    await place.update(putting(INDEXED, item("b", group="g")))  # no `n`
    await place.update(putting(INDEXED, {**item("c", group="g"), "n": {"S": "1"}}))  # `n` is no number
    entries = await place.view(lambda tx: everything(tx, BY_GROUP.collection))
    assert [entry.key for entry in entries] == [entry_key(INDEXED, BY_GROUP, whole)]


async def test_projections_decide_what_an_entry_holds(place: Store) -> None:
    thing = item("a", 1, group="g", n=1, color="red", size=3, note="hi", secret="x")  # noqa: S106

    def contents(tx: Transaction) -> list[object]:
        return [orjson.loads(everything(tx, index.collection)[0].body) for index in INDEXED.indexes]

    await place.update(putting(INDEXED, thing))
    whole, keys_only, include = await place.view(contents)
    assert whole == thing
    assert keys_only == {name: thing[name] for name in ("pk", "sk", "color")}
    assert include == {name: thing[name] for name in ("pk", "sk", "size", "note")}


async def test_only_entries_that_show_a_change_are_rewritten(place: Store) -> None:
    base = item("a", group="g", n=1, color="red", size=3)
    made = await place.update(putting(INDEXED, base))
    assert set(made.index_writes) == {"by-group", "by-color", "by-size"}
    other = {**base, "other": {"S": "x"}}
    changed = await place.update(putting(INDEXED, other))
    assert changed.index_writes == {"by-group": (item_size(other),)}
    moved = {**other, "color": {"S": "crimson"}}
    changed = await place.update(putting(INDEXED, moved))
    shown = [{name: i[name] for name in ("pk", "sk", "color")} for i in (other, moved)]
    assert changed.index_writes["by-color"] == (item_size(shown[0]), item_size(shown[1]))
    assert "by-size" not in changed.index_writes
    left = {name: value for name, value in moved.items() if name != "color"}
    changed = await place.update(putting(INDEXED, left))
    assert changed.index_writes["by-color"] == (item_size(shown[1]),)
    gone = await place.update(deleting(INDEXED, left))
    assert set(gone.index_writes) == {"by-group", "by-size"}
    for index in INDEXED.indexes:
        assert await place.view(lambda tx, c=index.collection: (everything(tx, c), items.measure(tx, c))) == (
            [],
            (0, 0),
        )


async def test_entries_of_equal_index_keys_stay_apart(place: Store) -> None:
    for name in ("a", "b", "c"):
        await place.update(putting(INDEXED, item(name, color="red")))
    assert await place.view(lambda tx: items.measure(tx, BY_COLOR.collection)[0]) == 3


async def test_measure_agrees_with_a_recount(place: Store) -> None:
    for n in range(60):
        await place.update(putting(INDEXED, item(f"p{n % 20}", n % 3, group=f"g{n % 4}", n=n, note="x" * n)))
    await place.update(deleting(INDEXED, item("p1", 1)))

    def recount(tx: Transaction) -> None:
        for collection in (1, BY_GROUP.collection, BY_COLOR.collection):
            rows = everything(tx, collection)
            assert items.measure(tx, collection) == (len(rows), sum(row.size for row in rows))

    await place.view(recount)


async def test_measure_counts_what_came_in_the_same_transaction(place: Store) -> None:
    """Where one process writes, the counts of many updates are written at their end, or before somebody asks."""
    first, second = item("a", note="x"), item("b")

    def change(tx: Transaction) -> list[tuple[int, int]]:
        seen = []
        for step in (putting(PLAIN, first), putting(PLAIN, second), deleting(PLAIN, first)):
            step(tx)
            seen.append(items.measure(tx, 1))
        return seen

    one, other = item_size(first), item_size(second)
    assert await place.update(change) == [(1, one), (2, one + other), (1, other)]
    assert await place.view(lambda tx: items.measure(tx, 1)) == (1, other)


async def test_measure_counts_nothing_of_who_was_undone(place: Store) -> None:
    def refused(tx: Transaction) -> None:
        putting(PLAIN, item("c", note="never"))(tx)
        raise ApiError.validation("no")

    updates = [place.update(putting(PLAIN, item("a"))), place.update(refused), place.update(putting(PLAIN, item("b")))]
    outcomes = await asyncio.gather(*updates, return_exceptions=True)
    assert [isinstance(each, ApiError) for each in outcomes] == [False, True, False]
    assert await place.view(lambda tx: items.measure(tx, 1)) == (2, item_size(item("a")) + item_size(item("b")))


async def test_drop_empties_a_collection_in_slices(place: Store) -> None:
    for n in range(25):
        await place.update(putting(PLAIN, item(f"p{n}")))
    slices = []
    while not slices or slices[-1]:
        slices.append(await place.update(lambda tx: items.drop(tx, 1, 10)))
    assert slices == [10, 10, 5, 0]
    assert await place.view(lambda tx: items.measure(tx, 1)) == (0, 0)


async def test_an_index_is_built_beside_writers(place: Store) -> None:
    before = TableLayout("t", "s", 1, PK, SK)
    after = TableLayout("t", "s", 1, PK, SK, (replace(BY_SIZE, building=True),))
    for n in range(30):
        await place.update(putting(before, item(f"p{n}", size=n)))
    at, slices = b"", 0
    while at is not None:
        at = await place.update(lambda tx, at=at: items.build_index(tx, after, BY_SIZE, at, 7))
        slices += 1
        # Beside each slice: a new item, one changed in place, one whose entry moves, one deleted.
        for n in (slices, 15 + slices):
            await place.update(putting(after, item(f"p{n}", size=n, note="changed")))
        await place.update(putting(after, item(f"p{29 - slices}", size=1000)))
        await place.update(putting(after, item(f"new{slices}", size=1)))
        await place.update(deleting(after, item(f"p{20 + slices}")))
    assert slices >= 5

    def agrees(tx: Transaction) -> None:
        expected = {entry_key(after, BY_SIZE, i) for i in (orjson.loads(s.body) for s in everything(tx, 1))}
        entries = everything(tx, BY_SIZE.collection)
        assert {entry.key for entry in entries} == expected
        assert items.measure(tx, BY_SIZE.collection) == (len(entries), sum(entry.size for entry in entries))

    await place.view(agrees)


class Divided:
    """A transaction of a store whose keys say which machine their rows are on."""

    parts = 16

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)

    def many(self, sql: str, *given: Any, **named: Any) -> None:
        assert "SET key" not in sql, "the row would have to move to another machine"
        self._tx.many(sql, *given, **named)


@pytest.mark.parametrize("divided", [False, True])
async def test_a_row_that_moves_is_as_if_deleted_and_added(place: Store, *, divided: bool) -> None:
    low, high = b"\x01" * 9, b"\xfe" * 9  # of two stripes, where an engine counts in several
    old, new = Image(item("a", size=1)), Image(item("a", size=22, note="longer"))

    def move(given: Transaction) -> None:
        tx: Any = Divided(given) if divided else given
        for collection in (5, 6):
            rows = RowChanges()
            rows.change(collection, low, NOTHING, old)
            rows.write(tx)
        moved, again = RowChanges(), RowChanges()
        moved.move(tx, 5, low, high, old, new)
        again.change(6, low, old, NOTHING)
        again.change(6, high, NOTHING, new)
        moved.write(tx)
        again.write(tx)

    await place.update(move)

    def left(tx: Transaction, collection: int) -> object:
        stripes = tx.rows("SELECT stripe, items, bytes FROM collections WHERE collection = ? ORDER BY 1", collection)
        return everything(tx, collection), items.measure(tx, collection), stripes

    assert await place.view(lambda tx: left(tx, 5)) == await place.view(lambda tx: left(tx, 6))
    assert await place.view(lambda tx: items.measure(tx, 5)) == (1, new.size)


async def test_only_a_row_that_is_there_can_move(embedded: Store) -> None:
    def move(tx: Transaction) -> None:
        rows = RowChanges()
        rows.move(tx, 5, b"a", b"b", Image(item("a")), Image(item("b")))
        rows.write(tx)

    with pytest.raises(Outdated):
        await embedded.update(move)
    assert await embedded.view(lambda tx: (everything(tx, 5), items.measure(tx, 5))) == ([], (0, 0))
