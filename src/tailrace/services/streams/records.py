"""A stored change as readers see it: the same record in GetRecords and in the event of a trigger.

The store keeps what is true of the change; where it was read from (stream, shard, region) is added here, in the order
in which AWS sends the members.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import orjson

from tailrace.store import changes
from tailrace.store.changes import Shard, StoredChange

EVENT_VERSION = "1.1"
EVENT_SOURCE = "aws:dynamodb"
_EVENT_ID_BYTES = 16

Record = dict[str, Any]


def record(stream: dict[str, Any], shard: Shard | int, change: StoredChange, region: str) -> Record:
    """The record of a change, without `eventSourceARN`, which only a trigger's event has.

    `stream` is the stream's document. `eventID` is a function of stream, shard and sequence number: a record that is
    read twice has the same one both times. `userIdentity` has this API's capitals; a trigger's event has none.
    """
    stored = orjson.loads(change.body)
    number = shard if isinstance(shard, int) else shard.shard
    content = stored["dynamodb"]
    image = {
        name: content[name]
        for name in ("ApproximateCreationDateTime", "Keys", "NewImage", "OldImage")
        if name in content
    }
    image["SequenceNumber"] = changes.sequence_text(change.sequence)
    image["SizeBytes"], image["StreamViewType"] = content["SizeBytes"], content["StreamViewType"]
    shown: Record = {
        "eventID": _event_id(stream["Stream"], number, change.sequence),
        "eventName": stored["eventName"],
        "eventVersion": EVENT_VERSION,
        "eventSource": EVENT_SOURCE,
        "awsRegion": region,
        "dynamodb": image,
    }
    if "userIdentity" in stored:
        shown["userIdentity"] = stored["userIdentity"]
    return shown


def _event_id(stream: int, shard: int, sequence: int) -> str:
    return blake2b(f"{stream}/{shard}/{sequence}".encode(), digest_size=_EVENT_ID_BYTES).hexdigest()
