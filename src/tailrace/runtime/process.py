"""A function as a plain process: a session of its own, a clean environment, one pipe for all that it prints.

It sees the machine's files as the server's user does; `bubblewrap.py` is the one that hides them.
"""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tailrace.runtime import cgroups, guard, memory
from tailrace.runtime.cgroups import Group
from tailrace.runtime.doors import Channel
from tailrace.runtime.sandbox import Folders, View

POLL_SECONDS = 0.02
MEGABYTE = 1024 * 1024
SPARE_MB = 64  # what a group may hold beyond its function's memory: the kernel's own, and files that were read
OPEN_FILES_MAX = 1024  # AWS's limit in an environment


class Guard:
    """The watching process (see `guard.py`), started before the first function and ended with the server."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._living: dict[int, str] = {}  # the line that told of each

    def start(self) -> None:
        """Watch from now on: the folder is removed however the server ends."""
        self._tell("")

    def add(self, group: int, tag: str, folders: Sequence[str] = ()) -> None:
        """A process group now lives, in these control groups."""
        self._living[group] = f"+ {group} {':'.join(folders) or '-'} {tag}\n"
        self._tell(self._living[group])

    def remove(self, group: int) -> None:
        """It has ended."""
        if self._living.pop(group, None) is not None:
            self._tell(f"- {group}\n")

    def _tell(self, line: str) -> None:
        if self._process is not None:
            try:
                self._write(line)
                return
            except BrokenPipeError:  # somebody ended the guard: another takes over all that lives
                self.close()
        self._process = subprocess.Popen(
            [getattr(sys, "_base_executable", sys.executable), "-I", "-S", guard.__file__, str(self._folder)],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            cwd="/",
            env={},
            start_new_session=True,
        )
        self._write("".join(self._living.values()))

    def _write(self, text: str) -> None:
        assert self._process
        assert self._process.stdin
        self._process.stdin.write(text.encode())

    def close(self) -> None:
        """End the guard: it ends what is left and removes the folder."""
        if self._process:
            assert self._process.stdin
            self._process.stdin.close()
            self._process.wait()
            self._process = None


class Process:
    """A started process; see `sandbox.Sandbox`."""

    doors: Channel | None = None

    def __init__(
        self, process: subprocess.Popen[bytes], output: int, tag: str, watcher: Guard, group: Group | None = None
    ) -> None:
        self.pid = process.pid
        self.output = output
        self._process = process
        self._tag = tag
        self._guard = watcher
        self._group = group
        self._ended: asyncio.Future[int] | None = None
        self._killed = False
        self._out_of_memory = False

    async def exited(self) -> int:
        """Wait for the end of the process; the rest of its group ends with it. Its status, negative for a signal."""
        if self._ended is None:
            self._ended = asyncio.ensure_future(self._wait())
        return await asyncio.shield(self._ended)

    async def _wait(self) -> int:
        await wait_for_process(self._process)
        self.kill()
        if self._group:
            await asyncio.to_thread(guard.dissolve, list(self._group.folders))
        return self._process.wait()

    def pids(self) -> list[int]:
        """All processes of it, as far as they can be found."""
        return self._group.pids() if self._group else guard.descendants(self.pid)

    def ran_out_of_memory(self) -> bool:
        """Whether the kernel has ended a process of it for want of memory."""
        return self._out_of_memory

    def memory_peak_kb(self) -> int:
        """The sum of the peaks of the first process and of those that its main thread, and theirs, started."""
        return sum(memory.peak_kb(pid) for pid in guard.descendants(self.pid, main_threads=True))

    def memory_now_kb(self) -> int:
        """The memory of the process and its descendants: as the kernel counts it, else what is resident of each."""
        counted = self._group.memory_kb() if self._group else None
        if counted is not None:
            return counted
        return sum(memory.resident_kb(pid) for pid in guard.descendants(self.pid))

    def memory_held_kb(self) -> int:
        """The same, what processes share being counted once; takes long enough to be asked in a thread."""
        counted = self._group.memory_kb() if self._group else None
        if counted is not None:
            return counted
        return sum(memory.share_kb(pid) for pid in guard.descendants(self.pid))

    def kill(self) -> None:
        """Kill the group and whoever left it. The first process stays a zombie until `exited` has collected it."""
        if not self._killed:
            self._killed = True
            self._out_of_memory = self._group is not None and self._group.ran_out_of_memory()
            guard.end(self.pid, self._tag, list(self._group.folders) if self._group else None)
            self._guard.remove(self.pid)


async def wait_for_process(process: subprocess.Popen[bytes]) -> None:
    """Return when a child of ours has ended; where the machine has no pidfd, within `POLL_SECONDS`."""
    if not hasattr(os, "pidfd_open"):
        while process.poll() is None:  # noqa: ASYNC110 - nothing tells us
            await asyncio.sleep(POLL_SECONDS)
        return
    loop = asyncio.get_running_loop()
    descriptor = os.pidfd_open(process.pid)
    ended: asyncio.Future[None] = loop.create_future()
    loop.add_reader(descriptor, tell, ended)
    try:
        await ended
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def tell(ended: asyncio.Future[None]) -> None:
    """Resolve a future that may have been cancelled or resolved before."""
    if not ended.done():
        ended.set_result(None)


class PlainProcess:
    """Starts functions as plain processes; see `sandbox.Sandboxes`."""

    name = "process"
    bounded_tmp = False
    endpoint = None

    def __init__(self, watcher: Guard) -> None:
        self._guard = watcher
        self._groups = cgroups.find()

    def describe(self) -> dict[str, str]:
        """What is isolated and limited, how, and what isn't."""
        plain = "no: a plain process, which sees and may do what the server's user does"
        return {
            "user": plain,
            "files": plain,
            "processes": plain,
            "network": plain,
            "tmp": "looked at every second",
            **held(self._groups),
        }

    def view(self, folders: Folders) -> View:
        """The real places: nothing is hidden or moved."""
        return View(str(folders.task), str(folders.opt), str(folders.private), str(folders.runtime))

    def start(self, command: Sequence[str], variables: Mapping[str, str], folders: Folders, tag: str) -> Process:
        """Start `command` in its code's folder. Raises OSError where it cannot be executed."""
        if command[0].startswith(str(folders.task)):
            check_program(Path(command[0]))
        group = grouped(self._groups, folders.memory_mb)
        size = folders.storage_mb * MEGABYTE
        return launch(command, variables, folders.task, tag, self._guard, group=group, file_bytes=size)


def grouped(groups: cgroups.Groups | None, memory_mb: int) -> Group | None:
    """A control group for an environment, where there can be one."""
    return groups.make((memory_mb + SPARE_MB) * MEGABYTE) if groups and memory_mb else None


def held(groups: cgroups.Groups | None) -> dict[str, str]:
    """How memory and the number of processes are limited."""
    holds = groups.holds if groups else ()
    watched = "looked at ten times a second; no control groups may be made here"
    return {
        "memory": "control group" if "memory" in holds else watched,
        "process_count": f"control group: {cgroups.PROCESSES_MAX}" if "pids" in holds else watched,
        "processor": "control group: a fair share" if "cpu" in holds else "by the scheduler, each process alone",
    }


def check_program(file: Path) -> None:
    """Raise the OSError that executing this file would raise; who executes it for us would tell it in words only."""
    if not file.is_file():
        raise FileNotFoundError(2, "No such file or directory", str(file))
    if not os.access(file, os.X_OK):
        raise PermissionError(13, "Permission denied", str(file))
    with open(file, "rb") as program:
        if not program.read(4).startswith((b"#!", b"\x7fELF")):  # a shell would take it for a script of its own
            raise OSError(8, "Exec format error", str(file))


def launch(
    command: Sequence[str],
    variables: Mapping[str, str],
    folder: Path,
    tag: str,
    watcher: Guard,
    kind: type[Process] = Process,
    *,
    group: Group | None = None,
    file_bytes: int = 0,
    descriptors: Sequence[int] = (),
    stdin: int = subprocess.DEVNULL,
) -> Process:
    """A process with nothing of ours: no variable, no descriptor, no terminal; no core file, few open files."""
    reader, writer = os.pipe()
    try:
        process = subprocess.Popen(
            group.enter(list(command)) if group else command,
            stdin=stdin,
            stdout=writer,
            stderr=writer,
            cwd=folder,
            env=dict(variables),
            start_new_session=True,
            pass_fds=tuple(descriptors),
            umask=0o022,
        )
    except OSError:
        os.close(reader)
        if group:
            guard.dissolve(list(group.folders))
        raise
    finally:
        os.close(writer)
    limit_process(process.pid, file_bytes)
    watcher.add(process.pid, tag, group.folders if group else ())
    return kind(process, reader, tag, watcher, group)


def limit_process(pid: int, file_bytes: int = 0) -> None:
    """No core files, AWS's number of open files, and (unless 0) no file larger than `file_bytes`.

    Where the machine cannot limit others, its own limits hold.
    """
    if not hasattr(resource, "prlimit"):
        return
    try:
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
        if file_bytes:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
        _, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        most = OPEN_FILES_MAX if hard == resource.RLIM_INFINITY else min(OPEN_FILES_MAX, hard)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (most, most))
    except ProcessLookupError:
        return  # it has ended already, and needs no limit
