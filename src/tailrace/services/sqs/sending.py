"""Sending: what a message may be, and the one way into a queue.

```
SendMessage, SendMessageBatch ──check──> enqueue <──deliver── who sends for somebody else: SNS, failure destinations
```
"""

from __future__ import annotations

import re
from hashlib import md5, sha256
from typing import NamedTuple

from tailrace.base import ids
from tailrace.base.errors import ApiError
from tailrace.identity import ContextKeys, Identity, Principal
from tailrace.operation import Call, Node, Shape, operation
from tailrace.services.sqs import batches, message_attributes, policies, queue_metrics, refusals
from tailrace.services.sqs.message_attributes import TRACE_HEADER, Attributes
from tailrace.services.sqs.queue import Place, Queue, find, place_of, place_of_arn, queue_arn
from tailrace.store import message_groups, messages
from tailrace.store.engine import Transaction

SEND = "sqs:SendMessage"
DEDUPLICATION_SECONDS = 300.0
BATCH_BYTES_MAX = 1_048_576
DELAY_SECONDS_MAX = 900
SEQUENCE_BASE, SEQUENCE_STEP = 18_849_496_460_467_696_128, 256  # twenty digits, as AWS's have

_token = re.compile(r"[A-Za-z0-9!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]{1,128}")


class Outgoing(NamedTuple):
    """A message on its way into a queue. `trace` is an X-Ray trace header, `sender` the user id of who sends."""

    body: str
    sender: str
    attributes: Attributes = {}
    group: str | None = None
    deduplication: str | None = None
    delay_s: int | None = None
    trace: str | None = None


class Sent(NamedTuple):
    """What the sender is told: the message's id, and in a first-in-first-out queue its number.

    `size` is its bytes; None where the queue has had it before, and didn't take it again.
    """

    place: Place
    message_id: str
    sequence_number: str | None
    size: int | None = None

    def measure(self, node: Node) -> None:
        """Count it, once it is committed."""
        if self.size is None:
            queue_metrics.sent_again(node, self.place)
        else:
            queue_metrics.sent(node, self.place, self.size)


def size(message: Outgoing) -> int:
    """The bytes that count against a queue's MaximumMessageSize."""
    return len(message.body.encode()) + message_attributes.size(message.attributes)


def check(queue: Queue, message: Outgoing, text: str = "One or more parameters are invalid.") -> None:
    """Refuse what the queue doesn't take. `text` begins AWS's sentence about the size, which batches word otherwise."""
    if not message.body:
        raise refusals.missing("MessageBody")
    message_attributes.check(message.attributes)
    if size(message) > queue.bytes_max:
        raise refusals.invalid_parameter(f"{text} Reason: Message must be shorter than {queue.bytes_max} bytes.")
    wrong = message_attributes.forbidden(message.body)
    if wrong:
        raise ApiError("InvalidMessageContents", wrong)
    _check_token(message.group, "MessageGroupId")
    if queue.fifo:
        check_order(queue, message)
        if message.delay_s:
            reason = "The request include parameter that is not valid for this queue type."
            raise refusals.invalid_value(message.delay_s, "DelaySeconds", reason)
    elif message.deduplication is not None:
        reason = refusals.NOT_FOR_THIS_TYPE.removesuffix(".")
        raise refusals.invalid_value(message.deduplication, "MessageDeduplicationId", reason)
    elif message.delay_s is not None and not 0 <= message.delay_s <= DELAY_SECONDS_MAX:
        reason = f"DelaySeconds must be >= 0 and <= {DELAY_SECONDS_MAX}."
        raise refusals.invalid_value(message.delay_s, "DelaySeconds", reason)


def check_order(queue: Queue, message: Outgoing) -> None:
    """Refuse a message without what a first-in-first-out queue needs."""
    if message.group is None:
        raise refusals.missing("MessageGroupId")
    if message.deduplication is None and not queue.by_content:
        text = "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
        raise refusals.invalid_parameter(text + "explicitly")
    _check_token(message.deduplication, "MessageDeduplicationId")


def _check_token(given: str | None, parameter: str) -> None:
    if given is not None and not _token.fullmatch(given):
        reason = f"{parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length."
        raise refusals.invalid_value(given, parameter, reason)


def enqueue(tx: Transaction, queue: Queue, message: Outgoing, now: float) -> Sent:
    """Put a message, which was checked, into a queue.

    A first-in-first-out queue takes one of the same deduplication id only once in five minutes; the others are
    answered as the first was.
    """
    head: Shape = {
        "MessageId": ids.uuid(),
        "MD5OfBody": md5_of(message.body),
        "SenderId": message.sender,
    }
    if message.attributes:
        head["Attributes"] = message_attributes.pack(message_attributes.clean(message.attributes))
    if message.trace:
        head[TRACE_HEADER] = message.trace
    if message.group is not None:
        head["MessageGroupId"] = message.group
    delay = queue.delay_s if message.delay_s is None or queue.fifo else message.delay_s
    if not queue.fifo:
        messages.put(tx, queue.number, message.body, head, now=now, due=now + delay)
        return Sent(queue.place, head["MessageId"], None, size(message))
    assert message.group
    message_groups.hold(tx, queue.number)  # one after the other: in order, and each deduplication id once
    once = message.deduplication or sha256(message.body.encode()).hexdigest()
    head["MessageDeduplicationId"] = once
    token = f"send/{message.group} {once}" if queue.scoped_to_group else f"send/{once}"
    earlier = message_groups.recall(tx, queue.number, token, now)
    if earlier is not None:
        return Sent(queue.place, *earlier["Sent"])
    number = messages.put(tx, queue.number, message.body, head, now=now, due=now + delay, group=message.group)
    told = (head["MessageId"], sequence_number(number))
    message_groups.remember(tx, queue.number, token, now + DEDUPLICATION_SECONDS, {"Sent": told})
    return Sent(queue.place, *told, size(message))


def sequence_number(number: int) -> str:
    """The number under which a first-in-first-out queue shows a message: larger for a later one."""
    return str(SEQUENCE_BASE + number * SEQUENCE_STEP)


def deliver(
    tx: Transaction,
    identity: Identity,
    principal: Principal,
    arn: str,
    message: Outgoing,
    now: float,
    context: ContextKeys | None = None,
) -> Sent:
    """Send to the queue of an ARN for `principal` (a role's session, or a service), if it may.

    `context` is what a service says of itself (aws:SourceArn, aws:SourceAccount). Raises ApiError: QueueDoesNotExist,
    AccessDeniedException, InvalidParameterValue and whatever else SendMessage would refuse.
    """
    place = place_of_arn(arn)
    if place is None:
        raise refusals.no_such_queue()
    queue = find(tx, place)
    decision = policies.decide(tx, identity, principal, SEND, arn, context or {})
    if not decision.allowed:
        raise ApiError.access_denied(identity.denial(principal, decision, SEND, arn))
    check(queue, message)
    return enqueue(tx, queue, message, now)


@operation("sqs", "SendMessage", needs=SEND, on=queue_arn)
async def send_message(call: Call, request: Shape) -> Shape:
    """Put a message into a queue.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
    """
    place, message = place_of(call, request), _outgoing(call, request)

    def send(tx: Transaction) -> Sent:
        queue = find(tx, place)
        check(queue, message)
        return enqueue(tx, queue, message, call.clock.now())

    sent = await call.store.update(send, grouped=True)
    sent.measure(call.node)
    return _answer(message, sent, request)


@operation("sqs", "SendMessageBatch", needs=SEND, on=queue_arn)
async def send_message_batch(call: Call, request: Shape) -> Shape:
    """Put up to ten messages into a queue, in the order in which they stand.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
    """
    place = place_of(call, request)
    entries = batches.check_entries(request, "SendMessageBatchRequestEntry")
    outgoing = {entry["Id"]: _outgoing(call, entry) for entry in entries}

    def send(tx: Transaction) -> tuple[Shape, list[Sent]]:
        queue, now, done = find(tx, place), call.clock.now(), list[Sent]()
        _check_batch(queue, list(outgoing.values()))

        def one(entry: Shape) -> Shape:
            message = outgoing[entry["Id"]]
            check(queue, message, "One or more parameters cannot be validated.")
            done.append(enqueue(tx, queue, message, now))
            return _answer(message, done[-1], entry)

        return batches.each(entries, one), done

    answer, done = await call.store.update(send, grouped=True)
    for sent in done:
        sent.measure(call.node)
    return answer


def _check_batch(queue: Queue, outgoing: list[Outgoing]) -> None:
    """What a batch is refused for as a whole: its size and, in a first-in-first-out queue, the ids of its messages."""
    total = sum(size(message) for message in outgoing)
    if total > BATCH_BYTES_MAX:
        text = f"Batch requests cannot be longer than {BATCH_BYTES_MAX} bytes. You have sent {total} bytes."
        raise ApiError("BatchRequestTooLong", text)
    for message in outgoing if queue.fifo else ():
        if message.group is None:
            raise refusals.invalid_parameter("The request must contain the parameter MessageGroupId.")
        check_order(queue, message)


def _outgoing(call: Call, request: Shape) -> Outgoing:
    """The message that a request, or an entry of a batch, describes."""
    trace = call.headers.get("x-amzn-trace-id")
    for name, attribute in request.get("MessageSystemAttributes", {}).items():
        if name != TRACE_HEADER or attribute.get("DataType") != "String" or not attribute.get("StringValue"):
            raise refusals.invalid_parameter(f"Message system attribute name '{name}' is invalid.")
        trace = attribute["StringValue"]
    return Outgoing(
        request.get("MessageBody", ""),
        call.principal.user_id,
        request.get("MessageAttributes", {}),
        request.get("MessageGroupId"),
        request.get("MessageDeduplicationId"),
        request.get("DelaySeconds"),
        trace,
    )


def _answer(message: Outgoing, sent: Sent, request: Shape) -> Shape:
    answer = {"MessageId": sent.message_id, "MD5OfMessageBody": md5_of(message.body)}
    if message.attributes:
        answer["MD5OfMessageAttributes"] = message_attributes.digest(message_attributes.clean(message.attributes))
    if request.get("MessageSystemAttributes"):
        answer["MD5OfMessageSystemAttributes"] = message_attributes.digest(request["MessageSystemAttributes"])
    if sent.sequence_number:
        answer["SequenceNumber"] = sent.sequence_number
    return answer


def md5_of(body: str) -> str:
    """The digest of a body that SDKs check."""
    return md5(body.encode(), usedforsecurity=False).hexdigest()
