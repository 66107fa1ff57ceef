"""A replay as it is kept: which ranges of a stream go to which function once more, and how far that has come. Pure.

```
document (a resource)   what is asked for, the status, the counts        what DescribeReplay shows
delivery (its body)     which span is under way, and the progress in it  what survives a restart
```
Its progress is its own: no mapping's checkpoint moves. The records' eventIDs carry a mark, so that whoever keeps an
account of eventIDs can tell a record that comes again from one that comes twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tailrace.base.clock import Clock
from tailrace.expression import event_pattern
from tailrace.expression.event_pattern import EventPattern
from tailrace.services.lambda_.function_names import FunctionName
from tailrace.store import deliveries, resources
from tailrace.store.engine import Transaction
from tailrace.workers.batching import Record
from tailrace.workers.outcome import Rules
from tailrace.workers.trigger_settings import lane_of

KIND = "tailrace:replay"
DELIVERY_KIND = "tailrace:replay"
REDRIVEN_KIND = "tailrace:redriven"  # up to which attempt a mapping's failures were redriven
SOURCE = "replay/"  # what the source of its attempts begins with
PENDING, RUNNING, COMPLETED, CANCELLED, FAILED = "Pending", "Running", "Completed", "Cancelled", "Failed"
ENDED = (COMPLETED, CANCELLED, FAILED)
COUNTS = ("Sent", "Filtered", "GivenUp", "Trimmed", "Batches")

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """Records of one shard from behind `after` up to `through`: those of one lane of several, and of the runs (first
    and last, counted from `after` + 1) where there are any.
    """

    shard: int
    after: int
    through: int
    lane: int = 0
    lanes: int = 1
    runs: tuple[int, ...] = ()

    def saved(self) -> list[Any]:
        """As it stands in the document."""
        return [self.shard, self.after, self.through, self.lane, self.lanes, list(self.runs)]

    @classmethod
    def of(cls, saved: list[Any]) -> Span:
        """Read back what `saved` wrote."""
        shard, after, through, lane, lanes, runs = saved
        return cls(shard, after, through, lane, lanes, tuple(runs))

    def has(self, record: Record, partition_key: str) -> bool:
        """Whether a record of the range is meant."""
        if self.runs:
            place = record.sequence - self.after - 1
            return any(first <= place <= last for first, last in zip(self.runs[::2], self.runs[1::2], strict=True))
        return self.lanes == 1 or lane_of(record.content["dynamodb"]["Keys"][partition_key], self.lanes) == self.lane


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for."""

    target: FunctionName
    stream: Document
    spans: tuple[Span, ...]
    batch_size: int
    retries_max: int
    patterns: tuple[str, ...] = ()
    mapping: str | None = None
    bisect: bool = False
    partial: bool = False

    def filters(self) -> tuple[EventPattern, ...]:
        """The patterns, compiled."""
        return tuple(event_pattern.parse(text) for text in self.patterns)

    def rules(self) -> Rules:
        """How answers are read, and failures taken."""
        return Rules(self.retries_max, self.bisect, self.partial)

    def document(self, replay_id: str, created_by: str, now: float) -> Document:
        """The document of a new replay."""
        return {
            "ReplayId": replay_id,
            "Status": PENDING,
            "Function": list(self.target),
            "StreamArn": self.stream["StreamArn"],
            "Spans": [span.saved() for span in self.spans],
            "BatchSize": self.batch_size,
            "MaximumRetryAttempts": self.retries_max,
            "Patterns": list(self.patterns),
            "Mapping": self.mapping,
            "Bisect": self.bisect,
            "Partial": self.partial,
            "CreatedBy": created_by,
            "Created": now,
            **dict.fromkeys(COUNTS, 0),
        }

    @classmethod
    def of(cls, document: Document, stream: Document) -> Plan:
        """The plan of a document."""
        return cls(
            FunctionName(*document["Function"]),
            stream,
            tuple(Span.of(each) for each in document["Spans"]),
            document["BatchSize"],
            document["MaximumRetryAttempts"],
            tuple(document["Patterns"]),
            document["Mapping"],
            document["Bisect"],
            document["Partial"],
        )


@dataclass(slots=True)
class Choice:
    """Which records of a span are sent; counts those that a pattern has turned away."""

    plan: Plan
    span: Span
    filters: tuple[EventPattern, ...]
    filtered: int = field(default=0)

    def wanted(self, record: Record) -> bool:
        """Whether the record is sent."""
        if not self.span.has(record, self.plan.stream["KeySchema"][0]["AttributeName"]):
            return False
        if self.filters and not any(pattern.test(record.content) for pattern in self.filters):
            self.filtered += 1
            return False
        return True


def mark_of(replay_id: str) -> str:
    """What stands behind the eventID of each record that a replay sends."""
    return f"-replay-{replay_id[:8]}"


def start(tx: Transaction, scope: str, document: Document, clock: Clock) -> None:
    """Keep a new replay, and owe its run."""
    name = document["ReplayId"]
    resources.create(tx, KIND, scope, name, document)
    body = {"Scope": scope, "ReplayId": name, "Span": 0, "Progress": None}
    deliveries.put(tx, DELIVERY_KIND, body, clock.now(), id=f"replay/{name}")


def change(tx: Transaction, scope: str, name: str, made: Callable[[Document], Document]) -> Document | None:
    """Change a replay that has not ended; the document as it is then, None where it is gone."""
    document = resources.get(tx, KIND, scope, name)
    if document is not None and document["Status"] not in ENDED:
        document = made(document)
        resources.put(tx, KIND, scope, name, document)
    return document
