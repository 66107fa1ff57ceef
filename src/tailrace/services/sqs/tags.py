"""Tags of queues.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-tags.html
"""

from __future__ import annotations

from collections.abc import Callable

from tailrace.operation import Call, Shape, operation
from tailrace.services.sqs import refusals
from tailrace.services.sqs.queue import KIND, find_document, place_of, queue_arn
from tailrace.store import resources
from tailrace.store.engine import Transaction

TAGS_MAX = 50
KEY_LENGTH_MAX = 128
VALUE_LENGTH_MAX = 256
Tags = dict[str, str]


def check_tags(tags: Tags) -> None:
    """Refuse more tags than a queue can have, or too long ones."""
    if len(tags) > TAGS_MAX:
        raise refusals.invalid_parameter(f"Too many tags added for queue. The maximum is {TAGS_MAX}.")
    for key, value in tags.items():
        if not 1 <= len(key) <= KEY_LENGTH_MAX or key.lower().startswith("aws:"):
            raise refusals.invalid_parameter("Tag keys must be between 1 and 128 characters in length.")
        if len(value) > VALUE_LENGTH_MAX:
            raise refusals.invalid_parameter("Tag values must be between 0 and 256 characters in length.")


@operation("sqs", "TagQueue", needs="sqs:TagQueue", on=queue_arn)
async def tag_queue(call: Call, request: Shape) -> Shape:
    """Add tags to a queue.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_TagQueue.html
    """
    if not request["Tags"]:
        raise refusals.missing("Tags")
    return await _change(call, request, lambda tags: {**tags, **request["Tags"]})


@operation("sqs", "UntagQueue", needs="sqs:UntagQueue", on=queue_arn)
async def untag_queue(call: Call, request: Shape) -> Shape:
    """Take tags from a queue.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_UntagQueue.html
    """
    if not request["TagKeys"]:
        raise refusals.invalid_parameter("Tag keys can't be empty.")
    gone = set(request["TagKeys"])
    return await _change(call, request, lambda tags: {k: v for k, v in tags.items() if k not in gone})


@operation("sqs", "ListQueueTags", needs="sqs:ListQueueTags", on=queue_arn)
async def list_queue_tags(call: Call, request: Shape) -> Shape:
    """A queue's tags.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueueTags.html
    """
    place = place_of(call, request)
    found = await call.store.view(lambda tx: find_document(tx, place)["Tags"])
    return {"Tags": found} if found else {}


async def _change(call: Call, request: Shape, change: Callable[[Tags], Tags]) -> Shape:
    place = place_of(call, request)

    def write(tx: Transaction) -> Shape:
        document = find_document(tx, place)
        tags = change(document["Tags"])
        check_tags(tags)
        resources.put(tx, KIND, *place, {**document, "Tags": tags})
        return {}

    return await call.store.update(write)
