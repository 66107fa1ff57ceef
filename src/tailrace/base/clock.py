"""Time as an interface: the only place that asks the machine what time it is.

Everything that expires, retries or waits takes a `Clock`, so a test of thirty days takes a millisecond.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits for it."""

    def now(self) -> float:
        """Seconds since the epoch."""

    def machine(self) -> float:
        """Seconds since the epoch on the machine's own clock, which no move changes: what clients sign by."""

    def monotonic(self) -> float:
        """Seconds that never run backwards; for measuring how long something took."""

    async def sleep(self, seconds: float) -> None:
        """Wait until this clock has gone on by `seconds`."""


class SystemClock:
    """The machine's own time. A request asks for it seven times, so what answers are the machine's own functions."""

    now = staticmethod(time.time)
    """Seconds since the epoch."""
    machine = staticmethod(time.time)
    """The same as `now`."""
    monotonic = staticmethod(time.monotonic)
    """Seconds that never run backwards."""

    async def sleep(self, seconds: float) -> None:
        """Wait in real time."""
        await asyncio.sleep(seconds)


class MovableClock:
    """A clock that is moved by hand; it stands still between two moves unless `running`, as a server's does.

    `advance` wakes every sleeper whose time has come, in the order of their times.
    """

    def __init__(self, start: float = 1_700_000_000.0, *, running: bool = False) -> None:
        self._offset = start - time.time() if running else start
        self._running = running
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def now(self) -> float:
        """Seconds since the epoch, as moved."""
        return time.time() + self._offset if self._running else self._offset

    def machine(self) -> float:
        """The machine's own time; of a clock that stands still, `now`: it is a world of its own."""
        return time.time() if self._running else self._offset

    def monotonic(self) -> float:
        """The machine's, so that a move doesn't make what is under way look long; of one that stands still, `now`."""
        return time.monotonic() if self._running else self._offset

    @property
    def offset(self) -> float:
        """How many seconds it is ahead of the machine."""
        return self.now() - self.machine()

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock was moved (or, if running, has run) past now + seconds."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        heapq.heappush(self._sleepers, (self.now() + seconds, next(self._order), future))
        # The loop's timer counts even where it is a moment early by this clock: it comes but once.
        timer = loop.call_later(seconds, _resolve, future) if self._running else None
        try:
            await future
        finally:
            if timer:
                timer.cancel()

    def advance(self, seconds: float) -> None:
        """Move the clock forward and wake who waited for that."""
        self._offset += seconds
        self._wake()

    def move_to(self, offset: float) -> None:
        """Be `offset` seconds ahead of the machine; one that is further ahead already stays, for no time goes back."""
        if offset > self.offset:
            self.advance(offset - self.offset)

    def _wake(self) -> None:
        while self._sleepers and self._sleepers[0][0] <= self.now() + 1e-9:
            _resolve(heapq.heappop(self._sleepers)[2])


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


async def wait_for_event(event: asyncio.Event, seconds: float, clock: Clock) -> bool:
    """Wait until `event` is set or `seconds` went by on `clock`; returns whether the event is set."""
    if event.is_set():
        return True
    waiter = asyncio.ensure_future(event.wait())
    sleeper = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait((waiter, sleeper), return_when=asyncio.FIRST_COMPLETED)
        return event.is_set()
    finally:
        for task in (waiter, sleeper):
            task.cancel()
        # Not `await task`, which would swallow a cancellation of the caller that comes in this very moment.
        await asyncio.wait((waiter, sleeper))


def iso_seconds(epoch: float) -> str:
    """`2023-07-16T09:00:05Z`: the query protocol's timestamp."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch))


def iso_milliseconds(epoch: float, *, suffix: str = "") -> str:
    """`2023-07-16T09:00:05.000` + suffix: a stream's label has none, a log line has Z, Lambda has +0000."""
    milliseconds = int(epoch * 1000)
    head = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(milliseconds // 1000))
    return f"{head}.{milliseconds % 1000:03d}{suffix}"


def common_log(epoch: float) -> str:
    """`16/Jul/2023:09:00:05 +0000`: a time in the form of web servers' logs, whatever the machine's language."""
    moment = time.gmtime(epoch)
    month = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()[moment.tm_mon - 1]  # noqa: SIM905
    return f"{moment.tm_mday:02d}/{month}/" + time.strftime("%Y:%H:%M:%S +0000", moment)
