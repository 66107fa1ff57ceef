"""Deliveries: work owed later, kept until somebody says that it is done.

```
put ──> due ──claim──> hidden for lease_s (keep: longer) ──done──> gone
                            │ retry(due)  └── the holder died: due again, or freed by who knows that it did
```

Written in the transaction that causes the work, so it is owed exactly when its cause stands. At least once: a worker
that dies between the work and `done` leaves a delivery that is claimed again. The rejected alternative, an in-memory
queue, forgets with the process what a client was told would happen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from tailrace.base import ids
from tailrace.store.engine import Transaction

TOPIC = "deliveries"
COUNTED_MAX = 100_000
LOOKED_AT_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Delivery:
    """Work that was claimed. `attempts` counts this claim too; `due` is when the claim runs out (epoch seconds)."""

    id: str
    kind: str
    body: dict[str, Any]
    attempts: int
    due: float
    created: float


def put(
    tx: Transaction, kind: str, body: dict[str, Any], due: float, *, id: str | None = None, created: float | None = None
) -> str:
    """Owe `body` to the workers of `kind` from `due` on; returns its id.

    An id that is there already is left as it is, so a closure that runs twice owes once. `created` is `due` unless
    given.
    """
    name = id or ids.uuid()
    # One that is there is written all the same: who is just about to strike it off, having seen no more work, must not.
    tx.do(
        "INSERT INTO deliveries (id, kind, body, attempts, due, created) VALUES (?, ?, ?, 0, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET kind = deliveries.kind",
        name,
        kind,
        orjson.dumps(body),
        due,
        due if created is None else created,
    )
    tx.notify(TOPIC, kind)
    return name


def claim(
    tx: Transaction, kinds: Sequence[str], now: float, limit: int, lease_s: float, owner: str = ""
) -> list[Delivery]:
    """At most `limit` deliveries that are due, the longest due first, hidden from other claims for `lease_s`."""
    rows = tx.rows(
        f"SELECT id, kind, body, attempts, created FROM deliveries WHERE kind IN ({_marks(kinds)}) AND due <= ? "  # noqa: S608
        f"ORDER BY due, id LIMIT ?{tx.skip}",
        *kinds,
        now,
        limit,
    )
    until = now + lease_s
    for row in rows:
        tx.do("UPDATE deliveries SET due = ?, owner = ?, attempts = attempts + 1 WHERE id = ?", until, owner, row[0])
    return [
        Delivery(id, kind, orjson.loads(body), attempts + 1, until, created)
        for id, kind, body, attempts, created in rows
    ]


def find(tx: Transaction, id: str) -> Delivery | None:
    """A delivery that is still owed, or None."""
    return _find(tx, id, "")


def _find(tx: Transaction, id: str, lock: str) -> Delivery | None:
    row = tx.row(f"SELECT id, kind, body, attempts, due, created FROM deliveries WHERE id = ?{lock}", id)  # noqa: S608
    if row is None:
        return None
    name, kind, body, attempts, due, created = row
    return Delivery(name, kind, orjson.loads(body), attempts, due, created)


def hold(tx: Transaction, id: str) -> Delivery | None:
    """A delivery that is still owed, or None; all others who owe it anew or strike it off wait until this ends."""
    return _find(tx, id, tx.lock)


def done(tx: Transaction, id: str) -> None:
    """Strike a delivery off; one that is gone already is no error, for it may have been claimed twice."""
    tx.do("DELETE FROM deliveries WHERE id = ?", id)


def keep(tx: Transaction, id: str, until: float, body: dict[str, Any] | None = None) -> None:
    """Hold a claim until `until`, with another body where one is given: how far a long piece of work has come."""
    _put_off(tx, id, until, body, "")


def retry(tx: Transaction, id: str, due: float, body: dict[str, Any] | None = None) -> None:
    """Owe a claimed delivery again at `due`, with another body where one is given. One that is gone stays so."""
    _put_off(tx, id, due, body, ", owner = NULL")


def free(tx: Transaction, kinds: Sequence[str], owner: str, now: float) -> int:
    """Make due what `owner` has claimed, for it is known to have ended; how many they were."""
    sql = f"UPDATE deliveries SET due = ?, owner = NULL WHERE owner = ? AND kind IN ({_marks(kinds)})"  # noqa: S608
    return tx.run(sql, now, owner, *kinds)


def _put_off(tx: Transaction, id: str, due: float, body: dict[str, Any] | None, release: str) -> None:
    if body is None:
        tx.do(f"UPDATE deliveries SET due = ?{release} WHERE id = ?", due, id)  # noqa: S608
    else:
        tx.do(f"UPDATE deliveries SET due = ?, body = ?{release} WHERE id = ?", due, orjson.dumps(body), id)  # noqa: S608


def owed(tx: Transaction) -> list[tuple[str, int, float]]:
    """What is owed: kind, how many, and when the oldest of them was left (epoch seconds).

    However much it is, little of it is read: at most COUNTED_MAX are counted of a kind, and the oldest is looked for
    among those that are the longest due.
    """
    found: list[tuple[str, int, float]] = []
    kind = ""
    while (row := tx.row("SELECT min(kind) FROM deliveries WHERE kind > ?", kind)) and row[0] is not None:
        kind = row[0]
        counted = tx.row(
            "SELECT count(*) FROM (SELECT 1 FROM deliveries WHERE kind = ? LIMIT ?) AS found", kind, COUNTED_MAX
        )
        oldest = tx.row(
            "SELECT min(created) FROM (SELECT created FROM deliveries WHERE kind = ? ORDER BY due LIMIT ?) AS found",
            *(kind, LOOKED_AT_MAX),
        )
        if counted and oldest:
            found.append((kind, counted[0], oldest[0]))
    return found


def next_due(tx: Transaction, kinds: Sequence[str]) -> float | None:
    """When the next delivery of these kinds is due or its claim runs out; None where nothing is owed."""
    row = tx.row(f"SELECT min(due) FROM deliveries WHERE kind IN ({_marks(kinds)})", *kinds)  # noqa: S608
    found: float | None = row[0] if row else None
    return found


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
