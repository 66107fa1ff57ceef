"""The tables that are copied, as the steps of the schema make them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import apsw

from tailrace.base.errors import StoreError
from tailrace.store.engine import Row
from tailrace.store.schema.tables import STEPS

Key = tuple[Any, ...]
NOT_COPIED = frozenset(("meta",))
ROWS = 200
ROWS_OF = {"blobs": 1, "log_events": 1000}  # a package has up to 250 MB


class NotPossible(StoreError):
    """The copy can't be made, or doesn't agree; the text says why."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its key, the types of that, and what else is unique in it.

    `numbered`: the column whose numbers the database gives; `given_once`: an embedded one, too, never gives one twice.
    """

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    types: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...]
    numbered: str | None
    given_once: bool

    @property
    def rows_at_once(self) -> int:
        """How many rows are held in memory together."""
        return ROWS_OF.get(self.name, ROWS)

    def key_of(self, row: Row) -> Key:
        """The key of a row of all columns."""
        return tuple(row[self.columns.index(column)] for column in self.key)

    @property
    def is_key(self) -> str:
        """The condition that finds one row."""
        return " AND ".join(f"{column} = ?" for column in self.key)


def tables() -> list[Table]:
    """All tables, by running the steps of the schema."""
    connection = apsw.Connection(":memory:")
    for step in STEPS:
        for statement in step:
            connection.execute(statement)
    made: list[Any] = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    found = [_table(connection, name, sql) for name, sql in made if not name.startswith("sqlite_")]
    connection.close()
    return [table for table in found if table.name not in NOT_COPIED]


def _table(connection: apsw.Connection, name: str, sql: str) -> Table:
    columns: list[Any] = connection.execute(f"PRAGMA table_info({name})").fetchall()
    types = {column[1]: column[2] for column in columns}
    key = tuple(column[1] for column in sorted(columns, key=lambda column: column[5]) if column[5])
    numbered = key[0] if len(key) == 1 and types[key[0]] == "INTEGER" else None
    unique = [
        tuple(part[2] for part in connection.execute(f"PRAGMA index_info({index[1]})"))
        for index in connection.execute(f"PRAGMA index_list({name})")
        if index[2] and index[3] == "c"
    ]
    return Table(
        *(name, tuple(types), key, tuple(types[column] for column in key), tuple(unique)),
        *(numbered, "AUTOINCREMENT" in sql),
    )


def marks(columns: Sequence[str]) -> str:
    """A question mark for each column."""
    return ", ".join("?" * len(columns))
