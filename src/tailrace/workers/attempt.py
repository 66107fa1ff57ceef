"""One attempt: the function is called with a batch, and what came of it is told."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from tailrace.base.errors import ApiError
from tailrace.services.lambda_.invocation import error_text
from tailrace.store import changes
from tailrace.workers import outcome
from tailrace.workers.failure_records import GivenUp, Range
from tailrace.workers.outcome import Failed, FailedFrom, LastCall, Postponed, Result, Rules, Succeeded

if TYPE_CHECKING:
    from tailrace.operation import Node
    from tailrace.services.lambda_.function_names import FunctionName
    from tailrace.workers.batching import Record
    from tailrace.workers.look import CallFor
    from tailrace.workers.shard_reader import ShardReader
    from tailrace.workers.trigger_context import Answer, Invoke

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
    """Call the function of a mapping once."""
    settings, context = found.settings, reader.context
    whose = f"mapping {reader.mapping}"
    try:
        event = found.event(reader.shard_name)
    except Exception:
        log.exception("%s could not make its event; it is tried again", whose)
        return Attempt(Postponed(), INTERNAL, "NotCalled", 0.0, INTERNAL, began=context.node.clock.now())
    records, rules = found.batch.records, settings.rules
    return await attempt_with(context.node, context.invoke, settings.target, event, records, rules, whose)


async def attempt_with(
    node: Node,
    invoke: Invoke,
    target: FunctionName,
    event: bytes,
    records: Sequence[Record],
    rules: Rules,
    whose: str,
) -> Attempt:
    """Call a function once with an event of these records."""
    clock = node.clock
    began, began_at = clock.monotonic(), clock.now()

    def ms() -> float:
        return round((clock.monotonic() - began) * 1000, 1)

    telemetry = node.telemetry
    spans = telemetry and telemetry.delivery(whose, target.arn, (record.origin for record in records))
    answer = await call(node, invoke, whose, target, event, spans.header if spans else None)
    if isinstance(answer, Refused):
        if spans:
            spans.end(answer.status, answer.error, {})
        return Attempt(Postponed(), answer.problem, answer.status, ms(), answer.error, began=began_at)
    numbers = {changes.sequence_text(record.sequence): record.sequence for record in records}
    result = outcome.read_answer(answer.function_error, answer.payload, numbers, rules)
    last = LastCall(answer.request_id, answer.executed_version, answer.function_error)
    problem, status, error = OK, "Success", None
    if not isinstance(result, Succeeded):
        problem, status = FAILED, "PartialFailure" if isinstance(result, FailedFrom) else "Failure"
        error = error_text(answer.payload) if answer.function_error else _reported(result)
    if spans:
        said = {"faas.invocation_id": answer.request_id, "faas.version": answer.executed_version}
        spans.end(status, error, {**said, "faas.coldstart": answer.init_ms is not None})
    where = (answer.log_stream, answer.log_group, answer.init_ms)
    return Attempt(result, problem, status, ms(), error, last, *where, began=began_at)


async def call(
    node: Node, invoke: Invoke, whose: str, target: FunctionName, event: bytes, trace: str | None = None
) -> Answer | Refused:
    """Call the function with an event; `whose` call it is, the server's log says where it can't be made."""
    try:
        traced = {"trace": trace} if trace else {}
        return await invoke(node, target.scope, target.name, target.qualifier, event, **traced)
    except ApiError as refusal:
        status = "Throttled" if refusal.code == "TooManyRequestsException" else "NotCalled"
        return Refused(f"PROBLEM: {refusal.message}", status, refusal.message)
    except Exception:
        log.exception("%s could not call %s; it is tried again", whose, target.arn)
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
