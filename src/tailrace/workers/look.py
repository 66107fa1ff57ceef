"""What a lane is to do next, decided over one snapshot of the store: settings, permission and records of one moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tailrace.base.errors import Missing
from tailrace.services.lambda_ import event_source_access as access
from tailrace.services.lambda_ import event_source_mappings as mappings
from tailrace.store import changes, resources
from tailrace.store.engine import Transaction
from tailrace.workers import outcome
from tailrace.workers.batching import EVENT_BYTES_MAX, Batch, Limits, Record, gather, more_needed
from tailrace.workers.outcome import Progress
from tailrace.workers.trigger_event import event_record
from tailrace.workers.trigger_settings import Settings, compile_settings, lane_of

if TYPE_CHECKING:
    from tailrace.operation import Node
    from tailrace.workers.lane import Lane
    from tailrace.workers.shard_reader import ShardReader

CHANGES_MAX = 10_000  # looked at in one snapshot, however few of them a filter lets through
SLICE_MAX = 1_000
NO_ROLE = "PROBLEM: The role defined for the function cannot be assumed by Lambda."


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
    """Records that need no call were passed; `expired` of them would have been called, if they were younger."""

    progress: Progress
    expired: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before `until`, unless (with a window) more records come."""

    until: float
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class CallFor:
    """A batch to call the function with. `progress` is the lane's, its head piece ending where the batch does."""

    settings: Settings
    batch: Batch
    progress: Progress


Look = Idle | Blocked | Passed | Wait | CallFor


def look(tx: Transaction, reader: ShardReader, lane: Lane) -> Look:
    """Decide. Sets `lane.seen`, up to where the shard was looked at."""
    node, progress = reader.context.node, lane.progress
    now = node.clock.now()
    try:
        lane.seen = changes.latest(tx, reader.shard)
    except Missing:
        return Idle()  # trimmed away with its records
    settings = resources.derived(tx, mappings.KIND, reader.scope, reader.mapping, compile_settings)
    if settings is None or not settings.active or settings.lanes != len(reader.lanes):
        return Idle()
    head = progress.pieces[0] if progress.pieces else None
    if head is None and lane.seen <= progress.checkpoint:
        return Idle()
    if head is not None and head.retry_at > now:
        return Wait(head.retry_at)
    problem = _problem(tx, node, settings, reader.mapping)
    if problem:
        return Blocked(problem)
    parts = settings.stream_arn.partition(":table/")
    stream = resources.get(tx, mappings.STREAM_KIND, reader.scope, parts[2])
    if stream is None:
        return Idle()
    batch = _batch(tx, reader, lane, settings, stream, head.through if head else lane.seen, now)
    progress = outcome.cut(progress, batch.through)
    if not batch.records:
        return Passed(outcome.skip(progress, batch.through), batch.expired)
    at_end = reader.last is not None and batch.through >= reader.last
    if head is None and settings.window_s and not batch.full and not at_end:
        began = lane.window.began if lane.window else now
        if now < began + settings.window_s:
            missing = more_needed(batch, Limits(settings.batch_size))
            return Wait(began + settings.window_s, Window(began, batch.through + missing))
    return CallFor(settings, batch, progress)


def _problem(tx: Transaction, node: Node, settings: Settings, mapping: str) -> str | None:
    """Why nothing may be delivered now: the role is asked at each poll, as AWS does."""
    role = access.role_of(tx, settings.target)
    if role is None:
        return f"PROBLEM: Function not found: {settings.target.arn}"
    try:
        reader = node.identity.role_principal(tx, role, f"awslambda_{mapping[:8]}")
    except Missing:
        return NO_ROLE
    refusal = access.refusal(node.identity, tx, reader, settings.stream_arn)
    return f"PROBLEM: {refusal}" if refusal else None


def _batch(
    tx: Transaction, reader: ShardReader, lane: Lane, settings: Settings, stream: dict[str, Any], end: int, now: float
) -> Batch:
    """The next batch up to number `end`. Numbers have no gaps: what isn't there any more was trimmed."""
    scan = _Scan(tx, stream, reader.shard, lane.progress.checkpoint, end, settings.batch_size)
    limits = Limits(settings.batch_size, oldest=now - settings.age_s)
    batch = gather(scan, lane.progress.checkpoint, _Wanted(reader, lane, settings, stream).test, limits)
    if scan.ended and not batch.full:
        batch.through = max(batch.through, end)
    return batch


class _Scan:
    """A shard's records from behind `at` to `end`, read in slices; `ended` says whether it came to the end."""

    def __init__(self, tx: Transaction, stream: dict[str, Any], shard: int, at: int, end: int, first: int) -> None:
        self._tx, self._stream, self._shard = tx, stream, shard
        self._at, self._end, self._first = at, end, first
        self.ended = False

    def __iter__(self) -> Iterator[Record]:
        at, seen, size = self._at, 0, 0
        while at < self._end and seen < CHANGES_MAX and size < EVENT_BYTES_MAX:
            count = min(SLICE_MAX, self._end - at, max(self._first - seen, 1) if seen < self._first else SLICE_MAX)
            slice_ = changes.read(self._tx, self._shard, at, count, EVENT_BYTES_MAX)
            if not slice_:
                break
            for change in slice_:
                if change.sequence > self._end:
                    break
                yield event_record(self._stream, self._shard, change)
            seen += len(slice_)
            size += sum(len(change.body) for change in slice_)
            at = slice_[-1].sequence
        else:
            self.ended = at >= self._end
            return
        self.ended = True


class _Wanted:
    """Which records are a lane's to deliver: those of its partition keys that a filter lets through."""

    def __init__(self, reader: ShardReader, lane: Lane, settings: Settings, stream: dict[str, Any]) -> None:
        self._filters = settings.filters
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
        return not self._filters or any(pattern.test(record.content) for pattern in self._filters)
