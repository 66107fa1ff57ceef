"""A query under way: events in, newest first, rows out at the end.

```
event -> stage -> stage -> ... -> rows        each stage hands a row on, holds it back until the end, or drops it
```
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tailrace.log_query import patterns
from tailrace.log_query.aggregates import TooMany
from tailrace.log_query.expressions import Compiler
from tailrace.log_query.nodes import Command, Dedup, Fields, Filter, Limit, Parse, Query, Sort, Stats
from tailrace.log_query.record import Record, Row
from tailrace.log_query.stats import Grouping
from tailrace.log_query.values import order, text, truth

ROWS_DEFAULT = 10_000
KEPT_MAX = 100_000  # rows, and
KEPT_BYTES_MAX = 64 * 1024 * 1024  # bytes of messages that a query may hold back
DEFAULT_COLUMNS = ("@timestamp", "@message")

HOLDING = Sort | Limit | Stats | Dedup

ResultRow = list[tuple[str, str]]


class Stage(Protocol):
    """One command at work."""

    def push(self, row: Row) -> None:
        """A row comes."""

    def end(self) -> None:
        """No row comes any more."""


class _Passing:
    """What hands rows on as they come."""

    def __init__(self, after: Stage) -> None:
        self._after = after

    def push(self, row: Row) -> None:
        self._after.push(row)

    def end(self) -> None:
        self._after.end()


class _Filtering(_Passing):
    def __init__(self, command: Filter, compiler: Compiler, after: Stage) -> None:
        super().__init__(after)
        self._condition = compiler.compile(command.condition)

    def push(self, row: Row) -> None:
        if truth(self._condition(row)):
            self._after.push(row)


class _Setting(_Passing):
    """`fields` and `display`: what is computed becomes a field of the row."""

    def __init__(self, command: Fields, compiler: Compiler, after: Stage) -> None:
        super().__init__(after)
        self._items = [(item.name, compiler.compile(item.node)) for item in command.items]

    def push(self, row: Row) -> None:
        for name, evaluate in self._items:
            row.set[name] = evaluate(row)
        self._after.push(row)


class _Parsing(_Passing):
    def __init__(self, command: Parse, after: Stage) -> None:
        super().__init__(after)
        self._field, self._names = command.field, command.names
        self._search = patterns.compiled(command.pattern, command.start, command.end).search

    def push(self, row: Row) -> None:
        found = self._search(text(row.get(self._field)))
        if found:
            row.set.update(zip(self._names, found.groups(), strict=False))
        self._after.push(row)


class _Distinct(_Passing):
    def __init__(self, command: Dedup, after: Stage) -> None:
        super().__init__(after)
        self._fields = command.fields
        self._seen: set[tuple[str | None, ...]] = set()

    def push(self, row: Row) -> None:
        values = [row.get(name) for name in self._fields]
        key = tuple(None if value is None else text(value) for value in values)
        if key in self._seen:
            return
        if len(self._seen) >= KEPT_MAX:
            raise TooMany
        self._seen.add(key)
        self._after.push(row)


class _Limiting(_Passing):
    def __init__(self, command: Limit, after: Stage) -> None:
        super().__init__(after)
        self._left, self._stops = command.count, command.stops

    @property
    def satisfied(self) -> bool:
        """Whether nothing behind would change what comes out."""
        return self._stops and self._left <= 0

    def push(self, row: Row) -> None:
        if self._left > 0:
            self._left -= 1
            self._after.push(row)


class _Sorting(_Passing):
    """Holds back the first `most` rows of the order; twice as many while they come."""

    def __init__(self, command: Sort, compiler: Compiler, most: int, after: Stage) -> None:
        super().__init__(after)
        self._keys = [(compiler.compile(node), descends) for node, descends in command.keys]
        self._most = most
        self._rows: list[Row] = []
        self._bytes = 0

    def push(self, row: Row) -> None:
        self._rows.append(row)
        self._bytes += _size(row)
        if len(self._rows) >= 2 * self._most or self._bytes > KEPT_BYTES_MAX:
            self._cut()

    def end(self) -> None:
        self._cut()
        for row in self._rows:
            self._after.push(row)
        self._after.end()

    def _cut(self) -> None:
        for evaluate, descends in reversed(self._keys):
            self._rows.sort(key=lambda row: order(evaluate(row)), reverse=descends)  # noqa: B023 - used at once
        del self._rows[self._most :]
        self._bytes = sum(_size(row) for row in self._rows)
        if self._bytes > KEPT_BYTES_MAX:
            raise TooMany


class _Grouping(_Passing):
    def __init__(self, command: Stats, compiler: Compiler, after: Stage) -> None:
        super().__init__(after)
        self.grouping = Grouping(command, compiler)

    def push(self, row: Row) -> None:
        self.grouping.add(row)

    def end(self) -> None:
        for row in self.grouping.rows():
            self._after.push(row)
        self._after.end()


class _Counting(_Passing):
    """Counts the rows that matched."""

    count = 0

    def push(self, row: Row) -> None:
        self.count += 1
        self._after.push(row)


class _Last:
    """The rows that come out, at most so many."""

    def __init__(self, most: int) -> None:
        self.rows: list[Row] = []
        self._most = most
        self._bytes = 0

    def push(self, row: Row) -> None:
        if len(self.rows) < self._most:
            self._bytes += _size(row)
            if self._bytes > KEPT_BYTES_MAX:
                raise TooMany
            self.rows.append(row)

    def end(self) -> None:
        """Nothing is held back."""


class Pipeline:
    """A query under way. Raises Problem where it makes no sense."""

    def __init__(self, query: Query, now: float, limit: int | None = None) -> None:
        own = [command.count for command in query.commands if isinstance(command, Limit)]
        self._last = _Last(own[-1] if own else limit or ROWS_DEFAULT)
        self.columns: list[str] = []
        self._limits: list[_Limiting] = []
        compiler = Compiler(now)
        # What comes before the first command that holds rows back decides what matches.
        holding = (place for place, one in enumerate(query.commands) if isinstance(one, HOLDING))
        self._counts_at = next(holding, len(query.commands))
        self._counted = _Counting(self._last)
        self._first: Stage = self._counted if self._counts_at == len(query.commands) else self._last
        for place in reversed(range(len(query.commands))):
            self._first = self._stage(query.commands, place, compiler)
        self._columns(query.commands)

    @property
    def matched(self) -> int:
        """How many events have passed the query's conditions."""
        return self._counted.count

    @property
    def satisfied(self) -> bool:
        """Whether no further event changes the outcome."""
        return any(limit.satisfied for limit in self._limits)

    def add(self, record: Record) -> None:
        """The next event, which is older. Raises TooMany, TooSlow."""
        self._first.push(record)

    def rows(self) -> list[ResultRow]:
        """The query's outcome: each row's columns that have a value, and the pointer of a row that is an event."""
        self._first.end()
        return [self._result(row) for row in self._last.rows]

    def _result(self, row: Row) -> ResultRow:
        values = ((name, row.get(name)) for name in self.columns)
        found = [(name, text(value)) for name, value in values if value is not None]
        return [*found, ("@ptr", row.pointer)] if row.pointer else found

    def _stage(self, commands: Sequence[Command], place: int, compiler: Compiler) -> Stage:
        command, after = commands[place], self._first
        if not isinstance(command, HOLDING):
            return _streaming(command, compiler, after)
        made: Stage
        if isinstance(command, Sort):
            follows = commands[place + 1] if place + 1 < len(commands) else None
            most = follows.count if isinstance(follows, Limit) else KEPT_MAX if follows else ROWS_DEFAULT
            made = _Sorting(command, compiler, most, after)
        elif isinstance(command, Limit):
            limiting = _Limiting(command, after)
            self._limits.append(limiting)
            made = limiting
        elif isinstance(command, Stats):
            made = _Grouping(command, compiler, after)
        else:
            made = _Distinct(command, after)
        if place == self._counts_at:
            self._counted = _Counting(made)
            return self._counted
        return made

    def _columns(self, commands: Sequence[Command]) -> None:
        """Which columns a row shows: those of `display`, else of all `fields` and `parse`, and of `stats`."""
        shown: list[str] = []
        chosen = grouped = False
        for command in commands:
            if isinstance(command, Stats):
                shown, grouped = [item.name for item in (*command.by, *command.items)], True
            elif isinstance(command, Fields):
                names = [item.name for item in command.items]
                chosen, shown = True, names if command.only else [*shown, *names]
            elif isinstance(command, Parse):
                shown = [*shown, *command.names]
        if not chosen and not grouped:
            shown = [*DEFAULT_COLUMNS, *shown]
        self.columns = list(dict.fromkeys(name for name in shown if name != "@ptr"))


def _streaming(command: Command, compiler: Compiler, after: Stage) -> Stage:
    if isinstance(command, Filter):
        return _Filtering(command, compiler, after)
    if isinstance(command, Parse):
        return _Parsing(command, after)
    assert isinstance(command, Fields)
    return _Setting(command, compiler, after)


def _size(row: Row) -> int:
    return len(text(row.get("@message"))) if row.pointer else 100
