"""One mapping at work: a reader for every shard of its stream, parents before their children.

```
 a commit ──> poll: the shards from the first one that isn't finished on
 1 s tick ──> poll: all of them; readers and leases of those that were trimmed away go
```
A stream that is off, or gone, is read to its end; then the mapping says so, for nothing will come of it any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any, NamedTuple

from tailrace.base.errors import StoreError
from tailrace.services.lambda_ import event_source_mappings as mappings
from tailrace.services.lambda_ import event_source_positions as positions
from tailrace.store import changes, leases, resources
from tailrace.store.changes import Shard
from tailrace.store.engine import Transaction
from tailrace.workers import mapping_states
from tailrace.workers.shard_reader import INTERNAL_PROBLEM, ShardReader
from tailrace.workers.trigger_context import TriggerContext
from tailrace.workers.trigger_settings import Settings, compile_settings
from tailrace.workers.troubles import INTERNAL, POLL, Trouble

log = logging.getLogger("tailrace.triggers")


class _View(NamedTuple):
    """What a poll sees of its mapping.

    `news`: what the mapping is to say once all is read, if its stream is over; `left`: leases whose shard is gone.
    """

    state: str
    settings: Settings
    shards: list[Shard]
    saved: dict[int, dict[str, Any]]
    news: dict[str, str]
    left: list[str]


class MappingRun:
    """Polls the shards of one mapping's stream whenever it is woken; polls never overlap."""

    def __init__(self, context: TriggerContext, scope: str, mapping: str, stream: int) -> None:
        self.scope = scope
        self.mapping = mapping
        self.stream = stream
        self.gone = False
        self._context = context
        self._readers: dict[int, ShardReader] = {}
        self._task: asyncio.Task[None] | None = None
        self._again = False
        self._tick = False
        self._finished_to = 0  # shards up to this one are finished
        self._tidied = False  # whether leases of shards that are gone were looked for since one went

    def wake(self, *, tick: bool = False) -> None:
        """Poll now, or once more after the poll under way."""
        self._again, self._tick = True, self._tick or tick
        if self._task is None and not self._context.stopping:
            self._task = asyncio.create_task(self._run(), name=f"mapping {self.mapping}")

    @property
    def readers(self) -> list[ShardReader]:
        """The readers of all shards that were looked at."""
        return list(self._readers.values())

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        """Everything of this mapping that runs."""
        lanes = [lane.task for reader in self.readers for lane in reader.lanes if lane.task]
        return lanes + ([self._task] if self._task else [])

    def nudge(self) -> None:
        """Wake every lane that waits, so that it sees what has changed."""
        for reader in self.readers:
            for lane in reader.lanes:
                lane.nudge()

    async def _run(self) -> None:
        try:
            while self._again and not self._context.stopping:
                tick, self._again, self._tick = self._tick, False, False
                await self._poll(tick)
        except Exception:  # noqa: BLE001 - which is logged there, once
            await self._stumble()
        finally:
            self._task = None

    async def _stumble(self) -> None:
        """A fault of ours, which is being handled: it is told once."""
        if self._context.troubles.begin(self.mapping, POLL, Trouble(INTERNAL, INTERNAL_PROBLEM)):
            log.exception("mapping %s could not be polled; it is tried again", self.mapping)
            with contextlib.suppress(StoreError):  # the store itself may be what failed
                note = mapping_states.note_result
                await self._context.node.store.update(lambda tx: note(tx, self.scope, self.mapping, INTERNAL_PROBLEM))

    async def _poll(self, tick: bool) -> None:
        for number in [number for number, reader in self._readers.items() if reader.lost and not reader.running]:
            del self._readers[number]  # and is read anew from what is saved
            tick = True
        seen = await self._context.node.store.view(lambda tx: self._view(tx, whole=tick))
        if seen is None:
            self.gone = True
            return
        if tick:
            await self._tidy(seen)
        if seen.settings.active:
            for shard in seen.shards:
                self._notice(shard, seen, tick)
            unfinished = [each.shard for each in seen.shards if not self._is_finished(each)]
            if seen.shards:
                self._finished_to = min(unfinished, default=seen.shards[-1].shard + 1) - 1
            if seen.news and not unfinished:
                await self._context.node.store.update(
                    lambda tx: mapping_states.note_over(tx, self.scope, self.mapping, seen.news)
                )
        if tick:
            for reader in self.readers:
                await reader.tend()
        await self._settle(seen)
        self._context.troubles.end(self.mapping, POLL)

    def _view(self, tx: Transaction, *, whole: bool) -> _View | None:
        document = resources.get(tx, mappings.KIND, self.scope, self.mapping)
        settings = resources.derived(tx, mappings.KIND, self.scope, self.mapping, compile_settings)
        if document is None or settings is None:
            return None
        shards = changes.shards(tx, self.stream, 0 if whole else self._finished_to)
        names = {shard.shard: positions.lease_name(self.mapping, shard.shard) for shard in shards}
        saved = {number: leases.read(tx, name) or {} for number, name in names.items() if number not in self._readers}
        left: list[str] = []
        if whole and not self._tidied:
            known = set(names.values())
            left = [name for name in leases.names(tx, positions.lease_prefix(self.mapping)) if name not in known]
        return _View(document["State"], settings, shards, saved, mapping_states.news(tx, self.scope, document), left)

    async def _tidy(self, seen: _View) -> None:
        """Forget the readers of shards that were trimmed away, and (now or at the next tick) their leases."""
        if seen.left:
            await self._context.node.store.update(lambda tx: leases.forget_named(tx, seen.left))
        self._tidied = True
        there = {each.shard for each in seen.shards}
        for number in [number for number in self._readers if number not in there]:
            self._tidied = False
            if not self._readers[number].running:  # its lanes see that the shard is gone, and end
                await self._tell_lost(self._readers.pop(number))

    async def _tell_lost(self, reader: ShardReader) -> None:
        """Tell of what was in a shard that is gone, beyond where its lanes had come."""
        for lane in reader.lanes:
            if reader.latest > lane.progress.checkpoint:
                await lane.lose_rest()

    def _is_finished(self, shard: Shard) -> bool:
        reader = self._readers.get(shard.shard)
        return reader is not None and reader.finished

    def _notice(self, shard: Shard, seen: _View, tick: bool) -> None:
        """Tell the shard's reader how far the shard goes; a child's reader begins when its parent's has finished.

        A parent that isn't there was trimmed away, or is one of those that were finished before.
        """
        if shard.parent is not None:
            parent = next((each for each in seen.shards if each.name == shard.parent), None)
            if parent is not None and not self._is_finished(parent):
                return
        if shard.shard not in self._readers:
            saved = seen.saved[shard.shard]
            self._readers[shard.shard] = ShardReader(self._context, self.scope, self.mapping, shard, saved, self.wake)
        if not self._is_finished(shard):
            self._readers[shard.shard].notice(shard, seen.settings.lanes, tick=tick)

    async def _settle(self, seen: _View) -> None:
        """Write the state that the operation's state leads to, once what it asks for is done."""
        if seen.state in mapping_states.SETTLED:
            await self._become(*mapping_states.SETTLED)
        elif seen.state in ("Disabling", "Deleting"):
            running = [lane.task for reader in self.readers for lane in reader.lanes if lane.task]
            if running:
                self.nudge()
                await asyncio.wait(running)
                self._again = True
                return
            for reader in self.readers:
                await reader.tend()
                await reader.let_go()
            self._readers.clear()
            self._finished_to, self._tidied = 0, False
            self._context.troubles.forget(self.mapping)
            if seen.state == "Disabling":
                await self._become("Disabling")
            else:
                await self._context.node.store.update(lambda tx: mapping_states.forget(tx, self.scope, self.mapping))
                self._context.node.meter.forget("mapping", self.mapping)
                self.gone = True

    async def _become(self, *states: str) -> None:
        await self._context.node.store.update(lambda tx: mapping_states.become(tx, self.scope, self.mapping, *states))

    async def close(self) -> None:
        """Save what was passed over, and give the leases back; called when nothing of this mapping runs any more."""
        for reader in self.readers:
            await reader.tend()
            await reader.let_go()
