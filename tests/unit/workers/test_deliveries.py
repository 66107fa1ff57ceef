"""Deliveries on a moved clock: done once, tried again, taken over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tailrace.operation import Node
from tailrace.store import deliveries
from tailrace.store.deliveries import Delivery
from tailrace.store.engine import Transaction
from tailrace.workers.deliveries import Deliveries, in_slices
from tests.unit.workers.world import World


class Worker:
    """The worker with one handler, whose behaviour a test sets."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.seen: list[dict[str, Any]] = []
        self.failures = 0
        self.gate: asyncio.Event | None = None
        self.running = self.most = 0
        self.worker: Deliveries

    async def start(self) -> None:
        self.worker = Deliveries(self.world.node, {"test": self.handle})
        await self.worker.start()
        await self.world.settle()

    async def handle(self, node: Node, delivery: Delivery) -> None:
        self.seen.append(delivery.body)
        if self.gate:
            await self.gate.wait()
        if self.failures:
            self.failures -= 1
            raise RuntimeError("not now")
        await node.store.update(lambda tx: deliveries.done(tx, delivery.id))

    async def put(self, body: dict[str, Any], after: float = 0.0, kind: str = "test") -> None:
        due = self.world.clock.now() + after
        await self.world.store.update(lambda tx: deliveries.put(tx, kind, body, due))
        await self.world.settle()

    async def owed(self) -> float | None:
        return await self.world.store.view(lambda tx: deliveries.next_due(tx, ("test",)))  # type: ignore[no-any-return]


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    world = await World.open()
    made = Worker(world)
    await made.start()
    yield made
    await made.worker.stop(0)
    await world.close()


async def test_a_delivery_is_done_at_once(worker: Worker) -> None:
    await worker.put({"n": 1})
    assert worker.seen == [{"n": 1}]
    assert await worker.owed() is None


async def test_a_delivery_waits_for_its_time(worker: Worker) -> None:
    await worker.put({"n": 1}, after=30)
    await worker.world.advance(29)
    assert worker.seen == []
    await worker.world.advance(2)
    assert worker.seen == [{"n": 1}]


async def test_a_failure_is_tried_again_with_backoff(worker: Worker) -> None:
    worker.failures = 3
    await worker.put({"n": 1})
    await worker.world.advance(20)
    assert len(worker.seen) == 4
    assert await worker.owed() is None


async def test_what_takes_long_is_not_claimed_twice(worker: Worker) -> None:
    worker.gate = asyncio.Event()
    await worker.put({"n": 1})
    await worker.world.advance(120, step=1)
    assert len(worker.seen) == 1
    worker.gate.set()
    await worker.world.settle()
    assert await worker.owed() is None


async def test_what_was_abandoned_is_due_at_once_for_the_next(worker: Worker) -> None:
    worker.gate = asyncio.Event()
    await worker.put({"n": 1})
    await worker.worker.stop(0)
    worker.gate.set()
    await worker.start()
    assert len(worker.seen) == 2
    assert await worker.owed() is None


async def test_what_a_killed_process_had_claimed_is_due_at_the_next_start(worker: Worker) -> None:
    """An embedded store has one process: what it had claimed when it was killed need not wait for the claim's end."""
    worker.gate = asyncio.Event()
    await worker.put({"n": 1})
    assert len(worker.seen) == 1
    for task in [each for each in asyncio.all_tasks() if each.get_name().startswith("deliver")]:
        task.cancel()  # as SIGKILL would, nothing is put back
    await worker.world.settle()
    worker.gate = None
    await worker.start()
    assert len(worker.seen) == 2
    assert await worker.owed() is None


async def test_kinds_without_a_handler_are_left_alone(worker: Worker) -> None:
    await worker.put({"n": 1}, kind="another")
    await worker.world.advance(5)
    assert worker.seen == []


async def test_many_are_run_side_by_side_within_a_limit(worker: Worker) -> None:
    worker.gate = asyncio.Event()
    for number in range(300):
        await worker.put({"n": number})
    assert len(worker.seen) == 256
    worker.gate.set()
    await worker.world.settle()
    assert sorted(body["n"] for body in worker.seen) == list(range(300))


async def test_a_long_piece_of_work_keeps_how_far_it_has_come() -> None:
    world = await World.open()
    seen = []

    def work(tx: Transaction, body: dict[str, Any]) -> bool:
        seen.append(body["at"])
        body["at"] += 1
        return bool(body["at"] == 4)

    handle = in_slices(work)
    await world.store.update(lambda tx: deliveries.put(tx, "slices", {"at": 0}, world.clock.now()))
    (delivery,) = await world.store.update(lambda tx: deliveries.claim(tx, ["slices"], world.clock.now(), 9, 30.0))
    await handle(world.node, delivery)
    assert seen == [0, 1, 2, 3]
    assert await world.store.view(lambda tx: deliveries.next_due(tx, ["slices"])) is None
    await world.close()


async def test_what_still_runs_after_time_went_by_at_once_is_not_begun_again(worker: Worker) -> None:
    """A process that stood still, or a clock that was moved: the claim is over before a heartbeat could keep it."""
    worker.gate = asyncio.Event()
    await worker.put({"n": 1})
    assert worker.worker._heartbeats
    worker.worker._heartbeats.cancel()
    await worker.world.advance(86_400, step=86_400)
    assert worker.seen == [{"n": 1}]
    worker.gate.set()
    await worker.world.settle()
    assert await worker.owed() is None
