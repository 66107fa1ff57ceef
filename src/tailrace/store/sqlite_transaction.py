"""The two Transactions of the SQLite engine: one that reads, one that is part of a group of updates."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import apsw

from tailrace.base.errors import Outdated
from tailrace.store.engine import COUNT, Cache, Question, Row, Turn

_LATEST: Final = "SELECT latest FROM shards WHERE shard = ? AND closed IS NULL"
_SET_LATEST: Final = "UPDATE shards SET latest = ? WHERE shard = ?"
_KNOWN_MAX: Final = 1024
# Statements that name no table of which rows are put off: the same few come again and again.
_apart: Final[set[str]] = set()


class Snapshot:
    """What the views of one turn of the event loop read: begun by the first that needs a row, ended after the turn.

    Beginning and ending one costs as much as reading a row, so views share it. It must be ended before the loop does
    anything that a view has to see, that is, when a group was committed; and before a group begins, or `read_from`
    names another connection.
    """

    __slots__ = ("_connection", "_loop", "cursor")

    def __init__(self, connection: apsw.Connection, loop: asyncio.AbstractEventLoop) -> None:
        self._connection = connection
        self.cursor: apsw.Cursor | None = None  # while it is open; one for all queries, each fetched before the next
        self._loop = loop

    def read_from(self, connection: apsw.Connection) -> None:
        """Have the views from now on read by another connection."""
        self.end()
        self._connection = connection

    def begin(self) -> apsw.Cursor:
        """Open it until the loop has come round."""
        self.cursor = self._connection.execute("BEGIN")
        self._loop.call_soon(self.end)
        return self.cursor

    def end(self) -> None:
        """Let go of it, if it is open."""
        if self.cursor is not None:
            self.cursor.close(True)
            self.cursor = None
            if self._connection.in_transaction:  # an error may have ended it
                self._connection.execute("COMMIT")


class View:
    """A read transaction. One that the cache answers never gets to the database."""

    __slots__ = ("_snapshot", "cache")
    lock = ""
    skip = ""
    stripes = 1
    parts = 1
    joins_in_order = True  # SQLite joins by nested loops, and leaves outer joins as they are written

    def __init__(self, snapshot: Snapshot, cache: Cache) -> None:
        self._snapshot = snapshot
        self.cache = cache

    def rows(self, sql: str, *parameters: object) -> list[Row]:
        """All rows of a query."""
        snapshot = self._snapshot
        return (snapshot.cursor or snapshot.begin()).execute(sql, parameters).fetchall()

    def row(self, sql: str, *parameters: object) -> Row | None:
        """The first row of a query, or None."""
        snapshot = self._snapshot
        found: Row | None = (snapshot.cursor or snapshot.begin()).execute(sql, parameters).fetchone()
        return found

    def first_rows(self, questions: Sequence[Question]) -> list[Row | None]:
        """The first row of each of several queries."""
        return [self.row(sql, *parameters) for sql, parameters in questions]

    def run(self, sql: str, *parameters: object) -> int:
        """Refused: a view changes nothing."""
        raise TypeError(f"a view can't change anything: {sql}")

    def do(self, sql: str, *parameters: object, turn: Turn = ()) -> None:
        """Refused: a view changes nothing."""
        raise TypeError(f"a view can't change anything: {sql}")

    def one(self, sql: str, *parameters: object, turn: Turn = ()) -> None:
        """Refused: a view changes nothing."""
        raise TypeError(f"a view can't change anything: {sql}")

    def many(self, sql: str, rows: Sequence[tuple[object, ...]], *, one: bool = False, turn: Turn = ()) -> None:
        """Refused: a view changes nothing."""
        raise TypeError(f"a view can't change anything: {sql}")

    def each(self, sql: str, rows: Sequence[tuple[object, ...]]) -> list[int]:
        """Refused: a view changes nothing."""
        raise TypeError(f"a view can't change anything: {sql}")

    def advance(self, shard: int, count: int) -> int | None:
        """Refused: a view changes nothing."""
        raise TypeError(f"a view can't take numbers of shard {shard}")

    def count(self, collection: int, items: int, size: int) -> bool:
        """Refused: a view changes nothing."""
        raise TypeError(f"a view can't count what collection {collection} holds")

    def notify(self, topic: str, payload: str) -> None:
        """Refused: a view has nothing to tell."""
        raise TypeError(f"a view can't notify {topic}")


class Update:
    """What closures of a group work with, one after the other. Closed before the group's COMMIT.

    `guarded`: its first change begins a SAVEPOINT, so that it can be undone alone; it is one closure's then.

    The numbers that closures take of a shard are counted here: its row is read for the first of them and written at the
    end, unless a statement names that table before. So is what they add to a collection and take out of it.
    """

    __slots__ = (
        "_added",
        "_changes",
        "_connection",
        "_cursor",
        "_execute",
        "_guarded",
        "_latest",
        "_put_off",
        "cache",
        "notices",
        "wrote",
    )
    lock = ""
    skip = ""
    stripes = 1
    parts = 1
    joins_in_order = True

    def __init__(self, connection: apsw.Connection, cache: Cache, *, guarded: bool = False) -> None:
        self._guarded = guarded
        self._connection = connection
        self._cursor = connection.cursor()  # one for all statements: making one costs as much as a small statement
        self._execute = self._cursor.execute
        self._changes = connection.changes
        self.cache = cache
        self.notices: dict[tuple[str, str], None] = {}
        self.wrote = False
        self._latest: dict[int, int] = {}  # of shards whose rows have an earlier number
        self._added: dict[int, tuple[int, int]] = {}  # to collections: items and bytes that their rows don't count yet
        self._put_off = False  # whether there is any of these

    def finish(self) -> None:
        """Write what is written once for all closures."""
        for shard, number in self._latest.items():
            self._execute(_SET_LATEST, (number, shard))
        for collection, (items, size) in self._added.items():
            if items or size:
                self._execute(COUNT, (collection, 0, items, size))
        self._latest.clear()
        self._added.clear()
        self._put_off = False

    def close(self) -> None:
        """Let go of the last query, which would keep its snapshot."""
        self._cursor.close(True)

    def begin(self) -> int:
        """Be the next closure's; how many notices there are, for `forget`."""
        self.wrote = False
        return len(self.notices)

    def forget(self, notices: int) -> None:
        """Forget what was notified since there were so many notices."""
        while len(self.notices) > notices:
            self.notices.popitem()

    def rows(self, sql: str, *parameters: object) -> list[Row]:
        """All rows of a query, or of a change with RETURNING."""
        if not sql.startswith("SELECT"):
            self._before_change(sql)
        elif self._put_off:
            self._look_at(sql)
        return self._execute(sql, parameters).fetchall()

    def row(self, sql: str, *parameters: object) -> Row | None:
        """The first row of a query, or of a change with RETURNING; None without one."""
        if sql.startswith("SELECT"):
            if self._put_off:
                self._look_at(sql)
            found: Row | None = self._execute(sql, parameters).fetchone()
            return found
        return next(iter(self.rows(sql, *parameters)), None)

    def first_rows(self, questions: Sequence[Question]) -> list[Row | None]:
        """The first row of each of several queries."""
        return [self.row(sql, *parameters) for sql, parameters in questions]

    def run(self, sql: str, *parameters: object) -> int:
        """Execute a change; the number of rows that it touched."""
        self._before_change(sql)
        self._execute(sql, parameters)
        return self._changes()

    def do(self, sql: str, *parameters: object, turn: Turn = ()) -> None:
        """Execute a change: there is one writer, so each has its turn at once."""
        self._before_change(sql)
        self._execute(sql, parameters)

    def one(self, sql: str, *parameters: object, turn: Turn = ()) -> None:
        """Execute a change that touches one row. Raises Outdated where it touched none."""
        self._before_change(sql)
        self._execute(sql, parameters)
        if not self._changes():
            raise Outdated("the row isn't there, or not as it was")

    def many(self, sql: str, rows: Sequence[tuple[object, ...]], *, one: bool = False, turn: Turn = ()) -> None:
        """Execute a change for each row of parameters. `one`: raises Outdated where one of them touched none."""
        self._before_change(sql)
        # SQLite copies the pages that an INSERT .. SELECT changes, to undo it alone, unless it may FAIL half done. This
        # one adds a row at a time, and where that fails all of the closure is undone.
        if sql.startswith("INSERT") and " SELECT " in sql:
            sql = sql.replace("INSERT", "INSERT OR FAIL", 1)
        before = self._connection.total_changes()
        self._cursor.executemany(sql, rows)
        if one and self._connection.total_changes() - before != len(rows):
            raise Outdated("a row isn't there, or not as it was")

    def each(self, sql: str, rows: Sequence[tuple[object, ...]]) -> list[int]:
        """Execute a change for each row of parameters; the numbers of rows that they touched."""
        return [self.run(sql, *row) for row in rows]

    def advance(self, shard: int, count: int) -> int:
        """Take the next numbers of an open shard: the number before them. Raises Outdated where it is closed."""
        latest = self._latest.get(shard)
        if latest is None:
            row = self._execute(_LATEST, (shard,)).fetchone()
            if row is None:
                raise Outdated("the shard is closed")
            latest = int(row[0])
        if not self.wrote:
            self._begin()
        self._latest[shard] = latest + count
        self._put_off = True
        return latest

    def count(self, collection: int, items: int, size: int) -> bool:
        """Add to what a collection holds: there is one writer, so one row counts it."""
        if not self.wrote:
            self._begin()
        before = self._added.get(collection)
        self._added[collection] = (items, size) if before is None else (before[0] + items, before[1] + size)
        self._put_off = True
        return True

    def notify(self, topic: str, payload: str) -> None:
        """Remember a notice for after the commit."""
        self.notices[topic, payload] = None

    def _before_change(self, sql: str) -> None:
        if self._put_off:
            self._look_at(sql)
        if not self.wrote:
            self._begin()

    def _look_at(self, sql: str) -> None:
        """Write what was put off, where a statement names a table of which there may be some."""
        if sql in _apart:
            return
        if "shards" in sql or "collections" in sql:
            self.finish()
            return
        if len(_apart) >= _KNOWN_MAX:
            _apart.clear()
        _apart.add(sql)

    def _begin(self) -> None:
        if self._guarded:
            self._connection.execute("SAVEPOINT closure")
        self.wrote = True
