"""Receiving: what is due, hidden from others for a while; and waiting for it.

```
look ──nothing due──> wait for a commit that notifies the queue, or for the time at which something is due ──> look
```
A commit wakes who waits at once, and a look that finds nothing costs one index lookup, so many may wait. Where it was
another node's, the message about it may be lost: who waits there looks once a second as well.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from itertools import takewhile
from typing import Any

from tailrace.base.clock import wait_for_event
from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape, operation
from tailrace.services.sqs import message_attributes, queue_metrics, receipts, refusals
from tailrace.services.sqs.dead_letters import SOURCE, bury, is_dead
from tailrace.services.sqs.message_attributes import TRACE_HEADER
from tailrace.services.sqs.queue import Place, Queue, find, place_of, queue_arn
from tailrace.services.sqs.receipts import Receipt
from tailrace.services.sqs.sending import sequence_number
from tailrace.store import message_groups, messages
from tailrace.store.engine import EMBEDDED, Transaction
from tailrace.store.messages import Message

MESSAGES_MAX = 10
LOOK_SECONDS = 1.0
WAIT_SECONDS_MAX = 20
VISIBILITY_SECONDS_MAX = 43_200
IN_FLIGHT_MAX = 120_000
ATTEMPT_SECONDS = 300.0
SET_ASIDE_ROUNDS_MAX = 100  # looks at ten messages each that may all be dead or expired, in one receive
SYSTEM_ATTRIBUTES = frozenset(
    (
        *("All", "SenderId", "SentTimestamp", "ApproximateReceiveCount", "ApproximateFirstReceiveTimestamp"),
        *("SequenceNumber", "MessageDeduplicationId", "MessageGroupId", TRACE_HEADER, SOURCE),
    )
)

Taken = list[tuple[Message, str]]  # with the receipt handle


@operation("sqs", "ReceiveMessage", needs="sqs:ReceiveMessage", on=queue_arn)
async def receive_message(call: Call, request: Shape) -> Shape:
    """Take up to ten messages, and hide them from others for the visibility timeout.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
    """
    place = place_of(call, request)
    limit = _check_numbers(request)
    system = {*request.get("AttributeNames", ()), *request.get("MessageSystemAttributeNames", ())}
    for name in system:
        if name not in SYSTEM_ATTRIBUTES:
            raise refusals.unknown_attribute(name)
    queue = await call.store.view(lambda tx: find(tx, place))
    wait_s = request.get("WaitTimeSeconds", queue.wait_s)
    attempt = request.get("ReceiveRequestAttemptId")
    if attempt is not None and not queue.fifo:
        raise refusals.invalid_value(attempt, "ReceiveRequestAttemptId", refusals.NOT_FOR_THIS_TYPE)

    def take(tx: Transaction) -> tuple[Queue, Taken]:
        found = find(tx, place)
        visible_s = request.get("VisibilityTimeout", found.visibility_s)
        return found, take_due(tx, found, call.clock.now(), limit, visible_s, attempt=attempt)

    until = call.clock.now() + wait_s
    taken: Taken = []
    at_once = attempt is not None  # what an earlier attempt took isn't due, and is to be given all the same
    while not taken and (at_once or await wait_for_message(call, place, queue, until)):
        at_once = False
        try:
            queue, taken = await call.store.update(take, locked=True)
        except ApiError as error:
            if error.code == "OverLimit" and (queue.fifo or wait_s):
                break  # AWS tells the limit to short polls of standard queues alone
            raise
    queue_metrics.received(call.node, place, len(taken))
    shown = [_shown(queue, *each, system, request.get("MessageAttributeNames", ())) for each in taken]
    return {"Messages": shown} if shown else {}


def _check_numbers(request: Shape) -> int:
    """Refuse numbers out of their ranges; how many messages are wanted."""
    limit: int = request.get("MaxNumberOfMessages", 1)
    if not 1 <= limit <= MESSAGES_MAX:
        reason = f"Must be between 1 and {MESSAGES_MAX}, if provided."
        raise refusals.invalid_value(limit, "MaxNumberOfMessages", reason)
    for name, high in (("WaitTimeSeconds", WAIT_SECONDS_MAX), ("VisibilityTimeout", VISIBILITY_SECONDS_MAX)):
        value = request.get(name, 0)
        if not 0 <= value <= high:
            raise refusals.invalid_value(value, name, f"Must be >= 0 and <= {high}, if provided.")
    return limit


async def wait_for_message(call: Call, place: Place, queue: Queue, until: float) -> bool:
    """Wait until there may be a message to take; False where the time `until` comes first, or the client has gone.

    True also where the queue was emptied or deleted meanwhile: the caller looks again.
    """
    woken = asyncio.Event()
    undo = call.store.listen(messages.topic(queue.number), lambda _: woken.set())
    leaving = asyncio.ensure_future(call.gone.wait())
    leaving.add_done_callback(lambda _: woken.set())

    def look(tx: Transaction) -> float | None:
        if find(tx, place).number != queue.number:
            return 0.0
        return messages.next_due(tx, queue.number, grouped=queue.fifo)

    try:
        while True:
            woken.clear()
            if call.gone.is_set():
                return False  # a message taken for nobody would be hidden from everybody
            due, now = await call.store.view(look), call.clock.now()
            if due is not None and due <= now:
                return True
            if now >= until:
                return False
            again = until if call.store.kind in EMBEDDED else min(until, now + LOOK_SECONDS)
            await wait_for_event(woken, min(again, again if due is None else due) - now, call.clock)
    finally:
        undo()
        leaving.cancel()


def take_due(
    tx: Transaction,
    queue: Queue,
    now: float,
    limit: int,
    visible_s: float,
    *,
    attempt: str | None = None,
    fits: Callable[[Message], bool] | None = None,
) -> Taken:
    """Take at most `limit` messages that are due, each with its receipt handle, and hide them for `visible_s`.

    What is past its retention is deleted on the way, and what was received too often moved to the dead letters. With
    the `attempt` of an earlier receive the same messages come again. The first message that `fits` turns away ends the
    receive before it. Raises OverLimit where too many are in flight.
    """
    key = receipts.secret(tx)
    if queue.fifo:
        message_groups.hold(tx, queue.number)
    token = f"receive/{attempt}"
    if attempt:
        again = _again(tx, queue, token, now, visible_s)
        if again:
            return again
    found = _set_aside(tx, queue, now, limit)
    if fits is not None:
        found = list(takewhile(fits, found))
    if not found:
        return []
    if not messages.take_in_flight(tx, queue.number, len(found), now, IN_FLIGHT_MAX):
        raise ApiError("OverLimit", f"A queue has at most {IN_FLIGHT_MAX} messages in flight.", status=403)
    taken: Taken = []
    for each in found:
        message = messages.receive(tx, queue.number, each, now, now + visible_s)
        receipt = Receipt(queue.number, message.number, message.receives, now)
        taken.append((message, receipts.seal(receipt, queue, key)))
    _settle(tx, queue, found, now)
    if attempt:
        kept = {"Messages": [[message.number, message.receives, handle] for message, handle in taken]}
        message_groups.remember(tx, queue.number, token, now + ATTEMPT_SECONDS, kept)
    return taken


def _set_aside(tx: Transaction, queue: Queue, now: float, limit: int) -> list[Message]:
    """What can be received, after the expired and the dead at the head of the queue were put out of the way."""
    look = messages.due_in_groups if queue.fifo else messages.due
    found: list[Message] = []
    for _ in range(SET_ASIDE_ROUNDS_MAX):
        found, gone = [], False
        for message in look(tx, queue.number, now, limit):
            target = is_dead(tx, queue, message)
            if message.sent <= now - queue.retention_s:
                messages.remove(tx, queue.number, message.number, now)
            elif target is not None:
                bury(tx, queue, target, message, now)
            else:
                found.append(message)
                continue
            gone = True
        if not gone:
            break
    return found


def _again(tx: Transaction, queue: Queue, token: str, now: float, visible_s: float) -> Taken:
    """What an earlier receive of this attempt took, hidden anew; empty where any of it was touched since."""
    kept = message_groups.recall(tx, queue.number, token, now)
    taken: Taken = []
    for number, receives, handle in kept["Messages"] if kept else ():
        message = messages.read(tx, queue.number, number)
        if message is None or message.receives != receives or message.due <= now:
            return []
        taken.append((message, handle))
    for message, _ in taken:
        state = messages.State(message.due, message.first, message.receives, message.group)
        messages.hide(tx, queue.number, message.number, state, now, now + visible_s)
    return taken


def _settle(tx: Transaction, queue: Queue, taken: Iterable[Message], now: float) -> None:
    for group in dict.fromkeys(message.group for message in taken if message.group is not None):
        message_groups.settle(tx, queue.number, group, now)


def _shown(queue: Queue, message: Message, handle: str, system: set[str], names: Iterable[str]) -> Shape:
    """A message as ReceiveMessage answers it."""
    shown: Shape = {
        "MessageId": message.head["MessageId"],
        "ReceiptHandle": handle,
        "MD5OfBody": message.head["MD5OfBody"],
        "Body": message.body,
    }
    told = system_attributes(queue, message)
    chosen = told if "All" in system else {name: value for name, value in told.items() if name in system}
    if chosen:
        shown["Attributes"] = chosen
    attributes = message_attributes.select(message_attributes.unpack(message.head.get("Attributes", {})), names)
    if attributes:
        shown["MD5OfMessageAttributes"] = message_attributes.digest(attributes)
        shown["MessageAttributes"] = attributes
    return shown


def system_attributes(queue: Queue, message: Message) -> dict[str, str]:
    """All that SQS itself says of a message that was received. Times in milliseconds since the epoch."""
    head: dict[str, Any] = message.head
    told = {
        "SenderId": head["SenderId"],
        "ApproximateFirstReceiveTimestamp": str(int((message.first or 0) * 1000)),
        "ApproximateReceiveCount": str(message.receives),
        "SentTimestamp": str(int(message.sent * 1000)),
    }
    if queue.fifo:
        told["SequenceNumber"] = sequence_number(message.number)
    for name in ("MessageDeduplicationId", "MessageGroupId", TRACE_HEADER, SOURCE):
        if name in head:
            told[name] = head[name]
    return told
