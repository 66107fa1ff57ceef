"""The port: how a function's process is started, watched and ended.

Two things fill it: `process.PlainProcess` everywhere, `bubblewrap.Bubblewrap` where namespaces work. The rejected
alternative, one class with a flag, mixes what isolates with what merely starts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tailrace.runtime.doors import Channel, Endpoint

PATH = "/usr/local/bin:/usr/bin:/bin:/opt/bin"


@dataclass(frozen=True, slots=True)
class Folders:
    """Where a function's files really are. `private` belongs to one environment and ends with it.

    `storage_mb` is how much the code may write to its /tmp, `memory_mb` how much its processes may hold (0: no limit).
    """

    task: Path
    opt: Path
    private: Path
    runtime: Path
    storage_mb: int = 512
    memory_mb: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """The same places under the names by which the code inside sees them."""

    task: str
    opt: str
    temporary: str
    runtime: str


class Sandbox(Protocol):
    """One started function: a process and everything that it started in turn."""

    pid: int
    output: int  # the reading end of the pipe that carries stdout and stderr
    doors: Channel | None  # where the sockets come from on which it is heard, if it has a network of its own

    async def exited(self) -> int:
        """Wait for the end of the first process; its exit status, negative for a signal."""

    def memory_peak_kb(self) -> int:
        """The most memory that the processes have held, in KiB; 0 where the machine doesn't tell."""

    def memory_now_kb(self) -> int:
        """The memory that all processes hold now, in KiB; at most, for what they share may be counted for each."""

    def memory_held_kb(self) -> int:
        """The same exactly, which takes longer."""

    def pids(self) -> list[int]:
        """All its processes, as far as they can be found, as this machine numbers them."""

    def ran_out_of_memory(self) -> bool:
        """After its end: whether the kernel has ended a process of it for want of memory."""

    def kill(self) -> None:
        """End the process and all its descendants at once; nothing of it runs afterwards. May be called twice."""


class Sandboxes(Protocol):
    """A way to make sandboxes."""

    @property
    def name(self) -> str:
        """For the health page: `process` or `bubblewrap`."""

    @property
    def bounded_tmp(self) -> bool:
        """Whether /tmp itself can hold no more than its size; else somebody has to look."""

    @property
    def endpoint(self) -> Endpoint | None:
        """The server as functions with a network of their own reach it; None where they share the machine's."""

    def describe(self) -> dict[str, str]:
        """For the health page: what is isolated and limited, how, and what isn't and why."""

    def view(self, folders: Folders) -> View:
        """How the code inside will see its folders."""

    def start(self, command: Sequence[str], variables: Mapping[str, str], folders: Folders, tag: str) -> Sandbox:
        """Start `command`. `tag` is a text in its variables that no other environment has. Raises OSError."""
