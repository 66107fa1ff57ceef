"""What the node's meter learns of triggers; each series is one mapping's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tailrace.base.meter import ITERATOR_AGE
from tailrace.workers.look import Blocked, CallFor, Idle, Look
from tailrace.workers.outcome import Postponed, Succeeded

if TYPE_CHECKING:
    from tailrace.workers.attempt import Attempt
    from tailrace.workers.failure_records import GivenUp
    from tailrace.workers.lane import Lane
    from tailrace.workers.shard_reader import ShardReader


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
    if (found.known_window.failures if found.final else head.failures if head else 0) > 0:
        count("retries")
    if isinstance(made.result, Postponed):
        count("throttles")
        return
    count("invocations")
    count("records", len(found.batch.records))
    if not isinstance(made.result, Succeeded):
        count("errors")


def note_given_up(reader: ShardReader, lost: GivenUp) -> None:
    """Records that are passed over."""
    meter = reader.context.node.meter
    meter.count("tailrace_trigger_given_up_total", lost.range.records, mapping=reader.mapping)
