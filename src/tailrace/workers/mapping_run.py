"""One mapping at work: a reader for every shard of its stream, parents before their children."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, NamedTuple

from tailrace.services.lambda_ import event_source_mappings as mappings
from tailrace.services.lambda_ import event_source_positions as positions
from tailrace.store import changes, leases, resources
from tailrace.store.changes import Shard
from tailrace.store.engine import Transaction
from tailrace.workers import mapping_states
from tailrace.workers.shard_reader import ShardReader
from tailrace.workers.trigger_context import TriggerContext
from tailrace.workers.trigger_settings import Settings, compile_settings

log = logging.getLogger("tailrace.triggers")


class _View(NamedTuple):
    """What a poll sees of its mapping."""

    state: str
    settings: Settings
    shards: list[Shard]
    saved: dict[int, dict[str, Any]]


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
        except Exception:
            log.exception("mapping %s could not be polled; it is tried again", self.mapping)
        finally:
            self._task = None

    async def _poll(self, tick: bool) -> None:
        for number in [number for number, reader in self._readers.items() if reader.lost and not reader.running]:
            del self._readers[number]  # and is read anew from what is saved
        seen = await self._context.node.store.view(self._view)
        if seen is None:
            self.gone = True
            return
        if seen.settings.active:
            for shard in seen.shards:
                self._notice(shard, seen, tick)
        if tick:
            for reader in self.readers:
                await reader.tend()
        await self._settle(seen)

    def _view(self, tx: Transaction) -> _View | None:
        document = resources.get(tx, mappings.KIND, self.scope, self.mapping)
        settings = resources.derived(tx, mappings.KIND, self.scope, self.mapping, compile_settings)
        if document is None or settings is None:
            return None
        shards = changes.shards(tx, self.stream)
        names = {shard.shard: positions.lease_name(self.mapping, shard.shard) for shard in shards}
        saved = {number: leases.read(tx, name) or {} for number, name in names.items() if number not in self._readers}
        return _View(document["State"], settings, shards, saved)

    def _notice(self, shard: Shard, seen: _View, tick: bool) -> None:
        """Tell the shard's reader how far the shard goes; a child's reader begins when its parent's has finished."""
        parent = next((each for each in seen.shards if each.name == shard.parent), None)
        if parent is not None:
            reader = self._readers.get(parent.shard)
            if reader is None or not reader.finished:
                return
        if shard.shard not in self._readers:
            self._readers[shard.shard] = ShardReader(
                self._context, self.scope, self.mapping, shard, seen.saved[shard.shard]
            )
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
