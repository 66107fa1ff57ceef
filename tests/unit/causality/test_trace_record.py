"""What became of a record, told by the operation, on a moved clock with a fake function."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tailrace.base.errors import ApiError
from tailrace.causality.attempts import list_attempts
from tailrace.causality.trace_record import trace_record
from tailrace.store import changes
from tests.unit.workers.world import READ, World, failing, reporting, throttled


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = await World.open()
    yield made
    await made.close()


def only(number: int) -> dict[str, Any]:
    """FilterCriteria that take one number."""
    pattern = json.dumps({"dynamodb": {"Keys": {"sk": {"N": [str(number)]}}}})
    return {"FilterCriteria": {"Filters": [{"Pattern": pattern}]}}


async def sequence(world: World, place: int) -> str:
    """The sequence number of the stream's record in this place, from 1."""
    assert world.layout.stream
    shard = world.layout.stream.shards[0].shard
    found = await world.store.view(lambda tx: changes.read(tx, shard, 0, 1000, 10**9))
    return changes.sequence_text(found[place - 1].sequence)


async def trace(world: World, place: int) -> dict[str, Any]:
    return await trace_record(world.call("tailrace"), {"SequenceNumber": await sequence(world, place)})


async def fate(world: World, place: int) -> tuple[str, str]:
    """The fate and the reason with the one mapping."""
    (mapping,) = (await trace(world, place))["Mappings"]
    return mapping["Fate"], mapping["Reason"]


async def test_a_delivered_record_tells_its_call(world: World) -> None:
    uuid = await world.map()
    await world.start()
    await world.put(1)
    found = await trace(world, 1)
    assert found["Record"]["EventName"] == "INSERT"
    assert json.loads(found["Record"]["Keys"]) == {"pk": {"S": "a"}, "sk": {"N": "1"}}
    (mapping,) = found["Mappings"]
    assert (mapping["EventSourceMappingUUID"], mapping["Fate"], mapping["State"]) == (uuid, "Delivered", "Enabled")
    (attempt,) = mapping["Attempts"]
    assert (attempt["Outcome"], attempt["RequestId"], attempt["LogGroup"]) == ("Success", "request-1", "/aws/lambda/f")
    assert attempt["EventIds"] == [world.events[0]["Records"][0]["eventID"]]


async def test_by_event_id_it_is_the_same(world: World) -> None:
    await world.map()
    await world.start()
    await world.put(1)
    text = world.events[0]["Records"][0]["eventID"]
    for asked in (text, f"{text}-replay-0123abcd"):
        by_id = await trace_record(world.call("tailrace"), {"EventId": asked})
        assert by_id == await trace(world, 1)


async def test_what_there_never_was_is_not_found(world: World) -> None:
    await world.put(1)
    last = int(await sequence(world, 1))
    for asked in ({"EventId": "0" * 32}, {"SequenceNumber": str(last + 1)}):
        with pytest.raises(ApiError) as caught:
            await trace_record(world.call("tailrace"), asked)
        assert caught.value.code == "ResourceNotFoundException"


async def test_filtered_passed_and_waiting_are_told_apart(world: World) -> None:
    await world.put(1)
    await world.map(StartingPosition="LATEST", **only(2))
    await world.put(2, 3)
    assert (await fate(world, 2))[0] == "Waiting", "nothing reads yet"
    await world.start()
    await world.advance(2)
    assert await fate(world, 1) == ("Filtered", "No pattern of the mapping's FilterCriteria takes it")
    assert (await fate(world, 2))[0] == "Delivered"
    assert (await fate(world, 3))[0] == "Filtered"


async def test_behind_the_start_is_passed(world: World) -> None:
    await world.put(1)
    await world.map(StartingPosition="LATEST")
    await world.start()
    assert await fate(world, 1) == ("Passed", "The mapping began at LATEST, behind this record")


async def test_failing_says_why_and_when_it_is_tried_again(world: World) -> None:
    await world.map(BatchSize=1)
    world.behaviour = failing(1)
    await world.start()
    await world.put(1, 2)
    (mapping,) = (await trace(world, 1))["Mappings"]
    assert (mapping["Fate"], mapping["Reason"]) == ("Failing", "Error: ")
    assert mapping["NextAttemptTime"] == world.clock.now() + 0.5
    assert await fate(world, 2) == ("Waiting", "PROBLEM: Function call failed")


async def test_throttled_is_failing_too(world: World) -> None:
    await world.map()
    world.behaviour = throttled
    await world.start()
    await world.put(1)
    assert await fate(world, 1) == ("Failing", "Rate Exceeded.")


async def test_a_blocked_mapping_says_what_blocks_it(world: World) -> None:
    await world.map()
    await world.start()
    await world.allow()
    await world.put(1)
    came, reason = await fate(world, 1)
    assert came == "Waiting"
    assert "is not authorized to perform: dynamodb:GetRecords" in reason
    await world.allow(*READ)


async def test_given_up_says_the_condition_and_a_partial_failure_delivers_its_beginning(world: World) -> None:
    await world.map(MaximumRetryAttempts=0, FunctionResponseTypes=["ReportBatchItemFailures"])
    world.behaviour = reporting(2)
    await world.put(1, 2, 3)
    await world.start()
    assert await fate(world, 1) == ("Delivered", "")
    await world.advance(2)
    assert await fate(world, 2) == ("GivenUp", "RetryAttemptsExhausted")
    assert (await fate(world, 3))[0] == "GivenUp", "it went with the batch that failed from its first record"


async def test_lanes_are_told_apart(world: World) -> None:
    await world.map(ParallelizationFactor=4, MaximumRetryAttempts=0)
    keys = ["a", "b", "c", "d", "e", "f"]
    for number, pk in enumerate(keys, 1):
        await world.put(number, pk=pk)
    world.behaviour = failing(1)
    await world.start()
    await world.advance(2)
    fates = [(await fate(world, place))[0] for place in range(1, 7)]
    lost = [number for call in world.calls if 1 in call for number in call]
    assert fates == ["GivenUp" if number in lost else "Delivered" for number in range(1, 7)]
    for place in range(1, 7):
        (mapping,) = (await trace(world, place))["Mappings"]
        had = sum(place in call for call in world.calls)
        assert len([a for a in mapping["Attempts"] if a["Outcome"] != "GivenUp"]) == had


async def test_what_a_mapping_that_is_gone_did_is_still_told(world: World) -> None:
    uuid = await world.map()
    await world.start()
    await world.put(1)
    from tailrace.services.lambda_ import event_source_mappings as mappings

    await mappings.delete_event_source_mapping(world.call(), {"UUID": uuid})
    await world.advance(2)
    (mapping,) = (await trace(world, 1))["Mappings"]
    assert (mapping["EventSourceMappingUUID"], mapping["Fate"]) == (uuid, "Delivered")


async def test_attempts_are_listed_by_pages(world: World) -> None:
    uuid = await world.map(BatchSize=1)
    await world.start()
    await world.put(1, 2, 3)
    call = world.call("tailrace")
    first = await list_attempts(call, {"EventSourceMappingUUID": uuid, "MaxResults": 2})
    rest = await list_attempts(call, {"EventSourceMappingUUID": uuid, "MaxResults": 2, "NextToken": first["NextToken"]})
    numbers = [each["FirstSequenceNumber"] for each in first["Attempts"] + rest["Attempts"]]
    assert numbers == [world.number_of(3), world.number_of(2), world.number_of(1)]
    by_request = await list_attempts(call, {"RequestId": "request-1", "Outcome": "Failure"})
    assert by_request == {"Attempts": []}
    with pytest.raises(ApiError, match="Name one of"):
        await list_attempts(call, {})
    with pytest.raises(ApiError, match="NextToken"):
        await list_attempts(call, {"RequestId": "request-1", "NextToken": "x"})
