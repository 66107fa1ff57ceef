"""How much memory a process and its descendants hold, read from /proc; 0 where a machine has no /proc."""

from __future__ import annotations

import os

DESCENDANTS_MAX = 512
PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024


def descendants(pid: int, *, main_threads: bool = False) -> list[int]:
    """The process and all its living descendants by parentage, at most `DESCENDANTS_MAX`.

    With `main_threads`, only those that main threads have started: a fifth of the work, and nearly always all.
    """
    found = [pid]
    for process in found:
        if len(found) >= DESCENDANTS_MAX:
            break
        threads = [str(process)] if main_threads else names(f"/proc/{process}/task")
        for thread in threads:
            found.extend(children(process, thread))
    return found[:DESCENDANTS_MAX]


def names(folder: str) -> list[str]:
    """The names in a folder; none where it is gone."""
    try:
        return os.listdir(folder)
    except OSError:
        return []


def children(pid: int, thread: int | str) -> list[int]:
    """The child processes that one thread has started."""
    try:
        with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def resident_kb(pid: int) -> int:
    """The resident memory of one process now, in KiB."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * PAGE_KB
    except (OSError, IndexError):
        return 0


def peak_kb(pid: int) -> int:
    """The most resident memory that one process has held so far, in KiB."""
    try:
        with open(f"/proc/{pid}/status", "rb") as file:
            status = file.read()
    except OSError:
        return 0
    at = status.find(b"VmHWM:")
    return int(status[at + 6 : status.index(b"kB", at)]) if at >= 0 else 0
