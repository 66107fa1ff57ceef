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
from tailrace.store.image import NOTHING, Image
from tailrace.store.items import Change
from tailrace.store.layout import TableLayout

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
        self._found: dict[Place, Image] = {}
        self._changed: dict[Place, tuple[TableLayout, Change]] = {}
        self._rows = RowChanges()

    def read(self, places: Iterable[Place], also: Sequence[Question] = (), *, blind: bool = False) -> list[Row | None]:
        """Read what stands at some places, at most `items.KEYS_MAX`, and lock it where the engine locks.

        `also` is asked along with it: the first rows of the answers. `blind`: each is replaced, or left alone, by who
        may do it without looking (`items.can_replace`), so only the sizes are read.
        """
        self._found = dict.fromkeys(sorted(places), NOTHING)
        if self._tx.lock:
            own: list[Question] = [(f"{items.QUERY}{self._tx.lock}", place) for place in self._found]
            answers = self._tx.first_rows([*also, *own])
            rows = answers[len(also) :]
            self._found = {place: items.found(row) for place, row in zip(self._found, rows, strict=True)}
            return answers[: len(also)]
        if self._found:
            self._read_found(blind)
        return self._tx.first_rows(also)

    def _read_found(self, blind: bool) -> None:
        wanted: dict[int, list[bytes]] = {}
        for collection, key in self._found:
            wanted.setdefault(collection, []).append(key)
        by_collection = items.get_sizes(self._tx, wanted) if blind else items.get_many(self._tx, wanted)
        for collection, rows in by_collection.items():
            for key, row in zip(wanted[collection], rows, strict=True):
                if row[0] is not None:
                    self._found[collection, key] = items.unread(row[0]) if blind else items.found(row)

    def change(self, layout: TableLayout, key: bytes, change: Callable[[Image], Image]) -> Change:
        """What `items.change` does to the item of `key`, which was read, as soon as the batch is written."""
        place = layout.collection, key
        if place in self._changed:  # a table that was given by its name and by its ARN
            self.write()
        old = self._found[place]
        new = change(old)
        if not items.differ(layout, old, new):
            return Change(old, new, wrote=False)
        self._found[place] = new
        self._rows.change(layout.collection, key, old, new)
        index_writes = {}
        if layout.indexes:
            index_writes = index_entries.plan(self._tx, self._rows, layout, key, old, new)
        done = Change(old, new, index_writes)
        self._changed[place] = layout, done
        return done

    def hold_absent(self) -> None:
        """Let nobody else add an item until the transaction ends where this one goes by there being none.

        Items that are there are locked since they were read. Raises Outdated.
        """
        for place, image in self._found.items():
            if not image.exists and place not in self._changed:
                collections.hold_absent(self._tx, *place)

    def write(self) -> None:
        """Write what was decided. Raises Outdated where an engine with many writers finds a row come or gone."""
        self._rows.write(self._tx)
        by_table: dict[int, tuple[TableLayout, list[tuple[bytes, Change]]]] = {}
        for (collection, key), (layout, done) in self._changed.items():
            if layout.recorded or layout.expiry is not None or layout.stream is not None:
                by_table.setdefault(collection, (layout, []))[1].append((key, done))
        for layout, changed in by_table.values():
            self._follow(layout, changed)
        self._changed = {}
        self._rows = RowChanges()

    def _follow(self, layout: TableLayout, changed: list[tuple[bytes, Change]]) -> None:
        """What else the writes of one table have to leave."""
        if layout.recorded:
            replaced = [history.Replaced(key, done.old.body, done.old.size) for key, done in changed]
            history.append(self._tx, layout.collection, replaced, self._now)
        if layout.expiry is not None:
            for key, done in changed:
                expirations.write(self._tx, layout.expiry, key, done.old.item, done.new.item)
        if layout.stream is not None:
            images = [(key, done.old, done.new) for key, done in changed]
            changes.append(self._tx, layout, images, self._now, self._origin, self._cause)
