"""Who is at the other end of a connection on this machine: the processes that hold its socket.

All environments that share the machine's network can reach each other's Runtime API, and AWS's clients send no secret
with which to tell them apart; the kernel knows whose a socket is. https://docs.kernel.org/networking/proc_net_tcp.html
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterable

from tailrace.runtime import guard

TABLE = "/proc/net/tcp"
Address = tuple[str, int]


def held_by(near: Address, far: Address, pids: Iterable[int]) -> bool:
    """Whether one of `pids` holds the far end of an IPv4 connection; True where the machine doesn't tell."""
    try:
        with open(TABLE) as file:
            table = file.read()
    except OSError:
        return True
    wanted = f" {_shown(far)} {_shown(near)} "
    at = table.find(wanted)
    if at < 0:
        return False  # it is closed already
    inode = table[at:].split("\n", 1)[0].split()[8]
    name = f"socket:[{inode}]"
    return any(_link(f"/proc/{pid}/fd/{each}") == name for pid in pids for each in guard.names(f"/proc/{pid}/fd"))


def _shown(address: Address) -> str:
    packed = int.from_bytes(socket.inet_aton(address[0]), sys.byteorder)
    return f"{packed:08X}:{address[1]:04X}"


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""
