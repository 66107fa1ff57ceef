"""Coroutines that begin without a task: those that never wait, and those that do after all."""

from __future__ import annotations

import asyncio

import pytest

from tailrace.gateway import at_once


async def test_what_never_waits_has_no_task() -> None:
    seen = []

    async def quick() -> None:
        seen.append(asyncio.all_tasks())

    assert at_once.begin(quick(), asyncio.get_running_loop()) is None
    assert seen == [{asyncio.current_task()}]


async def test_what_waits_goes_on_in_a_task() -> None:
    steps: list[object] = []
    event = asyncio.Event()

    async def slow() -> None:
        steps.append("begun")
        await asyncio.sleep(0)
        await event.wait()
        steps.append(asyncio.current_task())

    task = at_once.begin(slow(), asyncio.get_running_loop())
    assert steps == ["begun"]
    assert task is not None
    event.set()
    await task
    assert steps == ["begun", task]


async def test_a_cancellation_reaches_it_and_may_be_withstood() -> None:
    ended = []

    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            ended.append("cleaned up")
            raise

    task = at_once.begin(stubborn(), asyncio.get_running_loop())
    assert task is not None
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == ["cleaned up"]


async def test_what_it_raises_is_raised() -> None:
    async def broken(waits: bool) -> None:
        if waits:
            await asyncio.sleep(0)
        raise ValueError("broken")

    loop = asyncio.get_running_loop()
    with pytest.raises(ValueError, match="broken"):
        at_once.begin(broken(waits=False), loop)
    task = at_once.begin(broken(waits=True), loop)
    assert task is not None
    with pytest.raises(ValueError, match="broken"):
        await task
