"""Log groups: made, deleted, listed, and how long they keep their events."""

from __future__ import annotations

from typing import Any

from tailrace.base import arn
from tailrace.base.errors import AlreadyExists, ApiError
from tailrace.operation import Call, Shape, operation
from tailrace.services.logs import names
from tailrace.store import log_events, resources
from tailrace.store.engine import Transaction

LIST_DEFAULT = 50
SCAN_MAX = 1000  # groups looked at in one page of a search by pattern
RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288]
RETENTION_DAYS.append(3653)
WITHOUT = {
    "kmsKeyId": "there is no KMS; the disk may be encrypted",
    "logGroupClass=INFREQUENT_ACCESS": "all groups are of the STANDARD class",
    "logGroupClass=DELIVERY": "all groups are of the STANDARD class",
}


@operation("logs", "CreateLogGroup", needs="logs:CreateLogGroup", on=names.group_arn, without=WITHOUT)
async def create_log_group(call: Call, request: Shape) -> Shape:
    """Create a log group.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
    """
    document: dict[str, Any] = {"creationTime": int(call.clock.now() * 1000)}
    if request.get("deletionProtectionEnabled"):
        document["deletionProtectionEnabled"] = True
    if request.get("tags"):
        document["tags"] = dict(request["tags"])

    def create(tx: Transaction) -> Shape:
        try:
            resources.create(tx, names.KIND, call.scope, request["logGroupName"], document)
        except AlreadyExists as problem:
            text = "The specified log group already exists"
            raise ApiError("ResourceAlreadyExistsException", text) from problem
        return {}

    return await call.store.update(create)


@operation("logs", "DeleteLogGroup", needs="logs:DeleteLogGroup", on=names.group_arn)
async def delete_log_group(call: Call, request: Shape) -> Shape:
    """Delete a log group with its streams and events.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html
    """
    name = request["logGroupName"]

    def delete(tx: Transaction) -> Shape:
        if names.group(tx, call.scope, name).get("deletionProtectionEnabled"):
            text = "The log group has deletion protection enabled and can't be deleted."
            raise ApiError("ValidationException", text)
        resources.delete(tx, names.KIND, call.scope, name)
        log_events.drop_group(tx, call.scope, name)
        return {}

    return await call.store.update(delete)


@operation("logs", "DescribeLogGroups", needs="logs:DescribeLogGroups", on=names.every_group)
async def describe_log_groups(call: Call, request: Shape) -> Shape:
    """List log groups by name, or those whose name begins with a prefix, contains a pattern, or is given.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html
    """
    prefix, pattern = request.get("logGroupNamePrefix", ""), request.get("logGroupNamePattern", "")
    chosen = {names.name_of(one) for one in request.get("logGroupIdentifiers", ())}
    if prefix and pattern:
        raise names.invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
    if request.get("logGroupClass", "STANDARD") != "STANDARD":
        return {"logGroups": []}
    limit = request.get("limit", LIST_DEFAULT)

    def read(tx: Transaction) -> Shape:
        looked_at = resources.page(tx, names.KIND, call.scope, request.get("nextToken"), SCAN_MAX, prefix)
        wanted = [
            (name, document)
            for name, document in looked_at
            if pattern.lower() in name.lower() and (not chosen or name in chosen)
        ]
        answer: Shape = {"logGroups": [_entry(call, name, document) for name, document in wanted[:limit]]}
        for entry in answer["logGroups"]:
            if pattern:  # a search by pattern answers without these two
                del entry["deletionProtectionEnabled"]
            else:
                entry["storedBytes"] = log_events.stored_bytes(tx, call.scope, entry["logGroupName"])
        if len(wanted) > limit:
            answer["nextToken"] = wanted[limit - 1][0]
        elif len(looked_at) == SCAN_MAX:
            answer["nextToken"] = looked_at[-1][0]
        return answer

    return await call.store.view(read)


def _entry(call: Call, name: str, document: dict[str, Any]) -> Shape:
    group_arn = arn.log_group(call.region, call.account, name)
    entry: Shape = {"logGroupName": name, "creationTime": document.get("creationTime", 0)}
    if "retentionInDays" in document:
        entry["retentionInDays"] = document["retentionInDays"]
    entry |= {"metricFilterCount": 0, "arn": f"{group_arn}:*", "logGroupClass": "STANDARD", "logGroupArn": group_arn}
    return {**entry, "deletionProtectionEnabled": document.get("deletionProtectionEnabled", False)}


@operation(
    "logs",
    "PutLogGroupDeletionProtection",
    needs="logs:PutLogGroupDeletionProtection",
    on=names.group_arn,
)
async def put_log_group_deletion_protection(call: Call, request: Shape) -> Shape:
    """Guard a log group against deletion, or lift the guard.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogGroupDeletionProtection.html
    """
    guard = bool(request["deletionProtectionEnabled"])
    return await _change(call, names.group_name(request), {"deletionProtectionEnabled": guard})


@operation("logs", "PutRetentionPolicy", needs="logs:PutRetentionPolicy", on=names.group_arn)
async def put_retention_policy(call: Call, request: Shape) -> Shape:
    """Keep a group's events for a number of days.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
    """
    days = request["retentionInDays"]
    if days not in RETENTION_DAYS:
        raise names.invalid(
            f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: "
            f"Member must satisfy enum value set: {RETENTION_DAYS}"
        )
    return await _change(call, request["logGroupName"], {"retentionInDays": days})


@operation("logs", "DeleteRetentionPolicy", needs="logs:DeleteRetentionPolicy", on=names.group_arn)
async def delete_retention_policy(call: Call, request: Shape) -> Shape:
    """Keep a group's events for ever.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteRetentionPolicy.html
    """
    return await _change(call, request["logGroupName"], {"retentionInDays": None})


async def _change(call: Call, name: str, settings: dict[str, Any]) -> Shape:
    """Write settings into a group's document; None takes one away."""

    def change(tx: Transaction) -> Shape:
        document = {**names.group(tx, call.scope, name), **settings}
        document = {key: value for key, value in document.items() if value is not None}
        resources.put(tx, names.KIND, call.scope, name, document)
        return {}

    return await call.store.update(change)
