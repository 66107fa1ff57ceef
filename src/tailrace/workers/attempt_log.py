"""The attempt log: what became of every call that a mapping made, or could not make, one line of JSON each.

It stands in a log group of the mapping's own, `/tailrace/event-source-mapping/UUID`, in a stream for each shard: the
function's own group has what its code says and nothing else, as on AWS. A line is written in the transaction that
saves what came of the call, so it is there exactly when the call counts. AWS has metrics in its stead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from tailrace.base.clock import iso_milliseconds
from tailrace.base.errors import Missing
from tailrace.services.logs import names
from tailrace.store import log_events, resources
from tailrace.store.engine import Transaction

PREFIX = "/tailrace/event-source-mapping/"
RETENTION_DAYS = 7

Line = dict[str, Any]


def group_of(mapping: str) -> str:
    """The mapping's log group."""
    return PREFIX + mapping


def write(tx: Transaction, scope: str, mapping: str, stream: str, lines: Sequence[Line], now: float) -> None:
    """Add lines to a stream of the mapping's group; both are made when they are first written to."""
    group, at = group_of(mapping), int(now * 1000)
    head = {"time": iso_milliseconds(now, suffix="Z"), "mapping": mapping}
    events = [(at, orjson.dumps({**head, **line}).decode()) for line in lines]
    try:
        log_events.append(tx, scope, group, stream, events, at)
    except Missing:
        if resources.get(tx, names.KIND, scope, group) is None:
            resources.create(tx, names.KIND, scope, group, {"creationTime": at, "retentionInDays": RETENTION_DAYS})
        log_events.ensure_stream(tx, scope, group, stream, now)
        log_events.append(tx, scope, group, stream, events, at)
