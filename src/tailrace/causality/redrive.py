"""Failures redriven: what a mapping has given up, sent to its function once more, with its payload.

The word that went to the failure destination names a range; the records are still in the stream, for its 24 hours. So
it makes no difference whether that word was delivered, or ever asked for.
"""

from __future__ import annotations

from tailrace.base import ids
from tailrace.base.errors import ApiError
from tailrace.causality import replay_plan, replays
from tailrace.operation import Call, Shape, anything, operation
from tailrace.store import attempts, changes, resources
from tailrace.store.attempts import Attempt
from tailrace.store.engine import Transaction
from tailrace.workers.replay_job import REDRIVEN_KIND, Span

SPANS_MAX = 5_000  # of one replay; what is left is for the next call
PAGE = 500


@operation(
    "tailrace", "RedriveFailures", needs="tailrace:RedriveFailures", on=anything, also=replay_plan.needed_to_send
)
async def redrive_failures(call: Call, request: Shape) -> Shape:
    """Send what a mapping has given up since the last redrive, or between two times, to its function once more.

    It is a replay: the records are marked, its attempts are counted, and what fails again is given up again. Raises
    ResourceNotFoundException where the mapping has given up nothing that the stream still has.
    """
    uuid, replay_id = request["EventSourceMappingUUID"], ids.uuid()

    def start(tx: Transaction) -> Shape:
        replay_plan.plan(tx, call, request, ())  # says what is wrong with the request before what is missing
        timed = "StartTime" in request or "EndTime" in request
        since, until = request.get("StartTime", float("-inf")), request.get("EndTime", float("inf"))
        known = resources.get(tx, REDRIVEN_KIND, call.scope, uuid) or {"UpTo": 0}
        spans, upto = _given_up(tx, call.scope, uuid, 0 if timed else known["UpTo"], since, until)
        if not spans:
            again = "" if timed else " since it was last redriven"
            text = f"The mapping has given up no records{again} that the stream still has"
            raise ApiError.resource_not_found(text)
        resources.put(tx, REDRIVEN_KIND, call.scope, uuid, {"UpTo": max(upto, known["UpTo"])})
        return replays.begin(tx, call, replay_plan.plan(tx, call, request, spans), replay_id)

    return {"Replay": await call.store.update(start)}


def _given_up(
    tx: Transaction, scope: str, uuid: str, after: int, since: float, until: float
) -> tuple[tuple[Span, ...], int]:
    """The spans of what a mapping gave up behind attempt `after`, and the last attempt that was looked at."""
    spans: list[Span] = []
    while len(spans) < SPANS_MAX:
        rows = attempts.given_up(tx, scope, uuid, after, min(PAGE, SPANS_MAX - len(spans)))
        for row in rows:
            after = row.number
            span = _span(tx, row) if since <= row.created < until else None
            if span is not None:
                spans.append(span)
        if len(rows) < PAGE:
            break
    return tuple(spans), after


def _span(tx: Transaction, row: Attempt) -> Span | None:
    """Its records; None for a window's state, which no record can bring back, and for what the stream has forgotten."""
    if "FinalInvokeForWindow" in row.body:
        return None
    number = changes.shard_of(row.last)
    if changes.trimmed(tx, number) >= row.last:
        return None
    lane, lanes = row.body.get("Lane", 0), row.body.get("Lanes", 1)
    return Span(number, row.first - 1, row.last, lane, lanes, tuple(row.body.get("Runs") or ()))
