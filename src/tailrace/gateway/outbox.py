"""Answers made in one turn of the event loop leave together, one right behind the other.

```
answer -> outbox ── some answers, half a millisecond, or the end of the turn ──> all of them are written
          none was made in the last half millisecond, or there is one client ──> this one is written
```
What is written wakes the client that waits for it, and to wake a thread on another processor costs the sender more
than the row that was read: on a virtual machine it is the hypervisor's work, and empties caches. A client with several
connections (an SDK has up to 50) is awake when the second answer follows the first one at once. With 32 connections a
GetItem took 88 µs of the processor where each answer was written as it was made, and takes 63.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sized
from typing import Final, Protocol

TOGETHER_MAX: Final = 8
BYTES_MAX: Final = 32 * 1024
"""A larger answer isn't kept back, nor what was made before it: it costs more to make and to write than to wake for."""
SECONDS_MAX: Final = 0.0005


log = logging.getLogger("tailrace.http")


class Sender(Protocol):
    """Whose answers they are."""

    def send(self, answer: bytes) -> None:
        """Write an answer to the client, if there still is one."""


class Outbox:
    """The answers of all connections of one event loop that are made and not yet written, in their order.

    `now` tells seconds, `clients` how many there are.
    """

    def __init__(self, now: Callable[[], float], clients: Sized) -> None:
        self._now = now
        self._clients = clients
        self._latest = self._since = 0.0  # when the latest answer was made, and the first of those that wait
        self._waiting: deque[tuple[Sender, bytes]] = deque()
        self._called = False  # for the end of the turn

    def add(self, sender: Sender, answer: bytes) -> None:
        """Write an answer behind those that wait, at the latest at the end of this turn of the event loop.

        One that most likely stays alone is written at once: a turn of the loop more would cost it 10 µs.
        """
        now, waiting = self._now(), self._waiting
        alone = len(self._clients) == 1 or not 0 <= now - self._latest < SECONDS_MAX
        self._latest = now
        if alone and not waiting:
            sender.send(answer)
            return
        if not self._called:
            self._called = True
            asyncio.get_running_loop().call_soon(self._end_turn)
        if not waiting:
            self._since = now
        waiting.append((sender, answer))
        if len(waiting) >= TOGETHER_MAX or len(answer) > BYTES_MAX or not 0 <= now - self._since < SECONDS_MAX:
            self.empty()

    def empty(self) -> None:
        """Write all answers now: before something else is written to one of the clients, or its connection closed."""
        waiting = self._waiting
        while waiting:
            sender, answer = waiting.popleft()
            try:
                sender.send(answer)
            except Exception:  # one client's trouble is no other's
                log.exception("an answer could not be sent")

    def _end_turn(self) -> None:
        self._called = False
        self.empty()
