"""What the target keeps of a copy while it isn't whole: of what it is one, how far each table has come, who copies.

It stands in `meta`, and is written in the transaction of the rows. Who copies has a number; whoever comes later takes
the copy over, and what the former one still brings is refused.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from tailrace.base import ids
from tailrace.store.copying.tables import Key, NotPossible, Table
from tailrace.store.engine import Row, StoreUnavailable, Transaction

SOURCE = "copied from"
POSITION = "copy/"  # in meta: how far each table was copied
NOTED_SINCE = "copy of notes"
HOLDER = "copied by"
_PUT = "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
_END = "\U0010ffff"
_HOLDER_BITS = 62


def begin(tx: Transaction, everything: Sequence[Table], source: str, notes: str) -> str:
    """Mark the target as a copy of this source, and take it over; the number of who copies.

    `notes` names what notes the source's changes, "" where nobody may change it: rows that were copied under other
    notes may have changed unnoticed since, so all are copied once more. Raises NotPossible where the target has
    data of its own.
    """
    row = tx.row("SELECT value FROM meta WHERE name = ?", SOURCE)
    if row is None:
        for table in everything:
            if tx.row(f"SELECT 1 FROM {table.name} LIMIT 1") is not None:  # noqa: S608 - the schema's own name
                raise NotPossible(f"the target isn't empty: it has rows of {table.name}")
    elif row[0] != source:
        raise NotPossible(f"the target has a part of a copy of {row[0]}: go on with that one, or take an empty target")
    since = tx.row("SELECT value FROM meta WHERE name = ?", NOTED_SINCE)
    if (since[0] if since else "") != notes:
        tx.do("DELETE FROM meta WHERE name >= ? AND name < ?", POSITION, POSITION + _END)
    holder = str(ids.random_number(_HOLDER_BITS))
    for name, value in ((SOURCE, source), (NOTED_SINCE, notes), (HOLDER, holder)):
        tx.do(_PUT, name, value)
    return holder


def hold(tx: Transaction, holder: str) -> None:
    """Confirm who copies. Raises NotPossible where another command has taken the copy over."""
    if not tx.run("UPDATE meta SET value = value WHERE name = ? AND value = ?", HOLDER, holder):
        raise NotPossible("another `tailrace copy` to this target has taken over")


def end(tx: Transaction) -> None:
    """The target is whole: a store like any other."""
    tx.do("DELETE FROM meta WHERE name IN (?, ?, ?)", SOURCE, NOTED_SINCE, HOLDER)
    tx.do("DELETE FROM meta WHERE name >= ? AND name < ?", POSITION, POSITION + _END)


def check_whole(tx: Transaction) -> None:
    """Raises StoreUnavailable where a copy to this store hasn't ended."""
    row = tx.row("SELECT value FROM meta WHERE name = ?", SOURCE)
    if row is not None:
        raise StoreUnavailable(f"this is a part of a copy of {row[0]}: `tailrace copy` hasn't ended, give it again")


def reach(tx: Transaction, table: Table, key: Key | None, *, done: bool) -> None:
    """Keep to which key a table was copied, and whether that is as far as it is to be."""
    parts = [part.hex() if isinstance(part, bytes) else part for part in key or ()]
    kinds = [isinstance(part, bytes) for part in key or ()]
    tx.do(_PUT, POSITION + table.name, orjson.dumps([parts, kinds, done]).decode())


def restart(tx: Transaction, table: Table) -> None:
    """Have a table copied from its first row on."""
    tx.do("DELETE FROM meta WHERE name = ?", POSITION + table.name)


def is_begun(tx: Transaction, table: Table) -> bool:
    """Whether some of a table was copied."""
    return reached(tx, table) != (None, False)


def reached(tx: Transaction, table: Table) -> tuple[Key | None, bool]:
    """The key to which a table was copied, if any was, and whether that is as far as it is to be."""
    row: Row | None = tx.row("SELECT value FROM meta WHERE name = ?", POSITION + table.name)
    if row is None:
        return None, False
    parts, kinds, done = orjson.loads(row[0])
    key = tuple(bytes.fromhex(part) if raw else part for part, raw in zip(parts, kinds, strict=True))
    return key or None, done
