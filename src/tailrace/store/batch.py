"""Several items that one transaction changes: read at once, decided one by one, written together.

```
Batch(tx, now, origin)
    read(places)                  all of them at once, locked in the order of their keys
    change(layout, key, change)   old -> change(old) -> new, as `items.change`; nothing is written yet
    write()                       each kind of row by one statement: items, counts, index entries, stream records
```
A change that is refused leaves nothing behind, and one who doesn't come to `write` has changed nothing. The rejected
alternative, `items.change` for each, asks the database once an item, and takes a shard's counter once an item.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tailrace.store import changes, collections, expirations, history, index_entries, items
from tailrace.store.collections import RowChanges
from tailrace.store.engine import Question, Row, Transaction
from tailrace.store.items import Change, Decided, decide
from tailrace.store.layout import Item, TableLayout

Place = tuple[int, bytes]
"""Where an item is: its collection, its key."""


class Batch:
    """Changes of items in one transaction; `now`, `origin` and `cause` as `items.change` takes them."""

    def __init__(
        self, tx: Transaction, now: float, origin: str | None = None, cause: dict[str, Any] | None = None
    ) -> None:
        self._tx = tx
        self._now = now
        self._origin = origin
        self._cause = cause
        self._found: dict[Place, tuple[bytes | None, int]] = {}
        self._decided: dict[Place, tuple[TableLayout, Decided]] = {}
        self._rows, self._unknown = RowChanges(known=True), RowChanges(known=False)

    def read(self, places: Iterable[Place], also: Sequence[Question] = ()) -> list[Row | None]:
        """Read what stands at some places, at most `items.KEYS_MAX`, and lock it where the engine locks.

        `also` is asked along with it: the first rows of the answers.
        """
        self._found = dict.fromkeys(sorted(places), items.NOTHING)
        if self._tx.lock:
            own: list[Question] = [(f"{items.QUERY}{self._tx.lock}", place) for place in self._found]
            answers = self._tx.first_rows([*also, *own])
            rows = answers[len(also) :]
            self._found = {place: row or items.NOTHING for place, row in zip(self._found, rows, strict=True)}
            return answers[: len(also)]
        if self._found:
            self._read_found()
        return self._tx.first_rows(also)

    def _read_found(self) -> None:
        wanted: dict[int, list[bytes]] = {}
        for collection, key in self._found:
            wanted.setdefault(collection, []).append(key)
        for collection, there in items.get_many(self._tx, wanted).items():
            for key, stored in there.items():
                self._found[collection, key] = stored.body, stored.size

    def change(self, layout: TableLayout, key: bytes, change: Callable[[Item | None], Item | None]) -> Change:
        """What `items.change` does to the item of `key`, which was read, as soon as the batch is written."""
        place = layout.collection, key
        if place in self._decided:  # a table that was given by its name and by its ARN
            self.write()
        decided = decide(*self._found[place], change)
        if not decided.differs:
            return Change(decided.old, decided.new, decided.old_size, decided.old_size, wrote=False)
        self._decided[place] = layout, decided
        self._found[place] = decided.new_body, decided.new_size
        if decided.new_body is None:
            self._rows.remove(*place, decided.old_size)
        elif decided.old_body is None:
            self._rows.insert(*place, decided.new_body, decided.new_size)
        else:
            self._rows.replace(*place, decided.new_body, decided.new_size, decided.old_size)
        index_writes = {}
        if layout.indexes:
            index_writes = index_entries.plan(self._rows, self._unknown, layout, key, decided.old, decided.new)
        return Change(decided.old, decided.new, decided.old_size, decided.new_size, index_writes)

    def hold_absent(self) -> None:
        """Let nobody else add an item until the transaction ends where this one goes by there being none.

        Items that are there are locked since they were read. Raises Outdated.
        """
        for place, (body, _) in self._found.items():
            if body is None and place not in self._decided:
                collections.hold_absent(self._tx, *place)

    def write(self) -> None:
        """Write what was decided. Raises Outdated where an engine with many writers finds a row come or gone."""
        self._rows.write(self._tx)
        self._unknown.write(self._tx)
        by_table: dict[int, list[tuple[bytes, Decided]]] = {}
        for (collection, key), (_, each) in self._decided.items():
            by_table.setdefault(collection, []).append((key, each))
        for layout in {collection: layout for (collection, _), (layout, _) in self._decided.items()}.values():
            self._follow(layout, by_table[layout.collection])
        self._decided = {}
        self._rows, self._unknown = RowChanges(known=True), RowChanges(known=False)

    def _follow(self, layout: TableLayout, decided: list[tuple[bytes, Decided]]) -> None:
        """What else the writes of one table have to leave."""
        if layout.recorded:
            replaced = [history.Replaced(key, each.old_body, each.old_size) for key, each in decided]
            history.append(self._tx, layout.collection, replaced, self._now)
        if layout.expiry is not None:
            for key, each in decided:
                expirations.write(self._tx, layout.expiry, key, each.old, each.new)
        if layout.stream is not None:
            view, names = layout.stream.view_type, layout.key_names
            cause = self._cause
            records = [(key, changes.record(view, names, *each.images(), self._now, cause)) for key, each in decided]
            changes.append(self._tx, layout.stream, records, self._now, self._origin)
