"""What is kept of a backup: the table's document as it was, and the collection that its items are kept in.

A backup stands under `TABLE/backup/ID`, so a table's backups are neighbours, the oldest first. Only the items are
kept: index entries follow from them when the table is restored. A table that is deleted under continuous backup
leaves its collection to a SYSTEM backup as it is; nothing is copied.
"""

from __future__ import annotations

from typing import Any

from tailrace.base import arn, ids
from tailrace.base.errors import ApiError
from tailrace.operation import Call
from tailrace.services.dynamodb import drop_collection, errors, status, table
from tailrace.store import history, items, resources
from tailrace.store.engine import Transaction

KIND = "dynamodb:backup"
USER, SYSTEM = "USER", "SYSTEM"
CREATING, AVAILABLE, DELETED = "CREATING", "AVAILABLE", "DELETED"
SYSTEM_SECONDS = 35 * 86400.0
SYSTEM_NAME = "{table}$DeletedTableBackup"

Document = dict[str, Any]


def source(tx: Transaction, scope: str, name: str, now: float) -> Document:
    """The document of the table that is to be backed up or restored. Raises TableNotFoundException."""
    document = resources.get(tx, table.KIND, scope, name)
    if document is None or status.is_gone(document, now):
        raise errors.table_not_found(name)
    return document


def create(tx: Transaction, source: Document, name: str, kind: str, collection: int, now: float) -> Document:
    """Keep a new backup of the table's document as it stands; its items are the caller's business."""
    count, size = items.measure(tx, source["Collection"])
    key = f"{source['TableName']}/backup/{int(now * 1000):014d}-{ids.hex_digits(8)}"
    backup: Document = {
        "BackupArn": f"{source['TableArn']}{key.removeprefix(source['TableName'])}",
        "BackupName": name,
        "BackupType": kind,
        "BackupStatus": AVAILABLE if kind == SYSTEM else CREATING,
        "BackupCreationDateTime": now,
        "BackupSizeBytes": size,
        "ItemCount": count,
        "Scope": source["Scope"],
        "Key": key,
        "Collection": collection,
        "Table": source,
    }
    if kind == SYSTEM:
        backup["BackupExpiryDateTime"] = now + SYSTEM_SECONDS
    resources.create(tx, KIND, source["Scope"], key, backup)
    return backup


def keep_deleted(tx: Transaction, source: Document, now: float) -> None:
    """Turn the items of a table that is being deleted into a SYSTEM backup, and end the table's history."""
    create(tx, source, SYSTEM_NAME.format(table=source["TableName"]), SYSTEM, source["Collection"], now)
    history.stop(tx, source["Collection"])


def key_of(call: Call, backup_arn: str) -> str:
    """What the backup of this ARN is kept under. Raises ValidationException, AccessDeniedException."""
    parts = arn.parse(backup_arn)
    pieces = parts.resource.split("/") if parts else []
    if parts is None or parts.service != "dynamodb" or pieces[0::2] != ["table", "backup"] or len(pieces) != 4:
        raise ApiError.validation(f"Invalid BackupArn: Invalid ResourceArn provided as input {backup_arn}")
    if parts.account != call.account or parts.region != call.region:
        raise ApiError.access_denied(
            f"User: {call.principal.arn} is not authorized to perform: dynamodb:{call.operation} "
            f"on resource: {backup_arn}"
        )
    return parts.resource.removeprefix("table/")


def find(tx: Transaction, call: Call, backup_arn: str) -> Document:
    """The backup of this ARN. Raises BackupNotFoundException."""
    backup = resources.get(tx, KIND, call.scope, key_of(call, backup_arn))
    if backup is None or has_expired(backup, call.clock.now()):
        raise ApiError("BackupNotFoundException", f"Backup not found: {backup_arn}")
    return backup


def has_expired(backup: Document, now: float) -> bool:
    """Whether the time of a SYSTEM backup is over."""
    return bool(now >= backup.get("BackupExpiryDateTime", now + 1))


def is_in_use(tx: Transaction, backup: Document) -> bool:
    """Whether the backup is being made, or restored from."""
    return backup["BackupStatus"] == CREATING or bool(history.readers(tx, backup["Collection"]))


def forget(tx: Transaction, backup: Document, now: float) -> None:
    """Drop the backup; its items go in slices."""
    resources.delete(tx, KIND, backup["Scope"], backup["Key"])
    drop_collection.order_rows(tx, backup["Collection"], now)


def expire(tx: Transaction, scope: str, key: str, now: float) -> None:
    """Drop a backup whose time is over, unless a restore still reads it."""
    backup = resources.get(tx, KIND, scope, key)
    if backup is not None and has_expired(backup, now) and not is_in_use(tx, backup):
        forget(tx, backup, now)
