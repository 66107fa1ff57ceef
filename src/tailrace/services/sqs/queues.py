"""Queues: made, found, listed, emptied, deleted."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from tailrace.base.errors import ApiError
from tailrace.operation import Call, Need, Shape, operation
from tailrace.services.sqs import attribute_rules, move_task, policies, refusals
from tailrace.services.sqs.queue import (
    FIFO_SUFFIX,
    KIND,
    Document,
    Place,
    find,
    find_document,
    named_arn,
    place_of,
    queue_arn,
    queue_of_name,
    settings,
    url,
)
from tailrace.services.sqs.tags import check_tags
from tailrace.store import messages, resources
from tailrace.store.engine import Transaction

DELETED_KIND = "sqs:deleted-queue"
NAME_REST_SECONDS = 60.0
PURGE_SECONDS = 60.0
LIST_MAX = 1000
WRONG_NAME = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
WRONG_FIFO_NAME = (
    "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, "
    "must end with .fifo suffix and be 1 to 80 in length."
)

_name = re.compile(r"[A-Za-z0-9_-]{1,80}")


def tagged_at_creation(call: Call, request: Shape) -> list[Need]:
    """Who gives a new queue tags needs the permission to tag it, too."""
    return [Need("sqs:TagQueue", named_arn(call, request))] if request.get("tags") else []


@operation("sqs", "CreateQueue", needs="sqs:CreateQueue", on=named_arn, also=tagged_at_creation)
async def create_queue(call: Call, request: Shape) -> Shape:
    """Create a queue, or find the one that is there with the same attributes.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
    """
    place = Place(call.scope, request["QueueName"])
    given, tags = request.get("Attributes", {}), request.get("tags", {})
    fifo = given.get("FifoQueue", "").lower() == "true"
    _check_name(place.name, fifo)
    attributes = attribute_rules.checked(given, {}, fifo)
    check_tags(tags)

    def create(tx: Transaction) -> Shape:
        found = resources.get(tx, KIND, *place)
        if found is not None:
            _check_same(found, attributes)
            return {"QueueUrl": url(call, place)}
        now = call.clock.now()
        gone = resources.get(tx, DELETED_KIND, *place)
        if gone is not None and now < gone["Deleted"] + NAME_REST_SECONDS:
            text = "You must wait 60 seconds after deleting a queue before you can create another with the same name."
            raise ApiError("QueueDeletedRecently", text)
        attribute_rules.check_dead_letters(tx, place, attributes)
        document = {"QueueArn": place.arn, "Attributes": attributes, "Tags": tags, "Created": now, "Modified": now}
        number = messages.open_queue(tx, float(settings(document)["MessageRetentionPeriod"]))
        policies.note(tx, attributes)
        resources.create(tx, KIND, *place, {**document, "Number": number})
        resources.delete(tx, DELETED_KIND, *place)
        return {"QueueUrl": url(call, place)}

    return await call.store.update(create)


def _check_name(name: str, fifo: bool) -> None:
    if fifo:
        if len(name) > 80 or not name.endswith(FIFO_SUFFIX) or not _name.fullmatch(name.removesuffix(FIFO_SUFFIX)):
            raise refusals.invalid_parameter(WRONG_FIFO_NAME)
    elif not _name.fullmatch(name):
        raise refusals.invalid_parameter(WRONG_NAME)


def _check_same(document: Document, wanted: dict[str, str]) -> None:
    """Whether the queue that is there has the attributes that were asked for."""
    current = settings(document)
    for name, value in wanted.items():
        if current.get(name) != value:
            text = f"A queue already exists with the same name and a different value for attribute {name}"
            raise ApiError("QueueNameExists", text)


@operation("sqs", "GetQueueUrl", needs="sqs:GetQueueUrl", on=named_arn)
async def get_queue_url(call: Call, request: Shape) -> Shape:
    """The URL of a queue, by its name.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueUrl.html
    """
    place = queue_of_name(call, request)
    await call.store.view(lambda tx: find(tx, place))
    return {"QueueUrl": url(call, place)}


def every_queue(call: Call, request: Shape) -> str:
    """What a permission to list queues is asked on."""
    return call.arn("")


@operation("sqs", "ListQueues", needs="sqs:ListQueues", on=every_queue)
async def list_queues(call: Call, request: Shape) -> Shape:
    """The URLs of the queues whose names begin with a prefix; pages only where MaxResults asks for them.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html
    """
    limit, after = page_of(request)
    prefix = request.get("QueueNamePrefix", "")
    found = await call.store.view(lambda tx: resources.page(tx, KIND, call.scope, after, limit + 1, prefix))
    names = [name for name, _ in found]
    answer: Shape = {"QueueUrls": [url(call, Place(call.scope, name)) for name in names[:limit]]} if names else {}
    if len(names) > limit and "MaxResults" in request:
        answer["NextToken"] = token_of(names[limit - 1])
    return answer


def page_of(request: Shape) -> tuple[int, str | None]:
    """How many names a page has, and the name that it goes on from."""
    limit = request.get("MaxResults", LIST_MAX)
    if not 1 <= limit <= LIST_MAX:
        raise refusals.invalid_value(limit, "MaxResults", "Must be between 1 and 1000, if provided.")
    token = request.get("NextToken")
    if not token:
        return limit, None
    if "MaxResults" not in request:
        raise refusals.missing("MaxResults")
    try:
        return limit, urlsafe_b64decode(token).decode()
    except ValueError:
        raise refusals.invalid_parameter("Invalid or expired next token.") from None


def token_of(name: str) -> str:
    """The token that goes on behind a name."""
    return urlsafe_b64encode(name.encode()).decode()


@operation("sqs", "DeleteQueue", needs="sqs:DeleteQueue", on=queue_arn)
async def delete_queue(call: Call, request: Shape) -> Shape:
    """Delete a queue with its messages. Its name is free again after 60 seconds.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html
    """
    place = place_of(call, request)

    def delete(tx: Transaction) -> Shape:
        document = find_document(tx, place)
        resources.delete(tx, KIND, *place)
        resources.put(tx, DELETED_KIND, *place, {"Deleted": call.clock.now()})
        move_task.forget(tx, place)
        _drop(tx, document)
        return {}

    return await call.store.update(delete)


@operation("sqs", "PurgeQueue", needs="sqs:PurgeQueue", on=queue_arn)
async def purge_queue(call: Call, request: Shape) -> Shape:
    """Delete all messages of a queue, those in flight too, and what it remembers of sent ones; once in 60 seconds.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html
    """
    place = place_of(call, request)

    def purge(tx: Transaction) -> Shape:
        document, now = find_document(tx, place), call.clock.now()
        if now < document.get("Purged", 0.0) + PURGE_SECONDS:
            text = f"Only one PurgeQueue operation on {place.name} is allowed every 60 seconds."
            raise ApiError("PurgeQueueInProgress", text, status=403)
        number = messages.open_queue(tx, float(settings(document)["MessageRetentionPeriod"]))
        resources.put(tx, KIND, *place, {**document, "Number": number, "Purged": now})
        _drop(tx, document)
        return {}

    return await call.store.update(purge)


def _drop(tx: Transaction, document: dict[str, Any]) -> None:
    """Give up a queue's messages; who waits for one is woken, to see what there is instead."""
    messages.drop_queue(tx, document["Number"])
    tx.notify(messages.topic(document["Number"]), "")


def forget_deleted(tx: Transaction, now: float, limit: int) -> int:
    """Forget at most `limit` deleted queues whose names are free again; how many they were."""
    page = resources.everywhere(tx, DELETED_KIND, None, limit)
    over = [(scope, name) for scope, name, gone in page if now >= gone["Deleted"] + NAME_REST_SECONDS]
    return sum(resources.delete(tx, DELETED_KIND, scope, name) for scope, name in over)
