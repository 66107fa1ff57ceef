"""How soon nodes that share a database notice each other, by the clock alone: no message between them arrives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from tailrace.base.clock import MovableClock
from tailrace.services.sqs import queues, receiving, sending
from tailrace.services.tailrace import clock as clock_service
from tailrace.store import resources
from tailrace.store.engine import Listener, Store
from tailrace.workers import balance, ownership, stream_triggers
from tailrace.workers.common_time import CommonTime
from tailrace.workers.stream_triggers import StreamTriggers, shared
from tests.unit.workers.world import World

MOVED_SECONDS_MAX = 10


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    for module in (balance, ownership, stream_triggers):
        monkeypatch.setattr(module, "is_alone", lambda node: False)
    made = await World.open()
    yield made
    await made.close()


def kill(triggers: StreamTriggers) -> None:
    """Let a node end without a word: nothing is saved, no lease is given back."""
    triggers._context.stopping = True
    for undo in triggers._undo:
        undo()
    tasks = [triggers._ticker, *(task for run in triggers._runs.values() for task in run.tasks)]
    for task in tasks:
        if task is not None:
            task.cancel()


async def seconds_until_read(world: World, number: int) -> int:
    """How many seconds of the clock go by until a record was given to the function."""
    for second in range(60):
        if any(number in call for call in world.calls):
            return second
        world.clock.advance(1)
        await world.settle()
    raise AssertionError("nobody reads the shard")


@pytest.mark.parametrize("age", range(7))
async def test_the_shards_of_a_killed_node_are_read_within_ten_seconds(world: World, age: int) -> None:
    """However long ago it had renewed its leases."""
    await world.map()
    await world.start()
    await world.put(1)
    assert world.calls == [[1]]
    assert world.triggers
    first, world.triggers = world.triggers, None
    second = StreamTriggers(world.node, shared(world.node, world.invoke))
    await second.start()
    for _ in range(age):
        world.clock.advance(1)
        await world.settle()
    kill(first)
    await world.put(2)
    assert world.calls == [[1]], "the dead node's lease is still good"
    assert await seconds_until_read(world, 2) <= MOVED_SECONDS_MAX
    assert world.calls == [[1], [2]], "nothing was skipped, and nothing that was saved came again"
    await second.stop(0)


class _Deaf:
    """A store that other nodes write to as well, and whose notices never come."""

    kind = "postgresql"

    def __init__(self, store: Store) -> None:
        self.view, self.update = store.view, store.update

    def listen(self, topic: str, listener: Listener) -> Callable[[], None]:
        return lambda: None


async def test_a_long_poll_finds_what_no_message_has_told_of(world: World) -> None:
    await queues.create_queue(world.call("sqs"), {"QueueName": "q"})
    url = (await queues.get_queue_url(world.call("sqs"), {"QueueName": "q"}))["QueueUrl"]
    world.node.store = _Deaf(world.store)  # type: ignore[assignment]
    request = {"QueueUrl": url, "WaitTimeSeconds": 20}
    poll = asyncio.ensure_future(receiving.receive_message(world.call("sqs"), request))
    await world.settle()
    await sending.send_message(world.call("sqs"), {"QueueUrl": url, "MessageBody": "hello"})
    await world.settle()
    assert not poll.done()
    world.clock.advance(1)
    await world.settle()
    assert [each["Body"] for each in (await poll)["Messages"]] == ["hello"]


async def test_a_clock_that_one_node_moved_is_moved_on_the_others(world: World) -> None:
    """So that a lease that is over there is over here."""
    where = (clock_service.KIND, clock_service.SCOPE, clock_service.NAME)
    await world.store.update(lambda tx: resources.put(tx, *where, {"Seconds": 3600.0}))
    world.node.clock = clock = MovableClock(running=True)
    clock.move_to(0.0)
    for _ in range(2):
        await CommonTime(world.node).round()
        assert round(clock.offset) == 3600
