"""Dead-letter queues: which queues use one, and the move of a message that was received too often."""

from __future__ import annotations

import orjson

from tailrace.operation import Call, Shape, operation
from tailrace.services.sqs.queue import KIND, Place, Queue, compiled, find, place_of, queue_arn, url
from tailrace.services.sqs.queues import page_of, token_of
from tailrace.store import messages, resources
from tailrace.store.engine import Transaction
from tailrace.store.messages import Message

SCAN_PAGE = 500
SOURCE = "DeadLetterQueueSourceArn"


@operation("sqs", "ListDeadLetterSourceQueues", needs="sqs:ListDeadLetterSourceQueues", on=queue_arn)
async def list_dead_letter_source_queues(call: Call, request: Shape) -> Shape:
    """The queues that have this one for their dead letters.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListDeadLetterSourceQueues.html
    """
    place = place_of(call, request)
    limit, after = page_of(request)

    def read(tx: Transaction) -> list[str]:
        find(tx, place)
        return sources(tx, place, after, limit + 1)

    names = await call.store.view(read)
    answer: Shape = {"queueUrls": [url(call, Place(place.scope, name)) for name in names[:limit]]}
    if len(names) > limit and "MaxResults" in request:
        answer["NextToken"] = token_of(names[limit - 1])
    return answer


def sources(tx: Transaction, place: Place, after: str | None, limit: int) -> list[str]:
    """At most `limit` names behind `after` of queues whose dead letters go to `place`."""
    found: list[str] = []
    while len(found) < limit:
        page = resources.page(tx, KIND, place.scope, after, SCAN_PAGE)
        for name, document in page:
            redrive = document["Attributes"].get("RedrivePolicy")
            if redrive and orjson.loads(redrive)["deadLetterTargetArn"] == place.arn:
                found.append(name)
        if len(page) < SCAN_PAGE:
            break
        after = page[-1][0]
    return found[:limit]


def is_dead(tx: Transaction, queue: Queue, message: Message) -> Queue | None:
    """The queue that a message goes to instead of being received once more; None where it is to be received.

    A target that is gone takes nothing: the message stays, and goes on being received.
    """
    rule = queue.dead_letters
    if rule is None or message.receives < rule.receives_max:
        return None
    return resources.derived(tx, KIND, *rule.target, compiled)


def bury(tx: Transaction, queue: Queue, target: Queue, message: Message, now: float) -> None:
    """Move a dead message. A standard queue's retention goes on from its first sending; a FIFO one's begins anew."""
    head = {**message.head, SOURCE: queue.arn}
    sent = now if queue.fifo else message.sent
    messages.move(tx, queue.number, target.number, message, now, sent=sent, head=head)
