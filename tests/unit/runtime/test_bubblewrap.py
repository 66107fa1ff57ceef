"""Functions in namespaces of their own: what they can see and do there."""

from __future__ import annotations

import asyncio
import os
import platform
import struct

import pytest

from tailrace.runtime import quick_gate, system_calls
from tailrace.runtime.bubblewrap import hastens, measures
from tests.unit.runtime.conftest import Workbench


async def test_sees_awss_places_and_little_else(walled: Workbench) -> None:
    source = """
import os
def handler(event, context):
    return {"task": os.environ["LAMBDA_TASK_ROOT"], "here": os.getcwd(), "root": sorted(os.listdir("/")),
            "home": os.path.exists(event), "processes": [n for n in os.listdir("/proc") if n.isdigit()],
            "boto3": __import__("boto3").__name__}
"""
    seen = await walled.result(walled.function(source), __file__)
    assert (seen["task"], seen["here"], seen["boto3"]) == ("/var/task", "/var/task", "boto3")
    assert seen["home"] is False
    assert len(seen["processes"]) <= 3
    assert {"tmp", "var", "opt"} <= set(seen["root"])


async def test_may_write_to_tmp_alone(walled: Workbench) -> None:
    source = """
def handler(event, context):
    refused = []
    for folder in event:
        try: open(folder + "/x", "w").close()
        except OSError: refused.append(folder)
    return refused
"""
    places = ["/tmp", "/var/task", "/opt", "/usr", "/etc", "/var", "/"]
    assert await walled.result(walled.function(source), places) == places[1:]


async def test_has_no_capabilities(walled: Workbench) -> None:
    source = "def handler(e, c): return [l.split()[1] for l in open('/proc/self/status') if l.startswith('CapEff')]"
    assert await walled.result(walled.function(source)) == ["0000000000000000"]


async def test_exit_codes_and_memory_come_through(walled: Workbench) -> None:
    spec = walled.function("import os\ndef handler(e, c):\n  if e: os._exit(e)\n  return bytearray(60 << 20) and 1")
    outcome = await walled.call(spec, 0)
    assert outcome.memory_mb_max > 60
    _, error = await walled.error(spec, 7)
    assert error["errorMessage"].endswith("exit status 7")
    _, error = await walled.error(walled.function("import os\ndef handler(e, c): os.kill(os.getpid(), 9)"))
    assert error["errorMessage"].endswith("signal: killed")


async def test_too_much_memory_ends_it(walled: Workbench) -> None:
    source = "import time\ndef handler(e, c):\n  hold = bytearray(300 << 20)\n  time.sleep(60)"
    assert (await walled.error(walled.function(source, memory_mb=128)))[0] == "memory"


async def test_node_and_its_sdk_run_there_too(walled: Workbench, node: None) -> None:
    source = 'export const handler = async () => import.meta.url + " " + (await import("node:fs")).existsSync("/tmp");'
    assert await walled.result(walled.function(source, "nodejs20.x")) == "file:///var/task/index.mjs true"


async def test_nothing_is_left_when_it_ends(walled: Workbench) -> None:
    source = """
import subprocess
def handler(event, context):
    return subprocess.Popen(["sleep", event], start_new_session=True).pid
"""
    seconds = "301.25"  # a text that no other process of this machine has
    await walled.result(walled.function(source), seconds)
    for _ in range(1000):  # a process that has just begun has no command line yet
        if running(seconds):
            break
        await asyncio.sleep(0.01)
    assert running(seconds)
    await walled.pool.close()
    assert not running(seconds)


def running(argument: str) -> list[str]:
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/cmdline", "rb") as file:
                if file.read().split(b"\0")[:2] == [b"sleep", argument.encode()]:
                    found.append(name)
        except OSError:
            continue
    return found


async def test_tmp_holds_no_more_than_its_size_and_keeps_what_it_has(walled: Workbench) -> None:
    if not measures():
        pytest.skip("this bubblewrap can't limit a /tmp")
    source = """
import os
def handler(megabytes, context):
    try:
        with open("/tmp/file", "ab") as file:
            for _ in range(megabytes):
                file.write(bytes(1 << 20))
    except OSError as problem:
        return problem.strerror
    return os.path.getsize("/tmp/file") >> 20
"""
    spec = walled.function(source, storage_mb=16)
    assert await walled.result(spec, 10) == 10
    assert await walled.result(spec, 5) == 15
    assert await walled.result(spec, 5) == "No space left on device"
    assert await walled.result(walled.function(source, storage_mb=32, key=("g",)), 20) == 20


SHOWS = """
import os, resource, sys
def handler(event, context):
    limits = [resource.getrlimit(getattr(resource, "RLIMIT_" + name))[0] for name in ("CORE", "NOFILE", "NPROC")]
    kept = sorted(int(name) for name in os.listdir("/proc/self/fd") if int(name) > 2)
    files = [f for f in (os.path.realpath(f"/proc/self/fd/{n}") for n in kept) if "memfd" in f]
    return dict(os.environ), limits, os.getuid(), os.getgroups(), os.readlink("/proc/self/fd/0"), files
"""
VARIABLES = {"QUOTES": 'it\'s "so" $HOME `id` \\', "LINES": "one\ntwo\n", "EMPTY": "", "WORD": "Grüße"}


@pytest.mark.parametrize("more", [{}, {"RANDOM": "mine", "LC_NUMERIC": "xx"}], ids=["quick", "slow"])
async def test_both_gates_give_the_same(walled: Workbench, more: dict[str, str]) -> None:
    """A name that shells know is kept as well: such functions pass the slower gate."""
    assert hastens()
    assert quick_gate.takes(VARIABLES | more, becomes_user=True) is (not more)
    variables, limits, user, groups, stdin, files = await walled.result(
        walled.function(SHOWS, variables=VARIABLES | more)
    )
    assert {name: variables.get(name) for name in VARIABLES | more} == VARIABLES | more
    assert not {"PWD", "SHLVL", "OLDPWD", "_"} & set(variables)
    assert limits == [0, 1024, 1024]
    assert user != os.getuid()
    assert groups in ([], [user], [65534])
    assert stdin == "/dev/null"
    assert files in ([], files[:1]) if more else files == []


async def test_a_bootstrap_that_no_kernel_takes_is_told(walled: Workbench) -> None:
    """A shell would run a text without a first line `#!` itself, which AWS doesn't."""
    _, error = await walled.error(walled.function({"bootstrap": "echo hello"}, "provided.al2023"))
    assert error["errorType"] == "Runtime.InvalidEntrypoint"


CALLS = """
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
def attempt(number, *arguments):
    ctypes.set_errno(0)
    libc.syscall(number, *arguments)
    return errno.errorcode.get(ctypes.get_errno(), "done")
def handler(calls, context):
    return [attempt(*call) for call in calls]
"""


async def test_the_doors_to_the_kernel_are_shut(walled: Workbench) -> None:
    """A user namespace of its own would give a function every capability inside; see `unshare --user --map-root`."""
    machine = system_calls.MACHINES[platform.machine()]
    user, child = 0x10000000, 17
    calls: list[list[int]] = [[machine.refused["unshare"], user], [machine.clone, user | child, 0, 0, 0, 0]]
    calls += [[number, 0, 0, 0, 0, 0] for number in (*machine.refused.values(), *machine.unknown.values())]
    calls += [[machine.socket, system_calls.AF_VSOCK, 1, 0]]
    told = await walled.result(walled.function(CALLS), calls)
    unknown = len(machine.unknown)
    assert told[: -1 - unknown] == ["EPERM"] * (2 + len(machine.refused))
    assert told[-1 - unknown :] == ["ENOSYS"] * unknown + ["EPERM"]


async def test_what_programs_need_of_the_kernel_is_open(walled: Workbench) -> None:
    source = """
import os, socket, subprocess, threading
def handler(event, context):
    thread = threading.Thread(target=lambda: None)
    thread.start(), thread.join()
    child = os.fork()
    if child == 0: os._exit(3)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    said = subprocess.run(["sh", "-c", "echo hello | cat"], capture_output=True, text=True).stdout
    for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX): socket.socket(family).close()
    return ended, said
"""
    assert await walled.result(walled.function(source)) == [3, "hello\n"]


@pytest.mark.parametrize("name", system_calls.MACHINES)
def test_the_filter_is_what_the_kernel_takes(name: str) -> None:
    """Whole instructions, no jump beyond the end, no number of a system call named twice; see BPF_MAXINSNS."""
    machine = system_calls.MACHINES[name]
    lines = list(struct.iter_unpack("=HBBI", system_calls.compiled(machine)))
    assert len(lines) < 4096
    assert all(at + 1 + max(yes, no) < len(lines) for at, (_, yes, no, _) in enumerate(lines) if yes or no)
    numbers = [*machine.refused.values(), *machine.unknown.values(), machine.clone, machine.socket]
    assert len(numbers) == len(set(numbers))
