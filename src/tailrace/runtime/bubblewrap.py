"""A function in namespaces of its own, by `bwrap`: it sees its code, its layers, a /tmp and the system's programs.

```
/var/task (code)  /opt (layers)  /var/runtime (the client, SDK)      read-only
/tmp              private to the environment, of its own size         writable, in memory
/usr /lib ... and the interpreter's own folder                        read-only; nothing else of the machine's
```
It has processes, IPC, a host name and users of its own and no capabilities; the network is shared, or one of its own in
which the server alone is heard (`doors.py`). Used where a probe at the start works: some machines forbid namespaces to
ordinary users.

A server that runs as root gives each environment a user id that nothing else on the machine has. Another one can't: the
code is the server's user outside its namespace, where it sees nothing that it could use that for.
"""

from __future__ import annotations

import functools
import os
import platform
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tailrace.base import ids
from tailrace.runtime import cgroups, quick_gate, system_calls
from tailrace.runtime.doors import Channel, Endpoint, OwnNetworkRefused, check_place
from tailrace.runtime.interpreters import programs
from tailrace.runtime.process import OPEN_FILES_MAX, Guard, Process, check_program, grouped, held, launch
from tailrace.runtime.sandbox import Folders, View

PROBE_SECONDS = 5
USER_INSIDE = 993  # AWS's, too, whatever it is outside
USER_FIRST = 2_000_000_000  # beyond what people, systems and containers use
USERS = 16**6
CLEAN = {"PATH": "/usr/bin:/bin"}
MEGABYTE = 1024 * 1024
DEADLY = (signal.SIGABRT, signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM)
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS = """
    alternatives ca-certificates.conf crypto-policies host.conf hosts ld.so.cache ld.so.conf ld.so.conf.d
    localtime nsswitch.conf pki protocols resolv.conf services ssl
""".split()  # noqa: SIM905 - forty quotes say less


@functools.cache
def mode() -> str | None:
    """How bwrap works here: `root` (each environment a user of its own), `user` (a namespace of users), or None.

    Tried once, with all that a function is started with.
    """
    program = shutil.which("bwrap")
    if program is None:
        return None
    return next((way for way in (("root", "user") if os.geteuid() == 0 else ("user",)) if _tried(program, way)), None)


def works() -> bool:
    """Whether this machine has a bwrap that may make namespaces."""
    return mode() is not None


@functools.cache
def hastens() -> bool:
    """Whether functions pass the quick gate here; see quick_gate.py."""
    program, way = shutil.which("bwrap"), mode()
    return bool(program and way) and _tried(str(program), str(way), quick=True)


@functools.cache
def separates() -> bool:
    """Whether a function can be given a network of its own here."""
    program, way = shutil.which("bwrap"), mode()
    return bool(program and way) and _tried(str(program), str(way), alone=True)


def check_alone(host: str, port: int) -> None:
    """Raise OwnNetworkRefused where functions can't have networks of their own in which they reach the server."""
    if not separates():
        has = (
            "it may not make a network of its own here" if works() else "it is missing, or may not make namespaces here"
        )
        raise OwnNetworkRefused(f"functions without a network need bubblewrap: {has}. `tailrace doctor` says more")
    check_place(host, port, as_root=mode() == "root")


def _tried(program: str, way: str, *, quick: bool = False, alone: bool = False) -> bool:
    user = USER_FIRST if way == "root" else None
    if quick and not quick_gate.takes((), becomes_user=user is not None):
        return False
    gate = Path(__file__).with_name("gate.py")
    given = memory_file(quick_gate.script({}) if quick else b"")
    calls = filtered()
    line = [program, *isolation(way, alone=alone), *system_mounts(), "--ro-bind", str(gate), "/var/runtime/gate.py"]
    line += [*(["--seccomp", str(calls[0])] if calls else []), "--remount-ro", "/", "--"]
    command = [python_program(), "-I", "-S", "-c", ""]
    line += quick_gate.gated(user, command) if quick else gated(given, user, command)
    try:
        done = subprocess.run(
            line,
            stdin=given if quick else subprocess.DEVNULL,
            capture_output=True,
            timeout=PROBE_SECONDS,
            check=False,
            env=CLEAN,
            pass_fds=(given, *calls),
        )
    except (OSError, subprocess.SubprocessError):
        return False
    finally:
        for descriptor in (given, *calls):
            os.close(descriptor)
    return done.returncode == 0


def filtered() -> list[int]:
    """A descriptor with the filter of system calls, where there is one for this processor."""
    program = system_calls.program()
    return [memory_file(program)] if program else []


def gated(descriptor: int, user: int | None, command: Sequence[str], doors: str = "-") -> list[str]:
    """The command behind the gate, which gives it its variables, limits and user; see gate.py."""
    limits = ["-" if user is None else str(user), str(cgroups.PROCESSES_MAX), str(OPEN_FILES_MAX)]
    return [python_program(), "-I", "-S", "/var/runtime/gate.py", str(descriptor), *limits, doors, "--", *command]


def python_program() -> str:
    """The Python beneath the server's own packages."""
    return getattr(sys, "_base_executable", None) or sys.executable


def zero_ended(variables: Mapping[str, str]) -> bytes:
    """Variables as the gate reads them."""
    return b"".join(f"{name}={value}\0".encode() for name, value in variables.items())


def memory_file(content: bytes) -> int:
    """A descriptor from which `content` is read: what passes so is seen by nobody in the list of processes."""
    descriptor = os.memfd_create("tailrace")
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


@functools.cache
def options() -> str:
    """What this bwrap says of its options."""
    program = shutil.which("bwrap") or "bwrap"
    told = subprocess.run([program, "--help"], capture_output=True, text=True, timeout=PROBE_SECONDS, check=False)
    return told.stdout + told.stderr


def measures() -> bool:
    """Whether this bwrap can limit the size of a tmpfs (from 0.7 on)."""
    return "--size" in options()


def temporary(folders: Folders) -> list[str]:
    """The writable /tmp: a file system of the configured size, or the environment's folder where bwrap is too old."""
    if not measures():
        return ["--bind", str(folders.private), "/tmp"]
    return ["--perms", "1777", "--size", str(folders.storage_mb * MEGABYTE), "--tmpfs", "/tmp"]


def isolation(way: str, *, alone: bool = False) -> list[str]:
    """What is unshared and taken away; `alone`, the network as well."""
    flags = ["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--hostname", "sandbox"]
    flags += ["--cap-drop", "ALL"]
    if way == "root":  # the gate needs these two to become another user, and loses them by that
        flags += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        flags += ["--cap-add", "CAP_NET_BIND_SERVICE"] if alone else []
    else:
        flags += ["--unshare-user", "--uid", str(USER_INSIDE), "--gid", str(USER_INSIDE)]
        if "--disable-userns" in options():
            flags += ["--disable-userns"]
    flags += ["--unshare-net"] if alone else []
    flags += ["--new-session", "--die-with-parent", "--proc", "/proc", "--dev", "/dev"]
    return [*flags, "--remount-ro", "/dev"]


@functools.cache
def system_mounts() -> tuple[str, ...]:
    """The system's programs and the interpreters, read-only and under their own names."""
    mounts = [*passages("/etc/x"), *passages("/var/runtime/python/x")]
    for name in SYSTEM:
        if os.path.islink(name):
            mounts += ["--symlink", os.readlink(name), name]
        elif os.path.isdir(name):
            mounts += ["--ro-bind", name, name]
    for name in SETTINGS:
        mounts += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for settings in Path("/etc").glob("java*"):  # where Debian and Fedora keep a JDK's own
        mounts += ["--ro-bind", str(settings), str(settings)]
    own = [sys.base_prefix, *(str(Path(program).parent.parent) for program, _ in programs())]
    for folder in own:
        if not Path(folder).is_relative_to("/usr"):
            mounts += [*passages(folder), "--ro-bind", folder, folder]
    return tuple(mounts)


def passages(path: str) -> list[str]:
    """The folders that lead to a path, which bwrap would make for its own user alone."""
    above = [str(folder) for folder in reversed(Path(path).parents) if str(folder) != "/"]
    return [word for folder in above for word in ("--dir", folder)]


class Walled(Process):
    """A process behind bwrap, which tells the signal that ended it as 128 + its number, like a shell."""

    async def exited(self) -> int:
        """Wait for the end; its status, negative for one of the signals that end programs."""
        status = await super().exited()
        return 128 - status if status - 128 in DEADLY else status


class Bubblewrap:
    """Starts functions through bwrap; see `sandbox.Sandboxes`."""

    name = "bubblewrap"

    def __init__(self, watcher: Guard, endpoint: Endpoint | None = None) -> None:
        self._guard = watcher
        self.endpoint = endpoint
        self._program = shutil.which("bwrap") or "bwrap"
        self._way = mode() or "user"
        self._groups = cgroups.find()
        self.bounded_tmp = measures()

    def describe(self) -> dict[str, str]:
        """What is isolated and limited, how, and what isn't and why."""
        tmp = (
            "a file system of the configured size" if self.bounded_tmp else "looked at every second; bwrap is below 0.7"
        )
        own = "its own, without capabilities"
        return {
            "user": own if self._way == "root" else f"{own}; outside its namespace the server's",
            "files": "its own; the system's read-only",
            "processes": "its own",
            "network": "none but the server's endpoint and the Runtime API" if self.endpoint else "shared",
            "system_calls": "those are refused with which one gets at the kernel"
            if system_calls.program()
            else f"all: there is no filter for {platform.machine()}",
            "tmp": tmp,
            **held(self._groups),
        } | ({} if self._groups else {"process_count": f"by user: {cgroups.PROCESSES_MAX}"})

    def view(self, folders: Folders) -> View:
        """AWS's own places."""
        return View("/var/task", "/opt", "/tmp", "/var/runtime")

    def start(self, command: Sequence[str], variables: Mapping[str, str], folders: Folders, tag: str) -> Process:
        """Start `command` in its namespaces. Raises OSError where bwrap cannot be executed."""
        if command[0] == "/var/task/bootstrap":
            check_program(folders.task / "bootstrap")
        user = USER_FIRST + int(ids.hex_digits(6), 16) if self._way == "root" else USER_INSIDE
        if self._way == "root" and not self.bounded_tmp:
            os.chown(folders.private, user, user)
        becomes = user if self._way == "root" else None
        doors = Channel() if self.endpoint else None
        quick = not doors and hastens() and quick_gate.takes(variables, becomes_user=becomes is not None)
        given = memory_file(quick_gate.script(variables) if quick else zero_ended(variables))
        calls = filtered()
        files = {name: memory_file(text.encode()) for name, text in self._settings(user).items()}
        line = [self._program, *isolation(self._way, alone=doors is not None), *system_mounts()]
        line += self._own_mounts(folders)
        readable = ["--perms", "0644"] if "--perms" in options() else []
        for name, file in files.items():
            line += [*readable, "--ro-bind-data", str(file), f"/etc/{name}"]
        for file in calls:
            line += ["--seccomp", str(file)]
        line += ["--remount-ro", "/", "--chdir", "/var/task", "--"]
        if quick:
            line += quick_gate.gated(becomes, command)
        else:
            line += gated(given, becomes, command, self._doors(doors))
        held_mb = folders.memory_mb + (folders.storage_mb if self.bounded_tmp else 0)
        passed = [*files.values(), *calls, *([] if quick else [given]), *([doors.far.fileno()] if doors else [])]
        stdin = given if quick else subprocess.DEVNULL
        try:
            group = grouped(self._groups, held_mb if folders.memory_mb else 0)
            process = launch(
                line, CLEAN, folders.task, tag, self._guard, Walled, group=group, descriptors=passed, stdin=stdin
            )
        except OSError:
            if doors:
                doors.close()
            raise
        finally:
            for descriptor in (given, *calls, *files.values()):
                os.close(descriptor)
            if doors:
                doors.far.close()
        process.doors = doors
        return process

    def _doors(self, channel: Channel | None) -> str:
        """Where the gate is to listen, in its words."""
        if channel is None or self.endpoint is None:
            return "-"
        return ",".join((str(channel.far.fileno()), *self.endpoint.places()))

    def _settings(self, user: int) -> dict[str, str]:
        """The files of /etc that tell a function who and where it is."""
        found = {
            "passwd": f"root:x:0:0:root:/:/sbin/nologin\nsandbox:x:{user}:{user}:sandbox:/tmp:/sbin/nologin\n",
            "group": f"root:x:0:\nsandbox:x:{user}:\n",
        }
        if self.endpoint:
            found["hosts"] = f"127.0.0.1 localhost {self.endpoint.name or ''}\n::1 localhost\n"
        return found

    def _own_mounts(self, folders: Folders) -> list[str]:
        root = folders.opt.parent
        mounts = temporary(folders) + ["--ro-bind", str(folders.task), "/var/task"]
        mounts += ["--ro-bind", str(folders.opt), "/opt", "--tmpfs", "/opt/task"]
        mounts += ["--remount-ro", "/opt/task"]
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
        return mounts
