"""Reading a shard: GetShardIterator says where to begin, GetRecords goes on from there."""

from __future__ import annotations

from tailrace.base import arn
from tailrace.base.errors import ApiError, Missing
from tailrace.base.measurements import Metric
from tailrace.operation import Call, Shape, operation
from tailrace.services.streams import iterators
from tailrace.services.streams.iterators import Position
from tailrace.services.streams.records import record
from tailrace.services.streams.streams import Document, find, stream_arn
from tailrace.store import change_search, changes
from tailrace.store.changes import Shard, StoredChange
from tailrace.store.engine import Transaction

RECORDS_MAX = 1000
BYTES_MAX = 1024 * 1024
_DIMENSIONS = ("TableName", "Operation", "StreamLabel")
LATENCY = Metric("AWS/DynamoDB", "SuccessfulRequestLatency", "Milliseconds", _DIMENSIONS)
RETURNED_RECORDS = Metric("AWS/DynamoDB", "ReturnedRecordsCount", "Count", _DIMENSIONS)
_BY_NUMBER = ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER")


def iterator_arn(call: Call, request: Shape) -> str:
    """The stream that an iterator reads."""
    return iterators.stream_arn_of(request["ShardIterator"])


@operation("dynamodbstreams", "GetShardIterator", needs="dynamodb:GetShardIterator", on=stream_arn)
async def get_shard_iterator(call: Call, request: Shape) -> Shape:
    """A place in a shard to read from.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html
    """
    now = call.clock.now()

    def read(tx: Transaction) -> tuple[Position, bytes]:
        document = find(tx, call, request["StreamArn"])
        shard = next((s for s in changes.shards(tx, document["Stream"]) if s.name == request["ShardId"]), None)
        if shard is None:
            raise ApiError.resource_not_found("Requested resource not found: Shard does not exist")
        after = _start(tx, shard, request, now)
        return Position(document["StreamArn"], shard.shard, after, now), iterators.secret(tx)

    position, secret = await call.store.view(read)
    if not secret:
        secret = await call.store.update(iterators.make_secret)
    return {"ShardIterator": iterators.seal(position, secret)}


def _start(tx: Transaction, shard: Shard, request: Shape, now: float) -> int:
    """The number after which an iterator begins to read."""
    kind = request["ShardIteratorType"]
    if kind == "TRIM_HORIZON":
        return shard.trimmed
    if kind == "LATEST":
        return shard.latest
    if kind in _BY_NUMBER:
        return _by_number(shard, request, kind)
    wanted = request.get("Timestamp")
    if wanted is None:
        raise ApiError.validation("Timestamp is required when ShardIteratorType is AT_TIMESTAMP")
    if wanted > now:
        raise ApiError.validation("Timestamp must not be in the future")
    return change_search.before(tx, shard, wanted)


def _by_number(shard: Shard, request: Shape, kind: str) -> int:
    text = request.get("SequenceNumber")
    if text is None:
        raise ApiError.validation(f"SequenceNumber is required when ShardIteratorType is {kind}")
    number = changes.sequence_number(text)
    if number is None or not shard.first <= number <= (shard.latest if shard.last is None else shard.last):
        raise ApiError.validation(
            "Invalid SequenceNumber. The sequence number provided is not within the range of the shard"
        )
    if number <= shard.trimmed and not (number == shard.first == shard.trimmed):
        raise _trimmed()
    return number - 1 if kind == "AT_SEQUENCE_NUMBER" and number > shard.first else number


@operation("dynamodbstreams", "GetRecords", needs="dynamodb:GetRecords", on=iterator_arn)
async def get_records(call: Call, request: Shape) -> Shape:
    """The records behind an iterator, and the iterator to go on with; none at the end of a closed shard.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html
    """
    limit, now = request.get("Limit", RECORDS_MAX), call.clock.now()
    if limit > RECORDS_MAX:
        raise ApiError.validation(
            f"1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: "
            f"Member must have value less than or equal to {RECORDS_MAX}"
        )

    def read(tx: Transaction) -> tuple[Document, Shard, list[StoredChange], Position, bytes]:
        secret = iterators.secret(tx)
        position = iterators.open_sealed(request["ShardIterator"], secret, now)
        document = find(tx, call, position.stream_arn)
        try:
            shard = changes.shard(tx, position.shard)
        except Missing as error:
            raise _trimmed() from error
        if position.after < shard.trimmed:
            raise _trimmed()
        return document, shard, changes.read(tx, shard.shard, position.after, limit, BYTES_MAX), position, secret

    document, shard, found, position, secret = await call.store.view(read)
    about = (call.scope, document["TableName"], call.operation, document["StreamLabel"])
    if call.entry is not None:
        call.entry.settled = {(LATENCY, *about): None, (RETURNED_RECORDS, *about): len(found)}
    parts = arn.parse(document["StreamArn"])
    region = parts.region if parts else call.region
    answer: Shape = {"Records": [record(document, each, region) for each in found]}
    last = found[-1].sequence if found else position.after
    if shard.last is None or last < shard.last:
        answer["NextShardIterator"] = iterators.seal(Position(position.stream_arn, shard.shard, last, now), secret)
    return answer


def _trimmed() -> ApiError:
    return ApiError("TrimmedDataAccessException", "The data you are trying to access has been trimmed")
