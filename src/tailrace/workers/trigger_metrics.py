"""What the node's meter learns of triggers; each series is one mapping's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tailrace.base.meter import ITERATOR_AGE
from tailrace.services.lambda_ import function_metrics
from tailrace.workers import event_counts
from tailrace.workers.look import Blocked, CallFor, Expired, Idle, Look, Passed
from tailrace.workers.outcome import FailedFrom, Postponed, Succeeded

if TYPE_CHECKING:
    from tailrace.workers.attempt import Attempt
    from tailrace.workers.batching import Batch
    from tailrace.workers.failure_records import GivenUp
    from tailrace.workers.lane import Lane
    from tailrace.workers.shard_reader import ShardReader
    from tailrace.workers.trigger_settings import Settings


def note_position(lane: Lane, found: Look) -> None:
    """Since when the records wait that the lane is at; one that only waits for a window's end waits for nothing.

    A lane that is blocked waits since it was found so, for it may not look at its records.
    """
    reader, since = lane.reader, None
    blocked = isinstance(found, Blocked)
    if isinstance(found, CallFor) and found.batch.records:
        since = found.batch.records[0].created
    elif blocked:
        since = reader.context.node.clock.now()
    elif lane.progress.pieces and not isinstance(found, Idle):
        return
    meter = reader.context.node.meter
    meter.wait(ITERATOR_AGE, (reader.shard, lane.number), since, still=blocked, mapping=reader.mapping)


def note_attempt(reader: ShardReader, found: CallFor, made: Attempt) -> None:
    """One call, or one that could not be made."""

    def count(what: str, amount: int = 1) -> None:
        reader.context.node.meter.count(f"tailrace_trigger_{what}_total", amount, mapping=reader.mapping)

    head = found.progress.pieces[0] if found.progress.pieces else None
    if found.settings.counts_events:
        _count_events(reader, found, made)
    if (found.known_window.failures if found.final else head.failures if head else 0) > 0:
        count("retries")
    if isinstance(made.result, Postponed):
        count("throttles")
        return
    if found.batch.records:
        age_ms = (made.began - found.batch.records[-1].created) * 1000
        function_metrics.measure(reader.context.node, found.settings.target, IteratorAge=max(0.0, age_ms))
    count("invocations")
    count("records", len(found.batch.records))
    if not isinstance(made.result, Succeeded):
        count("errors")


def _count_events(reader: ShardReader, found: CallFor, made: Attempt) -> None:
    """AWS's counts of events; a batch counts as read with its first call."""
    batch = found.batch
    counts = {} if found.progress.pieces or found.final else _read(batch)
    match made.result:
        case Postponed():
            counts["failed_invoke"] = len(batch.records)
        case FailedFrom(sequence):
            counts["failed_invoke"] = sum(record.sequence >= sequence for record in batch.records)
    if not isinstance(made.result, Postponed):
        counts["invoked"] = len(batch.records)
    event_counts.count(reader.context.node, reader.scope, reader.mapping, **counts)


def _read(batch: Batch) -> dict[str, int]:
    read = len(batch.records) + len(batch.expired) + batch.filtered
    return {"polled": read, "filtered_out": batch.filtered}


def note_passed(reader: ShardReader, found: Passed) -> None:
    """Records that filters turned away, without one that they let pass."""
    if found.settings.counts_events:
        about = (reader.context.node, reader.scope, reader.mapping)
        event_counts.count(*about, polled=found.filtered, filtered_out=found.filtered)


def note_expired(reader: ShardReader, found: Expired) -> None:
    """Records that are too old at their first call."""
    if found.settings.counts_events and found.head is None:
        event_counts.count(reader.context.node, reader.scope, reader.mapping, **_read(found.batch))


def note_given_up(reader: ShardReader, settings: Settings, lost: GivenUp) -> None:
    """Records that are passed over."""
    meter = reader.context.node.meter
    meter.count("tailrace_trigger_given_up_total", lost.range.records, mapping=reader.mapping)
    if settings.counts_events and settings.destination is None:
        event_counts.count(reader.context.node, reader.scope, reader.mapping, dropped=lost.range.records)


def note_trimmed(reader: ShardReader, records: int) -> None:
    """Records that the stream forgot before they were read."""
    reader.context.node.meter.count("tailrace_trigger_trimmed_total", records, mapping=reader.mapping)
