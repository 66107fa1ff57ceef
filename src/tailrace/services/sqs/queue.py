"""A queue: its document, compiled once a version, and where requests find it (name, URL, ARN).

A queue's URL is http://HOST:PORT/ACCOUNT/NAME. In requests only its path counts: the same queue may be reached under
several names of this machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson

from tailrace.auth import policy
from tailrace.auth.evaluate import NamedPolicy
from tailrace.base import arn
from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape
from tailrace.services.sqs import refusals
from tailrace.store import resources
from tailrace.store.engine import Transaction

KIND = "sqs:queue"
FIFO_SUFFIX = ".fifo"
DEFAULTS = {
    "DelaySeconds": "0",
    "MaximumMessageSize": "1048576",
    "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0",
    "VisibilityTimeout": "30",
    "SqsManagedSseEnabled": "true",
}
FIFO_DEFAULTS = {
    "ContentBasedDeduplication": "false",
    "DeduplicationScope": "queue",
    "FifoThroughputLimit": "perQueue",
}

Document = dict[str, Any]


class Place(NamedTuple):
    """Where a queue's document is kept: its scope (account/region) and its name."""

    scope: str
    name: str

    @property
    def arn(self) -> str:
        """The queue's ARN."""
        account, _, region = self.scope.partition("/")
        return arn.build("sqs", region, account, self.name)


class DeadLetters(NamedTuple):
    """Where messages go that were received too often without being deleted."""

    target: Place
    receives_max: int


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue's settings. `number` is its messages' queue in the store; times in seconds."""

    place: Place
    number: int
    fifo: bool
    visibility_s: int
    delay_s: int
    wait_s: int
    retention_s: int
    bytes_max: int
    by_content: bool
    scoped_to_group: bool
    dead_letters: DeadLetters | None
    policy: NamedPolicy | None

    @property
    def arn(self) -> str:
        """The queue's ARN."""
        return self.place.arn


def settings(document: Document) -> dict[str, str]:
    """A queue's attributes that can be set, those it was given and the defaults of the others."""
    given: dict[str, str] = document["Attributes"]
    fifo = FIFO_DEFAULTS if "FifoQueue" in given else {}
    found = {**DEFAULTS, **fifo, **given}
    if "KmsMasterKeyId" in found:
        found = {"KmsDataKeyReusePeriodSeconds": "300", **found, "SqsManagedSseEnabled": "false"}
    return found


def compiled(document: Document) -> Queue:
    """A queue's document as the operations use it."""
    found = settings(document)
    place = place_of_arn(document["QueueArn"])
    assert place
    redrive = found.get("RedrivePolicy")
    dead_letters = None
    if redrive:
        rule = orjson.loads(redrive)
        target = place_of_arn(rule["deadLetterTargetArn"])
        dead_letters = DeadLetters(target, rule["maxReceiveCount"]) if target else None
    text = found.get("Policy")
    return Queue(
        place,
        document["Number"],
        "FifoQueue" in found,
        int(found["VisibilityTimeout"]),
        int(found["DelaySeconds"]),
        int(found["ReceiveMessageWaitTimeSeconds"]),
        int(found["MessageRetentionPeriod"]),
        int(found["MaximumMessageSize"]),
        found.get("ContentBasedDeduplication") == "true",
        found.get("DeduplicationScope") == "messageGroup",
        dead_letters,
        NamedPolicy(document["QueueArn"], policy.parse(text)) if text else None,
    )


def find(tx: Transaction, place: Place) -> Queue:
    """The queue. Raises QueueDoesNotExist."""
    found = resources.derived(tx, KIND, *place, compiled)
    if found is None:
        raise refusals.no_such_queue()
    return found


def find_document(tx: Transaction, place: Place) -> Document:
    """The queue's document (shared, never to be changed). Raises QueueDoesNotExist."""
    found = resources.get(tx, KIND, *place)
    if found is None:
        raise refusals.no_such_queue()
    return found


def find_by_arn(tx: Transaction, text: str, parameter: str) -> Queue:
    """The queue of an ARN that stands in a parameter. Raises ResourceNotFoundException, InvalidParameterValue."""
    place = place_of_arn(text)
    if place is None:
        form = f"You must use this format to specify the {parameter}: arn:<partition>:<service>:<region>:<account-id>:"
        raise refusals.invalid_parameter(f"{form}<resource-id>")
    found = resources.derived(tx, KIND, *place, compiled)
    if found is None:
        raise refusals.no_such_resource(parameter)
    return found


def place_of_arn(text: str) -> Place | None:
    """Where the queue of an ARN is kept; None where it is no queue's ARN."""
    parts = arn.parse(text)
    if parts is None or parts.service != "sqs" or not parts.resource:
        return None
    return Place(f"{parts.account}/{parts.region}", parts.resource)


def place_of(call: Call, request: Shape) -> Place:
    """Where the queue of the request's QueueUrl is kept: by the last two parts of its path, or by a name alone."""
    url: str = request["QueueUrl"]
    try:
        path = urlsplit(url).path
    except ValueError:
        path = ""
    account, _, name = path.rstrip("/").rpartition("/")
    account = account.rpartition("/")[2] or call.account
    if not name or not account.isdigit():
        raise ApiError("InvalidAddress", f"The address {url} is not valid for this endpoint.")
    return Place(f"{account}/{call.region}", name)


def url(call: Call, place: Place) -> str:
    """The queue's URL, at the address where this node answers."""
    return f"{call.node.endpoint}/{place.scope.partition('/')[0]}/{place.name}"


def queue_arn(call: Call, request: Shape) -> str:
    """What a permission on the queue of a QueueUrl is asked on."""
    return place_of(call, request).arn


def queue_of_name(call: Call, request: Shape) -> Place:
    """Where the queue of a QueueName (and perhaps another account) is kept."""
    account = request.get("QueueOwnerAWSAccountId", call.account)
    return Place(f"{account}/{call.region}", request["QueueName"])


def named_arn(call: Call, request: Shape) -> str:
    """What a permission on the queue of a QueueName is asked on."""
    return queue_of_name(call, request).arn


def source_arn(call: Call, request: Shape) -> str:
    """What a permission on the queue of a SourceArn is asked on."""
    return str(request["SourceArn"])
