"""Searching a group's events across its streams."""

from __future__ import annotations

from tailrace.expression import log_pattern
from tailrace.operation import Call, Shape, operation
from tailrace.services.logs import names
from tailrace.services.logs.events import PAGE_BYTES_MAX, PAGE_EVENTS_MAX, event_size
from tailrace.services.logs.scanning import slices
from tailrace.store import log_events
from tailrace.store.engine import Transaction
from tailrace.store.log_events import FIRST, TIME_MAX, LogEvent, Position

EVENTS_MAX = 20_000  # looked at for one answer, and
BYTES_MAX = 16 * 1024 * 1024  # of them; a search that found little by then goes on with its token


@operation("logs", "FilterLogEvents", needs="logs:FilterLogEvents", on=names.group_arn)
async def filter_log_events(call: Call, request: Shape) -> Shape:
    """Find a group's events by pattern, time and stream, in the order of time.

    A page may be short or empty and still have a token: there is more to search.
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
    """
    group = names.group_name(request)
    streams, prefix = request.get("logStreamNames", ()), request.get("logStreamNamePrefix", "")
    if streams and prefix:
        text = "logStreamNamePrefix and logStreamNames are mutually exclusive parameters."
        raise names.invalid(text)
    pattern = log_pattern.parse(request.get("filterPattern", ""))
    limit = min(request.get("limit", PAGE_EVENTS_MAX), PAGE_EVENTS_MAX)
    start, end = request.get("startTime", 0), request.get("endTime", TIME_MAX - 1) + 1
    position = names.position_of(request["nextToken"]) if "nextToken" in request else FIRST

    def read(tx: Transaction, behind: Position, count: int) -> list[LogEvent]:
        document = names.group(tx, call.scope, group)
        for name in streams:
            if log_events.stream(tx, call.scope, group, name) is None:
                raise names.no_such_stream()
        return log_events.filter(
            tx,
            call.scope,
            group,
            streams=streams,
            prefix=prefix,
            after=behind,
            start=max(start, names.oldest_kept(document, call.clock.now())),
            end=end,
            limit=count,
        )

    found: list[LogEvent] = []
    size = looked_at = looked_at_bytes = 0
    async for events in slices(call.store, read, position):
        for event in events:
            if pattern.test(event.message):
                size += event_size(event)
                if len(found) >= limit or (found and size > PAGE_BYTES_MAX):
                    return _answer(found, position)
                found.append(event)
            position = event.position
            looked_at_bytes += event_size(event)
        looked_at += len(events)
        if looked_at >= EVENTS_MAX or looked_at_bytes >= BYTES_MAX:
            return _answer(found, position)
    return _answer(found, None)


def _answer(found: list[LogEvent], more_from: Position | None) -> Shape:
    answer: Shape = {
        "events": [
            {
                "logStreamName": event.stream,
                "timestamp": event.timestamp,
                "message": event.message,
                "ingestionTime": event.ingestion,
                "eventId": names.position_text(event.position),
            }
            for event in found
        ],
        "searchedLogStreams": [],  # AWS has filled it no more since 2020
    }
    if more_from is not None:
        answer["nextToken"] = names.position_text(more_from)
    return answer
