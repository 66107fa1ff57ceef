"""Which request wrote a record, and which records a request wrote: the stream's record of it, joined with the audit."""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

import orjson

from tailrace.audit import search
from tailrace.audit.search import Query
from tailrace.base import arn
from tailrace.operation import Call, Shape
from tailrace.services.streams.streams import KIND
from tailrace.store import change_search, changes, resources
from tailrace.store.changes import StoredChange
from tailrace.store.engine import Transaction

RECORDS_MAX = 100
SLACK_SECONDS = 2.0  # a write may wait for its commit, but its time is taken before
UNKNOWN_RECORDS_MAX = 50_000  # looked through, the latest, for a request that the audit doesn't know
PAGE = 500
_SHOWN = ("Service", "Operation", "PrincipalArn", "SourceIp", "Time")


class Written(NamedTuple):
    """The records that a request wrote, each with its stream's document, and whether there are more."""

    records: list[tuple[dict[str, Any], int]]
    more: bool


async def activity_of(call: Call, request_id: str) -> Shape | None:
    """The audit's record of a request; None where it has none, or no longer."""
    audit, after = call.node.audit, None
    await audit.flush()
    while True:
        found, after = await asyncio.to_thread(search.page, audit.segments, Query(request_id=request_id), 1, after)
        if found or after is None:
            return found[0] if found else None


async def origin_of(call: Call, change: StoredChange) -> Shape:
    """Who wrote a record: the request, and by the audit whose it was. Empty for what no request has written."""
    identity = orjson.loads(change.body).get("userIdentity")
    answer: Shape = {"UserIdentity": identity["PrincipalId"]} if identity else {}
    if change.origin is None:
        return answer
    request_id = change.origin.partition(" ")[0]
    known = await activity_of(call, request_id) or {}
    return answer | {"RequestId": request_id} | {name: known[name] for name in _SHOWN if name in known}


async def by(call: Call, request_id: str, activity: Shape | None) -> Written:
    """The records that a request wrote, found by its time and its tables as far as the audit knows them."""
    now = call.clock.now()
    since, until, tables = 0.0, now, None
    if activity is not None:
        since = activity["Time"] - SLACK_SECONDS
        until = activity["Time"] + activity.get("Milliseconds", 0) / 1000 + SLACK_SECONDS
        tables = _tables(activity)

    def read(tx: Transaction) -> Written:
        found: list[tuple[dict[str, Any], int]] = []
        left = UNKNOWN_RECORDS_MAX
        for document in _streams(tx, call.scope, tables):
            for shard in reversed(changes.shards(tx, document["Stream"])):
                after, through = change_search.before(tx, shard, since), change_search.before(tx, shard, until)
                after = max(after, through - left)
                left -= through - after
                wanted = RECORDS_MAX + 1 - len(found)
                numbers = change_search.by_request(tx, request_id, after, through, wanted)
                found += [(document, number) for number in numbers]
                if len(found) > RECORDS_MAX:
                    return Written(found[:RECORDS_MAX], True)
        return Written(found, False)

    return await call.store.view(read)


def _streams(tx: Transaction, scope: str, tables: set[str] | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        page = resources.page(tx, KIND, scope, after, PAGE)
        found += [document for _, document in page if tables is None or document["TableName"] in tables]
        if len(page) < PAGE:
            return found
        after = page[-1][0]


def _tables(activity: Shape) -> set[str] | None:
    """The tables that a request was about; None where its record doesn't say."""
    names = set()
    for text in activity.get("Resources", ()):
        parts = arn.parse(text)
        if parts is not None and parts.service == "dynamodb" and parts.resource.startswith("table/"):
            names.add(parts.resource.split("/")[1])
    return names or None
