"""Begin a coroutine at once, and go on where what it waits for is there: without a task, as long as none is needed.

```
begin ──> its first step ──> ended                               a read of SQLite, which waits for nothing
                        └──> waits for a future ──> _go_on ...   a write, which waits for its group's COMMIT
                                               └──> in_task      who has to cancel it, or to wait for its end
```
A task of the event loop costs more than the row that is read, and more than a tenth of what is done for a write around
it. What has none can't ask for its own: nothing that does (`asyncio.timeout`, `TaskGroup`) may come in a coroutine that
is begun here, unless `in_task` is awaited before. So it is for requests of which all that they call is known.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator, Iterator
from typing import Any


def begin(work: Coroutine[Any, Any, None], loop: asyncio.AbstractEventLoop) -> Begun | None:
    """Run a coroutine up to where it waits; what goes on from there, None where it has ended.

    A loop takes its steps, because the end of one is no exception, which costs as much as to read a known header.
    """
    steps = work.__await__()
    for awaited in steps:
        return Begun(work, steps, awaited, loop)
    return None


class Begun:
    """A coroutine that waits, and is resumed by what it waits for."""

    __slots__ = ("_awaited", "_loop", "_steps", "_task", "_work")

    def __init__(
        self,
        work: Coroutine[Any, Any, None],
        steps: Iterator[Any],
        awaited: Any,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._work = work
        self._steps = steps
        self._loop = loop
        self._task: asyncio.Task[None] | None = None
        self._wait(awaited)

    def in_task(self) -> asyncio.Task[None]:
        """Go on in a task from now on; the same one each time."""
        if self._task is None:
            rest = _rest(self._work, self._awaited)
            rest.send(None)  # a task cancelled before its first step throws into what it was given: it must have begun
            self._task = self._loop.create_task(rest)
        return self._task

    def _wait(self, awaited: Any) -> None:
        """Have it go on once that is there which it has yielded."""
        self._awaited = awaited
        if isinstance(awaited, asyncio.Future):
            awaited.add_done_callback(self._go_on)
        else:  # nothing, which means the loop's next turn
            self.in_task()

    def _go_on(self, _: object) -> None:
        """Resume it, which looks itself into the future that it waits for. What it raises is the loop's to tell."""
        if self._task is not None:
            return  # a task waits for the same
        try:
            for awaited in self._steps:
                self._wait(awaited)
                return
        except asyncio.CancelledError:
            return


def task_of(work: Begun | asyncio.Task[None]) -> asyncio.Task[None]:
    """The task of what was begun with or without one, to be cancelled or waited for."""
    return work.in_task() if isinstance(work, Begun) else work


async def in_task() -> None:
    """Await it before what may need a task: who awaits it goes on in one."""
    if asyncio.current_task() is None:
        await asyncio.sleep(0)


async def _rest(work: Coroutine[Any, Any, None], awaited: Any) -> None:
    await _Rest(work, awaited)


class _Rest:
    """What is left of a coroutine that has said what it waits for: it is said again, to the task that it is in now."""

    def __init__(self, work: Coroutine[Any, Any, None], awaited: Any) -> None:
        self._work, self._awaited = work, awaited

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
                    awaited = self._work.throw(problem)
                else:
                    awaited = self._work.send(answer) if told else self._awaited
            except StopIteration:
                return
            told = True
