"""What is synced beside SQLite, and that its locks outlive it."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from tailrace.store import file_sync, resources, sqlite

# SQLite holds a shared lock on these bytes of a database as long as it has the write-ahead log open (its os.h).
ANOTHER_PROCESS = """
import fcntl, sys
with open(sys.argv[1], "r+b") as file:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)
    except OSError:
        sys.exit("somebody has it open")
"""


def saying(value: str):
    return lambda tx: resources.put(tx, "k", "s", "a", {"value": value})


def seems_unused(database: Path) -> bool:
    """Whether another process would take itself for the only one that uses the database."""
    done = subprocess.run([sys.executable, "-c", ANOTHER_PROCESS, database], capture_output=True, check=False)
    assert done.returncode == 0 or b"somebody" in done.stderr, done.stderr
    return done.returncode == 0


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The inodes of the files that were synced, in order."""
    inodes: list[int] = []
    sync = file_sync._sync

    def counting(descriptor: int) -> None:
        inodes.append(os.fstat(descriptor).st_ino)
        sync(descriptor)

    monkeypatch.setattr(file_sync, "_sync", counting)
    return inodes


async def test_what_a_checkpoint_has_moved_is_synced_while_it_is_behind_the_writer(
    tmp_path: Path, synced: list[int]
) -> None:
    """SQLite leaves that to the checkpoint that has moved all of the log, for which writers wait."""
    database = tmp_path / "tailrace.db"
    store = await sqlite.open_folder(str(tmp_path))
    await store.update(saying("moved"))
    with closing(apsw.Connection(str(database))) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM resources").fetchone() == (1,)
        await store.update(saying("not yet, for the reader must not see it"))
        store._file.checkpoint()
        assert synced == [database.stat().st_ino]
        with closing(apsw.Connection(str(database))) as other:
            _, in_log, moved = other.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        assert 0 < moved < in_log
    await store.close()


async def test_in_memory_nothing_is_synced(synced: list[int]) -> None:
    store = await sqlite.open_memory("memory:")
    await store.update(saying("one"))
    await store.close()
    assert synced == []


@pytest.mark.parametrize("first", [0, 1])
async def test_who_closes_leaves_the_locks_of_who_stays(tmp_path: Path, first: int) -> None:
    """A process that closes any descriptor of a file loses all its locks on it, by whichever it took them."""
    database = tmp_path / "tailrace.db"
    stores = [await sqlite.open_folder(str(tmp_path)), await sqlite.open_beside(str(tmp_path))]
    await stores[0].update(saying("one"))
    assert not seems_unused(database)
    await stores[first].close()
    assert not seems_unused(database)
    await stores[1 - first].close()
    assert seems_unused(database)
    assert (database.stat().st_dev, database.stat().st_ino) not in file_sync._kept
