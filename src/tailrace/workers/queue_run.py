"""One mapping of a queue at work: receives as long as there is something to receive and room for it.

```
send ──"messages/N"──> look ──due──> receive, filter ──> deliver (some at once) ──done──> look
                         └── wait: for a send, for the end of a delay or visibility timeout, for a batch to fill
```
A run with nothing to wait for has no task. Messages that gather in a batching window aren't received until the batch
is called for, so that the window takes nothing from their visibility timeout (AWS's does).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

import orjson

from tailrace.audit.entry import Entry
from tailrace.base.clock import wait_for_event
from tailrace.base.errors import ApiError, Fenced, Missing
from tailrace.base.meter import ITERATOR_AGE
from tailrace.services.lambda_ import event_source_access as access
from tailrace.services.lambda_ import event_source_mappings as mappings
from tailrace.services.lambda_ import event_source_positions as positions
from tailrace.services.lambda_ import event_source_queues as queues
from tailrace.services.sqs import queue_metrics, receiving
from tailrace.services.sqs.queue import KIND, Queue, compiled, place_of_arn
from tailrace.store import leases, messages, resources
from tailrace.store.engine import Transaction
from tailrace.store.leases import Lease
from tailrace.store.messages import Message
from tailrace.workers import attempt_log, backoff, event_counts, mapping_states, queue_events, trigger_access, troubles
from tailrace.workers.batching import EVENT_BYTES_MAX
from tailrace.workers.queue_delivery import QueueBatch, deliver
from tailrace.workers.queue_events import QueueRecord
from tailrace.workers.queue_settings import QueueSettings, compile_queue
from tailrace.workers.trigger_context import TriggerContext

BATCHES_FIRST, BATCHES_MORE_PER_SECOND, BATCHES_MAX = 5, 5, 256  # at once; AWS adds 300 a minute, up to 1,250
TAKE_FIRST, TAKE_MAX = 10, 250  # messages received in one transaction
LOOKED_AT_MAX = 10_000  # received for one batch, however few of them the filters let through
COUNT_SECONDS = 0.1  # how often a batch that gathers is counted, at most
AGAIN_SECONDS = 1.0

log = logging.getLogger("tailrace.triggers")


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look at the mapping and its queue sees. `due`: when a message can be received (None: there is none);
    `full`: as many can as fit a batch. `problem`: why nothing may be received.
    """

    settings: QueueSettings
    queue: Queue | None
    due: float | None = None
    full: bool = False
    problem: str | None = None


class QueueRun:
    """Runs one mapping of a queue."""

    def __init__(self, context: TriggerContext, scope: str, mapping: str) -> None:
        self.scope = scope
        self.mapping = mapping
        self.gone = False
        self._context = context
        self._task: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        self._deliveries: set[asyncio.Task[None]] = set()
        self._listening: tuple[int, Callable[[], None]] | None = None
        self._lease: Lease | None = None
        self._busy_since = self._paused_until = self._counted = 0.0
        self._refused = 0  # calls in a row that could not be made
        self._problem: str | None = None  # what the audit and the log last heard of; "": that there is none

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        """Everything of this mapping that runs."""
        return [*self._deliveries, *([self._task] if self._task else [])]

    def wake(self, *, tick: bool = False) -> None:
        """Look now, or once more after the look under way."""
        self._woken.set()
        if self._task is None and not self._context.stopping:
            self._task = asyncio.create_task(self._run(), name=f"mapping {self.mapping}")

    def nudge(self) -> None:
        """Look at once, whatever is waited for: the mapping has changed, or the node stops."""
        self._woken.set()

    async def close(self) -> None:
        """Stop listening, and give the lease back; called when nothing of this mapping runs any more."""
        self._listen_to(None)
        lease, self._lease = self._lease, None
        if lease is not None:
            await self._context.node.store.update(lambda tx: leases.release(tx, lease), locked=True)

    async def _run(self) -> None:
        try:
            while not self._context.stopping:
                self._woken.clear()
                seconds = await self._step()
                if self._woken.is_set() or seconds == 0:
                    continue
                if seconds is None:
                    break
                await wait_for_event(self._woken, seconds, self._context.node.clock)
        except Exception:
            log.exception("mapping %s stumbled; it goes on", self.mapping)
        finally:
            self._task = None

    async def _step(self) -> float | None:
        """Do the next thing; in how many seconds to look again, None: not before something is told."""
        seen = await self._context.node.store.view(self._look)
        if seen is None:
            await self.close()
            self.gone = True
            return None
        if not seen.settings.active or seen.settings.state in mapping_states.SETTLED:
            return await self._settle(seen.settings)
        if self._listen_to(seen.queue):
            return 0  # what was sent between the look and this
        now = self._context.node.clock.now()
        await self._note(seen, now)
        if seen.problem or seen.queue is None or seen.due is None:
            return None
        if len(self._deliveries) >= self._room(seen.settings, now):
            return AGAIN_SECONDS
        until = max(seen.due, self._paused_until)
        if seen.settings.window_s and not seen.full and now >= until:
            until = seen.due + seen.settings.window_s
            if now < until:
                return min(until - now, COUNT_SECONDS)
        if now < until:
            return until - now
        if not await self._hold():
            return None
        return await self._receive(seen.settings, seen.queue)

    def _look(self, tx: Transaction) -> Seen | None:
        node, now = self._context.node, self._context.node.clock.now()
        settings = resources.derived(tx, mappings.KIND, self.scope, self.mapping, compile_queue)
        if settings is None:
            return None
        place = place_of_arn(settings.queue_arn)
        queue = resources.derived(tx, KIND, *place, compiled) if place else None
        if not settings.active:
            return Seen(settings, queue)
        if queue is None:
            return Seen(settings, None, problem=f"PROBLEM: The specified queue does not exist: {settings.queue_arn}")
        due, full = messages.next_due(tx, queue.number, grouped=queue.fifo), False
        if due is None or due > now:
            return Seen(settings, queue, due)
        if settings.window_s:
            enough = messages.total(tx, queue.number) >= settings.batch_size
            if enough or now >= self._counted + COUNT_SECONDS:
                count, characters = messages.waiting(tx, queue.number, now, settings.batch_size)
                full = count >= settings.batch_size or characters >= EVENT_BYTES_MAX
                self._counted = now
        source, target = settings.queue_arn, settings.target
        problem = trigger_access.problem(tx, node.identity, target, self.mapping, queues.refusal, source)
        return Seen(settings, queue, due, full, problem)

    def _room(self, settings: QueueSettings, now: float) -> int:
        """How many batches may be under way: one where the last call could not be made, to try with."""
        if not self._deliveries:
            self._busy_since = now
        if self._refused:
            return 1
        if settings.concurrency is not None:
            return settings.concurrency
        return min(BATCHES_FIRST + int((now - self._busy_since) * BATCHES_MORE_PER_SECOND), BATCHES_MAX)

    async def _receive(self, settings: QueueSettings, queue: Queue) -> float:
        """Receive a batch and send it on its way; 0 where there may be more."""
        budget = self._context.budget
        if not budget.take(EVENT_BYTES_MAX):
            await budget.room()
            return 0
        size = 0
        try:
            batch, looked_at = await self._gather(settings, queue)
            if batch.records:
                size = batch.size
                task = asyncio.create_task(self._deliver(batch), name=f"batch of mapping {self.mapping}")
                self._deliveries.add(task)
                task.add_done_callback(self._delivered)
        finally:
            budget.give(EVENT_BYTES_MAX - size)  # its own size is given back when it was called
        return 0 if looked_at else AGAIN_SECONDS

    async def _gather(self, settings: QueueSettings, queue: Queue) -> tuple[QueueBatch, int]:
        """Receive what fits a batch; and how many messages were looked at for it."""
        node, records, looked_at = self._context.node, list[QueueRecord](), 0
        room, size, take = EVENT_BYTES_MAX, queue_events.ENVELOPE_BYTES, TAKE_FIRST
        full = False

        def receive(tx: Transaction) -> tuple[list[QueueRecord], int, bool]:
            now, left, found, over = node.clock.now(), room - size, list[QueueRecord](), False
            spent = 0

            def fits(message: Message) -> bool:
                nonlocal spent, over
                first = not records and not spent
                spent += queue_events.bytes_of(message)
                over = spent > left and not first
                return not over

            limit = min(take, settings.batch_size - len(records))
            current = resources.derived(tx, KIND, *queue.place, compiled)
            if current is None or current.number != queue.number:
                return [], 0, True
            taken = receiving.take_due(tx, current, now, limit, current.visibility_s, fits=fits)
            for message, handle in taken:
                content = queue_events.content_of(current, message, handle)
                if queue_events.wanted(content, settings.filters):
                    found.append(QueueRecord(message, handle, orjson.dumps(content)))
                else:
                    messages.remove(tx, current.number, message.number, now)
            return found, len(taken), over or len(taken) < limit

        while not full and len(records) < settings.batch_size and looked_at < LOOKED_AT_MAX:
            try:
                found, count, full = await node.store.update(receive, locked=True)
            except ApiError as refused:  # too many messages of the queue are in flight
                log.warning("mapping %s can't receive: %s", self.mapping, refused.message)
                break
            records += found
            size += sum(len(record.content) + 1 for record in found)
            looked_at += count
            mean = max(1, (size - queue_events.ENVELOPE_BYTES) // max(1, len(records)))
            take = max(TAKE_FIRST, min(TAKE_MAX, (room - size) // mean))
        filtered = looked_at - len(records)
        if looked_at:
            queue_metrics.received(node, queue.place, looked_at)
            queue_metrics.deleted(node, queue.place, filtered)
        if settings.counts_events:
            event_counts.count(
                node, self.scope, self.mapping, polled=looked_at, filtered_out=filtered, deleted=filtered
            )
        return QueueBatch(self.scope, self.mapping, settings, queue, records, size), looked_at

    async def _deliver(self, batch: QueueBatch) -> None:
        try:
            if await deliver(self._context, batch):
                self._refused = 0
            else:
                now = self._context.node.clock.now()
                if now >= self._paused_until:
                    self._paused_until = now + backoff.seconds(self._refused)
                    self._refused += 1
        except Exception:
            log.exception("mapping %s could not finish a batch; its messages come back", self.mapping)
        finally:
            self._context.budget.give(batch.size)

    def _delivered(self, task: asyncio.Task[None]) -> None:
        """There is room for another batch."""
        self._deliveries.discard(task)
        self.wake()

    async def _hold(self) -> bool:
        """Make sure that this node, and no other, receives for the mapping; for a while."""
        now, seconds = self._context.node.clock.now(), self._context.lease_s
        held, name = self._lease, positions.lease_prefix(self.mapping) + "queue"
        if held is not None and held.expires - now > seconds / 2:
            return True

        def take(tx: Transaction) -> Lease | None:
            if held is not None:
                return leases.renew(tx, held, now, seconds)
            return leases.acquire(tx, name, self._context.owner, now, seconds)

        try:
            self._lease = await self._context.node.store.update(take, locked=True)
        except Fenced:
            self._lease = None
        return self._lease is not None

    async def _note(self, seen: Seen, now: float) -> None:
        """Tell the meter since when something waits; and the mapping, its log and the audit what stops it, once."""
        waits = seen.due is not None and seen.due <= now
        self._context.node.meter.wait(ITERATOR_AGE, "queue", seen.due if waits else None, mapping=self.mapping)
        problem = seen.problem or ""
        if problem == self._problem or not (problem or waits):
            return
        self._problem = problem
        if not problem:
            self._context.troubles.end(self.mapping, "queue")
        node, region = self._context.node, self.scope.partition("/")[2]
        role, asked = None, []

        def write(tx: Transaction) -> None:
            if mapping_states.note_result(tx, self.scope, self.mapping, problem):
                name = seen.settings.queue_arn.rpartition(":")[2]
                line = {"queue": name, "status": "Blocked", "error": problem}
                attempt_log.write(tx, self.scope, self.mapping, name, [line], now)

        if problem:
            self._context.troubles.begin(self.mapping, "queue", troubles.of_problem(problem))
            await node.store.update(write)

        def ask(tx: Transaction) -> None:
            nonlocal role, asked
            arn = access.role_of(tx, seen.settings.target)
            if arn is not None:
                role = node.identity.role_principal(tx, arn, trigger_access.session_name(self.mapping))
                asked = queues.decisions(node.identity, tx, role, seen.settings.queue_arn)

        try:
            await node.store.view(ask)
        except Missing:
            return  # no role, no decision
        if role is not None:
            decided = [each._replace(principal=None) for each in asked]
            node.audit.add(Entry.by_lambda(now, role, "sqs", "ReceiveMessage", region, decided))

    async def _settle(self, settings: QueueSettings) -> float | None:
        """Write the state that the operation's state leads to, once what it asks for is done."""
        store, state = self._context.node.store, settings.state
        if state in mapping_states.SETTLED:
            states = mapping_states.SETTLED
            await store.update(lambda tx: mapping_states.become(tx, self.scope, self.mapping, *states))
            return 0
        if self._deliveries or state not in ("Disabling", "Deleting"):
            return None  # a batch that ends wakes
        await self.close()
        self._problem = None
        self._context.troubles.forget(self.mapping)
        meter = self._context.node.meter
        if state == "Disabling":
            await store.update(lambda tx: mapping_states.become(tx, self.scope, self.mapping, state))
            meter.wait(ITERATOR_AGE, "queue", None, mapping=self.mapping)
        else:
            await store.update(lambda tx: mapping_states.forget(tx, self.scope, self.mapping))
            meter.forget("mapping", self.mapping)
            self.gone = True
        return None

    def _listen_to(self, queue: Queue | None) -> bool:
        """Be woken by what happens to the queue, which may be another one of the same name by now; whether it is."""
        number = queue.number if queue else None
        if self._listening is not None:
            if self._listening[0] == number:
                return False
            self._listening[1]()
            self._listening = None
        if number is None:
            return False
        undo = self._context.node.store.listen(messages.topic(number), lambda _: self.wake())
        self._listening = (number, undo)
        return True
