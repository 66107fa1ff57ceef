"""A function in namespaces of its own, by `bwrap`: it sees its code, its layers, a /tmp and the system's programs.

```
/var/task (code)  /opt (layers)  /var/runtime (the client, SDK)      read-only
/tmp              private to the environment, of its own size         writable, in memory
/usr /lib ... and the interpreter's own folder                        read-only; nothing else of the machine's
```
It has processes, IPC and a host name of its own and no capabilities; the network is shared, for the Runtime API and the
endpoint are on it. Used where a probe at the start works: some machines forbid namespaces to ordinary users.
"""

from __future__ import annotations

import functools
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tailrace.runtime.interpreters import node_programs
from tailrace.runtime.process import Guard, Process, launch
from tailrace.runtime.sandbox import Folders, View

PROBE_SECONDS = 5
MEGABYTE = 1024 * 1024
DEADLY = (signal.SIGABRT, signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM)
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS = """
    alternatives ca-certificates.conf crypto-policies group host.conf hosts ld.so.cache ld.so.conf ld.so.conf.d
    localtime nsswitch.conf passwd pki protocols resolv.conf services ssl
""".split()  # noqa: SIM905 - forty quotes say less


@functools.cache
def works() -> bool:
    """Whether this machine has a bwrap that may make namespaces; tried once."""
    program = shutil.which("bwrap")
    if program is None:
        return False
    try:
        done = subprocess.run(
            [program, *isolation(), *system_mounts(), "/usr/bin/env", "true"],
            capture_output=True,
            timeout=PROBE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


@functools.cache
def measures() -> bool:
    """Whether this bwrap can limit the size of a tmpfs (from 0.7 on)."""
    program = shutil.which("bwrap") or "bwrap"
    told = subprocess.run([program, "--help"], capture_output=True, text=True, timeout=PROBE_SECONDS, check=False)
    return "--size" in told.stdout + told.stderr


def temporary(folders: Folders) -> list[str]:
    """The writable /tmp: a file system of the configured size, or the environment's folder where bwrap is too old."""
    if not measures():
        return ["--bind", str(folders.private), "/tmp"]
    return ["--perms", "1777", "--size", str(folders.storage_mb * MEGABYTE), "--tmpfs", "/tmp"]


def isolation() -> list[str]:
    """What is unshared and taken away."""
    flags = ["--unshare-user-try", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--hostname", "sandbox"]
    return [*flags, "--cap-drop", "ALL", "--new-session", "--die-with-parent", "--proc", "/proc", "--dev", "/dev"]


@functools.cache
def system_mounts() -> tuple[str, ...]:
    """The system's programs and the interpreters, read-only and under their own names."""
    mounts: list[str] = []
    for name in SYSTEM:
        if os.path.islink(name):
            mounts += ["--symlink", os.readlink(name), name]
        elif os.path.isdir(name):
            mounts += ["--ro-bind", name, name]
    for name in SETTINGS:
        mounts += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    own = [sys.base_prefix, *(str(Path(program).parent.parent) for program, _ in node_programs())]
    for folder in own:
        if not Path(folder).is_relative_to("/usr"):
            mounts += ["--ro-bind", folder, folder]
    return tuple(mounts)


class Walled(Process):
    """A process behind bwrap, which tells the signal that ended it as 128 + its number, like a shell."""

    async def exited(self) -> int:
        """Wait for the end; its status, negative for one of the signals that end programs."""
        status = await super().exited()
        return 128 - status if status - 128 in DEADLY else status


class Bubblewrap:
    """Starts functions through bwrap; see `sandbox.Sandboxes`."""

    name = "bubblewrap"

    def __init__(self, watcher: Guard) -> None:
        self._guard = watcher
        self._program = shutil.which("bwrap") or "bwrap"

    def view(self, folders: Folders) -> View:
        """AWS's own places."""
        return View("/var/task", "/opt", "/tmp", "/var/runtime")

    def start(self, command: Sequence[str], variables: Mapping[str, str], folders: Folders, tag: str) -> Process:
        """Start `command` in its namespaces. Raises OSError where bwrap cannot be executed."""
        if command[0] == "/var/task/bootstrap":
            check_program(folders.task / "bootstrap")
        line = [self._program, *isolation(), *system_mounts(), *self._own_mounts(folders)]
        line += ["--chdir", "/var/task", "--", *command]
        return launch(line, variables, folders.task, tag, self._guard, Walled)

    def _own_mounts(self, folders: Folders) -> list[str]:
        root = folders.opt.parent
        mounts = temporary(folders) + ["--ro-bind", str(folders.task), "/var/task"]
        mounts += ["--ro-bind", str(folders.opt), "/opt", "--tmpfs", "/opt/task", "--dir", "/var/runtime"]
        for file in folders.runtime.iterdir():
            if file.is_file():
                mounts += ["--ro-bind", str(file), f"/var/runtime/{file.name}"]
        for link in (folders.runtime / "python").iterdir():
            mounts += ["--ro-bind", str(link.resolve()), f"/var/runtime/python/{link.name}"]
        for here, there in (
            (folders.opt / "node_modules", "/var/node_modules"),
            (root / "node_modules", "/node_modules"),
        ):
            if here.is_dir():
                mounts += ["--ro-bind", str(here.resolve()), there]
        return [*mounts, "--remount-ro", "/"]


def check_program(file: Path) -> None:
    """Raise the OSError that executing this file would raise; bwrap would tell it in words on stderr only."""
    if not file.is_file():
        raise FileNotFoundError(2, "No such file or directory", str(file))
    if not os.access(file, os.X_OK):
        raise PermissionError(13, "Permission denied", str(file))
