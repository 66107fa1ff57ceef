"""The topic: its document, its ARN, and how to find it.

A topic's document is kept under its name: {"TopicArn", "Owner", "Attributes": what was set, "Tags", "Subscribed": how
many subscriptions there are, "Deleted": how many there were}.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from tailrace.base import arn
from tailrace.operation import Call, Shape
from tailrace.services.sns import refusals
from tailrace.store import resources
from tailrace.store.engine import Transaction

KIND = "sns:topic"
NAME = re.compile(r"[A-Za-z0-9_-]{1,256}")

Document = dict[str, Any]


class TopicName(NamedTuple):
    """A topic's scope (`account/region`) and name."""

    scope: str
    name: str

    @property
    def arn(self) -> str:
        """The topic's ARN."""
        account, region = self.scope.split("/")
        return arn.build("sns", region, account, self.name)


def elements(text: str, member: str) -> list[str]:
    """The elements of an ARN, six or more. Raises InvalidParameter as AWS words it."""
    if not text:
        raise refusals.invalid(f"{member} Reason: no value for required parameter")
    parts = text.split(":")
    if len(parts) < 6:
        raise refusals.invalid(f"{member} Reason: An ARN must have at least 6 elements, not {len(parts)}")
    return parts


def parse(call: Call, text: str | None, member: str = "TopicArn") -> TopicName:
    """The topic that an ARN names. Raises InvalidParameter for what is none, or is one of another region."""
    parts = elements(text or "", member)
    if parts[:3] != ["arn", "aws", "sns"] or parts[3] != call.region or len(parts) != 6:
        raise refusals.invalid(member)
    return TopicName(f"{parts[4]}/{parts[3]}", parts[5])


def find(tx: Transaction, topic: TopicName) -> Document:
    """The topic's document (shared, never to be changed). Raises NotFound."""
    found = resources.get(tx, KIND, topic.scope, topic.name)
    if found is None:
        raise refusals.no_topic()
    return found


def change(tx: Transaction, topic: TopicName, **members: Any) -> Document:
    """Put new members into a topic's document; the document. Raises NotFound."""
    document = {**find(tx, topic), **members}
    resources.put(tx, KIND, topic.scope, topic.name, document)
    return document


def on_topic(call: Call, request: Shape) -> str:
    """What permissions are asked on: the topic's ARN, as the request has it."""
    return parse(call, request.get("TopicArn")).arn


def on_name(call: Call, request: Shape) -> str:
    """What sns:CreateTopic is asked on."""
    return call.arn(str(request.get("Name", "")))


def on_every_topic(call: Call, request: Shape) -> str:
    """What the permission to list is asked on: all topics of the account and region."""
    return call.arn("*")
