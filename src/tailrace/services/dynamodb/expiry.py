"""Expiring items: the expirations of a table built, dropped and carried out, in slices that hold nobody up.

From the moment of UpdateTimeToLive on every write keeps the expirations; what was there before is entered by a
Delivery, as an index is. What is due is deleted by the one write path, with the service itself as the cause, so that
streams and triggers can tell it from a user's delete.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tailrace.services.dynamodb import status
from tailrace.services.dynamodb.table import KIND, Table, compile_table
from tailrace.store import deliveries, expirations, resources
from tailrace.store.batch import Batch
from tailrace.store.engine import Transaction
from tailrace.store.image import NOTHING, Image
from tailrace.store.layout import ExpiryLayout

BUILD_KIND, DROP_KIND = "dynamodb:build-expirations", "dynamodb:drop-expirations"
EXPIRING_KIND = "dynamodb:expiring"
"""A document for each table whose items expire, so that nobody has to look through all tables for them."""
CAUSE = {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}
BUILD_ITEMS = 200
DROP_ROWS = 500
EXPIRE_ITEMS = 50

Document = dict[str, Any]


def order_build(tx: Transaction, document: Document, now: float) -> None:
    """Have the items of before entered, and the table's expired items deleted from now on."""
    scope, name = document["Scope"], document["TableName"]
    resources.put(tx, EXPIRING_KIND, scope, name, {"TableId": document["TableId"]})
    body = {"Scope": scope, "TableName": name, "Collection": document["TimeToLive"]["Collection"], "After": ""}
    deliveries.put(tx, BUILD_KIND, body, now)


def order_drop(tx: Transaction, document: Document, collection: int, now: float) -> None:
    """Have no item of the table expire any more."""
    resources.delete(tx, EXPIRING_KIND, document["Scope"], document["TableName"])
    deliveries.put(tx, DROP_KIND, {"Collection": collection}, now)


def build_slice(tx: Transaction, body: Document) -> bool:
    """Enter the next items; True when the table is through (and ENABLED) or its expiry isn't wanted any more.

    Writes into `body` how far it has come: keep the body with the delivery while this is False.
    """
    document = resources.get(tx, KIND, body["Scope"], body["TableName"])
    if document is None:
        return True
    table = compile_table(document)
    expiry = table.layout.expiry
    if expiry is None or expiry.collection != body["Collection"]:
        return True
    last = expirations.build(tx, table.layout, expiry, bytes.fromhex(body["After"]), BUILD_ITEMS)
    if last is not None:
        body["After"] = last.hex()
        return False
    settled = {member: value for member, value in document["TimeToLive"].items() if member != "Building"}
    resources.put(tx, KIND, body["Scope"], body["TableName"], {**document, "TimeToLive": settled})
    return True


def drop_slice(tx: Transaction, body: Document) -> bool:
    """Remove the next expirations of an expiry that was switched off; True when none are left."""
    return expirations.drop(tx, body["Collection"], DROP_ROWS) < DROP_ROWS


def is_waiting(tx: Transaction, scope: str, name: str, now: float) -> bool:
    """Whether the table has items whose time has come, or is to be taken off the list of those that expire."""
    table, expiry = _expiring(tx, scope, name)
    if table is None or expiry is None:
        return True
    return status.serves(table.document, now) and bool(expirations.due(tx, expiry, now, 1))


class Slice(NamedTuple):
    """What came of a slice: how many items were looked at, and how many of them were deleted."""

    looked_at: int = 0
    deleted: int = 0


def expire_slice(tx: Transaction, scope: str, name: str, now: float) -> Slice:
    """Delete the next items whose time has come."""
    table, expiry = _expiring(tx, scope, name)
    if table is None or expiry is None:
        resources.delete(tx, EXPIRING_KIND, scope, name)
        return Slice()
    if not status.serves(table.document, now):
        return Slice()

    def change(old: Image) -> Image:
        return NOTHING if expirations.is_due(expiry, old.item, now) else old

    entries, deleted = expirations.due(tx, expiry, now, EXPIRE_ITEMS), 0
    batch = Batch(tx, now, cause=CAUSE)
    batch.read((table.layout.collection, entry.key) for entry in entries)
    for entry in entries:
        if batch.change(table.layout, entry.key, change).wrote:
            deleted += 1
        else:
            expirations.strike(tx, expiry, entry)  # it led nowhere, and would forever
    batch.write()
    return Slice(len(entries), deleted)


def _expiring(tx: Transaction, scope: str, name: str) -> tuple[Table | None, ExpiryLayout | None]:
    table = resources.derived(tx, KIND, scope, name, compile_table)
    return (None, None) if table is None else (table, table.layout.expiry)
