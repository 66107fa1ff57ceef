"""Publishing: Publish, PublishBatch, and the one way into a topic.

```
Publish, PublishBatch ──check──> publish <──deliver── who publishes for somebody else: failure destinations
                                    └── a Delivery for each subscription whose filter lets the message pass
```
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tailrace import resource_policies
from tailrace.auth.evaluate import AccessRequest, trust
from tailrace.base import arn, ids
from tailrace.base.errors import ApiError
from tailrace.identity import ContextKeys, Identity, Principal
from tailrace.operation import Call, Node, Shape, operation
from tailrace.services.sns import fifo, filter_policy, message, refusals, subscription, topic, topic_metrics
from tailrace.services.sns.message import Message
from tailrace.services.sns.topic import Document, TopicName, on_topic
from tailrace.store import deliveries
from tailrace.store.engine import Transaction

NOTIFY_KIND = "sns:notify"  # a delivery to a queue or a function: a transaction of our own
SEND_KIND = "sns:send"  # a delivery to an endpoint or a mailbox, which may take its time
ENTRIES_MAX = 10
ID_CHARACTERS_MAX = 80
_id = re.compile(r"[A-Za-z0-9_-]*")


class Published(NamedTuple):
    """What the sender is told: the message's id, and of a first-in-first-out topic its number.

    `size` is its bytes; None where the topic has had it before, and didn't take it again. `filtered` is of how many
    subscriptions a filter turned it away.
    """

    topic: TopicName
    message_id: str
    sequence_number: str | None = None
    size: int | None = None
    filtered: int = 0

    @property
    def shape(self) -> Shape:
        """Both as answers have them."""
        numbered = {"SequenceNumber": self.sequence_number} if self.sequence_number else {}
        return {"MessageId": self.message_id, **numbered}

    def measure(self, node: Node) -> None:
        """Count it, once it is committed."""
        if self.size is not None:
            topic_metrics.published(node, self.topic, self.size, self.filtered)


def publish(tx: Transaction, document: Document, published: Message, now: float) -> Published:
    """Owe a message, which was checked, to the subscribers of a topic (its document).

    Raises InvalidParameter where a first-in-first-out topic lacks the message's group or deduplication.
    """
    id, ordered = ids.uuid(), fifo.is_fifo(document["TopicArn"])
    parts = document["TopicArn"].split(":")
    name = TopicName(f"{parts[4]}/{parts[3]}", parts[5])
    order: dict[str, str] = {}
    if ordered:
        fifo.check(document, published)
        sequence, key = fifo.next_sequence(tx), fifo.seen_key(document, published)
        earlier = fifo.recall(tx, name.scope, key, now)
        if earlier is not None:
            return Published(name, *earlier)
        fifo.remember(tx, name.scope, key, {"MessageId": id, "SequenceNumber": sequence}, now)
        order = {"SequenceNumber": sequence, "Once": fifo.once_of(published)}
    kept = {
        "MessageId": id,
        "Time": now,
        "Attributes": message.shown(published.attributes),
        **({"Subject": published.subject} if published.subject is not None else {}),
        **({"Group": published.group} if published.group is not None else {}),
        **order,
    }
    filtered = 0
    for one in subscription.of_topic(tx, name):
        text = published.for_protocol(one["Protocol"])
        if not one["Confirmed"]:
            continue
        if not filter_policy.passes(one["Attributes"], text, published.attributes):
            filtered += 1
            continue
        if ordered:
            fifo.line_up(tx, one, {**kept, "Text": text}, now)
        else:
            scope, place = subscription.name_of(one)
            body = {"Scope": scope, "Name": place, "Message": {**kept, "Text": text}, "Tries": 0}
            near = one["Protocol"] in ("sqs", "lambda")
            deliveries.put(tx, NOTIFY_KIND if near else SEND_KIND, body, now)
    return Published(name, id, order.get("SequenceNumber"), published.size, filtered)


def deliver(
    tx: Transaction,
    identity: Identity,
    principal: Principal,
    topic_arn: str,
    published: Message,
    now: float,
    context: ContextKeys | None = None,
) -> Published:
    """Publish to the topic of an ARN for `principal` (a role's session, or a service), if it may.

    `context` is what a service says of itself (aws:SourceArn, aws:SourceAccount). Raises ApiError: NotFound,
    AuthorizationError.
    """
    parts = arn.parse(topic_arn)
    if parts is None or parts.service != "sns":
        raise refusals.invalid("TopicArn")
    document = topic.find(tx, TopicName(f"{parts.account}/{parts.region}", parts.resource))
    if not _may(tx, identity, principal, topic_arn, context or {}):
        raise ApiError(
            "AuthorizationError",
            f"User: {principal.arn} is not authorized to perform: SNS:Publish on resource: {topic_arn}",
            status=403,
        )
    size = message.size({"Message": published.text, "MessageAttributes": published.attributes})
    return publish(tx, document, published._replace(size=size), now)


def _may(tx: Transaction, identity: Identity, principal: Principal, topic_arn: str, context: ContextKeys) -> bool:
    """A service has no policies of its own: the topic's alone speaks for it."""
    if principal.kind != "service":
        return identity.decide(tx, principal, "SNS:Publish", topic_arn, context).allowed
    found = resource_policies.of(tx, topic_arn)
    keys = {key.lower(): value for key, value in context.items()}
    if "aws:sourceaccount" in keys:
        keys["aws:sourceowner"] = keys["aws:sourceaccount"]  # the older name, which AWS's default policy has
    return found is not None and trust(AccessRequest("SNS:Publish", topic_arn, keys), found, principal.caller).allowed


def on_target(call: Call, request: Shape) -> str:
    """What sns:Publish is asked on: the topic, by either of its names; of text messages everything."""
    if request.get("PhoneNumber"):
        return "*"
    return _target(call, request).arn


def _target(call: Call, request: Shape) -> TopicName:
    if request.get("TargetArn"):
        parts = topic.elements(request["TargetArn"], "TargetArn")
        if parts[5].startswith("endpoint/"):
            raise refusals.invalid("TargetArn Reason: No endpoint found for the target arn specified")
        return topic.parse(call, request["TargetArn"], "TargetArn")
    if "TopicArn" not in request:
        raise refusals.invalid("TopicArn or TargetArn Reason: no value for required parameter")
    return topic.parse(call, request["TopicArn"])


@operation("sns", "Publish", needs="SNS:Publish", on=on_target, without={"PhoneNumber": "it sends no text messages"})
async def publish_message(call: Call, request: Shape) -> Shape:
    """Send a message to a topic's subscribers. It is theirs, durably, when this answers.

    https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
    """
    name, now = _target(call, request), call.clock.now()
    published = message.read(request, fifo=fifo.is_fifo(name.name))
    if published.size > message.BYTES_MAX:
        raise refusals.invalid("Message too long")

    def change(tx: Transaction) -> Published:
        return publish(tx, topic.find(tx, name), published, now)

    done = await call.store.update(change, locked=True, grouped=_writes_only_news(name))
    done.measure(call.node)
    return done.shape


@operation("sns", "PublishBatch", needs="SNS:Publish", on=on_topic)
async def publish_batch(call: Call, request: Shape) -> Shape:
    """Send up to ten messages, all or none of them.

    https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
    """
    name, now = topic.parse(call, request["TopicArn"]), call.clock.now()
    entries = request["PublishBatchRequestEntries"]
    _check_entries(entries)
    ordered = fifo.is_fifo(name.name)
    messages = [(entry["Id"], message.read(entry, fifo=ordered)) for entry in entries]

    def change(tx: Transaction) -> list[Published]:
        document = topic.find(tx, name)
        return [publish(tx, document, one, now) for _, one in messages]

    done = await call.store.update(change, locked=True, grouped=_writes_only_news(name))
    for one in done:
        one.measure(call.node)
    sent = [{"Id": id, **one.shape} for (id, _), one in zip(messages, done, strict=True)]
    return {"Successful": sent, "Failed": []}


def _writes_only_news(name: TopicName) -> bool:
    """Whether publishing relies on documents alone, and writes nothing that was there: not where it has an order."""
    return not fifo.is_fifo(name.name)


def _check_entries(entries: list[Shape]) -> None:
    if not entries:
        raise ApiError("EmptyBatchRequest", "The batch request doesn't contain any entries.")
    if len(entries) > ENTRIES_MAX:
        raise ApiError("TooManyEntriesInBatchRequest", "The batch request contains more entries than permissible.")
    for entry in entries:
        id = entry["Id"]
        if len(id) > ID_CHARACTERS_MAX:
            text = f"The Id of a batch entry in the batch request is too long: {id}"
            raise ApiError("InvalidBatchEntryId", text)
        if not id or not _id.fullmatch(id):
            text = f"The Id of a batch entry in the batch request contains an impermissible character: {id}"
            raise ApiError("InvalidBatchEntryId", text)
    if len({entry["Id"] for entry in entries}) < len(entries):
        raise ApiError("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.")
    if sum(message.size(entry) for entry in entries) > message.BYTES_MAX:
        text = "The length of all the messages put together is more than the limit."
        raise ApiError("BatchRequestTooLong", text)
