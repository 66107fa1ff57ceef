"""The gate that most functions pass: what `gate.py` does, by programs of the system that start ten times as fast.

```
bwrap -> setpriv (another user, no rights left) -> sh (limits, then variables) -> the runtime
```
The shell gets the variables as a script on its standard input, where the list of processes doesn't show them, and has
none of the server's rights any more when it reads them. A few names mean something to shells: whoever has one of these
passes the slower gate.
"""

from __future__ import annotations

import functools
import re
import resource
import shlex
import shutil
from collections.abc import Iterable, Mapping, Sequence

from tailrace.runtime import cgroups
from tailrace.runtime.process import OPEN_FILES_MAX

SHELL = "/bin/sh"
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
SHELLS_OWN = frozenset(
    """
    BASHOPTS BASHPID BASH_ARGV0 BASH_COMMAND BASH_COMPAT BASH_ENV BASH_SUBSHELL BASH_VERSINFO BASH_XTRACEFD
    COMP_WORDBREAKS DIRSTACK ENV EPOCHREALTIME EPOCHSECONDS EUID FUNCNAME GROUPS HISTCMD HISTSIZE IFS LINENO OLDPWD
    OPTIND OPTERR POSIXLY_CORRECT PPID PS4 PWD RANDOM SECONDS SHELLOPTS SHLVL SRANDOM TMOUT UID _
    """.split()  # noqa: SIM905 - forty quotes say less
)


@functools.cache
def setpriv() -> str | None:
    """The program that becomes another user."""
    return shutil.which("setpriv", path="/usr/bin:/bin:/usr/sbin:/sbin")


def takes(names: Iterable[str], *, becomes_user: bool) -> bool:
    """Whether variables of these names can be given so, and another user be become where that is to happen."""
    return (setpriv() is not None or not becomes_user) and all(
        NAME.fullmatch(name) and name not in SHELLS_OWN and not name.startswith("LC_") for name in names
    )


def script(variables: Mapping[str, str]) -> bytes:
    """What the shell reads: limits as `gate.py` sets them, the variables, and then the command that it becomes."""
    lines = ["unset PWD OLDPWD SHLVL _"]
    limits = (("-c", resource.RLIMIT_CORE, 0), ("-n", resource.RLIMIT_NOFILE, OPEN_FILES_MAX))
    for letter, limit, most in limits:
        lines.append(f"ulimit {letter} {at_most(limit, most)} || exit 125")
    processes = at_most(resource.RLIMIT_NPROC, cgroups.PROCESSES_MAX)
    lines.append(f"ulimit -u {processes} 2>/dev/null || ulimit -p {processes} || exit 125")  # -p in Debian's shell
    lines += [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    lines.append('exec "$@" </dev/null\n')
    return "\n".join(lines).encode()


def at_most(limit: int, most: int) -> int:
    """A limit, or the machine's own where that is lower."""
    hard = resource.getrlimit(limit)[1]
    return most if hard == resource.RLIM_INFINITY else min(most, hard)


def gated(user: int | None, command: Sequence[str]) -> list[str]:
    """The command behind the gate; `user` is a number to become. The script is to be its standard input."""
    line = [SHELL, "/dev/stdin", *command]
    if user is None:
        return line
    return [str(setpriv()), "--reuid", str(user), "--regid", str(user), "--clear-groups", "--", *line]
