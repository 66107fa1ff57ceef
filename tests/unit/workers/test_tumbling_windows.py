"""Tumbling windows on a moved clock: what a function sums up, and when it is told that a window is over."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tailrace.base.clock import iso_seconds
from tailrace.base.errors import ApiError
from tailrace.store import changes
from tailrace.workers import tumbling
from tailrace.workers.batching import Record
from tailrace.workers.outcome import Failed, Progress, Rules, Succeeded, close_window, read_answer
from tailrace.workers.tumbling import Chooser, TumblingWindow, window_at
from tests.unit.workers.world import STREAM_ARN, Result, World, numbers, throttled

SECONDS = 60
FIRST = 1_700_000_000 // SECONDS * SECONDS  # the start of the window in which the world's clock begins


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A world whose function counts the records of a window."""
    made = await World.open()
    made.behaviour = lambda records: {"state": {"count": made.events[-1]["state"].get("count", 0) + len(records)}}
    yield made
    await made.close()


def told(world: World) -> list[tuple[list[int], int, bool]]:
    """Of each call: the numbers, the count that the state had, whether it was a window's last."""
    return [
        (numbers(event["Records"]), event["state"].get("count", 0), event["isFinalInvokeForWindow"])
        for event in world.events
    ]


async def test_a_state_is_carried_through_its_window_and_a_final_call_closes_it(world: World) -> None:
    await world.map(TumblingWindowInSeconds=SECONDS)
    await world.start()
    await world.put(1, 2)
    await world.put(3)
    await world.advance(FIRST + SECONDS - world.clock.now())
    assert told(world) == [([1, 2], 0, False), ([3], 2, False), ([], 3, True)], "without any new record"
    await world.put(4)
    assert told(world)[-1] == ([4], 0, False), "the next window begins with nothing"
    await world.advance(10 * SECONDS, step=1)
    assert len(world.events) == 5, "a window without records is none"


async def test_the_event_names_window_shard_and_stream(world: World) -> None:
    await world.map(TumblingWindowInSeconds=SECONDS)
    await world.start()
    await world.put(1)
    (event,) = world.events
    shard = event.pop("shardId")
    assert shard.startswith("shardId-")
    assert list(event) == [
        *("Records", "window", "state", "isFinalInvokeForWindow", "isWindowTerminatedEarly"),
        "eventSourceARN",
    ]
    assert event["window"] == {"start": iso_seconds(FIRST), "end": iso_seconds(FIRST + SECONDS)}
    assert (event["state"], event["isFinalInvokeForWindow"], event["isWindowTerminatedEarly"]) == ({}, False, False)
    assert event["eventSourceARN"] == STREAM_ARN


async def test_a_backlog_is_cut_at_the_windows_of_its_records(world: World) -> None:
    await world.map(TumblingWindowInSeconds=SECONDS, Enabled=False)
    for number in range(1, 5):
        await world.put(number)
        world.clock.advance(SECONDS / 2)
    await world.update((await world.only_mapping())["UUID"], Enabled=True)
    await world.start()
    await world.advance(SECONDS)
    calls = [(each, final) for each, _, final in told(world)]
    assert [number for each, _ in calls for number in each] == [1, 2, 3, 4]
    starts = [event["window"]["start"] for event in world.events]
    assert starts == sorted(starts)
    for start in set(starts):
        finals = [event["isFinalInvokeForWindow"] for event in world.events if event["window"]["start"] == start]
        assert finals == [*[False] * (len(finals) - 1), True], "each window ends with its final call"


async def test_a_failed_call_leaves_the_state_as_it_was(world: World) -> None:
    counts = world.behaviour
    await world.map(TumblingWindowInSeconds=SECONDS, MaximumRetryAttempts=1)
    await world.start()
    await world.put(1)
    for failure in (Result({}, "Unhandled"), Result({"no": "state"}), Result({"state": None}), Result([])):
        world.behaviour = lambda records, failure=failure: failure  # type: ignore[misc]
        await world.put(2)
        await world.put(3)
        world.behaviour = counts
        await world.advance(1)
        assert told(world)[-1][1] >= 1, "the state is still there"
    assert all(count == 1 or final for _, count, final in told(world)[1:3])


async def test_the_final_call_is_tried_again_and_holds_up_its_shard(world: World) -> None:
    counts = world.behaviour
    await world.map(TumblingWindowInSeconds=SECONDS)
    await world.start()
    await world.put(1)
    world.behaviour = lambda records: Result({}, "Unhandled")
    await world.advance(FIRST + SECONDS - world.clock.now())
    await world.put(2)
    await world.advance(2)
    assert {final for _, _, final in told(world)[1:]} == {True}
    assert len(world.events) >= 3
    world.behaviour = counts
    await world.advance(8)
    assert told(world)[-2:] == [([], 1, True), ([2], 0, False)]


async def test_a_final_call_that_runs_out_of_retries_is_given_up_and_the_log_says_so(world: World) -> None:
    counts = world.behaviour
    uuid = await world.map(TumblingWindowInSeconds=SECONDS, MaximumRetryAttempts=1)
    await world.start()
    await world.put(1, 2)
    world.behaviour = lambda records: Result({}, "Unhandled")
    await world.advance(FIRST + SECONDS + 5 - world.clock.now())
    world.behaviour = counts
    await world.put(3)
    assert [final for _, _, final in told(world)] == [False, True, True, False]
    lines = await world.attempts(uuid)
    assert [line["status"] for line in lines] == ["Success", "Failure", "Failure", "GivenUp", "Success"]
    assert lines[1]["finalInvokeForWindow"]
    assert lines[3]["records"] == 2


async def test_a_state_that_is_too_large_ends_its_window_early(world: World) -> None:
    await world.map(TumblingWindowInSeconds=SECONDS)
    counts = world.behaviour
    world.behaviour = lambda records: {"state": {"large": "x" * tumbling.STATE_BYTES_MAX}}
    await world.start()
    await world.put(1)
    world.behaviour = counts
    await world.put(2)
    early = [event["isWindowTerminatedEarly"] for event in world.events]
    finals = [event["isFinalInvokeForWindow"] for event in world.events]
    assert (early, finals) == ([False, True, False], [False, True, False])
    assert "large" in world.events[1]["state"]
    assert world.events[2]["state"] == {}, "the same window goes on with nothing"
    assert world.events[2]["window"] == world.events[0]["window"]


async def test_a_window_survives_a_restart(world: World) -> None:
    await world.map(TumblingWindowInSeconds=SECONDS)
    await world.start()
    await world.put(1)
    await world.stop()
    await world.advance(2 * SECONDS, step=10)
    assert len(world.events) == 1
    await world.start()
    await world.advance(1)
    assert told(world) == [([1], 0, False), ([], 1, True)]


async def test_a_shard_that_ends_closes_its_window(world: World) -> None:
    await world.map(TumblingWindowInSeconds=SECONDS)
    await world.start()
    await world.put(1)
    stream = world.layout.stream
    assert stream is not None
    await world.store.update(lambda tx: changes.close_stream(tx, stream.stream, world.clock.now()))
    await world.advance(2)
    assert told(world) == [([1], 0, False), ([], 1, True)]


async def test_a_mapping_whose_windows_are_switched_off_closes_the_open_one(world: World) -> None:
    uuid = await world.map(TumblingWindowInSeconds=SECONDS)
    await world.start()
    await world.put(1)
    world.behaviour = lambda records: None
    await world.update(uuid, TumblingWindowInSeconds=0, ParallelizationFactor=2)
    await world.advance(3)
    assert world.events[-1]["isFinalInvokeForWindow"]
    assert world.events[-1]["isWindowTerminatedEarly"]
    await world.put(2)
    await world.advance(3)
    assert (world.events[-1].get("window"), numbers(world.events[-1]["Records"])) == (None, [2])


async def test_a_disabled_mapping_keeps_its_window(world: World) -> None:
    uuid = await world.map(TumblingWindowInSeconds=SECONDS)
    await world.start()
    await world.put(1)
    await world.update(uuid, Enabled=False)
    await world.advance(2)
    assert (await world.mapping(uuid))["State"] == "Disabled"
    await world.put(2)
    await world.advance(2 * SECONDS, step=10)
    assert len(world.events) == 1
    await world.update(uuid, Enabled=True)
    await world.advance(2)
    assert told(world) == [([1], 0, False), ([2], 1, False), ([], 2, True)]


async def test_a_batching_window_ends_with_the_tumbling_window(world: World) -> None:
    await world.map(TumblingWindowInSeconds=10, MaximumBatchingWindowInSeconds=300)
    await world.start()
    await world.put(1)
    await world.advance(11)
    assert told(world) == [([1], 0, False), ([], 1, True)]


async def test_windows_and_lanes_do_not_go_together(world: World) -> None:
    text = "Tumbling windows are not supported when ParallelizationFactor is greater than 1."
    with pytest.raises(ApiError, match=text):
        await world.map(TumblingWindowInSeconds=1, ParallelizationFactor=2)
    uuid = await world.map(ParallelizationFactor=2)
    with pytest.raises(ApiError, match=text):
        await world.update(uuid, TumblingWindowInSeconds=1)
    changed = await world.update(uuid, TumblingWindowInSeconds=1, ParallelizationFactor=1)
    assert changed["TumblingWindowInSeconds"] == 1


async def test_a_partial_failure_keeps_the_state_of_what_was_done(world: World) -> None:
    def answer(records: list[dict[str, Any]]) -> Any:
        count = world.events[-1]["state"].get("count", 0)
        if len(world.events) == 1:
            return {
                "state": {"count": 1},
                "batchItemFailures": [{"itemIdentifier": records[1]["dynamodb"]["SequenceNumber"]}],
            }
        return {"state": {"count": count + len(records)}}

    await world.put(1, 2)
    await world.map(TumblingWindowInSeconds=SECONDS, FunctionResponseTypes=["ReportBatchItemFailures"])
    world.behaviour = answer
    await world.start()
    await world.advance(1)
    assert told(world) == [([1, 2], 0, False), ([2], 1, False)]


def test_windows_begin_at_multiples_of_their_length() -> None:
    assert (window_at(125.9, 60, 0.0).start, window_at(125.9, 60, 0.0).end) == (120, 180)
    assert window_at(59.0, 60, 60.0).start == 60, "a record that comes late is in the window that is open"
    chooser = Chooser(60, 0.0, None)
    inside = [chooser.inside(Record(n, at, b"")) for n, at in enumerate((60.0, 119.9, 59.0, 120.0), 1)]
    assert inside == [True, True, True, False]


def test_an_answer_without_a_state_is_a_failure() -> None:
    rules = Rules(windowed=True)
    assert read_answer(None, b'{"state": {"a": 1}}', {}, rules) == Succeeded({"a": 1})
    for payload in (b"null", b"{}", b'{"state": 1}', b"[]", b"{", b""):
        assert read_answer(None, payload, {}, rules) == Failed()


def test_a_window_is_read_back_as_it_was_saved() -> None:
    window = TumblingWindow(60, 120, {"a": 1}).with_records([Record(4, 61.0, b""), Record(5, 62.5, b"")], {"a": 2})
    progress = Progress(5, (), window, 60.0)
    assert Progress.of(json.loads(json.dumps(progress.document()))) == progress
    assert (window.first, window.last, window.records, window.last_at) == (4, 5, 2, 62.5)


def test_a_final_call_is_given_up_when_its_records_are_too_old() -> None:
    window = TumblingWindow(60, 120, {}, records=1, last_at=70.0)
    settled = close_window(Progress(1, (), window), Failed(), Rules(), 71.0, 500.0)
    assert settled.progress == Progress(1, (), None, 120.0)
    assert close_window(Progress(1, (), window), Failed(), Rules(), 70.0, 500.0).progress.window is not None


@pytest.mark.parametrize("seed", range(12))
async def test_every_record_is_in_exactly_one_final_state_whatever_fails(world: World, seed: int) -> None:
    """Calls fail and are throttled, readers restart: a state is saved with its checkpoint, so both agree."""
    dice = random.Random(seed)
    closed: list[int] = []
    lucky = False

    def answer(records: list[dict[str, Any]]) -> Any:
        luck, event = 1.0 if lucky else dice.random(), world.events[-1]
        if luck < 0.2:
            return Result({}, "Unhandled")
        if luck < 0.3:
            return throttled(records)
        seen = event["state"].get("seen", [])
        if event["isFinalInvokeForWindow"]:
            closed.extend(seen)
            return {"state": {}}
        if luck < 0.5 and len(records) > 1:
            cut = dice.randrange(1, len(records))
            failed = [{"itemIdentifier": records[cut]["dynamodb"]["SequenceNumber"]}]
            return {"state": {"seen": seen + numbers(records[:cut])}, "batchItemFailures": failed}
        return {"state": {"seen": seen + numbers(records)}}

    options = {"FunctionResponseTypes": ["ReportBatchItemFailures"], "BisectBatchOnFunctionError": seed % 2 == 0}
    await world.map(TumblingWindowInSeconds=dice.choice([5, 7, 20]), BatchSize=dice.choice([1, 3, 100]), **options)
    world.behaviour = answer
    await world.start()
    written = 0
    for _ in range(25):
        more = dice.randrange(5)
        await world.put(*range(written, written + more))
        written += more
        if dice.random() < 0.15:
            await world.stop()
            await world.start()
        await world.advance(dice.choice([0.25, 1, 3, 10]))
    lucky = True
    await world.advance(200, step=1)
    assert sorted(closed) == list(range(written))
    assert closed == sorted(closed), "windows close in order"
