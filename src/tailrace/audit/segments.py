"""Where the lines lie: a folder of files that are only ever appended to, or a few blocks of memory.

A segment is named after the time when its first line was written, in milliseconds, so that names sort by time and
whole segments can be passed over or deleted by name. A process begins a segment of its own: a line that kill -9 has
cut short stays the last of its file, and readers pass over it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

SEGMENT_BYTES = 8 * 1024 * 1024
# Commits of the store wait for the disk beside a sync of the audit: 5 ms and more where a whole segment was synced at
# its end, 1 ms behind so many bytes.
SYNCED_BYTES = 1024 * 1024
MEMORY_SEGMENT_BYTES = 1024 * 1024


class Segments(Protocol):
    """Appended lines in the order of time. Every method but `append` may be called from any thread.

    `waits` says whether `append` may wait for a disk.
    """

    waits: bool

    def append(self, lines: bytes | bytearray, at: float) -> None:
        """Add whole lines at the time `at` (epoch seconds), which names a new segment. Raises OSError."""

    def names(self) -> list[str]:
        """The segments, oldest first."""

    def read(self, name: str) -> bytes:
        """A segment's lines; empty where it has been deleted meanwhile."""

    def trim(self, before: float, bytes_max: int) -> None:
        """Delete the segments that end before `before` (epoch seconds), and the oldest ones beyond `bytes_max`."""

    def close(self) -> None:
        """Let what was appended reach the disk."""


def segment_name(at: float, after: str | None) -> str:
    """A name for a segment that begins at `at` and sorts behind `after`, whatever the clock did in between."""
    number = int(at * 1000)
    if after is not None:
        number = max(number, int(after) + 1)
    return f"{number:015d}"


def starts(name: str) -> float:
    """When a segment's first line was written, in epoch seconds."""
    return int(name) / 1000


class FileSegments:
    """Segments in a folder that its owner alone may read."""

    waits = True

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._name: str | None = None  # of the latest segment, once it was looked for
        self._file: int | None = None
        self._written = self._synced = 0  # bytes of the current segment

    def append(self, lines: bytes | bytearray, at: float) -> None:
        """Add lines to the current segment, which is synced by and by; a full one is left."""
        if self._file is None or self._written >= SEGMENT_BYTES:
            self.close()
            if self._name is None:
                self._name = max(self.names(), default=None)
            name = self._name = segment_name(at, self._name)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
            self._file = os.open(self._folder / f"{name}.jsonl", flags, 0o600)
            self._written = self._synced = 0
        left = memoryview(lines)
        while left:
            count = os.write(self._file, left)
            self._written += count
            left = left[count:]
        if self._written - self._synced >= SYNCED_BYTES:
            os.fsync(self._file)
            self._synced = self._written

    def names(self) -> list[str]:
        """The segments, oldest first."""
        return sorted(path.stem for path in self._folder.glob("*.jsonl") if path.stem.isdigit())

    def read(self, name: str) -> bytes:
        """A segment's lines."""
        try:
            return (self._folder / f"{name}.jsonl").read_bytes()
        except FileNotFoundError:  # trimmed since its name was listed
            return b""

    def trim(self, before: float, bytes_max: int) -> None:
        """Delete what is too old or too much; the newest segment stays."""
        names = self.names()
        sizes = [(self._folder / f"{name}.jsonl").stat().st_size for name in names]
        for name in doomed(names, sizes, before, bytes_max):
            (self._folder / f"{name}.jsonl").unlink(missing_ok=True)

    def close(self) -> None:
        """Sync and close the current segment; the next line begins a new one."""
        if self._file is not None:
            os.fsync(self._file)
            os.close(self._file)
            self._file = None


class MemorySegments:
    """Segments of a server that keeps nothing: blocks of memory, the oldest of which go beyond `bytes_max`."""

    waits = False

    def __init__(self, bytes_max: int) -> None:
        self._blocks: dict[str, list[bytes | bytearray]] = {}
        self._bytes_max = bytes_max
        self._written = 0  # to the last block

    def append(self, lines: bytes | bytearray, at: float) -> None:
        """Add lines to the last block, without copying them."""
        last = next(reversed(self._blocks), None)
        if last is None or self._written >= MEMORY_SEGMENT_BYTES:
            last = segment_name(at, last)
            self._blocks[last], self._written = [], 0
            self.trim(float("-inf"), self._bytes_max)
        self._blocks[last].append(lines)
        self._written += len(lines)

    def names(self) -> list[str]:
        """The blocks, oldest first."""
        return list(self._blocks)

    def read(self, name: str) -> bytes:
        """A block's lines."""
        return b"".join(tuple(self._blocks.get(name, ())))

    def trim(self, before: float, bytes_max: int) -> None:
        """Forget what is too old or too much."""
        sizes = [sum(map(len, block)) for block in self._blocks.values()]
        for name in doomed(list(self._blocks), sizes, before, bytes_max):
            del self._blocks[name]

    def close(self) -> None:
        """Nothing is kept."""


def doomed(names: list[str], sizes: list[int], before: float, bytes_max: int) -> list[str]:
    """Which segments are to go: those whose successor begins before `before`, and the oldest beyond `bytes_max`."""
    total, gone = sum(sizes), []
    for index, (name, size) in enumerate(zip(names[:-1], sizes, strict=False)):
        if starts(names[index + 1]) >= before and total <= bytes_max:
            break
        gone.append(name)
        total -= size
    return gone
