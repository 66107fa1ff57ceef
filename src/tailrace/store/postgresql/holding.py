"""How updates keep apart from each other: their isolation, and by what they hold the documents that they go by."""

from __future__ import annotations

import enum

from tailrace.store.postgresql.dialects import Dialect
from tailrace.store.postgresql.documents import NOT_HELD, Hold, Key, Seen, lock_numbers
from tailrace.store.postgresql.link import Link

FOR_UPDATE = " FOR UPDATE"
ITEMS, SEVERAL = " items ", " key IN ("
"""What names the table of items in a statement, and what asks for several of them by name."""


class Mode(enum.Enum):
    """How an update is kept apart from others: its isolation level."""

    ALONE = "SERIALIZABLE"
    LOCKED = "READ COMMITTED"
    EXCLUSIVE = "READ COMMITTED "  # an enumeration takes equal values for one


SHARED, OWNED = "pg_advisory_xact_lock_shared", "pg_advisory_xact_lock"
# Advisory locks wait in line, while a row that is shared all the time keeps who wants it alone waiting for ever. Who
# replaces a document owns the second of its locks, and must not have shared that one before.
HOLDS = {
    Mode.ALONE: Hold(used=SHARED),
    Mode.LOCKED: Hold(stable=SHARED),
    Mode.EXCLUSIVE: Hold(used=OWNED, stable=OWNED),
}
ROW_HOLDS = {Mode.ALONE: NOT_HELD, Mode.LOCKED: Hold(clause=" FOR SHARE"), Mode.EXCLUSIVE: Hold(clause=FOR_UPDATE)}


def hold_of(dialect: Dialect, mode: Mode) -> Hold:
    """How the documents of an update in this mode are held."""
    return (HOLDS if dialect.advisory else ROW_HOLDS)[mode]


class Apart:
    """What keeps transactions of several items apart on a store that lies on several machines.

    Each of them sees its own rows only, so a circle of transactions that leads over two isn't found, and no moment is
    the same on all. Updates that are ALONE therefore hold the documents by which they came to items (their tables)
    against each other, and snapshots hold them shared, from before the first statement that goes to a machine.
    """

    __slots__ = ("_function", "_held")

    def __init__(self, function: str) -> None:
        self._function = function
        self._held: set[Key] = set()

    def keep(self, link: Link, seen: Seen, sql: str) -> None:
        """Hold what was seen, if this statement is about items."""
        if ITEMS not in sql:
            return
        for key in sorted(seen.used.keys() - self._held):
            link.add(f"SELECT {self._function}(?)", (lock_numbers(key)[2],), check=True)
            self._held.add(key)
