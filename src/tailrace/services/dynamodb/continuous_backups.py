"""Continuous backups: UpdateContinuousBackups, DescribeContinuousBackups.

While they are on, the one write path writes down what each write replaces (`store/history.py`), so that the table
can be restored to any second since then, or of the last 35 days (`restore.py`). Off, a write pays nothing for them.
"""

from __future__ import annotations

import math
from typing import Any

from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape, operation
from tailrace.services.dynamodb import backup_documents, errors, status
from tailrace.services.dynamodb.names import resolve, table_arn
from tailrace.services.dynamodb.table import KIND
from tailrace.store import history, resources
from tailrace.store.engine import Transaction

DAYS = 35
DAY_SECONDS = 86400.0

Document = dict[str, Any]


@operation("dynamodb", "UpdateContinuousBackups", needs="dynamodb:UpdateContinuousBackups", on=table_arn)
async def update_continuous_backups(call: Call, request: Shape) -> Shape:
    """Switch point-in-time recovery on or off, or change how far it reaches back.

    A period that is made longer doesn't bring back what the shorter one has forgotten. Switched off, everything is
    forgotten.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateContinuousBackups.html
    """
    name, now = resolve(call, request["TableName"]), call.clock.now()
    wanted = request["PointInTimeRecoverySpecification"]

    def change(tx: Transaction) -> Shape:
        table = dict(backup_documents.source(tx, call.scope, name, now))
        state, collection = status.of_table(table, now), table["Collection"]
        if state in (status.CREATING, status.DELETING):
            raise errors.backups_not_yet(name) if state == status.CREATING else errors.table_not_found(name)
        if wanted["PointInTimeRecoveryEnabled"]:
            days = wanted.get("RecoveryPeriodInDays", DAYS)
            since = history.earliest(tx, collection, now)
            history.keep(tx, collection, now if since is None else since, days * DAY_SECONDS)
            table["Recovery"] = {"Days": days}
        elif "Recovery" in table:
            if history.readers(tx, collection):
                raise ApiError(
                    "ContinuousBackupsUnavailableException",
                    f"Backups cannot be disabled while the table is being backed up or restored: {name}",
                )
            history.stop(tx, collection)
            del table["Recovery"]
        resources.put(tx, KIND, call.scope, name, table)
        return {"ContinuousBackupsDescription": describe(tx, table, now)}

    return await call.store.update(change)


@operation("dynamodb", "DescribeContinuousBackups", needs="dynamodb:DescribeContinuousBackups", on=table_arn)
async def describe_continuous_backups(call: Call, request: Shape) -> Shape:
    """Whether a table is under continuous backup, and the times that it can be restored to.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html
    """
    name, now = resolve(call, request["TableName"]), call.clock.now()

    def read(tx: Transaction) -> Shape:
        table = backup_documents.source(tx, call.scope, name, now)
        return {"ContinuousBackupsDescription": describe(tx, table, now)}

    return await call.store.view(read)


def describe(tx: Transaction, table: Document, now: float) -> Document:
    """ContinuousBackupsDescription.

    Times are whole seconds that can be restored to, for SDKs send no fractions. AWS's latest time is about five
    minutes ago; here it is now.
    """
    recovery: Document = {"PointInTimeRecoveryStatus": "DISABLED"}
    earliest = history.earliest(tx, table["Collection"], now) if "Recovery" in table else None
    if earliest is not None:
        recovery = {
            "PointInTimeRecoveryStatus": "ENABLED",
            "RecoveryPeriodInDays": table["Recovery"]["Days"],
            "EarliestRestorableDateTime": float(math.ceil(earliest)),
            "LatestRestorableDateTime": latest(earliest, now),
        }
    return {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery}


def latest(earliest: float, now: float) -> float:
    """The latest second that can be restored to; the earliest one, in the second of the switching on."""
    return float(max(math.floor(now), math.ceil(earliest)))
