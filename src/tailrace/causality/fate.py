"""What has become of one record in the hands of one mapping: pure, over what is saved of both.

```
an attempt that had it: Success ──> Delivered     GivenUp ──> GivenUp     Trimmed ──> Trimmed
else behind the checkpoint: the filter lets it pass? no ──> Filtered     yes ──> Passed (the mapping began behind it)
else ahead of it: in a piece that failed ──> Failing     not read yet ──> Waiting
```
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from tailrace.causality.attempt_shapes import spans_of
from tailrace.store.attempts import Attempt
from tailrace.workers.batching import Record
from tailrace.workers.outcome import Progress
from tailrace.workers.shard_reader import Former
from tailrace.workers.trigger_settings import Settings, lane_of

PROBLEM = "PROBLEM"
DESTINATION = "Destination"


class Fate(NamedTuple):
    """What became of a record, why, and when it is tried again (epoch seconds)."""

    fate: str
    reason: str = ""
    next_at: float | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How far a mapping has come in the record's shard: its document and settings, and what its lease has saved.

    `parent` is the name of a shard that has to be read to its end first, if there is one.
    """

    document: dict[str, Any]
    settings: Settings
    lanes: tuple[Progress, ...]
    former: tuple[Former, ...] = ()
    parent: str | None = None


def had(attempt: Attempt, sequence: int, partition: Any | None, wanted: bool | None) -> bool:
    """Whether an attempt whose range has the record had the record itself; where nobody can tell, it counts as had.

    `partition` is its partition key, `wanted` whether the filter takes it; None where the stream has forgotten it.
    """
    if attempt.outcome.startswith(DESTINATION) or attempt.outcome == "Trimmed":
        return True
    spans = spans_of(attempt)
    if spans is not None:
        return any(first <= sequence <= last for first, last in spans)
    lanes = attempt.body.get("Lanes", 1)
    if partition is not None and lanes > 1 and lane_of(partition, lanes) != attempt.body.get("Lane", 0):
        return False
    return wanted is not False


def of(reading: Reading, record: Record | None, sequence: int, partition: Any | None, made: Sequence[Attempt]) -> Fate:
    """The record's fate. `made` are the mapping's attempts that had it, the latest first."""
    known = decided(sequence, made)
    if known is not None:
        return known
    progress = reading.lanes[lane_of(partition, len(reading.lanes)) if partition is not None else 0]
    done = sequence <= progress.checkpoint
    if partition is not None:
        done = done or any(former.did(sequence, partition) for former in reading.former)
    if record is None:
        return (
            Fate("Unknown", "The stream has forgotten the record, and no attempt with it is known") if done else _lost()
        )
    if not _wanted(reading.settings, record):
        modified = reading.document["LastModified"] > record.created
        later = ", as it is now: the mapping was changed after the record was written" if modified else ""
        return Fate("Filtered", f"No pattern of the mapping's FilterCriteria takes it{later}")
    if done:
        latest = reading.document["StartingPosition"] == "LATEST"
        why = (
            "The mapping began at LATEST, behind this record" if latest else "The mapping has passed it without a call"
        )
        return Fate("Passed", why)
    return _ahead(reading, progress, sequence, made)


def decided(sequence: int, made: Sequence[Attempt]) -> Fate | None:
    """What the attempts that had the record, the latest first, have come to; None where that is open."""
    for each in made:
        if "FinalInvokeForWindow" in each.body:
            continue  # the window's fate, of which the record is a part already
        partly = each.outcome == "PartialFailure" and sequence < each.body["FailedFrom"]
        if each.outcome == "Success" or partly:
            return Fate("Delivered")
        if each.outcome == "GivenUp":
            return Fate("GivenUp", str(each.body.get("Condition", "")))
        if each.outcome == "Trimmed":
            return _lost()
    return None


def _lost() -> Fate:
    return Fate("Trimmed", "The stream has forgotten the record before the mapping has read it")


def _ahead(reading: Reading, progress: Progress, sequence: int, made: Sequence[Attempt]) -> Fate:
    """The fate of a record that is yet to be delivered."""
    result = reading.document["LastProcessingResult"]
    problem = result if result.startswith(PROBLEM) else ""
    state = reading.document["State"]
    if not reading.settings.active:
        return Fate("Waiting", f"The mapping is {state}")
    for number, piece in enumerate(progress.pieces):
        if sequence <= piece.through and made:
            last = made[0].body.get("Error", problem)
            waits = piece.retry_at if number == 0 else progress.pieces[0].retry_at
            return Fate("Failing", str(last), waits)
    if problem:
        return Fate("Waiting", problem)
    if progress.pieces:
        return Fate("Waiting", "Records before it, of the same shard and lane, are being tried again")
    if reading.parent is not None:
        return Fate("Waiting", f"The parent shard {reading.parent} is read to its end first")
    if reading.settings.window_s:
        return Fate("Waiting", "The mapping gathers a batch, or is calling the function")
    return Fate("Waiting", "The mapping is about to read it, or is calling the function")


def _wanted(settings: Settings, record: Record) -> bool:
    return not settings.filters or any(pattern.test(record.content) for pattern in settings.filters)


def wanted(settings: Settings | None, record: Record | None) -> bool | None:
    """Whether the mapping's filter, as it is now, takes the record; None where nobody can tell."""
    return None if settings is None or record is None else _wanted(settings, record)
