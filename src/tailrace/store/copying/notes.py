"""Notes: which rows of the source have changed while it is copied and its servers go on.

```
a server's write ──trigger──> copy_notes (a row's table and key), in the write's own transaction
take: the notes that are visible, from the first ──> the rows as they are now ──> forget just those notes
```
A note says which row, not what became of it, so it may be taken late, twice or together with others of its row. There
is no position in the notes of a database with many writers: a transaction that commits late has earlier numbers than
what was taken already, and a position would skip it. Where there is one writer, numbers are the order of commits, and a
position spares it the company of another writer (`Taken`). Notes are only added, so nobody waits for another's note.

What changes all the time is in few rows (the counters of shards, of collections): it isn't noted but compared as a
whole at the end (`HOT`). The rejected alternatives: reading the stream of changes, which only tables have that are
streamed; logical decoding, which SQLite has not and which PostgreSQL allows to few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from tailrace.base import ids
from tailrace.store.copying.tables import Key, NotPossible, Table, tables
from tailrace.store.engine import Row, Store, Transaction

HOT = frozenset(("collections", "counters", "histories", "leases", "metric_series", "queues", "shards"))
NOTES_MAX = 5_000_000  # some 500 MB; servers end what nobody takes
TAKEN_AT_ONCE = 2_000
LOCK_WAIT = "SET LOCAL lock_timeout = '400ms'"  # who waits for a table's lock holds up those who come later
_MARK = "copy notes"  # in meta, as long as changes are noted
_KEY_PARTS = 3
_COLUMN_OF = {"INTEGER": "n", "TEXT": "t", "BLOB": "b"}
_WORDS = {
    "sqlite": {"number": "INTEGER PRIMARY KEY", "n": "INTEGER", "t": "TEXT", "b": "BLOB"},
    "postgresql": {
        "number": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        "n": "BIGINT",
        "t": 'TEXT COLLATE "C"',
        "b": "BYTEA",
    },
}
_WORDS["memory"] = _WORDS["sqlite"]
_KEY_COLUMNS = [f"{letter}{place}" for letter in _COLUMN_OF.values() for place in range(_KEY_PARTS)]


@dataclass(frozen=True, slots=True)
class Mark:
    """That changes are noted: for the copy to which target.

    `id` changes where it was ended and begun again, and is "" while only some tables have their triggers.
    """

    id: str
    target: str


def noted(everything: Sequence[Table]) -> list[Table]:
    """The tables whose changes are noted row by row."""
    return [table for table in everything if table.name not in HOT]


def mark(tx: Transaction) -> Mark | None:
    """For which copy changes are noted, if they are."""
    row = tx.row("SELECT value FROM meta WHERE name = ?", _MARK)
    return Mark(*orjson.loads(row[0])) if row else None


async def begin(source: Store, everything: Sequence[Table], target: str) -> str:
    """Have changes noted from now on, or go on with it; names it. Raises NotPossible where another copy is on its way.

    Each table is locked for the moment in which its trigger is made, so no write is under way then: it is either
    visible to whoever reads later, or noted.
    """
    there = await source.view(mark)
    if there is not None and there.id:
        if there.target != target:
            raise NotPossible(
                f"a copy to {there.target} is on its way: go on with that one, or end it with `tailrace copy --abandon`"
            )
        return there.id
    made, kind = Mark(ids.hex_digits(16), target), source.kind
    if kind == "postgresql":
        await source.update(_check_one_machine, locked=True)
        schema = await source.view(_schema)
        await source.update(lambda tx: _make_log(tx, kind, Mark("", target)), locked=True)
        for table in noted(everything):
            await source.update(lambda tx, table=table: _make_function(tx, table, schema), locked=True)  # type: ignore[misc]
        await source.update(lambda tx: _put_mark(tx, made), locked=True)
    else:
        await source.update(lambda tx: _make_embedded(tx, kind, noted(everything), made))
    return made.id


async def end(source: Store) -> bool:
    """Note no more, and forget all notes; whether there was anything to end."""
    there = await source.view(mark)
    if there is None:
        return False
    everything = noted(tables())
    if source.kind == "postgresql":
        await source.update(lambda tx: _put_mark(tx, Mark("", there.target)), locked=True)
        for table in everything:
            await source.update(lambda tx, table=table: _drop_function(tx, table), locked=True)  # type: ignore[misc]
        await source.update(_drop_log, locked=True)
    else:
        await source.update(lambda tx: _drop_embedded(tx, everything))
    return True


async def end_overdue(store: Store) -> tuple[Mark | None, int, bool]:
    """End it where nobody has taken notes for too long; for which copy, how many are left, whether it was ended."""
    there, behind = await store.view(_state)
    overdue = there is not None and behind > NOTES_MAX
    if overdue:
        await end(store)
    return there, behind, overdue


def _state(tx: Transaction) -> tuple[Mark | None, int]:
    there = mark(tx)
    return there, waiting(tx) if there else 0


def waiting(tx: Transaction) -> int:
    """How many notes there are, at most."""
    row = tx.row("SELECT (SELECT max(number) FROM copy_notes) - (SELECT min(number) FROM copy_notes) + 1")
    return int(row[0]) if row and row[0] is not None else 0


def check(tx: Transaction, id: str) -> None:
    """Raises NotPossible unless changes have been noted ever since these notes were begun."""
    there = mark(tx)
    if there is None or there.id != id:
        raise NotPossible(
            "the source doesn't note its changes any more: the copy was abandoned, or more than "
            f"{NOTES_MAX} had come together. Give the command again: it compares everything once more"
        )


def last(tx: Transaction) -> int:
    """The greatest number of a note that is visible; 0 where there is none."""
    row = tx.row("SELECT max(number) FROM copy_notes")
    return int(row[0]) if row and row[0] is not None else 0


def take(
    tx: Transaction, by_name: dict[str, Table], after: int, to: int
) -> tuple[list[int], dict[str, dict[Key, None]]]:
    """The first notes behind a number, up to another: their numbers, and the keys of each table."""
    sql = (
        f"SELECT number, name, {', '.join(_KEY_COLUMNS)} FROM copy_notes "  # noqa: S608 - names from above
        "WHERE number > ? AND number <= ? ORDER BY number LIMIT ?"
    )
    numbers: list[int] = []
    keys: dict[str, dict[Key, None]] = {}
    for number, name, *parts in tx.rows(sql, after, to, TAKEN_AT_ONCE):
        numbers.append(number)
        keys.setdefault(name, {})[_key(by_name[name], parts)] = None
    return numbers, keys


def _key(table: Table, parts: Sequence[object]) -> Key:
    return tuple(parts[_KEY_COLUMNS.index(column)] for column in _columns(table))


def forget(tx: Transaction, numbers: Sequence[int]) -> None:
    """Forget notes that were taken: just these, for others may have come between them."""
    first = before = numbers[0]
    for number in [*numbers[1:], None]:
        if number != before + 1:
            tx.do("DELETE FROM copy_notes WHERE number >= ? AND number <= ?", first, before)
            first = number or 0
        before = number or 0


def _columns(table: Table) -> list[str]:
    """Where the parts of a table's key stand in a note."""
    return [f"{_COLUMN_OF[type]}{place}" for place, type in enumerate(table.types)]


def _put_mark(tx: Transaction, made: Mark) -> None:
    value = orjson.dumps([made.id, made.target]).decode()
    sql = "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    tx.do(sql, _MARK, value)


def _make_log(tx: Transaction, kind: str, made: Mark) -> None:
    words = _WORDS[kind]
    columns = ", ".join(f"{column} {words[column[0]]}" for column in _KEY_COLUMNS)
    tx.do(f"CREATE TABLE IF NOT EXISTS copy_notes (number {words['number']}, name TEXT NOT NULL, {columns})")
    _put_mark(tx, made)


def _drop_log(tx: Transaction) -> None:
    tx.do("DROP TABLE IF EXISTS copy_notes")
    tx.do("DELETE FROM meta WHERE name = ?", _MARK)


def _note(table: Table, row: str, log: str = "copy_notes") -> str:
    values = ", ".join(f"{row}.{column}" for column in table.key)
    return f"INSERT INTO {log} (name, {', '.join(_columns(table))}) VALUES ('{table.name}', {values})"  # noqa: S608 - names from above


def _make_embedded(tx: Transaction, kind: str, everything: Sequence[Table], made: Mark) -> None:
    _make_log(tx, kind, made)
    for table in everything:
        for event, row in _embedded_events(table):
            trigger = f"copy_notes_{table.name}_{event.split()[0].lower()}_{row}"
            tx.do(f"CREATE TRIGGER {trigger} AFTER {event} ON {table.name} BEGIN {_note(table, row)}; END")


def _embedded_events(table: Table) -> list[tuple[str, str]]:
    """What is noted, and whose key: an update may change the key itself."""
    moved = f"UPDATE OF {', '.join(table.key)}"
    return [("INSERT", "new"), ("UPDATE", "new"), ("DELETE", "old"), (moved, "old")]


def _drop_embedded(tx: Transaction, everything: Sequence[Table]) -> None:
    for table in everything:
        for event, row in _embedded_events(table):
            tx.do(f"DROP TRIGGER IF EXISTS copy_notes_{table.name}_{event.split()[0].lower()}_{row}")
    _drop_log(tx)


def _check_one_machine(tx: Transaction) -> None:
    if tx.parts > 1:
        raise NotPossible(
            "Citus has no triggers for tables that it distributes, so changes can't be noted there: stop the servers, "
            "and copy without --online"
        )


def _schema(tx: Transaction) -> str:
    """The schema of the tables, quoted: who writes by hand has a search path of his own."""
    row: Row | None = tx.row("SELECT quote_ident(current_schema())")
    assert row
    return str(row[0])


def _make_function(tx: Transaction, table: Table, schema: str) -> None:
    # SECURITY DEFINER: the servers may be another user than who copies, and must not be refused for the notes' sake.
    log = f"{schema}.copy_notes"
    same = " AND ".join(f"OLD.{column} = NEW.{column}" for column in table.key)
    tx.do(LOCK_WAIT)
    tx.do(
        f"CREATE OR REPLACE FUNCTION {schema}.copy_notes_{table.name}() RETURNS trigger "
        f"LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN "
        f"IF TG_OP = 'DELETE' THEN {_note(table, 'OLD', log)}; RETURN NULL; END IF; "
        f"IF TG_OP = 'UPDATE' THEN IF NOT ({same}) THEN {_note(table, 'OLD', log)}; END IF; END IF; "
        f"{_note(table, 'NEW', log)}; RETURN NULL; END $$"
    )
    tx.do(
        f"CREATE OR REPLACE TRIGGER copy_notes AFTER INSERT OR UPDATE OR DELETE ON {table.name} "
        f"FOR EACH ROW EXECUTE FUNCTION {schema}.copy_notes_{table.name}()"
    )


def _drop_function(tx: Transaction, table: Table) -> None:
    tx.do(LOCK_WAIT)
    tx.do(f"DROP TRIGGER IF EXISTS copy_notes ON {table.name}")
    tx.do(f"DROP FUNCTION IF EXISTS copy_notes_{table.name}()")
