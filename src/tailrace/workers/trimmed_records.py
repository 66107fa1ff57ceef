"""Records that a stream forgot before a mapping had read them: what is kept and told of them. Pure."""

from __future__ import annotations

from typing import Any

from tailrace.store import changes
from tailrace.store.attempts import Attempt
from tailrace.workers.attempt_record import About

OUTCOME = "Trimmed"


def of_lane(about: About, first: int, last: int, now: float) -> tuple[int, Attempt]:
    """How many records a lane has lost, and what is kept of it.

    Whose lane's a record was can't be seen any more: of several lanes each is told its even share of the range.
    """
    lost = -(-(last - first + 1) // about.lanes)
    body = {
        "FunctionArn": about.function_arn,
        "StreamArn": about.stream_arn,
        "Stream": about.stream,
        "ShardId": about.shard_name,
        "Lane": about.lane,
        "Lanes": about.lanes,
        "Records": lost,
        "Error": problem(lost).removeprefix("PROBLEM: "),
    }
    return lost, Attempt(about.scope, about.source, OUTCOME, now, None, first, last, body)


def problem(records: int) -> str:
    """The mapping's LastProcessingResult."""
    return f"PROBLEM: {records} records were trimmed from the stream before they were read"


def line(row: Attempt) -> dict[str, Any]:
    """The line in the mapping's log."""
    return {
        "shardId": row.body["ShardId"],
        "lane": row.body["Lane"],
        "firstSequenceNumber": changes.sequence_text(row.first),
        "lastSequenceNumber": changes.sequence_text(row.last),
        "records": row.body["Records"],
        "status": OUTCOME,
        "error": row.body["Error"],
    }
