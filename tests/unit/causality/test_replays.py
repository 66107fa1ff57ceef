"""Replays on a moved clock with a fake function: what is sent, what is counted, and that nothing else moves."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest

from tailrace.base.errors import ApiError
from tailrace.causality.attempts import list_attempts
from tailrace.causality.preview import preview_replay
from tailrace.causality.redrive import redrive_failures
from tailrace.causality.replays import cancel_replay, describe_replay, list_replays, start_replay
from tailrace.causality.trace_record import trace_record
from tailrace.services.lambda_ import event_source_positions as positions
from tailrace.store import changes, leases
from tailrace.workers import replay_job, replay_run
from tailrace.workers.deliveries import Deliveries
from tests.unit.workers.world import STREAM_ARN, World, failing, reporting, throttled


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = await World.open()
    yield made
    await made.close()


@pytest.fixture
async def runner(world: World) -> AsyncIterator[Deliveries]:
    """The worker that runs replays, with the world's fake function."""
    made = Deliveries(world.node, {replay_job.DELIVERY_KIND: partial(replay_run.run_with, world.invoke)})
    await made.start()
    yield made
    await made.stop(0)


async def sequences(world: World) -> list[str]:
    """The sequence numbers of all records, shard by shard."""
    assert world.layout.stream

    def read(tx: Any) -> list[str]:
        assert world.layout.stream
        found = [changes.read(tx, part.shard, 0, 1000, 10**9) for part in world.layout.stream.shards]
        return [changes.sequence_text(each.sequence) for part in found for each in part]

    return await world.store.view(read)


async def start(world: World, **request: Any) -> dict[str, Any]:
    found = await start_replay(world.call("tailrace"), request)
    await world.settle()
    return dict(found["Replay"])


async def described(world: World, replay: dict[str, Any]) -> dict[str, Any]:
    found = await describe_replay(world.call("tailrace"), {"ReplayId": replay["ReplayId"]})
    return dict(found["Replay"])


async def refused(call: Any, world: World, **request: Any) -> tuple[str, str]:
    with pytest.raises(ApiError) as caught:
        await call(world.call("tailrace"), request)
    return caught.value.code, caught.value.message


async def test_a_range_goes_to_any_function_in_batches(world: World, runner: Deliveries) -> None:
    await world.put(*range(1, 6))
    numbers = await sequences(world)
    asked = {"FromSequenceNumber": numbers[1], "ToSequenceNumber": numbers[4]}
    replay = await start(world, StreamArn=STREAM_ARN, FunctionName="f", BatchSize=3, **asked)
    assert world.calls == [[2, 3, 4], [5]]
    found = await described(world, replay)
    assert (found["Status"], found["RecordsSent"], found["Batches"]) == ("Completed", 4, 2)
    assert found["CreatedBy"].endswith(":root")
    assert (await list_replays(world.call("tailrace"), {}))["Replays"] == [found]


async def test_replayed_records_are_marked_and_their_attempts_are_kept(world: World, runner: Deliveries) -> None:
    uuid = await world.map()
    await world.start()
    await world.put(1)
    original = world.events[0]["Records"][0]
    replay = await start(world, EventSourceMappingUUID=uuid, EventIds=[original["eventID"]])
    again = world.events[1]["Records"][0]
    assert again == {**original, "eventID": original["eventID"] + replay["EventIdSuffix"]}
    assert replay["EventIdSuffix"] == f"-replay-{replay['ReplayId'][:8]}"
    (attempt,) = (await list_attempts(world.call("tailrace"), {"ReplayId": replay["ReplayId"]}))["Attempts"]
    assert attempt["EventIds"] == [again["eventID"]]
    traced = await trace_record(world.call("tailrace"), {"EventId": again["eventID"]})
    assert [each["ReplayId"] for each in traced["Replays"]] == [replay["ReplayId"]]
    assert len(traced["Mappings"][0]["Attempts"]) == 1, "a replay is no attempt of the mapping"


async def test_no_checkpoint_moves(world: World, runner: Deliveries) -> None:
    uuid = await world.map(MaximumRetryAttempts=0)
    await world.start()
    await world.put(1, 2)
    assert world.layout.stream
    name = positions.lease_name(uuid, world.layout.stream.shards[0].shard)
    before = await world.store.view(lambda tx: leases.read(tx, name))
    await start(world, EventSourceMappingUUID=uuid, StartTime=0)
    assert world.calls == [[1, 2], [1, 2]]
    assert await world.store.view(lambda tx: leases.read(tx, name)) == before


async def test_the_mappings_filter_and_batch_size_are_meant(world: World, runner: Deliveries) -> None:
    pattern = json.dumps({"dynamodb": {"Keys": {"sk": {"N": ["2", "3", "5"]}}}})
    uuid = await world.map(BatchSize=2, FilterCriteria={"Filters": [{"Pattern": pattern}]})
    await world.put(*range(1, 6))
    replay = await start(world, EventSourceMappingUUID=uuid, StartTime=0)
    assert world.calls == [[2, 3], [5]]
    found = await described(world, replay)
    assert (found["RecordsSent"], found["RecordsFiltered"]) == (3, 2)
    await start(world, EventSourceMappingUUID=uuid, StartTime=0, Patterns=[], BatchSize=10)
    assert world.calls[-1] == [1, 2, 3, 4, 5]


async def test_times_choose_records(world: World, runner: Deliveries) -> None:
    for number in (1, 2, 3):
        await world.put(number)
        await world.advance(10)
    begin = world.clock.now() - 30
    await start(world, StreamArn=STREAM_ARN, FunctionName="f", StartTime=begin + 10, EndTime=begin + 20)
    assert world.calls == [[2]]


async def test_a_preview_sends_nothing_and_shows_the_event(world: World) -> None:
    pattern = json.dumps({"dynamodb": {"Keys": {"sk": {"N": ["2", "3"]}}}})
    uuid = await world.map(BatchSize=1, FilterCriteria={"Filters": [{"Pattern": pattern}]})
    await world.put(1, 2, 3)
    found = await preview_replay(world.call("tailrace"), {"EventSourceMappingUUID": uuid, "StartTime": 0})
    counts = (found["RecordCount"], found["BatchCount"], found["RecordsFiltered"], found["Truncated"])
    assert counts == (2, 2, 1, False)
    assert [json.loads(record["Keys"])["sk"]["N"] for record in found["Records"]] == ["2", "3"]
    (record,) = json.loads(found["Event"])["Records"]
    assert record["dynamodb"]["Keys"]["sk"]["N"] == "2"
    assert record["eventID"].endswith("-replay-00000000")
    assert world.calls == []
    assert (await list_replays(world.call("tailrace"), {}))["Replays"] == []


async def test_failures_are_retried_then_passed_over(world: World, runner: Deliveries) -> None:
    world.behaviour = failing(1)
    await world.put(1, 2)
    replay = await start(
        world, StreamArn=STREAM_ARN, FunctionName="f", BatchSize=1, MaximumRetryAttempts=1, StartTime=0
    )
    assert (await described(world, replay))["Status"] == "Running"
    await world.advance(3)
    assert world.calls == [[1], [1], [2]]
    found = await described(world, replay)
    assert (found["Status"], found["RecordsSent"], found["RecordsGivenUp"]) == ("Completed", 1, 1)
    (lost,) = (await list_attempts(world.call("tailrace"), {"ReplayId": replay["ReplayId"], "Outcome": "GivenUp"}))[
        "Attempts"
    ]
    assert lost["Condition"] == "RetryAttemptsExhausted"


async def test_partial_failures_go_on_where_they_began(world: World, runner: Deliveries) -> None:
    uuid = await world.map(FunctionResponseTypes=["ReportBatchItemFailures"])
    await world.put(1, 2, 3)
    world.behaviour = reporting(2)
    replay = await start(world, EventSourceMappingUUID=uuid, StartTime=0)
    world.behaviour = lambda records: None
    await world.advance(1)
    assert world.calls == [[1, 2, 3], [2, 3]]
    assert (await described(world, replay))["RecordsSent"] == 3


async def test_a_restart_goes_on_behind_the_last_batch(world: World) -> None:
    handlers = {replay_job.DELIVERY_KIND: partial(replay_run.run_with, world.invoke)}
    await world.put(1, 2, 3)
    world.behaviour = lambda records: throttled(records) if len(world.calls) == 2 else None
    first = Deliveries(world.node, handlers)
    await first.start()
    replay = await start(world, StreamArn=STREAM_ARN, FunctionName="f", BatchSize=1, StartTime=0)
    assert world.calls == [[1], [2]]
    found = await described(world, replay)
    assert (found["Status"], found["LastResult"]) == ("Running", "PROBLEM: Rate Exceeded.")
    await first.stop(0)
    second = Deliveries(world.node, handlers)
    await second.start()
    await world.advance(2)
    assert world.calls == [[1], [2], [2], [3]]
    assert (await described(world, replay))["Status"] == "Completed"
    await second.stop(0)


async def test_a_cancelled_replay_sends_no_more(world: World, runner: Deliveries) -> None:
    await world.put(1, 2)
    world.behaviour = throttled
    replay = await start(world, StreamArn=STREAM_ARN, FunctionName="f", BatchSize=1, StartTime=0)
    await cancel_replay(world.call("tailrace"), {"ReplayId": replay["ReplayId"]})
    world.behaviour = lambda records: None
    await world.advance(5)
    assert world.calls == [[1]]
    assert (await described(world, replay))["Status"] == "Cancelled"
    code, text = await refused(cancel_replay, world, ReplayId=replay["ReplayId"])
    assert (code, text) == ("ValidationException", "The replay has ended: it is Cancelled")


async def test_what_the_stream_forgets_meanwhile_is_counted(world: World, runner: Deliveries) -> None:
    await world.put(1, 2)
    world.behaviour = throttled
    replay = await start(world, StreamArn=STREAM_ARN, FunctionName="f", StartTime=0)
    await world.store.update(lambda tx: changes.trim(tx, world.clock.now() + 1, 100))
    world.behaviour = lambda records: None
    await world.advance(3)
    found = await described(world, replay)
    assert (found["Status"], found["RecordsTrimmed"], found["RecordsSent"]) == ("Completed", 2, 0)


async def test_given_up_records_are_redriven_once(world: World, runner: Deliveries) -> None:
    uuid = await world.map(MaximumRetryAttempts=0, BatchSize=1)
    world.behaviour = failing(2, 3)
    await world.start()
    await world.put(1, 2, 3, 4)
    world.behaviour = lambda records: None
    replay = (await redrive_failures(world.call("tailrace"), {"EventSourceMappingUUID": uuid}))["Replay"]
    await world.settle()
    assert world.calls == [[1], [2], [3], [4], [2], [3]]
    assert (await described(world, replay))["RecordsSent"] == 2
    code, text = await refused(redrive_failures, world, EventSourceMappingUUID=uuid)
    assert (code, text) == (
        "ResourceNotFoundException",
        "The mapping has given up no records since it was last redriven that the stream still has",
    )
    await redrive_failures(world.call("tailrace"), {"EventSourceMappingUUID": uuid, "StartTime": 0})
    await world.settle()
    assert world.calls[-2:] == [[2], [3]], "with a time, what was redriven before is sent again"


async def test_a_redrive_of_a_lane_takes_its_own_records_alone(world: World, runner: Deliveries) -> None:
    uuid = await world.map(MaximumRetryAttempts=0, ParallelizationFactor=3)
    for number, pk in enumerate("abcdef", 1):
        await world.put(number, pk=pk)
    world.behaviour = failing(1)
    await world.start()
    lost = sorted(number for call in world.calls if 1 in call for number in call)
    world.behaviour, world.calls = (lambda records: None), []
    await redrive_failures(world.call("tailrace"), {"EventSourceMappingUUID": uuid})
    await world.settle()
    assert sorted(world.delivered()) == lost


async def test_what_makes_no_sense_is_refused(world: World) -> None:
    await world.put(1)
    (number,) = await sequences(world)
    about = {"StreamArn": STREAM_ARN, "FunctionName": "f"}
    assert (await refused(start_replay, world, **about))[0] == "ValidationException"
    assert (await refused(start_replay, world, StreamArn=STREAM_ARN, StartTime=0))[1].startswith("Name a FunctionName")
    assert (await refused(start_replay, world, FunctionName="f", StartTime=0))[1].startswith("Name a StreamArn")
    assert (await refused(start_replay, world, **about, EventIds=["0" * 32]))[0] == "ResourceNotFoundException"
    assert (await refused(start_replay, world, **about, ShardId="x" * 30))[0] == "ResourceNotFoundException"
    assert (await refused(start_replay, world, **about, StartTime=0, Patterns=["{"]))[0] == "ValidationException"
    gone = {"StreamArn": STREAM_ARN, "FunctionName": "gone", "StartTime": 0}
    assert (await refused(start_replay, world, **gone))[0] == "ResourceNotFoundException"
    await world.store.update(lambda tx: changes.trim(tx, world.clock.now() + 1, 100))
    assert (await refused(start_replay, world, **about, FromSequenceNumber=number))[0] == "TrimmedDataAccessException"
    missing = {"EventSourceMappingUUID": "0" * 36, "StartTime": 0}
    assert (await refused(preview_replay, world, **missing))[0] == "ResourceNotFoundException"
