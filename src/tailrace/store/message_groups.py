"""Message groups of first-in-first-out queues, and what such a queue remembers for a while.

A group has one time as well, `due`: while one of its messages is in somebody's hands, the latest of their times, else
that of its first message. So "which group can be received" is one range of one index, however long the groups are. The
messages in flight are always among a group's first ten, for nothing else of it is received meanwhile.
"""

from __future__ import annotations

from typing import Any

import orjson

from tailrace.store.engine import Transaction

IN_FLIGHT_MAX = 10
"""As many messages as one receive gives, which is as many of a group as can be in flight."""


def join(tx: Transaction, queue: int, group: str, due: float) -> None:
    """Make the group of a new message unless it is there."""
    tx.do(
        "INSERT INTO message_groups (queue, name, due) VALUES (?, ?, ?) ON CONFLICT (queue, name) DO NOTHING",
        *(queue, group, due),
    )


def hold(tx: Transaction, queue: int) -> None:
    """Have all others wait who change the groups of this queue, or its order, until this transaction ends."""
    if tx.lock:
        tx.rows(f"SELECT 1 FROM queues WHERE queue = ?{tx.lock}", queue)  # noqa: S608 - no user's text


def settle(tx: Transaction, queue: int, group: str, now: float) -> None:
    """Bring a group's time up to date after a change to its messages; a group without messages goes."""
    hold(tx, queue)
    first = tx.rows(
        "SELECT due, receives FROM messages WHERE queue = ? AND message_group = ? ORDER BY message LIMIT ?",
        *(queue, group, IN_FLIGHT_MAX),
    )
    if not first:
        tx.do("DELETE FROM message_groups WHERE queue = ? AND name = ?", queue, group)
        return
    in_flight = [due for due, receives in first if receives and due > now]
    due = max(in_flight, default=first[0][0])
    tx.do("UPDATE message_groups SET due = ? WHERE queue = ? AND name = ?", due, queue, group)


def due(tx: Transaction, queue: int, now: float, limit: int) -> list[str]:
    """At most `limit` groups that can be received from, the longest due first."""
    rows = tx.rows(
        "SELECT name FROM message_groups WHERE queue = ? AND due <= ? ORDER BY due, name LIMIT ?", queue, now, limit
    )
    return [name for (name,) in rows]


def next_due(tx: Transaction, queue: int) -> float | None:
    """When the next group can be received from; None where there is none."""
    row = tx.row("SELECT min(due) FROM message_groups WHERE queue = ?", queue)
    found: float | None = row[0] if row else None
    return found


def remember(tx: Transaction, queue: int, token: str, until: float, content: dict[str, Any]) -> None:
    """Keep what a token (a deduplication id, a receive attempt) stood for, until its time is over."""
    tx.do(
        "INSERT INTO queue_tokens (queue, token, until, content) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (queue, token) DO UPDATE SET until = excluded.until, content = excluded.content",
        *(queue, token, until, orjson.dumps(content)),
    )


def recall(tx: Transaction, queue: int, token: str, now: float) -> dict[str, Any] | None:
    """What the token stands for; None where that is over, or never was."""
    row = tx.row("SELECT content FROM queue_tokens WHERE queue = ? AND token = ? AND until > ?", queue, token, now)
    found: dict[str, Any] | None = orjson.loads(row[0]) if row else None
    return found


def forget_tokens(tx: Transaction, now: float, limit: int) -> int:
    """Delete at most `limit` tokens whose time is over; how many they were."""
    over = tx.rows("SELECT queue, token FROM queue_tokens WHERE until <= ? ORDER BY until LIMIT ?", now, limit)
    # One by one: a list of pairs would be looked for among all tokens of their queues.
    return sum(tx.run("DELETE FROM queue_tokens WHERE queue = ? AND token = ?", *row) for row in over)


def forget(tx: Transaction, queue: int, limit: int) -> int:
    """Delete at most `limit` groups and as many tokens of a queue; how many they were."""
    groups = tx.run(
        "DELETE FROM message_groups WHERE queue = ? AND name IN "
        "(SELECT name FROM message_groups WHERE queue = ? LIMIT ?)",
        *(queue, queue, limit),
    )
    tokens = tx.run(
        "DELETE FROM queue_tokens WHERE queue = ? AND token IN "
        "(SELECT token FROM queue_tokens WHERE queue = ? LIMIT ?)",
        *(queue, queue, limit),
    )
    return groups + tokens
