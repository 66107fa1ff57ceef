"""An attempt as it is kept: which records went with it, what came of it, and where the function's log has it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from tailrace.store import attempts
from tailrace.workers.batching import Record
from tailrace.workers.failure_records import GivenUp, Range
from tailrace.workers.outcome import FailedFrom

if TYPE_CHECKING:
    from tailrace.workers.attempt import Attempt

RUNS_MAX = 64  # of a batch that isn't whole; one of more is told by its lane and its filter alone


class About(NamedTuple):
    """Whose an attempt is (see `store.attempts.Attempt.source`), and which function, stream, shard and lane it is of.

    `mark` stands behind the eventIDs of its records.
    """

    scope: str
    source: str
    function_arn: str
    stream_arn: str
    stream: int
    shard_name: str
    lane: int
    lanes: int
    mark: str = ""


def of_call(
    about: About,
    records: Sequence[Record],
    which: Range,
    made: Attempt,
    number: int,
    now: float,
    *,
    final: bool = False,
) -> attempts.Attempt:
    """The record of a call, or of one that could not be made; `number` counts the attempts with this batch.

    `final`: the call closed a window, and had no records.
    """
    body = _common(about, which) | {
        "Attempt": number,
        "Milliseconds": made.ms,
        "WaitMilliseconds": round(max(0.0, made.began - which.first_at) * 1000),
        "InitMilliseconds": made.init_ms,
        "Error": made.error,
        "LogGroup": made.log_group,
        "LogStream": made.log_stream,
        "ExecutedVersion": made.call.executed_version if made.call else None,
        "FinalInvokeForWindow": final,
        "FailedFrom": made.result.sequence if isinstance(made.result, FailedFrom) else None,
        "Runs": runs(records),
    }
    return _kept(about, made.status, now, made.call.request_id if made.call else None, which, body)


def of_given_up(
    about: About, lost: GivenUp, records: Sequence[Record], now: float, destination: str | None = None
) -> attempts.Attempt:
    """The record about `records` (none: a window's) that are passed over."""
    body = _common(about, lost.range) | {
        "Attempt": lost.attempts,
        "Condition": lost.condition,
        "Destination": destination,
        "FinalInvokeForWindow": not records,
        "Runs": runs(records),
    }
    return _kept(about, attempts.GIVEN_UP, now, lost.call.request_id if lost.call else None, lost.range, body)


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


def _common(about: About, which: Range) -> dict[str, Any]:
    return {
        "FunctionArn": about.function_arn,
        "StreamArn": about.stream_arn,
        "Stream": about.stream,
        "ShardId": about.shard_name,
        "Lane": about.lane,
        "Lanes": about.lanes,
        "Mark": about.mark,
        "Records": which.records,
    }


def _kept(
    about: About, outcome: str, now: float, request: str | None, which: Range, body: dict[str, Any]
) -> attempts.Attempt:
    said = {name: value for name, value in body.items() if value is not None and value is not False and value != ""}
    return attempts.Attempt(about.scope, about.source, outcome, now, request, which.first, which.last, said)
