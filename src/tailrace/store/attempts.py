"""Attempts: what became of each call of a function with a stream's records or an event, and of what was told about it.

```
a record (its number)   ──┐
a request (its id)      ──┼──> attempts, with outcome, error, times, where the log is ──> forgotten after some days
a source (mapping ...)  ──┘
```
A row has a range of records, not each of them: a batch of ten thousand is one row, in the transaction that moves the
checkpoint past it. What the range holds beside the batch (another lane's records, what a filter turned away) is the
reader's to tell. The rejected alternative, a row for each record, costs more than the records themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from tailrace.store.changes import first_number, shard_of
from tailrace.store.engine import Row, Transaction

GIVEN_UP = "GivenUp"
WIDE = (
    16_384  # numbers from the first to the last; wider ranges (of tumbling windows) are found by an index of their own
)

_COLUMNS = "attempt, scope, source, outcome, created, request, first, last, body"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt. `source` is whose it was: a mapping's or a replay's UUID, an unqualified function's ARN for events.

    `first` and `last` are the sequence numbers of its first and last record, 0 where it had none. `request` is the
    call's request id, None where there was no call. `number` is the row's, 0 before it is kept.
    """

    scope: str
    source: str
    outcome: str
    created: float
    request: str | None = None
    first: int = 0
    last: int = 0
    body: dict[str, Any] = field(default_factory=dict)
    number: int = 0


def add(tx: Transaction, attempt: Attempt) -> int:
    """Keep an attempt; its number, which rises."""
    row = tx.row(
        "INSERT INTO attempts (scope, source, request, first, last, wide, outcome, created, body) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING attempt",
        attempt.scope,
        attempt.source,
        attempt.request,
        attempt.first,
        attempt.last,
        int(attempt.last - attempt.first >= WIDE),
        attempt.outcome,
        attempt.created,
        orjson.dumps(attempt.body),
    )
    assert row is not None
    number: int = row[0]
    return number


def with_record(tx: Transaction, sequence: int, limit: int, before: int | None = None) -> list[Attempt]:
    """The latest `limit` attempts whose range has this record, the latest first; below number `before`, if given."""
    below, end = before or 1 << 62, first_number(shard_of(sequence) + 1)
    found: list[Attempt] = []
    for kind, until in (("last > 0 AND wide = 0", min(sequence + WIDE, end)), ("wide = 1", end)):
        rows = tx.rows(
            f"SELECT {_COLUMNS} FROM attempts WHERE {kind} AND last >= ? AND last < ? AND first <= ? "  # noqa: S608
            "AND attempt < ? ORDER BY attempt DESC LIMIT ?",
            *(sequence, until, sequence, below, limit),
        )
        found += map(_attempt, rows)
    return sorted(found, key=lambda each: each.number, reverse=True)[:limit]


def of_request(tx: Transaction, request: str, limit: int, before: int | None = None) -> list[Attempt]:
    """The latest `limit` attempts of a request id, the latest first: an event has the same one each time."""
    rows = tx.rows(
        f"SELECT {_COLUMNS} FROM attempts WHERE request = ? AND attempt < ? ORDER BY attempt DESC LIMIT ?",  # noqa: S608
        *(request, before or 1 << 62, limit),
    )
    return [_attempt(row) for row in rows]


def of_source(tx: Transaction, scope: str, source: str, limit: int, before: int | None = None) -> list[Attempt]:
    """The latest `limit` attempts of a source, the latest first."""
    rows = tx.rows(
        f"SELECT {_COLUMNS} FROM attempts WHERE scope = ? AND source = ? AND attempt < ? "  # noqa: S608
        "ORDER BY attempt DESC LIMIT ?",
        *(scope, source, before or 1 << 62, limit),
    )
    return [_attempt(row) for row in rows]


def given_up(tx: Transaction, scope: str, source: str, after: int, limit: int) -> list[Attempt]:
    """The first `limit` times behind number `after` that a source gave up records, the oldest first."""
    rows = tx.rows(
        f"SELECT {_COLUMNS} FROM attempts WHERE scope = ? AND source = ? AND attempt > ? "  # noqa: S608
        "AND outcome = 'GivenUp' ORDER BY attempt LIMIT ?",
        *(scope, source, after, limit),
    )
    return [_attempt(row) for row in rows]


def trim(tx: Transaction, before: float, limit: int) -> int:
    """Forget at most `limit` attempts of before `before` (epoch seconds), the oldest; how many they were."""
    oldest = tx.rows("SELECT attempt, created FROM attempts ORDER BY attempt LIMIT ?", limit)
    old = [attempt for attempt, created in oldest if created < before]
    return tx.run("DELETE FROM attempts WHERE attempt <= ? AND created < ?", old[-1], before) if old else 0


def _attempt(row: Row) -> Attempt:
    number, scope, source, outcome, created, request, first, last, body = row
    return Attempt(scope, source, outcome, created, request, first, last, orjson.loads(body), number)
