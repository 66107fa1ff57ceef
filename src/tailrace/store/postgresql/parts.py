"""The sixteen parts of a store that is distributed on Citus, and the one that a statement is about.

```
items, expirations   the first four bits of the key, which are those of its partition's hash ─┐
collections          its stripe, which is the same                                            ├─> part ─> its place
shards, changes      the shard's number modulo sixteen                                        ─┘
```
A place is what the column `part` holds. Each of Citus's shards has one, so what belongs to a part lies on one machine,
and a shard whose hashes are all of one part has that part's number (changes.py): a write of an item, its record and
their counters are one machine's commit.

Statements stay what they are for every other database. Here each gets the condition that tells Citus where to send
it, with its parameter; what asks for several parts is left as it is, and Citus asks all machines. The rejected
alternatives: a column `part` everywhere, which every row and every statement of a SQLite file would pay for; the
partition's key as Citus's column, with which a query of one partition asks every machine.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tailrace.store.changes import shard_of
from tailrace.store.postgresql.documents import checked

PARTS = 16
PLACES = (1, 24, 10, 5, 4, 16, 0, 3, 52, 28, 6, 13, 2, 41, 9, 11)
"""By part: the smallest number whose `hashint8`, by which Citus places rows, lies in that sixteenth of all hashes."""

Statement = tuple[str, tuple[object, ...]]
Route = Callable[[tuple[object, ...]], Statement]

_STATEMENTS_MAX = 2000
_TABLES = "items|expirations|collections|shards|changes"
_CONCERNED = re.compile(rf"\b(?:FROM|INTO|UPDATE|JOIN) (?:{_TABLES})\b")
_INSERT = re.compile(rf"INSERT INTO (?:{_TABLES}) \(([^)]*)\) VALUES \(([^)]*(?:\), \([^)]*)*)\)")
_CONFLICT = re.compile(r"(ON CONFLICT \([^)]*)\)")
_OF_SHARD = re.compile(r"INSERT INTO changes \(([^)]*)\) SELECT latest")
_WRAPPED = re.compile(re.escape(checked("@")).replace("@", "(.*)"))
_NEXT = "UPDATE shards SET latest = latest + ? WHERE shard = ? AND closed IS NULL"
_NEXT_OR_FAIL = "UPDATE shards SET latest = latest + ? / (closed IS NULL)::int WHERE shard = ?"
_KEYS = re.compile(r"\b(key|shard) (?:= \?|IN \((\?(?:, \?)*)\))")
_RANGE = re.compile(r"\b(key|sequence) >=? \? AND \1 <(=?) \?")


def of_key(key: bytes) -> int:
    """The part of an item's key, or of a bound between keys."""
    return key[0] >> 4 if key else 0


def _below(bound: Any) -> Any:
    """The home of what is next below a bound: a key's, or a number's."""
    if not isinstance(bound, bytes):
        return shard_of(bound - 1)
    part = of_key(bound)
    return part - 1 if part and bound.rstrip(b"\0") == bytes((part << 4,)) else part


# By column, what the part follows from: it is this modulo sixteen.
_HOMES: dict[str, Callable[[Any], int]] = {"key": of_key, "stripe": int, "shard": int, "sequence": shard_of}
_routes: dict[str, Route | None] = {}


def routed(sql: str, parameters: tuple[object, ...]) -> Statement:
    """The statement as it is sent to a distributed store, and its parameters."""
    try:
        route = _routes[sql]
    except KeyError:
        route = _route(sql)
        if len(_routes) < _STATEMENTS_MAX:
            _routes[sql] = route
    return (sql, parameters) if route is None else route(parameters)


def _route(sql: str) -> Route | None:
    """How a statement finds its part; None where it names none of the divided tables, or asks them all."""
    if not _CONCERNED.search(sql):
        return None
    sql = _CONFLICT.sub(r"\1, part)", _unwrapped(sql))
    sql = sql.replace("JOIN changes ON ", "JOIN changes ON changes.part = shards.part AND ")
    if (insert := _INSERT.search(sql)) is not None:
        return _of_values(sql, insert)
    if (of_shard := _OF_SHARD.match(sql)) is not None:
        sql = sql.replace(of_shard[1], f"part, {of_shard[1]}", 1).replace("SELECT latest", "SELECT part, latest")
    if _KEYS.search(sql):
        return _of_keys(sql)
    if (between := _RANGE.search(sql)) is not None:
        return _of_range(sql, between)
    return lambda parameters: (sql, parameters)


def _unwrapped(sql: str) -> str:
    """A change that fails unless it touches one row, without the query around it, for which Citus plans it twice.

    An item that is there already breaks its key. A shard that is closed divides by zero; one that is gone was closed
    for a day before, so it is in no layout that the transaction has confirmed.
    """
    if (wrapped := _WRAPPED.fullmatch(sql)) is None:
        return sql
    change = wrapped[1]
    if change.startswith("INSERT INTO items"):
        return change.partition(" ON CONFLICT")[0]
    if change == _NEXT:
        return _NEXT_OR_FAIL
    return sql


def _of_values(sql: str, insert: re.Match[str]) -> Route:
    """One row or several; what follows them has no marks."""
    names = insert[1].split(", ")
    at, home_of = next((place, _HOMES[name]) for place, name in enumerate(names) if name in _HOMES)
    rows = insert[2].split("), (")
    marks = [row.count("?") for row in rows]
    places = [row.split(", ")[:at].count("?") for row in rows]
    text = (
        f"{sql[: insert.start(1)]}part, {sql[insert.start(1) : insert.start(2)]}"
        f"?, {'), (?, '.join(rows)}{sql[insert.end(2) :]}"
    )

    def route(given: tuple[Any, ...]) -> Statement:
        sent: list[object] = []
        first = 0
        for count, place in zip(marks, places, strict=True):
            sent += (_place(home_of(given[first + place])), *given[first : first + count])
            first += count
        return text, (*sent, *given[first:])

    return route


def _of_keys(sql: str) -> Route:
    """Rows whose keys are named: one or several times one, or several at once; each gets the condition of its part."""
    text, plan, end, marks = "", [], 0, 0
    for found in _KEYS.finditer(sql):
        several = found[2]
        text += f"{sql[end : found.end()]} AND part {f'IN ({several})' if several else '= ?'}"
        first = sql.count("?", 0, found.start())
        plan.append((_HOMES[found[1]], marks, first, first + found[0].count("?")))
        marks, end = plan[-1][3], found.end()
    text += sql[end:]

    def route(given: tuple[Any, ...]) -> Statement:
        sent: list[object] = []
        for home_of, start, first, last in plan:
            sent += given[start:last]
            sent += (_place(home_of(key)) for key in given[first:last])
        return text, (*sent, *given[marks:])

    return route


def _of_range(sql: str, between: re.Match[str]) -> Route:
    """A range within one part, or one shard, is asked for there; a wider one everywhere."""
    at = sql.count("?", 0, between.start())
    home_of = _HOMES[between[1]]
    last_of = home_of if between[2] else _below
    text = f"{sql[: between.end()]} AND part = ?{sql[between.end() :]}"

    def route(given: tuple[object, ...]) -> Statement:
        home = home_of(given[at])
        if home != last_of(given[at + 1]):
            return sql, given
        return text, (*given[: at + 2], _place(home), *given[at + 2 :])

    return route


def _place(home: int) -> int:
    return PLACES[home % PARTS]
