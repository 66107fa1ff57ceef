"""Ends every function when the server was killed, and ends those that slipped out of their process group.

Run as a program (`python -I -S guard.py FOLDER`), it reads `+ GROUP CGROUPS TAG` and `- GROUP` lines from the server
(CGROUPS are folders with colons between them, or `-`). When that pipe ends, so has the server, however it ended: the
guard kills what is left and removes FOLDER and the control groups. PR_SET_PDEATHSIG, the alternative, reaches the first
process alone and needs code between fork and exec.

As a program it stands alone, so this file imports nothing of ours.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import sys

STRAY_ROUNDS_MAX = 10
DESCENDANTS_MAX = 512
DISSOLVE_ROUNDS_MAX = 250
ROUND_SECONDS = 0.02


def descendants(pid: int, *, main_threads: bool = False) -> list[int]:
    """The process and all its living descendants by parentage, at most `DESCENDANTS_MAX`.

    With `main_threads`, only those that main threads have started: a fifth of the work, and nearly always all.
    """
    found = [pid]
    for process in found:
        if len(found) >= DESCENDANTS_MAX:
            break
        threads = [str(process)] if main_threads else names(f"/proc/{process}/task")
        for thread in threads:
            found.extend(children(process, thread))
    return found[:DESCENDANTS_MAX]


def names(folder: str) -> list[str]:
    """The names in a folder; none where it is gone."""
    try:
        return os.listdir(folder)
    except OSError:
        return []


def children(pid: int, thread: int | str) -> list[int]:
    """The child processes that one thread has started."""
    try:
        with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def tagged(tag: str) -> list[int]:
    """All processes of this machine that carry `tag` (`NAME=value`) among their variables and may be looked into."""
    found: list[int] = []
    wanted = b"\0" + tag.encode() + b"\0"
    for name in names("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/environ", "rb") as file:
                    if wanted in b"\0" + file.read():
                        found.append(int(name))
            except OSError:
                continue
    return found


def members(folder: str) -> list[int]:
    """The processes in a control group."""
    try:
        with open(f"{folder}/cgroup.procs", "rb") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def end_all(folders: list[str]) -> None:
    """Kill everything in control groups. First nothing may begin in them any more, so that there is an end to it."""
    for folder in folders:
        with contextlib.suppress(OSError), open(f"{folder}/pids.max", "r+") as file:
            file.write("0")
    for _ in range(STRAY_ROUNDS_MAX):
        found = members(folders[0])
        if not found:
            return
        kill(found)


def dissolved(folders: list[str]) -> bool:
    """Remove control groups; False where one still has a process that is about to end."""
    left = False
    for folder in folders:
        try:
            os.rmdir(folder)
        except FileNotFoundError:
            continue
        except OSError:
            left = True
    return not left


def dissolve(folders: list[str]) -> None:
    """End what is in control groups, wait for it, and remove them."""
    for _ in range(DISSOLVE_ROUNDS_MAX):
        end_all(folders)
        if dissolved(folders):
            return
        select.select([], [], [], ROUND_SECONDS)


def end(group: int, tag: str, folders: list[str] | None = None) -> None:
    """Kill a process group and all that its first process has started, then whoever else carries the tag.

    By parentage first: a process that is just being executed has no variables to be known by. Then by tag, several
    times: the children of those that ended belong to nobody, and a process may fork while we look.
    """
    if folders:
        end_all(folders)
    family = descendants(group)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
    kill(family[1:])
    if folders:
        return  # whoever carries the tag was in the group
    ended = set(family)
    for _ in range(STRAY_ROUNDS_MAX):
        strays = [pid for pid in tagged(tag) if pid not in ended]
        if not strays:
            break
        ended.update(strays)
        kill(strays)


def kill(pids: list[int]) -> None:
    """SIGKILL to each that is still there."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def watch(folder: str) -> None:
    """Keep the list of living groups until the server's pipe ends; then end them and remove their files."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    living: dict[int, tuple[str, list[str]]] = {}
    for line in sys.stdin:
        sign, group, *rest = line.rstrip("\n").split(" ", 3)
        if sign == "+":
            living[int(group)] = (rest[1], [] if rest[0] == "-" else rest[0].split(":"))
        else:
            living.pop(int(group), None)
    for group_id, (tag, folders) in living.items():
        end(group_id, tag, folders)
        if folders:
            dissolve(folders)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    watch(sys.argv[1])
