"""Writers that never rest, of every kind: what a copy has to follow."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

from tailrace.base.errors import Outdated
from tailrace.store import deliveries, items, leases, lineage, log_events, messages, resources
from tailrace.store.copying import rows
from tailrace.store.copying.tables import tables
from tailrace.store.engine import Row, Store, Transaction
from tailrace.store.image import NOTHING, Image
from tailrace.store.layout import ExpiryLayout, StreamLayout, TableLayout
from tests.store.tables import NOW, PK, item, key_of, open_stream

KEYS = 60
REST_SECONDS = 0.01  # between two writes of a writer: all of them and the copy share a thread
NODE = "node/writer"


class Traffic:
    """Several writers on one store: items that come, change, expire and go, shards that split, queues, logs, leases."""

    def __init__(self, place: Store, stream: StreamLayout, queue: int) -> None:
        self._place = place
        self._layout = TableLayout("t", "s", 1, PK, stream=stream, expiry=ExpiryLayout("until", 9))
        self._queue = queue
        self._ending = False
        self._tasks: list[asyncio.Task[None]] = []
        self.writes = 0
        self.records = 0

    @classmethod
    async def begin(cls, place: Store, old_items: int = 0) -> Traffic:
        """Fill the store, and let the writers go."""
        stream = await open_stream(place, 2)
        queue = await place.update(lambda tx: messages.open_queue(tx, 1e6))
        traffic = cls(place, stream, queue)
        await place.update(lambda tx: log_events.ensure_stream(tx, "s", "g", "st", NOW))
        await asyncio.gather(*(traffic._put(f"old{number}", number) for number in range(old_items)))
        work = [*(traffic._write_items(writer) for writer in range(4)), traffic._split(), traffic._send()]
        traffic._tasks = [asyncio.create_task(each) for each in (*work, traffic._receive(), traffic._rest())]
        return traffic

    async def more(self, writes: int) -> None:
        """Wait until so many more writes were made."""
        until = self.writes + writes
        while self.writes < until:
            for task in self._tasks:
                if task.done():
                    task.result()
            await asyncio.sleep(0.001)

    async def end(self) -> None:
        """End as a server does: all that was begun is finished."""
        self._ending = True
        await asyncio.gather(*self._tasks)
        await self._place.update(lambda tx: leases.forget_named(tx, [NODE]))

    async def _put(self, name: str, number: int, *, gone: bool = False) -> None:
        thing = item(name, n=number, until=number + 1_000_000)
        key = key_of(self._layout, thing)

        def change(tx: Transaction) -> items.Change:
            return items.change(tx, self._layout, key, lambda old: NOTHING if gone else Image(thing), NOW)

        while True:
            try:
                done = await self._place.update(change)
            except Outdated:  # a shard was split meanwhile
                await asyncio.sleep(0)
                continue
            self.records += done.wrote
            self.writes += 1
            return

    async def _write_items(self, writer: int) -> None:
        number = 0
        while not self._ending:
            number += 1
            await self._put(f"w{writer}-{number * 7 % KEYS}", number, gone=number % 5 == 0)
            await asyncio.sleep(REST_SECONDS)

    async def _split(self) -> None:
        while not self._ending:
            await asyncio.sleep(0.05)
            assert self._layout.stream
            shard = self._layout.stream.shards[0]
            if shard.high - shard.low < 4:
                return
            cut = (shard.low + shard.high) // 2
            children = await self._place.update(lambda tx, s=shard, cut=cut: lineage.succeed(tx, s.shard, cut, NOW))  # type: ignore[misc]
            stream = dataclasses.replace(self._layout.stream, shards=(*self._layout.stream.shards[1:], *children))
            self._layout = dataclasses.replace(self._layout, stream=stream)

    async def _send(self) -> None:
        number = 0
        while not self._ending:
            number += 1
            await self._place.update(lambda tx, n=number: messages.put(tx, self._queue, f"body {n}", {}, now=NOW))  # type: ignore[misc]
            await asyncio.sleep(REST_SECONDS)

    async def _receive(self) -> None:
        def receive(tx: Transaction) -> None:
            for message in messages.due(tx, self._queue, NOW, 3):
                messages.receive(tx, self._queue, message, NOW, NOW + 60)
                if message.number % 3:
                    messages.remove(tx, self._queue, message.number, NOW)

        while not self._ending:
            await self._place.update(receive)
            await asyncio.sleep(REST_SECONDS)

    async def _rest(self) -> None:
        """A checkpoint, log lines, a group that is dropped and made anew under its name, deliveries, documents."""
        number = 0
        while not self._ending:
            number += 1
            await self._place.update(lambda tx, n=number: _rest(tx, n))  # type: ignore[misc]
            await asyncio.sleep(REST_SECONDS)


def _rest(tx: Transaction, number: int) -> None:
    leases.acquire(tx, NODE, "writer", NOW + number, 7)
    lease = leases.acquire(tx, "trigger/m/1", "writer", NOW + number, 7)
    assert lease
    leases.save(tx, lease, {"lanes": [number]})
    log_events.append(tx, "s", "g", "st", [(number, f"line {number}\0")], number)
    log_events.ensure_stream(tx, "s", "again", "st", NOW)
    if number % 4 == 0:
        log_events.drop_group(tx, "s", "again")
    resources.put(tx, "k", "s", f"n{number % 20}", {"n": number})
    if number % 3 == 0:
        resources.delete(tx, "k", "s", f"n{number * 3 % 20}")
    deliveries.put(tx, "kind", {"n": number}, NOW + number)
    if number % 2:
        for delivery in deliveries.claim(tx, ("kind",), NOW + number, 1, 60.0, "writer"):
            deliveries.done(tx, delivery.id)


async def contents(place: Store) -> dict[str, list[Row]]:
    """All rows of all tables that are copied, but for who holds what."""
    found: dict[str, list[Row]] = {}
    for table in tables():
        found[table.name] = []
        after: Any = None
        while page := await rows.see(place, lambda tx, table=table, after=after: rows.page(tx, table, after)):  # type: ignore[misc]
            found[table.name] += page
            after = table.key_of(page[-1])
    return found
