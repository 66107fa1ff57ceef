"""Floor 5: `tailrace doctor`: what of this machine works for Tailrace, what doesn't, and what to do about it.

It looks by itself, without a server; where one runs on the folder, it asks that too. What no server needs in order to
start is a hint, unless it is asked for by name (`--need`).
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import socket
import ssl
import stat
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw
import click

from tailrace.base import machine_code
from tailrace.base.clock import SystemClock
from tailrace.runtime import bubblewrap, cgroups, interpreters
from tailrace.store import StoreUnavailable
from tailrace.store.postgresql import database_version

# Before it a checkpoint beside a busy writer could damage the file: https://sqlite.org/wal.html#walresetbug
SQLITE_MIN = (3, 51, 3)
OPEN_FILES_WANTED = 10_240
SYNC_ROUNDS = 20
SLOW_SYNC_MS = 20.0
CLOCK_SECONDS_MIN = 1_700_000_000  # a machine that thinks it is before 2023 has no clock
HEALTH_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one thing; `need` is its name in --need, "server" for what every server needs."""

    name: str
    works: bool
    text: str
    need: str = ""


def examine(data: str, host: str, port: int, about: dict[str, Any] | None, needs: tuple[str, ...]) -> bool:
    """Print all findings; whether everything works that a server needs or that is asked for.

    `about` is what the server that runs on the folder has written about itself, None where none runs.
    """
    well = True
    for finding in findings(data, host, port, about):
        asked = finding.need == "server" or finding.need in needs
        mark, color = ("ok  ", "green") if finding.works else ("NO  ", "red") if asked else ("--  ", "yellow")
        click.echo(f"{click.style(mark, fg=color)}{finding.name}: {finding.text}")
        well = well and (finding.works or not asked)
    return well


def findings(data: str, host: str, port: int, about: dict[str, Any] | None) -> Iterator[Finding]:
    """Each thing in turn."""
    yield Finding("Python", sys.version_info >= (3, 11), sys.version.split()[0], "server")
    yield Finding("code", True, machine_code.code())
    yield sqlite()
    yield from folder(data)
    yield open_files()
    yield clock()
    yield from isolation()
    yield node()
    if about is None:
        yield listens(host, port)
    else:
        yield from server(about)


def sqlite() -> Finding:
    """The version of SQLite that its binding brings."""
    version = apsw.sqlite_lib_version()
    works = tuple(map(int, version.split("."))) >= SQLITE_MIN
    wanted = "" if works else f"; {'.'.join(map(str, SQLITE_MIN))} or newer is needed: install apsw from PyPI"
    return Finding("SQLite", works, f"{version}{wanted}", "server")


def folder(data: str) -> Iterator[Finding]:
    """Whether the data folder can be written to, whose it is, and how fast its disk syncs."""
    if data == "memory:":
        yield Finding("data", True, "in memory: nothing outlives the server")
        return
    if "://" in data:
        try:
            yield Finding("data", True, f"{database_version(data)} answers", "server")
        except StoreUnavailable as problem:
            yield Finding("data", False, f"{problem}: look at --data, and whether the database runs", "server")
        return
    place = Path(data).resolve()
    existing = next(each for each in (place, *place.parents) if each.exists())
    try:
        with tempfile.TemporaryFile(dir=existing) as file:
            milliseconds = sync_ms(file.fileno())
    except OSError as problem:
        yield Finding(
            "data", False, f"{existing} can't be written to ({problem.strerror}): choose another --data", "server"
        )
        return
    found = existing.stat()
    owner = "yours" if found.st_uid == os.geteuid() else f"of the user {found.st_uid}"
    mode = stat.S_IMODE(found.st_mode)
    yield Finding(
        "data", True, f"{place} can be written to" + ("" if place.exists() else ", once it is made"), "server"
    )
    if place.exists():
        private = not mode & 0o077 and found.st_uid == os.geteuid()
        told = "" if private else f"; it has secrets: chown it to yourself and `chmod 700 {place}`"
        yield Finding("data's owner", private, f"{owner}, mode {mode:o}{told}")
    slow = milliseconds > SLOW_SYNC_MS
    told = "; every write waits for that, so put --data on a faster disk" if slow else ""
    yield Finding("disk", not slow, f"a sync takes {milliseconds:.1f} ms{told}")


def sync_ms(descriptor: int) -> float:
    """How long it takes, in the middle, until a few bytes are on the disk, in milliseconds."""
    now, taken = SystemClock().monotonic, []
    for _ in range(SYNC_ROUNDS):
        os.write(descriptor, b"x" * 4096)
        began = now()
        os.fsync(descriptor)
        taken.append((now() - began) * 1000)
    return sorted(taken)[SYNC_ROUNDS // 2]


def open_files() -> Finding:
    """How many files a server may open."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    works = hard == resource.RLIM_INFINITY or hard >= OPEN_FILES_WANTED
    told = "as many as it likes" if hard == resource.RLIM_INFINITY else str(hard)
    more = "" if works else f"; raise it (`ulimit -Hn {OPEN_FILES_WANTED}`) for many connections"
    return Finding("open files", works, f"a server may open {told}{more}")


def clock() -> Finding:
    """Whether the machine knows the time: clients sign by theirs, and 15 minutes are the most they may differ."""
    works = SystemClock().now() > CLOCK_SECONDS_MIN
    return Finding("clock", works, "set" if works else "the machine's time is years ago: set it", "server")


def isolation() -> Iterator[Finding]:
    """How functions would be isolated."""
    mode = bubblewrap.mode()
    if mode is None:
        has = "bwrap may not make namespaces here" if shutil.which("bwrap") else "there is no bwrap"
        todo = "functions run as plain processes: install bubblewrap, and allow namespaces (user.max_user_namespaces)"
        yield Finding("bubblewrap", False, f"{has}; {todo}", "bubblewrap")
    else:
        users = "each environment is a user of its own" if mode == "root" else "functions are in a namespace of users"
        tmp = (
            "" if bubblewrap.measures() else "; before 0.7 it can't limit /tmp, which is looked at every second instead"
        )
        yield Finding("bubblewrap", True, f"works, {users}{tmp}", "bubblewrap")
    if bubblewrap.separates():
        yield Finding("own networks", True, "`--functions-network none` works", "networks")
    else:
        yield Finding("own networks", False, "functions can't be cut off from the network here", "networks")
    groups = cgroups.find()
    if groups:
        version = 2 if groups.unified else 1
        yield Finding("control groups", True, f"version {version}, hold {', '.join(groups.holds)}", "cgroups")
    else:
        todo = "memory is looked at ten times a second instead: run as root, or with systemd's Delegate=yes"
        yield Finding("control groups", False, f"none may be made here; {todo}", "cgroups")


def node() -> Finding:
    """What runs functions for Node.js."""
    programs = interpreters.node_programs()
    if programs:
        return Finding("Node.js", True, ", ".join(f"{version} ({path})" for path, version in programs), "node")
    todo = "put one on the PATH, or `pip install tailrace[node]`"
    return Finding("Node.js", False, f"none of version {interpreters.NODE_MAJOR_MIN} or newer: {todo}", "node")


def listens(host: str, port: int) -> Finding:
    """Whether the address is free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as problem:
            text = f"{host}:{port} can't be listened on ({problem.strerror}): choose another --port"
            return Finding("address", False, text, "server")
    return Finding("address", True, f"{host}:{port} is free", "server")


def server(about: dict[str, Any]) -> Iterator[Finding]:
    """What the server that runs on the folder says of itself."""
    endpoint, authority = about["endpoint"], about.get("authority")
    context = ssl.create_default_context(cafile=authority) if endpoint.startswith("https:") else None
    ask: Callable[..., Any] = urllib.request.urlopen
    try:
        with ask(f"{endpoint}/_tailrace/health", timeout=HEALTH_SECONDS, context=context) as page:
            health = json.load(page)
    except (OSError, ValueError) as problem:
        text = f"{endpoint} doesn't answer ({problem}): was it killed? Start it anew on this folder"
        yield Finding("server", False, text, "server")
        return
    functions, code = health["functions"], health.get("code", "interpreted")  # an older server doesn't say
    text = f"{endpoint} answers, version {health['version']} ({code}), on {health['store']}"
    yield Finding("server", True, text, "server")
    yield Finding(
        "server's functions", True, f"in {functions['sandbox']}; runtimes: {', '.join(functions['runtimes'])}"
    )
    for name, text in functions["isolation"].items():
        yield Finding(f"server's isolation, {name}", True, text)
