"""Which log group a request means, what its ARNs are, and AWS's refusals."""

from __future__ import annotations

from typing import Any

from tailrace.base import arn
from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape
from tailrace.store import resources
from tailrace.store.engine import Transaction
from tailrace.store.log_events import TIME_MAX, Position

KIND = "logs:group"
SEQUENCE_TOKEN = "49" + "0" * 54  # of no use to anybody since 2023, and still in every answer
DAY_MS = 86_400_000


def invalid(message: str) -> ApiError:
    """InvalidParameterException."""
    return ApiError("InvalidParameterException", message)


def no_such_group() -> ApiError:
    """AWS's answer about a group that isn't there."""
    return ApiError.resource_not_found("The specified log group does not exist.")


def no_such_stream() -> ApiError:
    """AWS's answer about a stream that isn't there."""
    return ApiError.resource_not_found("The specified log stream does not exist.")


def group_name(request: Shape) -> str:
    """The group that logGroupName or logGroupIdentifier (a name or an ARN) means; exactly one must be given."""
    name, identifier = request.get("logGroupName"), request.get("logGroupIdentifier")
    if name is not None and identifier is not None:
        raise invalid("LogGroup name and LogGroup identifier are mutually exclusive parameters.")
    if name is None and identifier is None:
        raise invalid("Either LogGroup name or LogGroup identifier must be specified.")
    return str(name) if name is not None else name_of(str(identifier))


def name_of(identifier: str) -> str:
    """The group's name from its name or its ARN (with or without the `:*`)."""
    parts = arn.parse(identifier)
    if parts is None:
        return identifier
    if parts.service != "logs" or not parts.resource.startswith("log-group:"):
        raise invalid("Invalid log group ARN.")
    return parts.resource.removeprefix("log-group:").removesuffix(":*")


def group_arn(call: Call, request: Shape) -> str:
    """What a permission on the whole group is asked on.

    AWS asks it on a stream without a name, so that policies name a group as `log-group:NAME:*`, the form that
    DescribeLogGroups returns as `arn`.
    """
    return f"{arn.log_group(call.region, call.account, group_name(request))}:log-stream:"


def stream_arn(call: Call, request: Shape) -> str:
    """What a permission on one stream is asked on."""
    return f"{group_arn(call, request)}{request['logStreamName']}"


def every_group(call: Call, request: Shape) -> str:
    """What a permission to list groups is asked on."""
    return f"{arn.log_group(call.region, call.account, '')}:log-stream:"


def group(tx: Transaction, scope: str, name: str) -> dict[str, Any]:
    """The group's document. Raises ResourceNotFoundException."""
    document = resources.get(tx, KIND, scope, name)
    if document is None:
        raise no_such_group()
    return document


def oldest_kept(document: dict[str, Any], now: float) -> int:
    """The timestamp (ms) before which the group's events have expired; 0 where they are kept for ever."""
    days = document.get("retentionInDays")
    return max(0, int(now * 1000) - days * DAY_MS) if days else 0


def position_text(position: Position) -> str:
    """An event's position as event ids and tokens write it: 56 digits."""
    return f"{max(position.timestamp, 0):020d}{position.event:036d}"


def position_of(text: str) -> Position:
    """Read back what `position_text` wrote. Raises InvalidParameterException."""
    if len(text) != 56 or not (text.isascii() and text.isdecimal()):
        raise invalid("The specified nextToken is invalid.")
    return Position(min(int(text[:20]), TIME_MAX), min(int(text[20:]), TIME_MAX))
