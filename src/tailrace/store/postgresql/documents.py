"""The documents that this process knows, and how far what it knows can be relied on.

```
known      entries by key, each with the moment at which it was last seen to be the one that stands
Seen       what one transaction has looked at: from the known ones (to be confirmed), read anew, or put by itself
```

A transaction that speaks to the database confirms in the same round trip each document that it has taken from here, so
it never works with one that another node has changed. A view that needs nothing from the database may take a document
that was confirmed less than a second ago: that is how long a change on one node may go unseen on another, and only
where the message about it was lost. The rejected alternative, trusting the messages alone, never notices a lost one.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from tailrace.store.cache import ENTRIES_MAX
from tailrace.store.resources import ABSENT, Entry

FRESH_SECONDS = 1.0
Key = tuple[str, str, str]

# A check fails by dividing by zero, so that what was sent behind it in the same round trip isn't done.
_STANDS = "SELECT 1 / count(*) FROM (SELECT 1 FROM resources WHERE kind = ? AND scope = ? AND name = ? AND version = ?"
_IS_ABSENT = "SELECT 1 / (1 - count(*)) FROM (SELECT 1 FROM resources WHERE kind = ? AND scope = ? AND name = ?"
CHECK_FAILED = "22012"
"""The SQLSTATE of a division by zero."""
ROW_IS_THERE = "23505"
"""The SQLSTATE of a key that is there: how the same fails where a check costs too much (parts.py)."""


def checked(sql: str) -> str:
    """A change that fails, with what was sent behind it, unless it touches one row."""
    return f"WITH changed AS ({sql} RETURNING 1) SELECT 1 / count(*) FROM changed"


class Documents:
    """What is known. Safe to use from several threads."""

    def __init__(self) -> None:
        self._entries: dict[Key, Entry] = {}
        self._confirmed: dict[Key, float] = {}
        self._dropped: dict[Key, int] = {}
        self._floor = 0
        self._guard = threading.Lock()
        self.age = 0  # how often something was dropped

    def get(self, key: Key) -> Entry | None:
        """The entry of a key, however old."""
        return self._entries.get(key)

    def fresh(self, key: Key, now: float) -> Entry | None:
        """The entry of a key, if it was confirmed within the last second."""
        confirmed = self._confirmed.get(key)
        return self._entries.get(key) if confirmed is not None and now - confirmed < FRESH_SECONDS else None

    def fill(self, entries: dict[Key, Entry], age: int, at: float) -> None:
        """Keep what a transaction has found that began at `at`, when `age` was this; not what was dropped since."""
        with self._guard:
            if len(self._entries) > ENTRIES_MAX:
                self._forget_all()
            for key, entry in entries.items():
                if self._dropped.get(key, self._floor) <= age:
                    self._entries[key] = entry
                    self._confirmed[key] = at

    def drop(self, keys: list[Key]) -> None:
        """Forget what has changed."""
        with self._guard:
            self.age += 1
            if len(self._dropped) > ENTRIES_MAX:
                self._dropped.clear()
                self._floor = self.age
            for key in keys:
                self._entries.pop(key, None)
                self._confirmed.pop(key, None)
                self._dropped[key] = self.age

    def clear(self) -> None:
        """Forget everything: nobody knows what has changed."""
        with self._guard:
            self.age += 1
            self._forget_all()

    def _forget_all(self) -> None:
        self._entries.clear()
        self._confirmed.clear()
        self._dropped.clear()
        self._floor = self.age


@dataclass(frozen=True, slots=True)
class Hold:
    """How a document is held: by a function of its number, or by what the query of its row ends with.

    `used` is a function of the number of those who use it, `stable` of the number of those who need it unchanged.
    """

    used: str = ""
    stable: str = ""
    clause: str = ""


NOT_HELD = Hold()


def lock_numbers(key: Key) -> tuple[int, int, int]:
    """The numbers under which a document is held: by those who use it, by those who need it unchanged, and by those
    who keep apart from each other.
    """
    number = int.from_bytes(blake2b("\0".join(key).encode(), digest_size=8).digest(), "big", signed=True)
    return number, number ^ 1, number ^ 2


class Seen:
    """The cache of one transaction. `confirm_reads`: what is read anew has to be confirmed (and locked), too."""

    __slots__ = ("_confirm_reads", "_known", "found", "put", "unconfirmed", "used")

    def __init__(self, known: Documents, *, confirm_reads: bool) -> None:
        self._known = known
        self._confirm_reads = confirm_reads
        self.used: dict[Key, Entry] = {}
        self.found: dict[Key, Entry] = {}
        self.put: dict[Key, Entry] = {}
        self.unconfirmed: dict[Key, Entry] = {}

    def get(self, key: Any, /) -> Any:
        """What this transaction has put or read, else what is known."""
        entry = self.put.get(key) or self.used.get(key)
        if entry is None:
            entry = self._known.get(key)
            if entry is not None:
                self.used[key] = self.unconfirmed[key] = entry
        return entry

    def __setitem__(self, key: Any, entry: Any, /) -> None:
        if entry.put:
            self.put[key] = entry
            return
        self.used[key] = self.found[key] = entry
        if self._confirm_reads:
            self.unconfirmed[key] = entry

    def checks(self, hold: Hold) -> list[tuple[str, tuple[object, ...]]]:
        """The statements that confirm what isn't confirmed yet, and hold it to the end of the transaction."""
        checks: list[tuple[str, tuple[object, ...]]] = []
        for key, entry in sorted(self.unconfirmed.items()):
            # Statements of their own, so that the check sees what was committed meanwhile.
            for function, number in zip((hold.used, hold.stable), lock_numbers(key), strict=False):
                if function:
                    checks.append((f"SELECT {function}(?)", (number,)))
            lock = hold.clause
            if entry.version == ABSENT:
                checks.append((f"{_IS_ABSENT}) found", key))
            else:
                checks.append((f"{_STANDS}{lock}) found", (*key, entry.version)))
        self.unconfirmed.clear()
        return checks
