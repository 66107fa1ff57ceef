"""Floor 2: the only place that speaks SQL; it doesn't know that a server exists.

```
store.open("folder" | "memory:" | "postgresql://...") -> Store (engine.py) -> view / update(closure) -> Transaction
resources · items · batch · changes · lineage · attempts · history · deliveries · leases · messages · log_events
    · metrics and blobs are functions of a Transaction
```

One noun is one module whose functions take the Transaction first, so that several nouns change together or not at
all: an item, its index entries and its stream record are one commit. An engine is one file that fills the port, and
a line in the table below. The rejected alternative, a repository object a noun, hides which calls share a
transaction; an ORM hides the SQL, which is what has to be read here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tailrace.store import postgresql, sqlite
from tailrace.store.engine import InUse, Overloaded, Store, StoreUnavailable, TooLong, Unreachable

__all__ = ["InUse", "Overloaded", "Store", "StoreUnavailable", "TooLong", "Unreachable", "open", "open_beside"]

ENGINES: tuple[tuple[str, Callable[[str], Awaitable[Store]]], ...] = (
    ("memory:", sqlite.open_memory),
    ("postgresql://", postgresql.open_database),
    ("postgres://", postgresql.open_database),
    ("", sqlite.open_folder),
)


async def open(data: str) -> Store:
    """The store at `data`: `memory:` for one that ends with the process, a database's URL, else the path of a folder.

    Raises `InUse` where another process has the folder open, `StoreUnavailable` where the data was written
    by a newer Tailrace, is damaged, or can't be reached, and OSError where the folder can't be made or written.
    """
    for prefix, engine in ENGINES:
        if data.startswith(prefix):
            return await engine(data)
    raise AssertionError("the last line of the table takes everything")


async def open_beside(data: str) -> Store:
    """The store at `data`, which servers may be using. Raises StoreUnavailable.

    Who has it writes little, and tries again: an embedded server's writes wait for it, and it for theirs.
    """
    return await (postgresql.open_database(data) if "://" in data else sqlite.open_beside(data))
