"""Syncs the database file beside SQLite, so that what a checkpoint has moved is on the disk when writers wait.

SQLite syncs the file only in a checkpoint that has caught up with the writer. Under writers that never rest that is the
one for which they wait: it had 34 pages to move in 1 ms, and then to sync all that the checkpoints before it had
written, in 20 to 60. A sync too many harms nothing, for SQLite does its own all the same.

It needs a descriptor of its own, and POSIX has a process lose all its locks on a file, SQLite's too, when it closes any
descriptor of it. Without them another process takes itself for the last one, and deletes the log. So a process has one
descriptor for a file, which is closed after the last of its connections.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

_sync = os.fdatasync if hasattr(os, "fdatasync") else os.fsync  # macOS has the second alone
_lock = threading.Lock()
_kept: dict[tuple[int, int], list[FileSync]] = {}


class FileSync:
    """The right to sync one file. To be closed after the connections of who made it."""

    def __init__(self, path: Path) -> None:
        """Raises OSError where the file can't be opened."""
        with _lock:
            found = os.stat(path)
            self._file = (found.st_dev, found.st_ino)
            others = _kept.setdefault(self._file, [])
            self._descriptor: int = others[0]._descriptor if others else os.open(path, os.O_RDWR | os.O_CLOEXEC)
            others.append(self)

    def sync(self) -> None:
        """Have on the disk what was written to the file, by whomever. Raises OSError where the disk refuses."""
        _sync(self._descriptor)

    def close(self) -> None:
        """Let go of the descriptor, unless others in this process use the file; a second call does nothing."""
        with _lock:
            others = _kept.get(self._file, [])
            if self in others:
                others.remove(self)
                if not others:
                    del _kept[self._file]
                    os.close(self._descriptor)
