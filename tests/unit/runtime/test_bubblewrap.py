"""Functions in namespaces of their own: what they can see and do there."""

from __future__ import annotations

import asyncio
import os

import pytest

from tailrace.runtime.bubblewrap import measures
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
    for _ in range(100):  # a process that has just begun has no command line yet
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
