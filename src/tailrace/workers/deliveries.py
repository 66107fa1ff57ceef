"""Deliveries: does the work that requests have left behind, until it is done.

```
commit ──"deliveries"──> claim (hidden for a while) ──> handler ──> done, or due again with backoff
              1 s tick ──^          └── heartbeat: still at it
```
A handler may run twice for one delivery, when its node died before it could say that it was done; so it does nothing
that must not happen twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping

from tailrace.base import ids
from tailrace.base.clock import wait_for_event
from tailrace.base.meter import DELIVERY_ERRORS
from tailrace.operation import Node
from tailrace.services.dynamodb import build_index, copy_table, drop_collection, expiry
from tailrace.services.lambda_ import event_outcome, invoke
from tailrace.services.sns import confirmation, fifo, publishing
from tailrace.services.sqs import move_tasks
from tailrace.store import deliveries
from tailrace.store.deliveries import Delivery
from tailrace.store.engine import Transaction
from tailrace.workers import event_outcomes, failure_records, notifications, replay_job, replay_run
from tailrace.workers.ownership import is_alone, owner_of

TICK_SECONDS = 1.0
CLAIM_SECONDS = 10.0  # without a heartbeat: what a crash delays deliveries by, where another node does them then
HEARTBEAT_SECONDS = 3.0
RUNNING_MAX = 256
BACKOFF_SECONDS_MIN = 1.0
BACKOFF_SECONDS_MAX = 300.0

Handler = Callable[[Node, Delivery], Awaitable[None]]
Slice = Callable[[Transaction, dict[str, object]], bool]

log = logging.getLogger("tailrace.deliveries")


def in_slices(work: Slice) -> Handler:
    """A handler that does a long piece of work slice by slice, each a transaction, and saves how far it has come."""

    async def handle(node: Node, delivery: Delivery) -> None:
        progress = delivery.body

        def one(tx: Transaction) -> dict[str, object] | None:
            body = dict(progress)  # `work` writes into it, and a closure may run again
            if work(tx, body):
                deliveries.done(tx, delivery.id)
                return None
            deliveries.keep(tx, delivery.id, node.clock.now() + CLAIM_SECONDS, body)
            return body

        while (after := await node.store.update(one)) is not None:
            progress = after

    return handle


HANDLERS: Mapping[str, Handler] = {
    invoke.DELIVERY_KIND: invoke.run_delivery,
    event_outcome.DELIVERY_KIND: event_outcomes.tell,
    build_index.DELIVERY_KIND: in_slices(build_index.build_slice),
    copy_table.DELIVERY_KIND: in_slices(copy_table.copy_slice),
    drop_collection.DELIVERY_KIND: in_slices(drop_collection.drop_slice),
    expiry.BUILD_KIND: in_slices(expiry.build_slice),
    expiry.DROP_KIND: in_slices(expiry.drop_slice),
    move_tasks.DELIVERY_KIND: move_tasks.run,
    publishing.NOTIFY_KIND: notifications.notify,
    fifo.DRAIN_KIND: notifications.drain,
    fifo.FORGET_KIND: fifo.forget,
    failure_records.KIND: failure_records.send,
    replay_job.DELIVERY_KIND: replay_run.run,
    confirmation.FORGET_KIND: confirmation.forget,
}


class Deliveries:
    """Runs the deliveries of the kinds that have a handler."""

    def __init__(self, node: Node, handlers: Mapping[str, Handler] | None = None) -> None:
        self._node = node
        self._handlers = HANDLERS if handlers is None else handlers
        self._owner = owner_of(node)
        self._running: dict[asyncio.Task[None], Delivery] = {}
        self._woken = asyncio.Event()
        self._kept = 0.0
        self._loop: asyncio.Task[None] | None = None
        self._heartbeats: asyncio.Task[None] | None = None
        self._undo: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Listen, and begin with what is due, and with what a former process of this store has left half done."""
        if is_alone(self._node):
            kinds, now = tuple(self._handlers), self._node.clock.now()
            await self._node.store.update(lambda tx: deliveries.free(tx, kinds, self._owner, now))
        self._undo = self._node.store.listen(deliveries.TOPIC, self._on_delivery)
        self._loop = asyncio.create_task(self._run(), name="deliveries")
        self._heartbeats = asyncio.create_task(self._beat(), name="delivery heartbeats")

    async def stop(self, grace_s: float) -> None:
        """Claim nothing more, give what runs `grace_s` seconds, and let others have the rest at once."""
        self._undo()
        for task in (self._loop, self._heartbeats):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        if not self._running:
            return
        await asyncio.wait(list(self._running), timeout=grace_s)
        late = dict(self._running)
        for running in late:
            running.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        now = self._node.clock.now()
        for delivery in late.values():
            await self._node.store.update(lambda tx, id=delivery.id: deliveries.retry(tx, id, now))  # type: ignore[misc]

    def _on_delivery(self, kind: str) -> None:
        self._woken.set()

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            seconds = TICK_SECONDS
            try:
                seconds = await self._claim()
            except Exception:
                log.exception("deliveries could not be claimed; it is tried again")
            await wait_for_event(self._woken, seconds, self._node.clock)

    async def _claim(self) -> float:
        """Begin what is due, as far as there is room; the seconds until it is worth looking again."""
        kinds, now = tuple(self._handlers), self._node.clock.now()
        if now >= self._kept + HEARTBEAT_SECONDS:
            await self._keep()  # a process that stood still, or a clock that was moved: these claims have run out
        room = RUNNING_MAX - len(self._running)
        due = await self._node.store.view(lambda tx: deliveries.next_due(tx, kinds))
        if due is None or not room:
            return TICK_SECONDS
        if due > now:
            return min(max(due - now, 0.001), TICK_SECONDS)
        claim = deliveries.claim
        for delivery in await self._node.store.update(
            lambda tx: claim(tx, kinds, now, room, CLAIM_SECONDS, self._owner), locked=True
        ):
            self._begin(delivery)
        return TICK_SECONDS

    def _begin(self, delivery: Delivery) -> None:
        task = asyncio.create_task(self._handle(delivery), name=f"delivery {delivery.kind} {delivery.id}")
        self._running[task] = delivery
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        self._woken.set()

    async def _handle(self, delivery: Delivery) -> None:
        try:
            await self._handlers[delivery.kind](self._node, delivery)
        except Exception:
            self._node.meter.count(DELIVERY_ERRORS, kind=delivery.kind)
            seconds = min(BACKOFF_SECONDS_MIN * 2 ** min(delivery.attempts - 1, 16), BACKOFF_SECONDS_MAX)
            due = self._node.clock.now() + seconds * ids.uniform(0.8, 1.2)
            log.exception("delivery %s (%s) failed; it is tried again in %d s", delivery.id, delivery.kind, seconds)
            await self._node.store.update(lambda tx: deliveries.retry(tx, delivery.id, due), locked=True)

    async def _beat(self) -> None:
        """Keep the claims of what takes long."""
        while True:
            await self._node.clock.sleep(HEARTBEAT_SECONDS)
            try:
                await self._keep()
            except Exception:
                log.exception("the claims of %d deliveries could not be kept", len(self._running))

    async def _keep(self) -> None:
        names, now = [delivery.id for delivery in self._running.values()], self._node.clock.now()

        def keep(tx: Transaction) -> None:
            for name in names:
                deliveries.keep(tx, name, now + CLAIM_SECONDS)

        if names:
            await self._node.store.update(keep, locked=True)
        self._kept = now
