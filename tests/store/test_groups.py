"""What updates that share a transaction on PostgreSQL promise each other: none of them notices."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tailrace import store
from tailrace.base.errors import ApiError, Outdated
from tailrace.store import changes, items, resources
from tailrace.store.engine import Store, TooLong, Transaction
from tailrace.store.image import Image
from tailrace.store.layout import TableLayout
from tailrace.store.postgresql import group_queue
from tailrace.store.postgresql.place import PostgresStore
from tests.postgres import Databases
from tests.store.tables import NOW, PK, item, key_of, of_items, open_stream

LAYOUT = TableLayout("t", "s", 1, PK)


@pytest.fixture
async def place(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PostgresStore]:
    monkeypatch.setattr(group_queue, "LINKS", 1)  # so that all that is handed over at once is one group
    opened: Store = await store.open(databases.new())
    assert isinstance(opened, PostgresStore)
    yield opened
    await opened.close()
    databases.drop()


def write(key: str, layout: TableLayout = LAYOUT, **attributes: int) -> Any:
    """A closure that writes an item as a request does."""
    new = item(key, **attributes)
    return lambda tx: items.change(tx, layout, key_of(layout, new), lambda old: Image(new), NOW).wrote


def count_up(key: str, layout: TableLayout = LAYOUT) -> Any:
    def change(old: Any) -> Any:
        return item(key, n=int(old["n"]["N"]) + 1 if old else 1)

    return lambda tx: items.change(tx, layout, key_of(layout, item(key)), of_items(change), NOW).new.item


async def together(place: PostgresStore, *closures: Any) -> list[Any]:
    """What each gives or raises, all handed over at once."""
    return await asyncio.gather(*(place.update(each, grouped=True) for each in closures), return_exceptions=True)


async def stands(place: PostgresStore, key: str) -> bool:
    return await place.view(lambda tx: items.get(tx, LAYOUT, key_of(LAYOUT, item(key)))) is not None


async def test_many_updates_are_one_commit(place: PostgresStore) -> None:
    before = place.groups.commits
    assert await together(place, *(write(f"k{n}") for n in range(40))) == [True] * 40
    assert place.groups.commits == before + 1
    assert await place.view(lambda tx: items.measure(tx, 1)[0]) == 40


async def test_updates_of_one_item_see_each_other(place: PostgresStore) -> None:
    """A lock of the database doesn't keep them apart: they have one transaction."""
    layout = TableLayout("t", "s", 1, PK, stream=await open_stream(place))
    found = await together(place, *(count_up("same", layout) for _ in range(20)))
    assert [int(each["n"]["N"]) for each in found] == list(range(1, 21))
    assert layout.stream
    shard = layout.stream.shards[0].shard
    records = await place.view(lambda tx: changes.read(tx, shard, 0, 100, 1 << 20))
    numbers = [body.split(b'"NewImage"')[1].split(b'"n":{"N":"')[1].split(b'"')[0] for _, body, *_ in records]
    assert [int(number) for number in numbers] == list(range(1, 21)), "the stream has them in another order"


def refuse(tx: Transaction) -> None:
    items.get(tx, LAYOUT, key_of(LAYOUT, item("before")))
    raise ApiError.validation("refused")


def refuse_after_a_change(tx: Transaction) -> None:
    tx.run("INSERT INTO counters (name, value) VALUES ('refused', 1)")
    raise ApiError.validation("refused late")


def refuse_after_a_silent_change(tx: Transaction) -> None:
    tx.do("INSERT INTO counters (name, value) VALUES ('refused', 1)")
    raise ApiError.validation("refused before it was sent")


def touch_none(tx: Transaction) -> None:
    tx.one("UPDATE counters SET value = 1 WHERE name = 'none'")


def outgrow(tx: Transaction) -> None:
    tx.do("INSERT INTO counters (name, value) VALUES ('large', ?)", 1 << 70)


_NOISE = random.Random(1)
outgrow_the_index = write("".join(_NOISE.choice("0123456789abcdefghijklmnopqrstuvwxyz") for _ in range(6000)))
WRONG: dict[Any, tuple[type[Exception], str]] = {
    refuse: (ApiError, "refused$"),
    refuse_after_a_change: (ApiError, "refused late$"),
    refuse_after_a_silent_change: (ApiError, "refused before it was sent$"),
    touch_none: (Outdated, "given up after 2 lost races"),
    outgrow: (Exception, "int|argument"),
    outgrow_the_index: (TooLong, ""),
}


@pytest.mark.parametrize("wrong", [[each] for each in WRONG] + [list(WRONG)])
async def test_who_is_refused_undoes_nobody_else(
    place: PostgresStore, monkeypatch: pytest.MonkeyPatch, wrong: list[Any]
) -> None:
    monkeypatch.setattr("tailrace.store.postgresql.place.AGAIN_MAX", 2)
    found = await together(place, write("before"), *wrong, write("behind"))
    assert (found[0], found[-1]) == (True, True)
    for each, raised in zip(wrong, found[1:-1], strict=True):
        kind, text = WRONG[each]
        assert isinstance(raised, kind)
        assert re.search(text, str(raised))
    assert await stands(place, "before")
    assert await stands(place, "behind")
    rows = await place.view(lambda tx: tx.rows("SELECT name FROM counters WHERE name IN ('refused', 'large')"))
    assert rows == []


async def test_closures_that_wait_for_each_other_get_through(place: PostgresStore) -> None:
    def both(first: str, second: str) -> Any:
        def change(tx: Transaction) -> None:
            count_up(first)(tx)
            count_up(second)(tx)

        return change

    found = await together(place, both("a", "b"), both("b", "a"), both("a", "b"), write("c"))
    assert found == [None, None, None, True]
    for key in ("a", "b"):
        stored = await place.view(lambda tx, key=key: items.get(tx, LAYOUT, key_of(LAYOUT, item(key))))  # type: ignore[misc]
        assert stored
        assert b'"n":{"N":"3"}' in stored.body


async def test_closures_that_ask_for_several_rows_at_once_see_each_other(place: PostgresStore) -> None:
    """Each waits for all of its rows; one commit, and nobody counts from what another one has replaced."""
    await place.update(lambda tx: [tx.do("INSERT INTO counters (name, value) VALUES (?, 0)", name) for name in "abcd"])

    def add(names: str) -> Any:
        def change(tx: Transaction) -> list[int]:
            question = f"SELECT value FROM counters WHERE name = ?{tx.lock}"
            values = [row[0] + 1 for row in tx.first_rows([(question, (name,)) for name in names]) if row]
            for name, value in zip(names, values, strict=True):
                tx.do("UPDATE counters SET value = ? WHERE name = ?", value, name)
            return values

        return change

    before = place.groups.commits
    found = await together(place, add("ab"), add("ba"), add("cbd"), add("d"), add("xyz"[:0]))
    assert place.groups.commits == before + 1
    assert found == [[1, 1], [2, 2], [1, 3, 2], [1], []]  # "d" waits for nobody, so it is before "cbd"


async def test_one_that_replaces_a_document_runs_by_itself(place: PostgresStore) -> None:
    def put(tx: Transaction) -> None:
        resources.put(tx, "k", "s", "n", {"a": 1})

    assert await together(place, write("x"), put, write("y")) == [True, None, True]
    assert await place.view(lambda tx: resources.get(tx, "k", "s", "n")) == {"a": 1}


async def test_a_group_never_works_with_a_document_that_another_node_changed(
    place: PostgresStore, databases: Databases
) -> None:
    """Nor is anybody refused by one."""
    await place.update(lambda tx: resources.put(tx, "k", "s", "n", {"open": False}))

    def enter(key: str) -> Any:
        def change(tx: Transaction) -> bool:
            document = resources.get(tx, "k", "s", "n")
            if not document or not document["open"]:
                raise ApiError.validation("closed")
            done: bool = write(key)(tx)
            return done

        return change

    found = await together(place, enter("a"), enter("b"))
    assert [str(each) for each in found] == ["ValidationException: closed"] * 2
    place.known.drop = lambda keys: None  # type: ignore[method-assign]
    await place.update(lambda tx: resources.put(tx, "k", "s", "n", {"open": True}))  # as if another node had
    del place.known.drop
    assert await together(place, enter("a"), enter("b")) == [True, True]


async def test_who_goes_away_takes_nobody_along(place: PostgresStore) -> None:
    updates = [asyncio.ensure_future(place.update(write(f"k{n}"), grouped=True)) for n in range(4)]
    await asyncio.sleep(0)
    updates[1].cancel()
    found = await asyncio.gather(*updates, return_exceptions=True)
    assert [found[0], found[2], found[3]] == [True] * 3
    assert isinstance(found[1], asyncio.CancelledError)


async def test_what_waits_is_finished_before_the_store_closes(databases: Databases) -> None:
    opened = await store.open(databases.new())
    updates = [asyncio.ensure_future(opened.update(write(f"k{n}"), grouped=True)) for n in range(200)]
    await asyncio.sleep(0)
    await opened.close()
    assert await asyncio.gather(*updates) == [True] * 200
    databases.drop()
