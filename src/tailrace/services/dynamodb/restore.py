"""Restores: RestoreTableFromBackup, RestoreTableToPointInTime.

```
backup, or table and second ──> a reader of that state ──> new table, CREATING ──> copied in slices ──> ACTIVE
```
The new table is ACTIVE only when it is complete (`copy_table.py`), and then exactly what the source was: every write
that was acknowledged by that time, none that began after it, and of those between, all before one and none behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from tailrace.base import ids
from tailrace.base.errors import ApiError
from tailrace.operation import Call, Need, Shape, operation
from tailrace.services.dynamodb import (
    backup_documents,
    continuous_backups,
    copy_table,
    errors,
    refusals,
    restore_settings,
    status,
    tables,
)
from tailrace.services.dynamodb.names import arn_of, resolve
from tailrace.services.dynamodb.table import KIND
from tailrace.services.dynamodb.table_description import describe
from tailrace.store import history, resources
from tailrace.store.engine import Transaction

WITHOUT = {"VectorIndexOverride": refusals.NO_VECTORS}
UNTOLD = 1e11
"""The end of a CREATING that lasts until a copy is complete."""
_WRITES = ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")

Document = dict[str, Any]


class Source(NamedTuple):
    """What is restored: the settings that it had, whose items and of when (None: now), and RestoreSummary's part."""

    table: Document
    collection: int
    position: int | None
    summary: Document


def from_and_to(call: Call, request: Shape) -> list[str]:
    """The ARNs that a restore is permitted on: the backup or source table, and the new table."""
    source = request.get("BackupArn") or arn_of(call, _source_of(request))
    return [source, arn_of(call, request["TargetTableName"])]


def needed_to_fill(call: Call, request: Shape) -> Iterable[Need]:
    """A restore writes to the new table in its caller's name.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
    """
    return [Need(f"dynamodb:{each}", arn_of(call, request["TargetTableName"])) for each in _WRITES]


@operation(
    "dynamodb",
    "RestoreTableFromBackup",
    needs="dynamodb:RestoreTableFromBackup",
    on=from_and_to,
    also=needed_to_fill,
    without=WITHOUT,
)
async def restore_table_from_backup(call: Call, request: Shape) -> Shape:
    """Make a new table from a backup.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableFromBackup.html
    """

    def find(tx: Transaction) -> Source:
        backup = backup_documents.find(tx, call, request["BackupArn"])
        if backup["BackupStatus"] != backup_documents.AVAILABLE:
            raise errors.backup_in_use()
        summary = {
            "SourceBackupArn": backup["BackupArn"],
            "SourceTableArn": backup["Table"]["TableArn"],
            "RestoreDateTime": backup["BackupCreationDateTime"],
        }
        return Source(backup["Table"], backup["Collection"], history.NOW, summary)

    return await _restore(call, request, find)


@operation(
    "dynamodb",
    "RestoreTableToPointInTime",
    needs="dynamodb:RestoreTableToPointInTime",
    on=from_and_to,
    also=needed_to_fill,
    without=WITHOUT,
)
async def restore_table_to_point_in_time(call: Call, request: Shape) -> Shape:
    """Make a new table from what another one was at a second, or (UseLatestRestorableTime) is now.

    AWS's latest restorable time is about five minutes ago; here it is now. Settings are the source's of today.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableToPointInTime.html
    """
    name, now, at = resolve(call, _source_of(request)), call.clock.now(), request.get("RestoreDateTime")
    if (at is None) != request.get("UseLatestRestorableTime", False):
        raise ApiError.validation("Specify either RestoreDateTime or UseLatestRestorableTime")

    def find(tx: Transaction) -> Source:
        table = backup_documents.source(tx, call.scope, name, now)
        if status.of_table(table, now) == status.DELETING:
            raise errors.table_not_found(name)
        earliest = history.earliest(tx, table["Collection"], now)
        if "Recovery" not in table or earliest is None:
            raise ApiError(
                "PointInTimeRecoveryUnavailableException", f"Point in time recovery is not enabled for table '{name}'"
            )
        if at is not None and not earliest <= at <= max(now, continuous_backups.latest(earliest, now)):
            raise ApiError(
                "InvalidRestoreTimeException",
                "An invalid restore time was specified. RestoreDateTime must be between EarliestRestorableDateTime "
                "and LatestRestorableDateTime.",
            )
        position = None if at is None else history.position(tx, table["Collection"], at)
        summary = {"SourceTableArn": table["TableArn"], "RestoreDateTime": now if at is None else at}
        return Source(table, table["Collection"], position, summary)

    return await _restore(call, request, find)


def _source_of(request: Shape) -> str:
    """The name or ARN of the source table. Raises ValidationException where there is none, or both."""
    given = [request[member] for member in ("SourceTableName", "SourceTableArn") if member in request]
    if len(given) != 1:
        raise ApiError.validation("Specify either SourceTableName or SourceTableArn")
    return str(given[0])


async def _restore(call: Call, request: Shape, find: Callable[[Transaction], Source]) -> Shape:
    """Begin the restore that both operations ask for."""
    target, now, table_id = request["TargetTableName"], call.clock.now(), ids.uuid()

    def begin(tx: Transaction) -> Shape:
        source = find(tx)
        present = resources.get(tx, KIND, call.scope, target)
        if present is not None and not status.is_gone(present, now):
            state = status.of_table(present, now)
            if state in (status.CREATING, status.DELETING):
                raise ApiError("TableInUseException", f"Table is being {status.TODAY[state]}: {target}")
            raise ApiError("TableAlreadyExistsException", f"Table already exists: {target}")
        copy_table.check_limit(tx)
        wanted = restore_settings.parameters(source.table, request)
        table = tables.new_document(tx, call, wanted, table_id, now)
        if "SSESpecification" not in wanted and "SSEDescription" in source.table:
            table["SSEDescription"] = source.table["SSEDescription"]
        table["RestoreSummary"] = {**source.summary, "RestoreInProgress": True}
        table["Transition"] = {"Status": status.CREATING, "Until": UNTOLD}
        resources.put(tx, KIND, call.scope, target, table)
        history.open(tx, table_id, source.collection, source.position)
        copy_table.order_restore(tx, table, now)
        return {"TableDescription": describe(tx, table, now)}

    return await call.store.update(begin)
