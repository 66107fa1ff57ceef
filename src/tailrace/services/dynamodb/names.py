"""Which table a request means: by name or by ARN, and the ARN that its permission is asked on."""

from __future__ import annotations

import re

from tailrace.base import arn
from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape

_NAME = re.compile(r"[a-zA-Z0-9_.-]{3,255}\Z")


def resolve(call: Call, text: str) -> str:
    """The table's name from a name or from the ARN of a table in the caller's account and region.

    An ARN of another account is refused: there is one account behind this endpoint, and no resource policy could
    have opened the other's table.
    """
    if not text.startswith("arn:"):
        return text
    parts = arn.parse(text)
    name = parts.resource.removeprefix("table/") if parts else ""
    if parts is None or parts.service != "dynamodb" or not parts.resource.startswith("table/"):
        raise ApiError.validation(f"Invalid TableArn: Invalid ResourceArn provided as input {text}")
    if not _NAME.match(name):
        raise ApiError.validation(f"Invalid TableArn: Invalid ResourceArn provided as input {text}")
    if parts.account != call.account or parts.region != call.region:
        raise ApiError.access_denied(
            f"User: {call.principal.arn} is not authorized to perform: dynamodb:{call.operation} on resource: {text}"
        )
    return name


def arn_of(call: Call, text: str) -> str:
    """The ARN of the table that `text` (a name or an ARN) means."""
    if text.startswith("arn:"):
        return text
    return arn.table(call.region, call.account, text)


def table_arn(call: Call, request: Shape) -> str:
    """The ARN of the table that a request names in TableName."""
    return arn_of(call, request["TableName"])


def index_arn(call: Call, request: Shape) -> str:
    """The ARN that a Query or Scan needs its permission on: the index's, where one is named, else the table's."""
    table = arn_of(call, request["TableName"])
    index = request.get("IndexName")
    return f"{table}/index/{index}" if index else table
