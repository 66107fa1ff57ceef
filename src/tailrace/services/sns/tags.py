"""Tags of topics: TagResource, UntagResource, ListTagsForResource."""

from __future__ import annotations

from typing import Any

from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape, operation
from tailrace.services.sns import refusals, topic
from tailrace.services.sns.topic import Document, TopicName
from tailrace.store import resources
from tailrace.store.engine import Transaction

TAGS_MAX = 50


def checked(given: list[dict[str, Any]]) -> dict[str, str]:
    """Tags by key. Raises InvalidParameter for a key that comes twice, TagLimitExceeded."""
    found = {tag["Key"]: tag["Value"] for tag in given}
    if len(found) < len(given):
        raise refusals.invalid("Duplicated keys are not allowed.")
    _check_count(found)
    return found


def _check_count(found: dict[str, str]) -> None:
    if len(found) > TAGS_MAX:
        raise ApiError("TagLimitExceeded", "Could not complete request: tag quota of per resource exceeded")


def on_resource(call: Call, request: Shape) -> str:
    """What permissions are asked on: the topic's ARN."""
    return _name(call, request).arn


def _name(call: Call, request: Shape) -> TopicName:
    return topic.parse(call, request.get("ResourceArn"), "ResourceArn")


def _find(tx: Transaction, name: TopicName) -> Document:
    found = resources.get(tx, topic.KIND, name.scope, name.name)
    if found is None:
        raise refusals.no_resource()
    return found


@operation("sns", "TagResource", needs="SNS:TagResource", on=on_resource)
async def tag_resource(call: Call, request: Shape) -> Shape:
    """Set tags of a topic.

    https://docs.aws.amazon.com/sns/latest/api/API_TagResource.html
    """
    name, given = _name(call, request), checked(request["Tags"])

    def tag(tx: Transaction) -> None:
        merged = {**_find(tx, name)["Tags"], **given}
        _check_count(merged)
        topic.change(tx, name, Tags=merged)

    await call.store.update(tag)
    return {}


@operation("sns", "UntagResource", needs="SNS:UntagResource", on=on_resource)
async def untag_resource(call: Call, request: Shape) -> Shape:
    """Take tags of a topic away.

    https://docs.aws.amazon.com/sns/latest/api/API_UntagResource.html
    """
    name = _name(call, request)

    def untag(tx: Transaction) -> None:
        kept = {key: value for key, value in _find(tx, name)["Tags"].items() if key not in request["TagKeys"]}
        topic.change(tx, name, Tags=kept)

    await call.store.update(untag)
    return {}


@operation("sns", "ListTagsForResource", needs="SNS:ListTagsForResource", on=on_resource)
async def list_tags_for_resource(call: Call, request: Shape) -> Shape:
    """A topic's tags.

    https://docs.aws.amazon.com/sns/latest/api/API_ListTagsForResource.html
    """
    found = await call.store.view(lambda tx: _find(tx, _name(call, request)))
    return {"Tags": [{"Key": key, "Value": value} for key, value in found["Tags"].items()]}
