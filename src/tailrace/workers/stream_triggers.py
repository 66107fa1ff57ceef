"""Triggers: from a committed change, or a message that was sent, to a function's call.

```
commit ──"changes"────> MappingRun of that stream ──> ShardReader ──> Lane ──> function
      └──"messages/N"─> QueueRun of that queue ──> batches ──> function
           1 s tick ──> every run: mappings and shards that no notice told of, blocked lanes, leases
```
A commit wakes its readers at once, on the loop that committed: there is no polling delay and no hop between threads.
The tick is the net below it; it also is what looks again at mappings whose role was refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from tailrace.operation import Node
from tailrace.services.lambda_ import event_source_mappings as mappings
from tailrace.services.lambda_ import event_source_positions as positions
from tailrace.services.lambda_ import event_source_queues as queues
from tailrace.services.lambda_ import invocation
from tailrace.store import changes, resources
from tailrace.store.engine import Transaction
from tailrace.workers.balance import Balance
from tailrace.workers.mapping_run import MappingRun
from tailrace.workers.ownership import is_alone, owner_of
from tailrace.workers.queue_run import QueueRun
from tailrace.workers.shard_reader import ShardReader
from tailrace.workers.trigger_context import Invoke, TriggerContext

TICK_SECONDS = 1.0
PAGE = 500
LEASE_SECONDS = 7.0  # with the tick and the reading of what is saved: a dead node's shards move within ten
# Where nobody else can want them, leases are kept without being renewed.
EMBEDDED_LEASE_SECONDS = 10 * 365 * 86_400.0

log = logging.getLogger("tailrace.triggers")


def shared(node: Node, invoke: Invoke) -> TriggerContext:
    """What this node's readers share."""
    return TriggerContext(node, invoke, owner_of(node), EMBEDDED_LEASE_SECONDS if is_alone(node) else LEASE_SECONDS)


class StreamTriggers:
    """Runs every mapping of this node's store."""

    def __init__(self, node: Node, context: TriggerContext | None = None) -> None:
        self._node = node
        self._context = context or shared(node, _invoke)
        self._runs: dict[tuple[str, str], MappingRun | QueueRun] = {}
        self._balance = Balance(self._context)
        self._streams: dict[str, list[MappingRun]] = {}
        self._ticker: asyncio.Task[None] | None = None
        self._discovery: asyncio.Task[None] | None = None
        self._undo: list[Callable[[], None]] = []

    async def join(self) -> None:
        """Be counted among the servers: the first thing of all, before anything is answered."""
        await self._balance.begin()

    async def start(self) -> None:
        """Listen, and take up every mapping where it was left."""
        listen = self._node.store.listen
        self._undo = [listen(changes.TOPIC, self._on_change), listen(positions.TOPIC, self._on_mapping)]
        await self._discover()
        self._ticker = asyncio.create_task(self._tick(), name="stream triggers")

    async def stop(self, grace_s: float) -> None:
        """Start nothing new, give what is under way `grace_s` seconds to finish, then abandon it.

        What is abandoned isn't saved, so it is delivered again after the next start.
        """
        for undo in self._undo:
            undo()
        self._context.stopping = True
        for task in (self._ticker, self._discovery):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        runs = list(self._runs.values())
        for run in runs:
            run.nudge()
        tasks = [task for run in runs for task in run.tasks]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for run in runs:
            await run.close()

    async def leave(self) -> None:
        """Be counted among the servers no more: the last thing that a server writes."""
        await self._balance.end()

    def _on_change(self, stream: str) -> None:
        for run in self._streams.get(stream, ()):
            run.wake()

    def _on_mapping(self, payload: str) -> None:
        scope, _, mapping = payload.partition(" ")
        run = self._runs.get((scope, mapping))
        if run is not None:
            run.nudge()
            run.wake(tick=True)
        elif self._discovery is None:
            self._discovery = asyncio.create_task(self._discover(), name="discover mappings")

    async def _tick(self) -> None:
        while True:
            await self._node.clock.sleep(TICK_SECONDS)
            try:
                await self._discover()
            except Exception:
                log.exception("the mappings could not be listed; they are listed again")
            for run in list(self._runs.values()):
                run.wake(tick=True)
            try:
                await self._balance.tick(self._readers())
            except Exception:
                log.exception("the shards could not be balanced between the nodes; it is tried again")

    def _readers(self) -> list[ShardReader]:
        return [reader for run in self._runs.values() if isinstance(run, MappingRun) for reader in run.readers]

    async def _discover(self) -> None:
        """Take up mappings that are new, and let go of those that are gone."""
        try:
            after: tuple[str, str] | None = None
            while True:
                page = await self._node.store.view(_page_after(after))
                for scope, name, document in page:
                    if (scope, name) not in self._runs:
                        self._take_up(scope, name, document)
                if len(page) < PAGE:
                    break
                after = page[-1][:2]
            for key, run in list(self._runs.items()):
                if run.gone:
                    del self._runs[key]
                    if isinstance(run, MappingRun):
                        self._streams[str(run.stream)].remove(run)
        finally:
            self._discovery = None

    def _take_up(self, scope: str, mapping: str, document: mappings.Document) -> None:
        run: MappingRun | QueueRun
        if queues.is_queue(document["EventSourceArn"]):
            run = QueueRun(self._context, scope, mapping)
        else:
            run = MappingRun(self._context, scope, mapping, document["Stream"])
            self._streams.setdefault(str(run.stream), []).append(run)
        self._runs[scope, mapping] = run
        run.wake(tick=True)


def _page_after(after: tuple[str, str] | None) -> Callable[[Transaction], list[tuple[str, str, mappings.Document]]]:
    return lambda tx: resources.everywhere(tx, mappings.KIND, after, PAGE)


async def _invoke(
    node: Node, scope: str, name: str, qualifier: str | None, payload: bytes, *, trace: str | None = None
) -> invocation.InvocationResult:
    return await invocation.invoke(node, scope, name, qualifier, payload, trace=trace)
