"""What a query is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Constant:
    """A number or a text."""

    value: str | float


@dataclass(frozen=True, slots=True)
class Field:
    """A field by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time: so many of a unit, `5m`."""

    count: int
    unit: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function, an operator, or an aggregation, with what it is applied to; where it stands in the text."""

    function: str
    arguments: tuple[Node, ...]
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Matches:
    """Whether a text holds another one, or fits a regular expression."""

    subject: Node
    text: str
    regex: bool
    start: int
    end: int


Node = Constant | Field | Period | Call | Matches


@dataclass(frozen=True, slots=True)
class Item:
    """A column: what it holds and what it is called."""

    node: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Lets rows through."""

    condition: Node


@dataclass(frozen=True, slots=True)
class Fields:
    """Columns, beside those before or (`only`) in their place."""

    items: tuple[Item, ...]
    only: bool = False


@dataclass(frozen=True, slots=True)
class Stats:
    """Aggregations over groups of rows."""

    items: tuple[Item, ...]
    by: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Sort:
    """The order of rows: each key, and whether it descends."""

    keys: tuple[tuple[Node, bool], ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many rows; with `stops`, nothing more is scanned behind them."""

    count: int
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Dedup:
    """The first row of each combination of values."""

    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parse:
    """Takes parts of a field into fields of their own: the groups of a regular expression, in the order of names."""

    field: str
    pattern: str
    names: tuple[str, ...]
    start: int = 0
    end: int = 0


Command = Filter | Fields | Stats | Sort | Limit | Dedup | Parse


@dataclass(frozen=True, slots=True)
class Query:
    """A query's commands, in their order."""

    commands: tuple[Command, ...]


class Problem(Exception):
    """What is wrong with a query, and where its text is: from `start` to before `end`."""

    def __init__(self, message: str, start: int = 0, end: int = 0) -> None:
        super().__init__(message)
        self.message, self.start, self.end = message, start, end
