"""The transactions of this engine: a look at what is known, a reader's, a writer's.

```
Glance    on the loop's thread, over known documents alone; gives up where the database has to be asked
Reading   a single query that is its own snapshot, or (`snapshot`) a REPEATABLE READ transaction
Writing   in one of three modes
          ALONE      SERIALIZABLE: as if nobody else wrote
          LOCKED     READ COMMITTED, for closures that lock what they rely on; documents are shared while they last
          EXCLUSIVE  READ COMMITTED, and nobody else uses any of its documents: for closures that lost many races
```
A closure that changes rows which others write all the time (the shard of a busy table) would lose every race: its
snapshot is old before it comes to them. Held alone, the table's document keeps those others away, for they share it.
What a link collects is sent with the next statement whose answer is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tailrace.store import resources
from tailrace.store.engine import Cache, Question, Row, Turn
from tailrace.store.postgresql.dialects import Dialect
from tailrace.store.postgresql.documents import NOT_HELD, Documents, Seen, lock_numbers
from tailrace.store.postgresql.holding import OWNED, SEVERAL, SHARED, Apart, Mode, hold_of
from tailrace.store.postgresql.link import Answer, Link, Refused
from tailrace.store.postgresql.updating import STRIPES, Statement, Update

_TURN = "INSERT INTO counters (name, value) VALUES ('turn', 0) ON CONFLICT (name) DO UPDATE SET value = 0"
REPLACING = ("INSERT INTO resources", "DELETE FROM resources")


class NeedsDatabase(BaseException):
    """A glance isn't enough. `query`: the closure asks for more than documents, so it always will.

    Not an Exception, so that no closure takes it for one of its own.
    """

    def __init__(self, *, query: bool) -> None:
        super().__init__()
        self.query = query


class NeedsSnapshot(BaseException):
    """A second query is made where the first one was its own snapshot."""


class NeedsAlone(BaseException):
    """A closure that is `locked` replaces a document that it has looked at.

    It holds that document's row together with others who may want to replace it too, so none of them could go on.
    """


class _GlanceCache:
    __slots__ = ("_known", "_now")

    def __init__(self, known: Documents, now: float) -> None:
        self._known = known
        self._now = now

    def get(self, key: Any, /) -> Any:
        """What is known and fresh."""
        entry = self._known.fresh(key, self._now)
        if entry is None:
            raise NeedsDatabase(query=False)
        return entry

    def __setitem__(self, key: Any, entry: Any, /) -> None:
        raise AssertionError("a glance reads nothing that could be kept")


class _View:
    """What all views refuse."""

    __slots__ = ()
    lock = skip = ""
    stripes = STRIPES
    parts = 1
    joins_in_order = False

    def run(self, sql: str, *parameters: object) -> int:
        """Refused: a view changes nothing."""
        raise TypeError(f"a view can't change anything: {sql}")

    def do(self, sql: str, *parameters: object, turn: Turn = ()) -> None:
        """Refused: a view changes nothing."""
        raise TypeError(f"a view can't change anything: {sql}")

    one = do

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


class Glance(_View):
    """A view of known documents, without the database."""

    __slots__ = ("cache",)

    def __init__(self, known: Documents, now: float) -> None:
        self.cache = _GlanceCache(known, now)

    def rows(self, sql: str, *parameters: object) -> list[Row]:
        """Not at a glance."""
        raise NeedsDatabase(query=True)

    def row(self, sql: str, *parameters: object) -> Row | None:
        """Not at a glance."""
        raise NeedsDatabase(query=True)

    def first_rows(self, questions: Sequence[Question]) -> list[Row | None]:
        """Not at a glance."""
        raise NeedsDatabase(query=True)


class Reading(_View):
    """A view that asks the database."""

    __slots__ = ("_apart", "_asked", "_link", "cache", "seen", "snapshot")

    def __init__(self, link: Link, known: Documents, *, snapshot: bool, apart: bool) -> None:
        self._link = link
        self._apart = Apart(SHARED) if apart else None
        self.seen = Seen(known, confirm_reads=not snapshot)
        self.cache: Cache = self.seen
        self.snapshot = snapshot
        self._asked = False

    def rows(self, sql: str, *parameters: object) -> list[Row]:
        """All rows of a query."""
        if self.snapshot:
            if not self._asked:
                self._link.add("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", check=True)
            self._asked = True
        elif sql != resources.QUERY:  # a document is confirmed along with the query, so it may come before
            if self._asked:
                raise NeedsSnapshot
            self._asked = True
        self.confirm()
        if self._apart is not None and (self.snapshot or SEVERAL in sql):
            self._apart.keep(self._link, self.seen, sql)
        self._link.add(sql, parameters)
        [answer] = self._link.exchange()
        return answer.rows

    def row(self, sql: str, *parameters: object) -> Row | None:
        """The first row of a query, or None."""
        return next(iter(self.rows(sql, *parameters)), None)

    def first_rows(self, questions: Sequence[Question]) -> list[Row | None]:
        """The first row of each of several queries, or None."""
        return [self.row(sql, *parameters) for sql, parameters in questions]

    def confirm(self) -> None:
        """Add the checks of the documents that were used and not confirmed."""
        for check, key in self.seen.checks(NOT_HELD):
            self._link.add(check, key, check=True)

    def end(self) -> None:
        """Confirm what is left, and end the snapshot."""
        self.confirm()
        if self._asked and self.snapshot:
            self._link.add("COMMIT", check=True)
        if not self._link.idle:
            self._link.exchange()

    def give_up(self) -> None:
        """End the snapshot of a view that has failed."""
        if self._asked and self.snapshot:
            self._link.add("ROLLBACK", check=True)
            self._link.exchange()


class Writing(Update):
    """An update that has a transaction to itself."""

    __slots__ = (
        "_advisory",
        "_apart",
        "_begun",
        "_hold",
        "_link",
        "_mode",
        "_refusal",
        "cache",
        "seen",
    )

    def __init__(self, link: Link, known: Documents, mode: Mode, dialect: Dialect) -> None:
        super().__init__(dialect.parts)
        self._link = link
        self._mode = mode
        self._advisory = dialect.advisory
        self._hold = hold_of(dialect, mode)
        self._apart = Apart(OWNED) if dialect.parts > 1 and mode is Mode.ALONE else None
        self.seen = Seen(known, confirm_reads=True)
        self.cache: Cache = self.seen
        self._begun = False
        self._refusal: Refused | None = None

    def do(self, sql: str, *parameters: object, turn: Turn = ()) -> None:
        """Execute a change, together with what follows."""
        if turn:
            self.turns.add(turn, Statement(sql, parameters))
        else:
            self._add(sql, parameters, silent=True)

    def commit(self) -> None:
        """Confirm what is left, and commit."""
        if self._refusal is not None:  # which the closure has kept to itself: nothing of it can stand any more
            raise self._refusal
        self._take_turns()
        self._confirm()
        if self._begun:
            self._link.add("COMMIT", check=True, commit=self.wrote)
        if not self._link.idle:
            self._link.exchange()

    def confirm_alone(self) -> None:
        """Confirm what is left, where the closure has raised: its reason may be a document that stands no more."""
        if self._refusal is not None:
            raise self._refusal
        self._confirm()
        if not self._link.idle:
            self._link.exchange()

    def _ask(self, questions: Iterable[Question]) -> list[Answer]:
        for sql, parameters in questions:
            self._add(sql, parameters)
        try:
            return self._link.exchange()
        except Refused as refusal:
            self._refusal = refusal
            raise

    def _add(self, sql: str, parameters: tuple[object, ...], *, silent: bool = False) -> None:
        replaced = parameters[:3] or None if sql.startswith(REPLACING) else None  # a step of the schema names none
        if replaced in self.seen.used and self._mode is Mode.LOCKED:
            raise NeedsAlone
        if self.turns.concern(sql):
            self._take_turns()
        if not self._begun:
            self._link.add(f"BEGIN ISOLATION LEVEL {self._mode.value}", check=True)
            self._begun = True
            if self._mode is Mode.EXCLUSIVE:  # one at a time of these, so that none waits for another's documents
                self._link.add(_TURN, check=True)
        self._confirm()
        if replaced is not None and self._advisory:
            kind, scope, name = map(str, replaced)
            self._link.add(f"SELECT {OWNED}(?)", (lock_numbers((kind, scope, name))[1],), check=True)
        if self._apart is not None:
            self._apart.keep(self._link, self.seen, sql)
        self._link.add(sql, parameters, check=silent)
        self.wrote = self.wrote or not sql.startswith("SELECT")

    def _take_turns(self) -> None:
        for sql, parameters, _ in self.turns.take():
            self._add(sql, parameters, silent=True)

    def roll_back(self) -> None:
        """Undo everything."""
        if self._begun:
            self._link.add("ROLLBACK", check=True)
            self._link.exchange()

    def _confirm(self) -> None:
        for check, key in self.seen.checks(self._hold):
            self._link.add(check, key, check=True)
