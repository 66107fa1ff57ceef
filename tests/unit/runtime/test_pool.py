"""Which environment takes an invocation, how many there may be, and when they end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tailrace.base.clock import MovableClock
from tailrace.runtime.interpreters import RuntimeMissing
from tailrace.runtime.pool import IDLE_SECONDS, Pool
from tailrace.runtime.process import Guard, PlainProcess
from tailrace.runtime.runtime_api import RuntimeApi
from tailrace.runtime.spec import CodeProblem, Launch, Throttled
from tests.unit.runtime.conftest import Workbench, archive_of

PID = "import os, time\ndef handler(event, context):\n  time.sleep(event or 0)\n  return os.getpid()"


async def until(what: str, probe: Callable[[], bool]) -> None:
    """Wait for something that comes by itself; fail with `what` where it doesn't."""
    for _ in range(12_000):
        if probe():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{what}: not within two minutes")


async def until_there_are(pool: Pool, environments: int) -> None:
    await until(f"{environments} environments", lambda: pool.describe()["environments"] == environments)


async def until_it_runs(bench: Workbench) -> None:
    await until("the start", lambda: bool(bench.notebooks) and "START" in bench.notebooks[-1].lines)


async def test_invocations_at_once_have_environments_of_their_own(bench: Workbench) -> None:
    spec = bench.function(PID)
    at_once = await asyncio.gather(*(bench.result(spec, 0.3) for _ in range(3)))
    assert len(set(at_once)) == 3
    assert await bench.result(spec) in at_once


async def test_idle_environments_end(bench: Workbench) -> None:
    spec = bench.function(PID)
    first = await bench.result(spec)
    bench.clock.advance(IDLE_SECONDS - 20)
    assert await bench.result(spec) == first
    for _ in range(30):  # the sweep sleeps on the clock, in steps
        bench.clock.advance(IDLE_SECONDS / 10)
        await asyncio.sleep(0)
    await until_there_are(bench.pool, 0)
    assert await bench.result(spec) != first


async def test_retired_environments_end_the_busy_ones_after_their_invocation(bench: Workbench) -> None:
    spec = bench.function(PID)
    running = asyncio.ensure_future(bench.result(spec, 0.3))
    await until_it_runs(bench)
    bench.pool.retire("f")
    first = await running
    await until_there_are(bench.pool, 0)
    assert await bench.result(spec) != first


async def test_a_caller_that_goes_away_does_not_end_the_function(bench: Workbench) -> None:
    spec = bench.function(PID)
    first = await bench.result(spec)
    (book,) = bench.notebooks
    running = asyncio.ensure_future(bench.call(spec, 0.2))
    await until("the second start", lambda: book.lines.count("START") == 2)
    running.cancel()
    await until("its end", lambda: book.lines.count("END") == 2)
    assert book.lines[-2:] == ["START", "END"]
    assert book.outcomes[-1].kind is None
    assert await bench.result(spec) == first


async def test_closing_ends_what_runs(bench: Workbench) -> None:
    running = asyncio.ensure_future(bench.call(bench.function(PID), 60))
    await until_it_runs(bench)
    await bench.pool.close()
    assert (await running).kind == "exit"


@pytest.mark.parametrize("when", ["its credentials are made", "its Runtime API is begun"])
async def test_closing_ends_what_is_about_to_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    """Or it would run to its timeout, which the end of the server would wait for."""
    clock, guard = MovableClock(), Guard(tmp_path / "unused")
    bench = Workbench(Pool(clock, sandboxes=PlainProcess(guard)), clock)
    spec = bench.function(PID)
    closing: list[asyncio.Task[None]] = []

    async def close() -> None:
        closing.append(asyncio.ensure_future(bench.pool.close()))
        for _ in range(10):
            await asyncio.sleep(0)

    async def launch(log_stream: str) -> Launch:
        await close()
        return await made(log_stream)

    async def start(api: RuntimeApi) -> None:
        await begin(api)
        await close()

    made, begin = spec.launch, RuntimeApi.start
    if when == "its credentials are made":
        spec = replace(spec, launch=launch)
    else:
        monkeypatch.setattr(RuntimeApi, "start", start)
    with pytest.raises(Throttled, match="machine"):
        await bench.call(spec, 60)
    await closing[0]
    assert bench.pool.describe()["environments"] == 0
    assert "START" not in bench.notebooks[-1].lines
    guard.close()


async def test_reserved_concurrency_is_a_limit_at_once(bench: Workbench) -> None:
    spec = bench.function(PID, concurrency=1)
    running = asyncio.ensure_future(bench.result(spec, 0.3))
    await asyncio.sleep(0)
    with pytest.raises(Throttled, match="function"):
        await bench.call(spec)
    await running
    with pytest.raises(Throttled):
        await bench.call(replace(spec, concurrency=0))


async def test_the_machines_limit_makes_wait_and_ends_idle_ones_of_others(tmp_path: Path) -> None:
    clock, guard = MovableClock(), Guard(tmp_path / "unused")
    bench = Workbench(Pool(clock, sandboxes=PlainProcess(guard), environments_max=1), clock)
    spec, other = bench.function(PID), bench.function(PID + "\n")
    both = await asyncio.gather(bench.result(spec, 0.1), bench.result(spec, 0.1))
    assert both[0] == both[1]
    assert await bench.result(other) != both[0]
    await bench.pool.close()
    guard.close()


async def test_as_many_run_at_once_as_the_machine_may_have(tmp_path: Path) -> None:
    clock, guard = MovableClock(), Guard(tmp_path / "unused")
    bench = Workbench(Pool(clock, sandboxes=PlainProcess(guard), environments_max=2), clock)
    meets = """
import os, time
def handler(folder, context):
    open(os.path.join(folder, str(os.getpid())), "w").close()
    while len(os.listdir(folder)) < 2: time.sleep(0.01)
"""
    meeting = tmp_path / "meeting"
    meeting.mkdir()
    spec = bench.function(meets, timeout_s=30.0)
    await asyncio.gather(*(bench.result(spec, str(meeting)) for _ in range(2)))  # each answers when both are there
    await bench.pool.close()
    guard.close()


async def test_who_waits_in_line_is_told_when_the_pool_closes(tmp_path: Path) -> None:
    clock, guard = MovableClock(), Guard(tmp_path / "unused")
    bench = Workbench(Pool(clock, sandboxes=PlainProcess(guard), environments_max=1), clock)
    spec = bench.function(PID)
    running = [asyncio.ensure_future(bench.call(spec, 60)) for _ in range(2)]
    await until_it_runs(bench)
    await until("the second in line", lambda: bench.pool.describe()["waiting"] == 1)
    await bench.pool.close()
    first, second = await asyncio.gather(*running, return_exceptions=True)
    assert isinstance(second, Throttled)
    assert not isinstance(first, BaseException)
    assert first.kind == "exit"
    guard.close()


async def test_a_start_that_fails_leaves_its_place_to_the_next(tmp_path: Path) -> None:
    clock, guard = MovableClock(), Guard(tmp_path / "unused")
    bench = Workbench(Pool(clock, sandboxes=PlainProcess(guard), environments_max=1), clock)
    broken, whole = bench.function(PID, "ruby3.4"), bench.function(PID)
    outcomes = await asyncio.gather(bench.call(broken), bench.result(whole), return_exceptions=True)
    assert isinstance(outcomes[0], RuntimeMissing)
    assert isinstance(outcomes[1], int)
    await bench.pool.close()
    guard.close()


async def test_the_accounts_limit_throttles(tmp_path: Path) -> None:
    clock, guard = MovableClock(), Guard(tmp_path / "unused")
    bench = Workbench(Pool(clock, sandboxes=PlainProcess(guard), concurrency_max=0), clock)
    with pytest.raises(Throttled, match="account"):
        await bench.call(bench.function(PID))


async def test_environments_end_before_their_credentials_do(bench: Workbench) -> None:
    spec = bench.function(PID, expires=bench.clock.now() + 3600)
    first = await bench.result(spec)
    bench.clock.advance(100)
    assert await bench.result(spec) == first
    bench.clock.advance(3440)
    assert await bench.result(replace(spec)) != first


async def test_a_process_that_ended_by_itself_is_replaced(bench: Workbench) -> None:
    source = (
        "import os, threading\ndef handler(e, c):\n  if e: threading.Timer(0.05, os._exit, [1]).start()\n  return 1"
    )
    spec = bench.function(source)
    assert await bench.result(spec, True) == 1
    (first,) = bench.pool._all
    await until("its end", lambda: not first.alive)
    assert await bench.result(spec, False) == 1
    assert len(bench.notebooks) == 2


async def test_what_this_machine_cannot_run_is_refused(bench: Workbench) -> None:
    with pytest.raises(RuntimeMissing, match="ruby3.4"):
        await bench.call(bench.function(PID, "ruby3.4"))


async def test_code_that_is_no_archive_is_refused_each_time(bench: Workbench) -> None:
    spec = replace(bench.function(PID), code=archive_of(b"no zip"))
    for _ in range(2):
        with pytest.raises(CodeProblem):
            await bench.call(spec)


async def test_a_custom_runtime_is_an_executable_named_bootstrap(bench: Workbench) -> None:
    bootstrap = """#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while true; do
  headers="$(mktemp)"
  event="$(curl -sS -D "$headers" "$api/next")"
  id="$(grep -i lambda-runtime-aws-request-id "$headers" | tr -d '[:space:]' | cut -d: -f2)"
  echo "got $event"
  curl -sS -H 'Transfer-Encoding: chunked' -d "[$event]" "$api/$id/response" > /dev/null
done
"""
    assert await bench.result(bench.function({"bootstrap": bootstrap}, "provided.al2023"), 7) == [7]
    assert bench.printed == ["got 7\n"]


async def test_a_custom_runtime_without_bootstrap_is_told_so(bench: Workbench) -> None:
    kind, error = await bench.error(bench.function({"other": "x"}, "provided.al2023"))
    assert (kind, error["errorType"]) == ("init", "Runtime.InvalidEntrypoint")


async def test_a_journal_that_is_full_makes_the_function_wait(bench: Workbench) -> None:
    spec = bench.function("def handler(e, c):\n  for i in range(e): print('x' * 1000)\n  return 1")
    await bench.result(spec, 1)
    book = bench.notebooks[-1]
    book.full = True
    running = asyncio.ensure_future(bench.call(spec, 2000))
    await asyncio.sleep(0.3)
    assert not running.done()
    assert len(book.lines) < 1500
    book.full = False
    assert (await running).payload == b"1"
    assert sum(line.startswith("xxx") for line in book.lines) == 2001
