"""Acknowledging: a receiver deletes what it has received, or keeps it for a longer or shorter time."""

from __future__ import annotations

from tailrace.operation import Call, Shape, operation
from tailrace.services.sqs import batches, queue_metrics, receipts, refusals
from tailrace.services.sqs.queue import Queue, find, place_of, queue_arn
from tailrace.services.sqs.receipts import Receipt
from tailrace.services.sqs.receiving import VISIBILITY_SECONDS_MAX
from tailrace.store import message_groups, messages
from tailrace.store.engine import Transaction
from tailrace.store.messages import State


def delete(tx: Transaction, queue: Queue, handle: str, now: float) -> None:
    """Delete the message of a receipt handle; one that is gone already is no error.

    In a standard queue every handle of a message will do, in a first-in-first-out queue only that of a receive whose
    visibility timeout still runs.
    """
    receipt = receipts.unseal(handle, queue, receipts.secret(tx))
    if queue.fifo:
        message_groups.hold(tx, queue.number)
    found = _state(tx, queue, receipt)
    if found is None:
        return
    if queue.fifo and _is_over(found, receipt, now):
        raise refusals.expired_handle(handle)
    messages.remove(tx, queue.number, receipt.number, now)


def change_visibility(tx: Transaction, queue: Queue, handle: str, seconds: int, now: float) -> None:
    """Hide the message of a receipt handle for `seconds` from now on; at most twelve hours from its receive."""
    if not 0 <= seconds <= VISIBILITY_SECONDS_MAX:
        reason = f"Must be between 0 and {VISIBILITY_SECONDS_MAX}."
        raise refusals.invalid_value(seconds, "VisibilityTimeout", reason)
    receipt = receipts.unseal(handle, queue, receipts.secret(tx))
    if queue.fifo:
        message_groups.hold(tx, queue.number)
    found = _state(tx, queue, receipt)
    if found is None:
        reason = "Message does not exist or is not available for visibility timeout change."
        raise refusals.invalid_value(handle, "ReceiptHandle", reason)
    if queue.fifo and _is_over(found, receipt, now):
        raise refusals.expired_handle(handle)
    if now + seconds > receipt.when + VISIBILITY_SECONDS_MAX:
        reason = f"Total VisibilityTimeout for the message is beyond the limit [{VISIBILITY_SECONDS_MAX} seconds]."
        raise refusals.invalid_value(seconds, "VisibilityTimeout", reason)
    messages.hide(tx, queue.number, receipt.number, found, now, now + seconds)


def _state(tx: Transaction, queue: Queue, receipt: Receipt) -> State | None:
    """What stands of a receipt's message; None where it is gone, or the queue was emptied."""
    return messages.state(tx, queue.number, receipt.number) if receipt.queue == queue.number else None


def _is_over(found: State, receipt: Receipt, now: float) -> bool:
    return found.due <= now or found.receives != receipt.receive


@operation("sqs", "DeleteMessage", needs="sqs:DeleteMessage", on=queue_arn)
async def delete_message(call: Call, request: Shape) -> Shape:
    """Delete a message that was received.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html
    """
    place = place_of(call, request)
    handle = request["ReceiptHandle"]
    await call.store.update(lambda tx: delete(tx, find(tx, place), handle, call.clock.now()), grouped=True)
    queue_metrics.deleted(call.node, place, 1)
    return {}


@operation("sqs", "DeleteMessageBatch", needs="sqs:DeleteMessage", on=queue_arn)
async def delete_message_batch(call: Call, request: Shape) -> Shape:
    """Delete up to ten messages that were received.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html
    """
    place = place_of(call, request)
    entries = batches.check_entries(request, "DeleteMessageBatchRequestEntry")

    def change(tx: Transaction) -> Shape:
        queue, now = find(tx, place), call.clock.now()

        def one(entry: Shape) -> Shape:
            delete(tx, queue, entry.get("ReceiptHandle", ""), now)
            return {}

        return batches.each(entries, one)

    answer = await call.store.update(change, grouped=True)
    queue_metrics.deleted(call.node, place, len(answer.get("Successful", ())))
    return answer


@operation("sqs", "ChangeMessageVisibility", needs="sqs:ChangeMessageVisibility", on=queue_arn)
async def change_message_visibility(call: Call, request: Shape) -> Shape:
    """Hide a message that was received for another time, counted from now; with 0 it can be received at once.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
    """
    place, handle, seconds = place_of(call, request), request["ReceiptHandle"], request["VisibilityTimeout"]
    await call.store.update(
        lambda tx: change_visibility(tx, find(tx, place), handle, seconds, call.clock.now()), grouped=True
    )
    return {}


@operation("sqs", "ChangeMessageVisibilityBatch", needs="sqs:ChangeMessageVisibility", on=queue_arn)
async def change_message_visibility_batch(call: Call, request: Shape) -> Shape:
    """Hide up to ten messages that were received for other times.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html
    """
    place = place_of(call, request)
    entries = batches.check_entries(request, "ChangeMessageVisibilityBatchRequestEntry")

    def change(tx: Transaction) -> Shape:
        queue, now = find(tx, place), call.clock.now()

        def one(entry: Shape) -> Shape:
            if "VisibilityTimeout" not in entry:
                raise refusals.missing("VisibilityTimeout")
            change_visibility(tx, queue, entry.get("ReceiptHandle", ""), entry["VisibilityTimeout"], now)
            return {}

        return batches.each(entries, one)

    return await call.store.update(change, grouped=True)
