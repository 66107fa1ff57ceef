"""A subscription's attributes: GetSubscriptionAttributes, SetSubscriptionAttributes, and what may be set to what."""

from __future__ import annotations

from typing import Any

import orjson

from tailrace.base import arn
from tailrace.operation import Call, Shape, operation
from tailrace.services.sns import delivery_policy, fifo, filter_policy, refusals, subscription, topic, topic_attributes
from tailrace.services.sns.filter_policy import ATTRIBUTES, BODY
from tailrace.services.sns.json_text import parse_object
from tailrace.services.sns.subscription import on_subscription
from tailrace.services.sns.topic import Document, TopicName
from tailrace.store.engine import Transaction

FILTERS_MAX = 200  # subscriptions with a filter policy, of one topic
RAW_PROTOCOLS = ("sqs", "http", "https")
NAMES = ("RawMessageDelivery", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy", "DeliveryPolicy", "ReplayPolicy")


def check(name: str, value: str, protocol: str, endpoint: str, *, at_creation: bool = False) -> str | None:
    """The value of an attribute as it is kept; None where it goes back to its default. Raises InvalidParameter.

    A filter policy is checked by `changed`, since it depends on its scope.
    """

    def bad(why: str) -> Exception:
        return refusals.invalid_attribute(f"{name}: {why}", at_creation=at_creation)

    if name == "RawMessageDelivery":
        if value.lower() not in ("true", "false"):
            raise bad(f"Invalid value [{value}]. Must be true or false.")
        if value.lower() == "true" and protocol not in RAW_PROTOCOLS:
            raise bad(f"Raw message delivery is not supported for protocol type {protocol}")
        return value.lower()
    if name == "FilterPolicyScope":
        if value not in (ATTRIBUTES, BODY):
            raise bad(f"Invalid value [{value}]. Please use either {BODY} or {ATTRIBUTES}")
        return value
    if name == "FilterPolicy":
        return value or None
    if name == "RedrivePolicy":
        return _redrive(value, fifo.is_fifo(endpoint), at_creation) if value else None
    if name == "DeliveryPolicy":
        if protocol not in ("http", "https"):
            raise bad(f"delivery policies are not supported for protocol type {protocol}")
        try:
            kept = delivery_policy.of_subscription(value)
        except delivery_policy.InvalidPolicy as problem:
            raise bad(str(problem)) from problem
        return None if kept is None else orjson.dumps(kept).decode()
    if name == "ReplayPolicy":
        raise bad("Tailrace keeps no archive of messages")
    if name == "SubscriptionRoleArn":
        raise bad("only Firehose subscriptions have a role, and Tailrace has none")
    raise refusals.invalid("AttributeName")


def _redrive(value: str, ordered: bool, at_creation: bool) -> str:
    def bad(why: str) -> Exception:
        return refusals.invalid_attribute(f"RedrivePolicy: {why}", at_creation=at_creation)

    document = parse_object(value, bad)
    target = document.get("deadLetterTargetArn")
    parts = arn.parse(target) if isinstance(target, str) else None
    if parts is None or parts.service != "sqs" or not parts.resource or not parts.account:
        raise bad("deadLetterTargetArn is an invalid arn")
    if ordered and not fifo.is_fifo(parts.resource):
        raise bad("must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.")
    if fifo.is_fifo(parts.resource) and not ordered:
        raise bad("must use a standard queue as DLQ for a standard subscription.")
    return value


def checked(given: dict[str, str], protocol: str, endpoint: str, *, at_creation: bool) -> dict[str, str]:
    """The attributes that a new subscription begins with. Raises InvalidParameter."""
    found = {name: check(name, value, protocol, endpoint, at_creation=at_creation) for name, value in given.items()}
    kept = {name: value for name, value in found.items() if value is not None}
    _check_filter(kept, at_creation=at_creation)
    return kept


def changed(kept: dict[str, str], name: str, value: str | None) -> dict[str, str]:
    """The attributes after setting one. Raises InvalidParameter where the filter doesn't go with its scope."""
    after = {key: old for key, old in kept.items() if key != name}
    if value is not None:
        after[name] = value
    if name in ("FilterPolicy", "FilterPolicyScope"):
        _check_filter(after, at_creation=False)
    return after


def _check_filter(attributes: dict[str, str], *, at_creation: bool) -> None:
    if "FilterPolicy" in attributes:
        scope = attributes.get("FilterPolicyScope", ATTRIBUTES)
        filter_policy.check(attributes["FilterPolicy"], scope, at_creation=at_creation)


def check_filters(tx: Transaction, name: TopicName) -> None:
    """Refuse one filter policy more than a topic's subscriptions may have. Raises FilterPolicyLimitExceeded."""
    count = sum("FilterPolicy" in one["Attributes"] for one in subscription.of_topic(tx, name))
    if count >= FILTERS_MAX:
        raise refusals.too_many_filters()


def delivery(document: Document) -> dict[str, Any] | None:
    """The subscription's own delivery policy; None where it has none."""
    text = document["Attributes"].get("DeliveryPolicy")
    found: dict[str, Any] | None = orjson.loads(text) if text else None
    return found


def _text(value: bool) -> str:
    return "true" if value else "false"


def shown(document: Document, of_topic: Document | None) -> dict[str, str]:
    """All attributes of a subscription."""
    kept = document["Attributes"]
    answer = {
        "ConfirmationWasAuthenticated": _text(document["Authenticated"]),
        "Endpoint": subscription.shown_endpoint(document),
        "Owner": document["Owner"],
        "PendingConfirmation": _text(not document["Confirmed"]),
        "Protocol": document["Protocol"],
        "RawMessageDelivery": kept.get("RawMessageDelivery", "false"),
        "SubscriptionArn": document["SubscriptionArn"],
        "SubscriptionPrincipal": document["SubscriptionPrincipal"],
        "TopicArn": document["TopicArn"],
    }
    if "FilterPolicy" in kept:
        answer |= {
            "FilterPolicy": kept["FilterPolicy"],
            "FilterPolicyScope": kept.get("FilterPolicyScope", ATTRIBUTES),
        }
    if document["Protocol"] in ("http", "https"):
        policy = topic_attributes.delivery(of_topic) if of_topic else None
        effective = delivery_policy.effective_of_subscription(delivery(document), policy)
        answer["EffectiveDeliveryPolicy"] = orjson.dumps(effective).decode()
    answer |= {name: kept[name] for name in ("DeliveryPolicy", "RedrivePolicy") if name in kept}
    return answer


@operation("sns", "GetSubscriptionAttributes", needs="SNS:GetSubscriptionAttributes", on=on_subscription)
async def get_subscription_attributes(call: Call, request: Shape) -> Shape:
    """All attributes of a subscription.

    https://docs.aws.amazon.com/sns/latest/api/API_GetSubscriptionAttributes.html
    """
    name, id = subscription.parse(call, request["SubscriptionArn"])

    def get(tx: Transaction) -> Shape:
        found = subscription.find(tx, name, id, call.clock.now())
        return {"Attributes": shown(found, topic.find(tx, name))}

    return await call.store.view(get)


@operation("sns", "SetSubscriptionAttributes", needs="SNS:SetSubscriptionAttributes", on=on_subscription)
async def set_subscription_attributes(call: Call, request: Shape) -> Shape:
    """Set one attribute of a subscription; an empty value is its default.

    https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html
    """
    name, id = subscription.parse(call, request["SubscriptionArn"])
    attribute, given, now = request["AttributeName"], request.get("AttributeValue", ""), call.clock.now()

    def change(tx: Transaction) -> None:
        found = subscription.find(tx, name, id, now)
        value = check(attribute, given, found["Protocol"], found["Endpoint"])
        after = changed(found["Attributes"], attribute, value)
        if "FilterPolicy" in after and "FilterPolicy" not in found["Attributes"]:
            check_filters(tx, name)
        subscription.keep(tx, {**found, "Attributes": after})

    await call.store.update(change)
    return {}
