"""One lane of a shard: reads, calls the function, saves, and again, as long as there is something to do.

```
            ┌──────────────────────────────────────────────┐
 idle ──notice──> look (one view) ──Call──> invoke ──> settle ──> save
   ^                 │ Wait: until the next attempt, or the window's end
   └── nothing to do ┘ Blocked: no permission, no function; looked at again every second
```
An idle lane has no task. What a lane does next is decided in `look`, over one snapshot: the mapping's settings, the
role's permission and the records are of the same moment.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from tailrace.base.clock import wait_for_event
from tailrace.base.errors import ApiError, Fenced
from tailrace.store import changes
from tailrace.workers import outcome
from tailrace.workers.batching import Batch
from tailrace.workers.look import Blocked, CallFor, Idle, Look, Passed, Wait, Window, look
from tailrace.workers.outcome import Postponed, Progress, Result
from tailrace.workers.poll_audit import note_poll
from tailrace.workers.trigger_settings import Settings

if TYPE_CHECKING:
    from tailrace.workers.shard_reader import ShardReader

OK = "OK"
FAILED = "PROBLEM: Function call failed"
INTERNAL = "PROBLEM: Tailrace could not call the function; the server's log says why"

log = logging.getLogger("tailrace.triggers")


class Lane:
    """A part of one shard's records, in order, one batch at a time."""

    def __init__(self, reader: ShardReader, number: int, progress: Progress) -> None:
        self.reader = reader
        self.number = number
        self.progress = progress
        self.seen = 0
        self.window: Window | None = None
        self.task: asyncio.Task[None] | None = None
        self._nudged = asyncio.Event()
        self._blocked = False

    @property
    def running(self) -> bool:
        """Whether the lane has a task."""
        return self.task is not None

    def notice(self, *, tick: bool) -> None:
        """The shard may have gone further: start if there is something to do. A blocked lane waits for the tick."""
        latest = self.reader.latest
        if self.task is not None:
            if self.window is not None and latest >= self.window.look_at:
                self._nudged.set()
        elif (latest > self.progress.checkpoint or self.progress.pieces) and (tick or not self._blocked):
            self.task = asyncio.create_task(self._run(), name=f"lane {self.reader.shard_name}/{self.number}")

    def nudge(self) -> None:
        """Look at once, whatever the lane is waiting for: the mapping has changed."""
        self._nudged.set()

    async def _run(self) -> None:
        reader = self.reader
        try:
            while not (reader.context.stopping or reader.lost) and await self._step():
                pass
        except Fenced:
            log.warning("shard %s of mapping %s was taken over", reader.shard_name, reader.mapping)
            reader.lost = True
        except Exception:
            log.exception("mapping %s stumbled at shard %s; it goes on", reader.mapping, reader.shard_name)
            reader.lost = True
        finally:
            self.task = None
            self.window = None
        if self.reader.latest > self.seen and not (reader.context.stopping or reader.lost):
            self.notice(tick=False)  # what came after the last look was noticed while this task still ran

    async def _step(self) -> bool:
        """Do the next thing; False when there is nothing to do until somebody notices something."""
        context = self.reader.context
        self._nudged.clear()
        found: Look = await context.node.store.view(lambda tx: look(tx, self.reader, self))
        self._blocked = isinstance(found, Blocked)
        match found:
            case Idle():
                return False
            case Blocked(problem):
                await self.reader.note(problem)
                await note_poll(self.reader, problem)
                return False
            case Passed(progress, expired):
                assert progress != self.progress, "who passes records comes further"
                self.progress = progress
                self.reader.dirty = True
                self._say_expired(expired)
            case Wait(until, window):
                self.window = window
                await wait_for_event(self._nudged, until - context.node.clock.now(), context.node.clock)
            case CallFor(settings, batch, progress):
                self.window = None
                self._say_expired(batch.expired)
                await note_poll(self.reader, "")
                return await self._call(settings, batch, progress)
        return True

    async def _call(self, settings: Settings, batch: Batch, progress: Progress) -> bool:
        """Call the function with a batch, and save what became of it. False where another node reads the shard."""
        context = self.reader.context
        if not context.budget.take(batch.size):
            await context.budget.room()  # and look again: a batch isn't kept while it waits
            return True
        try:
            if not await self.reader.hold():
                self._blocked = True
                return False
            result, problem = await self._invoke(settings, batch)
        finally:
            context.budget.give(batch.size)
        if context.stopping and isinstance(result, Postponed):
            return False
        sequences = [record.sequence for record in batch.records]
        settled = outcome.settle(progress, batch.through, sequences, result, settings.rules, context.node.clock.now())
        self.progress = settled.progress
        if settled.given_up:
            log.warning(
                "mapping %s gave up %d records of shard %s, %s to %s, after %d retries",
                self.reader.mapping,
                len(settled.given_up),
                self.reader.shard_name,
                changes.sequence_text(settled.given_up[0]),
                changes.sequence_text(settled.given_up[-1]),
                settings.rules.retries_max,
            )
        await self.reader.save(problem)
        return True

    def _say_expired(self, expired: int) -> None:
        if expired:
            log.warning(
                "mapping %s passed %d expired records of %s", self.reader.mapping, expired, self.reader.shard_name
            )

    async def _invoke(self, settings: Settings, batch: Batch) -> tuple[Result, str]:
        """What the call came to, and the mapping's LastProcessingResult for it."""
        context, target = self.reader.context, settings.target
        try:
            answer = await context.invoke(context.node, target.scope, target.name, target.qualifier, batch.event())
        except ApiError as refusal:
            return Postponed(), f"PROBLEM: {refusal.message}"
        except Exception:
            log.exception("mapping %s could not call %s; it is tried again", self.reader.mapping, target.arn)
            return Postponed(), INTERNAL
        numbers = {changes.sequence_text(record.sequence): record.sequence for record in batch.records}
        result = outcome.read_answer(answer.function_error, answer.payload, numbers, settings.rules)
        return result, OK if isinstance(result, outcome.Succeeded) else FAILED
