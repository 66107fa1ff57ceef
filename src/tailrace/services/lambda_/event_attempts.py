"""What became of each try of an event, kept where whoever has the event's request id finds it."""

from __future__ import annotations

from typing import Any

from tailrace.base.errors import ApiError
from tailrace.services.lambda_ import event_outcome
from tailrace.services.lambda_.invocation import InvocationResult, error_text
from tailrace.store import attempts
from tailrace.store.attempts import Attempt
from tailrace.store.deliveries import Delivery
from tailrace.store.engine import Transaction

SUCCESS, FAILURE, THROTTLED, NOT_CALLED = "Success", "Failure", "Throttled", "NotCalled"


def keep_call(tx: Transaction, delivery: Delivery, result: InvocationResult, now: float) -> None:
    """Keep a try that ran."""
    said = {
        "Attempt": delivery.body["Failures"] + 1,
        "Milliseconds": round(result.duration_ms, 1),
        "InitMilliseconds": result.init_ms,
        "LogGroup": result.log_group,
        "LogStream": result.log_stream,
        "ExecutedVersion": result.executed_version,
        "Error": error_text(result.payload) if result.function_error else None,
    }
    _keep(tx, delivery, FAILURE if result.function_error else SUCCESS, said, now)


def keep_refusal(tx: Transaction, delivery: Delivery, problem: ApiError, now: float) -> None:
    """Keep a try that could not be made."""
    _keep(tx, delivery, refused_as(problem), {"Attempt": delivery.body["Failures"] + 1, "Error": problem.message}, now)


def refused_as(problem: ApiError) -> str:
    """The outcome of a try that could not be made."""
    return THROTTLED if problem.code == "TooManyRequestsException" else NOT_CALLED


def keep_end(tx: Transaction, delivery: Delivery, condition: str, now: float, calls: int) -> None:
    """Keep that an event was given up."""
    _keep(tx, delivery, attempts.GIVEN_UP, {"Attempt": calls, "Condition": condition}, now)


def keep_told(tx: Transaction, body: dict[str, Any], outcome: str, error: str | None, now: float) -> None:
    """Keep what became of word of an event; `body` is that of the delivery that brought it."""
    function = event_outcome.function_of({**body, "Qualifier": None})
    said = {"FunctionArn": function.arn, "Destination": body["Target"], "Error": error}
    kept = {name: value for name, value in said.items() if value}
    attempts.add(tx, Attempt(function.scope, function.unqualified_arn, outcome, now, body["Event"], body=kept))


def _keep(tx: Transaction, delivery: Delivery, outcome: str, said: dict[str, Any], now: float) -> None:
    function = event_outcome.function_of(delivery.body)
    waited = round(max(0.0, now - delivery.created) * 1000 - said.get("Milliseconds", 0))
    body = {"FunctionArn": function.arn, "WaitMilliseconds": max(0, waited), **said}
    kept = {name: value for name, value in body.items() if value not in (None, "")}
    attempts.add(tx, Attempt(function.scope, function.unqualified_arn, outcome, now, delivery.id, body=kept))
