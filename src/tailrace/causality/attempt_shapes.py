"""Attempts as the API tells of them: pure."""

from __future__ import annotations

from typing import Any

from tailrace.operation import Shape
from tailrace.services.streams import records
from tailrace.store import changes
from tailrace.store.attempts import Attempt
from tailrace.workers.replay_job import SOURCE

EVENT_IDS_MAX = 100
_SAID = (
    "FunctionArn",
    "ExecutedVersion",
    "StreamArn",
    "ShardId",
    "Lane",
    "QueueArn",
    "MessageIds",
    "FailedMessageIds",
    "Attempt",
    "Condition",
    "Error",
    "Milliseconds",
    "WaitMilliseconds",
    "InitMilliseconds",
    "LogGroup",
    "LogStream",
    "FinalInvokeForWindow",
    "Destination",
)


def shown(attempt: Attempt) -> Shape:
    """An attempt."""
    body = attempt.body
    answer: Shape = {"Time": attempt.created, "Outcome": attempt.outcome}
    if attempt.source.startswith(SOURCE):
        answer["ReplayId"] = attempt.source.removeprefix(SOURCE)
    elif not attempt.source.startswith("arn:"):
        answer["EventSourceMappingUUID"] = attempt.source
    if attempt.request:
        answer["RequestId"] = attempt.request
    answer |= {name: body[name] for name in _SAID if name in body}
    if "Records" in body:
        answer["RecordCount"] = body["Records"]
    if attempt.last:
        answer["FirstSequenceNumber"] = changes.sequence_text(attempt.first)
        answer["LastSequenceNumber"] = changes.sequence_text(attempt.last)
    if "FailedFrom" in body:
        answer["FailedFromSequenceNumber"] = changes.sequence_text(body["FailedFrom"])
    numbers = sequences(attempt)
    if numbers is not None and "Stream" in body:
        answer["EventIds"] = [records.event_id(body["Stream"], each) + body.get("Mark", "") for each in numbers]
    return answer


def sequences(attempt: Attempt, limit: int = EVENT_IDS_MAX) -> list[int] | None:
    """The numbers of its records, at most `limit`; None where only their range is known."""
    spans = spans_of(attempt)
    if spans is None:
        return None
    found: list[int] = []
    for first, last in spans:
        found += range(first, min(last, first + limit - len(found) - 1) + 1)
        if len(found) >= limit:
            break
    return found


def spans_of(attempt: Attempt) -> list[tuple[int, int]] | None:
    """The runs of numbers that its records make, each with its first and last; None where they aren't known."""
    body: dict[str, Any] = attempt.body
    if not attempt.last or "FinalInvokeForWindow" in body:
        return None
    runs = body.get("Runs")
    if runs is None:
        whole = attempt.last - attempt.first + 1 == body.get("Records")
        return [(attempt.first, attempt.last)] if whole else None
    return [(attempt.first + first, attempt.first + last) for first, last in zip(runs[::2], runs[1::2], strict=True)]
