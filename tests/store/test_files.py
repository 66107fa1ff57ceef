"""What only a database on disk can get wrong: its lock, its versions, its failures, its log."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import pairwise
from pathlib import Path

import apsw
import pytest

from tailrace import store
from tailrace.base.errors import StoreError
from tailrace.store import InUse, StoreUnavailable, resources, sqlite, sqlite_file
from tailrace.store.engine import Transaction
from tailrace.store.schema import tables as schema
from tailrace.store.sqlite import SqliteStore
from tests.store.tables import PLAIN, item, putting

HOLDER = """
import asyncio, sys
from tailrace import store
async def hold():
    await store.open(sys.argv[1])
    print("open", flush=True)
    await asyncio.sleep(60)
asyncio.run(hold())
"""


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await sqlite.open_folder(str(tmp_path / "data"))
    yield opened
    await opened.close()


def saying(value: str):
    return lambda tx: resources.put(tx, "k", "s", "a", {"value": value})


def reading(tx: Transaction) -> dict[str, str] | None:
    return resources.get(tx, "k", "s", "a")


async def test_what_was_written_is_there_after_the_next_start(tmp_path: Path) -> None:
    for value in ("one", "two"):
        place = await store.open(str(tmp_path / "deep" / "data"))
        if value == "two":
            assert await place.view(reading) == {"value": "one"}
        await place.update(saying(value))
        await place.close()
    assert not (tmp_path / "deep" / "data" / "tailrace.db-wal").exists(), "the log was moved into the database"


async def test_a_folder_has_one_owner(place: SqliteStore, tmp_path: Path) -> None:
    with pytest.raises(InUse, match=f"in use by process {os.getpid()}: stop that server"):
        await store.open(str(tmp_path / "data"))
    await place.close()
    again = await store.open(str(tmp_path / "data"))
    await again.close()


async def test_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, data], stdout=subprocess.PIPE)  # noqa: ASYNC220
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"open\n"
        with pytest.raises(InUse, match=str(holder.pid)):
            await store.open(data)
        holder.send_signal(signal.SIGKILL)
    place = await store.open(data)
    await place.close()


async def test_a_newer_schema_is_refused_and_left_alone(place: SqliteStore, tmp_path: Path) -> None:
    await place.close()
    database = apsw.Connection(str(tmp_path / "data" / "tailrace.db"))
    with database:
        database.execute("UPDATE meta SET value = '99' WHERE name = 'schema'")
    with pytest.raises(StoreUnavailable, match="newer Tailrace"):
        await store.open(str(tmp_path / "data"))
    assert database.execute("SELECT value FROM meta").fetchall() == [("99",)]
    database.close()


async def test_a_migration_happens_whole_or_not_at_all(
    place: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await place.update(saying("kept"))
    await place.close()
    data = str(tmp_path / "data")
    good = "CREATE TABLE added (a INTEGER)"
    monkeypatch.setattr(sqlite_file, "STEPS", (*schema.STEPS, (good, "no SQL at all")))
    with pytest.raises(StoreUnavailable):
        await store.open(data)
    monkeypatch.setattr(sqlite_file, "STEPS", (*schema.STEPS, (good,)))
    for _ in range(2):
        again = await store.open(data)
        assert await again.view(lambda tx: tx.rows("SELECT a FROM added")) == []
        assert await again.view(reading) == {"value": "kept"}
        await again.close()


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tailrace.db").write_bytes(b"something else entirely" * 100)
    with pytest.raises(StoreUnavailable, match="can't be opened"):
        await store.open(str(tmp_path))


@contextmanager
def full_disk(place: SqliteStore) -> Iterator[None]:
    """Files can't grow beyond the log's size: what a full disk looks like to a process."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    soft, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (place.log_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_full_disk_fails_the_whole_group_and_nothing_else(
    place: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "GROUP_SECONDS_MAX", 60.0)  # on a busy machine, too, they are one group
    await place.update(saying("before"))
    heard: list[str] = []
    place.listen("topic", heard.append)

    def tells(tx: Transaction) -> None:
        saying("never")(tx)
        tx.notify("topic", "never")

    def refuses(tx: Transaction) -> None:
        raise KeyError("seen in a state that never was")

    with full_disk(place):
        outcomes = await asyncio.gather(
            place.update(tells),
            place.update(putting(PLAIN, item("big", note="x" * 100_000))),
            place.update(refuses),
            return_exceptions=True,
        )
        assert [type(outcome) for outcome in outcomes] == [StoreError] * 3
        assert "disk" in str(outcomes[0])
        assert await place.view(reading) == {"value": "before"}
    assert await place.view(reading) == {"value": "before"}
    assert await place.update(reading) == {"value": "before"}
    assert heard == []
    await place.update(saying("after"))
    assert await place.view(reading) == {"value": "after"}


@asynccontextmanager
async def held_commit(
    place: SqliteStore, monkeypatch: pytest.MonkeyPatch, change: Callable[[Transaction], object]
) -> AsyncIterator[asyncio.Future[object]]:
    """An update that the database has, and that isn't published before the end."""
    committed, go_on = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    commit = SqliteStore._commit_to_disk

    def slowly(self: SqliteStore, connection: apsw.Connection) -> StoreError | None:
        failure = commit(self, connection)
        loop.call_soon_threadsafe(committed.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(10)
        return failure

    with monkeypatch.context() as patched:
        patched.setattr(SqliteStore, "_commit_to_disk", slowly)
        update = asyncio.ensure_future(place.update(change))
        try:
            await committed.wait()
            yield update
        finally:
            go_on.set()
            await update


async def test_a_view_during_a_commit_mixes_no_old_with_new(
    place: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the COMMIT's end and its publication the database is ahead of the cache: both must not be mixed."""
    await place.update(saying("old"))
    assert await place.view(reading) == {"value": "old"}
    async with held_commit(place, monkeypatch, saying("new")) as update:
        raw = await place.view(lambda tx: tx.row("SELECT document FROM resources"))
        assert raw == (b'{"value":"new"}',)
        assert await place.view(reading) == {"value": "new"}
        assert not update.done()
    assert await place.view(reading) == {"value": "new"}


async def test_only_beside_a_commit_a_view_reads_by_a_connection_that_has_dropped_its_pages(
    place: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite drops all that a connection keeps of the file when another connection has committed."""
    asked: list[str] = []
    place._file.read.exec_trace = lambda cursor, sql, bindings: asked.append(sql) or True

    async def see(note: str) -> None:
        assert await place.view(lambda tx: tx.row("SELECT document FROM resources")) == (
            f'{{"value":"{note}"}}'.encode(),
        )

    async def renew() -> None:
        await place.update(saying("newer"))

    await place.update(saying("old"))
    await see("old")
    assert asked == []
    async with held_commit(place, monkeypatch, saying("new")):
        await see("new")
        assert asked == ["BEGIN", "SELECT document FROM resources"]
    asked.clear()
    await see("new")
    await asyncio.gather(see("new"), renew(), see("new"))
    await see("newer")
    assert asked == []


async def test_updates_that_come_during_a_commit_form_the_next_group(place: SqliteStore) -> None:
    async def writer(name: int) -> None:
        for n in range(20):
            await place.update(putting(PLAIN, item(f"w{name}", n=n)))

    before = place.commits
    await asyncio.gather(*(writer(name) for name in range(32)))
    assert place.commits - before <= 2 * 20, "640 updates of 32 writers need little more than 20 commits"


LOG_LIMIT = 1 << 20


@pytest.fixture
async def short_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SqliteStore]:
    """A store whose log is full after 1 MB."""
    monkeypatch.setattr(sqlite_file, "LOG_BYTES_MAX", LOG_LIMIT)
    monkeypatch.setattr(sqlite, "LOG_BYTES_MAX", LOG_LIMIT)
    opened = await sqlite.open_folder(str(tmp_path / "short"))
    yield opened
    await opened.close()


async def write_without_rest(place: SqliteStore) -> list[int]:
    """Eight writers, until the log has started over three times; the sizes that it had."""
    sizes: list[int] = []

    def starts() -> int:
        return sum(later < earlier for earlier, later in pairwise(sizes))

    async def writer(name: int) -> None:
        n = 0
        while starts() < 3:
            await place.update(putting(PLAIN, item(f"w{name}", note=f"{n:04d}" * 4000)))
            sizes.append(place.log_bytes)
            assert sizes[-1] < 64 * LOG_LIMIT, "it grows for ever"
            n += 1

    await asyncio.gather(*(writer(name) for name in range(8)))
    assert await place.view(lambda tx: tx.row("SELECT count(*) FROM items")) == (8,)
    return sizes


async def test_the_log_starts_over_under_writers_that_never_rest(
    short_log: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = sqlite_file.DatabaseFile.checkpoint

    def behind(self: sqlite_file.DatabaseFile) -> int:
        """A checkpoint that never catches up while writers go on."""
        return checkpoint(self) if short_log._paused else sqlite.PAUSE_PAGES_MAX + 1

    monkeypatch.setattr(sqlite_file.DatabaseFile, "checkpoint", behind)
    assert max(await write_without_rest(short_log)) > LOG_LIMIT


async def test_a_log_that_starts_over_keeps_its_size(short_log: SqliteStore) -> None:
    """A shorter one has to grow again, and to shorten it makes the first commits wait."""
    sizes = await write_without_rest(short_log)
    grown = sizes[next(place for place, size in enumerate(sizes) if size > LOG_LIMIT) :]
    assert min(grown) == LOG_LIMIT, "it started over, and what was beyond the limit is gone"


async def test_writers_wait_for_the_last_pages_of_the_log_alone(
    short_log: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = sqlite_file.DatabaseFile.checkpoint
    left = [5000, 900, sqlite.PAUSE_PAGES_MAX]
    seen: list[bool] = []

    def shrinking(self: sqlite_file.DatabaseFile) -> int:
        """Each checkpoint leaves less to the next."""
        seen.append(short_log._paused)
        checkpoint(self)
        return left.pop(0) if left and self.log_bytes() > LOG_LIMIT else 0

    monkeypatch.setattr(sqlite_file.DatabaseFile, "checkpoint", shrinking)
    await write_without_rest(short_log)
    assert seen[: seen.index(True)].count(False) >= 3
    assert not left


async def test_a_checkpoint_tells_what_came_since_the_last(place: SqliteStore) -> None:
    await place.update(saying("one"))
    assert place._file.checkpoint() > 0
    assert place._file.checkpoint() == 0
    await place.update(saying("two"))
    assert place._file.checkpoint() in (1, 2, 3)
