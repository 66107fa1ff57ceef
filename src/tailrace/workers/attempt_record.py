"""An attempt as it is kept: which records went with it, what came of it, and where the function's log has it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tailrace.store import attempts
from tailrace.workers.batching import Record
from tailrace.workers.failure_records import GivenUp, Range
from tailrace.workers.outcome import FailedFrom

if TYPE_CHECKING:
    from tailrace.workers.attempt import Attempt
    from tailrace.workers.look import CallFor
    from tailrace.workers.shard_reader import ShardReader
    from tailrace.workers.trigger_settings import Settings

RUNS_MAX = 64  # of a batch that isn't whole; one of more is told by its lane and its filter alone


def of_call(reader: ShardReader, lane: int, found: CallFor, made: Attempt, number: int, now: float) -> attempts.Attempt:
    """The record of a call, or of one that could not be made; `number` counts the attempts with this batch."""
    records = found.batch.records
    which = Range.of(records) if records else Range.of_window(found.known_window)
    body = _common(reader, lane, found.settings, which) | {
        "Attempt": number,
        "Milliseconds": made.ms,
        "WaitMilliseconds": round(max(0.0, made.began - which.first_at) * 1000),
        "InitMilliseconds": made.init_ms,
        "Error": made.error,
        "LogGroup": made.log_group,
        "LogStream": made.log_stream,
        "ExecutedVersion": made.call.executed_version if made.call else None,
        "FinalInvokeForWindow": found.final,
        "FailedFrom": made.result.sequence if isinstance(made.result, FailedFrom) else None,
        "Runs": runs(records),
    }
    request = made.call.request_id if made.call else None
    return _kept(reader, made.status, now, request, which, body)


def of_given_up(
    reader: ShardReader, lane: int, settings: Settings, lost: GivenUp, records: Sequence[Record], now: float
) -> attempts.Attempt:
    """The record about `records` (none: a window's) that are passed over."""
    body = _common(reader, lane, settings, lost.range) | {
        "Attempt": lost.attempts,
        "Condition": lost.condition,
        "Destination": settings.destination,
        "Runs": runs(records),
    }
    return _kept(reader, attempts.GIVEN_UP, now, lost.call.request_id if lost.call else None, lost.range, body)


def runs(records: Sequence[Record]) -> list[int] | None:
    """Which numbers a batch has, where it lacks some: first and last of each run, counted from the batch's first.

    None where it lacks none, or has too many runs to be worth it.
    """
    if not records or records[-1].sequence - records[0].sequence + 1 == len(records):
        return None
    base = expected = records[0].sequence
    found = [0]
    for record in records:
        if record.sequence != expected:
            found += [expected - 1 - base, record.sequence - base]
            if len(found) > 2 * RUNS_MAX:
                return None
        expected = record.sequence + 1
    return [*found, expected - 1 - base]


def _common(reader: ShardReader, lane: int, settings: Settings, which: Range) -> dict[str, Any]:
    return {
        "FunctionArn": settings.target.arn,
        "StreamArn": settings.stream_arn,
        "Stream": settings.stream,
        "ShardId": reader.shard_name,
        "Lane": lane,
        "Lanes": len(reader.lanes),
        "Records": which.records,
    }


def _kept(
    reader: ShardReader, outcome: str, now: float, request: str | None, which: Range, body: dict[str, Any]
) -> attempts.Attempt:
    said = {name: value for name, value in body.items() if value not in (None, "", False)}
    return attempts.Attempt(reader.scope, reader.mapping, outcome, now, request, which.first, which.last, said)
