"""All open connections of a listener: what they share, the sweep of those that are too slow, the orderly end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tailrace.gateway import at_once
from tailrace.gateway.admission import Admission
from tailrace.gateway.connection import Connection
from tailrace.gateway.limits import SWEEP_SECONDS
from tailrace.gateway.outbox import Outbox
from tailrace.gateway.peer import Answer, never
from tailrace.gateway.turns import Turns
from tailrace.wire import timestamps
from tailrace.wire.http import HttpRequest


class Connections:
    """All open connections of a listener: shared settings, the sweep of idle ones, and the orderly end.

    `answers_at_once` knows the requests that are answered without a task (see `at_once.py`).
    """

    def __init__(
        self,
        answer: Answer,
        body_bytes_max: int,
        now: Callable[[], float],
        admission: Admission | None = None,
        answers_at_once: Callable[[HttpRequest], bool] = never,
    ) -> None:
        self.answer = answer
        self.answers_at_once = answers_at_once
        self.body_bytes_max = body_bytes_max
        self.admission = admission or Admission()
        self._now = now
        self._dated: tuple[int, str] = (0, "")
        self.open: set[Connection] = set()
        self.outbox = Outbox(now, self.open)
        self.turns = Turns()
        self.closing = False
        self._sweeper: asyncio.Task[None] | None = None

    def accept(self) -> Connection:
        """The protocol factory for `loop.create_server`."""
        return Connection(self)

    def start(self) -> None:
        """Begin to cut off idle connections."""
        self._sweeper = asyncio.get_running_loop().create_task(self._sweep())

    def head(self) -> str:
        """What every answer starts with: who answers, and when. AWS's SDKs set their clocks by the date."""
        second = int(self._now())
        if second != self._dated[0]:
            self._dated = (second, f"server: Server\r\ndate: {timestamps.rfc822(second)}\r\n")
        return self._dated[1]

    async def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            for connection in list(self.open):
                connection.tend(loop.time())

    async def close(self, grace_s: float) -> None:
        """Answer what is being worked on within `grace_s` seconds, then close every connection."""
        self.closing = True
        if self._sweeper:
            self._sweeper.cancel()
        busy = [at_once.task_of(c.task) for c in self.open if c.task]
        for connection in list(self.open):
            connection.close_when_answered()
        if busy:
            _, late = await asyncio.wait(busy, timeout=grace_s)
            for task in late:
                task.cancel()
        for connection in list(self.open):
            connection.abort()
