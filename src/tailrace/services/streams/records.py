"""A stored change as readers see it: the same record in GetRecords and in the event of a trigger.

The store keeps what is true of the change; where it was read from (stream, shard, region) is added here, in the order
in which AWS sends the members.
"""

from __future__ import annotations

import re
from typing import Any

import orjson
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tailrace.store import changes
from tailrace.store.changes import StoredChange

EVENT_VERSION = "1.1"
EVENT_SOURCE = "aws:dynamodb"
# A permutation of 16 bytes that anybody may know: ids look like AWS's, and lead back to their records without an index.
_PERMUTATION = Cipher(algorithms.AES128(b"tailrace:eventID"), modes.ECB())  # noqa: S305 - one block, and no secret
_SCRAMBLE, _UNSCRAMBLE = _PERMUTATION.encryptor(), _PERMUTATION.decryptor()
_EVENT_ID = re.compile(r"([0-9a-f]{32})(?:-replay-[0-9a-f]{8})?")

Record = dict[str, Any]


def record(stream: dict[str, Any], change: StoredChange, region: str) -> Record:
    """The record of a change, without `eventSourceARN`, which only a trigger's event has.

    `stream` is the stream's document. `eventID` is a function of stream and sequence number: a record that is
    read twice has the same one both times. `userIdentity` has this API's capitals; a trigger's event has none.
    """
    stored = orjson.loads(change.body)
    content = stored["dynamodb"]
    image = {
        name: content[name]
        for name in ("ApproximateCreationDateTime", "Keys", "NewImage", "OldImage")
        if name in content
    }
    image["SequenceNumber"] = changes.sequence_text(change.sequence)
    image["SizeBytes"], image["StreamViewType"] = content["SizeBytes"], content["StreamViewType"]
    shown: Record = {
        "eventID": event_id(stream["Stream"], change.sequence),
        "eventName": stored["eventName"],
        "eventVersion": EVENT_VERSION,
        "eventSource": EVENT_SOURCE,
        "awsRegion": region,
        "dynamodb": image,
    }
    if "userIdentity" in stored:
        shown["userIdentity"] = stored["userIdentity"]
    return shown


def text(content: Any) -> str:
    """A part of a record as JSON."""
    return orjson.dumps(content).decode()


def event_id(stream: int, sequence: int) -> str:
    """The eventID of a record: 32 hexadecimal digits, as AWS's."""
    return _SCRAMBLE.update(stream.to_bytes(8, "big") + sequence.to_bytes(8, "big")).hex()


def read_event_id(text: str) -> tuple[int, int] | None:
    """The stream and the sequence number of an eventID, a replayed record's too; None for a text that is none.

    Any 32 digits lead somewhere: whether there is such a record is for the caller to look up.
    """
    found = _EVENT_ID.fullmatch(text)
    if found is None:
        return None
    raw = _UNSCRAMBLE.update(bytes.fromhex(found[1]))
    return int.from_bytes(raw[:8], "big"), int.from_bytes(raw[8:], "big")
