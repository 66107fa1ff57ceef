"""The embedded engine: SQLite, one process, closures on the event loop's thread, commits in groups.

```
update ──> queue ──> a group of closures runs on the loop's thread ──> COMMIT in a thread (the disk syncs)
                          ^ the next group forms meanwhile                              │
                          └──────────── publish, answer, notify <───────────────────────┘
view ────> the writing connection, at once; beside a COMMIT under way, the reading one
```

A closure takes some 30 µs and a sync some 300: running closures in threads gains nothing, sharing the sync gains
everything. A connection drops all the pages that it keeps when another one has committed, so views read by the one that
writes as long as it isn't busy: it knows what it has changed. The rejected alternatives: a thread a request (slower
under one interpreter lock), `synchronous=NORMAL` (an acknowledged write could vanish with the power).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

import apsw

from tailrace.base.clock import SystemClock
from tailrace.base.errors import StoreError
from tailrace.store.cache import ENTRIES_MAX
from tailrace.store.engine import Listener, Overloaded
from tailrace.store.sqlite_file import LOG_BYTES_MAX, DatabaseFile
from tailrace.store.sqlite_group import Group, Job, Spoilt
from tailrace.store.sqlite_transaction import Snapshot, View

T = TypeVar("T")

GROUP_UPDATES_MAX = 256
GROUP_SECONDS_MAX = 0.008  # what one group may hold up the loop's other work
QUEUE_UPDATES_MAX: Final = 20_000
PAUSE_PAGES_MAX = 256  # what a checkpoint may have to move while writers wait: some milliseconds
CHECKPOINTS_BESIDE_MAX = 4  # of which each has less to move; then writers wait all the same
GUARDED_GROUPS = 64  # after a closure that had to be undone: more like it may come

_monotonic = SystemClock().monotonic


class SqliteStore:
    """The port `Store` on SQLite. Made by `open_folder` and `open_memory`."""

    def __init__(self, file: DatabaseFile) -> None:
        self.kind = "memory" if file.in_memory else "sqlite"
        self.commits = 0  # groups that were committed, for tests and the health page
        self._file = file
        self._loop = asyncio.get_running_loop()
        self._committed: dict[Any, Any] = {}
        self._snapshot = Snapshot(file.write, self._loop)
        self._view = View(self._snapshot, self._committed)  # it remembers nothing, so all views are this one
        self._queue: deque[Job] = deque()
        self._guarded = 0  # how many groups more can undo each closure for itself
        self._in_flight: Group | None = None
        self._scheduled = False
        self._closing = self._closed = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._listeners: dict[str, dict[object, Listener]] = {}
        self._commit_thread = None if file.in_memory else ThreadPoolExecutor(1, "tailrace-commit")
        self._checkpoints = None if file.in_memory else ThreadPoolExecutor(1, "tailrace-checkpoint")
        self._checkpoint: asyncio.Future[int] | None = None
        self._checkpoints_beside = 0  # of a log that is too long
        self._pause_wanted = False
        self._paused = False  # a checkpoint runs with no group beside it, so that the log can start over

    @property
    def log_bytes(self) -> int:
        """The size of the write-ahead log; 0 in memory."""
        return self._file.log_bytes()

    async def view(self, read: Callable[[Any], T]) -> T:
        """Run `read` now, on this thread, over one snapshot."""
        return read(self.at_hand())

    def at_hand(self) -> View:
        """What `view` reads: nothing of it has to be waited for."""
        if self._closed:
            raise StoreError("the store is closed")
        if self._in_flight is not None and self._in_flight.cache.own:
            # Until its COMMIT returns nobody knows whether the snapshot holds this group: the cache can't match both.
            return View(self._snapshot, {})
        if len(self._committed) > ENTRIES_MAX:
            self._committed.clear()
        return self._view

    def update(
        self, change: Callable[[Any], T], *, locked: bool = False, grouped: bool = False, rows: int = 1
    ) -> asyncio.Future[T]:
        """Queue `change` for the next group, whose COMMIT is awaited. There is one writer, so all is `locked`."""
        future: asyncio.Future[T] = self._loop.create_future()
        if self._closing:
            future.set_exception(StoreError("the store is closed"))
            return future
        if len(self._queue) >= QUEUE_UPDATES_MAX:
            future.set_exception(Overloaded(f"{QUEUE_UPDATES_MAX} updates are waiting already"))
            return future
        if not self._queue:
            self._idle.clear()
        self._queue.append(Job(change, future))
        self._wake()
        return future

    def listen(self, topic: str, listener: Listener) -> Callable[[], None]:
        """Call `listener(payload)` after commits that notified `topic`."""
        handle = object()
        self._listeners.setdefault(topic, {})[handle] = listener

        def undo() -> None:
            left = self._listeners.get(topic, {})
            left.pop(handle, None)
            if not left:  # a topic may be one queue's, and queues come and go
                self._listeners.pop(topic, None)

        return undo

    async def close(self) -> None:
        """Finish what is queued, move the log into the database, release the folder. A second call does nothing."""
        if self._closing:
            return
        self._closing = True
        await self._idle.wait()
        while self._checkpoint is not None:
            await asyncio.wait([self._checkpoint])
        for thread in (self._commit_thread, self._checkpoints):
            if thread is not None:
                thread.shutdown()
        self._closed = True
        self._snapshot.end()
        self._file.close()

    def take_folder(self) -> bool:
        """Have the folder of a store that was opened beside a server, if that has ended; whether it has."""
        return self._file.take_folder()

    def _wake(self) -> None:
        """Have the next group run as soon as the loop comes round, unless one is on its way to the disk."""
        if not self._scheduled and self._in_flight is None and not self._paused:
            self._scheduled = True
            self._loop.call_soon(self._run_group)

    def _run_group(self) -> None:
        self._snapshot.end()  # it may be the writing connection's
        try:
            group = Group(self._file.write, self._committed, guarded=self._guarded > 0)
        except apsw.Error as error:  # somebody else writes, and has not ended in all this time
            self._refuse_all(_refusal(error))
            return
        self._guarded -= self._guarded > 0
        self._scheduled, self._in_flight = False, group
        until, left = _monotonic() + GROUP_SECONDS_MAX, GROUP_UPDATES_MAX
        try:
            while self._queue and left:
                job = self._queue.popleft()
                if not job.future.done():
                    left -= 1
                    try:
                        group.run(job)
                    except Spoilt:
                        self._guarded = GUARDED_GROUPS
                        jobs = group.undo()
                        self._in_flight = group = Group(self._file.write, self._committed, guarded=True)
                        group.run_all(jobs)
                if _monotonic() >= until:
                    break
            group.end()
        except StoreError as failure:
            self._finish(group, failure)
            return
        except apsw.Error as error:
            self._finish(group, _refusal(error))
            return
        if self._commit_thread is None or not group.wrote:
            self._finish(group, self._commit(self._file.write))
            return
        self._snapshot.read_from(self._file.read)
        under_way = self._loop.run_in_executor(self._commit_thread, self._commit_to_disk, self._file.write)
        under_way.add_done_callback(lambda done: self._finish(group, done.result()))

    def _refuse_all(self, failure: StoreError) -> None:
        """Answer everybody who waits, where no group could begin."""
        self._scheduled = False
        while self._queue:
            future = self._queue.popleft().future
            if not future.done():
                future.set_exception(failure)
        self._go_on(wrote=False)

    def _commit_to_disk(self, connection: apsw.Connection) -> StoreError | None:
        """COMMIT, in the commit thread, into a log that has room for it."""
        self._file.make_room()
        return self._commit(connection)

    def _commit(self, connection: apsw.Connection) -> StoreError | None:
        """COMMIT; the failure is returned, for the loop's thread to clean up after it."""
        try:
            connection.execute("COMMIT")
        except apsw.Error as error:
            return _refusal(error)
        return None

    def _finish(self, group: Group, failure: StoreError | None) -> None:
        """Publish or undo, answer, notify, go on with the next group."""
        self._in_flight = None
        self._snapshot.read_from(self._file.write)
        if failure is None:
            self.commits += group.wrote
            if len(self._committed) > ENTRIES_MAX:
                self._committed.clear()
            self._committed.update(group.cache.own)
        else:
            if self._file.write.in_transaction:
                self._file.write.execute("ROLLBACK")
            self._committed.clear()
        group.settle(failure)
        if failure is None:
            for topic, payload in group.notices:
                for listener in tuple(self._listeners.get(topic, {}).values()):
                    self._loop.call_soon(listener, payload)
        self._go_on(group.wrote)

    def _go_on(self, wrote: bool) -> None:
        """Start what is due after a group: a checkpoint, the next group, or rest."""
        if self._pause_wanted:
            self._pause_wanted, self._paused = False, True
            self._start_checkpoint()
        elif wrote and self._checkpoint is None and self._checkpoints is not None and self._file.checkpoint_is_due():
            self._start_checkpoint()
        if self._queue:
            self._wake()
        else:
            self._idle.set()

    def _start_checkpoint(self) -> None:
        self._checkpoint = self._loop.run_in_executor(self._checkpoints, self._file.checkpoint)
        self._checkpoint.add_done_callback(self._checkpointed)

    def _checkpointed(self, done: asyncio.Future[int]) -> None:
        """Go on; a log that grew too long gets checkpoints until little is left, and one with the writer held back.

        The log starts over only when all of it has been moved before a writer begins, and one that never rests has
        always begun already. What came beside the last checkpoint is all that the one in the pause has to move.
        """
        self._checkpoint = None
        was_paused, self._paused = self._paused, False
        try:
            pages = done.result()
            if was_paused or self._file.log_bytes() <= LOG_BYTES_MAX:
                self._checkpoints_beside = 0
                return
            self._checkpoints_beside += 1
            if pages > PAUSE_PAGES_MAX and self._checkpoints_beside < CHECKPOINTS_BESIDE_MAX:
                self._start_checkpoint()
                return
            self._pause_wanted = True
            if self._in_flight is None and not self._scheduled:
                self._go_on(wrote=False)
        finally:
            if self._queue:
                self._wake()


def _refusal(error: apsw.Error) -> StoreError:
    refusal = StoreError(f"the disk refused the commit: {error}")
    refusal.__cause__ = error
    return refusal


async def open_folder(data: str) -> SqliteStore:
    """The store in the folder `data`, made where there is none."""
    return SqliteStore(DatabaseFile.in_folder(data))


async def open_beside(data: str) -> SqliteStore:
    """The store in the folder `data`, beside the server that has it open."""
    return SqliteStore(DatabaseFile.beside(data))


async def open_memory(data: str) -> SqliteStore:
    """A store that ends with the process, whatever `data` says."""
    return SqliteStore(DatabaseFile.memory())
