"""One attempt: the function is called with a batch, and what came of it is told."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from tailrace.base.errors import ApiError
from tailrace.services.lambda_.invocation import error_text
from tailrace.store import changes
from tailrace.workers import outcome
from tailrace.workers.failure_records import GivenUp, Range
from tailrace.workers.outcome import Failed, FailedFrom, LastCall, Postponed, Result, Succeeded

if TYPE_CHECKING:
    from tailrace.services.lambda_.function_names import FunctionName
    from tailrace.workers.look import CallFor
    from tailrace.workers.shard_reader import ShardReader
    from tailrace.workers.trigger_context import Answer, TriggerContext

OK = "OK"
FAILED = "PROBLEM: Function call failed"
INTERNAL = "PROBLEM: Tailrace could not call the function; the server's log says why"

log = logging.getLogger("tailrace.triggers")


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of a call. `problem` is the mapping's LastProcessingResult, `status` and `error` the log's words.

    `call` is None, and `log_group` and `log_stream` empty, where the function was not called. `began` is in epoch
    seconds, `init_ms` None unless an environment was started for it.
    """

    result: Result
    problem: str
    status: str
    ms: float
    error: str | None = None
    call: LastCall | None = None
    log_stream: str = ""
    log_group: str = ""
    init_ms: float | None = None
    began: float = 0.0


class Refused(NamedTuple):
    """A call that could not be made."""

    problem: str
    status: str
    error: str


async def attempt(reader: ShardReader, found: CallFor) -> Attempt:
    """Call the function once."""
    context, target, clock = reader.context, found.settings.target, reader.context.node.clock
    began, began_at = clock.monotonic(), clock.now()

    def ms() -> float:
        return round((clock.monotonic() - began) * 1000, 1)

    answer = await call(context, reader.mapping, target, found.event(reader.shard_name))
    if isinstance(answer, Refused):
        return Attempt(Postponed(), answer.problem, answer.status, ms(), answer.error, began=began_at)
    numbers = {changes.sequence_text(record.sequence): record.sequence for record in found.batch.records}
    result = outcome.read_answer(answer.function_error, answer.payload, numbers, found.settings.rules)
    last = LastCall(answer.request_id, answer.executed_version, answer.function_error)
    problem, status, error = OK, "Success", None
    if not isinstance(result, Succeeded):
        problem, status = FAILED, "PartialFailure" if isinstance(result, FailedFrom) else "Failure"
        error = error_text(answer.payload) if answer.function_error else _reported(result)
    where = (answer.log_stream, answer.log_group, answer.init_ms)
    return Attempt(result, problem, status, ms(), error, last, *where, began=began_at)


async def call(context: TriggerContext, mapping: str, target: FunctionName, event: bytes) -> Answer | Refused:
    """Call the function with an event."""
    try:
        return await context.invoke(context.node, target.scope, target.name, target.qualifier, event)
    except ApiError as refusal:
        status = "Throttled" if refusal.code == "TooManyRequestsException" else "NotCalled"
        return Refused(f"PROBLEM: {refusal.message}", status, refusal.message)
    except Exception:
        log.exception("mapping %s could not call %s; it is tried again", mapping, target.arn)
        return Refused(INTERNAL, "NotCalled", INTERNAL)


def line(reader: ShardReader, lane: int, found: CallFor, made: Attempt, number: int) -> dict[str, Any]:
    """The attempt's line in the mapping's log; `number` counts the attempts with this batch."""
    which = Range.of(found.batch.records) if found.batch.records else Range.of_window(found.known_window)
    final = {"finalInvokeForWindow": True} if found.final else {}
    return {
        "requestId": made.call.request_id if made.call else None,
        "shardId": reader.shard_name,
        "lane": lane,
        "firstSequenceNumber": changes.sequence_text(which.first),
        "lastSequenceNumber": changes.sequence_text(which.last),
        "records": len(found.batch.records),
        **final,
        "attempt": number,
        "status": made.status,
        "error": made.error,
        "ms": made.ms,
        "logStream": made.log_stream or None,
    }


def given_up_line(reader: ShardReader, lane: int, lost: GivenUp) -> dict[str, Any]:
    """The line about records that are passed over."""
    return {
        "requestId": lost.call.request_id if lost.call else None,
        "shardId": reader.shard_name,
        "lane": lane,
        "firstSequenceNumber": changes.sequence_text(lost.range.first),
        "lastSequenceNumber": changes.sequence_text(lost.range.last),
        "records": lost.range.records,
        "attempt": lost.attempts,
        "status": "GivenUp",
        "error": lost.condition,
    }


def _reported(result: Result) -> str:
    if isinstance(result, FailedFrom):
        return f"the function reported a failure at {changes.sequence_text(result.sequence)}"
    assert isinstance(result, Failed), "whoever was called succeeded, failed, or failed somewhere"
    return "the function's answer is not one that says what was done"
