"""The last step before a function's code inside bubblewrap: its doors, its limits, its variables, its user.

Run as `python -I -S gate.py VARIABLES USER PROCESSES FILES DOORS -- COMMAND...`. VARIABLES is a descriptor with
`NAME=value`s that zero bytes end; USER a number to become, or `-`. Everything before this ran with no variable of the
function's: one like LD_PRELOAD would be obeyed by programs that still have the server's rights. DOORS is `-`, or
`CHANNEL,HOST,PORT,HOST,PORT...`: it listens there, in the function's own network, and hands the sockets to the server
through the descriptor CHANNEL; so the server hears the function without being in its network, nor the function in any
other. Functions that need no doors mostly pass `quick_gate`.

As a program it stands alone, so this file imports nothing of ours; and little else, for every cold start waits for it.
"""

from __future__ import annotations

import os
import resource
import sys

WAITING_MAX = 128


def open_doors(channel: int, places: list[str]) -> None:
    """Listen at each host and port, and hand the sockets over."""
    import _socket  # the module `socket` takes as long to load as all the rest

    doors = []
    for host, port in zip(places[::2], places[1::2], strict=True):
        door = _socket.socket(_socket.AF_INET6 if ":" in host else _socket.AF_INET, _socket.SOCK_STREAM)
        door.bind((host, int(port)))
        door.listen(WAITING_MAX)
        doors.append(door)
    numbers = b"".join(door.fileno().to_bytes(4, sys.byteorder) for door in doors)
    server = _socket.socket(fileno=channel)
    server.sendmsg([b"."], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, numbers)])
    for opened in (server, *doors):
        opened.close()


def main(variables: int, user: str, processes: int, files: int, doors: str, command: list[str]) -> None:
    """Become the command. Exits as a shell does where it can't be executed."""
    if doors != "-":
        channel, *places = doors.split(",")
        open_doors(int(channel), places)
    with open(variables, "rb") as file:
        given = dict(line.split(b"=", 1) for line in file.read().split(b"\0") if line)
    for limit, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, files), (resource.RLIMIT_NPROC, processes)):
        _, hard = resource.getrlimit(limit)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (most, most))
    if user != "-":
        number = int(user)
        os.setgroups([])
        os.setresgid(number, number, number)
        os.setresuid(number, number, number)
    try:
        os.execve(command[0], command, given)
    except OSError:
        os._exit(126 if os.path.exists(command[0]) else 127)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5], sys.argv[7:])
