"""Takes entries in memory and writes them down together, every 200 ms.

`add` is all that a request pays: an append to a list. The rest runs on the event loop in slices of a quarter of a
millisecond, and writing to files in a thread.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from tailrace.audit.entry import Entry
from tailrace.audit.lines import Lines
from tailrace.audit.segments import FileSegments, MemorySegments, Segments
from tailrace.base.clock import Clock, SystemClock

FLUSH_SECONDS = 0.2
HELD_MAX = 50_000  # entries in memory; more come only while the disk does not take them
SLICE = 100
TRIM_SECONDS = 60.0
DAY_SECONDS = 86_400.0
BYTES_MAX = 1024 * 1024 * 1024
MEMORY_BYTES_MAX = 32 * 1024 * 1024

log = logging.getLogger("tailrace.audit")


class Journal:
    """The records of all calls of this node. `days` 0 keeps none at all.

    Without a folder they are kept in memory. The age of records is measured on the node's clock.
    """

    def __init__(self, folder: Path | None = None, clock: Clock | None = None, days: float = 30.0) -> None:
        self.segments: Segments = FileSegments(folder) if folder else MemorySegments(MEMORY_BYTES_MAX)
        self._bytes_max = BYTES_MAX if folder else MEMORY_BYTES_MAX
        self._clock = clock or SystemClock()
        self._days = days
        self._held: list[Entry] = []
        self._lost = 0
        self._timer: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()
        self._trimmed = float("-inf")

    def add(self, entry: Entry) -> None:
        """Take an entry. It is written within 200 ms; beyond `HELD_MAX` waiting ones it is counted as lost."""
        held = self._held
        if len(held) >= HELD_MAX:
            self._lost += 1
        elif self._days > 0:
            held.append(entry)
        if self._timer is None and held:
            self._timer = asyncio.get_running_loop().create_task(self._flush_soon())

    async def _flush_soon(self) -> None:
        await asyncio.sleep(FLUSH_SECONDS)
        self._timer = None
        await self.flush()

    async def flush(self) -> None:
        """Write down all that was added before. A disk that refuses costs the records, and the log says how many."""
        async with self._lock:
            held, self._held = self._held, []
            lost, self._lost = self._lost, 0
            if not held:
                return
            lines = bytearray()
            writer = Lines()
            for start in range(0, len(held), SLICE):
                some = b"\n".join(writer.write(held[start : start + SLICE])) + b"\n"
                if self.segments.waits:
                    lines += some
                else:
                    # Memory that is new to the process is cleared by the system, page by page: in slices, too.
                    self._write(some)
                await asyncio.sleep(0)
            try:
                if lines:
                    await asyncio.to_thread(self._write, lines)
            except OSError:
                lost += len(held)
                log.exception("the audit can't be written")
            while held:  # to free all of them at once takes milliseconds
                del held[-SLICE:]
                await asyncio.sleep(0)
            if lost:
                log.error("%d records of the audit are lost", lost)

    def _write(self, lines: bytes | bytearray) -> None:
        now = self._clock.now()
        self.segments.append(lines, now)
        if abs(now - self._trimmed) >= TRIM_SECONDS:
            self._trimmed = now
            self.segments.trim(now - self._days * DAY_SECONDS, self._bytes_max)

    async def close(self) -> None:
        """Write down what is left, synced."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        await self.flush()
        await asyncio.to_thread(self.segments.close)
