"""The log has room for the commits to come, and whoever opens it finds its end before that."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from tailrace.store import resources, sqlite
from tailrace.store.engine import Transaction
from tailrace.store.log_room import ROOM_BYTES, LogRoom


def saying(n: int) -> Callable[[Transaction], None]:
    return lambda tx: resources.put(tx, "k", "s", f"{n:04d}", {"n": n})


def reading(tx: Transaction) -> list[int]:
    return sorted(document["n"] for _, document in resources.page(tx, "k", "s", None, 1000))


async def test_nearly_all_commits_find_the_log_as_large_as_they_leave_it(tmp_path: Path) -> None:
    """A sync of a file that has grown costs the file system a transaction of its own."""
    store = await sqlite.open_folder(str(tmp_path))
    sizes = []
    for n in range(60):
        await store.update(saying(n))
        sizes.append(store.log_bytes)
    assert len(set(sizes)) <= 4, "each of them let it grow"
    assert sizes[-1] - sizes[0] < 2 * ROOM_BYTES
    await store.close()


async def test_a_store_whose_process_was_killed_ends_its_log_before_the_room(tmp_path: Path) -> None:
    store = await sqlite.open_folder(str(tmp_path / "one"))
    for n in range(30):
        await store.update(saying(n))
    log = tmp_path / "one" / "tailrace.db-wal"
    assert log.read_bytes().endswith(bytes(ROOM_BYTES // 4)), "there is room"
    shutil.copytree(tmp_path / "one", tmp_path / "killed")
    await store.close()
    again = await sqlite.open_folder(str(tmp_path / "killed"))
    assert await again.view(reading) == list(range(30))
    for n in range(30, 200):
        await again.update(saying(n))
    shutil.copytree(tmp_path / "killed", tmp_path / "twice")
    await again.close()
    twice = await sqlite.open_folder(str(tmp_path / "twice"))
    assert await twice.view(reading) == list(range(200))
    await twice.close()


async def test_who_stands_beside_a_server_leaves_the_log_to_it(tmp_path: Path) -> None:
    server = await sqlite.open_folder(str(tmp_path))
    beside = await sqlite.open_beside(str(tmp_path))
    before = server.log_bytes
    for n in range(10):
        await beside.update(saying(n))
    assert server.log_bytes - before < ROOM_BYTES // 2
    for n in range(10, 20):
        await server.update(saying(n))
        await beside.update(saying(n + 10))
    assert await server.view(reading) == list(range(30))
    assert server.log_bytes - before < 2 * ROOM_BYTES, "one room for both"
    await beside.close()
    await server.close()


def test_room_is_added_behind_what_is_there_and_only_to_a_log_that_grew(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"frames")
    room = LogRoom(log)
    room.make(10 * ROOM_BYTES)
    assert log.read_bytes() == b"frames"
    with log.open("ab") as file:
        file.write(b" more")
    for _ in range(2):
        room.make(10 * ROOM_BYTES)
        assert log.read_bytes() == b"frames more" + bytes(ROOM_BYTES)
    os.truncate(log, 6)
    room.make(10 * ROOM_BYTES)
    assert log.read_bytes() == b"frames"
    with log.open("ab") as file:
        file.write(b" more")
    room.make(ROOM_BYTES + 10)
    assert log.read_bytes() == b"frames more", "room would have been more than the log may have"
    room.close()
    room.close()
