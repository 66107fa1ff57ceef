"""Waiting for an event or a time, whichever comes first, can always be cancelled."""

from __future__ import annotations

import asyncio

import pytest

from tailrace.base.clock import MovableClock, common_log, wait_for_event


@pytest.mark.parametrize("turns", range(8))
async def test_a_cancellation_counts_at_any_turn_after_the_event(turns: int) -> None:
    event, clock = asyncio.Event(), MovableClock()

    async def work() -> None:
        while True:
            event.clear()
            await wait_for_event(event, 60, clock)

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    event.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    for _ in range(20):
        await asyncio.sleep(0)
    assert task.done()
    assert task.cancelled()


async def test_a_wait_ends_with_the_event_or_with_the_time() -> None:
    event, clock = asyncio.Event(), MovableClock()
    waiting = asyncio.create_task(wait_for_event(event, 60, clock))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    clock.advance(61)
    assert await waiting is False
    event.set()
    assert await wait_for_event(event, 60, clock) is True


def test_a_time_as_web_servers_log_it() -> None:
    assert common_log(1_689_498_005.9) == "16/Jul/2023:09:00:05 +0000"
    assert common_log(1_704_067_199) == "31/Dec/2023:23:59:59 +0000"
