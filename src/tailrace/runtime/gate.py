"""The last step before a function's code inside bubblewrap: its limits, its variables, its user.

Run as `python -I -S gate.py VARIABLES USER PROCESSES FILES -- COMMAND...`. VARIABLES is a descriptor with `NAME=value`s
that zero bytes end; USER a number to become, or `-`. Everything before this ran with no variable of the function's: one
like LD_PRELOAD would be obeyed by programs that still have the server's rights. Most functions pass `quick_gate`.

As a program it stands alone, so this file imports nothing of ours; and little else, for every cold start waits for it.
"""

from __future__ import annotations

import os
import resource
import sys


def main(variables: int, user: str, processes: int, files: int, command: list[str]) -> None:
    """Become the command. Exits as a shell does where it can't be executed."""
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
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[6:])
