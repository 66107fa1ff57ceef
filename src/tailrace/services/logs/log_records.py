"""Single events with all their fields, and which fields a group's events have."""

from __future__ import annotations

import base64
from collections import Counter

import orjson

from tailrace.base.errors import ApiError
from tailrace.log_query.record import Record
from tailrace.log_query.values import Value, text
from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.logs import names
from tailrace.services.logs.scanning import newest_first
from tailrace.store import log_events
from tailrace.store.engine import Transaction
from tailrace.store.log_events import LogEvent, Position

FIELDS_MAX = 1_000
LOOK_EVENTS_MAX = 10_000
RECENT_SECONDS = 15 * 60
AROUND_SECONDS = 8 * 60


def pointer(group: str, position: Position) -> str:
    """What leads back to an event: @ptr."""
    return base64.urlsafe_b64encode(orjson.dumps([group, position.timestamp, position.event])).decode()


def _pointed_at(tx: Transaction, scope: str, given: str) -> tuple[str, LogEvent]:
    """The event of a pointer, and its group's name. Raises InvalidParameterException, ResourceNotFoundException."""
    try:
        group, timestamp, number = orjson.loads(base64.urlsafe_b64decode(given))
        before = Position(int(timestamp), int(number) - 1)
    except ValueError as problem:
        raise names.invalid("The specified log record pointer is invalid.") from problem
    found = log_events.filter(tx, scope, str(group), after=before, limit=1)
    if not found or found[0].event != number:
        raise ApiError.resource_not_found("The specified log record does not exist.")
    return group, found[0]


@operation("logs", "GetLogRecord", needs="logs:GetLogRecord", on=anything)
async def get_log_record(call: Call, request: Shape) -> Shape:
    """All fields of one event, by its @ptr.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogRecord.html
    """
    given = request["logRecordPointer"]
    group, event = await call.store.view(lambda tx: _pointed_at(tx, call.scope, given))
    fields = record(group, call.account, event).all_fields()
    return {"logRecord": {name: _exact(value) for name, value in fields.items()}}


def _exact(value: Value) -> str:
    """The value as it is kept: a time in milliseconds."""
    return str(int(value)) if isinstance(value, int) else text(value)


def record(group: str, account: str, event: LogEvent) -> Record:
    """An event as a query sees it."""
    at = pointer(group, event.position)
    return Record(event.message, event.timestamp, event.ingestion, event.stream, group, account, at)


@operation("logs", "GetLogGroupFields", needs="logs:GetLogGroupFields", on=names.group_arn)
async def get_log_group_fields(call: Call, request: Shape) -> Shape:
    """The fields of a group's events of a quarter of an hour, and how many percent of them have each.

    Of the latest 10,000 events of that time.
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogGroupFields.html
    """
    group, now = names.group_name(request), call.clock.now()
    start, end = now - RECENT_SECONDS, now
    if request.get("time"):
        start, end = request["time"] - AROUND_SECONDS, request["time"] + AROUND_SECONDS
    oldest = await call.store.view(lambda tx: names.oldest_kept(names.group(tx, call.scope, group), now))
    counts: Counter[str] = Counter()
    looked_at = 0
    span = int(start * 1000), int(end * 1000) + 1
    async for slice_ in newest_first(call.store, call.scope, {group: oldest}, *span):
        for _, event in slice_:
            counts.update(record(group, call.account, event).all_fields().keys())
        looked_at += len(slice_)
        if looked_at >= LOOK_EVENTS_MAX:
            break
    del counts["@ptr"]
    found = [{"name": name, "percent": count * 100 // looked_at} for name, count in counts.most_common(FIELDS_MAX)]
    return {"logGroupFields": found}
