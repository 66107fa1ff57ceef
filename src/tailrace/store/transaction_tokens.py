"""Tokens of transactions: what was done under which token, and when.

A token has one row. Who finds none, or one whose time is over, does the transaction and keeps the token with it; of two
that do so at once the second is Outdated, and then finds what the first has kept. Whoever keeps a token sweeps a few
whose time is over: nobody has to come and clean up.
"""

from __future__ import annotations

from typing import NamedTuple

from tailrace.store.engine import Question, Row, Transaction

_SWEPT_MAX = 3


class Known(NamedTuple):
    """What was done under a token: a digest of its content, and when (epoch seconds)."""

    content: str
    done: float


def question(tx: Transaction, scope: str, token: str) -> Question:
    """What asks for a token, together with what else the transaction goes by; `known` reads the answer."""
    sql = f"SELECT content, done FROM transaction_tokens WHERE scope = ? AND token = ?{tx.lock}"  # noqa: S608
    return sql, (scope, token)


def known(row: Row | None) -> Known | None:
    """The answer to `question`."""
    return None if row is None else Known(*row)


def keep(tx: Transaction, scope: str, token: str, content: str, now: float, seconds: float) -> None:
    """Keep what is done under a token in place of what was longer ago than `seconds`, and sweep a few of such tokens.

    Raises Outdated where somebody else has used the token meanwhile.
    """
    over = now - seconds
    tx.one(
        "INSERT INTO transaction_tokens (scope, token, content, done) VALUES (?, ?, ?, ?) ON CONFLICT (scope, token) "
        "DO UPDATE SET content = excluded.content, done = excluded.done WHERE transaction_tokens.done < ?",
        *(scope, token, content, now, over),
    )
    tx.do(
        "DELETE FROM transaction_tokens WHERE (scope, token) IN (SELECT scope, token FROM transaction_tokens "  # noqa: S608
        f"WHERE done < ? ORDER BY done LIMIT ?{tx.skip})",
        *(over, _SWEPT_MAX),
    )
