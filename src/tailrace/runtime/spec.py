"""What a function is to the runtime, and what an invocation of it came to: plain values."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Protocol

RESPONSE_BYTES_MAX = 6_291_556  # AWS's limit of a synchronous answer
INIT_SECONDS = 10.0  # AWS's limit of the init phase


class Throttled(Exception):
    """No environment may be started now: the function's, the account's or the machine's limit is reached."""


class CodeProblem(Exception):
    """The archive cannot be unpacked: not a zip file, too large, or a name that leaves its folder."""


@dataclass(frozen=True, slots=True)
class Archive:
    """A zip file by the digest of its bytes; `fetch` is called when it is not unpacked here yet."""

    digest: str
    fetch: Callable[[], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Launch:
    """What a new environment starts with: its variables, and when its credentials end (seconds since the epoch)."""

    variables: Mapping[str, str]
    expires: float | None = None


class Journal(Protocol):
    """Where one environment's life is written down. The caller makes one for each cold start.

    `output` takes what the code printed, one entry an event, and answers whether the journal is full: then the code's
    output is not read any further until it has room again (an empty call asks).
    """

    log_stream: str

    def init_started(self) -> None:
        """A cold start begins."""

    def init_ended(self, init_ms: float, *, failed: bool) -> None:
        """The code is ready for work, or won't be, after so many milliseconds."""

    def started(self, request_id: str) -> None:
        """An invocation begins."""

    def output(self, events: list[str]) -> bool:
        """Add events; returns True when there is no room for more."""

    def ended(self, request_id: str, outcome: Outcome) -> str:
        """An invocation is over; returns the tail of its log (at most 4 KB)."""

    async def flush(self) -> None:
        """Return when all that was written is kept."""


@dataclass(frozen=True, slots=True)
class FunctionSpec:
    """One version of a function's code and configuration.

    `key` is its identity: invocations with an equal key share environments, another key never meets them. The first
    member of the key names the function (see `Pool.retire`). `concurrency` is the function's reserved limit,
    `storage_mb` how much its /tmp may hold, where the sandbox can hold it to that.
    """

    key: tuple[Hashable, ...]
    function_name: str
    version: str
    arn: str
    runtime: str
    handler: str
    code: Archive
    memory_mb: int
    timeout_s: float
    launch: Callable[[str], Awaitable[Launch]]
    open_journal: Callable[[], Journal]
    layers: tuple[Archive, ...] = ()
    concurrency: int | None = None
    storage_mb: int = 512


@dataclass(slots=True)
class Outcome:
    """What an invocation came to.

    `kind` is None after a success, else "handler" (the code reported an error), "timeout", "exit", "init", "memory" or
    "too large"; `payload` then is the error object as AWS words it. Times are in milliseconds; `init_ms` is None when
    the environment was warm. `notice` is the platform's line about what ended the environment. The payload of a success
    that was streamed has gone to its stream; `content_type` is what the code said of it. `trace` is the invocation's
    tracing header.
    """

    payload: bytes
    kind: str | None = None
    duration_ms: float = 0.0
    billed_ms: int = 0
    init_ms: float | None = None
    memory_mb_max: int = 0
    error_type: str | None = None
    notice: str | None = None
    log_stream: str = ""
    log_tail: str = ""
    content_type: str = ""
    trace: str = ""

    @property
    def function_error(self) -> str | None:
        """X-Amz-Function-Error: `Unhandled`, or None after a success."""
        return "Unhandled" if self.kind else None
