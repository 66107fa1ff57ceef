"""Lanes on a moved clock, with the real store and a fake function."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tailrace.base.errors import ApiError
from tailrace.services.lambda_ import event_source_mappings as mappings
from tailrace.store import changes, leases, resources
from tailrace.workers.stream_triggers import StreamTriggers
from tailrace.workers.trigger_context import TriggerContext
from tests.unit.workers.world import READ, World, failing, numbers, reporting, throttled


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = await World.open()
    yield made
    await made.close()


async def test_a_commit_wakes_the_trigger_without_the_tick(world: World) -> None:
    uuid = await world.map()
    await world.start()
    assert (await world.mapping(uuid))["State"] == "Enabled"
    assert (await world.mapping(uuid))["LastProcessingResult"] == "No records processed"
    await world.put(1)
    await world.put(2)
    assert world.calls == [[1], [2]]
    assert (await world.mapping(uuid))["LastProcessingResult"] == "OK"


async def test_the_event_is_the_one_that_lambda_gets(world: World) -> None:
    seen = []
    world.behaviour = lambda records: seen.extend(records)
    await world.map()
    await world.start()
    await world.put(1)
    (record,) = seen
    assert list(record) == [
        "eventID",
        "eventName",
        "eventVersion",
        "eventSource",
        "awsRegion",
        "dynamodb",
        "eventSourceARN",
    ]
    assert isinstance(record["dynamodb"]["ApproximateCreationDateTime"], float)


async def test_what_is_there_is_batched_and_bounded(world: World) -> None:
    await world.put(*range(1, 8))
    await world.map(BatchSize=3)
    await world.start()
    assert world.calls == [[1, 2, 3], [4, 5, 6], [7]]


async def test_latest_starts_where_create_returned(world: World) -> None:
    await world.put(1)
    await world.map(StartingPosition="LATEST")
    await world.put(2)
    await world.start()
    assert world.calls == [[2]]


async def test_a_failing_batch_is_retried_with_backoff_and_holds_up_its_shard(world: World) -> None:
    uuid = await world.map()
    world.behaviour = failing(1)
    await world.start()
    await world.put(1)
    await world.put(2)
    assert world.calls == [[1]]
    assert (await world.mapping(uuid))["LastProcessingResult"] == "PROBLEM: Function call failed"
    await world.advance(0.5)
    assert world.calls == [[1], [1]]
    await world.advance(0.75)
    assert len(world.calls) == 2, "the second wait is a second"
    world.behaviour = lambda records: None
    await world.advance(0.25)
    assert world.calls == [[1], [1], [1], [2]]
    assert (await world.mapping(uuid))["LastProcessingResult"] == "OK"


async def test_retries_end_and_the_next_batch_goes_on(world: World) -> None:
    await world.map(MaximumRetryAttempts=2, BatchSize=1)
    world.behaviour = failing(1)
    await world.start()
    await world.put(1, 2)
    await world.advance(5)
    assert world.calls == [[1], [1], [1], [2]]


async def test_without_a_limit_a_record_is_retried_until_it_expires(world: World) -> None:
    await world.map()
    world.behaviour = failing(1)
    await world.start()
    await world.put(1)
    await world.advance(24 * 3600, step=60)
    await world.put(2)
    await world.advance(61, step=1)
    assert len(world.calls) > 1000
    assert world.calls[-1] == [2]
    assert world.calls.count([2]) == 1


async def test_a_record_beyond_its_age_is_passed(world: World) -> None:
    await world.map(MaximumRecordAgeInSeconds=60)
    world.behaviour = failing(1)
    await world.start()
    await world.put(1)
    await world.advance(30)
    await world.put(2)
    world.behaviour = failing(1)
    await world.advance(40)
    assert world.calls[-1] == [2]


async def test_bisection_finds_the_poisoned_record(world: World) -> None:
    await world.put(*range(1, 9))
    await world.map(BisectBatchOnFunctionError=True, MaximumRetryAttempts=1)
    world.behaviour = failing(6)
    await world.start()
    await world.advance(3)
    assert world.calls == [[1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4], [5, 6, 7, 8], [5, 6], [5], [6], [6], [7, 8]]


async def test_a_partial_failure_goes_on_from_the_record_that_failed(world: World) -> None:
    await world.put(1, 2, 3)
    await world.map(BatchSize=3, FunctionResponseTypes=["ReportBatchItemFailures"], MaximumRetryAttempts=3)
    world.behaviour = reporting(3)
    await world.start()
    await world.advance(20)
    assert world.calls == [[1, 2, 3], [3], [3], [3], [3]]


async def test_filters_turn_records_away(world: World) -> None:
    pattern = '{"dynamodb": {"Keys": {"sk": {"N": ["2", "4"]}}}}'
    await world.map(FilterCriteria={"Filters": [{"Pattern": pattern}]})
    await world.start()
    for number in range(1, 6):
        await world.put(number)
    assert world.calls == [[2], [4]]


async def test_what_a_filter_turned_away_is_checkpointed(world: World) -> None:
    uuid = await world.map(FilterCriteria={"Filters": [{"Pattern": '{"eventName": ["REMOVE"]}'}]})
    await world.start()
    await world.put(1, 2)
    await world.advance(1)
    (shard,) = await world.store.view(lambda tx: changes.shards(tx, 1))
    state = await world.store.view(lambda tx: leases.read(tx, f"trigger/{uuid}/{shard.shard}"))
    assert state is not None
    assert state["lanes"][0]["checkpoint"] == shard.latest


async def test_a_window_waits_for_more(world: World) -> None:
    await world.map(MaximumBatchingWindowInSeconds=5, BatchSize=4)
    await world.start()
    await world.put(1)
    await world.advance(3)
    await world.put(2)
    assert world.calls == []
    await world.advance(2)
    assert world.calls == [[1, 2]]
    await world.put(3)
    await world.put(4, 5)
    await world.put(6)
    assert world.calls == [[1, 2], [3, 4, 5, 6]], "a full batch goes at once"


async def test_no_permission_no_delivery_and_on_within_a_second(world: World) -> None:
    uuid = await world.map()
    await world.start()
    await world.allow("dynamodb:GetRecords", "dynamodb:DescribeStream")
    await world.put(1)
    await world.advance(10)
    assert world.calls == []
    result = (await world.mapping(uuid))["LastProcessingResult"]
    assert result.startswith("PROBLEM: User: arn:aws:sts::000000000000:assumed-role/reader/")
    assert "is not authorized to perform: dynamodb:GetShardIterator" in result
    (line,) = await world.attempts(uuid)
    assert (line["status"], line["error"]) == ("Blocked", result), "said once, however often it is looked at"
    await world.allow(*READ)
    await world.advance(1)
    assert world.calls == [[1]]
    assert (await world.mapping(uuid))["LastProcessingResult"] == "OK"


async def test_a_role_without_permission_is_refused_when_the_mapping_is_made(world: World) -> None:
    for missing in READ:
        await world.allow(*(action for action in READ if action != missing))
        with pytest.raises(ApiError, match="Cannot access stream .* Please ensure the role can perform"):
            await world.map()
    await world.allow(*READ)
    await world.map()


async def test_a_disabled_mapping_holds_and_goes_on(world: World) -> None:
    uuid = await world.map()
    await world.start()
    assert (await world.update(uuid, Enabled=False))["State"] == "Disabling"
    await world.settle()
    assert (await world.mapping(uuid))["State"] == "Disabled"
    await world.put(1)
    await world.advance(5)
    assert world.calls == []
    await world.update(uuid, Enabled=True)
    await world.settle()
    assert (await world.mapping(uuid))["State"] == "Enabled"
    assert world.calls == [[1]]


async def test_a_mapping_made_disabled_becomes_disabled(world: World) -> None:
    await world.start()
    uuid = await world.map(Enabled=False)
    await world.put(1)
    assert (await world.mapping(uuid))["State"] == "Disabled"
    assert world.calls == []


async def test_a_mapping_made_while_running_is_taken_up_at_once(world: World) -> None:
    await world.start()
    await world.map()
    await world.put(1)
    assert world.calls == [[1]]


async def test_a_deleted_mapping_is_gone_with_its_leases(world: World) -> None:
    uuid = await world.map()
    await world.start()
    await world.put(1)
    answer = await mappings.delete_event_source_mapping(world.call(), {"UUID": uuid})
    assert (answer["State"], answer["LastProcessingResult"]) == ("Deleting", "OK")
    await world.settle()
    with pytest.raises(ApiError, match="The resource you requested does not exist"):
        await world.mapping(uuid)
    await world.put(2)
    await world.advance(3)
    assert world.calls == [[1]]
    await world.map(StartingPosition="LATEST")


async def test_disabling_waits_for_the_batch_under_way(world: World) -> None:
    uuid = await world.map()
    world.gate = asyncio.Event()
    await world.start()
    await world.put(1)
    await world.update(uuid, Enabled=False)
    await world.settle()
    assert (await world.mapping(uuid))["State"] == "Disabling"
    world.gate.set()
    await world.settle()
    assert (await world.mapping(uuid))["State"] == "Disabled"


async def test_a_restart_goes_on_from_the_checkpoint_and_keeps_the_count(world: World) -> None:
    await world.map(MaximumRetryAttempts=1, BatchSize=2)
    await world.start()
    await world.put(1)
    world.behaviour = failing(2)
    await world.put(2, 3)
    assert world.calls == [[1], [2, 3]]
    await world.stop()
    await world.start()
    await world.advance(2)
    assert world.calls == [[1], [2, 3], [2, 3]], "one retry was left, and the checkpoint was kept"


async def test_what_was_not_saved_is_delivered_again(world: World) -> None:
    await world.map()
    world.gate = asyncio.Event()
    await world.start()
    await world.put(1)
    assert world.calls == [[1]]
    await world.stop()
    world.gate.set()
    await world.start()
    assert world.calls == [[1], [1]]


async def test_stop_lets_a_batch_finish(world: World) -> None:
    await world.map()
    world.gate = asyncio.Event()
    await world.start()
    await world.put(1)
    asyncio.get_running_loop().call_later(0.01, world.gate.set)
    await world.stop(grace_s=5)
    await world.start()
    assert world.calls == [[1]]


async def test_a_function_that_cannot_be_called_is_tried_again_without_counting(world: World) -> None:
    await world.map(MaximumRetryAttempts=0)
    world.behaviour = throttled
    await world.start()
    await world.put(1)
    await world.advance(5)
    assert len(world.calls) >= 3
    world.behaviour = lambda records: None
    await world.advance(5)
    tried = len(world.calls)
    await world.put(2)
    assert world.calls[tried:] == [[2]]


async def test_a_fault_of_ours_is_told_and_tried_again(world: World) -> None:
    uuid = await world.map(MaximumRetryAttempts=0)

    def broken(records: list[dict[str, Any]]) -> None:
        raise RuntimeError("a fault of ours")

    world.behaviour = broken
    await world.start()
    await world.put(1)
    assert (await world.mapping(uuid))["LastProcessingResult"].startswith("PROBLEM: Tailrace could not call")
    world.behaviour = lambda records: None
    await world.advance(1)
    assert world.calls == [[1], [1]]


async def test_a_mapping_whose_function_is_gone_stays_enabled(world: World) -> None:
    uuid = await world.map()
    await world.start()
    await world.store.update(lambda tx: resources.delete(tx, "lambda:function", "000000000000/us-east-1", "f"))
    await world.put(1)
    await world.advance(5)
    assert world.calls == []
    assert (await world.mapping(uuid))["State"] == "Enabled"


async def test_a_failing_shard_blocks_only_itself() -> None:
    world = await World.open(shards=4)
    await world.map()
    world.behaviour = lambda records: (
        failing(*range(10))(records) if records[0]["dynamodb"]["Keys"]["pk"]["S"] == "k0" else None
    )
    await world.start()
    for number in range(20):
        await world.put(number, pk=f"k{number}")
    done = {n for call in world.calls for n in call if n}
    assert len(done) > 10, "the other shards went on"
    await world.close()


async def test_a_closed_stream_is_read_to_its_end(world: World) -> None:
    await world.put(*range(1, 5))
    await world.store.update(lambda tx: changes.close_stream(tx, 1, world.clock.now()))
    await world.map(BatchSize=3)
    await world.start()
    assert world.calls == [[1, 2, 3], [4]]


async def test_lanes_keep_the_order_of_each_partition_key(world: World) -> None:
    await world.map(ParallelizationFactor=4, BatchSize=5)
    world.gate = asyncio.Event()
    seen: dict[str, list[int]] = {}

    def note(records: list[dict]) -> None:  # type: ignore[type-arg]
        for record in records:
            seen.setdefault(record["dynamodb"]["Keys"]["pk"]["S"], []).extend(numbers([record]))

    world.behaviour = note
    await world.start()
    for number in range(40):
        await world.put(number, pk=f"k{number % 8}")
    assert 1 < len(world.calls) <= 4, "several lanes are at work at once, one batch each"
    world.gate.set()
    await world.settle()
    assert seen == {f"k{n}": list(range(n, 40, 8)) for n in range(8)}


async def test_another_number_of_lanes_delivers_nothing_twice(world: World) -> None:
    uuid = await world.map(ParallelizationFactor=3)
    world.behaviour = lambda records: failing(0)(records)
    await world.start()
    for number in range(12):
        await world.put(number, pk=f"k{number}")
    assert 0 < len(set(world.delivered())) < 12, "the lane of the poisoned record is held up"
    before = [n for call in world.calls if 0 not in call for n in call]
    world.behaviour = lambda records: None
    await world.update(uuid, ParallelizationFactor=2)
    await world.advance(3)
    after = world.delivered()
    assert set(after) == set(range(12))
    assert all(after.count(number) == 1 for number in before if number != 0)


@pytest.mark.parametrize("position", ["TRIM_HORIZON", "LATEST"])
async def test_a_parent_is_finished_before_its_children(world: World, position: str) -> None:
    await world.map(BatchSize=1, StartingPosition=position)
    world.behaviour = failing(1)
    await world.start()
    await world.put(1, 2)
    await world.split()
    await world.put(3)
    await world.put(4, pk="b")
    await world.advance(5)
    assert set(world.delivered()) == {1}
    world.behaviour = lambda records: None
    await world.advance(10)
    assert [n for n in world.delivered() if n != 1][0] == 2
    assert sorted(set(world.delivered())) == [1, 2, 3, 4]


async def test_two_nodes_share_the_work_and_one_takes_over_from_the_other(world: World) -> None:
    """Nodes with one database: a lease decides who reads, and a holder that stalled can't save any more."""
    await world.map(BatchSize=1)
    first = StreamTriggers(world.node, TriggerContext(world.node, world.invoke, "first", 30.0))
    second = StreamTriggers(world.node, TriggerContext(world.node, world.invoke, "second", 30.0))
    await first.start()
    await second.start()
    for number in range(1, 4):
        await world.put(number)
        await world.advance(1)
    assert world.delivered() == [1, 2, 3]
    await first.stop(0)
    await world.put(4)
    await world.advance(2)
    assert world.delivered() == [1, 2, 3, 4], "the second one went on where the first one left off"
    await second.stop(0)


async def test_a_holder_that_stalled_saves_nothing(world: World) -> None:
    uuid = await world.map()
    await world.start()
    world.gate = asyncio.Event()
    await world.put(1)
    (shard,) = await world.store.view(lambda tx: changes.shards(tx, 1))
    name = f"trigger/{uuid}/{shard.shard}"
    stolen = await world.store.update(lambda tx: leases.acquire(tx, name, "embedded", world.clock.now(), 1.0))
    assert stolen is not None
    await world.store.update(lambda tx: leases.save(tx, stolen, {"lanes": [{"checkpoint": shard.latest}]}))
    world.gate.set()
    await world.advance(2)
    assert await world.store.view(lambda tx: leases.read(tx, name)) == {"lanes": [{"checkpoint": shard.latest}]}
    await world.put(2)
    assert world.calls == [[1], [2]], "it goes on from what the new holder has saved"


async def test_records_that_were_trimmed_are_passed(world: World) -> None:
    await world.put(1)
    await world.map()
    world.clock.advance(25 * 3600)
    await world.store.update(lambda tx: changes.trim(tx, world.clock.now() - 24 * 3600, 10))
    await world.start()
    assert world.calls == []
    await world.put(2)
    assert world.calls == [[2]]


async def test_a_smaller_batch_size_cuts_what_is_being_retried(world: World) -> None:
    uuid = await world.map(BatchSize=4)
    world.behaviour = failing(1)
    await world.put(1, 2, 3, 4)
    await world.start()
    assert world.calls == [[1, 2, 3, 4]]
    world.behaviour = lambda records: None
    await world.update(uuid, BatchSize=2)
    await world.advance(2)
    assert world.calls == [[1, 2, 3, 4], [1, 2], [3, 4]]


class LateStore:
    """A store whose answers take a while, as a database on a network: what happens meanwhile must not be missed."""

    def __init__(self, store: Any, seed: int) -> None:
        self._store = store
        self._random = random.Random(seed)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def view(self, read: Any) -> Any:
        found = await self._store.view(read)
        for _ in range(self._random.choice((0, 0, 3, 12))):
            await asyncio.sleep(0)
        return found


@pytest.mark.parametrize("seed", range(4))
async def test_a_commit_during_a_look_is_not_missed(world: World, seed: int) -> None:
    await world.map(BatchSize=1)
    world.node.store = LateStore(world.store, seed)
    await world.start()
    written = 0
    for pause in range(40):
        for world.settle_turns in (pause, 200):
            written += 1
            await world.put(written)
        assert world.delivered() == list(range(1, written + 1)), "without the tick"


EVENT_COUNT = {"MetricsConfig": {"Metrics": ["EventCount"]}}


async def test_events_are_counted_for_a_mapping_that_asks_for_it(world: World) -> None:
    pattern = {"Pattern": '{"dynamodb": {"Keys": {"sk": {"N": [{"anything-but": ["2", "5", "6"]}]}}}}'}
    uuid = await world.map(
        FilterCriteria={"Filters": [pattern]},
        FunctionResponseTypes=["ReportBatchItemFailures"],
        MaximumRetryAttempts=1,
        **EVENT_COUNT,
    )
    assert (await world.mapping(uuid))["MetricsConfig"] == {"Metrics": ["EventCount"]}
    world.behaviour = reporting(3)
    await world.put(1, 2, 3, 4)
    await world.start()
    assert world.event_counts() == {"polled": 4, "filtered_out": 1, "invoked": 3, "failed_invoke": 2}
    await world.advance(5)
    assert world.calls == [[1, 3, 4], [3, 4], [3, 4]]
    assert world.event_counts() == {"polled": 4, "filtered_out": 1, "invoked": 7, "failed_invoke": 6, "dropped": 2}
    await world.put(5, 6)
    assert world.event_counts() | {"polled": 6, "filtered_out": 3} == world.event_counts(), "none was left to call with"
    await world.update(uuid, MetricsConfig={"Metrics": []})
    before = world.event_counts()
    await world.put(7)
    assert (world.calls[-1], world.event_counts()) == ([7], before)


async def test_calls_that_could_not_be_made_count_as_failed(world: World) -> None:
    await world.map(**EVENT_COUNT)
    world.behaviour = throttled
    await world.put(1, 2)
    await world.start()
    assert world.event_counts() == {"polled": 2, "failed_invoke": 2}
    world.behaviour = lambda records: None
    await world.advance(1)
    assert world.event_counts() == {"polled": 2, "failed_invoke": 2, "invoked": 2}


async def test_a_mapping_that_does_not_ask_counts_no_events(world: World) -> None:
    await world.map()
    await world.put(1)
    await world.start()
    assert world.event_counts() == {}
