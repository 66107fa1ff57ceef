"""What a function printed, as log events: lines, and frames that keep several lines together.

One pipe carries stdout and stderr, so their order survives. Text in it is cut at line ends; a frame is one event
however many lines it has. AWS's runtime clients send frames when `_LAMBDA_TELEMETRY_LOG_FD` names a descriptor:

    u32 type | u32 length | u64 microseconds since the epoch | message        (big-endian; types a55a0002 ... a55a001b)

A frame's first byte never begins a UTF-8 character, so frames and text can share the pipe.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

EVENT_BYTES_MAX = 256 * 1024 - 26  # CloudWatch's limit of an event, less what it counts for each
READ_BYTES = 65_536
DRAIN_READS = 64  # what a pipe can hold, several times over
PAUSE_SECONDS = 0.02
FRAME_MARK = b"\xa5\x5a\x00"
FRAME_TYPES = frozenset((0x02, 0x03, 0x0A, 0x0B, 0x0E, 0x0F, 0x12, 0x13, 0x16, 0x17, 0x1A, 0x1B))
FRAME_HEADER = 16


class Assembler:
    """Cuts a stream of bytes into events. Holds at most one event's bytes."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._frame_left = 0

    def feed(self, data: bytes) -> list[str]:
        """The events that `data` completes."""
        self._buffer += data
        events: list[str] = []
        while self._step(events):
            pass
        return events

    def rest(self) -> list[str]:
        """What was printed without a line end so far, as an event of its own."""
        if self._frame_left or not self._buffer:
            return []
        text = decode(self._buffer)
        self._buffer.clear()
        return [text]

    def _step(self, events: list[str]) -> bool:
        if self._frame_left:
            return self._take_frame(events)
        start = frame_start(self._buffer)
        text_end = len(self._buffer) if start is None else start
        line_end = self._buffer.rfind(b"\n", 0, text_end) + 1
        if start is not None:
            line_end = text_end
        elif line_end == 0 and text_end > EVENT_BYTES_MAX:
            line_end = EVENT_BYTES_MAX
        if line_end:
            text = bytes(self._buffer[:line_end])
            del self._buffer[:line_end]
            for line in split_newlines(text):
                events.extend(pieces(line))
        if start is None or len(self._buffer) < FRAME_HEADER:
            return False
        self._frame_left = int.from_bytes(self._buffer[4:8], "big")
        del self._buffer[:FRAME_HEADER]
        return True

    def _take_frame(self, events: list[str]) -> bool:
        want = min(self._frame_left, EVENT_BYTES_MAX)
        if len(self._buffer) < want:
            return False
        events.append(decode(self._buffer[:want]))
        del self._buffer[:want]
        self._frame_left -= want
        return True


def split_newlines(text: bytes) -> list[bytes]:
    """Lines that end in a line feed alone: a carriage return stays inside its event, as it does on AWS."""
    parts = text.split(b"\n")
    lines = [part + b"\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines


def pieces(line: bytes) -> list[str]:
    """A line as one event, or as several where it is longer than an event may be."""
    if len(line) <= EVENT_BYTES_MAX:
        return [decode(line)]
    return [decode(line[at : at + EVENT_BYTES_MAX]) for at in range(0, len(line), EVENT_BYTES_MAX)]


def decode(data: bytes | bytearray) -> str:
    """Text for the log: what is not UTF-8 becomes U+FFFD."""
    return data.decode("utf-8", "replace")


def frame_start(buffer: bytearray) -> int | None:
    """Where the first frame begins, or None. A mark inside a UTF-8 character is text."""
    at = buffer.find(FRAME_MARK)
    while at >= 0:
        if len(buffer) > at + 3 and buffer[at + 3] not in FRAME_TYPES:
            at = buffer.find(FRAME_MARK, at + 1)
            continue
        if complete(buffer[max(0, at - 4) : at]):
            return at
        at = buffer.find(FRAME_MARK, at + 1)
    return None


def complete(tail: bytearray) -> bool:
    """Whether these last bytes of a text end with a whole character."""
    for back, byte in enumerate(reversed(tail), 1):
        if byte < 0x80:
            return True
        if byte >= 0xC0:
            needed = 4 if byte >= 0xF0 else 3 if byte >= 0xE0 else 2
            return back >= needed
    return True


class Output:
    """Reads a sandbox's pipe on the event loop and hands events to `sink` until the pipe ends.

    `sink` answers whether it is full; the pipe is then left alone for a moment, and the function that fills it waits.
    """

    def __init__(self, descriptor: int, sink: Callable[[list[str]], bool]) -> None:
        self._descriptor = descriptor
        self._sink = sink
        self._assembler = Assembler()
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._open = True
        os.set_blocking(descriptor, False)
        self._loop.add_reader(descriptor, self._readable)

    def _readable(self) -> None:
        if self._read() and self._timer is None:
            self._loop.remove_reader(self._descriptor)
            self._timer = self._loop.call_later(PAUSE_SECONDS, self._resume)

    def _resume(self) -> None:
        self._timer = None
        if not self._open:
            return
        if self._sink([]):
            self._timer = self._loop.call_later(PAUSE_SECONDS, self._resume)
        else:
            self._loop.add_reader(self._descriptor, self._readable)

    def _read(self) -> bool:
        """Read once; whether reading should pause (nothing more to come is no reason to pause, but to close)."""
        try:
            data = os.read(self._descriptor, READ_BYTES)
        except BlockingIOError:
            return False
        if not data:
            self.close()
            return False
        return self._sink(self._assembler.feed(data))

    def drain(self) -> None:
        """Hand over all that was printed up to now, a last line without its end included."""
        for _ in range(DRAIN_READS):
            if not self._open:
                break
            try:
                data = os.read(self._descriptor, READ_BYTES)
            except BlockingIOError:
                break
            if not data:
                self.close()
                break
            self._sink(self._assembler.feed(data))
        rest = self._assembler.rest()
        if rest:
            self._sink(rest)

    def close(self) -> None:
        """Stop reading and close the pipe; what was not read is lost."""
        if not self._open:
            return
        self._open = False
        if self._timer:
            self._timer.cancel()
        else:
            self._loop.remove_reader(self._descriptor)
        os.close(self._descriptor)
