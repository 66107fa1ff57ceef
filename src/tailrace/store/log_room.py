"""Room at the log's end, so that a commit fills bytes that the file has already.

The sync of a file that has grown writes its size and its blocks, too. Where the file system has a journal that is a
transaction there, and a second flush of the disk. Each commit had one, until the log had its full size; now those few
have it that find the room used up. The rejected alternatives: `posix_fallocate` gives blocks that a sync has to mark as
written, which is a transaction again; all of the log at the start is 128 MB for who writes ten items.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

ROOM_BYTES: Final = 1024 * 1024
"""How far the log is let grow at a time. Four times as much saved no tenth of the flushes that this leaves."""
_ZEROS: Final = bytes(ROOM_BYTES)  # for SQLite the log ends where they begin: a frame names a page, and has a sum


class LogRoom:
    """Keeps a log's file larger than what is in it. To be closed after the connections of who made it."""

    def __init__(self, log: Path) -> None:
        """Raises OSError where the log can't be opened."""
        self._descriptor = os.open(log, os.O_RDWR | os.O_CLOEXEC)
        self._size = os.fstat(self._descriptor).st_size  # as of the last look

    def make(self, bytes_max: int) -> None:
        """Add room if the log has grown since the last call, up to `bytes_max`. For who alone may write the log now.

        A disk that refuses says so to the commit, if that needs more than is there.
        """
        size = os.fstat(self._descriptor).st_size
        if size > self._size and size + ROOM_BYTES <= bytes_max:
            with suppress(OSError):
                size += os.pwrite(self._descriptor, _ZEROS, size)
        self._size = size

    def close(self) -> None:
        """Let go of the file; a second call does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
