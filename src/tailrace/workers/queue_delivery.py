"""One batch of a queue's messages: the function is called with it, and what it has done is deleted.

```
received, hidden ──call──> succeeded: deleted · failed: comes back when its visibility timeout ends, as on AWS
                     └──── not called (throttled, not there): given back at once, as if it hadn't been received
```
Nothing is saved before the function has answered: whatever ends this process, the messages come back. AWS keeps what it
can't call for hidden and counts it as received, so that a throttled function's messages end among the dead letters.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from tailrace.base.errors import ApiError
from tailrace.services.lambda_ import event_source_queues as queues
from tailrace.services.lambda_.invocation import error_text
from tailrace.services.sqs import acknowledging, queue_metrics
from tailrace.services.sqs.queue import KIND, Queue, compiled
from tailrace.store import attempts, messages, resources
from tailrace.store.attempts import Attempt
from tailrace.store.engine import Transaction
from tailrace.workers import attempt_log, event_counts, mapping_states, queue_events, trigger_access
from tailrace.workers.attempt import Refused, call
from tailrace.workers.queue_events import QueueRecord
from tailrace.workers.queue_settings import QueueSettings
from tailrace.workers.trigger_context import Answer, TriggerContext

SLICE = 250  # messages in one transaction, so that others get their turn
IDS_SHOWN_MAX = 100  # of a batch's messages, in what is kept of an attempt

log = logging.getLogger("tailrace.triggers")


@dataclass(frozen=True, slots=True)
class QueueBatch:
    """Messages on their way to the function. `size` is that of the event."""

    scope: str
    mapping: str
    settings: QueueSettings
    queue: Queue
    records: Sequence[QueueRecord]
    size: int


class Made(NamedTuple):
    """What came of a call, or of one that could not be made: then there is no `answer`. `began` is epoch seconds."""

    status: str
    error: str | None
    ms: float
    began: float
    answer: Answer | None = None
    failed: Collection[str] = ()


async def deliver(context: TriggerContext, batch: QueueBatch) -> bool:
    """Call the function once and save what became of it; whether it could be called."""
    clock = context.node.clock
    began, began_at = clock.monotonic(), clock.now()
    event, whose = queue_events.event(batch.records), f"mapping {batch.mapping}"
    answer = await call(context.node, context.invoke, whose, batch.settings.target, event)
    ms = round((clock.monotonic() - began) * 1000, 1)
    if isinstance(answer, Refused):
        _count_refused(context, batch)
        made = Made(answer.status, answer.error, ms, began_at)
        await _give_back(context, batch, made, answer.problem)
        return False
    failed, status, error = _read(batch, answer)
    done = [record for record in batch.records if record.id not in failed]
    made = Made(status, error, ms, began_at, answer, failed if status == "PartialFailure" else ())
    await _finish(context, batch, done, made)
    _count_called(context, batch, len(failed))
    return True


def _read(batch: QueueBatch, answer: Answer) -> tuple[set[str], str, str | None]:
    """The ids of the messages that are not done, the attempt's status, and what the log says of it."""
    everything = {record.id for record in batch.records}
    if answer.function_error:
        return everything, "Failure", error_text(answer.payload)
    if not batch.settings.partial:
        return set(), "Success", None
    failed = queue_events.undone(batch.records, answer.payload, fifo=batch.queue.fifo)
    if failed is None:
        return everything, "Failure", "the function's answer is not one that says what was done"
    if not failed:
        return failed, "Success", None
    return failed, "PartialFailure", f"{len(failed)} of {len(everything)} messages come back"


async def _finish(context: TriggerContext, batch: QueueBatch, done: Sequence[QueueRecord], made: Made) -> None:
    """Delete what is done, and write down what came of the call with the last of it."""
    slices = [done[at : at + SLICE] for at in range(0, len(done), SLICE)] or [()]
    deleted = 0
    for number, part in enumerate(slices):
        last = number == len(slices) - 1

        def save(tx: Transaction, part: Sequence[QueueRecord] = part, last: bool = last) -> tuple[int, str | None]:
            now = context.node.clock.now()
            gone, problem = _delete(tx, context, batch, part, now)
            if last:
                mapping_states.note_result(tx, batch.scope, batch.mapping, problem or mapping_states.OK)
                _write(tx, batch, made, now)
                if problem:
                    said = _said(batch, "NotDeleted", problem)
                    attempt_log.write(tx, batch.scope, batch.mapping, batch.queue.place.name, [said], now)
            return gone, problem

        gone, problem = await context.node.store.update(save, locked=True)
        deleted += gone
        if problem:
            log.warning("mapping %s could not delete what is done: %s", batch.mapping, problem)
    queue_metrics.deleted(context.node, batch.queue.place, deleted)
    if batch.settings.counts_events:
        event_counts.count(context.node, batch.scope, batch.mapping, deleted=deleted)


def _delete(
    tx: Transaction, context: TriggerContext, batch: QueueBatch, done: Sequence[QueueRecord], now: float
) -> tuple[int, str | None]:
    """Delete messages as the role; how many, and why not all of them."""
    settings, queue = batch.settings, resources.derived(tx, KIND, *batch.queue.place, compiled)
    if queue is None or not done:
        return 0, None  # with the queue its messages are gone
    identity = context.node.identity
    problem = trigger_access.problem(tx, identity, settings.target, batch.mapping, queues.refusal, settings.queue_arn)
    if problem:
        return 0, problem
    deleted = 0
    for record in done:
        try:
            acknowledging.delete(tx, queue, record.handle, now)
        except ApiError as refused:  # its visibility timeout is over: it comes again
            problem = f"PROBLEM: {refused.message}"
        else:
            deleted += 1
    return deleted, problem


async def _give_back(context: TriggerContext, batch: QueueBatch, made: Made, problem: str) -> None:
    """Let the messages be received again, now, and write down what came of the call with the last of them."""
    for at in range(0, len(batch.records), SLICE):
        part, last = batch.records[at : at + SLICE], at + SLICE >= len(batch.records)

        def save(tx: Transaction, part: Sequence[QueueRecord] = part, last: bool = last) -> None:
            now = context.node.clock.now()
            for record in part:
                messages.give_back(tx, batch.queue.number, record.message.number, record.message.receives, now)
            if last:
                mapping_states.note_result(tx, batch.scope, batch.mapping, problem)
                _write(tx, batch, made, now)

        await context.node.store.update(save, locked=True)


def _write(tx: Transaction, batch: QueueBatch, made: Made, now: float) -> None:
    """The attempt's line in the mapping's log, and its record. How often it was tried is told by the message that was
    received most often.
    """
    answer, records = made.answer, batch.records
    tried = max(record.message.receives for record in records)
    failed = [record.id for record in records if record.id in made.failed][:IDS_SHOWN_MAX]
    line = {
        "requestId": answer.request_id if answer else None,
        "firstMessageId": records[0].id,
        "lastMessageId": records[-1].id,
        "records": len(records),
        "attempt": tried,
        **_said(batch, made.status, made.error),
        "ms": made.ms,
        "logStream": (answer.log_stream or None) if answer else None,
        **({"failedMessageIds": failed} if failed else {}),
    }
    attempt_log.write(tx, batch.scope, batch.mapping, batch.queue.place.name, [line], now)
    waited = made.began - min(record.message.sent for record in records)
    body = {
        "FunctionArn": batch.settings.target.arn,
        "QueueArn": batch.settings.queue_arn,
        "Records": len(records),
        "MessageIds": [record.id for record in records] if len(records) <= IDS_SHOWN_MAX else None,
        "FailedMessageIds": failed,
        "Attempt": tried,
        "Milliseconds": made.ms,
        "WaitMilliseconds": round(max(0.0, waited) * 1000),
        "Error": made.error,
    }
    if answer:
        body |= {"InitMilliseconds": answer.init_ms, "ExecutedVersion": answer.executed_version}
        body |= {"LogGroup": answer.log_group, "LogStream": answer.log_stream}
    said = {name: value for name, value in body.items() if value not in (None, "", [])}
    request = answer.request_id if answer else None
    attempts.add(tx, Attempt(batch.scope, batch.mapping, made.status, now, request, body=said))


def _said(batch: QueueBatch, status: str, error: str | None) -> dict[str, Any]:
    return {"queue": batch.queue.place.name, "status": status, "error": error}


def _count_refused(context: TriggerContext, batch: QueueBatch) -> None:
    context.node.meter.count("tailrace_trigger_throttles_total", 1, mapping=batch.mapping)
    if batch.settings.counts_events:
        event_counts.count(context.node, batch.scope, batch.mapping, failed_invoke=len(batch.records))


def _count_called(context: TriggerContext, batch: QueueBatch, failed: int) -> None:
    """What the node's meter learns of a call."""
    again = any(record.message.receives > 1 for record in batch.records)
    counts = {"invocations": 1, "records": len(batch.records), "errors": int(failed > 0), "retries": int(again)}
    for what, amount in counts.items():
        if amount:
            context.node.meter.count(f"tailrace_trigger_{what}_total", amount, mapping=batch.mapping)
    if batch.settings.counts_events:
        reported = failed if batch.settings.partial else 0
        event_counts.count(context.node, batch.scope, batch.mapping, invoked=len(batch.records), failed_invoke=reported)
