"""What a lane is to do next, decided over one snapshot of the store: settings, permission and records of one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from tailrace.base.errors import Missing
from tailrace.services.lambda_ import event_source_access as access
from tailrace.services.lambda_ import event_source_mappings as mappings
from tailrace.store import changes, resources
from tailrace.store.engine import Transaction
from tailrace.workers import outcome, trigger_access
from tailrace.workers.batching import EVENT_BYTES_MAX, Batch, Limits, Record, gather, more_needed
from tailrace.workers.outcome import Piece, Progress
from tailrace.workers.scan import Scan
from tailrace.workers.trigger_settings import Settings, compile_settings, lane_of
from tailrace.workers.tumbling import Chooser, TumblingWindow

if TYPE_CHECKING:
    from tailrace.workers.lane import Lane
    from tailrace.workers.shard_reader import ShardReader


@dataclass(frozen=True, slots=True)
class Window:
    """A batch that waits to be fuller: since when, and from which number on it is worth looking again."""

    began: float
    look_at: int


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing to do."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """Something to do, and no way to do it now; `problem` is the mapping's LastProcessingResult."""

    problem: str


@dataclass(frozen=True, slots=True)
class Passed:
    """Records that need no call were passed; `filtered` of them because a filter turned them away."""

    settings: Settings
    progress: Progress
    filtered: int


@dataclass(frozen=True, slots=True)
class Lost:
    """The stream forgot the records of these numbers before the lane had read them; `progress` is behind them."""

    settings: Settings
    first: int
    last: int
    progress: Progress


@dataclass(frozen=True, slots=True)
class Expired:
    """Records that came too late for a call, or for another one, are to be given up; `head` is the piece they were of.

    `progress` is the lane's behind them.
    """

    settings: Settings
    batch: Batch
    progress: Progress
    head: Piece | None


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before `until`, unless (with a window) more records come."""

    until: float
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class CallFor:
    """A batch to call the function with. `progress` is the lane's, its head piece ending where the batch does.

    `window` is the tumbling window that the batch belongs to. `final`: the call closes that window, the batch is empty;
    `early`: before its time.
    """

    settings: Settings
    batch: Batch
    progress: Progress
    window: TumblingWindow | None = None
    final: bool = False
    early: bool = False

    @property
    def known_window(self) -> TumblingWindow:
        """The window of a call that has one."""
        assert self.window is not None, "a final call closes a window"
        return self.window

    def event(self, shard_name: str) -> bytes:
        """The function's event; a window's members stand behind the records."""
        event = self.batch.event()
        if self.window is None:
            return event
        members = self.window.members(final=self.final, early=self.early)
        members |= {"shardId": shard_name, "eventSourceARN": self.settings.stream_arn}
        return event[:-1] + b"," + orjson.dumps(members)[1:]


Look = Idle | Blocked | Passed | Lost | Expired | Wait | CallFor


def look(tx: Transaction, reader: ShardReader, lane: Lane) -> Look:
    """Decide. Sets `lane.seen`, up to where the shard was looked at."""
    node, progress = reader.context.node, lane.progress
    now = node.clock.now()
    try:
        trimmed, lane.seen = changes.reach(tx, reader.shard)
    except Missing:
        return Idle()  # trimmed away with its records; the mapping's run tells of them
    settings = resources.derived(tx, mappings.KIND, reader.scope, reader.mapping, compile_settings)
    if settings is None or not settings.active:
        return Idle()
    head, window = progress.pieces[0] if progress.pieces else None, progress.window
    closing = window is not None and (window.closing or window.seconds != settings.tumbling_s)
    if not closing and settings.lanes != len(reader.lanes):
        return Idle()
    if head is None and window is None and lane.seen <= progress.checkpoint:
        return Idle()
    due = window.retry_at if window and closing else head.retry_at if head else 0.0
    if due > now:
        return Wait(due)
    if trimmed > progress.checkpoint:
        return Lost(settings, progress.checkpoint + 1, trimmed, outcome.lose(progress, trimmed))
    if settings.problem:
        return Blocked(settings.problem)
    source, target = settings.stream_arn, settings.target
    problem = trigger_access.problem(tx, node.identity, target, reader.mapping, access.refusal, source)
    if problem:
        return Blocked(problem)
    parts = settings.stream_arn.partition(":table/")
    stream = resources.get(tx, mappings.STREAM_KIND, reader.scope, parts[2])
    if stream is None:
        return Idle()
    if window and closing:
        return _final(settings, progress, window, early=window.early or (now < window.end and window.failures == 0))
    return _records(tx, reader, lane, settings, stream, now)


def _records(
    tx: Transaction, reader: ShardReader, lane: Lane, settings: Settings, stream: dict[str, Any], now: float
) -> Look:
    """What to do with the next records or, where there are none, with the window that is open."""
    head = lane.progress.pieces[0] if lane.progress.pieces else None
    chooser = Chooser(settings.tumbling_s, lane.progress.closed, lane.progress.window) if settings.tumbling_s else None
    batch = _batch(tx, reader, lane, settings, stream, head.through if head else lane.seen, now, chooser)
    progress = outcome.cut(lane.progress, batch.through)
    behind = outcome.skip(progress, batch.through)
    at_end = reader.last is not None and batch.through >= reader.last
    if batch.expired:
        return Expired(settings, batch, behind, head)
    window = chooser.window if chooser else None
    if batch.records:
        if head is None and settings.window_s and not batch.full and not at_end:
            began = lane.window.began if lane.window else now
            until = min(began + settings.window_s, window.end if window else began + settings.window_s)
            if now < until:
                missing = more_needed(batch, Limits(settings.batch_size))
                return Wait(until, Window(began, batch.through + missing))
        return CallFor(settings, batch, progress, window)
    if behind != lane.progress:
        return Passed(settings, behind, batch.filtered)
    window = progress.window
    if window is None:
        return Idle()
    if batch.outside or at_end or now >= window.end:
        return _final(settings, progress, window, early=False)
    return Wait(window.end, Window(now, lane.seen + 1))


def _final(settings: Settings, progress: Progress, window: TumblingWindow, *, early: bool) -> CallFor:
    """The call that closes a window: it has the window's state and no records."""
    return CallFor(settings, Batch(progress.checkpoint), progress, window, final=True, early=early)


def _batch(
    tx: Transaction,
    reader: ShardReader,
    lane: Lane,
    settings: Settings,
    stream: dict[str, Any],
    end: int,
    now: float,
    chooser: Chooser | None,
) -> Batch:
    """The next batch up to number `end`. Numbers have no gaps: what isn't there any more was trimmed."""
    scan = Scan(tx, stream, reader.shard, lane.progress.checkpoint, end, settings.batch_size)
    known = lane.progress.window
    room = EVENT_BYTES_MAX - (known.size if known else 0)
    limits = Limits(settings.batch_size, oldest=now - settings.age_s, bytes_max=room)
    wanted = _Wanted(reader, lane, settings, stream)
    batch = gather(scan, lane.progress.checkpoint, wanted.test, limits, chooser.inside if chooser else None)
    batch.filtered = wanted.turned_away
    if scan.ended and not batch.full:
        batch.through = max(batch.through, end)
    return batch


class _Wanted:
    """Which records are a lane's to deliver: those of its partition keys that a filter lets through."""

    def __init__(self, reader: ShardReader, lane: Lane, settings: Settings, stream: dict[str, Any]) -> None:
        self._filters = settings.filters
        self.turned_away = 0
        self._divided = settings.lanes > 1 or bool(reader.former)
        self._lanes, self._number, self._former = settings.lanes, lane.number, reader.former
        self._partition_key = stream["KeySchema"][0]["AttributeName"]

    def test(self, record: Record) -> bool:
        """Whether the record is wanted."""
        if self._divided:
            partition = record.content["dynamodb"]["Keys"][self._partition_key]
            if lane_of(partition, self._lanes) != self._number:
                return False
            if any(former.did(record.sequence, partition) for former in self._former):
                return False
        if not self._filters or any(pattern.test(record.content) for pattern in self._filters):
            return True
        self.turned_away += 1
        return False
