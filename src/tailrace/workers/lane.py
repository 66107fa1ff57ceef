"""One lane of a shard: reads, calls the function, saves, and again, as long as there is something to do.

```
            ┌──────────────────────────────────────────────┐
 idle ──notice──> look (one view) ──Call──> attempt ──> settle ──> save
   ^                 │ Expired: given up ─────────────────────────────^
   │                 │ Wait: until the next attempt, or a window's end
   └── nothing to do ┘ Blocked: no permission, no function; looked at again every second
```
An idle lane has no task. What a lane does next is decided in `look`, over one snapshot: the mapping's settings, the
role's permission and the records are of the same moment.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tailrace.base import ids
from tailrace.base.clock import wait_for_event
from tailrace.base.errors import Fenced
from tailrace.services.lambda_ import event_source_mappings as mappings
from tailrace.store import attempts, deliveries, resources
from tailrace.store.engine import Transaction
from tailrace.workers import (
    attempt_log,
    attempt_record,
    failure_records,
    outcome,
    trigger_settings,
    trimmed_records,
    troubles,
)
from tailrace.workers.attempt import Attempt, attempt, given_up_line, line
from tailrace.workers.attempt_record import About
from tailrace.workers.failure_records import EXHAUSTED, TOO_OLD, GivenUp, Range
from tailrace.workers.look import Blocked, CallFor, Expired, Idle, Look, Lost, Passed, Wait, Window, look
from tailrace.workers.outcome import FailedFrom, Postponed, Progress, Succeeded
from tailrace.workers.poll_audit import note_poll
from tailrace.workers.trigger_metrics import (
    note_attempt,
    note_expired,
    note_given_up,
    note_passed,
    note_position,
    note_trimmed,
)
from tailrace.workers.trigger_settings import Settings

if TYPE_CHECKING:
    from tailrace.workers.shard_reader import ShardReader

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
    def part(self) -> tuple[int, int]:
        """Which part of its mapping it is."""
        return self.reader.shard, self.number

    @property
    def running(self) -> bool:
        """Whether the lane has a task."""
        return self.task is not None

    def notice(self, *, tick: bool) -> None:
        """The shard may have gone further: start if there is something to do. A blocked lane waits for the tick."""
        latest = self.reader.latest
        if self.task is not None:
            if self.window is not None and (latest >= self.window.look_at or self.reader.last is not None):
                self._nudged.set()
        elif (tick or not self._blocked) and (latest > self.progress.checkpoint or self.progress.unfinished):
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
        except Exception:  # noqa: BLE001 - which is logged there, once
            await reader.stumble(self.part)
        finally:
            self.task = None
            self.window = None
        if self.reader.finished:
            self.reader.finish()  # its children needn't wait for the tick
        if self.reader.latest > self.seen and not (reader.context.stopping or reader.lost):
            self.notice(tick=False)  # what came after the last look was noticed while this task still ran

    async def _step(self) -> bool:
        """Do the next thing; False when there is nothing to do until somebody notices something."""
        context = self.reader.context
        self._nudged.clear()
        found: Look = await context.node.store.view(lambda tx: look(tx, self.reader, self))
        self._blocked = isinstance(found, Blocked)
        note_position(self, found)
        match found:
            case Idle():
                context.troubles.end(self.reader.mapping, self.part)
                return False
            case Blocked(problem):
                if context.troubles.begin(self.reader.mapping, self.part, troubles.of_problem(problem)):
                    await self.reader.note(problem)
                await note_poll(self.reader, problem)
                return False
            case Passed(progress=progress):
                note_passed(self.reader, found)
                assert progress != self.progress, "who passes records comes further"
                self.progress = progress
                self.reader.dirty = True
            case Expired():
                return await self._expire(found)
            case Lost():
                return await self._lose(found)
            case Wait(until, window):
                self.window = window
                await wait_for_event(self._nudged, until - context.node.clock.now(), context.node.clock)
            case CallFor():
                self.window = None
                await note_poll(self.reader, "")
                return await self._call(found)
        return True

    async def _call(self, found: CallFor) -> bool:
        """Call the function with a batch, and save what became of it. False where another node reads the shard."""
        context, size = self.reader.context, found.batch.size
        if not context.budget.take(size):
            await context.budget.room()  # and look again: a batch isn't kept while it waits
            return True
        try:
            if not await self.reader.hold():
                self._blocked = True
                return False
            self.reader.calling += 1  # the lease is kept from here until it is saved under
            try:
                made = await attempt(self.reader, found)
            except BaseException:
                self.reader.calling -= 1
                raise
        finally:
            context.budget.give(size)
        try:
            return await self._settle(found, made)
        finally:
            self.reader.calling -= 1

    async def _settle(self, found: CallFor, made: Attempt) -> bool:
        """Save what became of a call."""
        context = self.reader.context
        if context.stopping and isinstance(made.result, Postponed):
            return False
        note_attempt(self.reader, found, made)
        if isinstance(made.result, Postponed):
            trouble = troubles.of_refusal(made.status, made.problem)
            context.troubles.begin(self.reader.mapping, self.part, trouble)
        else:
            context.troubles.end(self.reader.mapping, self.part)
        settle = self._settle_window if found.final else self._settle_batch
        lost = settle(found, made, context.node.clock.now())
        number, now = _attempts_before(found) + 1, context.node.clock.now()
        records = found.batch.records
        which = Range.of(records) if records else Range.of_window(found.known_window)
        about = self._about(found.settings)
        row = attempt_record.of_call(about, records, which, made, number, now, final=found.final)
        said = line(self.reader, self.number, found, made, number)
        await self._save([(said, row)], found, lost, made.problem)
        return True

    def _settle_batch(self, found: CallFor, made: Attempt, now: float) -> GivenUp | None:
        """Take over what a call with records came to; what was given up, if anything was."""
        batch, progress, result = found.batch, found.progress, made.result
        sequences = [record.sequence for record in batch.records]
        settled = outcome.settle(progress, batch.through, sequences, result, found.settings.rules, now, made.call)
        self.progress = settled.progress
        if found.window is not None and isinstance(result, Succeeded | FailedFrom) and result.state is not None:
            through = settled.progress.checkpoint
            taken = [record for record in batch.records if record.sequence <= through]
            if taken:
                self.progress = replace(self.progress, window=found.window.with_records(taken, result.state))
        if not settled.given_up:
            return None
        last = made.call or (progress.pieces[0].last if progress.pieces else None)
        return GivenUp(Range.of(batch.records), settled.attempts, EXHAUSTED, last)

    def _settle_window(self, found: CallFor, made: Attempt, now: float) -> GivenUp | None:
        """Take over what the final call of a window came to."""
        rules, oldest = found.settings.rules, now - found.settings.age_s
        window = replace(found.known_window, early=found.early)
        settled = outcome.close_window(replace(found.progress, window=window), made.result, rules, oldest, now)
        self.progress = settled.progress
        if not settled.given_up:
            return None
        exhausted = rules.retries_max is not None and settled.attempts > rules.retries_max
        return GivenUp(Range.of_window(window), settled.attempts, EXHAUSTED if exhausted else TOO_OLD, made.call)

    async def _expire(self, found: Expired) -> bool:
        """Give up records that are too old. False where another node reads the shard."""
        if not await self.reader.hold():
            self._blocked = True
            return False
        self.progress = found.progress
        note_expired(self.reader, found)
        head = found.head
        tried, last = (head.attempts, head.last) if head else (0, None)
        await self._save([], found, GivenUp(Range.of(found.batch.expired), tried, TOO_OLD, last), None)
        return True

    async def _lose(self, found: Lost) -> bool:
        """Tell of records that the stream has forgotten, and go on behind them. False where another node reads."""
        if not await self.reader.hold():
            self._blocked = True
            return False
        self.progress = found.progress
        await self._tell_lost(found.settings, found.first, found.last)
        return True

    async def lose_rest(self) -> None:
        """Tell of everything that was left to read: the stream has forgotten the shard, with the lease's purpose."""
        reader, node = self.reader, self.reader.context.node
        compiled = trigger_settings.compile_settings
        settings = await node.store.view(
            lambda tx: resources.derived(tx, mappings.KIND, reader.scope, reader.mapping, compiled)
        )
        if settings is not None and await reader.hold():
            first, last = self.progress.checkpoint + 1, reader.latest
            self.progress = outcome.lose(self.progress, last)
            await self._tell_lost(settings, first, last)

    async def _tell_lost(self, settings: Settings, first: int, last: int) -> None:
        reader, now = self.reader, self.reader.context.node.clock.now()
        lost, row = trimmed_records.of_lane(self._about(settings), first, last, now)
        note_trimmed(reader, lost)
        problem = trimmed_records.problem(lost)
        log.warning("mapping %s, %s: %s", reader.mapping, reader.shard_name, problem)
        said = trimmed_records.line(row)

        def also(tx: Transaction) -> None:
            attempt_log.write(tx, reader.scope, reader.mapping, reader.shard_name, [said], now)
            attempts.add(tx, row)

        await reader.save(problem, also)

    def _about(self, settings: Settings) -> About:
        reader, target = self.reader, settings.target.arn
        stream = (settings.stream_arn, settings.stream)
        return About(reader.scope, reader.mapping, target, *stream, reader.shard_name, self.number, len(reader.lanes))

    async def _save(
        self,
        made: list[tuple[attempt_log.Line, attempts.Attempt]],
        found: CallFor | Expired,
        lost: GivenUp | None,
        problem: str | None,
    ) -> None:
        """Save the progress with what the attempts are remembered by and, where records were given up, word of them."""
        reader, settings = self.reader, found.settings
        now, id = reader.context.node.clock.now(), ids.uuid()
        body: dict[str, Any] | None = None
        if lost is not None:
            note_given_up(reader, settings, lost)
            records = found.batch.records or found.batch.expired
            row = attempt_record.of_given_up(self._about(settings), lost, records, now, settings.destination)
            made = [*made, (given_up_line(reader, self.number, lost), row)]
            log.warning("mapping %s gave up records: %s", reader.mapping, made[-1][0])
            if settings.destination is not None:
                body = failure_records.owed(settings, reader.mapping, reader.shard_name, lost, now)

        def also(tx: Transaction) -> None:
            attempt_log.write(tx, reader.scope, reader.mapping, reader.shard_name, [said for said, _ in made], now)
            for _, row in made:
                attempts.add(tx, row)
            if body is not None:
                deliveries.put(tx, failure_records.KIND, body, now, id=id)

        await reader.save(problem, also)


def _attempts_before(found: CallFor) -> int:
    if found.final:
        return found.known_window.attempts
    return found.progress.pieces[0].attempts if found.progress.pieces else 0
