"""A queue's messages as a function gets them, which of them its filters let through, and which it has done. Pure.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from tailrace.services.sqs import message_attributes
from tailrace.services.sqs.queue import Queue
from tailrace.services.sqs.receiving import system_attributes
from tailrace.store.messages import Message
from tailrace.workers.outcome import failed_items
from tailrace.workers.queue_settings import BODY, QueueFilter

ENVELOPE_BYTES = len(b'{"Records":[]}')
RECORD_BYTES = 1024  # about what a record has besides its body and attributes


@dataclass(frozen=True, slots=True)
class QueueRecord:
    """A message that was received: `content` is its JSON in an event."""

    message: Message
    handle: str
    content: bytes

    @property
    def id(self) -> str:
        """The message's id, which functions name failures by."""
        return str(self.message.head["MessageId"])


def content_of(queue: Queue, message: Message, handle: str) -> dict[str, Any]:
    """The record of a message, member by member as AWS's."""
    attributes = message.head.get("Attributes", {})
    digest = {}
    if attributes:
        digest = {"md5OfMessageAttributes": message_attributes.digest(message_attributes.unpack(attributes))}
    return {
        "messageId": message.head["MessageId"],
        "receiptHandle": handle,
        BODY: message.body,
        "attributes": system_attributes(queue, message),
        "messageAttributes": {name: _attribute(one) for name, one in attributes.items()},
        **digest,
        "md5OfBody": message.head["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue.arn,
        "awsRegion": queue.place.scope.partition("/")[2],
    }


def _attribute(packed: dict[str, Any]) -> dict[str, Any]:
    """An attribute; binary values are Base64, as they are kept."""
    values = {name[0].lower() + name[1:]: packed[name] for name in ("StringValue", "BinaryValue") if name in packed}
    return {**values, "stringListValues": [], "binaryListValues": [], "dataType": packed["DataType"]}


def bytes_of(message: Message) -> int:
    """About how many bytes of an event a message takes, at most."""
    return len(orjson.dumps(message.body)) + len(orjson.dumps(message.head)) + RECORD_BYTES


def event(records: Sequence[QueueRecord]) -> bytes:
    """The function's event."""
    return b'{"Records":[' + b",".join(record.content for record in records) + b"]}"


def wanted(content: dict[str, Any], filters: Sequence[QueueFilter]) -> bool:
    """Whether one of the filters lets a record pass, or there are none.

    A filter that looks into the body lets no text pass, and one that looks at it as a text no JSON.
    https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
    """
    if not filters:
        return True
    body = _json(content[BODY])
    parsed = {**content, BODY: body}
    for one in filters:
        if (one.parses and body is None) or (one.text and body is not None):
            continue
        if one.pattern.test(parsed if one.parses else content):
            return True
    return False


def _json(body: str) -> Any:
    """The object or list that a body is the JSON of; None for any other text."""
    if not body.lstrip().startswith(("{", "[")):
        return None
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def undone(records: Sequence[QueueRecord], payload: bytes, *, fifo: bool) -> set[str] | None:
    """The ids of the messages that the function says it has not done; None: it has done none of them.

    In a first-in-first-out queue, what comes after a failure in its group has to come after it again, whatever the
    function says of it: AWS would delete it and lose the order.
    """
    try:
        answer = orjson.loads(payload or b"null")
    except orjson.JSONDecodeError:
        return None
    named = failed_items(answer if isinstance(answer, dict) else {}, {record.id for record in records})
    if named is None:
        return None
    failed = set(named)
    if fifo:
        broken = set()
        for record in records:
            if record.id in failed or record.message.group in broken:
                failed.add(record.id)
                broken.add(record.message.group)
    return failed
