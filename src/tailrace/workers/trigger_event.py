"""A stream's record as a trigger's event has it."""

from __future__ import annotations

from typing import Any

import orjson

from tailrace.base import arn
from tailrace.services.streams import records
from tailrace.store.changes import StoredChange
from tailrace.workers.batching import Record


def event_record(stream: dict[str, Any], change: StoredChange, mark: str = "") -> Record:
    """The record of a change in a function's event; filters see it in this form.

    It differs from the one of GetRecords in three things: the stream's ARN stands at its end, the time is written
    as a number with a fraction, and the members of userIdentity begin with small letters. `mark` is put behind its
    eventID.
    """
    stream_arn = stream["StreamArn"]
    parts = arn.parse(stream_arn)
    shown = records.record(stream, change, parts.region if parts else "")
    content = shown["dynamodb"]
    content["ApproximateCreationDateTime"] = float(content["ApproximateCreationDateTime"])
    if "userIdentity" in shown:
        shown["userIdentity"] = {name[0].lower() + name[1:]: value for name, value in shown["userIdentity"].items()}
    shown["eventSourceARN"] = stream_arn
    shown["eventID"] += mark
    return Record(change.sequence, change.created, orjson.dumps(shown), shown, change.origin)
