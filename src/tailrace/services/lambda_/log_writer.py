"""Writes one environment's log: lines are kept for a moment, then stored together, as the role may.

```
output -> buffer --(50 ms, or the end of the invocation)--> one transaction: group, stream, events
```
The role's permissions are asked each time, as the Logs service would ask them: logs:CreateLogGroup if there is no
group yet, logs:CreateLogStream for the first lines, logs:PutLogEvents for all. Lines that the role may not write are
lost, as they are on AWS; the server's log tells it once for each environment. Lines that no database was there for are
held, and written when it is back: once, whether or not the commit stands that it went away in.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass
from typing import Any

from tailrace.audit.entry import Decided, Entry
from tailrace.auth.principal import Principal
from tailrace.base import arn, ids
from tailrace.base.clock import iso_milliseconds
from tailrace.base.errors import Missing
from tailrace.operation import Node
from tailrace.runtime.spec import Outcome
from tailrace.services.lambda_ import log_lines
from tailrace.store import log_events, resources
from tailrace.store.engine import Transaction, Unreachable

GROUP = "logs:group"
BATCH_SECONDS = 0.05
AGAIN_SECONDS = 1.0  # until a database that is away is tried again
EVENTS_MAX = 10_000  # held; the function that prints more waits
BYTES_MAX = 8 * 1024 * 1024
TAIL_BYTES = 4096
# SystemLogLevel; which event has which level: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
LEVELS = ("DEBUG", "INFO", "WARN")

log = logging.getLogger("tailrace.functions")


@dataclass(frozen=True, slots=True)
class _Doubtful:
    """A commit of this time that the database went away in: whether the first `count` events that are held stand is
    not known.
    """

    count: int
    ingestion_ms: int


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What a log writer has to know of its function.

    `session` is the name of the role's session; `system_level` says which of the platform's events the JSON format has.
    With `traced`, the last line tells the trace of an invocation.
    """

    function_arn: str
    version: str
    runtime: str
    runtime_arn: str
    memory_mb: int
    role: str
    session: str
    group: str
    json: bool
    system_level: str = "INFO"
    traced: bool = False


class LogWriter:
    """The journal of one environment; see `runtime.spec.Journal`."""

    def __init__(self, node: Node, scope: str, settings: LogSettings) -> None:
        self._node = node
        self._scope = scope
        self._settings = settings
        day = iso_milliseconds(node.clock.now())[:10].replace("-", "/")
        self.log_stream = f"{day}/[{settings.version}]{ids.hex_digits(32)}"
        self._held: list[tuple[int, str]] = []
        self._held_bytes = 0
        self._doubtful: list[_Doubtful] = []
        self._tail: deque[str] = deque()
        self._tail_bytes = 0
        self._lock = asyncio.Lock()
        self._timer: asyncio.Task[None] | None = None
        self._refusal_told = False
        self._asked: tuple[Principal, list[Decided]] | None = None  # by the last write, in its closure
        self._audited: bool | None = None  # whether the audit has a write that was refused (True) or allowed

    def init_started(self) -> None:
        """INIT_START; not part of any invocation's tail."""
        s = self._settings
        if s.json:
            record = {"initializationType": "on-demand", "phase": "init", "functionVersion": s.version}
            record |= {"runtimeVersion": log_lines.runtime_version(s.runtime), "runtimeVersionArn": s.runtime_arn}
            self._add_event("initStart", record)
        else:
            self._add(log_lines.init_start(s.runtime, s.runtime_arn))

    def init_ended(self, init_ms: float, *, failed: bool) -> None:
        """The init's own events, in the JSON format alone."""
        if self._settings.json:
            done, report = log_lines.init_records(init_ms, failed=failed)
            self._add_event("initRuntimeDone", done, "WARN" if failed else "DEBUG")
            self._add_event("initReport", report, "WARN" if failed else "DEBUG")

    def started(self, request_id: str) -> None:
        """START: the tail begins anew."""
        self._tail.clear()
        self._tail_bytes = 0
        if self._settings.json:
            record = {"requestId": request_id, "version": self._settings.version}
            self._add_event("start", record)
        else:
            self._told(log_lines.start(request_id, self._settings.version))

    def output(self, events: list[str]) -> bool:
        """What the code printed; True when too much is held."""
        for event in events:
            self._told(event)
        return len(self._held) > EVENTS_MAX or self._held_bytes > BYTES_MAX

    def ended(self, request_id: str, outcome: Outcome) -> str:
        """The platform's closing lines; returns the invocation's tail."""
        if outcome.notice:
            self._told(outcome.notice)
        memory_mb = self._settings.memory_mb
        if self._settings.json:
            record = log_lines.report_record(request_id, outcome, memory_mb)
            failed = record["status"] != "success"
            self._add_event("runtimeDone", log_lines.done_record(request_id, outcome), "WARN" if failed else "DEBUG")
            if self._settings.traced:
                record["tracing"] = {"type": "X-Amzn-Trace-Id", "value": outcome.trace}
            self._add_event("report", record, "WARN" if failed else "INFO")
        else:
            self._told(log_lines.end(request_id))
            traced = log_lines.traced(outcome.trace) if self._settings.traced else ""
            self._told(log_lines.report(request_id, outcome, memory_mb) + traced)
        return "".join(self._tail).encode()[-TAIL_BYTES:].decode("utf-8", "ignore")

    def _add_event(self, kind: str, record: dict[str, Any], level: str = "INFO") -> None:
        """An event of the platform, if the function's log has those of that level. The init is in nobody's tail."""
        if LEVELS.index(level) >= LEVELS.index(self._settings.system_level):
            text = log_lines.platform(self._node.clock.now(), kind, record)
            (self._add if kind.startswith("init") else self._told)(text)

    def _told(self, text: str) -> None:
        self._add(text)
        self._tail.append(text)
        self._tail_bytes += len(text)
        while self._tail_bytes - len(self._tail[0]) > TAIL_BYTES:
            self._tail_bytes -= len(self._tail.popleft())

    def _add(self, text: str) -> None:
        self._held.append((int(self._node.clock.now() * 1000), text))
        self._held_bytes += len(text)
        self._flush_after(BATCH_SECONDS)

    def _flush_after(self, seconds: float) -> None:
        if self._timer is None:
            self._timer = asyncio.ensure_future(self._flush_later(seconds))

    async def _flush_later(self, seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:  # the server ends
            if self._held:
                log.error("%d lines of %s are lost: the server ended", len(self._held), self._settings.group)
            raise
        self._timer = None
        await self.flush()

    async def flush(self) -> None:
        """Store all that is held. While the database is away it's held on, and tried again each `AGAIN_SECONDS`.

        A store that fails otherwise loses the lines, and the server's log says so.
        """
        async with self._lock:
            events, held_bytes = self._held, self._held_bytes
            if not events:
                return
            self._held, self._held_bytes = [], 0
            now = self._node.clock.now()
            try:
                await self._node.store.update(lambda tx: self._write(tx, events, now), locked=True)
            except Unreachable as away:
                self._held, self._held_bytes = events + self._held, held_bytes + self._held_bytes
                if away.doubtful:
                    self._doubtful.append(_Doubtful(len(events), int(now * 1000)))
                self._flush_after(AGAIN_SECONDS)
            except Exception:
                self._doubtful.clear()
                log.exception("%d lines of %s are lost", len(events), self._settings.group)
            else:
                self._doubtful.clear()
                self._audit()

    def _audit(self) -> None:
        """Have the audit keep the service's decision in the role's name: the first, and the first that differs."""
        if self._asked is None:
            return
        writer, asked = self._asked
        refused = any(not each.decision.allowed for each in asked)
        if self._audited != refused:
            self._audited = refused
            now, region = self._node.clock.now(), self._scope.split("/")[1]
            self._node.audit.add(Entry.by_lambda(now, writer, "logs", "PutLogEvents", region, asked))

    def _write(self, tx: Transaction, events: list[tuple[int, str]], now: float) -> None:
        s, scope = self._settings, self._scope
        refused = self._refusal(tx)
        if refused:
            if not self._refusal_told:
                self._refusal_told = True
                log.warning("%s may not write its log %s: %s", s.function_arn, s.group, refused)
            return
        if resources.get(tx, GROUP, scope, s.group) is None:
            resources.create(tx, GROUP, scope, s.group, {"creationTime": int(now * 1000)})
        log_events.ensure_stream(tx, scope, s.group, self.log_stream, now)
        left = events[self._standing(tx, events) :]
        log_events.append(tx, scope, s.group, self.log_stream, left, int(now * 1000))

    def _standing(self, tx: Transaction, events: list[tuple[int, str]]) -> int:
        """How many of the events, from the first, stand already. An attempt wrote what those before it had not."""
        for made in reversed(self._doubtful):
            last = events[made.count - 1]
            if log_events.stands(tx, self._scope, self._settings.group, self.log_stream, last, made.ingestion_ms):
                return made.count
        return 0

    def _refusal(self, tx: Transaction) -> str | None:
        """AWS's sentence about the first permission that the role lacks for this write; None if it may write."""
        s, identity = self._settings, self._node.identity
        self._asked = None
        try:
            writer = identity.role_principal(tx, s.role, s.session)
        except Missing:
            return f"the role {s.role} is gone"
        account, region = self._scope.split("/")
        group_arn = f"{arn.log_group(region, account, s.group)}:log-stream:"
        stream_arn = group_arn + self.log_stream
        needs = [("logs:PutLogEvents", stream_arn)]
        if log_events.stream(tx, self._scope, s.group, self.log_stream) is None:
            needs.append(("logs:CreateLogStream", stream_arn))
            if resources.get(tx, GROUP, self._scope, s.group) is None:
                needs.append(("logs:CreateLogGroup", group_arn))
        asked: list[Decided] = []
        self._asked = writer, asked
        for action, resource in needs:
            decision = identity.decide(tx, writer, action, resource)
            asked.append(Decided(action, resource, decision))
            if not decision.allowed:
                return identity.denial(writer, decision, action, resource)
        return None
