"""Nodes that share a database read about as many shards each, and one that has died is counted no more."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from tailrace import store
from tailrace.base.clock import MovableClock
from tailrace.store import leases
from tailrace.store.engine import Store
from tailrace.workers import balance
from tailrace.workers.balance import COUNT_TICKS, LIFE_SECONDS, PREFIX, Balance


class Reader:
    """Holds a shard until it is told to rest."""

    def __init__(self, name: str) -> None:
        self.shard_name, self.holds, self.rested_until = name, True, 0.0

    def rest(self, until: float) -> None:
        self.rested_until = until


class World:
    """Two nodes of one store, of which `a` reads everything."""

    def __init__(self, place: Store, clock: MovableClock) -> None:
        node = SimpleNamespace(store=place, clock=clock)
        self.place, self.clock = place, clock
        self.a, self.b = (Balance(cast("Any", SimpleNamespace(node=node, owner=name))) for name in "ab")
        self.readers = [Reader(f"shard-{number}") for number in range(4)]

    async def hold(self) -> None:
        for number in range(4):
            name, now = f"trigger/m/{number}", self.clock.now()
            await self.place.update(lambda tx, name=name, now=now: leases.acquire(tx, name, "a", now, 60))  # type: ignore[misc]

    async def ticks(self, *nodes: Balance) -> None:
        for _ in range(COUNT_TICKS):
            for each in nodes:
                await each.tick(cast("Any", self.readers if each is self.a else []))

    @property
    def rested(self) -> int:
        return sum(reader.rested_until > self.clock.now() for reader in self.readers)


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(balance, "is_alone", lambda node: False)
    place = await store.open("memory:")
    made = World(place, MovableClock())
    await made.hold()
    yield made
    await place.close()


async def test_who_holds_more_than_its_part_rests_the_rest(world: World) -> None:
    await world.ticks(world.b, world.a)
    assert world.rested == 2


async def test_a_node_by_itself_reads_everything(world: World) -> None:
    await world.ticks(world.a)
    assert world.rested == 0


async def test_a_dead_node_is_counted_no_more(world: World) -> None:
    await world.b.tick([])
    world.clock.advance(LIFE_SECONDS + 1)
    await world.ticks(world.a)
    assert world.rested == 0


async def test_a_node_that_ends_is_counted_no_more_at_once(world: World) -> None:
    await world.b.tick([])
    await world.b.end()
    await world.ticks(world.a)
    assert world.rested == 0
    assert await world.place.view(lambda tx: leases.names(tx, PREFIX)) == [f"{PREFIX}a"]


async def test_a_store_of_one_process_has_no_part_in_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(balance, "is_alone", lambda node: True)
    await world.ticks(world.a)
    assert await world.place.view(lambda tx: leases.names(tx, PREFIX)) == []


async def test_a_node_is_counted_before_its_first_second(world: World) -> None:
    await world.a.begin()
    assert await world.place.view(lambda tx: leases.held(tx, PREFIX, world.clock.now())) == {"a": 1}
