"""Outcomes: sends what became of an event to where its function wants it, as the function's role.

```
Delivery ──> the role, may it? ──> queue · topic · function      one transaction with `done`
                      └── no, or the target is gone: lost, and said in the server's log, as AWS counts it in a metric
```
All targets are ours, so what is sent is neither lost nor doubled.
"""

from __future__ import annotations

import base64
import logging
from typing import Any

from tailrace.base import ids
from tailrace.base.errors import ApiError
from tailrace.base.meter import DESTINATIONS
from tailrace.identity import Principal
from tailrace.operation import Node
from tailrace.services.lambda_ import (
    event_attempts,
    event_outcome,
    function_document,
    function_metrics,
    invoke,
    targets,
)
from tailrace.services.lambda_.function_names import LATEST, FunctionName
from tailrace.services.lambda_.targets import Target
from tailrace.services.sns import message, publishing
from tailrace.services.sns.message import Message
from tailrace.services.sns.publishing import Published
from tailrace.services.sqs import sending
from tailrace.services.sqs.sending import Outgoing, Sent
from tailrace.store import deliveries
from tailrace.store.deliveries import Delivery
from tailrace.store.engine import Transaction

log = logging.getLogger("tailrace.functions")


async def tell(node: Node, delivery: Delivery) -> None:
    """Send one record or dead letter; what the target refuses is given up at once, for AWS tries no more either."""
    body, now = delivery.body, node.clock.now()

    def change(tx: Transaction) -> Sent | Published | None:
        done = send(tx, node, body)
        event_attempts.keep_told(tx, body, "DestinationDelivered", None, now)
        deliveries.done(tx, delivery.id)
        return done

    try:
        done = await node.store.update(change, locked=True)
        if done is not None:
            done.measure(node)
        node.meter.count(DESTINATIONS, outcome="Delivered")
        target = targets.parse(body["Target"])
        if target is not None and target.service not in ("SQS", "SNS"):
            function_metrics.measure(node, target.function, AsyncEventsReceived=1)
    except ApiError as problem:
        log.warning("what became of event %s can't be told to %s: %s", body["Event"], body["Target"], problem)
        reason = str(problem)

        def lose(tx: Transaction) -> None:
            event_attempts.keep_told(tx, body, "DestinationLost", reason, now)
            deliveries.done(tx, delivery.id)

        await node.store.update(lose, locked=True)
        node.meter.count(DESTINATIONS, outcome="Lost")
        # A dead letter has attributes; the record for a destination has none.
        what = "DeadLetterErrors" if "Attributes" in body else "DestinationDeliveryFailures"
        function_metrics.measure(node, FunctionName(body["Scope"], body["Name"], None), **{what: 1})


def send(tx: Transaction, node: Node, body: dict[str, Any]) -> Sent | Published | None:
    """Put a text into the queue, topic or function of an ARN as the function's role. Raises ApiError: it may not.

    What is to be measured of a queue or a topic, after the commit.
    """
    target = targets.parse(body["Target"])
    function = FunctionName(body["Scope"], body["Name"], None)
    who = targets.sender(node.identity, tx, body["Role"], function)
    if target is None or who is None:
        raise ApiError.access_denied(f"nobody can send to {body['Target']} as {body['Role']}")
    text, attributes, now = body["Text"], body.get("Attributes", {}), node.clock.now()
    if target.service == "SQS":
        return sending.deliver(tx, node.identity, who, target.arn, Outgoing(text, who.user_id, attributes), now)
    if target.service == "SNS":
        if len(text.encode()) > message.BYTES_MAX and body.get("Failure"):
            text = event_outcome.without_payloads(text)
        if message.size({"Message": text, "MessageAttributes": attributes}) > message.BYTES_MAX:
            raise ApiError("InvalidParameter", "Message too long")
        return publishing.deliver(tx, node.identity, who, target.arn, Message(text, attributes=attributes), now)
    call(tx, node, who, target, text, now)
    return None


def call(tx: Transaction, node: Node, who: Principal, target: Target, text: str, now: float) -> None:
    """Leave the function of a destination the record as an event, under a request id of its own."""
    function = target.function
    decision = node.identity.decide(tx, who, target.action, target.arn)
    if not decision.allowed:
        raise ApiError.access_denied(node.identity.denial(who, decision, target.action, target.arn))
    function_document.find_version(tx, function._replace(qualifier=function.qualifier or LATEST))
    payload = text.encode()
    invoke.check_payload(payload, "Event")
    event = {
        "Scope": function.scope,
        "Name": function.name,
        "Qualifier": function.qualifier,
        "Payload": base64.b64encode(payload).decode(),
        "ClientContext": None,
        "Failures": 0,
    }
    invoke.leave(tx, event, now, ids.uuid())
