"""Mappings over shards that roll over and split: parents to their end before children, and nothing skipped or twice."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tailrace.services.lambda_ import event_source_mappings as mappings
from tailrace.services.lambda_ import event_source_positions as positions
from tailrace.store import changes, leases, resources
from tailrace.workers.retention import Retention
from tests.unit.workers.world import SCOPE, STREAM_ARN, Result, World, failing, numbers, reporting, throttled

HOUR = 3600.0


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = await World.open()
    made.settle_turns = 120
    yield made
    await made.close()


async def lease_names(world: World, uuid: str) -> list[str]:
    found: list[str] = await world.store.view(lambda tx: leases.names(tx, positions.lease_prefix(uuid)))
    return found


async def shard_numbers(world: World) -> list[int]:
    return [each.shard for each in await world.store.view(lambda tx: changes.shards(tx, 1))]


async def test_children_begin_without_the_tick_as_soon_as_their_parent_is_done(world: World) -> None:
    await world.map(BatchSize=1)
    await world.start()
    await world.put(1)
    await world.succeed()
    await world.put(2)
    await world.split()
    await world.put(3)
    await world.put(4, pk="b")
    assert world.delivered() == [1, 2, 3, 4], "the clock stands still"


async def test_a_mapping_reads_generation_after_generation_of_a_backlog(world: World) -> None:
    for number in range(1, 7):
        await world.put(number)
        await world.succeed()
    await world.map(BatchSize=1, StartingPosition="TRIM_HORIZON")
    await world.start()
    assert world.delivered() == [1, 2, 3, 4, 5, 6]


async def test_children_wait_while_a_batch_of_their_parent_fails(world: World) -> None:
    await world.map(BatchSize=4, MaximumRetryAttempts=2, BisectBatchOnFunctionError=True)
    world.behaviour = failing(2)
    await world.start()
    await world.put(1, 2, 3)
    await world.succeed()
    await world.split()
    await world.put(4)
    await world.put(5, pk="b")
    await world.advance(0.75)
    assert {4, 5}.isdisjoint(world.delivered())
    await world.advance(10)
    calls = [call for call in world.calls if 2 in call or len(call) < 3]
    assert calls == [[1, 2, 3], [1], [2, 3], [2], [2], [2], [3], *calls[7:]]
    assert sorted(n for call in calls[7:] for n in call) == [4, 5]


@pytest.mark.parametrize("lanes", [1, 3])
async def test_what_is_left_of_a_batch_is_tried_again_beyond_the_end_of_its_shard(world: World, lanes: int) -> None:
    await world.map(ParallelizationFactor=lanes, BatchSize=9, FunctionResponseTypes=["ReportBatchItemFailures"])
    world.behaviour = reporting(2)
    await world.start()
    await world.put(1, 2, 3)
    await world.succeed()
    await world.put(4)
    assert world.calls == [[1, 2, 3]]
    await world.stop()
    world.behaviour = lambda records: None
    await world.start()
    await world.advance(2)
    assert world.calls == [[1, 2, 3], [2, 3], [4]]


async def test_latest_is_fixed_when_create_returns_and_covers_children_that_open_later(world: World) -> None:
    """The trap of AWS's LATEST: what is written while the mapping is being made is lost there."""
    for number in range(1, 4):
        await world.put(number)
        await world.succeed()
    await world.map(StartingPosition="LATEST", BatchSize=1)
    await world.split()
    await world.put(4)
    await world.succeed()
    await world.put(5)
    await world.put(6, pk="b")
    await world.start()
    assert sorted(world.delivered()) == [4, 5, 6]
    assert world.delivered().index(4) < world.delivered().index(5)


async def test_latest_on_a_shard_that_is_written_and_closed_before_it_is_read(world: World) -> None:
    await world.put(1)
    await world.map(StartingPosition="LATEST")
    await world.put(2)
    await world.succeed()
    await world.put(3)
    await world.start()
    assert world.delivered() == [2, 3]


async def test_a_trigger_that_was_idle_for_days_fires_at_the_next_write(world: World) -> None:
    """A complaint about others: the trigger dies silently when idle."""
    uuid = await world.map()
    await world.start()
    await world.put(1)
    retention = Retention(world.node)
    for _ in range(3 * 6):
        await world.succeed()
        world.clock.advance(4 * HOUR)
        await world.settle()
        await retention.round()
        await world.advance(1)
    await world.put(2)
    assert world.calls == [[1], [2]]
    assert (await world.mapping(uuid))["LastProcessingResult"] == "OK"


async def test_readers_and_leases_of_trimmed_shards_are_forgotten(world: World) -> None:
    uuid = await world.map()
    await world.start()
    retention = Retention(world.node)
    for number in range(1, 41):
        await world.put(number)
        world.clock.advance(4 * HOUR)
        await world.succeed()
        await retention.round()
        await world.advance(2.5)
    assert world.delivered() == list(range(1, 41))
    there = [positions.lease_name(uuid, number) for number in await shard_numbers(world)]
    assert len(there) == 7
    assert set(await lease_names(world, uuid)) <= set(there)
    assert world.triggers is not None
    [run] = world.triggers._runs.values()
    assert {reader.shard for reader in run.readers} <= set(await shard_numbers(world))


async def test_leases_of_shards_that_were_trimmed_while_nobody_ran_are_forgotten(world: World) -> None:
    uuid = await world.map()
    await world.start()
    await world.put(1)
    await world.succeed()
    await world.put(2)
    await world.stop()
    assert len(await lease_names(world, uuid)) == 2
    world.clock.advance(25 * HOUR)
    await world.trim()
    assert len(await shard_numbers(world)) == 1
    await world.start()
    await world.advance(1)
    assert len(await lease_names(world, uuid)) == 1
    await world.put(3)
    assert world.delivered() == [1, 2, 3]


async def test_a_poll_for_a_commit_looks_at_no_shard_that_is_finished(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.map()
    await world.start()
    for number in range(1, 7):
        await world.put(number)
        await world.succeed()
    seen: list[int] = []
    found = changes.shards

    def watched(tx: Any, stream: int, after: int = 0) -> list[changes.Shard]:
        every = found(tx, stream, after)
        seen.append(len(every))
        return every

    monkeypatch.setattr(changes, "shards", watched)
    await world.put(7)
    assert world.delivered() == list(range(1, 8))
    assert set(seen) == {1}


class SlowStore:
    """A store whose updates take a while to become durable, as on a disk; `meanwhile` something else goes on."""

    def __init__(self, store: Any, meanwhile: Callable[[], None]) -> None:
        self._store = store
        self._meanwhile = meanwhile
        self.pending = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def update(self, change: Callable[..., Any], **options: Any) -> Any:
        self.pending += 1
        try:
            for _ in range(7):
                self._meanwhile()
                await asyncio.sleep(0)
            return await self._store.update(change, **options)
        finally:
            self.pending -= 1


async def test_a_child_is_not_read_before_its_parents_end_is_saved(world: World) -> None:
    """Else a crash in between would bring the parent's last batch once more, after its child's first."""

    def others_commit() -> None:
        for run in world.triggers._runs.values() if world.triggers else ():
            run.wake()

    slow = SlowStore(world.store, others_commit)
    pending: list[int] = []
    world.behaviour = lambda records: pending.append(slow.pending)
    await world.put(1)
    await world.succeed()
    await world.put(2)
    await world.map()
    world.node.store = slow  # type: ignore[assignment]
    await world.start()
    await world.settle()
    assert world.calls == [[1], [2]]
    assert pending == [0, 0]


async def test_windows_end_with_their_shard_and_begin_anew_in_its_children(world: World) -> None:
    """AWS closes the parent's window with a final call; the children's windows have states of their own."""

    def count(records: list[dict[str, Any]]) -> Any:
        return {"state": {"count": world.events[-1]["state"].get("count", 0) + len(records)}}

    world.behaviour = count
    await world.map(TumblingWindowInSeconds=900)
    await world.start()
    await world.put(1, 2)
    await world.split()
    await world.put(3)
    told = [
        (numbers(e["Records"]), e["state"].get("count", 0), e["isFinalInvokeForWindow"], e["isWindowTerminatedEarly"])
        for e in world.events
    ]
    assert told == [([1, 2], 0, False, False), ([], 2, True, False), ([3], 0, False, False)]
    assert world.events[0]["shardId"] == world.events[1]["shardId"] != world.events[2]["shardId"]
    assert world.events[0]["window"] == world.events[2]["window"], "of the same time"


async def test_a_window_that_cannot_be_closed_holds_up_the_children(world: World) -> None:
    world.behaviour = lambda records: {"state": {"any": 1}} if records else Result({}, "Unhandled")
    await world.map(TumblingWindowInSeconds=60, MaximumRetryAttempts=2)
    await world.start()
    await world.put(1)
    await world.succeed()
    await world.put(2)
    assert world.delivered() == [1]
    await world.advance(5)
    finals = [event for event in world.events if event["isFinalInvokeForWindow"]]
    assert len(finals) == 3
    assert world.delivered() == [1, 2]


async def test_a_stream_that_is_off_is_read_to_its_end_and_the_mapping_says_so(world: World) -> None:
    uuid = await world.map(BatchSize=2)
    await world.put(1, 2)
    await world.succeed()
    await world.put(3)
    await world.switch_off()
    await world.start()
    assert world.calls == [[1, 2], [3]]
    await world.advance(1)
    mapping = await world.mapping(uuid)
    why = f"Stream is disabled: {STREAM_ARN}"
    assert (mapping["State"], mapping["StateTransitionReason"]) == ("Enabled", why)
    assert mapping["LastProcessingResult"] == f"PROBLEM: {why}"
    world.clock.advance(25 * HOUR)
    await Retention(world.node).round()
    await world.advance(1)
    assert (await world.mapping(uuid))["LastProcessingResult"] == f"PROBLEM: Stream not found: {STREAM_ARN}"
    await world.update(uuid, Enabled=False)
    await world.settle()
    mapping = await world.mapping(uuid)
    assert (mapping["State"], mapping["StateTransitionReason"]) == ("Disabled", "User action")


async def test_a_stream_that_is_off_says_so_only_when_all_of_it_is_delivered(world: World) -> None:
    uuid = await world.map()
    world.behaviour = failing(1)
    await world.put(1)
    await world.switch_off()
    await world.start()
    await world.advance(3)
    assert (await world.mapping(uuid))["LastProcessingResult"] == "PROBLEM: Function call failed"
    world.behaviour = lambda records: None
    await world.advance(5)
    assert (await world.mapping(uuid))["LastProcessingResult"].startswith("PROBLEM: Stream is disabled")


async def test_a_record_that_fails_for_a_day_is_given_up_before_it_is_trimmed_away(world: World) -> None:
    """Else nobody would hear of it: the destination has to be told while it is there."""
    uuid = await world.map()
    world.behaviour = failing(1)
    await world.start()
    await world.put(1)
    retention = Retention(world.node)
    for _ in range(24 * 60 + 2):
        world.clock.advance(60)
        await world.settle()
        await retention.round()
    lines = [line for line in await world.attempts(uuid) if line["status"] == "GivenUp"]
    assert [line["error"] for line in lines] == ["RecordAgeExceeded"]


async def test_a_role_that_was_deleted_stops_delivery_until_it_is_made_again(world: World) -> None:
    uuid = await world.map()
    await world.start()
    role = await world.store.view(lambda tx: resources.get(tx, "iam:role", "000000000000", "reader"))
    assert role is not None
    await world.store.update(lambda tx: resources.delete(tx, "iam:role", "000000000000", "reader"))
    await world.put(1)
    await world.advance(3)
    assert world.calls == []
    mapping = await world.mapping(uuid)
    told = "PROBLEM: The role defined for the function cannot be assumed by Lambda."
    assert (mapping["State"], mapping["LastProcessingResult"]) == ("Enabled", told)
    await world.store.update(lambda tx: resources.put(tx, "iam:role", "000000000000", "reader", role))
    await world.advance(1)
    assert world.calls == [[1]]
    assert (await world.mapping(uuid))["LastProcessingResult"] == "OK"


@pytest.mark.parametrize("seed", range(16))
async def test_every_record_is_done_or_given_up_once_in_order_however_shards_change(world: World, seed: int) -> None:
    """Calls fail, are throttled and report failures, readers restart, the division into lanes and shards changes."""
    dice = random.Random(seed)
    done: list[tuple[str, int]] = []
    lucky = False

    def answer(records: list[dict[str, Any]]) -> Any:
        luck = 1.0 if lucky else dice.random()
        items = [(each["dynamodb"]["Keys"]["pk"]["S"], numbers([each])[0]) for each in records]
        if luck < 0.1:
            return throttled(records)
        if luck < 0.4:
            return Result({}, "Unhandled")
        if luck < 0.5:
            cut = dice.randrange(len(records))
            done.extend(items[:cut])
            return {"batchItemFailures": [{"itemIdentifier": records[cut]["dynamodb"]["SequenceNumber"]}]}
        done.extend(items)
        return None

    uuid = await world.map(
        BatchSize=dice.choice([1, 3, 100]),
        ParallelizationFactor=dice.choice([1, 1, 3]),
        BisectBatchOnFunctionError=seed % 2 == 0,
        MaximumRetryAttempts=dice.choice([-1, 0, 2]),
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    world.behaviour = answer
    await world.start()
    written: list[tuple[str, int]] = []

    async def write() -> None:
        for _ in range(dice.randrange(6)):
            written.append((dice.choice("abcdef"), len(written)))
            await world.put(written[-1][1], pk=written[-1][0])

    for _ in range(30):
        await write()
        event = dice.random()
        if event < 0.2:
            await world.split(dice.randrange(9))
        elif event < 0.35:
            await world.succeed()
        elif event < 0.45:
            await world.stop()
            await world.start()
        elif event < 0.5:
            await world.update(uuid, ParallelizationFactor=dice.choice([1, 2, 5]))
        await world.advance(dice.choice([0.25, 1, 5]))
    lucky = True
    await world.advance(400, step=2)
    lines = [line for line in await world.attempts(uuid) if line["status"] == "GivenUp"]
    assert len(done) == len(set(done)), "nothing twice"
    assert len(done) + sum(line["records"] for line in lines) == len(written)
    for key in "abcdef":
        mine = [number for name, number in done if name == key]
        assert mine == sorted(mine), f"{key} in its order"


@pytest.mark.parametrize("seed", range(8))
async def test_every_record_is_in_one_final_state_however_shards_change(world: World, seed: int) -> None:
    dice = random.Random(seed)
    closed: list[tuple[str, int]] = []
    lucky = False

    def answer(records: list[dict[str, Any]]) -> Any:
        luck, event = 1.0 if lucky else dice.random(), world.events[-1]
        if luck < 0.3:
            return Result({}, "Unhandled")
        seen = event["state"].get("seen", [])
        if event["isFinalInvokeForWindow"]:
            closed.extend((key, number) for key, number in seen)
            return {"state": {}}
        return {"state": {"seen": seen + [[r["dynamodb"]["Keys"]["pk"]["S"], numbers([r])[0]] for r in records]}}

    await world.map(TumblingWindowInSeconds=dice.choice([5, 20]), BatchSize=dice.choice([1, 3, 100]))
    world.behaviour = answer
    await world.start()
    written = 0
    for _ in range(25):
        for _ in range(dice.randrange(5)):
            await world.put(written, pk=dice.choice("abcd"))
            written += 1
        event = dice.random()
        if event < 0.2:
            await world.split(dice.randrange(9))
        elif event < 0.4:
            await world.succeed()
        elif event < 0.5:
            await world.stop()
            await world.start()
        await world.advance(dice.choice([0.25, 1, 3, 10]))
    lucky = True
    await world.advance(300, step=1)
    counts = Counter(number for _, number in closed)
    assert counts == dict.fromkeys(range(written), 1)
    for key in "abcd":
        mine = [number for name, number in closed if name == key]
        assert mine == sorted(mine), f"the windows of {key} in their order"


async def test_a_deleted_mapping_leaves_no_lease_of_any_generation(world: World) -> None:
    uuid = await world.map()
    await world.start()
    for number in range(1, 5):
        await world.put(number)
        await world.split()
    assert len(await lease_names(world, uuid)) > 1
    await mappings.delete_event_source_mapping(world.call(), {"UUID": uuid})
    await world.settle()
    assert await lease_names(world, uuid) == []
    assert await world.store.view(lambda tx: resources.get(tx, mappings.KIND, SCOPE, uuid)) is None
