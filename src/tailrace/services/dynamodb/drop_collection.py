"""The data of a table or index that was deleted, removed in slices.

A deleted table may hold gigabytes; dropping it in one transaction would hold up every write. So its deletion only
puts a Delivery, and a worker calls `drop_slice` until nothing is left. Collections are numbered and numbers never
come back, so a new table of the same name has nothing to do with the rows that are still going.
"""

from __future__ import annotations

from typing import Any

from tailrace.services.dynamodb.table import KIND
from tailrace.store import deliveries, expirations, items, resources
from tailrace.store.engine import Transaction

DELIVERY_KIND = "dynamodb:drop-collection"
SLICE_ROWS = 500

Document = dict[str, Any]


def order(tx: Transaction, document: Document, now: float) -> None:
    """Have everything of a deleted table removed once its time in DELETING is over."""
    indexes = [*document.get("LocalSecondaryIndexes", ()), *document.get("GlobalSecondaryIndexes", ())]
    collections = [index["Collection"] for index in indexes]
    if "Recovery" not in document:  # else a SYSTEM backup has taken the items over
        collections.append(document["Collection"])
    body = {
        "Collections": collections,
        "Scope": document["Scope"],
        "TableName": document["TableName"],
        "TableId": document["TableId"],
    }
    if document.get("TimeToLive", {}).get("Enabled"):
        body["Expirations"] = document["TimeToLive"]["Collection"]
    deliveries.put(tx, DELIVERY_KIND, body, document["Transition"]["Until"])


def order_index(tx: Transaction, document: Document, index: Document) -> None:
    """Have the entries of a deleted index removed, and then its mention in the table's document."""
    body = {
        "Collections": [index["Collection"]],
        "Scope": document["Scope"],
        "TableName": document["TableName"],
        "TableId": document["TableId"],
        "IndexName": index["IndexName"],
    }
    deliveries.put(tx, DELIVERY_KIND, body, index["DeletedUntil"])


def order_rows(tx: Transaction, collection: int, now: float) -> None:
    """Have the rows of a collection removed that no table mentions any more."""
    deliveries.put(tx, DELIVERY_KIND, {"Collections": [collection]}, now)


def drop_slice(tx: Transaction, body: Document) -> bool:
    """Remove the next rows; True when none are left and the document is gone, too. Run it again while it is False."""
    for collection in body["Collections"]:
        if items.drop(tx, collection, SLICE_ROWS) >= SLICE_ROWS:
            return False
    if "Expirations" in body and expirations.drop(tx, body["Expirations"], SLICE_ROWS) >= SLICE_ROWS:
        return False
    _forget(tx, body)
    return True


def _forget(tx: Transaction, body: Document) -> None:
    """Remove the document, unless a new table has taken the name meanwhile."""
    if "TableName" not in body:
        return
    document = resources.get(tx, KIND, body["Scope"], body["TableName"])
    if document is None or document["TableId"] != body["TableId"]:
        return
    if "IndexName" not in body:
        resources.delete(tx, KIND, body["Scope"], body["TableName"])
        return
    left = [index for index in document["GlobalSecondaryIndexes"] if index["Collection"] not in body["Collections"]]
    resources.put(tx, KIND, body["Scope"], body["TableName"], {**document, "GlobalSecondaryIndexes": left})
