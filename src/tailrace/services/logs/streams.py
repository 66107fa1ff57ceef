"""Log streams: made, deleted, listed by name or by the time of their last event."""

from __future__ import annotations

from tailrace.base import arn
from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape, operation
from tailrace.services.logs import names
from tailrace.store import log_events
from tailrace.store.engine import Transaction
from tailrace.store.log_events import LogStream

LIST_DEFAULT = 50


@operation("logs", "CreateLogStream", needs="logs:CreateLogStream", on=names.stream_arn)
async def create_log_stream(call: Call, request: Shape) -> Shape:
    """Create a stream in a group.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html
    """

    def create(tx: Transaction) -> Shape:
        group, name = request["logGroupName"], request["logStreamName"]
        names.group(tx, call.scope, group)
        if not log_events.ensure_stream(tx, call.scope, group, name, call.clock.now()):
            raise ApiError("ResourceAlreadyExistsException", "The specified log stream already exists")
        return {}

    return await call.store.update(create)


@operation("logs", "DeleteLogStream", needs="logs:DeleteLogStream", on=names.stream_arn)
async def delete_log_stream(call: Call, request: Shape) -> Shape:
    """Delete a stream with its events.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogStream.html
    """

    def delete(tx: Transaction) -> Shape:
        names.group(tx, call.scope, request["logGroupName"])
        if not log_events.drop_stream(tx, call.scope, request["logGroupName"], request["logStreamName"]):
            raise names.no_such_stream()
        return {}

    return await call.store.update(delete)


@operation("logs", "DescribeLogStreams", needs="logs:DescribeLogStreams", on=names.group_arn)
async def describe_log_streams(call: Call, request: Shape) -> Shape:
    """List a group's streams by name, or by the time of their last event.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html
    """
    group, prefix = names.group_name(request), request.get("logStreamNamePrefix", "")
    by_time, descending = request.get("orderBy") == "LastEventTime", request.get("descending", False)
    limit = request.get("limit", LIST_DEFAULT)
    if by_time and prefix:
        raise names.invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
    after = _position(request["nextToken"]) if "nextToken" in request else None

    def read(tx: Transaction) -> list[LogStream]:
        names.group(tx, call.scope, group)
        if by_time:
            return log_events.streams_by_time(
                tx, call.scope, group, after=after, descending=descending, limit=limit + 1
            )
        name = after[1] if after else ""
        return log_events.streams(
            tx, call.scope, group, after=name, prefix=prefix, descending=descending, limit=limit + 1
        )

    found = await call.store.view(read)
    base = arn.log_group(call.region, call.account, group)
    answer: Shape = {"logStreams": [_entry(base, stream) for stream in found[:limit]]}
    if len(found) > limit:
        last = found[limit - 1]
        answer["nextToken"] = f"{-1 if last.last is None else last.last}:{last.name}"
    return answer


def _position(token: str) -> tuple[int, str]:
    """Where a page goes on: the last event's time and the name of the stream before it."""
    time, colon, name = token.partition(":")
    if not colon or not time.removeprefix("-").isdecimal():
        raise names.invalid("The specified nextToken is invalid.")
    return int(time), name


def _entry(group_arn: str, stream: LogStream) -> Shape:
    entry: Shape = {"logStreamName": stream.name, "creationTime": stream.created}
    if stream.first is not None:
        entry["firstEventTimestamp"] = stream.first
    if stream.last is not None:
        entry["lastEventTimestamp"] = stream.last
    if stream.ingestion is not None:
        entry |= {"lastIngestionTime": stream.ingestion, "uploadSequenceToken": names.SEQUENCE_TOKEN}
    # AWS reports no stored bytes per stream since 2019.
    return {**entry, "arn": f"{group_arn}:log-stream:{stream.name}", "storedBytes": 0}
