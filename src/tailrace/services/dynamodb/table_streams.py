"""A table's stream, switched on and off.

Each switching on makes a new stream with a new ARN. What is switched off stays: its shards are closed and readable
until their records are trimmed, 24 hours after they were written.
"""

from __future__ import annotations

from typing import Any

from tailrace.base import arn, clock
from tailrace.base.errors import AlreadyExists, ApiError
from tailrace.services.dynamodb.table import STREAM_KIND, stream_form
from tailrace.store import changes, resources
from tailrace.store.engine import Transaction
from tailrace.store.layout import ViewType

Document = dict[str, Any]

_LABELS_TRIED_MAX = 1000


def resource_name(table_name: str, label: str) -> str:
    """The name that a stream's document is kept under."""
    return f"{table_name}/stream/{label}"


def switch_on(tx: Transaction, document: Document, view_type: ViewType, shards: int, now: float) -> None:
    """Open a new stream and write it into the table's document. Raises ValidationException where one is open."""
    if "StreamLayout" in document:
        raise ApiError.validation(f"Table already has an enabled stream: TableName: {document['TableName']}")
    region, account = arn.parse(document["TableArn"])[2:4]  # type: ignore[index]
    name, scope = document["TableName"], document["Scope"]
    layout = changes.open_stream(tx, changes.fitting(tx, shards), view_type, now)
    for later in range(_LABELS_TRIED_MAX):
        label = clock.iso_milliseconds(now + later / 1000)
        stream_arn = arn.stream(region, account, name, label)
        stream = {
            "StreamArn": stream_arn,
            "StreamLabel": label,
            "TableName": name,
            "TableId": document["TableId"],
            "StreamViewType": view_type,
            "StreamStatus": "ENABLED",
            "KeySchema": document["KeySchema"],
            "CreationRequestDateTime": now,
            "Stream": layout.stream,
        }
        try:
            resources.create(tx, STREAM_KIND, scope, resource_name(name, label), stream)
        except AlreadyExists:
            continue  # switched on twice in one millisecond: a label is a time, and must be another
        break
    else:
        raise ApiError.validation(f"Table already has too many streams: TableName: {name}")
    document["StreamLayout"] = stream_form(layout)
    document["LatestStreamLabel"], document["LatestStreamArn"] = label, stream_arn


def switch_off(tx: Transaction, document: Document, now: float) -> None:
    """Close the table's stream; its records stay readable. Raises ValidationException where none is open."""
    layout = document.pop("StreamLayout", None)
    if layout is None:
        raise ApiError.validation(f"Table has no stream to disable: TableName: {document['TableName']}")
    changes.close_stream(tx, layout["Stream"], now)
    name = resource_name(document["TableName"], document["LatestStreamLabel"])
    stream = resources.get(tx, STREAM_KIND, document["Scope"], name)
    if stream is not None:
        closed = {**stream, "StreamStatus": "DISABLED", "DisabledDateTime": now}
        resources.put(tx, STREAM_KIND, document["Scope"], name, closed)
