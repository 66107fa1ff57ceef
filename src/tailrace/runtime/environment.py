"""One execution environment: its start, its invocations one after the other, and its end.

```
start -> init (10 s) -> ready -> invoke -> ready -> ... -> close
            └─ failed: told by the first invocation        └─ timeout, exit, out of memory: closed at once
```
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from tailrace.base.clock import Clock, SystemClock, iso_milliseconds
from tailrace.runtime import command as commands
from tailrace.runtime import trust
from tailrace.runtime.doors import API_HOST, API_PORT, DOORS, Channel, Endpoint
from tailrace.runtime.interpreters import Interpreter
from tailrace.runtime.output import Output
from tailrace.runtime.runtime_api import Report, RuntimeApi, Work
from tailrace.runtime.sandbox import Folders, Sandbox, Sandboxes
from tailrace.runtime.spec import INIT_SECONDS, RESPONSE_BYTES_MAX, FunctionSpec, Journal, Launch, Outcome

MEMORY_POLL_SECONDS = 0.1
STORAGE_POLL_SECONDS = 1.0
FILES_MAX = 100_000  # looked at in a folder; more count as too much
REAL = SystemClock()  # the code's own clock is the machine's: its deadline and durations are in real time


class Gone(Exception):
    """The environment had ended before the work reached it: the work is to be given to another."""


class Ending(NamedTuple):
    """Why a wait is over when no report came: `exit` with its status, `timeout`, `memory` or `storage`."""

    kind: str
    status: int = 0


class Environment:
    """A sandbox with its Runtime API, its output and its journal. Serves one invocation at a time."""

    def __init__(
        self, spec: FunctionSpec, journal: Journal, launch: Launch, folders: Folders, sandboxes: Sandboxes
    ) -> None:
        self.spec = spec
        self.journal = journal
        self.launch = launch
        self.idle_since = 0.0
        self.retired = False
        self.closed = False
        self._folders = folders
        self._sandboxes = sandboxes
        self._api = RuntimeApi()
        self._sandbox: Sandbox | None = None
        self._output: Output | None = None
        self._exit: asyncio.Task[int] | None = None
        self._opening: asyncio.Task[None] | None = None
        self._endpoint: asyncio.Server | None = None  # as the code hears it that has a network of its own
        self._init_ms: float | None = None
        self._init_failure: Report | Ending | None = None
        self._retrying = False
        self._peak_mb = 0
        self._storage_at = 0.0

    @classmethod
    async def make(cls, spec: FunctionSpec, folders: Folders, sandboxes: Sandboxes) -> Environment:
        """A new environment with a journal and fresh credentials, not started yet."""
        journal = spec.open_journal()
        return cls(spec, journal, await spec.launch(journal.log_stream), folders, sandboxes)

    @property
    def code(self) -> Path:
        """The folder that its code was unpacked to."""
        return self._folders.opt.parent

    @property
    def alive(self) -> bool:
        """Whether its process runs, as far as is known."""
        return not self.closed and self._exit is not None and not self._exit.done()

    def expires_before(self, seconds: float, clock: Clock) -> bool:
        """Whether its credentials end within `seconds` of `clock`."""
        return self.launch.expires is not None and clock.now() + seconds >= self.launch.expires

    async def start(self, interpreter: Interpreter) -> None:
        """Start the process and wait for the end of its init. A failed init is told by the first invocation.

        Raises Gone where it was closed before there was a process.
        """
        self.journal.init_started()
        await self._begin(interpreter)
        began = REAL.monotonic()
        self._init_failure = await self._initialized(INIT_SECONDS)
        self._init_ms = (REAL.monotonic() - began) * 1000
        self.journal.init_ended(self._init_ms, failed=self._init_failure is not None)
        if isinstance(self._init_failure, Ending) and self._init_failure.kind == "timeout":
            await self._end_process()  # the one more try: inside the first invocation, under the function's own limit
            self._init_ms = None
            self._api = RuntimeApi()
            self._init_failure = None
            self._retrying = True
            await self._begin(interpreter)

    async def _begin(self, interpreter: Interpreter) -> None:
        spec, view = self.spec, self._sandboxes.view(self._folders)
        self._folders.private.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._sandboxes.endpoint:
            self._api.address = f"{API_HOST}:{API_PORT}"
        else:
            await self._api.start()
        variables = trust.variables(self._folders.runtime, view.runtime)
        variables |= commands.variables(spec, self.launch, view, self._api.address, self.journal.log_stream)
        line = commands.command(interpreter, spec, view)
        if self.closed:  # while the address was made: nobody would end the process any more
            raise Gone
        tag = commands.tag(self.journal.log_stream)
        try:
            self._sandbox = self._sandboxes.start(line, variables, self._folders, tag)
        except OSError as error:
            self._api.close()
            self._init_failure = invalid_entrypoint(error)
            return
        self._api.owners = self._sandbox.pids
        self._output = Output(self._sandbox.output, self.journal.output)
        self._exit = asyncio.ensure_future(self._sandbox.exited())
        if self._sandbox.doors and self._sandboxes.endpoint:
            self._opening = asyncio.ensure_future(self._open(self._sandbox.doors, self._sandboxes.endpoint))

    async def _open(self, doors: Channel, endpoint: Endpoint) -> None:
        """Be heard in the code's own network."""
        sockets = await doors.sockets()
        if len(sockets) == DOORS:  # else it ended before
            await self._api.listen(sockets[0])
            self._endpoint = await endpoint.serve(sockets[1])

    async def _initialized(self, seconds: float) -> Report | Ending | None:
        """Wait for the first poll; what came instead of it, or None."""
        if self._exit is None:
            return self._init_failure
        ready = asyncio.ensure_future(self._api.ready.wait())
        report = asyncio.ensure_future(self._api.report())
        try:
            await asyncio.wait((ready, report, self._exit), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if report.done():
                return report.result()
            if ready.done():
                return None
            return self._exited() if self._exit.done() else Ending("timeout")
        finally:
            await cancel(ready, report)

    async def invoke(self, work: Work) -> Outcome:
        """Run one invocation. Raises Gone where the process had ended before it took the work."""
        request_id = work.request_id
        if self._init_failure is None and not self._retrying:
            await self._until_ready()
        self.journal.started(request_id)
        began = REAL.monotonic()
        found: Report | Ending
        if self._init_failure is not None:
            found = self._init_failure
        else:
            deadline = int((REAL.now() + self.spec.timeout_s) * 1000)
            work_headers = {
                "Lambda-Runtime-Aws-Request-Id": request_id,
                "Lambda-Runtime-Deadline-Ms": str(deadline),
                "Lambda-Runtime-Invoked-Function-Arn": self.spec.arn,
                **work.headers,
            }
            self._api.offer(replace(work, headers=work_headers))
            found = await self._answered()
        duration_ms = (REAL.monotonic() - began) * 1000
        outcome = self._outcome(request_id, found)
        outcome.memory_mb_max = self._memory_mb_max()
        if isinstance(found, Ending) or found.kind == "init/error":
            self.closed = True
            await self._end_process()
        elif self._output:
            self._output.drain()
        self._retrying = False
        outcome.duration_ms, outcome.init_ms, self._init_ms = duration_ms, self._init_ms, None
        outcome.billed_ms = math.ceil(duration_ms)  # on AWS, too, the init of a zip function is not in it
        outcome.log_stream = self.journal.log_stream
        outcome.trace = work.headers.get("Lambda-Runtime-Trace-Id", "")
        outcome.log_tail = self.journal.ended(request_id, outcome)
        return outcome

    def _memory_mb_max(self) -> int:
        """The environment's peak in MB; of one that has just ended, the last that was seen."""
        seen_kb = self._sandbox.memory_peak_kb() if self._sandbox else 0
        self._peak_mb = max(self._peak_mb, math.ceil(seen_kb / 1024))
        return self._peak_mb

    async def _until_ready(self) -> None:
        """Wait until the code asks for work; one that doesn't within its timeout gets it nevertheless."""
        if self._exit is None or self._exit.done():
            raise Gone
        if self._api.ready.is_set():
            return
        ready = asyncio.ensure_future(self._api.ready.wait())
        try:
            limit = self.spec.timeout_s
            await asyncio.wait((ready, self._exit), timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            if self._exit.done():
                raise Gone
        finally:
            await cancel(ready)

    async def _answered(self) -> Report | Ending:
        """Wait for the code's report, its end, its time or its memory to run out: whichever comes first."""
        assert self._exit
        assert self._sandbox
        report = asyncio.ensure_future(self._api.report())
        end = REAL.monotonic() + self.spec.timeout_s
        limit_kb = self.spec.memory_mb * 1024
        try:
            while True:
                wait = min(MEMORY_POLL_SECONDS, end - REAL.monotonic())
                await asyncio.wait((report, self._exit), timeout=wait, return_when=asyncio.FIRST_COMPLETED)
                if report.done():
                    return report.result()
                if self._exit.done():
                    return self._exited()
                if REAL.monotonic() >= end:
                    return Ending("timeout")
                if await self._fills_its_folder():
                    return Ending("storage", -signal.SIGKILL)
                now_kb = self._sandbox.memory_now_kb()
                if now_kb > limit_kb:
                    now_kb = await asyncio.to_thread(self._sandbox.memory_held_kb)
                self._peak_mb = max(self._peak_mb, math.ceil(now_kb / 1024))
                if now_kb > limit_kb:
                    return Ending("memory")
        finally:
            await cancel(report)

    def _exited(self) -> Ending:
        assert self._exit
        assert self._sandbox
        if not self._sandbox.ran_out_of_memory():
            return Ending("exit", self._exit.result())
        self._peak_mb = max(self._peak_mb, self.spec.memory_mb)
        return Ending("memory")

    async def _fills_its_folder(self) -> bool:
        """Whether the code has written more than it may, where its /tmp doesn't limit that itself."""
        if self._sandboxes.bounded_tmp or REAL.monotonic() < self._storage_at:
            return False
        self._storage_at = REAL.monotonic() + STORAGE_POLL_SECONDS
        most = self.spec.storage_mb * 1024 * 1024
        return await asyncio.to_thread(bytes_in, self._folders.private, most) > most

    def _outcome(self, request_id: str, found: Report | Ending) -> Outcome:
        if isinstance(found, Ending):
            return ended_outcome(request_id, found, self.spec.timeout_s)
        if found.kind == "response":
            return Outcome(found.body, content_type=found.content_type)
        if found.kind == "too large":
            text = f"Response payload size exceeded maximum allowed payload size ({RESPONSE_BYTES_MAX} bytes)."
            return failure("too large", "Function.ResponseSizeTooLarge", text, message_first=True)
        kind = "init" if found.kind == "init/error" else "handler"
        return Outcome(found.body or b"{}", kind, error_type=found.error_type)

    async def _end_process(self) -> None:
        """Kill all processes, take the last of their output, and leave the Runtime API."""
        if self._sandbox:
            self._sandbox.kill()
        if self._exit:
            await asyncio.shield(self._exit)
        if self._output:
            self._output.drain()
            self._output.close()
        if self._opening:
            await cancel(self._opening)
        if self._sandbox and self._sandbox.doors:
            self._sandbox.doors.close()
        if self._endpoint:
            self._endpoint.close()
        self._api.close()

    async def close(self) -> None:
        """End the environment and remove its private files. May be called twice."""
        self.closed = True
        await self._end_process()
        await asyncio.to_thread(remove, self._folders.private)


def bytes_in(folder: Path, most: int) -> int:
    """How much disk the files below a folder take; looked at until it is more than `most`."""
    found = files = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                found += os.lstat(os.path.join(place, name)).st_blocks * 512
            files += 1
            if found > most or files > FILES_MAX:
                return most + 1
    return found


def remove(folder: Path) -> None:
    """Delete a folder; files that the function made unreadable go too, as far as they can."""
    shutil.rmtree(folder, ignore_errors=True)


async def cancel(*tasks: asyncio.Future[Any]) -> None:
    """Cancel tasks and see them end."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def failure(kind: str, error_type: str, message: str, *, message_first: bool = False) -> Outcome:
    """A failure that the platform tells, with its members in the order in which AWS writes them."""
    members = {"errorType": error_type, "errorMessage": message}
    if message_first:
        members = dict(reversed(members.items()))
    return Outcome(orjson.dumps(members), kind, error_type=error_type)


def ended_outcome(request_id: str, ending: Ending, timeout_s: float) -> Outcome:
    """What an invocation came to whose environment ended in it, as recorded on AWS."""
    if ending.kind == "timeout":
        text = f"Task timed out after {timeout_s:.2f} seconds"
        outcome = failure("timeout", "Sandbox.Timedout", f"RequestId: {request_id} Error: {text}")
        outcome.notice = f"{iso_milliseconds(REAL.now(), suffix='Z')} {request_id} {text}\n\n"
        return outcome
    error_type = "Runtime.ExitError"
    if ending.kind == "memory":
        error_type, reason = "Runtime.OutOfMemory", "Runtime exited with error: signal: killed"
    elif ending.status == 0:
        reason = "Runtime exited without providing a reason"
    elif ending.status < 0:
        reason = f"Runtime exited with error: signal: {signal_name(-ending.status)}"
    else:
        reason = f"Runtime exited with error: exit status {ending.status}"
    outcome = failure(ending.kind, error_type, f"RequestId: {request_id} Error: {reason}")
    note = "\n/tmp holds more than the function's EphemeralStorage" if ending.kind == "storage" else ""
    outcome.notice = f"RequestId: {request_id} Error: {reason}{note}\n{error_type}\n"
    return outcome


def signal_name(number: int) -> str:
    """A signal in the words of Go's runtime, which AWS's messages have."""
    names = {6: "aborted", 9: "killed", 11: "segmentation fault", 15: "terminated"}
    return names.get(number, f"signal {number}")


def invalid_entrypoint(error: OSError) -> Report:
    """The report of a program that could not be executed at all (a custom runtime without `bootstrap`)."""
    text = f"Couldn't find valid bootstrap(s): [bootstrap] ({error.strerror})"
    body = orjson.dumps({"errorType": "Runtime.InvalidEntrypoint", "errorMessage": text})
    return Report("init/error", body, "Runtime.InvalidEntrypoint")
