"""Shards: rolls them over when their time is over, and splits those that take more than one reader should.

```
every 2 s: all open shards, one view ──┬── older than --shard-hours, and the stream was written to ──> one child
                                       └── hot for two windows of 30 s ──> two children, where its records divide
```
A stream that nobody wrote to keeps its empty shards: there is nothing to close, and an idle server has nothing to do.
The rejected alternative, writers that roll over the shard that they find too old, makes every write carry the check
and change the table's document in the middle of a batch that goes by it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tailrace.operation import Node
from tailrace.services.dynamodb import stream_shards
from tailrace.services.dynamodb.table import STREAM_KIND
from tailrace.store import lineage, resources
from tailrace.store.engine import Transaction
from tailrace.store.lineage import OpenShard
from tailrace.workers.rounds import Rounds

PAGE = 1_000
WINDOW_SECONDS = 30.0
WINDOWS_HOT = 2  # in a row, before a shard is split: a burst is over sooner
SHARE_MIN = 0.2  # of the records that the smaller child would have had; less means that one key is the heat
UNIT_BYTES = 1024

Place = tuple[str, str]  # a stream document's scope and name

log = logging.getLogger("tailrace.shards")


@dataclass(slots=True)
class Sample:
    """Where a shard was at the start of a window, and for how many windows it has been hot."""

    at: float
    latest: int
    hot: int = 0


class KeepShards(Rounds):
    """Continues shards by children. Nodes that share a database may all do it: the first one closes the shard."""

    name = "shards"
    seconds = 2.0

    def __init__(self, node: Node) -> None:
        super().__init__(node)
        self._samples: dict[int, Sample] = {}
        self._places: dict[int, Place] = {}

    async def round(self) -> None:
        """Look at every open shard once. A stream that fails doesn't hold up the others."""
        now = self._node.clock.now()
        streams: dict[int, list[OpenShard]] = {}
        for shard in await self._open():
            streams.setdefault(shard.stream, []).append(shard)
        self._samples = {each.shard: self._sample(each, now) for shards in streams.values() for each in shards}
        for stream, shards in streams.items():
            try:
                await self._look(stream, shards, now)
            except Exception:
                log.exception("the shards of stream %d could not be continued; it is tried again", stream)

    async def _open(self) -> list[OpenShard]:
        found: list[OpenShard] = []
        while True:
            after = found[-1].shard if found else 0
            page = await self._node.store.view(_page_after(after))
            found += page
            if len(page) < PAGE:
                return found

    def _sample(self, shard: OpenShard, now: float) -> Sample:
        return self._samples.get(shard.shard) or Sample(now, shard.latest)

    async def _look(self, stream: int, shards: Sequence[OpenShard], now: float) -> None:
        old = [each.shard for each in shards if now - each.opened >= self._node.config.shard_hours * 3600]
        written = any(each.latest > each.first for each in shards)
        if old and written:
            await self._continue(stream, dict.fromkeys(old), now)
            return
        for shard in shards:
            if await self._is_hot(shard, now):
                await self._split(stream, shard, now)

    async def _is_hot(self, shard: OpenShard, now: float) -> bool:
        """At the end of a window: whether the shard has taken too much for so many windows."""
        limit, sample = self._node.config.split_at, self._samples[shard.shard]
        seconds = now - sample.at
        if not limit or seconds < WINDOW_SECONDS:
            return False
        units = shard.latest - sample.latest
        if 0 < units < limit * seconds:  # few records may still be many bytes
            size = await self._node.store.view(lambda tx: lineage.measure(tx, sample.latest, shard.latest))
            units = max(units, size // UNIT_BYTES)
        hot = sample.hot + 1 if units >= limit * seconds else 0
        self._samples[shard.shard] = Sample(now, shard.latest, hot)
        return hot >= WINDOWS_HOT

    async def _split(self, stream: int, shard: OpenShard, now: float) -> None:
        place = await self._place(stream)
        if place is None:
            return

        def cut(tx: Transaction) -> lineage.Cut | None:
            document = resources.get(tx, STREAM_KIND, *place)
            return stream_shards.cut_for_heat(tx, document, shard.shard) if document else None

        found = await self._node.store.view(cut)
        if found is None or found.share < SHARE_MIN:
            log.debug("shard %d of %s is hot, and no split would cool it", shard.shard, place[1])
            return
        log.info("a shard of %s takes more than %g records a second: it is split", place[1], self._node.config.split_at)
        await self._continue(stream, {shard.shard: found.hash}, now)

    async def _continue(self, stream: int, cuts: dict[int, int | None], now: float) -> None:
        place = await self._place(stream)
        if place is not None:
            scope, table = place[0], place[1].partition("/stream/")[0]
            await self._node.store.update(lambda tx: stream_shards.succeed(tx, scope, table, stream, cuts, now))

    async def _place(self, stream: int) -> Place | None:
        """Where the stream's document is; None for one that is gone."""
        if stream not in self._places:
            self._places.clear()
            after: Place | None = None
            while True:
                page = await self._node.store.view(_documents_after(after))
                self._places.update({document["Stream"]: (scope, name) for scope, name, document in page})
                if len(page) < PAGE:
                    break
                after = page[-1][:2]
        return self._places.get(stream)


def _page_after(after: int) -> Callable[[Transaction], list[OpenShard]]:
    return lambda tx: lineage.open_shards(tx, after, PAGE)


def _documents_after(after: Place | None) -> Callable[[Transaction], list[tuple[str, str, dict[str, Any]]]]:
    return lambda tx: resources.everywhere(tx, STREAM_KIND, after, PAGE)
