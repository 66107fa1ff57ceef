"""Envelopes: a message as queues, endpoints and functions get it. Pure but for the signature, whose key is given.

https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import orjson

from tailrace.base.clock import iso_milliseconds
from tailrace.services.sns.signature import Signer
from tailrace.services.sns.topic import Document

CONFIRM_TEXT = (
    "You have chosen to subscribe to the topic {topic}.\n"
    "To confirm the subscription, visit the SubscribeURL included in this message."
)
RESTORE_TEXT = (
    "You have chosen to deactivate subscription {subscription}.\n"
    "To cancel this operation and restore the subscription, visit the SubscribeURL included in this message."
)


def notification(
    kept: dict[str, Any], subscribed: Document, signer: Signer, version: str, endpoint: str
) -> dict[str, Any]:
    """The members of a notification of a published message (as its Delivery keeps it), in AWS's order."""
    numbered = {"SequenceNumber": kept["SequenceNumber"]} if "SequenceNumber" in kept else {}
    members = {
        "Type": "Notification",
        "MessageId": kept["MessageId"],
        **numbered,
        "TopicArn": subscribed["TopicArn"],
        **({"Subject": kept["Subject"]} if "Subject" in kept else {}),
        "Message": kept["Text"],
        "Timestamp": iso_milliseconds(kept["Time"], suffix="Z"),
    }
    signed = {
        "SignatureVersion": version,
        "Signature": signer.sign(members, version),
        "SigningCertURL": signer.certificate_url,
    }
    if numbered:
        signed = {}  # AWS does not sign what first-in-first-out topics send
    signed["UnsubscribeURL"] = unsubscribe_url(endpoint, subscribed["SubscriptionArn"])
    attributes = {"MessageAttributes": kept["Attributes"]} if kept["Attributes"] else {}
    return {**members, **signed, **attributes}


def confirmation(body: dict[str, Any], signer: Signer, version: str, endpoint: str) -> dict[str, Any]:
    """The members of a SubscriptionConfirmation or UnsubscribeConfirmation (as its Delivery says), in AWS's order."""
    subscribed, token = body["Subscription"], body["Token"]
    text = CONFIRM_TEXT if body["Type"] == "SubscriptionConfirmation" else RESTORE_TEXT
    members = {
        "Type": body["Type"],
        "MessageId": body["MessageId"],
        "Token": token,
        "TopicArn": subscribed["TopicArn"],
        "Message": text.format(topic=subscribed["TopicArn"], subscription=subscribed["SubscriptionArn"]),
        "SubscribeURL": confirm_url(endpoint, subscribed["TopicArn"], token),
        "Timestamp": iso_milliseconds(body["Time"], suffix="Z"),
    }
    signature = signer.sign(members, version)
    return {
        **members,
        "SignatureVersion": version,
        "Signature": signature,
        "SigningCertURL": signer.certificate_url,
    }


def confirm_url(endpoint: str, topic_arn: str, token: str) -> str:
    """The link that confirms a subscription, for whoever has it."""
    return f"{endpoint}/?" + urlencode(
        {"Action": "ConfirmSubscription", "TopicArn": topic_arn, "Token": token}, safe=":"
    )


def unsubscribe_url(endpoint: str, subscription_arn: str) -> str:
    """The link that ends a subscription."""
    return f"{endpoint}/?" + urlencode({"Action": "Unsubscribe", "SubscriptionArn": subscription_arn}, safe=":")


def text(members: dict[str, Any]) -> str:
    """An envelope as AWS prints it: a member a line, a blank on each side of the colon."""
    lines = []
    for name, value in members.items():
        if isinstance(value, dict):
            inner = ",\n".join(f"    {_json(key)} : {_json(one)}" for key, one in value.items())
            lines.append(f"  {_json(name)} : {{\n{inner}\n  }}")
        else:
            lines.append(f"  {_json(name)} : {_json(value)}")
    return "{\n" + ",\n".join(lines) + "\n}"


def lambda_event(members: dict[str, Any], subscription_arn: str) -> dict[str, Any]:
    """The event that a function gets. Here the addresses end in `Url`, and nothing is ever absent."""
    inner = {name.replace("URL", "Url"): value for name, value in members.items()}
    inner = {**inner, "Subject": members.get("Subject"), "MessageAttributes": members.get("MessageAttributes", {})}
    record = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription_arn,
        "Sns": inner,
    }
    return {"Records": [record]}


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
