"""Where a mapping sends word of the records that it gives up: DestinationConfig.OnFailure, and who may send there.

AWS takes the ARN of a standard queue, a standard topic, a bucket or a Kafka topic; there are queues and topics here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tailrace.auth.principal import Principal
from tailrace.base.errors import ApiError
from tailrace.identity import Identity
from tailrace.operation import Call, Shape, not_supported
from tailrace.services.lambda_ import targets
from tailrace.services.lambda_.refusals import invalid
from tailrace.store.engine import Transaction


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
    service = targets.service_of(destination)
    if service in ("s3", "kafka"):
        raise not_supported(call, f"failure destinations of {service}; it has queues of SQS and topics of SNS")
    target = targets.parse(destination)
    if target is None or service not in ("sqs", "sns") or ":" in target.resource:
        raise invalid(f"The destination ARN {destination} is invalid.")
    targets.refuse_ordered(target)
    return {"OnFailure": {"Destination": destination}}


def of(document: Mapping[str, Any]) -> str | None:
    """The ARN that a stored mapping sends word to; None where it has none."""
    found: str | None = document["DestinationConfig"]["OnFailure"].get("Destination")
    return found


def refusal(identity: Identity, tx: Transaction, sender: Principal, destination: str) -> ApiError | None:
    """AWS's answer where the destination is gone, or the role, in the session `sender`, may not send there."""
    target = targets.parse(destination)
    assert target is not None, "it was checked when it was read"
    if not targets.exists(tx, target):
        return invalid(f"The destination ARN {destination} is invalid.")
    if targets.may_send(identity, tx, sender, target):
        return None
    return invalid(f"The provided execution role does not have permissions to call {target.call} on {target.service}")
