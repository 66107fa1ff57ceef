"""The subscription: its document, its ARN, and how to find it.

Kept as `TOPIC:ID`, so that a topic's subscriptions are a range of names; who subscribes the same endpoint again is
found by a second document under its endpoint (ENDPOINT_KIND). A subscription that was not confirmed in three days is
gone: times decide that, and a delivery that comes then sweeps it out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from tailrace.operation import Call, Shape
from tailrace.services.sns import refusals, topic
from tailrace.services.sns.topic import Document, TopicName
from tailrace.store import resources
from tailrace.store.engine import Transaction

KIND = "sns:subscription"
ENDPOINT_KIND = "sns:endpoint"
PENDING = "pending confirmation"
CONFIRMATION_SECONDS = 3 * 86400
SUBSCRIPTIONS_MAX = 100_000  # of a topic; AWS's limit is 12,500,000
_PAGE = 1000
_password = re.compile(r"^(https?://[^/?#:@]*:)[^/?#@]*@")


def parse(call: Call, text: str | None) -> tuple[TopicName, str]:
    """The topic and the id that a subscription's ARN names. Raises InvalidParameter."""
    parts = topic.elements(text or "", "SubscriptionArn")
    if len(parts) < 7:
        raise refusals.invalid("SubscriptionId")
    if parts[:3] != ["arn", "aws", "sns"] or parts[3] != call.region or len(parts) > 7:
        raise refusals.invalid("SubscriptionArn")
    return TopicName(f"{parts[4]}/{parts[3]}", parts[5]), parts[6]


def on_subscription(call: Call, request: Shape) -> str:
    """What permissions on a subscription are asked on: its topic's ARN."""
    return parse(call, request.get("SubscriptionArn"))[0].arn


def name_of(document: Document) -> tuple[str, str]:
    """The scope and name under which a subscription is kept."""
    parts = document["SubscriptionArn"].split(":")
    return f"{parts[4]}/{parts[3]}", f"{parts[5]}:{parts[6]}"


def topic_of(document: Document) -> TopicName:
    """The topic that a subscription is of."""
    scope, name = name_of(document)
    return TopicName(scope, name.partition(":")[0])


def get(tx: Transaction, name: TopicName, id: str) -> Document | None:
    """The subscription (shared, never to be changed); None where there is none."""
    return resources.get(tx, KIND, name.scope, f"{name.name}:{id}")


def find(tx: Transaction, name: TopicName, id: str, now: float) -> Document:
    """The subscription. Raises NotFound for one that isn't there, or was not confirmed in time."""
    found = get(tx, name, id)
    if found is None or is_expired(found, now):
        raise refusals.no_subscription()
    return found


def is_pending(document: Document, now: float) -> bool:
    """Whether it still waits for its confirmation."""
    return not document["Confirmed"] and not is_expired(document, now)


def is_expired(document: Document, now: float) -> bool:
    """Whether nobody confirmed it in time."""
    return not document["Confirmed"] and document["Expires"] <= now


def of_topic(tx: Transaction, name: TopicName) -> Iterator[Document]:
    """Every subscription of a topic, confirmed or not."""
    after: str | None = None
    prefix = f"{name.name}:"
    while True:
        rows = resources.page(tx, KIND, name.scope, after, _PAGE, prefix)
        for _, document in rows:
            yield document
        if len(rows) < _PAGE:
            return
        after = rows[-1][0]


def of_endpoint(tx: Transaction, name: TopicName, protocol: str, endpoint: str) -> Document | None:
    """The topic's subscription of that endpoint; None where there is none."""
    found = resources.get(tx, ENDPOINT_KIND, name.scope, _endpoint_key(name.name, protocol, endpoint))
    return get(tx, name, found["Id"]) if found else None


def keep(tx: Transaction, document: Document) -> None:
    """Keep a subscription, new or changed. Raises SubscriptionLimitExceeded where the topic has too many."""
    scope, name = name_of(document)
    owner = topic_of(document)
    if resources.get(tx, KIND, scope, name) is None:
        count = topic.find(tx, owner)["Subscribed"]
        if count >= SUBSCRIPTIONS_MAX:
            raise refusals.too_many_subscriptions()
        topic.change(tx, owner, Subscribed=count + 1)
        key = _endpoint_key(owner.name, document["Protocol"], document["Endpoint"])
        resources.put(tx, ENDPOINT_KIND, scope, key, {"Id": name.partition(":")[2]})
    resources.put(tx, KIND, scope, name, document)


def forget(tx: Transaction, document: Document) -> None:
    """Delete a subscription; the topic counts the confirmed ones that it had."""
    scope, name = name_of(document)
    owner = topic_of(document)
    if not resources.delete(tx, KIND, scope, name):
        return
    resources.delete(tx, ENDPOINT_KIND, scope, _endpoint_key(owner.name, document["Protocol"], document["Endpoint"]))
    found = resources.get(tx, topic.KIND, owner.scope, owner.name)
    if found is not None:
        deleted = found["Deleted"] + (1 if document["Confirmed"] else 0)
        topic.change(tx, owner, Subscribed=found["Subscribed"] - 1, Deleted=deleted)


def shown(document: Document) -> dict[str, Any]:
    """An entry of a list of subscriptions."""
    return {
        "SubscriptionArn": document["SubscriptionArn"] if document["Confirmed"] else "PendingConfirmation",
        "Owner": document["Owner"],
        "Protocol": document["Protocol"],
        "Endpoint": shown_endpoint(document),
        "TopicArn": document["TopicArn"],
    }


def shown_endpoint(document: Document) -> str:
    """Where messages go; of an address that has a password in it, without that."""
    endpoint: str = document["Endpoint"]
    if document["Protocol"] in ("http", "https"):
        return _password.sub(r"\1****@", endpoint)
    return endpoint


def _endpoint_key(name: str, protocol: str, endpoint: str) -> str:
    return f"{name}:{protocol}:{hashlib.sha256(endpoint.encode()).hexdigest()}"
