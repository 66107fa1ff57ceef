"""One process owns a folder. The lock is flock's, so it dies with its process, after SIGKILL too, and no stale file
ever has to be deleted by hand.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from tailrace.store.engine import InUse

LOCK = "lock"


def take(place: Path) -> int:
    """The descriptor that holds the folder's lock; it isn't handed on to child processes. Raises InUse."""
    descriptor = os.open(place / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 32).decode("ascii", "replace").strip() or "unknown"
        os.close(descriptor)
        raise InUse(
            f"the data folder {place} is in use by process {holder}: stop that server, or give this one another folder"
        ) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())
    return descriptor


def release(lock: int) -> None:
    """Let go of the folder."""
    os.close(lock)
