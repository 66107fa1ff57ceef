"""Tags of log groups, by the older operations (by name) and the newer ones (by ARN)."""

from __future__ import annotations

from collections.abc import Callable

from tailrace.base import arn
from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape, operation
from tailrace.services.logs import names
from tailrace.store import resources
from tailrace.store.engine import Transaction

TAGS_MAX = 50
Tags = dict[str, str]


def _arn(call: Call, request: Shape) -> str:
    """Tagging by ARN is asked on the group's plain ARN."""
    return arn.log_group(call.region, call.account, names.name_of(request["resourceArn"]))


async def _change(call: Call, name: str, change: Callable[[Tags], Tags]) -> Shape:
    """Write a group's tags anew."""

    def write(tx: Transaction) -> Shape:
        document = names.group(tx, call.scope, name)
        tags = change(document.get("tags", {}))
        if len(tags) > TAGS_MAX:
            raise ApiError("TooManyTagsException", f"Too many tags: a log group has at most {TAGS_MAX}.")
        resources.put(tx, names.KIND, call.scope, name, {**document, "tags": tags})
        return {}

    return await call.store.update(write)


async def _list(call: Call, name: str) -> Shape:
    return {"tags": await call.store.view(lambda tx: names.group(tx, call.scope, name).get("tags", {}))}


@operation("logs", "TagLogGroup", needs="logs:TagLogGroup", on=names.group_arn)
async def tag_log_group(call: Call, request: Shape) -> Shape:
    """Add tags to a log group, by its name.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagLogGroup.html
    """
    return await _change(call, request["logGroupName"], lambda tags: {**tags, **request["tags"]})


@operation("logs", "UntagLogGroup", needs="logs:UntagLogGroup", on=names.group_arn)
async def untag_log_group(call: Call, request: Shape) -> Shape:
    """Take tags from a log group, by its name.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UntagLogGroup.html
    """
    gone = set(request["tags"])
    return await _change(call, request["logGroupName"], lambda tags: {k: v for k, v in tags.items() if k not in gone})


@operation("logs", "ListTagsLogGroup", needs="logs:ListTagsLogGroup", on=names.group_arn)
async def list_tags_log_group(call: Call, request: Shape) -> Shape:
    """The tags of a log group, by its name.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsLogGroup.html
    """
    return await _list(call, request["logGroupName"])


@operation("logs", "TagResource", needs="logs:TagResource", on=_arn)
async def tag_resource(call: Call, request: Shape) -> Shape:
    """Add tags to a log group, by its ARN.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html
    """
    return await _change(call, names.name_of(request["resourceArn"]), lambda tags: {**tags, **request["tags"]})


@operation("logs", "UntagResource", needs="logs:UntagResource", on=_arn)
async def untag_resource(call: Call, request: Shape) -> Shape:
    """Take tags from a log group, by its ARN.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UntagResource.html
    """
    gone = set(request["tagKeys"])
    name = names.name_of(request["resourceArn"])
    return await _change(call, name, lambda tags: {k: v for k, v in tags.items() if k not in gone})


@operation("logs", "ListTagsForResource", needs="logs:ListTagsForResource", on=_arn)
async def list_tags_for_resource(call: Call, request: Shape) -> Shape:
    """The tags of a log group, by its ARN.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsForResource.html
    """
    return await _list(call, names.name_of(request["resourceArn"]))
