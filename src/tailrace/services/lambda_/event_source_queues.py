"""SQS queues as event sources: which they are, whether the role may receive from one, and what goes with what.

Lambda receives and deletes in the name of the function's role; the queue's own policy takes part in the decision. Of
the queue itself only its document is looked at: what is in it, the worker receives through the service's own code.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tailrace.audit.entry import Decided
from tailrace.auth.principal import Principal
from tailrace.base import arn
from tailrace.base.errors import ApiError
from tailrace.identity import Identity
from tailrace.services.lambda_.refusals import invalid
from tailrace.store import resources
from tailrace.store.engine import Transaction

KIND = "sqs:queue"
ACTIONS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
VISIBILITY_SECONDS_DEFAULT = 30
BATCH_WITHOUT_WINDOW_MAX = 10


def is_queue(source: str) -> bool:
    """Whether an event source's ARN is one of SQS."""
    parts = arn.parse(source)
    return parts is not None and parts.service == "sqs"


def find(tx: Transaction, queue_arn: str) -> dict[str, Any] | None:
    """The document of the queue, which may be another account's; None where there is none."""
    parts = arn.parse(queue_arn)
    return resources.get(tx, KIND, f"{parts.account}/{parts.region}", parts.resource) if parts else None


def decisions(identity: Identity, tx: Transaction, reader: Principal, queue_arn: str) -> list[Decided]:
    """What the policies say to the three actions that a mapping needs, for the audit and its explanations."""
    whose = reader.session.issuer if reader.session else reader.arn
    return [Decided(a, queue_arn, identity.decide(tx, reader, a, queue_arn), whose) for a in ACTIONS]


def refusal(identity: Identity, tx: Transaction, reader: Principal, queue_arn: str) -> str | None:
    """AWS's sentence about the first of the three actions that the role lacks; None if it has them."""
    for action in ACTIONS:
        decision = identity.decide(tx, reader, action, queue_arn)
        if not decision.allowed:
            return identity.denial(reader, decision, action, queue_arn)
    return None


def check(tx: Transaction, queue_arn: str, region: str, asked: list[Decided], timeout_s: int) -> None:
    """Refuse a queue that the role may not receive from, that isn't there, or that hides its messages too shortly.

    `asked` is what `decisions` answered, `timeout_s` the function's timeout.
    """
    for each in asked:
        if not each.decision.allowed:
            api = each.action.partition(":")[2]
            raise invalid(f"The function execution role does not have permissions to call {api} on SQS")
    parts = arn.parse(queue_arn)
    document = find(tx, queue_arn) if parts and parts.region == region else None
    if document is None:
        raise invalid(
            "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. "
            "SQS Error Message: The specified queue does not exist."
        )
    hidden_s = int(document["Attributes"].get("VisibilityTimeout", VISIBILITY_SECONDS_DEFAULT))
    if hidden_s < timeout_s:
        raise invalid(
            f"Queue visibility timeout: {hidden_s} seconds is less than Function timeout: {timeout_s} seconds"
        )


def check_together(document: Mapping[str, Any]) -> None:
    """Refuse a batch that would need a window, and a window of a first-in-first-out queue."""
    batch, window_s = document["BatchSize"], document["MaximumBatchingWindowInSeconds"]
    if batch > BATCH_WITHOUT_WINDOW_MAX and not window_s:
        raise invalid("Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10")
    if window_s and document["EventSourceArn"].endswith(".fifo"):
        raise invalid("Batching window is not supported for FIFO queues")


def mapped_already(queue_arn: str, function: str, uuid: str | None) -> ApiError:
    """AWS's answer where the queue is mapped to the function already."""
    text = (
        f'An event source mapping with SQS arn (" {queue_arn} ") and function (" {function} ") already exists. '
        f"Please update or delete the existing mapping with UUID {uuid}"
    )
    return ApiError("ResourceConflictException", text, status=409, members={"Type": "User"})
