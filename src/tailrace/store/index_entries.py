"""Index entries: kept in the write that changes their item.

An item without one of the index's key attributes, or with one of another type, has no entry (a sparse index). An
entry's key is the index's own key with the item's primary key behind it, so entries of equal index keys stay apart.
An entry is rewritten only when what it shows has changed, which is also what AWS charges for.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
"""

from __future__ import annotations

from typing import NamedTuple

import orjson

from tailrace.expression.keys import item_key
from tailrace.expression.values import item_size
from tailrace.store import collections
from tailrace.store.collections import RowChanges
from tailrace.store.engine import Transaction
from tailrace.store.layout import IndexLayout, Item, KeyAttribute, TableLayout


class Entry(NamedTuple):
    """What an index holds of an item: the entry's key and the projected attributes."""

    key: bytes
    content: Item


def entry(layout: TableLayout, index: IndexLayout, key: bytes, item: Item | None) -> Entry | None:
    """The entry of the item with the primary key `key`, or None where it has none in this index."""
    if item is None:
        return None
    hashes = _attributes(index.hash, item)
    ranges = _attributes(index.range, item)
    if hashes is None or ranges is None:
        return None
    return Entry(item_key(hashes, ranges) + key, project(layout, index, item))


def project(layout: TableLayout, index: IndexLayout, item: Item) -> Item:
    """The attributes that the index carries: both keys, and what its projection adds."""
    if index.projection == "ALL":
        return item
    names = {*layout.key_names, *(part.name for part in (*index.hash, *index.range))}
    if index.projection == "INCLUDE":
        names |= index.attributes
    return {name: value for name, value in item.items() if name in names}


def plan(
    known: RowChanges, unknown: RowChanges, layout: TableLayout, key: bytes, old: Item | None, new: Item | None
) -> dict[str, tuple[int, ...]]:
    """Add to the rows what brings every index up to date with a write; the sizes of those entries, by index name.

    An entry whose key changed is two writes, one that is changed in place one write of the larger size. An index that
    is being built may not have come to the item yet, so its rows aren't known: what isn't there is left to its build.
    """
    written = {}
    for index in layout.indexes:
        rows = unknown if index.building else known
        sizes = _plan(rows, index.collection, entry(layout, index, key, old), entry(layout, index, key, new))
        if sizes:
            written[index.name] = sizes
    return written


def enter(tx: Transaction, layout: TableLayout, index: IndexLayout, key: bytes, item: Item) -> None:
    """Add an item's entry to an index that is being built, unless a writer has done so already."""
    made = entry(layout, index, key, item)
    if made is not None:
        collections.insert(tx, index.collection, made.key, orjson.dumps(made.content), item_size(made.content))


def _attributes(parts: tuple[KeyAttribute, ...], item: Item) -> list[dict[str, str]] | None:
    """The values of key attributes, or None where one is absent or of another type."""
    found = []
    for part in parts:
        value = item.get(part.name)
        if value is None or part.type not in value:
            return None
        found.append(value)
    return found


def _plan(rows: RowChanges, collection: int, old: Entry | None, new: Entry | None) -> tuple[int, ...]:
    if old == new:
        return ()
    old_size = 0 if old is None else item_size(old.content)
    new_size = 0 if new is None else item_size(new.content)
    if old is not None and new is not None and old.key == new.key:
        rows.replace(collection, new.key, orjson.dumps(new.content), new_size, old_size)
        return (max(old_size, new_size),)
    if old is not None:
        rows.remove(collection, old.key, old_size)
    if new is not None:
        rows.insert(collection, new.key, orjson.dumps(new.content), new_size)
    return tuple(size for size, made in ((old_size, old), (new_size, new)) if made is not None)
