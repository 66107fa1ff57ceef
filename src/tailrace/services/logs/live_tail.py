"""StartLiveTail: the events of some groups as they arrive, over an answer that stays open.

```
sessionStart, sessionUpdate, sessionUpdate, ...     until the client goes, or for three hours
```
AWS sends an update a second. So does Tailrace, but what arrives after a quiet second is sent at once. A session reads
when its client has taken the update before, so a slow one costs no memory: it gets a sample of what came meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from tailrace.base import arn, ids
from tailrace.base.clock import wait_for_event
from tailrace.base.errors import ApiError
from tailrace.expression import log_pattern
from tailrace.expression.log_pattern import LogPattern
from tailrace.operation import Call, Shape, operation
from tailrace.services.logs import names
from tailrace.services.logs.events import event_size
from tailrace.store import log_arrivals, log_events
from tailrace.store.engine import Transaction
from tailrace.store.log_arrivals import Mark
from tailrace.store.log_events import LogEvent

SESSION_SECONDS = 3 * 3600.0
SESSIONS_MAX = 15  # of an account in a region, on each node
UPDATE_SECONDS = 1.0
UPDATE_EVENTS_MAX = 500
UPDATE_BYTES_MAX = 2 * 1024 * 1024  # SDKs take frames of 16 MB, and JSON may write a byte with six
LOOK_EVENTS_MAX = 10_000  # looked at for one update, and
LOOK_BYTES_MAX = 16 * 1024 * 1024  # of them; what comes faster is passed over
SLICE_EVENTS = 200

Arrival = tuple[str, LogEvent]

log = logging.getLogger("tailrace.logs")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events a session shows: of these groups (name: identifier as given), streams and pattern."""

    groups: dict[str, str]
    streams: frozenset[str]
    prefixes: tuple[str, ...]
    pattern: LogPattern

    def wants(self, event: LogEvent) -> bool:
        """Whether this event is one of them."""
        if self.streams and event.stream not in self.streams:
            return False
        if self.prefixes and not event.stream.startswith(self.prefixes):
            return False
        return self.pattern.test(event.message)


def _group_arns(call: Call, request: Shape) -> list[str]:
    """What the permission is asked on: each of the groups."""
    return [names.group_arn(call, {"logGroupIdentifier": one}) for one in request["logGroupIdentifiers"]]


@operation("logs", "StartLiveTail", needs="logs:StartLiveTail", on=_group_arns)
async def start_live_tail(call: Call, request: Shape) -> Shape:
    """Stream the events of log groups as they arrive.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html
    """
    wanted = _wanted(call, request)

    def begin(tx: Transaction) -> Mark:
        for name in wanted.groups:
            names.group(tx, call.scope, name)
        return log_arrivals.end(tx, call.clock.now(), one_writer=call.store.kind != "postgresql")

    mark = await call.store.view(begin)
    sessions = call.node.live_tails
    if sessions.get(call.scope, 0) >= SESSIONS_MAX:
        text = f"There are {SESSIONS_MAX} Live Tail sessions open already."
        raise ApiError("LimitExceededException", text)
    start = {"requestId": call.request_id, "sessionId": ids.uuid(), "logGroupIdentifiers": list(wanted.groups.values())}
    for given in ("logStreamNames", "logStreamNamePrefixes", "logEventFilterPattern"):
        if given in request:
            start[given] = request[given]
    return {"responseStream": Session(call, wanted, mark, start)}


def _wanted(call: Call, request: Shape) -> Wanted:
    """What the request asks for. Raises InvalidParameterException."""
    streams, prefixes = request.get("logStreamNames", ()), request.get("logStreamNamePrefixes", ())
    groups = {_name(call, one): one for one in request["logGroupIdentifiers"]}
    if streams and prefixes:
        text = "logStreamNamePrefixes and logStreamNames are mutually exclusive parameters."
        raise names.invalid(text)
    if (streams or prefixes) and len(groups) > 1:
        text = "logStreamNames and logStreamNamePrefixes can be specified only with a single log group."
        raise names.invalid(text)
    pattern = log_pattern.parse(request.get("logEventFilterPattern", ""))
    return Wanted(groups, frozenset(streams), tuple(prefixes), pattern)


def _name(call: Call, identifier: str) -> str:
    """The name of the group that an ARN names; this operation takes no names."""
    name = names.name_of(identifier)
    if name == identifier:
        raise names.invalid(f"Log group identifier '{identifier}' is not an ARN.")
    if identifier != arn.log_group(call.region, call.account, name):
        raise names.no_such_group()
    return name


class Session:
    """A live tail's answer, update by update."""

    def __init__(self, call: Call, wanted: Wanted, mark: Mark, start: Shape) -> None:
        self._call, self._wanted, self._mark = call, wanted, mark
        self._start: Shape | None = start
        self._ends = call.clock.now() + SESSION_SECONDS
        self._updated = call.clock.now()
        self._quiet = True  # the update before had no event
        self._news = False
        self._over = False
        self._stirred = asyncio.Event()
        topics = {f"{call.scope} {name}" for name in wanted.groups}
        self._unlisten = call.store.listen(log_events.TOPIC, lambda about: self._hear(about in topics))
        self._leaving = asyncio.ensure_future(call.gone.wait())
        self._leaving.add_done_callback(lambda _: self._stirred.set())
        sessions = call.node.live_tails
        sessions[call.scope] = sessions.get(call.scope, 0) + 1
        self._closed = False

    def __aiter__(self) -> Session:
        return self

    async def __anext__(self) -> Shape:
        if self._start is not None:
            start, self._start = self._start, None
            return {"sessionStart": start}
        if not self._over:
            await self._wait()
        if self._over or self._call.gone.is_set():
            raise StopAsyncIteration
        now = self._call.clock.now()
        if now >= self._ends:
            self._over = True
            return {"SessionTimeoutException": {"message": "The Live Tail session has been open for three hours."}}
        self._updated = now
        try:
            return {"sessionUpdate": await self._update()}
        except Exception:
            log.exception("a live tail broke off, request %s", self._call.request_id)
            self._over = True
            return {"SessionStreamingException": {"message": "An unknown error ended the Live Tail session."}}

    async def aclose(self) -> None:
        """Nobody reads any more."""
        if not self._closed:
            self._closed = self._over = True
            self._unlisten()
            self._leaving.cancel()
            self._call.node.live_tails[self._call.scope] -= 1

    def _hear(self, ours: bool) -> None:
        """A transaction has written log events."""
        if ours and not self._news:
            self._news = True
            self._stirred.set()

    async def _wait(self) -> None:
        """Until an update is due: a second after the last one, or at once for what comes after a quiet one."""
        clock, due = self._call.clock, self._updated + UPDATE_SECONDS
        while not self._call.gone.is_set() and not (self._news and self._quiet) and clock.now() < due:
            self._stirred.clear()
            await wait_for_event(self._stirred, due - clock.now(), clock)

    async def _update(self) -> Shape:
        """The events that have come since the last update, or a sample of them."""
        self._news = False
        found, passed_over = await self._arrivals()
        shown = _sample(found)
        self._quiet = not shown
        return {
            "sessionMetadata": {"sampled": passed_over or len(shown) < len(found)},
            "sessionResults": [self._entry(name, event) for name, event in shown],
        }

    async def _arrivals(self) -> tuple[list[Arrival], bool]:
        """The wanted events among those that have come, and whether some were passed over unseen."""
        found: list[Arrival] = []
        looked_at = size = 0
        while looked_at < LOOK_EVENTS_MAX and size < LOOK_BYTES_MAX:
            slice_, self._mark = await self._call.store.view(self._read)
            if not slice_:
                return found, False
            found.extend((name, event) for name, event in slice_ if self._wanted.wants(event))
            looked_at += len(slice_)
            size += sum(event_size(event) for _, event in slice_)
            await asyncio.sleep(0)  # others have their turn between two slices
        before, now = self._mark, self._call.clock.now()
        self._mark = await self._call.store.view(lambda tx: log_arrivals.end(tx, now, one_writer=before.one_writer))
        return found, self._mark.settled > before.latest

    def _read(self, tx: Transaction) -> tuple[list[Arrival], Mark]:
        groups = list(self._wanted.groups)
        return log_arrivals.arrived(tx, self._call.scope, groups, self._mark, self._call.clock.now(), SLICE_EVENTS)

    def _entry(self, name: str, event: LogEvent) -> Shape:
        return {
            "logStreamName": event.stream,
            "logGroupIdentifier": self._wanted.groups[name],
            "message": event.message,
            "timestamp": event.timestamp,
            "ingestionTime": event.ingestion,
        }


def _sample(found: Sequence[Arrival]) -> Sequence[Arrival]:
    """All of them, or as many as an update takes, at even distances."""
    size = sum(event_size(event) for _, event in found)
    fitting = len(found) if size <= UPDATE_BYTES_MAX else max(1, len(found) * UPDATE_BYTES_MAX // size)
    count = min(fitting, UPDATE_EVENTS_MAX)
    return found if count == len(found) else [found[place * len(found) // count] for place in range(count)]
