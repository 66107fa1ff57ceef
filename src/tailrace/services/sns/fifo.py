"""First-in-first-out topics: what is published once, in order.

```
publish ──a number──> seen in five minutes? ──yes──> the answer of then
                          └── no ──> a line for each subscription ──drain, in the order of numbers──> its queue
```
The number is taken first, and its counter held until the commit: so who publishes waits for who came before and finds
what that one has left, and nothing is repeated where several servers publish at once. A message that was seen leaves a
gap in the numbers.
A subscription's line is kept as documents named by their numbers, with one Delivery for the whole line: whoever holds
it is the only one who takes from the line. The rejected alternative, a Delivery a message, would have them overtake
each other.
https://docs.aws.amazon.com/sns/latest/dg/fifo-topic-details-messages.html
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from tailrace.operation import Node
from tailrace.services.sns import refusals, subscription
from tailrace.services.sns.message import Message
from tailrace.services.sns.topic import Document
from tailrace.store import deliveries, resources
from tailrace.store.deliveries import Delivery
from tailrace.store.engine import Transaction

SUFFIX = ".fifo"
SEEN_KIND = "sns:seen"
LINE_KIND = "sns:line"
DRAIN_KIND = "sns:drain"  # a delivery: there is something in a subscription's line
FORGET_KIND = "sns:forget-seen"  # a delivery: the five minutes are over
DEDUPLICATION_SECONDS = 300.0
SEQUENCE_BASE, SEQUENCE_STEP = 10_000_000_000_000_000_000, 1000  # twenty digits, as AWS's have


def is_fifo(name: str) -> bool:
    """Whether a topic or queue of this name or ARN is a first-in-first-out one."""
    return name.endswith(SUFFIX)


def check(document: Document, published: Message) -> None:
    """Refuse a message without its group, or without what tells it from others. Raises InvalidParameter."""
    if published.group is None:
        raise refusals.invalid("The MessageGroupId parameter is required for FIFO topics")
    if published.deduplication is None and document["Attributes"].get("ContentBasedDeduplication") != "true":
        text = "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
        raise refusals.invalid(text + "explicitly")


def once_of(published: Message) -> str:
    """What tells a message from others: the id that it was given, or a digest of its text."""
    return published.deduplication or sha256(published.text.encode()).hexdigest()


def next_sequence(tx: Transaction) -> str:
    """The number of a message; all others who publish in order wait until this transaction has ended."""
    return str(SEQUENCE_BASE + resources.next_number(tx, "sns:sequence") * SEQUENCE_STEP)


def recall(tx: Transaction, scope: str, key: str, now: float) -> tuple[str, str] | None:
    """The id and number under which the same message was published in the last five minutes."""
    found = resources.hold(tx, SEEN_KIND, scope, key)
    return (found["MessageId"], found["SequenceNumber"]) if found is not None and found["Expires"] > now else None


def seen_key(document: Document, published: Message) -> str:
    """Under which name a message is remembered: of this topic, and where the topic says so of its group alone."""
    group = published.group if document["Attributes"].get("FifoThroughputScope") == "MessageGroup" else ""
    parts = (document["TopicArn"], str(document["Created"]), group or "", once_of(published))
    return sha256("\n".join(parts).encode()).hexdigest()


def remember(tx: Transaction, scope: str, key: str, published: dict[str, str], now: float) -> None:
    """Remember a message's id and number for five minutes."""
    expires = now + DEDUPLICATION_SECONDS
    resources.put(tx, SEEN_KIND, scope, key, {**published, "Expires": expires})
    deliveries.put(tx, FORGET_KIND, {"Scope": scope, "Key": key}, expires)


def line_up(tx: Transaction, subscribed: Document, kept: dict[str, Any], now: float) -> None:
    """Put a message at the end of a subscription's line."""
    scope, name = subscription.name_of(subscribed)
    resources.put(tx, LINE_KIND, scope, f"{name}:{kept['SequenceNumber']}", kept)
    deliveries.put(tx, DRAIN_KIND, {"Scope": scope, "Name": name}, now, id=f"{DRAIN_KIND}/{scope}/{name}")


def line(tx: Transaction, scope: str, name: str, limit: int) -> list[tuple[str, dict[str, Any]]]:
    """The first messages of a subscription's line, with the names that `strike_off` takes."""
    return resources.page(tx, LINE_KIND, scope, None, limit, f"{name}:")


def strike_off(tx: Transaction, scope: str, place: str) -> None:
    """Take a message out of its line."""
    resources.delete(tx, LINE_KIND, scope, place)


async def forget(node: Node, delivery: Delivery) -> None:
    """Five minutes are over: the same message may be published again."""

    def sweep(tx: Transaction) -> None:
        found = resources.hold(tx, SEEN_KIND, delivery.body["Scope"], delivery.body["Key"])
        if found is not None and found["Expires"] <= node.clock.now():
            resources.delete(tx, SEEN_KIND, delivery.body["Scope"], delivery.body["Key"])
        deliveries.done(tx, delivery.id)

    await node.store.update(sweep, locked=True)
