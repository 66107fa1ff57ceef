"""Coroutines that begin without a task: those that never wait, those that wait for futures, and those that need one."""

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


async def test_what_waits_for_a_future_goes_on_without_a_task() -> None:
    loop = asyncio.get_running_loop()
    first, second = loop.create_future(), loop.create_future()
    seen: list[object] = []

    async def patient() -> None:
        seen.append(await first)
        try:
            await second
        except ValueError as problem:
            seen.append(str(problem))
        seen.append(asyncio.current_task())

    assert at_once.begin(patient(), loop) is not None
    tasks = asyncio.all_tasks()
    first.set_result("there")
    await asyncio.sleep(0)
    second.set_exception(ValueError("not there"))
    await asyncio.sleep(0)
    assert seen == ["there", "not there", None]
    assert asyncio.all_tasks() == tasks


async def test_what_waits_for_the_loop_goes_on_in_a_task() -> None:
    steps: list[object] = []
    event = asyncio.Event()

    async def slow() -> None:
        steps.append("begun")
        await asyncio.sleep(0)
        await event.wait()
        steps.append(asyncio.current_task())

    work = at_once.begin(slow(), asyncio.get_running_loop())
    assert steps == ["begun"]
    assert work is not None
    task = at_once.task_of(work)
    event.set()
    await task
    assert steps == ["begun", task]


@pytest.mark.parametrize("is_there", [False, True])
async def test_who_asks_for_its_task_can_wait_for_its_end(is_there: bool) -> None:
    """Also where what it waits for is there already, and would go on in this turn of the loop."""
    loop = asyncio.get_running_loop()
    future, seen = loop.create_future(), []

    async def patient() -> None:
        seen.append(await future)

    work = at_once.begin(patient(), loop)
    assert work is not None
    if is_there:
        future.set_result("there")
    task = at_once.task_of(work)
    assert at_once.task_of(work) is task
    assert at_once.task_of(task) is task
    if not is_there:
        await asyncio.sleep(0)
        future.set_result("there")
    await task
    assert seen == ["there"]


async def test_a_task_is_had_before_what_needs_one() -> None:
    future = asyncio.get_running_loop().create_future()
    seen: list[bool] = []

    async def careful() -> None:
        await future
        seen.append(asyncio.current_task() is None)
        await at_once.in_task()
        async with asyncio.timeout(60):
            await asyncio.sleep(0)
        seen.append(asyncio.current_task() is None)

    work = at_once.begin(careful(), asyncio.get_running_loop())
    assert work is not None
    future.set_result(None)
    await asyncio.sleep(0)
    await at_once.task_of(work)
    assert seen == [True, False]


async def test_a_cancellation_reaches_it_and_may_be_withstood() -> None:
    ended = []

    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            ended.append("cleaned up")
            raise

    work = at_once.begin(stubborn(), asyncio.get_running_loop())
    assert work is not None
    task = at_once.task_of(work)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == ["cleaned up"]


async def test_what_it_waits_for_may_be_cancelled() -> None:
    loop = asyncio.get_running_loop()
    future, ended = loop.create_future(), []
    told: list[dict[str, object]] = []
    loop.set_exception_handler(lambda _, context: told.append(context))

    async def patient() -> None:
        try:
            await future
        finally:
            ended.append(True)

    assert at_once.begin(patient(), loop) is not None
    future.cancel()
    await asyncio.sleep(0)
    assert ended == [True]
    assert told == []


async def test_what_it_raises_is_raised() -> None:
    async def broken(waits: bool) -> None:
        if waits:
            await asyncio.sleep(0)
        raise ValueError("broken")

    loop = asyncio.get_running_loop()
    with pytest.raises(ValueError, match="broken"):
        at_once.begin(broken(waits=False), loop)
    work = at_once.begin(broken(waits=True), loop)
    assert work is not None
    with pytest.raises(ValueError, match="broken"):
        await at_once.task_of(work)


async def test_what_it_raises_without_a_task_is_told_by_the_loop() -> None:
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    told: list[dict[str, object]] = []
    loop.set_exception_handler(lambda _, context: told.append(context))

    async def broken() -> None:
        await future
        raise ValueError("broken")

    assert at_once.begin(broken(), loop) is not None
    future.set_result(None)
    await asyncio.sleep(0)
    [context] = told
    assert str(context["exception"]) == "broken"
