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

# Where a connection stands, and what stands before its addresses there: Java's sockets speak IPv4 as IPv6.
MAPPED = "0" * 16 + f"{int.from_bytes(bytes((0, 0, 255, 255)), sys.byteorder):08X}"
TABLES = (("/proc/net/tcp", ""), ("/proc/net/tcp6", MAPPED))
Address = tuple[str, int]


def held_by(near: Address, far: Address, pids: Iterable[int]) -> bool:
    """Whether one of `pids` holds the far end of an IPv4 connection; True where the machine doesn't tell."""
    inode = None
    for table, prefix in TABLES:
        try:
            with open(table) as file:
                inode = _inode(file.read(), f" {prefix}{_shown(far)} {prefix}{_shown(near)} ")
        except OSError:
            if prefix:
                break  # a machine without IPv6
            return True
        if inode:
            break
    if not inode:
        return False  # it is closed already
    name = f"socket:[{inode}]"
    return any(_link(f"/proc/{pid}/fd/{each}") == name for pid in pids for each in guard.names(f"/proc/{pid}/fd"))


def _inode(table: str, wanted: str) -> str | None:
    at = table.find(wanted)
    return table[at:].split("\n", 1)[0].split()[8] if at >= 0 else None


def _shown(address: Address) -> str:
    packed = int.from_bytes(socket.inet_aton(address[0]), sys.byteorder)
    return f"{packed:08X}:{address[1]:04X}"


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""
