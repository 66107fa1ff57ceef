"""Large answers fill a turn of the event loop: what else was asked in it waits for a later one.

```
request -> is this turn full? ── no ──> answered; large answers fill the turn
                              └─ yes ─> waits; each later turn lets one go on, in their order
```
A turn takes whatever all clients have sent. Were 32 pages of 1 MB made in one, all of them could lie in memory at once;
so between some of them the loop looks again at who can be sent more, and who is gone and needs no answer. The rejected
alternative, a limit of bytes that wait to be sent, lets one client that reads slowly hold up all others.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

TURN_BYTES_MAX: Final = 4 * 1024 * 1024
"""What large answers may take of a turn: four pages of a Query, forty items of 100 KB. Each turn costs some 4 µs."""


class Turns:
    """The turns of one event loop, and the requests of all its connections that wait for a later one."""

    def __init__(self) -> None:
        self.full = False
        self._bytes = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._called = False  # for the next turn

    def spend(self, size: int) -> None:
        """Count the bytes of a large answer that was made in this turn."""
        self._bytes += size
        if self._bytes >= TURN_BYTES_MAX:
            self.full = True
        self._call()

    def later(self) -> asyncio.Future[None]:
        """What is there in a later turn, after those who have come before."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        self._call()
        return future

    def _call(self) -> None:
        if not self._called:
            self._called = True
            asyncio.get_running_loop().call_soon(self._begin)

    def _begin(self) -> None:
        self._called, self._bytes = False, 0
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():  # one was cancelled: its connection ends
                future.set_result(None)
                break
        self.full = bool(self._waiting)  # who comes now comes after them
        if self.full:
            self._call()
