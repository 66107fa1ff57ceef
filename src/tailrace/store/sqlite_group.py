"""A group of updates that one COMMIT makes durable, and how one of them is undone alone.

```
closure, closure, closure ... COMMIT          as long as each returns, or raises before its first change
closure, closure, raises after a change       ROLLBACK, and all of them again, each under a SAVEPOINT of its own
```
Nearly every closure that is refused is refused before it has changed anything, and a SAVEPOINT costs more than a small
write: SQLite copies each page that is changed under one. So there is none until it is needed. That all may run again is
what every engine asks of closures (see `engine.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import apsw

from tailrace.base.errors import StoreError
from tailrace.store.cache import Layer
from tailrace.store.engine import Cache
from tailrace.store.sqlite_transaction import Update


class Job:
    """A closure, and who waits for what it returns."""

    __slots__ = ("change", "future")

    def __init__(self, change: Callable[[Any], Any], future: asyncio.Future[Any]) -> None:
        self.change = change
        self.future = future


class Spoilt(Exception):
    """A closure has raised after its first change, in a group that can't undo it alone."""


class Group:
    """Updates that become durable by one COMMIT, or not at all. `guarded`: each can be undone alone."""

    def __init__(self, connection: apsw.Connection, committed: Cache, *, guarded: bool) -> None:
        self._connection = connection
        self._guarded = guarded
        self.cache = Layer(committed)
        self.notices: dict[tuple[str, str], None] = {}
        self.wrote = False
        self._update = Update(connection, self.cache)
        self._jobs: list[Job] = []
        self._outcomes: list[tuple[asyncio.Future[Any], Any, BaseException | None]] = []
        # The right to write at once: a copy that is made beside this process may write, too, and must not come between
        # what a group reads and what it writes.
        connection.execute("BEGIN IMMEDIATE")

    def run(self, job: Job) -> None:
        """Run one closure; what it raises undoes it alone.

        Raises Spoilt where that can't be done: `undo`, and a guarded group, will. StoreError where SQLite gave up the
        whole transaction.
        """
        self._jobs.append(job)
        self._run(job)

    def run_all(self, jobs: list[Job]) -> None:
        """Run the closures of a group that was undone; this one is guarded."""
        self._jobs += jobs  # all at once: whatever comes, `settle` answers every one of them
        for job in jobs:
            self._run(job)

    def _run(self, job: Job) -> None:
        """Run one closure. What one that has written nothing has read stays cached, whether it returns or raises."""
        if self._guarded:
            self._run_guarded(job)
            return
        tx = self._update
        notices = tx.begin()
        result, error = _outcome(job, tx)
        in_transaction = self._connection.in_transaction
        if error is not None:
            if tx.wrote and in_transaction:
                raise Spoilt
            tx.forget(notices)
        self._outcomes.append((job.future, result, error))
        if not in_transaction:
            raise StoreError("the database gave up the transaction") from error
        self.wrote = self.wrote or tx.wrote

    def _run_guarded(self, job: Job) -> None:
        """Run one closure so that it can be undone alone."""
        layer = Layer(self.cache)
        tx = Update(self._connection, layer, guarded=True)
        result, error = _outcome(job, tx)
        if error is None:
            tx.finish()
        tx.close()
        self._outcomes.append((job.future, result, error))
        if not self._connection.in_transaction:
            raise StoreError("the database gave up the transaction") from error
        if error is not None:
            if tx.wrote:
                self._connection.execute("ROLLBACK TO closure")
                self._connection.execute("RELEASE closure")
            return
        if tx.wrote:
            self._connection.execute("RELEASE closure")
            self.wrote = True
        self.cache.join(layer)
        self.notices.update(tx.notices)

    def end(self) -> None:
        """No more closures come: what is left is the COMMIT, or its undoing."""
        self._update.finish()
        self._update.close()
        self.notices.update(self._update.notices)

    def undo(self) -> list[Job]:
        """Undo all of it; the closures, which are to run again."""
        self._update.close()
        self._connection.execute("ROLLBACK")
        return self._jobs

    def settle(self, failure: StoreError | None) -> None:
        """Answer everybody who awaits an update of this group."""
        if failure is not None:
            self._outcomes = [(job.future, None, failure) for job in self._jobs]
        for future, result, error in self._outcomes:
            if future.done():
                continue  # its caller has gone away
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)


def _outcome(job: Job, tx: Update) -> tuple[Any, Exception | None]:
    """What a closure returns or raises."""
    try:
        return job.change(tx), None
    except StopIteration as raised:  # which a future doesn't take
        error = RuntimeError("the closure raised StopIteration")
        error.__cause__ = raised
        return None, error
    except Exception as raised:  # noqa: BLE001 - it is raised where the update is awaited
        return None, raised
