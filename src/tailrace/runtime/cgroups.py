"""Control groups: the limits that the kernel itself holds an environment to, and the list of all that is in it.

```
version 2   BASE/tailrace-PID-NAME          memory.max  pids.max  (one folder), and a fair share where there is cpu
            BASE/tailrace-server            the server: groups with limits stand below none that has processes itself
version 1   memory/BASE/tailrace-PID-NAME   memory.limit_in_bytes
            pids/..., cpu/...               pids.max; a fair share of the processors against the server and all others
```
They can be used where the server may make groups: as root, or where systemd has delegated them. Found out once by
making one, putting a process into it and taking it away again; elsewhere `Environment` looks at the memory itself.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tailrace.base import ids
from tailrace.runtime import guard

PROCESSES_MAX = 1024  # AWS's limit of processes and threads in an environment
PREFIX = "tailrace-"
SERVER = f"{PREFIX}server"
V1 = ("memory", "pids", "cpu")


@dataclass(frozen=True, slots=True)
class Group:
    """One environment's group: a folder in each hierarchy."""

    folders: tuple[str, ...]
    unified: bool = False

    def enter(self, command: list[str]) -> list[str]:
        """The command that enters the group before it becomes `command`, so that nothing of it is ever outside."""
        steps = [f'echo $$ > "${number}/cgroup.procs"' for number, _ in enumerate(self.folders, 1)]
        script = " && ".join([*steps, f"shift {len(self.folders)}", 'exec "$@"'])
        return ["/bin/sh", "-c", script, "sh", *self.folders, *command]

    def memory_kb(self) -> int | None:
        """The memory of all its processes, in KiB, without files; None where no hierarchy counts it."""
        folder = self._of("memory")
        found = numbers(f"{folder}/memory.stat") if folder else {}
        counted = found.get("anon") if self.unified else found.get("total_rss")
        return None if counted is None else counted // 1024

    def ran_out_of_memory(self) -> bool:
        """Whether the kernel has ended one of its processes for want of memory."""
        folder = self._of("memory")
        file = "memory.events" if self.unified else "memory.oom_control"
        return bool(folder) and numbers(f"{folder}/{file}").get("oom_kill", 0) > 0

    def pids(self) -> list[int]:
        """All that is in it, however it got away from its parents."""
        return guard.members(self.folders[0])

    def _of(self, controller: str) -> str | None:
        if self.unified:
            return self.folders[0]
        return next((folder for folder in self.folders if f"/{controller}/" in folder), None)


@dataclass(frozen=True, slots=True)
class Groups:
    """Where groups can be made: the base folder of each hierarchy."""

    bases: tuple[str, ...]
    unified: bool = False

    def make(self, memory_bytes: int) -> Group:
        """A new group with this limit and that of processes. Raises OSError."""
        name = f"{PREFIX}{os.getpid()}-{ids.hex_digits(12)}"
        folders = tuple(f"{base}/{name}" for base in self.bases)
        try:
            for folder in folders:
                os.mkdir(folder)
                self._limit(folder, memory_bytes, PROCESSES_MAX)
        except OSError:
            for folder in folders:
                with contextlib.suppress(OSError):
                    os.rmdir(folder)
            raise
        return Group(folders, self.unified)

    def _limit(self, folder: str, memory_bytes: int, processes: int) -> None:
        if self.unified or "/pids/" in folder:
            write(f"{folder}/pids.max", processes)
        if self.unified:
            write(f"{folder}/memory.max", memory_bytes)
            with contextlib.suppress(OSError):  # a kernel that doesn't count what is swapped out
                write(f"{folder}/memory.swap.max", 0)
        elif "/memory/" in folder:
            write(f"{folder}/memory.limit_in_bytes", memory_bytes)
            with contextlib.suppress(OSError):
                write(f"{folder}/memory.memsw.limit_in_bytes", memory_bytes)

    @property
    def holds(self) -> tuple[str, ...]:
        """What is limited here: of memory, pids and cpu."""
        if self.unified:
            given = text(f"{self.bases[0]}/cgroup.subtree_control").split()
            return tuple(name for name in V1 if name in given)
        return tuple(name for name in V1 if any(f"/{name}/" in f"{base}/" for base in self.bases))


@functools.cache
def find() -> Groups | None:
    """Where this process may make groups; None where nowhere. What servers that were killed have left is removed."""
    for candidate in candidates():
        sweep(candidate)
        if works(candidate):
            return candidate
    return None


def candidates(mounts: str = "/proc/self/mountinfo", own: str = "/proc/self/cgroup") -> list[Groups]:
    """Version 2's own folder and the one above it, then each folder of version 1 that can be written to."""
    mounted = hierarchies(mounts)
    found, first = [], []
    for line in lines(own):
        _, names, path = line.split(":", 2)
        for name in names.split(",") if names else ["unified"]:
            root, point = mounted.get(name, ("", ""))
            if not point:
                continue
            relative = path.removeprefix(root) if root != "/" else path
            base = f"{point}{relative}".rstrip("/")
            if name == "unified":
                places = (base, os.path.dirname(base)) if len(base) > len(point) else (base,)
                found += [Groups((place,), True) for place in places if delegates(place)]
            elif name in V1 and os.access(base, os.W_OK):
                first.append(base)
    return [*found, *([Groups(tuple(sorted(first, key=lambda b: "/pids/" not in f"{b}/")))] if first else [])]


def hierarchies(mounts: str) -> dict[str, tuple[str, str]]:
    """By controller (`unified` for version 2): what of the hierarchy is mounted, and where."""
    found: dict[str, tuple[str, str]] = {}
    for line in lines(mounts):
        before, _, after = line.partition(" - ")
        root, point = before.split(" ")[3:5]
        kind, _, options = after.split(" ", 2)
        if kind == "cgroup2":
            found.setdefault("unified", (root, point))
        elif kind == "cgroup":
            for name in options.split(","):
                found.setdefault(name, (root, point))
    return found


def delegates(base: str) -> bool:
    """Whether groups below this folder of version 2 have limits; told to give them, where that is possible."""
    wanted = {"memory", "pids"}
    control = f"{base}/cgroup.subtree_control"
    if wanted <= set(text(control).split()):
        return True
    offered = set(text(f"{base}/cgroup.controllers").split())
    if not wanted <= offered:
        return False
    asked = " ".join(f"+{name}" for name in V1 if name in offered)
    try:
        write(control, asked)
    except OSError as problem:
        if problem.errno != errno.EBUSY or not vacated(base):
            return False
        try:
            write(control, asked)
        except OSError:
            return False
    return True


def vacated(base: str) -> bool:
    """Move this process, and those that it has started, to a group below; False where others are in there as well.

    A group of version 2 gives limits to those below or has processes of its own, never both:
    https://docs.kernel.org/admin-guide/cgroup-v2.html#no-internal-process-constraint
    """
    inside = guard.members(base)
    if not set(inside) <= set(guard.descendants(os.getpid())):
        return False  # a login session, say: who else is in it was not given to us
    try:
        os.makedirs(f"{base}/{SERVER}", exist_ok=True)
        for pid in inside:
            write(f"{base}/{SERVER}/cgroup.procs", pid)
    except OSError:
        return False
    return True


def works(groups: Groups) -> bool:
    """Whether a group can be made here, entered, and removed."""
    try:
        group = groups.make(64 << 20)
    except OSError:
        return False
    try:
        done = subprocess.run(group.enter(["/bin/sh", "-c", ":"]), capture_output=True, timeout=5, check=False)
        return done.returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False
    finally:
        guard.dissolve(list(group.folders))


def sweep(groups: Groups) -> None:
    """Remove the groups of servers that have ended without doing so."""
    for base in groups.bases:
        for name in guard.names(base):
            owner = name.removeprefix(PREFIX).partition("-")[0]
            if name.startswith(PREFIX) and owner.isdigit() and not os.path.exists(f"/proc/{owner}"):
                guard.dissolve([f"{base}/{name}"])


def numbers(file: str) -> dict[str, int]:
    """A file of lines `name number`."""
    pairs = (line.split() for line in lines(file))
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}


def lines(file: str) -> list[str]:
    """The lines of a file; none where it can't be read."""
    return text(file).splitlines()


def text(file: str) -> str:
    """What a file says; nothing where it can't be read."""
    try:
        return Path(file).read_text()
    except OSError:
        return ""


def write(file: str, value: int | str) -> None:
    """Set a limit. Raises OSError."""
    with open(file, "w") as opened:
        opened.write(str(value))
