"""What is kept of each attempt: found by record, in the transaction that saves what came of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tailrace.services.streams import records
from tailrace.store import attempts, changes
from tailrace.store.attempts import Attempt
from tailrace.workers.attempt_record import RUNS_MAX, runs
from tailrace.workers.batching import Record
from tests.unit.workers.world import SCOPE, World, failing, reporting, throttled


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = await World.open()
    yield made
    await made.close()


async def kept(world: World, uuid: str) -> list[Attempt]:
    """The mapping's attempts in their order."""
    found = await world.store.view(lambda tx: attempts.of_source(tx, SCOPE, uuid, 100))
    return found[::-1]


async def test_a_batch_is_one_row_that_every_record_of_it_finds(world: World) -> None:
    uuid = await world.map()
    await world.put(*range(1, 6))
    await world.start()
    (row,) = await kept(world, uuid)
    assert (row.outcome, row.request, row.last - row.first) == ("Success", "request-1", 4)
    assert row.body["Records"] == 5
    assert row.body["LogGroup"] == "/aws/lambda/f"
    assert row.body["FunctionArn"].endswith(":function:f")
    assert "Runs" not in row.body, "a whole range needs no runs"
    for number in range(1, 6):
        sequence = changes.sequence_number(world.number_of(number)) or 0
        found = await world.store.view(lambda tx, s=sequence: attempts.with_record(tx, s, 10))  # type: ignore[misc]
        assert [each.number for each in found] == [row.number]


async def test_every_attempt_and_what_was_given_up_are_kept(world: World) -> None:
    uuid = await world.map(MaximumRetryAttempts=1)
    world.behaviour = failing(1)
    await world.start()
    await world.put(1)
    await world.advance(1)
    assert [(each.outcome, each.body["Attempt"]) for each in await kept(world, uuid)] == [
        ("Failure", 1),
        ("Failure", 2),
        ("GivenUp", 2),
    ]
    assert (await kept(world, uuid))[-1].body["Condition"] == "RetryAttemptsExhausted"


async def test_a_call_that_could_not_be_made_has_no_request(world: World) -> None:
    uuid = await world.map()
    world.behaviour = throttled
    await world.start()
    await world.put(1)
    (row,) = await kept(world, uuid)
    assert (row.outcome, row.request, row.body["Error"]) == ("Throttled", None, "Rate Exceeded.")
    assert "LogGroup" not in row.body


async def test_a_partial_failure_says_where_it_began(world: World) -> None:
    uuid = await world.map(FunctionResponseTypes=["ReportBatchItemFailures"])
    await world.put(1, 2, 3)
    world.behaviour = reporting(2)
    await world.start()
    (row,) = await kept(world, uuid)
    assert (row.outcome, row.body["FailedFrom"]) == ("PartialFailure", row.first + 1)


async def test_what_a_filter_left_out_of_a_range_is_told_by_runs(world: World) -> None:
    pattern = '{"dynamodb": {"Keys": {"sk": {"N": ["1", "2", "5"]}}}}'
    uuid = await world.map(FilterCriteria={"Filters": [{"Pattern": pattern}]})
    await world.put(*range(1, 7))
    await world.start()
    (row,) = await kept(world, uuid)
    assert row.body["Runs"] == [0, 1, 4, 4]


def test_runs_are_those_of_the_numbers_until_there_are_too_many() -> None:
    def of(*numbers: int) -> list[int] | None:
        return runs([Record(number, 0.0, b"") for number in numbers])

    assert of(7, 8, 9) is None
    assert of(7, 9) == [0, 0, 2, 2]
    assert of(7, 8, 11, 12, 15) == [0, 1, 4, 5, 8, 8]
    assert of(*range(0, RUNS_MAX * 2, 2)) is not None
    assert of(*range(0, RUNS_MAX * 2 + 2, 2)) is None
    assert of() is None


def test_an_event_id_leads_back_to_its_record() -> None:
    for stream, sequence in ((1, 1 << 40 | 1), (70_000, (8 << 60) - 1)):
        text = records.event_id(stream, sequence)
        assert len(text) == 32
        assert records.read_event_id(text) == (stream, sequence)
        assert records.read_event_id(f"{text}-replay-0123abcd") == (stream, sequence)
    assert records.read_event_id("x" * 32) is None
    assert records.read_event_id("0" * 31) is None
