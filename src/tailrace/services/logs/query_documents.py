"""Insights queries as the store keeps them: what was asked, how far it has come, and its rows in a blob.

```
Scheduled -> Running -> Complete | Failed | Cancelled | Timeout
```
The node that was asked runs the query; every node can tell of it. One whose node died without a word has failed.
"""

from __future__ import annotations

from typing import Any

import orjson

from tailrace.base import ids
from tailrace.base.errors import ApiError
from tailrace.store import blobs, resources
from tailrace.store.engine import Transaction

KIND = "logs:query"
UNDER_WAY = ("Scheduled", "Running")
KEPT_SECONDS = 7 * 86_400.0  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
BEAT_SECONDS = 60.0  # without a word of its node
FORGET_AT_ONCE = 20
LISTED_MAX = 10_000

Document = dict[str, Any]


def find(tx: Transaction, scope: str, query: str, now: float) -> Document:
    """The query. Raises ResourceNotFoundException."""
    document = resources.get(tx, KIND, scope, query)
    if document is None or document["createTime"] + KEPT_SECONDS < now:
        raise ApiError.resource_not_found(f"Query id {query} not found.")
    return document


def status(document: Document, now: float) -> str:
    """Its status; Failed where the node that ran it is gone."""
    found: str = document["status"]
    return "Failed" if found in UNDER_WAY and now - document["beat"] > BEAT_SECONDS else found


def every(tx: Transaction, scope: str, now: float) -> list[tuple[str, Document]]:
    """All queries of the last days, the latest first."""
    found = resources.page(tx, KIND, scope, None, LISTED_MAX)
    fresh = [(name, document) for name, document in found if document["createTime"] + KEPT_SECONDS >= now]
    return sorted(fresh, key=lambda one: one[1]["createTime"], reverse=True)


def write(tx: Transaction, scope: str, query: str, changes: Document) -> bool:
    """Note how far a query has come; False, and nothing, where it is over already or not there any more."""
    document = resources.get(tx, KIND, scope, query)
    if document is None or document["status"] not in UNDER_WAY:
        return False
    resources.put(tx, KIND, scope, query, {**document, **changes})
    return True


def keep_rows(tx: Transaction, query: str, rows: object) -> str:
    """Keep a query's rows; the blob's digest, which no other query has."""
    return blobs.put(tx, orjson.dumps({"query": query, "rows": rows}))


def rows(tx: Transaction, document: Document) -> list[list[list[str]]]:
    """The rows of a query: each a list of [field, value]. None as long as it runs."""
    digest = document.get("rows")
    found: list[list[list[str]]] = orjson.loads(blobs.get(tx, digest))["rows"] if digest else []
    return found


def forget_old(tx: Transaction, scope: str, now: float) -> None:
    """Forget some of the queries that are too old to be told of; each new query does, from a place of its own on."""
    for name, document in resources.page(tx, KIND, scope, ids.hex_digits(8), FORGET_AT_ONCE):
        if document["createTime"] + KEPT_SECONDS < now:
            resources.delete(tx, KIND, scope, name)
            if "rows" in document:
                blobs.delete(tx, document["rows"])
