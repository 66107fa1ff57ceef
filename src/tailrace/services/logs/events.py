"""Log events of one stream: written in batches, read in both directions."""

from __future__ import annotations

from collections.abc import Sequence

from tailrace.base.errors import Missing
from tailrace.operation import Call, Shape, operation
from tailrace.services.logs import names
from tailrace.store import log_events
from tailrace.store.engine import Transaction
from tailrace.store.log_events import FIRST, LAST, LogEvent, Position

EVENT_OVERHEAD_BYTES = 26
BATCH_BYTES_MAX = 1_048_576
PAGE_BYTES_MAX = 1_048_576
PAGE_EVENTS_MAX = 10_000
SLICE_FIRST = 50
SLICE_MAX = 1_000
SPAN_MS_MAX = 24 * 3_600_000
TOO_OLD_MS = 14 * 24 * 3_600_000
TOO_NEW_MS = 2 * 3_600_000


@operation("logs", "PutLogEvents", needs="logs:PutLogEvents", on=names.stream_arn)
async def put_log_events(call: Call, request: Shape) -> Shape:
    """Add a batch of events to a stream; those that are too old or too new are named and left out.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
    """
    batch, group = request["logEvents"], request["logGroupName"]
    _check_batch(batch)
    now = call.clock.now()

    def put(tx: Transaction) -> Shape:
        document = names.group(tx, call.scope, group)
        kept, rejected = _sort_out(batch, int(now * 1000), names.oldest_kept(document, now))
        pairs = [(event["timestamp"], event["message"]) for event in kept]
        try:
            log_events.append(tx, call.scope, group, request["logStreamName"], pairs, int(now * 1000))
        except Missing as problem:
            raise names.no_such_stream() from problem
        return {"rejectedLogEventsInfo": rejected} if rejected else {}

    return {"nextSequenceToken": names.SEQUENCE_TOKEN, **await call.store.update(put, locked=True)}


def _check_batch(batch: Sequence[Shape]) -> None:
    """AWS's limits on a batch as a whole."""
    times = [event["timestamp"] for event in batch]
    if any(later < earlier for earlier, later in zip(times, times[1:], strict=False)):
        raise names.invalid("Log events in a single PutLogEvents request must be in chronological order.")
    if times[-1] - times[0] > SPAN_MS_MAX:
        text = "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."
        raise names.invalid(text)
    size = sum(len(event["message"].encode()) + EVENT_OVERHEAD_BYTES for event in batch)
    if size > BATCH_BYTES_MAX:
        raise names.invalid(f"Upload too large: {size} bytes exceeds limit of {BATCH_BYTES_MAX}")


def _sort_out(batch: Sequence[Shape], now_ms: int, oldest_ms: int) -> tuple[Sequence[Shape], Shape]:
    """The events that are taken, and where the others end or begin: a batch is in the order of time."""
    old = sum(event["timestamp"] < now_ms - TOO_OLD_MS for event in batch)
    expired = sum(event["timestamp"] < oldest_ms for event in batch)
    new = sum(event["timestamp"] > now_ms + TOO_NEW_MS for event in batch)
    rejected: Shape = {}
    if old:
        rejected["tooOldLogEventEndIndex"] = old
    if expired > old:
        rejected["expiredLogEventEndIndex"] = expired
    if new:
        rejected["tooNewLogEventStartIndex"] = len(batch) - new
    return batch[max(old, expired) : len(batch) - new], rejected


@operation("logs", "GetLogEvents", needs="logs:GetLogEvents", on=names.stream_arn)
async def get_log_events(call: Call, request: Shape) -> Shape:
    """A page of a stream's events: its newest ones unless startFromHead, or what lies before or behind a token.

    Tokens never end: at the end of the stream the token comes back as it was given, and gives later events later.
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
    """
    group, stream = names.group_name(request), request["logStreamName"]
    limit = min(request.get("limit", PAGE_EVENTS_MAX), PAGE_EVENTS_MAX)
    backward, given = not request.get("startFromHead", False), None
    after, before = FIRST, LAST
    if "nextToken" in request:
        backward, given = _read_token(request["nextToken"])
        after, before = (FIRST, given) if backward else (given, LAST)

    def read(tx: Transaction) -> Sequence[LogEvent]:
        document = names.group(tx, call.scope, group)
        if log_events.stream(tx, call.scope, group, stream) is None:
            raise names.no_such_stream()
        start = max(request.get("startTime", 0), names.oldest_kept(document, call.clock.now()))
        span = (start, request.get("endTime", log_events.TIME_MAX))
        return _page(tx, (call.scope, group, stream), after, before, span, backward=backward, limit=limit)

    found = await call.store.view(read)
    first, last = _edges(found, given, backward)
    return {
        "events": [
            {"timestamp": event.timestamp, "message": event.message, "ingestionTime": event.ingestion}
            for event in found
        ],
        "nextForwardToken": f"f/{names.position_text(last)}/s",
        "nextBackwardToken": f"b/{names.position_text(first)}/s",
    }


def _edges(found: Sequence[LogEvent], given: Position | None, backward: bool) -> tuple[Position, Position]:
    """The position that the backward token stands before, and the one that the forward token stands behind."""
    if found:
        return found[0].position, found[-1].position
    if given is None:
        return Position(0, 0), Position(0, 0)
    # An empty page: the token of its direction repeats, the other one turns round at the same place.
    if backward:
        return given, Position(given.timestamp, max(given.event - 1, 0))
    return Position(given.timestamp, given.event + 1), given


def _read_token(token: str) -> tuple[bool, Position]:
    """Whether the token goes backward, and from where."""
    parts = token.split("/")
    if len(parts) != 3 or parts[0] not in ("f", "b") or parts[2] != "s":
        raise names.invalid("The specified nextToken is invalid.")
    return parts[0] == "b", names.position_of(parts[1])


def _page(
    tx: Transaction,
    of: tuple[str, str, str],
    after: Position,
    before: Position,
    span: tuple[int, int],
    *,
    backward: bool,
    limit: int,
) -> Sequence[LogEvent]:
    """At most `limit` events and 1 MB of a stream (at least one), in the order of time; `backward` the last ones.

    They are read in slices: ten thousand events may be ten gigabytes.
    """
    found: list[LogEvent] = []
    size, count, (start, end) = 0, 0, span
    while len(found) < limit and size <= PAGE_BYTES_MAX:
        count = slice_size(len(found), size, limit - len(found))
        events = log_events.events(
            tx, *of, after=after, before=before, start=start, end=end, backward=backward, limit=count
        )
        for event in reversed(events) if backward else events:
            size += event_size(event)
            if size > PAGE_BYTES_MAX and found:
                break
            found.append(event)
        if len(events) < count:
            break
        after, before = (after, events[0].position) if backward else (events[-1].position, before)
    return found[::-1] if backward else found


def event_size(event: LogEvent) -> int:
    """An event's bytes as AWS counts them."""
    return len(event.message.encode()) + EVENT_OVERHEAD_BYTES


def slice_size(count: int, size: int, most: int) -> int:
    """How many events to read at once, after `count` ones of `size` bytes together: about a page's worth."""
    if not count:
        return min(SLICE_FIRST, most)
    return max(1, min(SLICE_MAX, most, PAGE_BYTES_MAX * count // max(size, 1)))
