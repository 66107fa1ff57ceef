"""A table copied as it was at one moment, beside its writers: into a backup, or into a restored table.

A reader holds the history of its source from that moment on; a Delivery carries how far the copy has come, and a
worker calls `copy_slice` until it is through. Each slice is one transaction with its progress, so a copy that was cut
off anywhere goes on behind its last slice, and nobody sees the copy before it is complete.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from tailrace.services.dynamodb import backup_documents, errors
from tailrace.services.dynamodb.table import KIND, compile_table
from tailrace.store import deliveries, history, resources
from tailrace.store.engine import Transaction
from tailrace.store.layout import TableLayout

DELIVERY_KIND = "dynamodb:copy-table"
SLICE_ITEMS = 20  # a millisecond: what a writer beside a copy waits for longer than alone
SLICE_BYTES = 1 << 20
COPIES_MAX = 50

Document = dict[str, Any]


def check_limit(tx: Transaction) -> None:
    """Raise LimitExceededException where as many copies are under way as there may be: AWS's fifty restores."""
    if history.readers(tx) >= COPIES_MAX:
        raise errors.limit_exceeded(
            f"Subscriber limit exceeded: Only {COPIES_MAX} backups and restores can be under way simultaneously"
        )


def order_backup(tx: Transaction, backup: Document, now: float) -> None:
    """Have a backup's items copied; its reader is named by its ARN."""
    body = {"Reader": backup["BackupArn"], "Scope": backup["Scope"], "Backup": backup["Key"], "After": ""}
    deliveries.put(tx, DELIVERY_KIND, body, now)


def order_restore(tx: Transaction, table: Document, now: float) -> None:
    """Have a new table filled; its reader is named by its id."""
    body = {"Reader": table["TableId"], "Scope": table["Scope"], "TableName": table["TableName"], "After": ""}
    deliveries.put(tx, DELIVERY_KIND, body, now)


def copy_slice(tx: Transaction, body: Document) -> bool:
    """Copy the next items; True when the copy is complete and stands for what it is.

    Writes into `body` how far it has come: keep the body with the delivery while this is False.
    """
    reader = history.reader(tx, body["Reader"])
    if reader is None:
        return True  # it was complete already: the delivery has come twice
    kind, name = (backup_documents.KIND, body["Backup"]) if "Backup" in body else (KIND, body["TableName"])
    document = resources.get(tx, kind, body["Scope"], name)
    assert document is not None, "neither a backup nor a table goes while it is being made"
    part = history.read(tx, reader, bytes.fromhex(body["After"]), SLICE_ITEMS, SLICE_BYTES)
    history.enter(tx, _layout(document), part.rows)
    if part.last is not None:
        body["After"] = part.last.hex()
        return False
    history.close(tx, body["Reader"])
    if "Backup" in body:
        _complete_backup(tx, document)
    else:
        _complete_restore(tx, document)
    return True


def _layout(document: Document) -> TableLayout:
    """Where the copy goes: the new table with its indexes, or a backup's collection, which has none."""
    if "Table" not in document:
        return compile_table(document).layout
    return dataclasses.replace(compile_table(document["Table"]).layout, collection=document["Collection"], indexes=())


def _complete_backup(tx: Transaction, backup: Document) -> None:
    done = {**backup, "BackupStatus": backup_documents.AVAILABLE}
    resources.put(tx, backup_documents.KIND, backup["Scope"], backup["Key"], done)
    name = backup["Table"]["TableName"]
    table = resources.get(tx, KIND, backup["Scope"], name)
    assert table is not None, "a table isn't deleted while it is being backed up"
    left = {member: value for member, value in table.items() if member != "Copying"}
    resources.put(tx, KIND, backup["Scope"], name, left)


def _complete_restore(tx: Transaction, table: Document) -> None:
    """The table becomes ACTIVE: its time in CREATING is over since its creation."""
    done = {
        **table,
        "Transition": {**table["Transition"], "Until": table["CreationDateTime"]},
        "RestoreSummary": {**table["RestoreSummary"], "RestoreInProgress": False},
    }
    resources.put(tx, KIND, table["Scope"], table["TableName"], done)
