"""Who uses the store that is copied: found out, and where it can be, kept away."""

from __future__ import annotations

from typing import Protocol

from tailrace.base.clock import Clock
from tailrace.store.copying.rows import see
from tailrace.store.copying.tables import NotPossible
from tailrace.store.engine import Row, Store, Transaction
from tailrace.store.sqlite import SqliteStore

SILENT_SECONDS = 10.0  # a server that lives says so every second
_NODES = "name >= 'node/' AND name < 'node0'"


class Users(Protocol):
    """Those who use a store."""

    async def gone(self) -> bool:
        """Whether nobody uses it now."""


def of(store: Store, clock: Clock) -> Users:
    """The users of a store beside whom this process has opened it."""
    return FolderUsers(store) if isinstance(store, SqliteStore) else DatabaseUsers(store, clock)


class FolderUsers:
    """One server at most: it has the folder's lock. Once that was to be had, no server can start any more."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    async def gone(self) -> bool:
        """Take the folder, if nobody has it."""
        return self._store.take_folder()


class DatabaseUsers:
    """Servers renew a lease every second, and give it back as the last thing that they write.

    One that was killed is gone when it has been silent for longer than any pause: by this clock, for a server's may
    have been moved.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._seen: dict[str, tuple[Row, float]] = {}

    async def gone(self) -> bool:
        """Whether no server has said that it lives, for long enough."""
        rows = await see(self._store, lambda tx: tx.rows(f"SELECT name, token, expires FROM leases WHERE {_NODES}"))  # noqa: S608 - as above
        now = self._clock.monotonic()
        before, self._seen = self._seen, {}
        for row in rows:
            known = before.get(row[0])
            self._seen[row[0]] = known if known and known[0] == row else (row, now)
        return all(now - since >= SILENT_SECONDS for _, since in self._seen.values())


def check_none(tx: Transaction, now: float) -> None:
    """Raises NotPossible where servers use the database."""
    row = tx.row(f"SELECT count(*) FROM leases WHERE {_NODES} AND expires > ?", now)  # noqa: S608 - as above
    if row is not None and row[0]:
        raise NotPossible(f"{row[0]} servers use the database: stop them, and wait for ten seconds")
