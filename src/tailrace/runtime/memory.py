"""How much memory a process and its descendants hold, read from /proc; 0 where a machine has no /proc."""

from __future__ import annotations

import os

PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024


def resident_kb(pid: int) -> int:
    """The resident memory of one process now, in KiB."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * PAGE_KB
    except (OSError, IndexError):
        return 0


def share_kb(pid: int) -> int:
    """The memory of one process in KiB, a page that several have counted once among them; slower than the rest.

    Without a view of that, its resident memory. https://docs.kernel.org/filesystems/proc.html (Pss)
    """
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            told = file.read()
    except OSError:
        return resident_kb(pid)
    at = told.find(b"\nPss:")
    return int(told[at + 5 : told.index(b"kB", at)]) if at >= 0 else 0


def peak_kb(pid: int) -> int:
    """The most resident memory that one process has held so far, in KiB."""
    try:
        with open(f"/proc/{pid}/status", "rb") as file:
            status = file.read()
    except OSError:
        return 0
    at = status.find(b"VmHWM:")
    return int(status[at + 6 : status.index(b"kB", at)]) if at >= 0 else 0
