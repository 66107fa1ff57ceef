"""Control groups of version 2, on a tree of files that keeps the kernel's rules; version 1 is met in test_hostile."""

from __future__ import annotations

import errno
import os
import subprocess
from pathlib import Path

import pytest

from tailrace.runtime import cgroups
from tailrace.runtime.cgroups import Groups, candidates

SCOPE = "user.slice/app.slice/run-7.scope"
STRANGER = 1


class Kernel:
    """What writing to the files of control groups does: https://docs.kernel.org/admin-guide/cgroup-v2.html"""

    def __init__(self, mount: Path) -> None:
        self.mount = mount

    def group(self, name: str, offers: str = "cpu memory pids", gives: str = "", inside: tuple[int, ...] = ()) -> Path:
        folder = self.mount / name
        folder.mkdir(parents=True)
        (folder / "cgroup.controllers").write_text(offers + "\n")
        (folder / "cgroup.subtree_control").write_text(gives + "\n")
        (folder / "cgroup.procs").write_text("".join(f"{pid}\n" for pid in inside))
        return folder

    def write(self, file: str, value: int | str) -> None:
        path = Path(file)
        if path.name == "cgroup.subtree_control":
            names = str(value).replace("+", "").split()
            if (path.parent / "cgroup.procs").read_text() and path.parent != self.mount:
                raise OSError(errno.EBUSY, "Device or resource busy")
            if not set(names) <= set((path.parent / "cgroup.controllers").read_text().split()):
                raise OSError(errno.ENOENT, "No such file or directory")
            path.write_text(" ".join(names) + "\n")
        elif path.name == "cgroup.procs":
            for other in self.mount.rglob("cgroup.procs"):
                lines = other.read_text().splitlines(keepends=True)
                other.write_text("".join(line for line in lines if line != f"{value}\n"))
            with path.open("a") as opened:
                opened.write(f"{value}\n")
        else:
            path.write_text(str(value))

    def found(self, own: str = SCOPE) -> list[Groups]:
        mounts, mine = self.mount / "mountinfo", self.mount / "own"
        mounts.write_text(f"30 20 0:26 / {self.mount} rw,nosuid - cgroup2 cgroup2 rw\n")
        mine.write_text(f"0::/{own}\n")
        return candidates(str(mounts), str(mine))


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kernel:
    made = Kernel(tmp_path)
    monkeypatch.setattr(cgroups, "write", made.write)
    return made


def test_a_server_alone_in_a_delegated_scope_makes_room_for_limits(kernel: Kernel) -> None:
    """What `systemd-run --user --scope -p Delegate=yes tailrace serve` comes to, its guard being started already."""
    with subprocess.Popen(["sleep", "30"]) as child:
        scope = kernel.group(SCOPE, inside=(os.getpid(), child.pid))
        (found,) = kernel.found()
        child.kill()
    assert found == Groups((str(scope),), unified=True)
    assert (scope / "cgroup.subtree_control").read_text() == "memory pids cpu\n"
    assert (scope / "cgroup.procs").read_text() == ""
    moved = (scope / "tailrace-server" / "cgroup.procs").read_text().split()
    assert moved == [str(os.getpid()), str(child.pid)]
    assert found.holds == ("memory", "pids", "cpu")


def test_who_else_is_in_a_group_is_left_there(kernel: Kernel) -> None:
    """A login session has a shell in it; as root the slice above takes the groups."""
    scope = kernel.group(SCOPE, inside=(STRANGER, os.getpid()))
    above = scope.parent
    (above / "cgroup.subtree_control").write_text("memory pids\n")
    assert kernel.found() == [Groups((str(above),), unified=True)]
    assert (scope / "cgroup.procs").read_text() == f"{STRANGER}\n{os.getpid()}\n"
    assert not (scope / "tailrace-server").exists()


def test_a_unit_with_a_group_for_its_server_needs_no_move(kernel: Kernel) -> None:
    """systemd's DelegateSubgroup=."""
    unit = kernel.group("system.slice/tailrace.service")
    kernel.group("system.slice/tailrace.service/main", offers="", inside=(os.getpid(),))
    assert kernel.found("system.slice/tailrace.service/main") == [Groups((str(unit),), unified=True)]
    assert (unit / "main" / "cgroup.procs").read_text() == f"{os.getpid()}\n"


def test_without_memory_or_pids_there_are_no_groups(kernel: Kernel) -> None:
    kernel.group(SCOPE, offers="cpu pids", inside=(os.getpid(),))
    assert kernel.found() == []
    assert kernel.found("no/such/group") == []


def test_a_group_has_its_limits_and_tells_what_is_in_it(kernel: Kernel) -> None:
    scope = kernel.group(SCOPE, gives="memory pids")
    (found,) = kernel.found()
    group = found.make(128 << 20)
    (folder,) = map(Path, group.folders)
    assert folder.parent == scope
    limits = {name: (folder / name).read_text() for name in ("memory.max", "memory.swap.max", "pids.max")}
    assert limits == {"memory.max": str(128 << 20), "memory.swap.max": "0", "pids.max": str(cgroups.PROCESSES_MAX)}
    (folder / "memory.stat").write_text(f"anon {3 << 20}\nfile {9 << 20}\n")
    (folder / "memory.events").write_text("oom 1\noom_kill 0\n")
    assert (group.memory_kb(), group.ran_out_of_memory()) == (3 << 10, False)
    (folder / "memory.events").write_text("oom 1\noom_kill 2\n")
    assert group.ran_out_of_memory()
    done = subprocess.run(group.enter(["/bin/sh", "-c", "echo $$"]), capture_output=True, text=True, check=True)
    assert group.pids() == [int(done.stdout)]
