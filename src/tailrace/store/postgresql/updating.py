"""What the transactions of updates share, whether an update has one to itself (transactions.py) or a part of a group's.

Each of them has a way to send a change later (`do`) and one to ask at once (`_ask`); the rest of the port is said in
these two.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from tailrace.store.engine import Question, Row, Turn
from tailrace.store.postgresql.documents import checked
from tailrace.store.postgresql.holding import FOR_UPDATE
from tailrace.store.postgresql.link import Answer

STRIPES = 16
"""Into how many rows a count is divided that many writers change: a power of two, at most 256."""
_SIZES = (25, 5, 1)  # few, so that few statements are prepared; the first is what a batch has
SKIP_LOCKED = " FOR UPDATE SKIP LOCKED"


class Statement(NamedTuple):
    """A change that needs no answer, not yet sent. `owner`: the closure whose it is, where several share a link."""

    sql: str
    parameters: tuple[object, ...]
    owner: object = None


class Turns:
    """The changes of rows that many share, put off to the commit and then done in one order."""

    __slots__ = ("_statements", "_tables")

    def __init__(self) -> None:
        self._statements: list[tuple[Turn, Statement]] = []
        self._tables: set[str] = set()

    def add(self, turn: Turn, statement: Statement) -> None:
        """Put a change off."""
        self._statements.append((turn, statement))
        self._tables.add(str(turn[0]))

    def concern(self, sql: str) -> bool:
        """Whether a statement names a table of which a change is put off."""
        return any(table in sql for table in self._tables)

    def join(self, others: Turns) -> None:
        """Put off what others have put off, behind what is there."""
        self._statements += others._statements
        self._tables |= others._tables

    def take(self) -> list[Statement]:
        """What was put off, in the order in which it is to be done."""
        taken, self._statements = self._statements, []
        self._tables.clear()
        return [statement for _, statement in sorted(taken, key=itemgetter(0))]


def in_few_statements(sql: str, rows: Sequence[tuple[object, ...]]) -> Iterable[Question]:
    """A change for many rows of parameters: an `INSERT .. SELECT` in as few statements as there are sizes.

    Anything else stays a statement a row, and so does a row without a value, whose type a UNION can't tell.
    """
    head, select, each = sql.partition(" SELECT ")
    if not (select and head.startswith("INSERT")) or any(None in row for row in rows):
        yield from ((sql, row) for row in rows)
        return
    at = 0
    for size in _SIZES:
        while len(rows) - at >= size:
            several = f" UNION ALL{select}".join([each] * size)
            yield f"{head}{select}{several}", tuple(chain.from_iterable(rows[at : at + size]))
            at += size


class Update(ABC):
    """The Transaction of an update."""

    __slots__ = ("notices", "parts", "turns", "wrote")
    lock = FOR_UPDATE
    skip = SKIP_LOCKED
    stripes = STRIPES
    joins_in_order = False

    def __init__(self, parts: int) -> None:
        self.parts = parts
        self.notices: dict[tuple[str, str], None] = {}
        self.turns = Turns()
        self.wrote = False

    @abstractmethod
    def do(self, sql: str, *parameters: object, turn: Turn = ()) -> None:
        """Execute a change, together with what follows."""

    @abstractmethod
    def _ask(self, questions: Iterable[Question]) -> list[Answer]:
        """The answers to several statements, in one round trip."""

    def rows(self, sql: str, *parameters: object) -> list[Row]:
        """All rows of a query, or of a change with RETURNING."""
        [answer] = self._ask(((sql, parameters),))
        return answer.rows

    def row(self, sql: str, *parameters: object) -> Row | None:
        """The first row of a query, or of a change with RETURNING; None without one."""
        return next(iter(self.rows(sql, *parameters)), None)

    def first_rows(self, questions: Sequence[Question]) -> list[Row | None]:
        """The first row of each of several queries, or None: one round trip."""
        return [next(iter(answer.rows), None) for answer in self._ask(questions)] if questions else []

    def run(self, sql: str, *parameters: object) -> int:
        """Execute a change; the number of rows that it touched."""
        [answer] = self._ask(((sql, parameters),))
        return answer.touched

    def one(self, sql: str, *parameters: object, turn: Turn = ()) -> None:
        """Execute a change that touches one row, as `do` does; nothing is done of the transaction unless it does."""
        self.do(checked(sql), *parameters, turn=turn)
        self.wrote = True

    def many(self, sql: str, rows: Sequence[tuple[object, ...]], *, one: bool = False, turn: Turn = ()) -> None:
        """Execute a change for each row of parameters, as `do` or (`one`) as `one` does."""
        change = self.one if one else self.do
        for statement, parameters in ((sql, row) for row in rows) if one else in_few_statements(sql, rows):
            change(statement, *parameters, turn=turn)

    def each(self, sql: str, rows: Sequence[tuple[object, ...]]) -> list[int]:
        """Execute a change for each row of parameters; the numbers of rows that they touched."""
        return [answer.touched for answer in self._ask([(sql, row) for row in rows])] if rows else []

    def advance(self, shard: int, count: int) -> None:
        """None: other nodes take numbers of the shard, too."""
        return

    def count(self, collection: int, items: int, size: int) -> bool:
        """False: other nodes add to the collection, too."""
        return False

    def notify(self, topic: str, payload: str) -> None:
        """Remember a notice for after the commit."""
        self.notices[topic, payload] = None
