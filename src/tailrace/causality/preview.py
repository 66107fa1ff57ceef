"""What a replay would send: how many records and batches, the first of them, and the first event itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from tailrace.causality import record_lookup, replay_plan
from tailrace.operation import Call, Shape, anything, operation
from tailrace.store import changes
from tailrace.store.engine import Transaction
from tailrace.workers import replay_run
from tailrace.workers.replay_job import Plan, Span

RECORDS_SHOWN_MAX = 10
BATCHES_MAX = 1000  # looked at in all; what is more is said
LOOKS_MAX = 200  # in all, each at 10,000 records at most
MARK = "-replay-00000000"  # what a replay that has no id yet marks its records with


@operation("tailrace", "PreviewReplay", needs="tailrace:PreviewReplay", on=anything, also=replay_plan.needed_to_look)
async def preview_replay(call: Call, request: Shape) -> Shape:
    """What StartReplay would send for the same request, with its filter and batch size; nothing is sent."""
    plan = await call.store.view(lambda tx: replay_plan.plan(tx, call, request))
    seen = Seen()
    looks = 0
    for span in plan.spans:
        after = span.after
        while after < span.through:
            if looks == LOOKS_MAX or seen.batches == BATCHES_MAX:
                return seen.shown(plan, truncated=True)
            looks += 1
            found = await call.store.view(partial(_look, call, plan, span, after, RECORDS_SHOWN_MAX - len(seen.first)))
            seen.add(found)
            after = found.through
    return seen.shown(plan, truncated=False)


class Found(NamedTuple):
    """What a look has found: how far it went, the records of a batch, the first of them as they are shown."""

    through: int
    records: int = 0
    filtered: int = 0
    trimmed: int = 0
    first: list[Shape] = []  # noqa: RUF012 - a default that nobody changes
    event: bytes = b""


@dataclass(slots=True)
class Seen:
    """What all looks have found so far."""

    records: int = 0
    batches: int = 0
    filtered: int = 0
    trimmed: int = 0
    first: list[Shape] = field(default_factory=list)
    event: bytes = b""

    def add(self, found: Found) -> None:
        """Count what one more look has found."""
        self.batches += found.records > 0
        self.records += found.records
        self.filtered += found.filtered
        self.trimmed += found.trimmed
        self.first += found.first
        self.event = self.event or found.event

    def shown(self, plan: Plan, *, truncated: bool) -> Shape:
        """The answer."""
        return {
            "RecordCount": self.records,
            "BatchCount": self.batches,
            "RecordsFiltered": self.filtered,
            "RecordsTrimmed": self.trimmed,
            "Truncated": truncated,
            "Records": self.first,
            "FunctionArn": plan.target.arn,
            **({"Event": self.event.decode()} if self.event else {}),
        }


def _look(call: Call, plan: Plan, span: Span, after: int, shown: int, tx: Transaction) -> Found:
    """Look at the next batch of a span."""
    gone = min(changes.trimmed(tx, span.shard), span.through)
    if gone > after:
        return Found(gone, trimmed=gone - after)
    batch, filtered = replay_run.gather_from(tx, plan, span, after, span.through, MARK)
    first = [record_lookup.shown_of(call, tx, plan.stream, each.sequence) for each in batch.records[:shown]]
    return Found(batch.through, len(batch.records), filtered, 0, first, batch.event() if batch.records else b"")
