"""Leases: who does a piece of standing work (reading a shard for a mapping), how far it has come, and what failed.

Every lease that is given has a token greater than all before. A holder that stalled past its time still believes in
its lease; `save` and `renew` compare the token in the same transaction and raise Fenced, so what it did in vain
changes nothing. The rejected alternative, trusting the expiry alone, lets two clocks disagree about who holds it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import orjson

from tailrace.base.errors import Fenced
from tailrace.store import resources
from tailrace.store.engine import Transaction

State = dict[str, Any]

_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease as its holder has it. `state` is what was last saved under this name, by whomever ({} at first)."""

    name: str
    owner: str
    token: int
    expires: float
    state: State


def acquire(tx: Transaction, name: str, owner: str, now: float, seconds: float) -> Lease | None:
    """The lease for `seconds` from `now`, or None while another owner holds it.

    An owner that holds it already gets it anew: a restarted holder need not wait for itself, and what its former self
    still saves is fenced off.
    """
    held = tx.row("SELECT owner, expires FROM leases WHERE name = ?", name)
    if held is not None and held[0] != owner and held[1] > now:  # most who ask are told so, and take no number
        return None
    token = resources.next_number(tx, "lease")
    expires = now + seconds
    # What was seen may be old by now: the row itself decides, so one of many who ask at once gets it.
    row = tx.row(
        "INSERT INTO leases (name, owner, token, expires, state) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, token = excluded.token, expires = excluded.expires "
        "WHERE leases.owner = excluded.owner OR leases.expires <= ? RETURNING state",
        *(name, owner, token, expires, b"{}", now),
    )
    return Lease(name, owner, token, expires, orjson.loads(row[0])) if row else None


def renew(tx: Transaction, lease: Lease, now: float, seconds: float) -> Lease:
    """The same lease, for `seconds` from `now`. Raises Fenced where it was given to somebody else or forgotten."""
    expires = now + seconds
    _held(lease, tx.run("UPDATE leases SET expires = ? WHERE name = ? AND token = ?", expires, lease.name, lease.token))
    return replace(lease, expires=expires)


def save(tx: Transaction, lease: Lease, state: State) -> Lease:
    """Keep `state` for this and later holders. Raises Fenced where the lease is another's by now."""
    body = orjson.dumps(state)
    _held(lease, tx.run("UPDATE leases SET state = ? WHERE name = ? AND token = ?", body, lease.name, lease.token))
    return replace(lease, state=orjson.loads(body))


def release(tx: Transaction, lease: Lease) -> None:
    """Let somebody else have it at once. The state stays. A lease that is lost already is let go of all the same."""
    tx.do("UPDATE leases SET owner = '', expires = 0 WHERE name = ? AND token = ?", lease.name, lease.token)


def read(tx: Transaction, name: str) -> State | None:
    """The state last saved under a name, or None where nobody ever held it."""
    row = tx.row("SELECT state FROM leases WHERE name = ?", name)
    if row is None:
        return None
    state: State = orjson.loads(row[0])
    return state


def names(tx: Transaction, prefix: str) -> list[str]:
    """The names of all leases that begin with `prefix`, held or not."""
    return [row[0] for row in tx.rows("SELECT name FROM leases WHERE name >= ? AND name < ?", prefix, prefix + _LAST)]


def held(tx: Transaction, prefix: str, now: float) -> dict[str, int]:
    """How many of the leases whose names begin with `prefix` each owner holds."""
    rows = tx.rows(
        "SELECT owner, count(*) FROM leases WHERE name >= ? AND name < ? AND expires > ? GROUP BY owner",
        *(prefix, prefix + _LAST, now),
    )
    return {row[0]: int(row[1]) for row in rows}


def forget_expired(tx: Transaction, prefix: str, before: float) -> int:
    """Delete the leases whose names begin with `prefix` and that ran out before then; how many they were."""
    return tx.run("DELETE FROM leases WHERE name >= ? AND name < ? AND expires < ?", prefix, prefix + _LAST, before)


def forget(tx: Transaction, prefix: str) -> int:
    """Delete every lease whose name begins with `prefix`, held or not; how many they were. Holders are fenced off."""
    return tx.run("DELETE FROM leases WHERE name >= ? AND name < ?", prefix, prefix + _LAST)


def forget_named(tx: Transaction, names: Iterable[str]) -> None:
    """Delete the leases of just these names, held or not. Holders are fenced off."""
    for name in names:
        tx.do("DELETE FROM leases WHERE name = ?", name)


def _held(lease: Lease, touched: int) -> None:
    if not touched:
        raise Fenced(f"{lease.owner} lost {lease.name} (token {lease.token})")
