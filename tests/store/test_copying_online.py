"""A store that is copied while it is written to: all of it comes along, whatever is killed in between."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import psycopg
import pytest

from tailrace import store
from tailrace.base.clock import Clock, MovableClock, SystemClock
from tailrace.base.errors import StoreError
from tailrace.copying import shown
from tailrace.store import blobs, copying, leases, messages, resources
from tailrace.store.copying import Following, NotPossible, Standing, marks, notes
from tailrace.store.copying.users import SILENT_SECONDS, DatabaseUsers
from tailrace.store.engine import Store, StoreUnavailable, Transaction
from tests.conftest import wait_until
from tests.postgres import Databases
from tests.store.tables import NOW, everything, records
from tests.store.traffic import Traffic, contents

PAIRS = [("sqlite", "postgresql"), ("postgresql", "sqlite"), ("sqlite", "sqlite"), ("postgresql", "postgresql")]
Places = Callable[[str], str]


def silent(what: str, done: int, of: int) -> None:
    """Nobody looks."""


@pytest.fixture
async def places(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Places]:
    """Empty places of an engine."""
    made: list[str] = []

    def new(engine: str) -> str:
        made.append(engine)
        if engine == "postgresql":
            return str(request.getfixturevalue("databases").new_undivided())  # Citus has no triggers
        return str(tmp_path / f"data{len(made)}")

    yield new
    if "postgresql" in made:
        databases: Databases = request.getfixturevalue("databases")
        databases.drop()


class Copy:
    """A copy on its way, in this process."""

    def __init__(self, source: Store, target: Store, clock: Clock) -> None:
        self.stood: list[Standing] = []
        self.source, self.target = source, target
        self._following = Following(source, target, clock, silent, self.stood.append)
        self.task: asyncio.Task[int] | None = None

    @classmethod
    async def begin(
        cls, source: str, target: str, name: str = "a", target_name: str = "b", clock: Clock | None = None
    ) -> Copy:
        copy = cls(await store.open_beside(source), await store.open(target), clock or SystemClock())
        copy.task = asyncio.create_task(copy._following.run(name, target_name))
        return copy

    async def until(self, doing: str) -> None:
        """Wait until it has come so far, and has looked once more what there is to copy."""
        assert self.task
        seen = len(self.stood)
        while len([each for each in self.stood[seen:] if each.doing == doing]) < 3:
            if self.task.done():
                self.task.result()
                raise AssertionError(f"it ended before it was {doing}")
            await asyncio.sleep(0.005)

    async def close(self) -> None:
        if self.task and not self.task.done():
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
        await self.source.close()
        await self.target.close()


async def traces(place: Store) -> list[Any]:
    """What a copy leaves in its source: nothing."""
    if place.kind == "postgresql":
        found = await place.view(
            lambda tx: tx.rows(
                "SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN "
                "(SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace) "
                "UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = current_schema()::regnamespace "
                "UNION ALL SELECT relname::text FROM pg_class "
                "WHERE relname = 'copy_notes' AND relnamespace = current_schema()::regnamespace"
            )
        )
    else:
        found = await place.view(
            lambda tx: tx.rows("SELECT name FROM sqlite_master WHERE type = 'trigger' OR name = 'copy_notes'")
        )
    return [*found, *await place.view(lambda tx: tx.rows("SELECT name FROM meta WHERE name LIKE 'cop%'"))]


@pytest.mark.parametrize(("here", "there"), PAIRS, ids=["-to-".join(pair) for pair in PAIRS])
async def test_a_store_in_use_is_copied(places: Places, here: str, there: str) -> None:
    source, target = places(here), places(there)
    serving = await store.open(source)
    traffic = await Traffic.begin(serving, old_items=500)
    await traffic.more(50)
    copy = await Copy.begin(source, target)
    assert copy.task
    try:
        await copy.until("following")
        await traffic.more(300)
        await copy.until("following")
        assert not copy.task.done(), "it follows as long as somebody writes"
        # What a reader has seen before the store moved, and what it sees from there on.
        seen = await serving.view(lambda tx: [len(shard) for shard in records(tx, 1)])
        await traffic.more(100)
        await traffic.end()
        await serving.close()
        assert await asyncio.wait_for(copy.task, 120) > 1000
        assert await contents(copy.source) == await contents(copy.target)
        assert await traces(copy.source) == await traces(copy.target) == []
        found = await copy.target.view(lambda tx: records(tx, 1))
        assert sum(map(len, found)) == traffic.records
        assert all(len(shard) >= count for shard, count in zip(found, seen, strict=False))
        for shard in found:
            numbers = [record.sequence for record in shard]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True, "a gap"
    finally:
        await copy.close()
        await serving.close()


@pytest.mark.parametrize("doing", ["copying", "following"])
@pytest.mark.parametrize("there", ["sqlite", "postgresql"])
async def test_a_killed_copy_goes_on(places: Places, doing: str, there: str) -> None:
    source, target = places("sqlite"), places(there)
    serving = await store.open(source)
    traffic = await Traffic.begin(serving, old_items=3000)
    command = [sys.executable, "-m", "tailrace", "copy", "--online", source, target]
    child = _start(command)
    assert child.stdout
    try:
        if doing == "copying":
            await traffic.more(10)
            await asyncio.to_thread(wait_until, "rows in the target", lambda: _copied_rows(target) > 400)
        else:
            while "Caught up" not in await asyncio.to_thread(child.stdout.readline):
                assert child.poll() is None
            await traffic.more(50)
        child.send_signal(signal.SIGKILL)
        child.wait(10)
        child.stdout.close()
        await traffic.more(200)
        assert await serving.view(notes.last), "the notes wait"
        copy = await Copy.begin(source, target, shown(source), shown(target))  # as the command calls them
        assert copy.task
        await copy.until("following")
        await traffic.end()
        await serving.close()
        await asyncio.wait_for(copy.task, 120)
        assert await contents(copy.source) == await contents(copy.target)
        assert await traces(copy.source) == []
        await copy.close()
    finally:
        child.kill()
        await serving.close()


def _start(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})


def _copied_rows(target: str) -> int:
    query = "SELECT count(*) FROM items"
    try:
        if "://" in target:
            with psycopg.connect(target) as connection:
                row = connection.execute(query).fetchone()
        else:
            with closing(apsw.Connection(f"{target}/tailrace.db", flags=apsw.SQLITE_OPEN_READONLY)) as reader:
                row = reader.execute(query).fetchone()
    except (apsw.Error, psycopg.errors.UndefinedTable):
        return 0
    return int(row[0]) if row else 0


async def test_what_commits_late_is_not_passed_over(places: Places) -> None:
    """A note has its number before its transaction commits: a position in the notes would be beyond it by then."""
    source, target = places("postgresql"), places("sqlite")
    serving = await store.open(source)
    traffic = await Traffic.begin(serving)
    copy = await Copy.begin(source, target)
    try:
        await copy.until("following")
        with psycopg.connect(source) as late:
            late.execute("INSERT INTO blobs (digest, data) VALUES ('late', 'x')")
            await traffic.more(50)
            await copy.until("following")
            await traffic.more(50)
            await copy.until("following")
            late.commit()
        await traffic.end()
        await serving.close()
        assert copy.task
        await asyncio.wait_for(copy.task, 120)
        assert await copy.target.view(lambda tx: blobs.get(tx, "late")) == b"x"
        assert await contents(copy.source) == await contents(copy.target)
    finally:
        await copy.close()
        await serving.close()


@pytest.mark.parametrize("here", ["sqlite", "postgresql"])
async def test_a_copy_is_abandoned_and_another_one_made(places: Places, here: str) -> None:
    source, target = places(here), places("sqlite")
    serving = await store.open(source)
    traffic = await Traffic.begin(serving, old_items=100)
    copy = await Copy.begin(source, target)
    try:
        await copy.until("following")
        other = await Copy.begin(source, places("sqlite"), target_name="c")
        assert other.task
        with pytest.raises(NotPossible, match="a copy to b is on its way"):
            await other.task
        await other.close()
        assert await copying.abandon(serving)
        assert not await copying.abandon(serving)
        assert await traces(serving) == []
        assert copy.task
        with pytest.raises(NotPossible, match="doesn't note its changes"):
            await copy.task
        await copy.close()
        # What is deleted now is noted by nobody, and must not stay in the target.
        await traffic.more(20)
        await traffic.end()
        old = await serving.view(lambda tx: everything(tx, 1)[:5])
        for each in old:
            await serving.update(lambda tx, key=each.key: tx.do("DELETE FROM items WHERE key = ?", key))  # type: ignore[misc]
        await serving.close()
        copy = await Copy.begin(source, target)
        assert copy.task
        await asyncio.wait_for(copy.task, 120)
        assert await contents(copy.source) == await contents(copy.target)
    finally:
        await copy.close()
        await serving.close()


async def test_notes_that_nobody_takes_are_ended(place: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await copying.end_overdue(place) == (None, 0, False)
    await notes.begin(place, copying.tables(), "b")
    for number in range(5):
        await place.update(lambda tx, n=number: resources.put(tx, "k", "s", f"n{n}", {}))  # type: ignore[misc]
    mark, behind, ended = await copying.end_overdue(place)
    assert (mark and mark.target, behind, ended) == ("b", 5, False)
    monkeypatch.setattr(notes, "NOTES_MAX", 4)
    assert (await copying.end_overdue(place))[2]
    assert await traces(place) == []


async def test_every_kind_of_change_is_noted(place: Store) -> None:
    everything = copying.tables()
    name = await notes.begin(place, everything, "b")
    by_name = {table.name: table for table in everything}
    assert await notes.begin(place, everything, "b") == name, "it goes on"

    async def noted(change: str, *parameters: object) -> dict[str, list[Any]]:
        await place.update(lambda tx: tx.do(change, *parameters))
        numbers, keys = await place.view(lambda tx: notes.take(tx, by_name, 0, 1 << 60))
        if numbers:
            await place.update(lambda tx: notes.forget(tx, numbers))
        return {table: list(of_table) for table, of_table in keys.items()}

    assert await noted("INSERT INTO expirations (collection, due, key) VALUES (1, 2, ?)", b"a\0") == {
        "expirations": [(1, 2, b"a\0")]
    }
    moved = await noted("UPDATE expirations SET due = 3")
    assert sorted(moved["expirations"]) == [(1, 2, b"a\0"), (1, 3, b"a\0")]
    assert await noted("DELETE FROM expirations WHERE due = 3") == {"expirations": [(1, 3, b"a\0")]}
    assert await noted("DELETE FROM expirations WHERE due = 3") == {}
    assert await noted("INSERT INTO blobs (digest, data) VALUES (?, ?)", "d\0", b"1") == {"blobs": [("d\0",)]}
    again = "INSERT INTO blobs (digest, data) VALUES (?, ?) ON CONFLICT (digest) DO UPDATE SET data = excluded.data"
    assert await noted(again, "d\0", b"2") == {"blobs": [("d\0",)]}
    assert await noted("INSERT INTO counters (name, value) VALUES ('c', 1)") == {}, "what is hot is compared instead"
    await copying.abandon(place)


async def test_just_what_was_taken_is_forgotten(place: Store) -> None:
    await notes.begin(place, copying.tables(), "b")
    for number in range(12):
        await place.update(lambda tx, n=number: resources.put(tx, "k", "s", f"n{n}", {}))  # type: ignore[misc]
    await place.update(lambda tx: notes.forget(tx, [1, 2, 3, 6, 8, 9, 12]))
    left = await place.view(lambda tx: tx.rows("SELECT number FROM copy_notes ORDER BY number"))
    assert [row[0] for row in left] == [4, 5, 7, 10, 11]


async def test_who_copies_later_takes_the_copy_over(places: Places) -> None:
    source, target = await store.open("memory:"), await store.open(places("sqlite"))
    everything = copying.tables()
    first = await target.update(lambda tx: marks.begin(tx, everything, "a", ""))
    await target.update(lambda tx: marks.hold(tx, first))
    second = await target.update(lambda tx: marks.begin(tx, everything, "a", ""))
    await target.update(lambda tx: marks.hold(tx, second))
    with pytest.raises(NotPossible, match="has taken over"):
        await target.update(lambda tx: marks.hold(tx, first))
    with pytest.raises(StoreUnavailable, match="a part of a copy of a"):
        await target.view(copying.check_whole)
    await source.close()
    await target.close()


async def test_a_server_that_was_killed_is_gone_when_it_is_silent(place: Store) -> None:
    """Whatever its clock says: it may have been moved far ahead."""
    clock = MovableClock()
    using = DatabaseUsers(place, clock)
    assert await using.gone()
    await place.update(lambda tx: leases.acquire(tx, "node/x", "x", NOW + 1e9, 7))
    assert not await using.gone()
    clock.advance(SILENT_SECONDS - 1)
    await place.update(lambda tx: leases.acquire(tx, "node/x", "x", NOW + 1e9 + 1, 7))
    assert not await using.gone()
    clock.advance(SILENT_SECONDS - 1)
    assert not await using.gone()
    clock.advance(1)
    assert await using.gone()
    await place.update(lambda tx: leases.acquire(tx, "node/y", "y", NOW, 7))
    assert not await using.gone()
    await place.update(lambda tx: leases.forget_named(tx, ["node/y"]))
    assert await using.gone()


async def test_nobody_comes_between_what_an_embedded_update_reads_and_writes(tmp_path: Path) -> None:
    """A copy beside a server writes too: SQLite would refuse the server's write, had it read before."""
    place = await store.open(str(tmp_path / "data"))
    other = apsw.Connection(str(tmp_path / "data" / "tailrace.db"))

    def change(tx: Transaction) -> None:
        resources.get(tx, "k", "s", "n")
        with pytest.raises(apsw.BusyError, match="locked"):
            other.execute("INSERT INTO meta (name, value) VALUES ('x', 'y')")
        resources.put(tx, "k", "s", "n", {})

    await place.update(change)
    other.execute("BEGIN IMMEDIATE")
    place._file.write.execute("PRAGMA busy_timeout = 1")  # type: ignore[attr-defined]
    with pytest.raises(StoreError, match="locked"):
        await place.update(lambda tx: resources.put(tx, "k", "s", "n", {}))
    other.execute("COMMIT")
    await place.update(lambda tx: resources.put(tx, "k", "s", "n", {}))
    other.close()
    await place.close()


@pytest.mark.parametrize(("here", "there"), PAIRS, ids=["-to-".join(pair) for pair in PAIRS])
async def test_numbers_of_rows_that_are_gone_are_not_given_again(places: Places, here: str, there: str) -> None:
    """A receipt handle, a tail of a log: they name numbers, and must not find another's row."""
    source, target = await store.open(places(here)), await store.open(places(there))
    queue = await source.update(lambda tx: messages.open_queue(tx, 1e6))
    for _ in range(3):
        last = await source.update(lambda tx: messages.put(tx, queue, "x", {}, now=NOW))
        await source.update(lambda tx, last=last: messages.remove(tx, queue, last, NOW))  # type: ignore[misc]
    await copying.copy(source, target, "a", silent, NOW)
    assert await target.update(lambda tx: messages.put(tx, queue, "x", {}, now=NOW)) > last
    await source.close()
    await target.close()
