"""Notifications: brings what was published to the queues and functions that subscribed.

```
Delivery ──> still subscribed? ──> wrap, sign ──> queue, function     one transaction with `done`
                                              ──> endpoint, mailbox   see outgoing.py
             no more tries, or nobody who could ever take it ──> the subscription's dead-letter queue
```
Queues and functions are ours, so their messages are neither lost nor doubled.
"""

from __future__ import annotations

import base64
import logging
from typing import Any, NamedTuple

import orjson

from tailrace.auth import principal as principals
from tailrace.base import ids
from tailrace.base.errors import ApiError
from tailrace.base.measurements import Metric
from tailrace.operation import Node
from tailrace.services.lambda_ import function_metrics, invoke, resource_policy
from tailrace.services.lambda_.function_names import FunctionName
from tailrace.services.sns import (
    delivery_policy,
    envelope,
    fifo,
    signature,
    subscription,
    subscription_attributes,
    topic,
    topic_attributes,
    topic_metrics,
)
from tailrace.services.sns.topic import TopicName
from tailrace.services.sqs import sending
from tailrace.services.sqs.sending import Outgoing, Sent
from tailrace.store import deliveries, resources
from tailrace.store.deliveries import Delivery
from tailrace.store.engine import Transaction

SNS = principals.service("sns.amazonaws.com")
LINE_PAGE = 20
RAW_ATTRIBUTES_MAX = 10  # what a queue's message may have

log = logging.getLogger("tailrace.notifications")


class Subscribed(NamedTuple):
    """A subscription and its topic, as they are at the time of a try."""

    document: dict[str, Any]
    topic: dict[str, Any]

    @property
    def version(self) -> str:
        """The version of signatures that the topic asks for."""
        found: str = self.topic["Attributes"].get("SignatureVersion", "1")
        return found

    @property
    def raw(self) -> bool:
        """Whether messages come without an envelope."""
        return bool(self.document["Attributes"].get("RawMessageDelivery") == "true")

    @property
    def context(self) -> dict[str, str]:
        """What SNS says of itself when it delivers."""
        return {"aws:SourceArn": self.topic["TopicArn"], "aws:SourceAccount": self.topic["Owner"]}

    @property
    def effective(self) -> dict[str, Any]:
        """The delivery policy that counts for an endpoint."""
        own, of_topic = subscription_attributes.delivery(self.document), topic_attributes.delivery(self.topic)
        return delivery_policy.effective_of_subscription(own, of_topic)

    @property
    def schedule(self) -> delivery_policy.Schedule:
        """How often and how soon a failed try is repeated."""
        protocol = self.document["Protocol"]
        if protocol in ("http", "https"):
            return delivery_policy.http_schedule(self.effective)
        return delivery_policy.MAIL if protocol.startswith("email") else delivery_policy.MANAGED

    def measure(self, node: Node, metric: Metric) -> None:
        """Count in the topic's metric what became of a notification."""
        parts = self.topic["TopicArn"].split(":")
        topic_metrics.count(node, TopicName(f"{parts[4]}/{parts[3]}", parts[5]), metric)


class Buried(NamedTuple):
    """What became of a message that can't be brought: the metric of its dead-letter queue, where there is one."""

    metric: Metric | None = None
    sent: Sent | None = None

    def measure(self, node: Node, subscribed: Subscribed) -> None:
        """Count it, once it is committed."""
        if self.metric is not None:
            subscribed.measure(node, self.metric)
        if self.sent is not None:
            self.sent.measure(node)


async def find(node: Node, scope: str, name: str) -> Subscribed | None:
    """The subscription of a delivery; None where it, or its topic, is gone."""

    def read(tx: Transaction) -> Subscribed | None:
        document = resources.get(tx, subscription.KIND, scope, name)
        of = resources.get(tx, topic.KIND, scope, name.partition(":")[0])
        return Subscribed(document, of) if document is not None and of is not None else None

    return await node.store.view(read)


async def notify(node: Node, delivery: Delivery) -> None:
    """One try to bring a message to a queue or a function: the message, and that it was brought, in one transaction."""
    kept, scope = delivery.body["Message"], delivery.body["Scope"]
    subscribed = await find(node, scope, delivery.body["Name"])
    if subscribed is None:
        await node.store.update(lambda tx: deliveries.done(tx, delivery.id), locked=True)
        return
    members = await wrapped(node, subscribed, kept)
    bring = _to_queue if subscribed.document["Protocol"] == "sqs" else _to_function

    def change(tx: Transaction) -> Sent | None:
        sent = bring(tx, node, subscribed, kept, members)
        deliveries.done(tx, delivery.id)
        return sent

    try:
        sent = await node.store.update(change, grouped=True)
        subscribed.measure(node, topic_metrics.DELIVERED)
        if sent is not None:
            sent.measure(node)
        if bring is _to_function:
            function_metrics.measure(node, _function_of(subscribed), AsyncEventsReceived=1)
    except ApiError as problem:
        # The queue or the function is gone, or does not let SNS in: AWS calls that a client's error, and tries no more.
        subscribed.measure(node, topic_metrics.FAILED)
        await give_up(node, delivery, subscribed, members, str(problem))


async def wrapped(node: Node, subscribed: Subscribed, kept: dict[str, Any]) -> dict[str, Any]:
    """A message's envelope; raw messages have none to sign."""
    if subscribed.raw:
        return {}
    signer = await signature.signer(node)
    return envelope.notification(kept, subscribed.document, signer, subscribed.version, node.endpoint)


def _outgoing(kept: dict[str, Any], members: dict[str, Any], *, raw: bool, ordered: bool = False) -> Outgoing:
    """A message as a queue gets it. Raises Never where it has more attributes than a queue's message may have."""
    order: dict[str, Any] = {"group": kept.get("Group")}
    if "SequenceNumber" in kept:  # of a first-in-first-out topic; standard queues get nothing of its order
        order = {"group": kept["Group"], "deduplication": kept["Once"]} if ordered else {}
    if not raw:
        return Outgoing(envelope.text(members), SNS.name, **order)
    attributes = {}
    for name, one in kept["Attributes"].items():
        binary = one["Type"].startswith("Binary")
        value = {"BinaryValue": base64.b64decode(one["Value"])} if binary else {"StringValue": one["Value"]}
        attributes[name] = {"DataType": one["Type"], **value}
    if len(attributes) > RAW_ATTRIBUTES_MAX:
        raise ApiError("InvalidParameterValue", f"a raw message has at most {RAW_ATTRIBUTES_MAX} attributes")
    return Outgoing(kept["Text"], SNS.name, attributes, **order)


def _to_queue(
    tx: Transaction, node: Node, subscribed: Subscribed, kept: dict[str, Any], members: dict[str, Any]
) -> Sent:
    queue = subscribed.document["Endpoint"]
    message = _outgoing(kept, members, raw=subscribed.raw, ordered=fifo.is_fifo(queue))
    return sending.deliver(tx, node.identity, SNS, queue, message, node.clock.now(), subscribed.context)


def _function_of(subscribed: Subscribed) -> FunctionName:
    parts = subscribed.document["Endpoint"].split(":")
    return FunctionName(f"{parts[4]}/{parts[3]}", parts[6], parts[7] if len(parts) > 7 else None)


def _to_function(
    tx: Transaction, node: Node, subscribed: Subscribed, kept: dict[str, Any], members: dict[str, Any]
) -> None:
    function = _function_of(subscribed)
    if not resource_policy.allows(tx, function, SNS, subscribed.context):
        raise ApiError.access_denied(f"{SNS.name} may not invoke {subscribed.document['Endpoint']}")
    event = envelope.lambda_event(members, subscribed.document["SubscriptionArn"])
    left = {
        "Scope": function.scope,
        "Name": function.name,
        "Qualifier": function.qualifier,
        "Payload": base64.b64encode(orjson.dumps(event)).decode(),
        "ClientContext": None,
        "Failures": 0,
    }
    invoke.leave(tx, left, node.clock.now(), ids.uuid())


async def give_up(node: Node, delivery: Delivery, subscribed: Subscribed, members: dict[str, Any], reason: str) -> None:
    """Strike a delivery off; its message goes to the dead-letter queue, where there is one that takes it."""

    def end(tx: Transaction) -> Buried:
        buried = bury(tx, node, subscribed, delivery.body["Message"], members, reason)
        deliveries.done(tx, delivery.id)
        return buried

    (await node.store.update(end, locked=True)).measure(node, subscribed)


def bury(
    tx: Transaction, node: Node, subscribed: Subscribed, kept: dict[str, Any], members: dict[str, Any], reason: str
) -> Buried:
    """Put a message into the subscription's dead-letter queue, where there is one that takes it."""
    log.warning("%s can't be brought to %s: %s", kept["MessageId"], subscribed.document["SubscriptionArn"], reason)
    policy = subscribed.document["Attributes"].get("RedrivePolicy")
    if not policy:
        return Buried()
    target = orjson.loads(policy)["deadLetterTargetArn"]
    try:
        message = _outgoing(kept, members, raw=subscribed.raw, ordered=fifo.is_fifo(target))
        sent = sending.deliver(tx, node.identity, SNS, target, message, node.clock.now(), subscribed.context)
        return Buried(topic_metrics.REDRIVEN, sent)
    except ApiError as problem:
        log.warning("message %s is lost: the dead-letter queue %s: %s", kept["MessageId"], target, problem)
        return Buried(topic_metrics.NOT_REDRIVEN)


async def drain(node: Node, delivery: Delivery) -> None:
    """Bring what stands in a subscription's line to its queue, in order, until the line is empty."""
    scope, name = delivery.body["Scope"], delivery.body["Name"]
    while True:
        subscribed = await find(node, scope, name)
        waiting = await node.store.view(lambda tx: fifo.line(tx, scope, name, LINE_PAGE))
        wrapped_ones = [
            (place, kept, await wrapped(node, subscribed, kept) if subscribed else {}) for place, kept in waiting
        ]

        def bring(
            tx: Transaction,
            subscribed: Subscribed | None = subscribed,
            ready: list[tuple[str, dict[str, Any], dict[str, Any]]] = wrapped_ones,
        ) -> tuple[bool, list[Sent | Buried]]:
            deliveries.hold(tx, delivery.id)  # who adds to the line waits until it is known whether it was empty
            done: list[Sent | Buried] = []
            for place, kept, members in ready:
                if subscribed is not None:
                    try:
                        done.append(_to_queue(tx, node, subscribed, kept, members))
                    except ApiError as problem:
                        done.append(bury(tx, node, subscribed, kept, members, str(problem)))
                fifo.strike_off(tx, scope, place)
            if fifo.line(tx, scope, name, 1):
                return False, done
            deliveries.done(tx, delivery.id)  # in the transaction that saw the line empty: what comes next owes anew
            return True, done

        empty, done = await node.store.update(bring, locked=True)
        if subscribed is not None:
            _measure(node, subscribed, done)
        if empty:
            return


def _measure(node: Node, subscribed: Subscribed, done: list[Sent | Buried]) -> None:
    """Count what became of the messages of a line."""
    for one in done:
        if isinstance(one, Sent):
            subscribed.measure(node, topic_metrics.DELIVERED)
            one.measure(node)
        else:
            subscribed.measure(node, topic_metrics.FAILED)
            one.measure(node, subscribed)
