"""One mapping's reader of one shard: its lanes, and the lease that their progress is saved in.

```
ShardReader ── Lease(state) ─┬─ Lane 0: checkpoint, pieces
                             └─ Lane 1 ... (ParallelizationFactor)
```
All lanes of a shard are saved together, under one fencing token. When the number of lanes changes, the new ones start
at the lowest checkpoint, and what a former lane had done beyond it is remembered and passed over: a partition key's
records are neither delivered twice nor out of order.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from tailrace.base.errors import Fenced, StoreError
from tailrace.services.lambda_ import event_source_positions as positions
from tailrace.store import leases
from tailrace.store.changes import Shard
from tailrace.store.engine import Transaction
from tailrace.store.leases import Lease
from tailrace.workers import attempt_log
from tailrace.workers.lane import Lane
from tailrace.workers.mapping_states import note_result
from tailrace.workers.outcome import Progress
from tailrace.workers.trigger_context import TriggerContext
from tailrace.workers.trigger_settings import lane_of
from tailrace.workers.troubles import INTERNAL, Trouble

INTERNAL_PROBLEM = "PROBLEM: Tailrace failed at this mapping; the server's log says why, and it is tried again"

log = logging.getLogger("tailrace.triggers")


@dataclass(frozen=True, slots=True)
class Former:
    """How far the lanes of an earlier division of the shard had come."""

    checkpoints: tuple[int, ...]

    def did(self, sequence: int, partition: Any) -> bool:
        """Whether a record was done then."""
        return sequence <= self.checkpoints[lane_of(partition, len(self.checkpoints))]


class ShardReader:
    """Reads one shard for one mapping; calls `finish` when it comes to the shard's end."""

    def __init__(
        self,
        context: TriggerContext,
        scope: str,
        mapping: str,
        shard: Shard,
        state: dict[str, Any],
        finish: Callable[[], None],
    ) -> None:
        self.context = context
        self.scope = scope
        self.mapping = mapping
        self.shard = shard.shard
        self.shard_name = shard.name
        self.first = shard.first
        self.latest = shard.latest
        self.last = shard.last
        self.finish = finish
        self.lost = False
        self.dirty = False
        self.audited: str | None = None  # which problem, or "" for none, the audit has last heard of
        self.lanes: list[Lane] = []
        self.former: tuple[Former, ...] = ()
        self.calling = 0  # lanes between their hold of the lease and what they save under it
        self._rests_until = 0.0
        self._lease: Lease | None = None
        self._guard = asyncio.Lock()
        self._known = state  # what this reader goes by: as loaded, then as last saved
        saved = state.get("lanes") or [{"checkpoint": self.first}]
        self.lanes = [Lane(self, number, Progress.of(each)) for number, each in enumerate(saved)]
        self.former = tuple(Former(tuple(each)) for each in state.get("former", ()))

    def state(self) -> dict[str, Any]:
        """What is saved in the lease."""
        state: dict[str, Any] = {"lanes": [lane.progress.document() for lane in self.lanes]}
        if self.former:
            state["former"] = [each.checkpoints for each in self.former]
        return state

    @property
    def running(self) -> bool:
        """Whether a lane is at work (or waits for its next attempt)."""
        return any(lane.running for lane in self.lanes)

    @property
    def finished(self) -> bool:
        """Whether the shard is closed, every record of it is done, and that is saved: its children may be read."""
        last = self.last
        if last is None or self.lost or self.running:
            return False
        return all(lane.progress.checkpoint >= last and not lane.progress.unfinished for lane in self.lanes)

    def notice(self, shard: Shard, lanes: int, *, tick: bool) -> None:
        """Learn how far the shard goes now, and start the lanes that have something to do."""
        self.latest, self.last = shard.latest, shard.last
        if len(self.lanes) != lanes and all(lane.progress.window is None for lane in self.lanes):
            if self.running:
                for lane in self.lanes:
                    lane.nudge()
                return  # a lane that ends its work looks at the settings again, and ends
            self._divide(lanes)
        for lane in self.lanes:
            lane.notice(tick=tick)

    def _divide(self, lanes: int) -> None:
        """Start anew with another number of lanes."""
        checkpoints = tuple(lane.progress.checkpoint for lane in self.lanes)
        self.former = (*self.former, Former(checkpoints))
        closed = max(lane.progress.closed for lane in self.lanes)
        self.lanes = [Lane(self, number, Progress(min(checkpoints), closed=closed)) for number in range(lanes)]
        self.dirty = True

    @property
    def holds(self) -> bool:
        """Whether this node has had the lease when it last looked."""
        return self._lease is not None and not self.lost

    def rest(self, until: float) -> None:
        """Leave the shard to others until then, as soon as no call is under way."""
        self._rests_until = until

    async def hold(self) -> bool:
        """Make sure that this node holds the lease for a while; False where another node does, or the state moved."""
        async with self._guard:
            now, seconds = self.context.node.clock.now(), self.context.lease_s
            held = self._lease
            if now < self._rests_until:
                if held is not None and not self.calling:
                    await self._give_back()
                return False
            if held is not None and held.expires - now > seconds / 2:
                return True
            name = positions.lease_name(self.mapping, self.shard)
            if held is not None:
                kept = held
                try:
                    self._lease = await self.context.node.store.update(
                        lambda tx: leases.renew(tx, kept, now, seconds), locked=True
                    )
                except Fenced:
                    self.lost, self._lease = True, None
                return self._lease is not None
            self._lease = await self.context.node.store.update(
                lambda tx: leases.acquire(tx, name, self.context.owner, now, seconds), locked=True
            )
            # Whoever held it in between may have gone further than what this reader had loaded.
            self.lost = self._lease is not None and self._lease.state != self._known
            return self._lease is not None and not self.lost

    async def save(self, result: str | None = None, also: Callable[[Transaction], None] | None = None) -> None:
        """Save every lane's progress, the mapping's LastProcessingResult if it changed, and in the same transaction
        what `also` writes. Raises Fenced.
        """

        def write(tx: Transaction) -> Lease:
            assert self._lease is not None
            if result is not None:
                note_result(tx, self.scope, self.mapping, result)
            if also is not None:
                also(tx)
            return leases.save(tx, self._lease, self.state())

        async with self._guard:
            if self._lease is None:
                raise Fenced(f"the lease of shard {self.shard_name} is not held")
            self.dirty = False
            lowest = min(lane.progress.checkpoint for lane in self.lanes)
            self.former = tuple(each for each in self.former if max(each.checkpoints) > lowest)
            try:
                self._lease = await self.context.node.store.update(write, locked=True)
                self._known = self._lease.state
            except BaseException:
                self.lost = True
                raise

    async def stumble(self, part: Hashable) -> None:
        """A fault of ours, which is being handled: it is told once, and the shard read anew from what is saved."""
        self.lost = True
        if self.context.troubles.begin(self.mapping, part, Trouble(INTERNAL, INTERNAL_PROBLEM)):
            log.exception("mapping %s stumbled at shard %s; it goes on", self.mapping, self.shard_name)
            with contextlib.suppress(StoreError):  # the store itself may be what failed
                await self.note(INTERNAL_PROBLEM)

    async def note(self, problem: str) -> None:
        """Save why nothing may be delivered as the mapping's LastProcessingResult, and say it in its log: once."""
        now = self.context.node.clock.now()

        def write(tx: Transaction) -> None:
            if note_result(tx, self.scope, self.mapping, problem):
                line = {"shardId": self.shard_name, "status": "Blocked", "error": problem}
                attempt_log.write(tx, self.scope, self.mapping, self.shard_name, [line], now)

        await self.context.node.store.update(write, locked=True)

    async def tend(self) -> None:
        """Every second: save what was passed over without a call, and keep the lease of long calls."""
        if self.lost:
            return
        if self.dirty:
            if await self.hold():
                await self.save()
        elif self._lease is not None and (self.running or self.context.node.clock.now() < self._rests_until):
            await self.hold()

    async def let_go(self) -> None:
        """Give the lease back, so that another node goes on at once."""
        async with self._guard:
            await self._give_back()

    async def _give_back(self) -> None:
        lease, self._lease = self._lease, None
        if lease is not None:
            await self.context.node.store.update(lambda tx: leases.release(tx, lease), locked=True)
