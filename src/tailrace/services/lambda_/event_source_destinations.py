"""Where a mapping sends word of the records that it gives up: DestinationConfig.OnFailure, and who may send there.

AWS takes the ARN of a standard queue, a standard topic, a bucket or a Kafka topic; there are queues and topics here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tailrace.auth.principal import Principal
from tailrace.base import arn
from tailrace.base.errors import ApiError
from tailrace.identity import Identity
from tailrace.operation import Call, Shape, not_supported
from tailrace.services.lambda_.refusals import invalid
from tailrace.store import resources
from tailrace.store.engine import Transaction

TARGETS = {
    "sqs": ("sqs:queue", "sqs:SendMessage", "SendMessage on SQS"),
    "sns": ("sns:topic", "sns:Publish", "Publish on SNS"),
}
"""What a service's ARNs may name: under which kind it is kept, what sending there needs, AWS's words for that."""


def read(call: Call, config: Shape) -> Shape:
    """A request's DestinationConfig as it is stored: `{"OnFailure": {}}` where it names no destination.

    Raises InvalidParameterValueException and, for a bucket or a Kafka topic, UnsupportedOperationException.
    """
    if config.get("OnSuccess"):
        raise invalid("Unsupported DestinationConfig parameter for given event source mapping type.")
    if "OnFailure" not in config:
        return {"OnFailure": {}}
    destination = config["OnFailure"].get("Destination")
    if destination is None:
        raise invalid("The Destination field is required for an OnFailure configuration.")
    if not destination:
        return {"OnFailure": {}}
    parts = arn.parse(destination)
    service = parts.service if parts else "kafka"
    if service in ("s3", "kafka"):
        raise not_supported(call, f"failure destinations of {service}; it has queues of SQS and topics of SNS")
    if parts is None or service not in TARGETS or not parts.resource or ":" in parts.resource:
        raise invalid(f"The destination ARN {destination} is invalid.")
    if parts.resource.endswith(".fifo"):
        raise invalid(f"The destination ARN {destination} is invalid: it must be a standard queue or a standard topic.")
    return {"OnFailure": {"Destination": destination}}


def of(document: Mapping[str, Any]) -> str | None:
    """The ARN that a stored mapping sends word to; None where it has none."""
    found: str | None = document["DestinationConfig"]["OnFailure"].get("Destination")
    return found


def refusal(identity: Identity, tx: Transaction, sender: Principal, destination: str) -> ApiError | None:
    """AWS's answer where the destination is gone, or the role, in the session `sender`, may not send there."""
    parts = arn.parse(destination)
    assert parts is not None, "it was checked when it was read"
    kind, action, described = TARGETS[parts.service]
    if resources.get(tx, kind, f"{parts.account}/{parts.region}", parts.resource) is None:
        return invalid(f"The destination ARN {destination} is invalid.")
    if identity.decide(tx, sender, action, destination).allowed:
        return None
    return invalid(f"The provided execution role does not have permissions to call {described}")
