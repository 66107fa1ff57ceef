"""On-demand backups: CreateBackup, DescribeBackup, ListBackups, DeleteBackup.

```
CreateBackup ──> what writes replace is written down ──> copied in slices, as it was (copy_table) ──> AVAILABLE
```
"""

from __future__ import annotations

from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.dynamodb import backup_documents, copy_table, errors, status
from tailrace.services.dynamodb.backup_description import description, details, summary
from tailrace.services.dynamodb.backup_documents import DELETED, KIND, USER
from tailrace.services.dynamodb.names import resolve, table_arn
from tailrace.services.dynamodb.table import KIND as TABLE_KIND
from tailrace.store import history, resources
from tailrace.store.engine import Transaction

LIST_LIMIT = 100
_LIST_PAGES_MAX = 50


def backup_arn(call: Call, request: Shape) -> str:
    """The ARN that a request names in BackupArn."""
    return str(request["BackupArn"])


@operation("dynamodb", "CreateBackup", needs="dynamodb:CreateBackup", on=table_arn)
async def create_backup(call: Call, request: Shape) -> Shape:
    """Begin a backup of the table as it stands at this moment.

    It is AVAILABLE once its items are copied; until then the table can be written to, but not deleted.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateBackup.html
    """
    name, now = resolve(call, request["TableName"]), call.clock.now()

    def create(tx: Transaction) -> Shape:
        table = backup_documents.source(tx, call.scope, name, now)
        state = status.of_table(table, now)
        if state == status.DELETING:
            raise ApiError("TableInUseException", f"Table is being deleted: {name}")
        if state == status.CREATING:
            raise errors.backups_not_yet(name)
        if "Copying" in table:
            raise errors.backup_in_use()
        copy_table.check_limit(tx)
        collection = resources.next_number(tx, "collection")
        backup = backup_documents.create(tx, table, request["BackupName"], USER, collection, now)
        resources.put(tx, TABLE_KIND, call.scope, name, {**table, "Copying": backup["BackupArn"]})
        history.open(tx, backup["BackupArn"], table["Collection"])
        copy_table.order_backup(tx, backup, now)
        return {"BackupDetails": details(backup)}

    return await call.store.update(create)


@operation("dynamodb", "DescribeBackup", needs="dynamodb:DescribeBackup", on=backup_arn)
async def describe_backup(call: Call, request: Shape) -> Shape:
    """Describe a backup, and the table as it was.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeBackup.html
    """
    backup = await call.store.view(lambda tx: backup_documents.find(tx, call, request["BackupArn"]))
    return {"BackupDescription": description(backup)}


@operation("dynamodb", "ListBackups", needs="dynamodb:ListBackups", on=anything)
async def list_backups(call: Call, request: Shape) -> Shape:
    """The backups of a table, or of all, those of deleted tables too: by table, the oldest first, in pages.

    USER backups alone unless BackupType says otherwise, and those of TimeRangeLowerBound <= time < TimeRangeUpperBound.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListBackups.html
    """
    limit, now = request.get("Limit", LIST_LIMIT), call.clock.now()
    prefix = f"{resolve(call, request['TableName'])}/backup/" if "TableName" in request else ""
    start = request.get("ExclusiveStartBackupArn")
    first = None if start is None else backup_documents.key_of(call, start)

    def read(tx: Transaction) -> tuple[list[Shape], str | None]:
        """What was found, and the ARN to go on behind where there is more to look at."""
        found: list[Shape] = []
        after = first
        for _ in range(_LIST_PAGES_MAX):
            page = resources.page(tx, KIND, call.scope, after, LIST_LIMIT + 1, prefix)
            for place, (_, backup) in enumerate(page[:LIST_LIMIT]):
                if _is_wanted(backup, request, now):
                    found.append(summary(backup))
                if len(found) == limit:
                    return found, backup["BackupArn"] if place + 1 < len(page) else None
            if len(page) <= LIST_LIMIT:
                return found, None
            after, last = page[LIST_LIMIT - 1]
        return found, last["BackupArn"]

    backups, last = await call.store.view(read)
    return {"BackupSummaries": backups} | ({"LastEvaluatedBackupArn": last} if last else {})


def _is_wanted(backup: Shape, request: Shape, now: float) -> bool:
    created, kind = backup["BackupCreationDateTime"], request.get("BackupType", USER)
    return (
        kind in ("ALL", backup["BackupType"])
        and request.get("TimeRangeLowerBound", created) <= created < request.get("TimeRangeUpperBound", created + 1)
        and not backup_documents.has_expired(backup, now)
    )


@operation("dynamodb", "DeleteBackup", needs="dynamodb:DeleteBackup", on=backup_arn)
async def delete_backup(call: Call, request: Shape) -> Shape:
    """Delete a backup that is neither being made nor restored from.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteBackup.html
    """

    def delete(tx: Transaction) -> Shape:
        backup = backup_documents.find(tx, call, request["BackupArn"])
        if backup_documents.is_in_use(tx, backup):
            raise errors.backup_in_use()
        backup_documents.forget(tx, backup, call.clock.now())
        return {"BackupDescription": description({**backup, "BackupStatus": DELETED})}

    return await call.store.update(delete)
