"""The engine of many nodes: PostgreSQL, and what speaks its wire. No file outside this folder knows psycopg.

```
view ───> from the documents that are known, on the loop's thread; else a reader's thread: one round trip, or a snapshot
update ─> a writer's thread ──> BEGIN, documents still the same?, closure ... COMMIT ──> answer, tell the other nodes
                    ^── the race was lost (40001, 40P01, a document changed): again ──┘
       grouped: many closures on the loop's thread, one transaction (groups.py, group_queue.py)
```

A thread owns a connection (link.py) and runs closures on it one after the other; a group owns one while it lasts.
Statements are sent together as far as nobody needs an answer in between, so a link is always in libpq's pipeline mode.
Nothing rests on what is told between nodes (signals.py): a document is known for a second, then it is asked for again.
What engines that speak PostgreSQL's wire don't have is not needed: advisory locks and LISTEN only where dialects.py
says so, and never as the only way; no sequence for an order.

The rejected alternatives: an asynchronous driver, for which every closure had to be a coroutine; one SERIALIZABLE
transaction for everything, in which two writers of one shard always make each other start again.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Any

from tailrace.store.engine import Store, StoreUnavailable


async def open_database(data: str) -> Store:
    """The store in the database of a URL, its tables made or brought up to date. Raises StoreUnavailable."""
    opened: Store = await _engine(data, "place").open_database(data)
    return opened


def database_version(data: str) -> str:
    """What the database of a URL says that it is; nothing in it is touched. Raises StoreUnavailable."""
    version: str = _engine(data, "opening").database_version(data)
    return version


def distribute(data: str, check: Callable[[Any], None]) -> bool:
    """Divide the store in the database of a URL over the workers of its Citus; False where that was done before.

    `check` is given a Transaction, and raises where somebody uses the store. Raises StoreUnavailable.
    """
    done: bool = _engine(data, "opening").distribute(data, check)
    return done


def _engine(data: str, name: str) -> ModuleType:
    """A module of the engine, which needs an extra."""
    try:
        return importlib.import_module(f"{__name__}.{name}")
    except ImportError as error:
        raise StoreUnavailable(
            f"{data.partition(':')[0]}:// needs psycopg ({error}): pip install 'tailrace[postgresql]'"
        ) from error
