"""Mails: what subscribers by email get. Pure.

`email` is a text for people, with the link to unsubscribe below it; `email-json` the envelope that endpoints get.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tailrace.services.sns import envelope
from tailrace.services.sns.topic import Document

SENDER_NAME = "AWS Notifications"
SUBJECT = "AWS Notification Message"
SUBJECTS = {
    "SubscriptionConfirmation": "AWS Notification - Subscription Confirmation",
    "UnsubscribeConfirmation": "AWS Notification - Unsubscribe Confirmation",
}


class Mail(NamedTuple):
    """A mail without its sender's address. `link` is what the reader is asked to follow."""

    to: str
    name: str
    subject: str
    text: str
    link: str


def of_message(members: dict[str, Any], subscribed: Document, display_name: str) -> Mail:
    """A notification's mail."""
    link = members["UnsubscribeURL"]
    text = members["Message"]
    if subscribed["Protocol"] == "email":
        text += f"\n\n--\nYou get this because you subscribed to the topic {subscribed['TopicArn']}.\nStop it: {link}\n"
    else:
        text = envelope.text(members)
    subject = " ".join(members.get("Subject", SUBJECT).split())
    return Mail(subscribed["Endpoint"], display_name or SENDER_NAME, subject, text, link)


def of_confirmation(members: dict[str, Any], subscribed: Document, display_name: str) -> Mail:
    """The mail that asks for a subscription's confirmation, or offers to restore one."""
    link = members["SubscribeURL"]
    if subscribed["Protocol"] == "email-json":
        text = envelope.text(members)
    elif members["Type"] == "SubscriptionConfirmation":
        text = (
            f"Somebody, perhaps you, has subscribed this address to the topic\n{subscribed['TopicArn']}\n\n"
            f"Confirm it within three days by this link:\n{link}\n\nIf it wasn't you, there is nothing to do.\n"
        )
    else:
        text = (
            f"This address gets no more messages of the topic\n{subscribed['TopicArn']}\n\n"
            f"If that was a mistake, subscribe again within three days by this link:\n{link}\n"
        )
    return Mail(subscribed["Endpoint"], display_name or SENDER_NAME, SUBJECTS[members["Type"]], text, link)
