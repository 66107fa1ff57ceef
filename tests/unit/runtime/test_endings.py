"""How an invocation ends that does not answer, and that nothing of an environment is left afterwards."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tailrace.runtime import environment
from tailrace.runtime.process import Guard
from tailrace.runtime.spec import RESPONSE_BYTES_MAX
from tests.unit.runtime.conftest import Workbench

FORKS = """
import os, subprocess, sys, time
def handler(event, context):
    inside = subprocess.Popen(["sleep", "300"])
    outside = subprocess.Popen(["sleep", "300"], start_new_session=True)
    if event == "hang": time.sleep(300)
    return [os.getpid(), inside.pid, outside.pid]
"""


def alive(pid: int) -> bool:
    """Whether a process runs (one that has ended and waits to be collected does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def until_gone(pids: list[int], seconds: float = 60) -> list[int]:
    for _ in range(int(seconds * 100)):
        if not any(alive(pid) for pid in pids):
            break
        await asyncio.sleep(0.01)
    return [pid for pid in pids if alive(pid)]


async def test_timeout(bench: Workbench) -> None:
    spec = bench.function("import time\ndef handler(e, c):\n  print('so far')\n  time.sleep(60)", timeout_s=3)
    kind, error = await bench.error(spec)
    assert kind == "timeout"
    text = "RequestId: request-1 Error: Task timed out after 3.00 seconds"
    assert error == {"errorType": "Sandbox.Timedout", "errorMessage": text}
    assert bench.printed[0] == "so far\n"
    assert bench.printed[1].endswith("Z request-1 Task timed out after 3.00 seconds\n\n")


async def test_exit_without_a_word(bench: Workbench) -> None:
    _, error = await bench.error(bench.function("import os\ndef handler(e, c): os._exit(0)"))
    text = "RequestId: request-1 Error: Runtime exited without providing a reason"
    assert error == {"errorType": "Runtime.ExitError", "errorMessage": text}
    assert bench.printed[-1] == f"{text}\nRuntime.ExitError\n"


async def test_exit_is_noticed_on_a_machine_without_pidfd(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "pidfd_open", raising=False)
    _, error = await bench.error(bench.function("import os\ndef handler(e, c): os._exit(5)"))
    assert error["errorMessage"].endswith("exit status 5")


async def test_killed_by_a_signal(bench: Workbench) -> None:
    _, error = await bench.error(bench.function("import os\ndef handler(e, c): os.kill(os.getpid(), 9)"))
    assert error["errorMessage"].endswith("Runtime exited with error: signal: killed")


async def test_out_of_memory(bench: Workbench) -> None:
    source = "import time\ndef handler(e, c):\n  hold = bytearray(300 << 20)\n  time.sleep(60)"
    kind, error = await bench.error(bench.function(source, memory_mb=128))
    assert kind == "memory"
    text = "RequestId: request-1 Error: Runtime exited with error: signal: killed"
    assert error == {"errorType": "Runtime.OutOfMemory", "errorMessage": text}
    assert bench.notebooks[-1].outcomes[-1].memory_mb_max >= 128


async def test_the_answer_may_be_as_large_as_the_limit_and_no_larger(bench: Workbench) -> None:
    spec = bench.function("def handler(event, context): return 'x' * event")
    largest = await bench.call(spec, RESPONSE_BYTES_MAX - 2)
    assert len(largest.payload) == RESPONSE_BYTES_MAX
    kind, error = await bench.error(spec, RESPONSE_BYTES_MAX - 1)
    assert kind == "too large"
    text = "Response payload size exceeded maximum allowed payload size (6291556 bytes)."
    assert error == {"errorMessage": text, "errorType": "Function.ResponseSizeTooLarge"}
    assert await bench.result(spec, 1) == "x"


async def test_an_init_that_hangs_is_tried_once_more_in_the_invocation(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:

    source = """
import os, time
marker = os.path.join(os.environ["TMPDIR"], "second")
if not os.path.exists(marker):
    open(marker, "w").close()
    time.sleep(60)
def handler(event, context): return "at last"
"""
    monkeypatch.setattr(environment, "INIT_SECONDS", 4)  # in which a busy machine begins to run it
    outcome = await bench.call(bench.function(source))
    assert outcome.payload == b'"at last"'
    assert outcome.init_ms is None


async def test_children_end_with_their_environment_even_in_a_session_of_their_own(bench: Workbench) -> None:
    spec = bench.function(FORKS)
    pids = await bench.result(spec)
    assert all(alive(pid) for pid in pids)
    bench.pool.retire("f")
    assert await until_gone(pids) == []


async def test_children_end_with_a_timeout(bench: Workbench) -> None:
    spec = bench.function(FORKS, timeout_s=4)
    warm = await bench.result(spec)
    await bench.error(spec, "hang")
    assert await until_gone(warm) == []


SERVER = """
import asyncio, json, sys
from tailrace.base.clock import MovableClock
from tailrace.runtime.pool import Pool
from tests.unit.runtime.conftest import Workbench
async def main():
    clock = MovableClock()
    bench = Workbench(Pool(clock), clock)
    pids = await bench.result(bench.function(sys.argv[1]))
    print(json.dumps([pids, str(bench.pool._home.folder)]), flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


def start_and_kill_server() -> tuple[list[int], Path]:
    """A process with a pool, killed after an invocation: its functions' processes, and its folder."""
    server = subprocess.Popen([sys.executable, "-c", SERVER, FORKS], stdout=subprocess.PIPE, text=True)
    assert server.stdout
    pids, folder = json.loads(server.stdout.readline())
    server.send_signal(signal.SIGKILL)
    server.wait()
    server.stdout.close()
    return [pid for pid in pids if pid > 100], Path(folder)  # in bubblewrap they are numbers of another namespace


async def test_nothing_survives_a_killed_server() -> None:
    pids, folder = start_and_kill_server()
    assert await until_gone(pids) == []
    for _ in range(6000):
        if not folder.is_dir():
            break
        await asyncio.sleep(0.01)
    assert not folder.is_dir()


async def test_private_files_end_with_the_environment(bench: Workbench) -> None:
    source = """
import os
def handler(event, context):
    open(os.path.join(os.environ["TMPDIR"], "x"), "w").close()
    return os.environ["TMPDIR"]
"""
    folder = await bench.result(bench.function(source))
    assert files_in(folder) == ["x"]
    await bench.pool.close()
    assert files_in(folder) is None


def files_in(folder: str) -> list[str] | None:
    """The names in a folder; None where there is none."""
    return [file.name for file in Path(folder).iterdir()] if Path(folder).exists() else None


async def test_a_guard_that_was_ended_is_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    watcher = Guard(folder)
    watcher.add(999_999_999, "NOBODY=here")
    assert watcher._process
    watcher._process.kill()
    watcher._process.wait()
    watcher.add(999_999_998, "NOBODY=either")
    watcher.close()
    assert files_in(str(folder)) is None
