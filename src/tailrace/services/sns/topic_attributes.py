"""A topic's attributes: which may be set, to what, and what is shown."""

from __future__ import annotations

import re
from typing import Any

import orjson

from tailrace.services.sns import delivery_policy, fifo, refusals, resource_policy
from tailrace.services.sns.topic import Document

DISPLAY_NAME_MAX = 100
# Attributes of AWS's that promise what Tailrace doesn't do. Keeping their values would be a pretence.
UNSUPPORTED = {
    "KmsMasterKeyId": "it has no KMS keys to encrypt topics with",
    "ArchivePolicy": "it keeps no archive of messages",
    "DataProtectionPolicy": "it does not look for personal data in messages",
}
# What only first-in-first-out topics have.
FIFO_VALUES = {"ContentBasedDeduplication": ("true", "false"), "FifoThroughputScope": ("Topic", "MessageGroup")}
_feedback = re.compile(r"(?:HTTP|Firehose|Lambda|Application|SQS)(?:SuccessFeedback(?:RoleArn|SampleRate)|Failure\w+)")


def check(name: str, value: str, topic_arn: str, *, at_creation: bool = False) -> str | None:
    """The value of an attribute as it is kept; None where it goes back to its default. Raises InvalidParameter."""

    def bad(why: str) -> Exception:
        return refusals.invalid_attribute(f"{name}: {why}", at_creation=at_creation)

    if name == "DisplayName":
        if len(value) > DISPLAY_NAME_MAX:
            raise bad(f"must be at most {DISPLAY_NAME_MAX} characters long")
        return value or None
    if name == "Policy":
        return resource_policy.check(value, topic_arn, at_creation=at_creation) if value else None
    if name == "DeliveryPolicy":
        try:
            kept = delivery_policy.of_topic(value)
        except delivery_policy.InvalidPolicy as problem:
            raise bad(str(problem)) from problem
        return None if kept is None else orjson.dumps(kept).decode()
    if name == "SignatureVersion":
        if value not in ("1", "2"):
            raise bad(f"Invalid value [{value}]. Must be 1 or 2.")
        return value
    if name == "TracingConfig":
        if value == "Active":
            raise bad("Tailrace does not support this: it does not trace")
        if value != "PassThrough":
            raise bad(f"Invalid value [{value}]. Must be PassThrough or Active.")
        return value
    if name in UNSUPPORTED or _feedback.fullmatch(name):
        if not value or value == "false":
            return None
        why = UNSUPPORTED.get(name, "it does not log the delivery of messages")
        raise bad(f"Tailrace does not support this: {why}")
    if name in FIFO_VALUES and fifo.is_fifo(topic_arn):
        if value not in FIFO_VALUES[name]:
            raise bad(f"Invalid value [{value}]. Must be {' or '.join(FIFO_VALUES[name])}.")
        return value
    if name == "FifoTopic" and at_creation:
        return value if value == "true" else None
    raise refusals.invalid("AttributeName")


def checked(given: dict[str, str], topic_arn: str) -> dict[str, str]:
    """The attributes that a new topic begins with. Raises InvalidParameter."""
    found = {name: check(name, value, topic_arn, at_creation=True) for name, value in given.items()}
    return {name: value for name, value in found.items() if value is not None}


def delivery(document: Document) -> dict[str, Any] | None:
    """The topic's own delivery policy; None where it has none."""
    text = document["Attributes"].get("DeliveryPolicy")
    found: dict[str, Any] | None = orjson.loads(text) if text else None
    return found


def shown(document: Document, confirmed: int, pending: int) -> dict[str, str]:
    """All attributes of a topic that has so many subscriptions."""
    kept = document["Attributes"]
    return {
        **{name: value for name, value in kept.items() if name != "Policy"},
        "DisplayName": kept.get("DisplayName", ""),
        "EffectiveDeliveryPolicy": orjson.dumps(delivery_policy.effective_of_topic(delivery(document))).decode(),
        "Owner": document["Owner"],
        "Policy": resource_policy.text_of(document),
        "SubscriptionsConfirmed": str(confirmed),
        "SubscriptionsDeleted": str(document["Deleted"]),
        "SubscriptionsPending": str(pending),
        "TopicArn": document["TopicArn"],
    }
