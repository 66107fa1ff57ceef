"""The port `Store` on PostgreSQL: which closure runs where, and when it runs again."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from types import CodeType
from typing import Any, TypeVar

import orjson
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tailrace.base import ids
from tailrace.base.clock import SystemClock
from tailrace.base.errors import Outdated, StoreError
from tailrace.store.engine import Listener, Overloaded, TooLong, Unreachable
from tailrace.store.postgresql.dialects import Dialect
from tailrace.store.postgresql.documents import CHECK_FAILED, ROW_IS_THERE, Documents
from tailrace.store.postgresql.group_queue import GroupQueue
from tailrace.store.postgresql.groups import Job
from tailrace.store.postgresql.holding import Mode
from tailrace.store.postgresql.link import AGAIN_SECONDS_MAX, AWAY_SECONDS_MAX, Link, LinkLost, Refused
from tailrace.store.postgresql.opening import prepared
from tailrace.store.postgresql.signals import CHANGED, Notice, Signals
from tailrace.store.postgresql.transactions import (
    Glance,
    NeedsAlone,
    NeedsDatabase,
    NeedsSnapshot,
    Reading,
    Writing,
)

T = TypeVar("T")

READERS = 8
WRITERS = 12
QUEUE_UPDATES_MAX = 20_000
HELD_CODES = frozenset(("55P03", "57014"))  # a lock wasn't had in time
AGAIN_CODES = HELD_CODES | {"40001", "40P01"}  # a race was lost, a deadlock was broken
WORKER_AWAY = "08"  # what the codes start with where Citus has lost a worker, before a commit
TOO_LONG_CODE = "54000"  # the entry of an index is longer than a third of a page
AGAIN_MAX = 50
RACES_SECONDS_MAX = 20.0  # how long an update tries to win
RACES_LOST_MAX = 5  # until an update holds its documents alone
LOST_SECONDS = 1.0  # how long nobody connects anew who has waited long enough
CODES_MAX = 10_000
ALONE_MAX = 3  # then it is run alone from the start: it replaces a document more often than not
# One that waits for a lock holds up all of its group: it is sent on its own way.
GROUP_SETTINGS = "-c lock_timeout=1000"
_monotonic = SystemClock().monotonic


class _Again(Exception):
    """The closure has to run again; `at_once` where that is no matter of luck, `held` where others had its rows.

    `alone`: not as `locked`, for it replaces a document.
    """

    def __init__(self, why: str, *, at_once: bool = False, held: bool = False, alone: bool = False) -> None:
        super().__init__(why)
        self.alone = alone
        self.at_once = at_once
        self.held = held


class PostgresStore:
    """Made by `open_database`."""

    kind = "postgresql"

    def __init__(self, conninfo: str, channel: str, dialect: Dialect) -> None:
        self._dialect = dialect
        self.again = 0  # how often a closure had to run again, for tests
        self.known = Documents()
        self._conninfo = conninfo
        self._loop = asyncio.get_running_loop()
        self._readers = ThreadPoolExecutor(READERS, "tailrace-read")
        self._writers = ThreadPoolExecutor(WRITERS, "tailrace-write")
        self._mine = threading.local()
        self._links: set[Link] = set()
        self._ending = threading.Event()
        self._asking: set[CodeType] = set()
        self._long: set[CodeType] = set()
        self._alone: Counter[CodeType | None] = (
            Counter()
        )  # how often a closure had to run alone that said it was locked
        self._waiting = 0
        self._lost = -LOST_SECONDS  # when the database was last found to be away
        self._closing = self._closed = False
        self._listeners: dict[str, dict[object, Listener]] = {}
        self._signals = Signals(conninfo, channel, self._hear, self.known.clear) if dialect.listens else None
        self.groups = GroupQueue(
            lambda: Link(
                make_conninfo(conninfo, options=f"{conninfo_to_dict(conninfo)['options']} {GROUP_SETTINGS}"),
                route=dialect.route,
            ),
            *(self._writers, self.known, dialect, self._run_alone, self._tell),
        )

    async def view(self, read: Callable[[Any], T]) -> T:
        """Run `read`: here, where the documents that are known are enough, else in a reader's thread."""
        if self._closed:
            raise StoreError("the store is closed")
        code = getattr(read, "__code__", None)
        if code not in self._asking:
            try:
                return read(Glance(self.known, _monotonic()))
            except NeedsDatabase as need:
                if need.query and code is not None and len(self._asking) < CODES_MAX:
                    self._asking.add(code)
        return await self._loop.run_in_executor(
            self._readers, self._repeat, lambda again, alone: self._look(read, code), _monotonic()
        )

    def at_hand(self) -> None:
        """Nothing: the database is elsewhere."""

    async def update(
        self, change: Callable[[Any], T], *, locked: bool = False, grouped: bool = False, rows: int = 1
    ) -> T:
        """Run `change` in a group, or as often as it takes in a writer's thread; returns after its COMMIT."""
        if self._closing:
            raise StoreError("the store is closed")
        if self._waiting + len(self.groups) >= QUEUE_UPDATES_MAX:
            raise Overloaded(f"{QUEUE_UPDATES_MAX} updates are waiting already")
        job = Job(change, self._loop.create_future(), _monotonic(), rows)
        if grouped and self._alone[getattr(change, "__code__", None)] < ALONE_MAX:
            self.groups.add(job)
        else:
            self._run_alone(job, locked=locked or grouped)
        result: T = await job.future
        return result

    def listen(self, topic: str, listener: Listener) -> Callable[[], None]:
        """Call `listener(payload)` after commits that notified `topic`, here or on another node."""
        handle = object()
        self._listeners.setdefault(topic, {})[handle] = listener

        def undo() -> None:
            left = self._listeners.get(topic, {})
            left.pop(handle, None)
            if not left:
                self._listeners.pop(topic, None)

        return undo

    async def close(self) -> None:
        """Finish what is queued, and let go of the connections. A second call does nothing."""
        if self._closing:
            return
        self._closing = True
        await self.groups.close()
        await self._loop.run_in_executor(None, self._writers.shutdown)
        self._closed = True
        self._ending.set()
        await self._loop.run_in_executor(None, self._readers.shutdown)
        if self._signals is not None:
            await self._loop.run_in_executor(None, self._signals.close)
        for link in self._links:
            link.close()

    def _run_alone(self, job: Job, *, locked: bool = True) -> None:
        """Run a closure in a writer's thread; whoever goes away, what was committed is passed on."""

        def done(work: asyncio.Future[tuple[Any, list[Notice]]]) -> None:
            self._waiting -= 1
            error = work.exception()
            if error is None:
                result, notices = work.result()
                self._call_listeners(notices)
            if job.future.done():
                return  # its caller has gone away
            if error is not None:
                job.future.set_exception(error)
            else:
                job.future.set_result(result)

        self._waiting += 1
        self._loop.run_in_executor(
            *(self._writers, self._repeat),
            *(lambda again, alone: self._write(job.change, locked and not alone, again), job.began),
        ).add_done_callback(done)

    def _tell(self, notices: Iterable[Notice]) -> None:
        """Tell the listeners here, and the other nodes."""
        told = list(notices)
        self._call_listeners(told)
        if told and self._signals is not None:
            self._signals.tell(told)

    def _hear(self, notices: list[Notice]) -> None:
        """Take what another node tells, in the thread of the signals."""
        changed = [tuple(orjson.loads(payload)) for topic, payload in notices if topic == CHANGED]
        if changed:
            self.known.drop(changed)
        told = [notice for notice in notices if notice[0] in self._listeners]
        if told and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._call_listeners, told)

    def _call_listeners(self, notices: list[Notice]) -> None:
        for topic, payload in notices:
            for listener in tuple(self._listeners.get(topic, {}).values()):
                self._loop.call_soon(listener, payload)

    def _repeat(self, attempt: Callable[[int, bool], T], began: float) -> T:
        """Attempt until it is done, in a thread of a pool. Raises what the closure raises, and StoreError."""
        again, alone = 0, False
        while True:
            try:
                self._check_not_away(began)
                return attempt(again, alone)
            except _Again as reason:
                again, alone = again + 1, alone or reason.alone
                self.again += 1
                if again > AGAIN_MAX or _monotonic() - began > RACES_SECONDS_MAX:
                    raise Outdated(f"given up after {again - 1} lost races: {reason}", held=reason.held) from reason
                if not reason.at_once:
                    self._ending.wait(ids.uniform(0, min(AGAIN_SECONDS_MAX, 0.001 * 2 ** min(again, 10))))
            except LinkLost as lost:
                self._let_go()
                self._lost = _monotonic()
                if lost.committing:
                    raise Unreachable(f"the database went away during a commit: {lost}", doubtful=True) from lost
                if self._ending.is_set() or _monotonic() - began > AWAY_SECONDS_MAX:
                    raise Unreachable(f"the database is away: {lost}") from lost
                self._ending.wait(AGAIN_SECONDS_MAX)
            except StopIteration as raised:  # which a future doesn't take
                raise RuntimeError("the closure raised StopIteration") from raised

    def _check_not_away(self, began: float) -> None:
        """Have those who waited behind others not wait as long as these did. Raises LinkLost."""
        now = _monotonic()
        if (
            now - self._lost < LOST_SECONDS
            and now - began > AWAY_SECONDS_MAX
            and getattr(self._mine, "link", None) is None
        ):
            raise LinkLost("others have just found that it can't be reached")

    def _link(self) -> Link:
        """This thread's connection."""
        link: Link | None = getattr(self._mine, "link", None)
        if link is None:
            link = self._mine.link = Link(self._conninfo, route=self._dialect.route)
            self._links.add(link)
        return link

    def _let_go(self) -> None:
        link: Link | None = getattr(self._mine, "link", None)
        if link is not None:
            self._mine.link = None
            self._links.discard(link)
            link.close()

    def _look(self, read: Callable[[Any], T], code: CodeType | None) -> T:
        """One attempt of a view."""
        snapshot = code is None or code in self._long
        age, at = self.known.age, _monotonic()
        tx = Reading(self._link(), self.known, snapshot=snapshot, apart=self._dialect.parts > 1)
        try:
            try:
                result = read(tx)
            except Exception:
                tx.end()  # its reason may be a document that stands no more
                raise
            tx.end()
        except NeedsSnapshot:
            if code is not None and len(self._long) < CODES_MAX:
                self._long.add(code)
            raise _Again("a snapshot is needed", at_once=True) from None
        except Refused as refusal:
            tx.give_up()
            self._judge(refusal, tx)
        self.known.fill(tx.seen.used, age, at)
        return result

    def _write(self, change: Callable[[Any], T], locked: bool, again: int) -> tuple[T, list[Notice]]:
        """One attempt of an update, the first of which is number 0: its result, and whom to tell what."""
        code = getattr(change, "__code__", None)
        mode = Mode.LOCKED if locked and code is not None and self._alone[code] < ALONE_MAX else Mode.ALONE
        if mode is Mode.ALONE and again >= RACES_LOST_MAX and self._dialect.advisory:
            mode = Mode.EXCLUSIVE
        age, at = self.known.age, _monotonic()
        tx = Writing(self._link(), self.known, mode, self._dialect)
        try:
            try:
                result = change(tx)
            except (LinkLost, Refused):
                raise
            except Exception:
                tx.confirm_alone()
                raise
            tx.commit()
        except LinkLost:
            raise
        except NeedsAlone:
            assert code is not None
            self._alone[code] += 1
            tx.roll_back()
            raise _Again("a document is replaced", at_once=True, alone=True) from None
        except Refused as refusal:
            tx.roll_back()
            self._judge(refusal, tx)
        except Outdated as lost:
            tx.roll_back()
            self.known.drop(list(tx.seen.used))
            raise _Again(str(lost)) from lost
        except BaseException:
            tx.roll_back()
            raise
        changed = list(tx.seen.put)
        if locked and not changed and code is not None and self._alone[code]:
            self._alone[code] -= 1  # it replaces documents at times
        if changed:
            self.known.drop(changed)
        self.known.fill({key: entry for key, entry in tx.seen.used.items() if key not in tx.seen.put}, age, at)
        notices = list(tx.notices)
        if self._signals is not None and (notices or changed):
            self._signals.tell([*notices, *((CHANGED, orjson.dumps(key).decode()) for key in changed)])
        return result, notices

    def _judge(self, refusal: Refused, tx: Reading | Writing) -> None:
        """Raise _Again where a statement was refused for what others did meanwhile, else StoreError."""
        if refusal.check and refusal.code in (CHECK_FAILED, ROW_IS_THERE):
            self.known.drop(list(tx.seen.used))
            raise _Again("a document has changed", at_once=True) from refusal
        if refusal.code == TOO_LONG_CODE:
            raise TooLong(str(refusal)) from refusal
        if refusal.code in AGAIN_CODES or refusal.code.startswith(WORKER_AWAY):
            raise _Again(str(refusal), held=refusal.code in HELD_CODES) from refusal
        raise StoreError(f"the database refused a statement: {refusal}") from refusal


async def open_database(data: str) -> PostgresStore:
    """The store in the database of a URL."""
    loop = asyncio.get_running_loop()
    return PostgresStore(*await loop.run_in_executor(None, prepared, data))
