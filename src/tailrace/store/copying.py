"""A whole store, copied from one engine to another: every table, row by row in the order of its key.

```
source ──view: some rows behind the last key──> target ──update: the rows, and the key that they reach to
```
How far a copy has come stands in the target, written with the rows, so one that was interrupted goes on where it was.
At the end both stores are read again, and each table's count and checksum have to agree. Nobody may use either store
meanwhile: an embedded one is locked by who opens it, a database's servers are seen by the leases that they live by.

Numbers stay what they are, so streams, checkpoints and whatever refers to them come along. What a node has claimed for
itself doesn't: a lease's state is copied, its holder is not, for there is no such node any more.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson

from tailrace.base.errors import StoreError
from tailrace.store.engine import Row, Store, Transaction
from tailrace.store.schema.tables import STEPS

ROWS = 200
ROWS_OF = {"blobs": 1, "log_events": 1000}  # a package has up to 250 MB
COUNTED_ROWS = 50_000  # at once
NOT_COPIED = frozenset(("meta",))
POSITION = "copy/"  # in meta: how far each table was copied
SOURCE = "copied from"
Progress = Callable[[str, int, int], None]
"""Told after each part: what is done (a table, or its check), how many of its rows, of how many."""


class NotPossible(StoreError):
    """The copy can't be made, or doesn't agree; the text says why."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as the steps of the schema make it. `numbered`: the column whose numbers the database gives."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    numbered: str | None


def tables() -> list[Table]:
    """All tables, by running the steps of the schema."""
    with sqlite3.connect(":memory:") as connection:
        for step in STEPS:
            for statement in step:
                connection.execute(statement)
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = [_table(connection, name) for name in names if not name.startswith("sqlite_")]
    connection.close()
    return [table for table in found if table.name not in NOT_COPIED]


def _table(connection: sqlite3.Connection, name: str) -> Table:
    columns = connection.execute(f"PRAGMA table_info({name})").fetchall()
    key = tuple(column[1] for column in sorted(columns, key=lambda column: column[5]) if column[5])
    numbered = key[0] if len(key) == 1 and next(c for c in columns if c[1] == key[0])[2] == "INTEGER" else None
    return Table(name, tuple(column[1] for column in columns), key, numbered)


async def copy(source: Store, target: Store, name: str, progress: Progress, now: float) -> int:
    """Copy everything from `source`, called `name`, and verify it; the number of rows. Raises NotPossible.

    `target` is empty, or has a part of a copy of the same source.
    """
    for store in (source, target):
        await store.view(lambda tx: _check_unused(tx, now))
    everything = tables()
    await target.update(lambda tx: _begin(tx, everything, name))
    rows = 0
    for table in everything:
        rows += await _copy_table(source, target, table, progress)
    for table in everything:
        await _verify(source, target, table, progress)
        if table.numbered and target.kind == "postgresql":
            await target.update(lambda tx, table=table: _number_on(tx, table))  # type: ignore[misc]
    await target.update(_end)
    return rows


def _check_unused(tx: Transaction, now: float) -> None:
    row = tx.row("SELECT count(*) FROM leases WHERE name >= 'node/' AND name < 'node0' AND expires > ?", now)
    if row is not None and row[0]:
        raise NotPossible(f"{row[0]} servers use the database: stop them, and wait for ten seconds")


def _begin(tx: Transaction, everything: Sequence[Table], name: str) -> None:
    """Mark the target as a copy of this source. Raises NotPossible where it has data of its own."""
    row = tx.row("SELECT value FROM meta WHERE name = ?", SOURCE)
    if row is not None:
        if row[0] != name:
            raise NotPossible(
                f"the target has a part of a copy of {row[0]}: go on with that one, or take an empty target"
            )
        return
    for table in everything:
        if tx.row(f"SELECT 1 FROM {table.name} LIMIT 1") is not None:  # noqa: S608 - the schema's own name
            raise NotPossible(f"the target isn't empty: it has rows of {table.name}")
    tx.do("INSERT INTO meta (name, value) VALUES (?, ?)", SOURCE, name)


def _end(tx: Transaction) -> None:
    tx.do("DELETE FROM meta WHERE name = ? OR (name >= ? AND name < ?)", SOURCE, POSITION, POSITION + "\U0010ffff")


async def _copy_table(source: Store, target: Store, table: Table, progress: Progress) -> int:
    total = await _count(source, table)
    after = await target.view(lambda tx: _position(tx, table))
    done = 0 if after is None else await _count(target, table)
    progress(table.name, done, total)
    while rows := await source.view(lambda tx, after=after: _page(tx, table, after)):  # type: ignore[misc]
        await target.update(lambda tx, rows=rows: _put(tx, table, rows), locked=True)  # type: ignore[misc]
        after, done = _key(table, rows[-1]), done + len(rows)
        progress(table.name, done, total)
    return done


def _page(tx: Transaction, table: Table, after: Sequence[Any] | None) -> list[Row]:
    """The next rows behind a key, in its order."""
    key, marks = ", ".join(table.key), ", ".join("?" * len(table.key))
    where = "" if after is None else f"WHERE ({key}) > ({marks}) "
    sql = f"SELECT {', '.join(table.columns)} FROM {table.name} {where}ORDER BY {key} LIMIT ?"  # noqa: S608 - the same
    return [_as_copied(table, row) for row in tx.rows(sql, *(after or ()), ROWS_OF.get(table.name, ROWS))]


def _as_copied(table: Table, row: Row) -> Row:
    """The row without what belongs to a node that is no more."""
    if table.name == "leases":
        gone = {"owner": "", "expires": 0.0}
        return tuple(gone.get(column, value) for column, value in zip(table.columns, row, strict=True))
    if table.name == "deliveries":
        return tuple(None if column == "owner" else value for column, value in zip(table.columns, row, strict=True))
    return row


def _put(tx: Transaction, table: Table, rows: Sequence[Row]) -> None:
    names, marks, key = ", ".join(table.columns), ", ".join("?" * len(table.columns)), ", ".join(table.key)
    sql = f"INSERT INTO {table.name} ({names}) VALUES ({marks}) ON CONFLICT ({key}) DO NOTHING"  # noqa: S608 - the same
    for row in rows:
        tx.do(sql, *row)
    reached = [part.hex() if isinstance(part, bytes) else part for part in _key(table, rows[-1])]
    kinds = [isinstance(part, bytes) for part in _key(table, rows[-1])]
    tx.do(
        "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        *(POSITION + table.name, orjson.dumps([reached, kinds]).decode()),
    )


def _position(tx: Transaction, table: Table) -> list[Any] | None:
    """The key that the copy of a table has reached."""
    row = tx.row("SELECT value FROM meta WHERE name = ?", POSITION + table.name)
    if row is None:
        return None
    reached, kinds = orjson.loads(row[0])
    return [bytes.fromhex(part) if raw else part for part, raw in zip(reached, kinds, strict=True)]


def _key(table: Table, row: Row) -> list[Any]:
    return [row[table.columns.index(column)] for column in table.key]


async def _count(store: Store, table: Table) -> int:
    """How many rows a table has, in steps that no engine takes for too long."""
    key, marks = ", ".join(table.key), ", ".join("?" * len(table.key))
    count, after = 0, None

    def step(tx: Transaction) -> tuple[Row | None, int]:
        where = "" if after is None else f"WHERE ({key}) > ({marks}) "
        found = f"FROM {table.name} {where}"
        at = tx.row(f"SELECT {key} {found}ORDER BY {key} LIMIT 1 OFFSET ?", *(after or ()), COUNTED_ROWS - 1)
        left = None if at else tx.row(f"SELECT count(*) {found}", *(after or ()))
        return at, COUNTED_ROWS if left is None else int(left[0])

    while True:
        after, counted = await store.view(step)
        count += counted
        if after is None:
            return count


async def _verify(source: Store, target: Store, table: Table, progress: Progress) -> None:
    """Read both again. Raises NotPossible where a count or a checksum differs."""
    total = await _count(source, table)
    ours, theirs = await _checksum(source, table), await _checksum(target, table)
    if ours != theirs:
        raise NotPossible(f"{table.name} differs: {ours[0]} rows ({ours[1]}) became {theirs[0]} ({theirs[1]})")
    progress(f"{table.name} verified", total, total)


async def _checksum(store: Store, table: Table) -> tuple[int, str]:
    """How many rows a table has, and what their contents come to."""
    digest, count, after = blake2b(digest_size=16), 0, None
    while rows := await store.view(lambda tx, after=after: _page(tx, table, after)):  # type: ignore[misc]
        for row in rows:
            digest.update(repr(row).encode("utf-8", "surrogatepass"))
        count, after = count + len(rows), _key(table, rows[-1])
    return count, digest.hexdigest()


def _number_on(tx: Transaction, table: Table) -> None:
    """Have the database give numbers behind those that were copied."""
    tx.rows(
        f"SELECT setval(pg_get_serial_sequence('{table.name}', '{table.numbered}'), "  # noqa: S608 - the schema's own
        f"coalesce(max({table.numbered}), 0) + 1, false) FROM {table.name}"
    )
