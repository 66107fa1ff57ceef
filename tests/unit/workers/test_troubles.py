"""A mapping that can't go on says why: in LastProcessingResult, StateTransitionReason, the log (once), and a metric."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tailrace.base.errors import ApiError
from tailrace.identity import ROLE
from tailrace.services.lambda_ import event_source_mappings as mappings
from tailrace.store import attempts, changes, resources
from tailrace.workers import look as looking
from tests.unit.workers.world import ACCOUNT, READ, ROLE_ARN, SCOPE, World, failing, throttled


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = await World.open()
    yield made
    await made.close()


def blocked(world: World) -> dict[str, float]:
    """The reasons that the metric shows, with how many lanes each stops."""
    found = {}
    for line in world.node.meter.text(world.clock.now()).splitlines():
        if line.startswith("tailrace_trigger_blocked{"):
            name, _, value = line.rpartition(" ")
            if float(value):
                found[name.partition('reason="')[2].partition('"')[0]] = float(value)
    return found


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the server's log says of mappings that can't go on."""
    return [record.getMessage() for record in caplog.records if "can't go on" in record.getMessage()]


async def says(world: World, uuid: str) -> tuple[str, str]:
    mapping = await world.mapping(uuid)
    return mapping["LastProcessingResult"], mapping["StateTransitionReason"]


async def function_missing(world: World) -> None:
    await world.store.update(lambda tx: resources.delete(tx, "lambda:function", SCOPE, "f"))


async def function_there(world: World) -> None:
    document = {"FunctionName": "f", "Role": ROLE_ARN}
    await world.store.update(lambda tx: resources.create(tx, "lambda:function", SCOPE, "f", document))


async def role_missing(world: World) -> None:
    await world.store.update(lambda tx: resources.delete(tx, ROLE, ACCOUNT, "reader"))


async def not_allowed(world: World) -> None:
    await world.allow("dynamodb:GetShardIterator", "dynamodb:DescribeStream")


async def allowed(world: World) -> None:
    await world.allow(*READ)


async def is_throttled(world: World) -> None:
    world.behaviour = throttled


async def is_pending(world: World) -> None:
    def answer(records: list[dict[str, Any]]) -> Any:
        text = (
            "The operation cannot be performed at this time. The function is currently in the following state: Pending"
        )
        raise ApiError("ResourceConflictException", text, status=409)

    world.behaviour = answer


async def works(world: World) -> None:
    world.behaviour = lambda records: None


async def filter_invalid(world: World) -> None:
    await _change_filter(world, {"Filters": [{"Pattern": '{"a": [{"no-such-operator": 1}]}'}]})


async def filter_valid(world: World) -> None:
    await _change_filter(world, None)


async def _change_filter(world: World, criteria: Any) -> None:
    uuid = (await world.only_mapping())["UUID"]

    def change(tx: Any) -> None:
        document = resources.get(tx, mappings.KIND, SCOPE, uuid) or {}
        resources.put(tx, mappings.KIND, SCOPE, uuid, {**document, "FilterCriteria": criteria})

    await world.store.update(change)


@pytest.mark.parametrize(
    ("break_it", "mend_it", "reason", "words"),
    [
        (function_missing, function_there, "function_missing", "Function not found: arn:aws:lambda:us-east-1"),
        (role_missing, allowed, "role_missing", "The role defined for the function cannot be assumed by Lambda."),
        (not_allowed, allowed, "access_denied", "is not authorized to perform: dynamodb:GetRecords on resource"),
        (is_throttled, works, "throttled", "Rate Exceeded."),
        (is_pending, works, "function_not_called", "currently in the following state: Pending"),
        (filter_invalid, filter_valid, "filter_invalid", "Invalid filter pattern definition."),
    ],
)
async def test_what_stops_a_mapping_is_said_everywhere_once_until_it_is_over(
    world: World, caplog: pytest.LogCaptureFixture, break_it: Any, mend_it: Any, reason: str, words: str
) -> None:
    caplog.set_level(logging.INFO)
    uuid = await world.map()
    await world.start()
    await break_it(world)
    await world.put(1)
    await world.advance(5)
    result, state = await says(world, uuid)
    assert words in result
    assert result == f"PROBLEM: {state}"
    assert (await world.mapping(uuid))["State"] == "Enabled"
    assert blocked(world) == {reason: 1}
    assert len(told(caplog)) == 1, "once, not at each look"
    assert reason in told(caplog)[0]
    await mend_it(world)
    await world.advance(20)
    assert world.calls[-1] == [1]
    assert await says(world, uuid) == ("OK", "User action")
    assert blocked(world) == {}
    assert any("goes on" in record.getMessage() for record in caplog.records)


async def test_a_call_that_failed_is_no_reason_of_the_mapping(world: World) -> None:
    uuid = await world.map()
    world.behaviour = failing(1)
    await world.start()
    await world.put(1)
    assert await says(world, uuid) == ("PROBLEM: Function call failed", "User action")
    assert blocked(world) == {}


async def test_a_fault_of_ours_is_said_once_and_the_mapping_goes_on_after_it(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    uuid = await world.map()
    await world.start()

    def fault(*arguments: Any) -> Any:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(looking, "gather", fault)
    await world.put(1)
    await world.advance(5)
    result, state = await says(world, uuid)
    assert result == f"PROBLEM: {state}"
    assert "the server's log says why" in result
    assert blocked(world) == {"internal": 1}
    faults = [record for record in caplog.records if record.exc_info]
    assert len(faults) == 1, "with one traceback, not one a second"
    monkeypatch.undo()
    await world.advance(3)
    assert world.calls == [[1]]
    assert await says(world, uuid) == ("OK", "User action")
    assert blocked(world) == {}


async def test_records_that_were_trimmed_before_they_were_read_are_counted_and_told(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    uuid = await world.map()
    await world.start()
    await world.allow()
    await world.put(1, 2, 3)
    await world.store.update(lambda tx: changes.trim(tx, world.clock.now() + 1, 2))
    await world.allow(*READ)
    world.behaviour = throttled
    await world.advance(1.25)
    await world.stop()
    (lost,) = [
        each
        for each in await world.store.view(lambda tx: attempts.of_source(tx, SCOPE, uuid, 100))
        if each.outcome == "Trimmed"
    ]
    assert (lost.last - lost.first + 1, lost.body["Records"]) == (2, 2)
    assert f'trimmed_total{{mapping="{uuid}"}} 2' in world.node.meter.text(world.clock.now())
    said = [each for each in await world.attempts(uuid) if each["status"] == "Trimmed"]
    assert [each["records"] for each in said] == [2]
    assert any("2 records were trimmed" in record.getMessage() for record in caplog.records)
    assert world.calls[0] == [3]


async def test_a_mapping_that_is_switched_off_is_not_stopped_by_anything(world: World) -> None:
    uuid = await world.map()
    await world.start()
    await world.allow()
    await world.put(1)
    await world.advance(2)
    assert blocked(world) == {"access_denied": 1}
    await world.update(uuid, Enabled=False)
    await world.advance(2)
    assert blocked(world) == {}
    assert (await world.mapping(uuid))["StateTransitionReason"] == "User action"
