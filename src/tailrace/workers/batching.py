"""Which records make the next batch: pure.

A batch is made of one shard's records (one lane's, where ParallelizationFactor > 1) in their order: at most BatchSize,
at most 6 MB as an event, none that its filter turns away and none older than its age allows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

EVENT_BYTES_MAX = 6 * 1024 * 1024
ENVELOPE_BYTES = len(b'{"Records":[]}')


@dataclass(frozen=True, slots=True)
class Record:
    """One change as the function gets it: `body` is the record's JSON, `content` the same parsed, `origin` the
    request that wrote it, and the context of its trace where there is telemetry.
    """

    sequence: int
    created: float
    body: bytes
    content: Mapping[str, Any] = field(default_factory=dict)
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a batch may hold; `oldest` is the time before which a record has expired."""

    records_max: int
    oldest: float = 0.0
    bytes_max: int = EVENT_BYTES_MAX


@dataclass(slots=True)
class Batch:
    """What was gathered: every record up to `through` is in it, or needs no call.

    `expired` are records that came too late for a call; they make a batch of their own. `outside`: the next record is
    of a later window. `filtered` are the records that a filter turned away.
    """

    through: int
    records: list[Record] = field(default_factory=list)
    size: int = ENVELOPE_BYTES
    looked_at: int = 0
    expired: list[Record] = field(default_factory=list)
    full: bool = False
    outside: bool = False
    filtered: int = 0

    def event(self) -> bytes:
        """The function's event."""
        return b'{"Records":[' + b",".join(record.body for record in self.records) + b"]}"


def gather(
    records: Iterable[Record],
    after: int,
    wanted: Callable[[Record], bool] | None,
    limits: Limits,
    inside: Callable[[Record], bool] | None = None,
) -> Batch:
    """The longest batch from the start of `records`, which come after number `after` in rising order.

    One record alone is taken whatever its size: it could never go otherwise. `inside` ends the batch at the first
    record that it turns away.
    """
    batch = Batch(after)
    for record in records:
        if wanted is None or wanted(record):
            expired = record.created < limits.oldest
            others = batch.records if expired else batch.expired
            size = batch.size + len(record.body) + 1
            batch.outside = not expired and inside is not None and not inside(record)
            if others or batch.outside or (batch.records and size > limits.bytes_max):
                batch.full = True
                break
            (batch.expired if expired else batch.records).append(record)
            batch.size = batch.size if expired else size
        batch.looked_at += 1
        batch.through = record.sequence
        taken = len(batch.records) + len(batch.expired)
        if taken >= limits.records_max or batch.size >= limits.bytes_max:
            batch.full = True
            break
    return batch


def more_needed(batch: Batch, limits: Limits) -> int:
    """About how many further changes fill a batch that isn't full yet: a lane that waits for its window needn't look
    before there are as many. At least 1.
    """
    if not batch.records:
        return 1
    share = batch.looked_at / len(batch.records)
    mean = max(1, (batch.size - ENVELOPE_BYTES) // len(batch.records))
    room = min(limits.records_max - len(batch.records), (limits.bytes_max - batch.size) // mean)
    return max(1, int(room * share))
