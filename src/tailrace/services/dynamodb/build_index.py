"""A global index made on a table that has items already: its entries, written in slices.

From the moment of UpdateTable on every write keeps the new index, so what is left to do is the items from before.
A Delivery carries how far that has come; a worker calls `build_slice` until it is through. Each slice reads and
writes in one transaction, so an item that changes meanwhile is either not yet reached or already indexed.
"""

from __future__ import annotations

from typing import Any

from tailrace.services.dynamodb.table import KIND, compile_table
from tailrace.store import deliveries, items, resources
from tailrace.store.engine import Transaction

DELIVERY_KIND = "dynamodb:build-index"
SLICE_ITEMS = 200

Document = dict[str, Any]


def order(tx: Transaction, document: Document, index: Document, due: float) -> None:
    """Have the index filled from the table's items."""
    body = {
        "Scope": document["Scope"],
        "TableName": document["TableName"],
        "TableId": document["TableId"],
        "IndexName": index["IndexName"],
        "Collection": index["Collection"],
        "After": "",
    }
    deliveries.put(tx, DELIVERY_KIND, body, due)


def build_slice(tx: Transaction, body: Document) -> bool:
    """Index the next items; True when the index is complete (and ACTIVE) or isn't wanted any more.

    Writes into `body` how far it has come: keep the body with the delivery while this is False.
    """
    document = resources.get(tx, KIND, body["Scope"], body["TableName"])
    if document is None or document["TableId"] != body["TableId"]:
        return True
    table = compile_table(document)
    index = table.indexes.get(body["IndexName"])
    if index is None or index.collection != body["Collection"]:
        return True
    after = bytes.fromhex(body["After"])
    last = items.build_index(tx, table.layout, index, after, SLICE_ITEMS)
    if last is not None:
        body["After"] = last.hex()
        return False
    _complete(tx, document, body)
    return True


def _complete(tx: Transaction, document: Document, body: Document) -> None:
    indexes = [
        {member: value for member, value in index.items() if member != "Building"}
        if index["Collection"] == body["Collection"]
        else index
        for index in document["GlobalSecondaryIndexes"]
    ]
    resources.put(tx, KIND, body["Scope"], body["TableName"], {**document, "GlobalSecondaryIndexes": indexes})
