"""Histories held to snapshots: a collection read at any time is what a model of it was then.

Writes come with times that may run backwards a little, as those of requests that wait for each other do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tailrace import store
from tailrace.base.errors import Outdated
from tailrace.expression.values import item_size
from tailrace.store import history, items
from tailrace.store.engine import Store, Transaction
from tailrace.store.layout import Item, TableLayout
from tests.store.tables import NOW, PK, SK, deleting, item, key_of, of_items, putting

RECORDED = TableLayout("t", "s", 1, PK, SK, recorded=True)
RECORDED_LATER = TableLayout("t", "s", 1, PK, SK)
PERIOD = 100.0
ITEMS = st.builds(lambda pk, sk, n: item(pk, sk, n=n), st.sampled_from("abc"), st.integers(0, 3), st.integers(0, 3))
WRITES = st.lists(st.tuples(ITEMS, st.booleans()), min_size=1, max_size=4)
State = dict[bytes, Item]


def read_all(tx: Transaction, what: history.Reader, limit: int = 2, bytes_limit: int = 1 << 20) -> State:
    """Everything, in slices."""
    found: State = {}
    after: bytes | None = b""
    while after is not None:
        part = history.read(tx, what, after, limit, bytes_limit)
        keys = [row.key for row in part.rows]
        assert keys == sorted(keys)
        assert all(key > after for key in keys)
        assert part.last is None or all(key <= part.last for key in keys)
        for row in part.rows:
            found[row.key] = orjson.loads(row.body)
            assert row.size == item_size(found[row.key])
        after = part.last
    return found


def reading_at(at: float) -> Callable[[Transaction], State]:
    return lambda tx: read_all(tx, history.Reader(1, history.position(tx, 1, at)))


class HistoryAgainstSnapshots(RuleBasedStateMachine):
    """`snapshots` has the state after each transaction, with the time from which on it is the state."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.place = self.runner.run(store.open("memory:"))
        self.now, self.latest = NOW, NOW
        self.model: State = {}
        self.layout = TableLayout("t", "s", 1, PK, SK)
        self.snapshots: list[tuple[float, State]] = []
        self.copies: dict[str, tuple[State, State, bytes | None]] = {}

    def teardown(self) -> None:
        self.runner.run(self.place.close())
        self.runner.close()

    def update(self, change: Callable[[Transaction], Any]) -> Any:
        async def ask() -> Any:
            return await self.place.update(change)

        return self.runner.run(ask())

    def view(self, read: Callable[[Transaction], Any]) -> Any:
        return self.runner.run(self.place.view(read))

    @rule(seconds=st.sampled_from([0.001, 1.0, 30.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(writes=WRITES, late=st.sampled_from([0.0, 0.0, 0.5]))
    def write(self, writes: list[tuple[Item, bool]], late: float) -> None:
        """One transaction, whose time was taken `late` seconds before its turn came."""
        now = self.now - late

        def run(tx: Transaction) -> bool:
            wrote = False
            for thing, kept in writes:
                key = key_of(self.layout, thing)
                wrote |= items.change(
                    tx, self.layout, key, of_items(lambda old, new=thing if kept else None: new), now
                ).wrote
            return wrote

        wrote = self.update(run)
        for thing, kept in writes:
            key = key_of(self.layout, thing)
            if kept:
                self.model[key] = thing
            else:
                self.model.pop(key, None)
        if self.layout.recorded and wrote:
            self.latest = max(self.latest, now)
            self.snapshots.append((self.latest, dict(self.model)))

    @precondition(lambda self: not self.layout.recorded)
    @rule()
    def begin(self) -> None:
        self.layout = RECORDED
        self.update(lambda tx: history.keep(tx, 1, self.now, PERIOD))
        self.latest = self.now
        self.snapshots = [(self.now, dict(self.model))]

    @precondition(lambda self: self.layout.recorded)
    @rule()
    def trim(self) -> None:
        while self.update(lambda tx: history.trim(tx, self.now, 3)):
            pass

    @precondition(lambda self: self.layout.recorded and len(self.copies) < 3)
    @rule(name=st.sampled_from("xyz"))
    def begin_a_copy(self, name: str) -> None:
        if name not in self.copies:
            self.update(lambda tx: history.open(tx, name, 1))
            self.copies[name] = (dict(self.model), {}, b"")

    @precondition(lambda self: bool(self.copies))
    @rule(limit=st.integers(1, 3), bytes_limit=st.sampled_from([1, 100, 10_000]))
    def copy_a_slice(self, limit: int, bytes_limit: int) -> None:
        name = sorted(self.copies)[0]
        wanted, found, after = self.copies.pop(name)
        what = self.view(lambda tx: history.reader(tx, name))
        part = self.view(lambda tx: history.read(tx, what, after, limit, bytes_limit))
        found = found | {row.key: orjson.loads(row.body) for row in part.rows}
        if part.last is not None:
            self.copies[name] = (wanted, found, part.last)
            return
        assert found == wanted
        self.update(lambda tx: history.close(tx, name))

    @precondition(lambda self: self.layout.recorded)
    @invariant()
    def every_time_of_the_period_reads_as_it_was(self) -> None:
        earliest = self.view(lambda tx: history.earliest(tx, 1, self.now))
        if earliest is None:
            return
        times = [since for since, _ in self.snapshots if since >= earliest]
        for at in {earliest, *times, *(time + 0.0005 for time in times)}:
            states = [state for since, state in self.snapshots if since <= at]
            assert self.view(reading_at(at)) == states[-1]


HistoryAgainstSnapshots.TestCase.settings = settings(max_examples=60, stateful_step_count=30)
test_history_against_snapshots = HistoryAgainstSnapshots.TestCase


async def rows(place: Store, table: str) -> int:
    return await place.view(lambda tx: tx.row(f"SELECT count(*) FROM {table}")[0])


async def test_a_layout_that_is_not_recorded_leaves_no_history(place: Store) -> None:
    await place.update(putting(TableLayout("t", "s", 1, PK, SK), item("a")))
    assert await rows(place, "history") == 0


async def test_a_write_that_changes_nothing_is_no_history(place: Store) -> None:
    await place.update(lambda tx: history.keep(tx, 1, NOW, PERIOD))
    await place.update(putting(RECORDED, item("a")))
    await place.update(putting(RECORDED, item("a")))
    assert await rows(place, "history") == 1


async def test_a_recorded_layout_without_a_history_is_an_error(place: Store) -> None:
    with pytest.raises(Outdated):
        await place.update(putting(RECORDED, item("a")))
    assert await rows(place, "items") == 0


async def test_a_history_is_trimmed_to_its_period_by_slices(place: Store) -> None:
    await place.update(lambda tx: history.keep(tx, 1, NOW, PERIOD))
    for n in range(10):
        await place.update(putting(RECORDED, item("a", n=n), NOW + n))
    now = NOW + PERIOD + 6.5
    assert await place.update(lambda tx: history.trim(tx, now, 4)) == 4
    assert await place.update(lambda tx: history.trim(tx, now, 4)) == 3
    assert await place.update(lambda tx: history.trim(tx, now, 4)) == 0
    state = await place.view(reading_at(NOW + 6.5))
    assert list(state.values()) == [item("a", n=6)]


async def test_trimming_spares_what_a_reader_needs_until_it_is_closed(place: Store) -> None:
    await place.update(lambda tx: history.open(tx, "copy", 1))
    await place.update(putting(RECORDED, item("a")))
    assert await place.update(lambda tx: history.trim(tx, NOW + 1e9, 10)) == 0
    what = await place.view(lambda tx: history.reader(tx, "copy"))
    assert await place.view(lambda tx: read_all(tx, what)) == {}
    assert await place.view(lambda tx: (history.readers(tx), history.readers(tx, 1), history.readers(tx, 2))) == (
        1,
        1,
        0,
    )
    await place.update(lambda tx: history.close(tx, "copy"))
    assert await place.update(lambda tx: history.trim(tx, NOW + 1e9, 10)) == 1
    assert await rows(place, "histories") == 0


async def test_a_history_that_was_stopped_goes_and_may_begin_anew(place: Store) -> None:
    await place.update(lambda tx: history.keep(tx, 1, NOW, PERIOD))
    await place.update(putting(RECORDED, item("a")))
    await place.update(lambda tx: history.stop(tx, 1))
    assert await place.view(lambda tx: history.earliest(tx, 1, NOW)) is None
    while await place.update(lambda tx: history.trim(tx, NOW, 1)):
        pass
    assert (await rows(place, "history"), await rows(place, "histories")) == (0, 0)
    await place.update(lambda tx: history.keep(tx, 1, NOW + 5, PERIOD))
    await place.update(deleting(RECORDED, item("a"), NOW + 6))
    assert len(await place.view(reading_at(NOW + 5))) == 1
    assert await place.view(reading_at(NOW + 6)) == {}


async def test_a_position_among_many_writes_is_found_exactly(place: Store) -> None:
    await place.update(lambda tx: history.keep(tx, 1, NOW, PERIOD))
    for n in range(33):
        await place.update(putting(RECORDED, item("a", n=n), NOW + n))
    for n in range(33):
        state = await place.view(reading_at(NOW + n))
        assert list(state.values()) == [item("a", n=n)]
    assert await place.view(reading_at(NOW - 1)) == {}


async def test_a_reader_gets_past_what_was_added_while_it_reads(place: Store) -> None:
    for n in range(20):
        await place.update(putting(RECORDED_LATER, item(f"old-{n}")))
    await place.update(lambda tx: history.open(tx, "copy", 1))
    what = await place.view(lambda tx: history.reader(tx, "copy"))
    assert what
    rows, last, slices = 0, b"", 0
    while last is not None:
        for n in range(20):
            await place.update(putting(RECORDED, item(f"new-{slices}-{n}")))
        part = await place.view(lambda tx, last=last: history.read(tx, what, last, 4, 1 << 20))
        rows, last, slices = rows + len(part.rows), part.last, slices + 1
    assert rows == 20
    assert slices < 12
