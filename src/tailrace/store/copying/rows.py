"""Rows of a table: read in the order of its key or by their keys, laid down as they are, counted and compared."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from hashlib import blake2b
from typing import TypeVar

from tailrace.store.copying.tables import Key, Table, marks
from tailrace.store.engine import Row, Store, Transaction

T = TypeVar("T")
COUNTED_ROWS = 50_000  # at once
KEYS = 5_000  # at once
ROWS_A_STATEMENT = 20


async def see(store: Store, read: Callable[[Transaction], T]) -> T:
    """A view of what stands now: an embedded store's snapshot lasts until the loop comes round."""
    found = await store.view(read)
    await asyncio.sleep(0)
    return found


def page(tx: Transaction, table: Table, after: Key | None, to: Key | None = None) -> list[Row]:
    """The next rows behind a key, in its order, up to `to`: fewer than `rows_at_once` where that is reached."""
    where, parameters = _range(table, after, to)
    sql = f"SELECT {', '.join(table.columns)} FROM {table.name} {where}ORDER BY {', '.join(table.key)} LIMIT ?"  # noqa: S608 - the schema's own names
    return [_as_copied(table, row) for row in tx.rows(sql, *parameters, table.rows_at_once)]


def _range(table: Table, after: Key | None, to: Key | None) -> tuple[str, Key]:
    """The condition for what stands behind `after` and not behind `to`, as far as they are given."""
    key, of_key = ", ".join(table.key), marks(table.key)
    bounds = [f"({key}) {sign} ({of_key})" for sign, bound in ((">", after), ("<=", to)) if bound is not None]
    return f"WHERE {' AND '.join(bounds)} " if bounds else "", (*(after or ()), *(to or ()))


def last_key(tx: Transaction, table: Table) -> Key | None:
    """The greatest key of a table; None where it is empty."""
    key = ", ".join(f"{column} DESC" for column in table.key)
    return tx.row(f"SELECT {', '.join(table.key)} FROM {table.name} ORDER BY {key} LIMIT 1")  # noqa: S608 - the same


def _as_copied(table: Table, row: Row) -> Row:
    """The row without what belongs to a node that is no more."""
    if table.name == "leases":
        gone = {"owner": "", "expires": 0.0}
        return tuple(gone.get(column, value) for column, value in zip(table.columns, row, strict=True))
    if table.name == "deliveries":
        return tuple(None if column == "owner" else value for column, value in zip(table.columns, row, strict=True))
    return row


def by_keys(tx: Transaction, table: Table, keys: Sequence[Key]) -> dict[Key, Row]:
    """The rows of at most `rows_at_once` keys, those that are there."""
    if not keys:
        return {}
    padded = [*keys, *[keys[-1]] * (table.rows_at_once - len(keys))]  # one statement, prepared once
    values = ", ".join([f"({marks(table.key)})"] * len(padded))
    key = ", ".join(table.key)
    sql = f"SELECT {', '.join(table.columns)} FROM {table.name} WHERE ({key}) IN (VALUES {values})"  # noqa: S608 - the same
    rows = [_as_copied(table, row) for row in tx.rows(sql, *(part for each in padded for part in each))]
    return {table.key_of(row): row for row in rows}


def between(tx: Transaction, table: Table, after: Key | None, to: Key | None) -> Iterator[Key]:
    """The keys behind `after`, up to `to` or to the end."""
    key = ", ".join(table.key)
    while True:
        where, parameters = _range(table, after, to)
        found = tx.rows(f"SELECT {key} FROM {table.name} {where}ORDER BY {key} LIMIT ?", *parameters, KEYS)  # noqa: S608 - the same
        yield from found
        if len(found) < KEYS:
            return
        after = found[-1]


def lay_range(tx: Transaction, table: Table, after: Key | None, to: Key | None, rows: Sequence[Row]) -> None:
    """Have just these rows behind `after`, up to `to` or to the end."""
    kept = {table.key_of(row) for row in rows}
    found = list(between(tx, table, after, to))
    lay(tx, table, (key for key in found if key not in kept), rows)


def lay(tx: Transaction, table: Table, gone: Iterable[Key], rows: Iterable[Row]) -> None:
    """Have these rows as they are, and none of those keys."""
    delete = f"DELETE FROM {table.name} WHERE {table.is_key}"  # noqa: S608 - the same
    for key in gone:
        tx.do(delete, *key)
    found = list(rows)
    for row in found if table.unique else ():
        for unique in table.unique:
            _make_room(tx, table, unique, row)
    together = len(found) - len(found) % ROWS_A_STATEMENT
    for first in range(0, together, ROWS_A_STATEMENT):
        parts = (part for row in found[first : first + ROWS_A_STATEMENT] for part in row)
        tx.do(_put(table, ROWS_A_STATEMENT), *parts)
    for row in found[together:]:
        tx.do(_put(table, 1), *row)


@cache
def _put(table: Table, count: int) -> str:
    """The statement that has so many rows as they are given."""
    changed = [f"{column} = excluded.{column}" for column in table.columns if column not in table.key]
    otherwise = f"UPDATE SET {', '.join(changed)}" if changed else "NOTHING"
    values = ", ".join([f"({marks(table.columns)})"] * count)
    return (
        f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES {values} "  # noqa: S608 - the same
        f"ON CONFLICT ({', '.join(table.key)}) DO {otherwise}"
    )


def _make_room(tx: Transaction, table: Table, unique: Sequence[str], row: Row) -> None:
    """Take away the row that had this one's name before: it has changed too, so it is still to come as it is now."""
    values = [row[table.columns.index(column)] for column in unique]
    if None not in values:
        named = " AND ".join(f"{column} = ?" for column in unique)
        sql = f"DELETE FROM {table.name} WHERE {named} AND NOT ({table.is_key})"  # noqa: S608 - the same
        tx.do(sql, *values, *table.key_of(row))


async def count(store: Store, table: Table, to: Key | None = None) -> int:
    """How many rows a table has, up to a key or in all, in steps that no engine takes for too long."""
    key = ", ".join(table.key)
    counted, after = 0, None

    def step(tx: Transaction) -> tuple[Row | None, int]:
        where, parameters = _range(table, after, to)
        found = f"FROM {table.name} {where}"
        at = tx.row(f"SELECT {key} {found}ORDER BY {key} LIMIT 1 OFFSET ?", *parameters, COUNTED_ROWS - 1)
        left = None if at else tx.row(f"SELECT count(*) {found}", *parameters)
        return at, COUNTED_ROWS if left is None else int(left[0])

    while True:
        after, more = await see(store, step)
        counted += more
        if after is None:
            return counted


async def checksum(store: Store, table: Table) -> tuple[int, str]:
    """How many rows a table has, and what their contents come to."""
    digest, counted, after = blake2b(digest_size=16), 0, None
    while rows := await see(store, lambda tx, after=after: page(tx, table, after)):  # type: ignore[misc]
        for row in rows:
            digest.update(repr(row).encode("utf-8", "surrogatepass"))
        counted, after = counted + len(rows), table.key_of(rows[-1])
    return counted, digest.hexdigest()


async def number_on(source: Store, target: Store, table: Table) -> None:
    """Have the target give numbers behind all that the source has given, also to rows that are gone."""
    if table.numbered is None:
        return
    highest = await see(source, lambda tx: _highest_number(tx, table, source.kind))
    await target.update(lambda tx: _number_behind(tx, table, target.kind, highest))


def _highest_number(tx: Transaction, table: Table, kind: str) -> int:
    there = tx.row(f"SELECT max({table.numbered}) FROM {table.name}")  # noqa: S608 - the same
    given: Row | None = None
    if kind == "postgresql":
        named = tx.row(f"SELECT pg_get_serial_sequence('{table.name}', '{table.numbered}')")
        if named and named[0]:  # what is distributed on Citus has none
            given = tx.row(f"SELECT last_value FROM {named[0]}")  # noqa: S608 - the database's own name
    elif table.given_once:
        given = tx.row("SELECT seq FROM sqlite_sequence WHERE name = ?", table.name)
    return max(given[0] if given else 0, (there and there[0]) or 0)


def _number_behind(tx: Transaction, table: Table, kind: str, highest: int) -> None:
    if kind == "postgresql":
        tx.rows(f"SELECT setval(pg_get_serial_sequence('{table.name}', '{table.numbered}'), ?, false)", highest + 1)
    elif table.given_once:
        tx.do("DELETE FROM sqlite_sequence WHERE name = ?", table.name)
        tx.do("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", table.name, highest)
