"""What a function printed is kept while the database is away, and stands once when it is back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tailrace.services.lambda_ import log_writer
from tailrace.services.lambda_.log_writer import LogSettings, LogWriter
from tailrace.store import log_events
from tailrace.store.engine import Unreachable
from tests.unit.workers.world import ACCOUNT, REGION, ROLE_ARN, SCOPE, World

GROUP = "/aws/lambda/f"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"
SETTINGS = LogSettings(FUNCTION, "$LATEST", "python3.11", "", 128, ROLE_ARN, "f", GROUP, json=False)
AWAY, LOST, STANDS = "away", "lost in its commit", "stands, but nobody was told"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = await World.open()
    await made.allow("logs:*")
    yield made
    await made.close()


def interrupt(world: World, monkeypatch: pytest.MonkeyPatch, *endings: str) -> list[str]:
    """Let the next updates end so; the list is of those to come."""
    update, left = world.store.update, list(endings)

    async def interrupted(change: Any, **options: Any) -> Any:
        ending = left.pop(0) if left else None
        if ending == STANDS or ending is None:
            result = await update(change, **options)
        if ending:
            raise Unreachable(ending, doubtful=ending != AWAY)
        return result

    monkeypatch.setattr(world.store, "update", interrupted)
    return left


async def kept(world: World) -> list[str]:
    events = await world.store.view(lambda tx: log_events.tail(tx, SCOPE, GROUP, 0, 100))
    return [event.message for event in events]


@pytest.mark.parametrize(
    "endings",
    [
        [AWAY],
        [AWAY, AWAY, AWAY],
        [LOST],
        [STANDS],
        [STANDS, AWAY],
        [STANDS, LOST],
        [LOST, STANDS],
        [STANDS, STANDS, LOST, AWAY],
    ],
    ids=lambda endings: ", ".join(endings),
)
async def test_lines_of_a_time_without_database_stand_once(
    world: World, monkeypatch: pytest.MonkeyPatch, endings: list[str]
) -> None:
    writer = LogWriter(world.node, SCOPE, SETTINGS)
    writer.output(["before"])
    await writer.flush()
    interrupt(world, monkeypatch, *endings)
    printed = ["before"]
    for number in range(len(endings) + 1):
        writer.output([f"line {number}", "the same"])
        printed += [f"line {number}", "the same"]
        await writer.flush()
        world.clock.advance(1)
    assert await kept(world) == printed


async def test_the_database_is_tried_again_without_anything_new(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_writer, "AGAIN_SECONDS", 0.001)
    left = interrupt(world, monkeypatch, AWAY, STANDS, AWAY)
    writer = LogWriter(world.node, SCOPE, SETTINGS)
    writer.output(["line"])
    async with asyncio.timeout(60):
        while left or not await kept(world):  # noqa: ASYNC110 - the writer's own timer is what is tested
            await asyncio.sleep(0.001)
    assert await kept(world) == ["line"]


async def test_what_is_held_when_the_server_ends_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    interrupt(world, monkeypatch, AWAY)
    writer = LogWriter(world.node, SCOPE, SETTINGS)
    others = asyncio.all_tasks()
    writer.output(["line", "another"])
    await writer.flush()
    (timer,) = asyncio.all_tasks() - others
    await asyncio.sleep(0)  # it begins
    with caplog.at_level(logging.ERROR, "tailrace.functions"):
        timer.cancel()
        await asyncio.wait([timer])
    assert [record.getMessage() for record in caplog.records] == [f"2 lines of {GROUP} are lost: the server ended"]


async def test_a_function_waits_while_too_much_is_held(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt(world, monkeypatch, AWAY, AWAY)
    writer = LogWriter(world.node, SCOPE, SETTINGS)
    assert not writer.output(["x" * (log_writer.BYTES_MAX // 2)])
    await writer.flush()
    assert writer.output(["x" * (log_writer.BYTES_MAX // 2), "y"])
    await writer.flush()
    assert writer.output([]), "it still is held"
    await writer.flush()
    assert not writer.output([])
