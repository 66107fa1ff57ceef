"""Begin a coroutine at once, without a task; it becomes one when it has to wait.

A read of SQLite waits for nothing, and a task of the event loop costs more than the row that it reads. Until a
coroutine waits it has no task of its own: nothing that needs one (`asyncio.timeout`, `TaskGroup`) may come before. So
it is for coroutines of which that is known, and for those that seldom wait: for others a task right away is cheaper.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any


def begin(coroutine: Coroutine[Any, Any, None], loop: asyncio.AbstractEventLoop) -> asyncio.Task[None] | None:
    """Run a coroutine up to where it waits; the task in which it goes on, None where it has ended."""
    try:
        awaited = coroutine.send(None)
    except StopIteration:
        return None
    rest = _go_on(coroutine, awaited)
    rest.send(None)  # a task cancelled before its first step throws into what it was given, which must have begun
    return loop.create_task(rest)


async def _go_on(coroutine: Coroutine[Any, Any, None], awaited: Any) -> None:
    await _Rest(coroutine, awaited)


class _Rest:
    """What is left of a coroutine that has said what it waits for: it is said again, to the task that it is in now."""

    def __init__(self, coroutine: Coroutine[Any, Any, None], awaited: Any) -> None:
        self._coroutine, self._awaited = coroutine, awaited

    def __await__(self) -> Generator[Any, Any, None]:
        awaited, told = None, False
        while True:
            answer, problem = None, None
            try:
                answer = yield awaited
            except BaseException as raised:  # noqa: BLE001 - a cancellation, too, is the coroutine's to see
                problem = raised
            try:
                if problem is not None:
                    awaited = self._coroutine.throw(problem)
                else:
                    awaited = self._coroutine.send(answer) if told else self._awaited
            except StopIteration:
                return
            told = True
