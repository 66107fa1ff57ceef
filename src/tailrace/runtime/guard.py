"""Ends every function when the server was killed, and ends those that slipped out of their process group.

Run as a program (`python -I -S guard.py FOLDER`), it reads `+ GROUP TAG` and `- GROUP` lines from the server. When that
pipe ends, so has the server, however it ended: the guard kills what is left and removes FOLDER. PR_SET_PDEATHSIG, the
alternative, reaches the first process alone and needs code between fork and exec.

As a program it stands alone, so this file imports nothing of ours.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys

STRAY_ROUNDS_MAX = 10


def tagged(tag: str) -> list[int]:
    """All processes of this machine that carry `tag` (`NAME=value`) among their variables and may be looked into."""
    found: list[int] = []
    try:
        names = os.listdir("/proc")
    except OSError:
        return found
    wanted = b"\0" + tag.encode() + b"\0"
    for name in names:
        if name.isdigit():
            try:
                with open(f"/proc/{name}/environ", "rb") as file:
                    if wanted in b"\0" + file.read():
                        found.append(int(name))
            except OSError:
                continue
    return found


def end(group: int, tag: str) -> None:
    """Kill a process group, then whoever left it but still carries the tag (a process may fork while we look)."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
    ended: set[int] = set()
    for _ in range(STRAY_ROUNDS_MAX):
        strays = [pid for pid in tagged(tag) if pid not in ended]
        if not strays:
            break
        for pid in strays:
            ended.add(pid)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def watch(folder: str) -> None:
    """Keep the list of living groups until the server's pipe ends; then end them and remove their files."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    living: dict[int, str] = {}
    for line in sys.stdin:
        sign, group, *tag = line.rstrip("\n").split(" ", 2)
        if sign == "+":
            living[int(group)] = tag[0]
        else:
            living.pop(int(group), None)
    for group_id, its_tag in living.items():
        end(group_id, its_tag)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    watch(sys.argv[1])
