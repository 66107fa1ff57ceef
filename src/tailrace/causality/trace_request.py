"""What a request has caused: the records that it wrote, the call that it was, or the event that it left."""

from __future__ import annotations

from collections.abc import Sequence

from tailrace.base.errors import ApiError
from tailrace.causality import attempt_shapes, record_lookup, written
from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.lambda_ import event_outcome, invoke
from tailrace.store import attempts, deliveries
from tailrace.store.attempts import Attempt
from tailrace.store.engine import Transaction

ATTEMPTS_MAX = 1000


@operation("tailrace", "TraceRequest", needs="tailrace:TraceRequest", on=anything)
async def trace_request(call: Call, request: Shape) -> Shape:
    """What a request has caused, by its x-amzn-requestid or, for a call of a function, the id that its log has.

    Raises ResourceNotFoundException where neither the audit nor a record nor an attempt knows it.
    """
    request_id = request["RequestId"]
    activity = await written.activity_of(call, request_id)
    wrote = await written.by(call, request_id, activity)

    def read(tx: Transaction) -> Shape:
        known = [a for a in attempts.of_request(tx, request_id, ATTEMPTS_MAX) if a.scope == call.scope]
        shown = [record_lookup.shown_of(call, tx, document, number) for document, number in wrote.records]
        answer: Shape = {"RequestId": request_id, "Records": shown, "RecordsLeftOut": wrote.more}
        answer["Attempts"] = [attempt_shapes.shown(each) for each in known]
        event = _event(tx, call, request_id, known)
        return answer | ({"Event": event} if event else {})

    answer = await call.store.view(read)
    if activity is not None:
        answer["Activity"] = activity
    elif not (answer["Records"] or answer["Attempts"] or "Event" in answer):
        raise ApiError.resource_not_found(
            f"Neither the audit, nor an attempt, nor any of the latest {written.UNKNOWN_RECORDS_MAX} records of "
            f"streams knows the request {request_id}"
        )
    return answer


def _event(tx: Transaction, call: Call, request_id: str, known: Sequence[Attempt]) -> Shape | None:
    """How far an asynchronous event has come; None where the request has left none."""
    owed = deliveries.find(tx, request_id)
    if owed is not None and owed.kind == invoke.DELIVERY_KIND and owed.body["Scope"] == call.scope:
        function = event_outcome.function_of(owed.body)
        tried = bool(known)
        answer: Shape = {"FunctionArn": function.arn, "Fate": "Failing" if tried else "Waiting"}
        if tried:
            answer["Reason"] = str(known[0].body.get("Error", ""))
        return answer | {"NextAttemptTime": owed.due}
    ends = [a for a in known if a.source.startswith("arn:") and a.outcome in ("Success", attempts.GIVEN_UP)]
    if not ends:
        return None
    end = ends[0]
    answer = {"FunctionArn": end.body.get("FunctionArn", ""), "Reason": str(end.body.get("Condition", ""))}
    return answer | {"Fate": "Delivered" if end.outcome == "Success" else "GivenUp"}
