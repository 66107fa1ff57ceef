"""Functions that mean harm: each ends its own environment or is refused, and nothing is left; the others go on.

Every bomb here is bounded by itself as well, so that a limit that fails harms no machine that runs the tests.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tailrace.base.clock import MovableClock
from tailrace.runtime import cgroups, environment, guard
from tailrace.runtime.bubblewrap import Bubblewrap, mode, options, works
from tailrace.runtime.pool import Pool
from tailrace.runtime.process import Guard, PlainProcess
from tailrace.runtime.spec import RESPONSE_BYTES_MAX, Outcome
from tests.unit.runtime.conftest import Notebook, Workbench

FRIEND = "def handler(event, context): return event"


@pytest.fixture(params=[Bubblewrap, PlainProcess], ids=["bubblewrap", "plain"])
async def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Workbench]:
    """Both ways to run functions; afterwards no zombie, no folder and no control group may be left."""
    if request.param is Bubblewrap and not works():
        pytest.skip("no bubblewrap, or it may not make namespaces here")
    watcher, clock = Guard(tmp_path / "unused"), MovableClock()
    pool = Pool(clock, sandboxes=request.param(watcher))
    yield Workbench(pool, clock)
    home = pool._home
    await pool.close()
    watcher.close()
    assert home is None or not home.folder.exists()
    assert groups() == []
    assert zombies() == []


def groups() -> list[str]:
    found = cgroups.find()
    prefix = f"{cgroups.PREFIX}{os.getpid()}-"
    return [name for base in (found.bases if found else ()) for name in guard.names(base) if name.startswith(prefix)]


def zombies() -> list[int]:
    states = {
        pid: Path(f"/proc/{pid}/stat")
        for task in guard.names("/proc/self/task")
        for pid in guard.children(os.getpid(), task)
    }
    return [
        pid for pid, stat in states.items() if stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"
    ]


def holds(what: str) -> bool:
    found = cgroups.find()
    return found is not None and what in found.holds


def outcomes(bench: Workbench) -> list[Outcome]:
    return [outcome for notebook in bench.notebooks for outcome in notebook.outcomes]


async def friend_answers(bench: Workbench) -> None:
    """Another function of the same pool works."""
    assert await bench.result(bench.function(FRIEND, key=("friend",)), "here") == "here"


async def attack(bench: Workbench, source: str, event: Any = None, **settings: Any) -> tuple[str | None, Any]:
    """A hostile invocation, with a friendly one beside it; its kind and what it answered."""
    settings = {"timeout_s": 20, "key": ("foe", source), **settings}
    foe = asyncio.create_task(bench.call(bench.function(source, **settings), event))
    await asyncio.sleep(0.3)
    await friend_answers(bench)
    outcome = await foe
    return outcome.kind, json.loads(outcome.payload or b"null")


async def test_a_fork_bomb(anywhere: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    if not (holds("pids") or anywhere.pool._chosen.name == "bubblewrap"):  # type: ignore[union-attr]
        pytest.skip("no control groups: as root, or where systemd delegates them")
    monkeypatch.setattr(cgroups, "PROCESSES_MAX", 40)
    source = """
import os, time
def grow(depth):
    made = 0
    for _ in range(150 if depth == 0 else 2):
        try: pid = os.fork()
        except OSError: return made
        if pid == 0:
            if depth < 2: grow(depth + 1)
            time.sleep(60)
            os._exit(0)
        made += 1
    return made
def handler(event, context): return grow(0)
"""
    kind, made = await attack(anywhere, source, timeout_s=60)
    assert kind is None
    assert made < 40
    await friend_answers(anywhere)


HOG = "import time\ndef handler(e, c):\n  hold = [bytearray(1 << 20) for _ in range(1500)]\n  time.sleep(9)"
HOGS = """
import os, time
def handler(event, context):
    for _ in range(6):
        if os.fork() == 0:
            hold = bytearray(60 << 20)
            time.sleep(9)
    time.sleep(9)
"""


@pytest.mark.parametrize("source", [HOG, HOGS], ids=["alone", "by-its-children"])
async def test_a_memory_hog(anywhere: Workbench, source: str) -> None:
    kind, error = await attack(anywhere, source, timeout_s=8, memory_mb=128)
    assert kind == "memory"
    assert error["errorType"] == "Runtime.OutOfMemory"
    assert max(outcome.memory_mb_max for outcome in outcomes(anywhere)) >= 128


async def test_a_gigabyte_of_output(anywhere: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the journal has no room for is not read, so the function waits for it until its time is up."""
    taken = [0]

    def output(self: Notebook, events: list[str]) -> bool:
        taken[0] += sum(map(len, events))
        return taken[0] > 4 << 20

    monkeypatch.setattr(Notebook, "output", output)
    source = "import os\ndef handler(e, c):\n  for _ in range(1024): os.write(1, b'x' * 1023 + b'\\n' + bytes(1 << 20))"
    assert (await attack(anywhere, source, timeout_s=2))[0] == "timeout"
    assert taken[0] < 64 << 20


@pytest.mark.parametrize(
    "body",
    ["while True: pass", "time.sleep(99)", "os.kill(os.getpid(), signal.SIGSTOP)", "signal.pause()"],
)
async def test_one_that_never_answers(anywhere: Workbench, body: str) -> None:
    source = f"import os, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ndef handler(e, c):\n  {body}"
    kind, error = await attack(anywhere, source, timeout_s=1)
    assert kind == "timeout"
    assert error["errorType"] == "Sandbox.Timedout"


async def test_a_daemon_without_a_trace_of_where_it_came_from(anywhere: Workbench) -> None:
    if not (holds("pids") or anywhere.pool._chosen.name == "bubblewrap"):  # type: ignore[union-attr]
        pytest.skip("no control groups: as root, or where systemd delegates them")
    source = """
import os, time
def handler(seconds, context):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execve("/bin/sleep", ["sleep", seconds], {})
        os._exit(0)
    os.wait()
    time.sleep(0.2)
"""
    seconds = "302.5"
    spec = anywhere.function(source)
    await anywhere.call(spec, seconds)
    for _ in range(1000):  # a process that has just begun has no command line of its own yet
        if running(seconds):
            break
        await asyncio.sleep(0.01)
    assert running(seconds)
    anywhere.pool.retire("f")
    for _ in range(3000):
        if not running(seconds):
            break
        await asyncio.sleep(0.02)
    assert not running(seconds)


def running(argument: str) -> list[str]:
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            if Path(f"/proc/{name}/cmdline").read_bytes().split(b"\0")[:2] == [b"sleep", argument.encode()]:
                found.append(name)
        except OSError:
            continue
    return found


async def test_a_write_anywhere_but_to_tmp(walled: Workbench) -> None:
    source = """
import os
def handler(event, context):
    taken = []
    for line in open("/proc/self/mountinfo"):
        place = line.split()[4]
        for name in (place, place + "/x", place + "/shm/x"):
            try: open(name, "w").close()
            except OSError: continue
            taken.append(name)
    return sorted(set(taken))
"""
    taken = await walled.result(walled.function(source))
    nodes = {f"/dev/{name}" for name in ("full", "null", "random", "tty", "urandom", "zero")}
    assert set(taken) - nodes == {"/tmp/x"}


async def test_a_full_disk(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain process writes to the machine's own disk, so somebody looks."""
    monkeypatch.setattr(environment, "STORAGE_POLL_SECONDS", 0.1)
    source = """
import os, time
def handler(event, context):
    for number in range(5):
        with open(os.path.join(os.environ["TMPDIR"], str(number)), "wb") as file:
            try:
                for _ in range(event): file.write(bytes(1 << 20))
            except OSError as problem: return problem.strerror
    time.sleep(9)
"""
    kind, error = await attack(bench, source, 10, storage_mb=16, timeout_s=8)
    assert kind == "storage"
    assert error["errorMessage"].endswith("signal: killed")
    assert any("EphemeralStorage" in (outcome.notice or "") for outcome in outcomes(bench))
    assert await attack(bench, source, 20, storage_mb=16, key=("other",)) == (None, "File too large")


async def test_a_look_at_the_machine(walled: Workbench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of the host")
    monkeypatch.setenv("TAILRACE_SECRET_ACCESS_KEY", "of-the-host")
    source = """
import glob, os, socket
def read(path):
    try: return open(path, errors="replace").read()
    except OSError: return ""
def handler(secret, context):
    environments = "".join(read(path) for path in glob.glob("/proc/*/environ") + glob.glob("/proc/*/cmdline"))
    return {"file": read(secret), "environments": "of-the-host" in environments,
            "users": read("/etc/passwd").count("\\n"),
            "shadow": read("/etc/shadow"), "name": socket.gethostname(), "sys": os.path.exists("/sys/class"),
            "root": os.path.exists("/root/.ssh"), "home": os.path.exists("/home"), "user": os.getuid(),
            "files": [os.readlink(path) for path in glob.glob("/proc/self/fd/*") if os.path.lexists(path)]}
"""
    seen = await walled.result(walled.function(source), str(tmp_path / "secret"))
    assert "memfd" not in " ".join(seen.pop("files"))
    user = seen.pop("user")
    assert user == 993 if mode() == "user" else user >= 2_000_000_000
    assert seen == {
        "file": "",
        "environments": False,
        "users": 2,
        "shadow": "",
        "name": "sandbox",
        "sys": False,
        "root": False,
        "home": False,
    }


async def test_a_variable_is_obeyed_by_the_function_alone(walled: Workbench) -> None:
    """LD_PRELOAD would otherwise be code that runs with the server's rights, in bwrap or the shell."""
    spec = walled.function(FRIEND, variables={"LD_PRELOAD": "/tmp/mine.so"})
    await walled.result(spec)
    assert sum("ld.so" in line for line in walled.printed) == 1


async def test_thousands_of_files(anywhere: Workbench) -> None:
    source = """
def handler(event, context):
    hold = []
    try:
        while len(hold) < 5000: hold.append(open("/dev/null"))
    except OSError as problem: return [problem.strerror, len(hold) <= 1024]
"""
    assert await attack(anywhere, source) == (None, ["Too many open files", True])


@pytest.mark.parametrize("whom", ["os.getppid()", "1", "-1"])
async def test_killing_others(walled: Workbench, whom: str) -> None:
    """On a plain process this would end the server, which docs/functions.md says."""
    source = f"import os\ndef handler(e, c):\n  try: os.kill({whom}, 9)\n  except OSError: pass\n  return 'still here'"
    kind, answer = await attack(walled, source)
    assert (kind, answer) == (None, "still here") or kind == "exit"
    await friend_answers(walled)


async def test_closing_what_it_prints_to(anywhere: Workbench) -> None:
    source = "import os\ndef handler(e, c):\n  for n in range(2): os.close(n + 1)\n  return 'quiet'"
    assert await attack(anywhere, source) == (None, "quiet")


async def test_a_gigantic_answer(anywhere: Workbench) -> None:
    kind, error = await attack(anywhere, "def handler(e, c): return 'x' * (64 << 20)", timeout_s=60, memory_mb=512)
    assert kind == "too large"
    assert str(RESPONSE_BYTES_MAX) in error["errorMessage"]


async def test_the_runtime_api_of_another(anywhere: Workbench) -> None:
    """It has a port on the same machine, which the list of sockets shows: who asks there gets nothing."""
    await friend_answers(anywhere)
    (friend,) = anywhere.pool._all
    source = """
import http.client, os
def handler(address, context):
    answers = []
    for method, path in (("GET", "invocation/next"), ("POST", "invocation/request-1/response"), ("POST", "init/error")):
        connection = http.client.HTTPConnection(address, timeout=9)
        try:
            connection.request(method, "/2018-06-01/runtime/" + path, b"{}" if method == "POST" else None)
            answers.append(connection.getresponse().status)
        except OSError as problem: answers.append(type(problem).__name__)
    return answers
"""
    foe = anywhere.function(source, key=("foe",))
    assert await anywhere.result(foe, friend._api.address) == [403, 403, 403]
    await friend_answers(anywhere)
    assert friend in anywhere.pool._all
    with socket.create_connection(tuple(friend._api.address.split(":"))) as mine:  # a process of no environment at all
        mine.sendall(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n")
        answer = await asyncio.to_thread(mine.recv, 100)
    assert answer.startswith(b"HTTP/1.1 403 ")


async def test_a_server_that_is_not_root_gives_no_more_away(walled: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way of an ordinary user's bwrap: a namespace of users, in which nobody makes another."""
    monkeypatch.setattr(walled.pool._chosen, "_way", "user")
    monkeypatch.setattr(walled.pool._chosen, "_groups", None)
    source = """
import os, resource, subprocess
def handler(event, context):
    caps = [line.split()[1] for line in open("/proc/self/status") if line.startswith("CapEff")]
    nested = subprocess.run(["unshare", "--user", "true"], stderr=subprocess.DEVNULL).returncode
    return [os.getuid(), caps, os.path.exists(event), resource.getrlimit(resource.RLIMIT_NPROC)[0], nested]
"""
    *seen, nested = await walled.result(walled.function(source), __file__)
    assert seen == [993, ["0000000000000000"], False, cgroups.PROCESSES_MAX]
    assert nested != 0 or "--disable-userns" not in options()


async def test_what_children_share_is_counted_once(anywhere: Workbench) -> None:
    """A program's memory isn't copied by fork: ten children of 60 MB hold 60 MB, where the kernel doesn't count it."""
    source = """
import os, time
hold = b"x" * (60 << 20)
def handler(event, context):
    for _ in range(10):
        if os.fork() == 0:
            time.sleep(9)
            os._exit(0)
    time.sleep(0.5)
"""
    assert (await attack(anywhere, source, timeout_s=60, memory_mb=256))[0] is None
