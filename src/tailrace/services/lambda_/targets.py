"""Where events and outcomes may be sent: queues, topics and functions, named by ARN, and may the role send there?

Asked twice: when a target is configured, in AWS's words, and when something is sent (the workers' part). S3 and
EventBridge are targets on AWS alone.
"""

from __future__ import annotations

from typing import NamedTuple

from tailrace.base import arn
from tailrace.base.errors import ApiError
from tailrace.identity import Identity, Principal, assume_role_for_service
from tailrace.services.lambda_ import function_document as documents
from tailrace.services.lambda_.function_names import FunctionName
from tailrace.services.lambda_.refusals import invalid
from tailrace.services.lambda_.role import LAMBDA, session_name, source
from tailrace.store import resources
from tailrace.store.engine import Transaction


class Target(NamedTuple):
    """One place to send to. `action` is what its sender needs, `call` and `service` what AWS's sentences call it."""

    arn: str
    scope: str
    resource: str
    kind: str
    action: str

    @property
    def call(self) -> str:
        """The operation, as the action names it."""
        return self.action.partition(":")[2]

    @property
    def service(self) -> str:
        """SQS, SNS or LAMBDA."""
        return self.kind.partition(":")[0].upper()

    @property
    def function(self) -> FunctionName:
        """The function that the target is."""
        _, name, *qualifier = self.resource.split(":")
        return FunctionName(self.scope, name, qualifier[0] if qualifier else None)

    @property
    def place(self) -> str:
        """Under which name the target's document is kept."""
        return self.function.name if self.service == "LAMBDA" else self.resource


_ACTIONS = {
    "sqs": ("sqs:queue", "sqs:SendMessage"),
    "sns": ("sns:topic", "sns:Publish"),
    "lambda": (documents.FUNCTION, "lambda:InvokeFunction"),
}
NOT_HERE = {"s3": "there is no S3", "events": "there is no EventBridge", "kafka": "there is no Kafka"}


def parse(text: str) -> Target | None:
    """The target of an ARN; None where the ARN is none of a queue, a topic or a function."""
    parts = arn.parse(text)
    if parts is None or parts.service not in _ACTIONS or not parts.resource:
        return None
    if parts.service == "lambda" and not (parts.resource.startswith("function:") and parts.resource.count(":") <= 2):
        return None
    return Target(text, f"{parts.account}/{parts.region}", parts.resource, *_ACTIONS[parts.service])


def service_of(text: str) -> str:
    """The service that an ARN, or Kafka's `kafka://` form, names; "" where the text is neither."""
    if text.startswith("kafka:"):
        return "kafka"
    named = arn.parse(text)
    return named.service if named else ""


def is_target(text: str) -> bool:
    """Whether an ARN is of something that AWS sends to, be it here or not."""
    return service_of(text) in NOT_HERE or parse(text) is not None


def exists(tx: Transaction, target: Target) -> bool:
    """Whether the queue, topic or function is there."""
    return resources.get(tx, target.kind, target.scope, target.place) is not None


def sender(identity: Identity, tx: Transaction, role: str, function: FunctionName) -> Principal | None:
    """The session of the function's execution role that sends; None where Lambda may not assume the role any more."""
    if not assume_role_for_service(identity, tx, role, LAMBDA, source(function)):
        return None
    return identity.role_principal(tx, role, session_name(function.name))


def may_send(identity: Identity, tx: Transaction, who: Principal | None, target: Target) -> bool:
    """Whether the role's session has the permission that sending to the target needs."""
    return who is not None and identity.decide(tx, who, target.action, target.arn).allowed


def check_dead_letters(identity: Identity, tx: Transaction, text: str, role: str, function: FunctionName) -> None:
    """Refuse a DeadLetterConfig.TargetArn that nothing can be sent to, in AWS's words."""
    target = parse(text)
    if target is None or target.service == "LAMBDA":
        raise invalid(
            f"The provided dead letter target ARN {text} is invalid. Use the ARN of an SQS queue or SNS topic."
        )
    refuse_ordered(target)
    if not exists(tx, target) or not may_send(identity, tx, sender(identity, tx, role, function), target):
        text = f"The provided execution role does not have permissions to call {target.call} on {target.service}"
        raise invalid(text)


def check_destination(identity: Identity, tx: Transaction, text: str, role: str, function: FunctionName) -> None:
    """Refuse a destination that is none, is the function itself, is not there, or that the role may not send to."""
    service = service_of(text)
    if service in NOT_HERE:
        raise ApiError(
            "UnsupportedOperationException",
            f"Tailrace does not support the destination {text}: {NOT_HERE[service]}; queues, topics and functions are",
        )
    target = parse(text)
    if target is None:
        raise invalid(f"The destination ARN {text} is invalid.")
    if target.service == "LAMBDA" and target.function[:2] == function[:2]:
        raise invalid("You can't specify the function as a destination for itself.")
    refuse_ordered(target)
    if not exists(tx, target):
        raise invalid(f"The destination ARN {text} is invalid.")
    who = sender(identity, tx, role, function)
    if not may_send(identity, tx, who, target):
        api = target.action.replace("lambda:InvokeFunction", "lambda:Invoke").partition(":")[2]
        raise invalid(f"The function's execution role does not have permissions to call {api} on {text}")


def refuse_ordered(target: Target) -> None:
    """AWS sends to standard queues and topics alone."""
    if target.resource.endswith(".fifo"):
        raise invalid(f"The destination ARN {target.arn} is invalid. Use a standard queue or topic.")
