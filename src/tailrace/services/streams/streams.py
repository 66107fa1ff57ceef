"""Which streams there are, and what they are made of: ListStreams, DescribeStream."""

from __future__ import annotations

from typing import Any

from tailrace.base import arn
from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape, anything, operation
from tailrace.store import changes, resources
from tailrace.store.changes import Shard
from tailrace.store.engine import Transaction

KIND = "dynamodb:stream"
LIST_LIMIT = 100
SHARDS_LIMIT = 100

Document = dict[str, Any]


def stream_arn(call: Call, request: Shape) -> str:
    """The stream that a request names."""
    return str(request["StreamArn"])


def find(tx: Transaction, call: Call, text: str) -> Document:
    """The stream's document. Raises ValidationException for what is no stream ARN, ResourceNotFoundException."""
    named = arn.stream_name(text)
    if named is None:
        raise ApiError.validation(f"Invalid StreamArn: {text}")
    parts, name = named
    here = parts.account == call.account and parts.region == call.region
    document = resources.get(tx, KIND, call.scope, name) if here else None
    if document is None:
        raise ApiError.resource_not_found(f"Requested resource not found: Stream: {text} not found")
    return document


@operation("dynamodbstreams", "ListStreams", needs="dynamodb:ListStreams", on=anything)
async def list_streams(call: Call, request: Shape) -> Shape:
    """The streams of the account in this region, or of one table, by pages.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_ListStreams.html
    """
    limit = min(request.get("Limit", LIST_LIMIT), LIST_LIMIT)
    table, start = request.get("TableName"), request.get("ExclusiveStartStreamArn")
    prefix = f"{table}/stream/" if table else ""
    parts = arn.parse(start) if start else None
    if start and (parts is None or "/stream/" not in parts.resource):
        raise ApiError.validation(f"Invalid StreamArn: {start}")
    after = parts.resource.removeprefix("table/") if parts else None
    found = await call.store.view(lambda tx: resources.page(tx, KIND, call.scope, after, limit + 1, prefix))
    members = ("StreamArn", "TableName", "StreamLabel")
    answer: Shape = {"Streams": [{name: stream[name] for name in members} for _, stream in found[:limit]]}
    if len(found) > limit:
        answer["LastEvaluatedStreamArn"] = found[limit - 1][1]["StreamArn"]
    return answer


@operation("dynamodbstreams", "DescribeStream", needs="dynamodb:DescribeStream", on=stream_arn)
async def describe_stream(call: Call, request: Shape) -> Shape:
    """A stream and its shards, by pages; with a ShardFilter only the children of one shard.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_DescribeStream.html
    """
    limit = request.get("Limit", SHARDS_LIMIT)
    if limit > SHARDS_LIMIT:
        raise ApiError.validation(
            f"1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: "
            f"Member must have value less than or equal to {SHARDS_LIMIT}"
        )

    def read(tx: Transaction) -> tuple[Document, list[Shard]]:
        document = find(tx, call, request["StreamArn"])
        return document, changes.shards(tx, document["Stream"])

    document, every = await call.store.view(read)
    shown = _after(_filtered(every, request.get("ShardFilter", {})), request.get("ExclusiveStartShardId"))
    description = {
        "StreamArn": document["StreamArn"],
        "StreamLabel": document["StreamLabel"],
        "StreamStatus": document["StreamStatus"],
        "StreamViewType": document["StreamViewType"],
        "CreationRequestDateTime": document["CreationRequestDateTime"],
        "TableName": document["TableName"],
        "KeySchema": document["KeySchema"],
        "Shards": [_shown(each, every) for each in shown[:limit]],
    }
    if len(shown) > limit:
        description["LastEvaluatedShardId"] = shown[limit - 1].name
    return {"StreamDescription": description}


def _filtered(every: list[Shard], wanted: Shape) -> list[Shard]:
    if wanted.get("Type") != "CHILD_SHARDS":
        return every
    if "ShardId" not in wanted:
        raise ApiError.validation("ShardId is required when ShardFilter type is CHILD_SHARDS")
    return [each for each in every if each.parent == wanted["ShardId"]]


def _after(every: list[Shard], start: str | None) -> list[Shard]:
    """What follows a shard in the order of the list, also if it was trimmed since the page that ended with it."""
    if start is None:
        return every
    number = changes.shard_number(start)
    return [] if number is None else [each for each in every if each.shard > number]


def _shown(shard: Shard, every: list[Shard]) -> Shape:
    numbers = {"StartingSequenceNumber": changes.sequence_text(shard.first)}
    if shard.last is not None:
        numbers["EndingSequenceNumber"] = changes.sequence_text(shard.last)
    answer: Shape = {"ShardId": shard.name, "SequenceNumberRange": numbers}
    if shard.parent is not None and any(each.name == shard.parent for each in every):
        answer["ParentShardId"] = shard.parent
    return answer
