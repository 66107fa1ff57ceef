"""A record by its eventID or its sequence number: both lead to it without an index."""

from __future__ import annotations

from typing import Any, NamedTuple

from tailrace.base import arn
from tailrace.base.errors import ApiError, Missing
from tailrace.operation import Call, Shape
from tailrace.services.streams import records
from tailrace.services.streams.streams import KIND
from tailrace.store import changes, resources
from tailrace.store.changes import Shard, StoredChange
from tailrace.store.engine import Transaction
from tailrace.workers.batching import Record
from tailrace.workers.trigger_event import event_record

PAGE = 500


class Found(NamedTuple):
    """A record that there is, or was. What the stream has forgotten is None; its document may outlive its shard."""

    sequence: int
    stream: dict[str, Any] | None
    shard: Shard | None
    change: StoredChange | None

    @property
    def record(self) -> Record | None:
        """The record as functions get it; None where it was trimmed."""
        if self.stream is None or self.change is None:
            return None
        return event_record(self.stream, self.change)


def sequence_of(request: Shape) -> tuple[int | None, int]:
    """The stream (None: any) and the number that EventId or SequenceNumber name. Raises ValidationException."""
    if ("EventId" in request) == ("SequenceNumber" in request):
        raise ApiError.validation("Name one of EventId and SequenceNumber")
    if "SequenceNumber" in request:
        number = changes.sequence_number(request["SequenceNumber"])
        if number is None:
            raise ApiError.validation("The SequenceNumber is none of this server's")
        return None, number
    found = records.read_event_id(request["EventId"])
    if found is None or found[1] >= 1 << 63:
        raise unknown()
    return found


def find(tx: Transaction, call: Call, stream: int | None, sequence: int) -> Found:
    """The record, as far as it is still known. Raises ResourceNotFoundException where it never was in this region."""
    try:
        shard = changes.shard(tx, changes.shard_of(sequence))
        number = changes.stream_of(tx, shard.shard)
    except Missing:
        return Found(sequence, None, None, None)  # only its attempts can tell
    if (stream is not None and stream != number) or not shard.first < sequence <= shard.latest:
        raise unknown()
    document = stream_document(tx, call.scope, number)
    if document is None:
        raise unknown()
    read = changes.read(tx, shard.shard, sequence - 1, 1, 1) if sequence > shard.trimmed else []
    return Found(sequence, document, shard, read[0] if read else None)


def stream_document(tx: Transaction, scope: str, stream: int) -> dict[str, Any] | None:
    """The document of a stream by its number, None where this account and region have none."""
    after: str | None = None
    while True:
        page = resources.page(tx, KIND, scope, after, PAGE)
        for _, document in page:
            if document["Stream"] == stream:
                return document
        if len(page) < PAGE:
            return None
        after = page[-1][0]


def shown(call: Call, tx: Transaction, found: Found, stream: int | None = None) -> Shape:
    """A record as the API tells of it; its key for those alone who may read the stream."""
    answer: Shape = {"SequenceNumber": changes.sequence_text(found.sequence), "Trimmed": found.change is None}
    number = found.stream["Stream"] if found.stream else stream
    answer["EventId"] = records.event_id(number, found.sequence) if number is not None else ""
    if found.stream is not None and found.shard is not None:
        answer |= {"StreamArn": found.stream["StreamArn"], "ShardId": found.shard.name}
    if found.change is not None and found.stream is not None:
        parts = arn.parse(found.stream["StreamArn"])
        content = records.record(found.stream, found.change, parts.region if parts else "")
        answer |= {"EventName": content["eventName"], "Time": found.change.created}
        if may_read(call, tx, found.stream["StreamArn"]):
            answer["Keys"] = records.text(content["dynamodb"]["Keys"])
    return answer


def shown_of(call: Call, tx: Transaction, stream: dict[str, Any], sequence: int) -> Shape:
    """A record of which number and stream are known."""
    return shown(call, tx, find(tx, call, stream["Stream"], sequence))


def may_read(call: Call, tx: Transaction, stream_arn: str) -> bool:
    """Whether the caller may see what is in the stream's records."""
    return call.node.identity.decide(tx, call.principal, "dynamodb:GetRecords", stream_arn).allowed


def unknown() -> ApiError:
    """That there is no such record."""
    return ApiError.resource_not_found("There is no such record in the streams of this account and region")
