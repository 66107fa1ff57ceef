"""What contributor insights have counted: a row for each rule and minute, for fifteen days.

A row is the minute's Summary as packed JSON, a few hundred bytes where keys repeat. A minute that is kept twice (a
server ended in the middle of it and came back) is added up. The rejected alternative, a row for each key, is a hundred
times as many rows to write every minute and to trim again.
"""

from __future__ import annotations

import zlib

import orjson

from tailrace.base.contributors import KEPT, Amount, Minute, Rule, Summary
from tailrace.store.engine import Transaction

_QUICKLY = 1


def keep(tx: Transaction, minute: Minute, summary: Summary) -> None:
    """Write down a minute of a rule, together with what is known of it already."""
    (series, kind), number = minute
    row = tx.row(
        f"SELECT body FROM insight_counts WHERE series = ? AND kind = ? AND minute = ?{tx.lock}",  # noqa: S608 - constant
        *(series, kind, number),
    )
    if row is not None:
        summary = _unpacked(row[0]).plus(summary).top(KEPT)
    tx.do(
        "INSERT INTO insight_counts (series, kind, minute, body) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (series, kind, minute) DO UPDATE SET body = excluded.body",
        *(series, kind, number, _packed(summary)),
    )


def read(tx: Transaction, rule: Rule, first: int, end: int, limit: int) -> list[tuple[int, Summary]]:
    """At most `limit` minutes of a rule with first <= minute < end in which something was counted, in their order."""
    rows = tx.rows(
        "SELECT minute, body FROM insight_counts WHERE series = ? AND kind = ? AND minute >= ? AND minute < ? "
        "ORDER BY minute LIMIT ?",
        *(rule.series, rule.kind, first, end, limit),
    )
    return [(minute, _unpacked(body)) for minute, body in rows]


def trim(tx: Transaction, before: int, limit: int) -> int:
    """Forget at most `limit` rows of minutes before that one; how many they were."""
    return tx.run(
        "DELETE FROM insight_counts WHERE (series, kind, minute) IN "
        "(SELECT series, kind, minute FROM insight_counts WHERE minute < ? ORDER BY minute LIMIT ?)",
        *(before, limit),
    )


def _packed(summary: Summary) -> bytes:
    amounts = [[*amount, *key] for key, amount in summary.amounts.items()]
    return zlib.compress(orjson.dumps([summary.total, summary.floor, amounts]), _QUICKLY)


def _unpacked(body: bytes) -> Summary:
    total, floor, amounts = orjson.loads(zlib.decompress(body))
    return Summary(total, floor, {tuple(key): Amount(value, error) for value, error, *key in amounts})
