"""Index entries: kept in the write that changes their item.

An item without one of the index's key attributes, or with one of another type, has no entry (a sparse index). An
entry's key is the index's own key with the item's primary key behind it, so entries of equal index keys stay apart.
An entry is rewritten only when what it shows has changed, which is also what AWS charges for.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
"""

from __future__ import annotations

from typing import Final, NamedTuple

from tailrace.expression.keys import partition_start, sort_bytes
from tailrace.store import collections
from tailrace.store.collections import RowChanges
from tailrace.store.engine import Transaction
from tailrace.store.image import NOTHING, Image
from tailrace.store.layout import IndexLayout, Item, KeyAttribute, TableLayout

_STARTS_MAX: Final = 1024
_starts: Final[dict[bytes, bytes]] = {}  # of partitions by their attributes: many items share one of an index


class Entry(NamedTuple):
    """What an index holds of an item: the entry's key and the projected attributes."""

    key: bytes
    content: Image


def entry(layout: TableLayout, index: IndexLayout, key: bytes, image: Image) -> Entry | None:
    """The entry of the item with the primary key `key`, or None where it has none in this index."""
    item = image.item
    if item is None:
        return None
    hashes, ranges = _sort_bytes(index.hash, item), _sort_bytes(index.range, item)
    if hashes is None or ranges is None:
        return None
    return Entry(_start(hashes) + ranges + key, project(layout, index, image, item))


def project(layout: TableLayout, index: IndexLayout, image: Image, item: Item) -> Image:
    """What the index holds of the item. All of it is the item's own image, which is dumped and measured once for the
    table and every such index.
    """
    names = layout.carried[index.name]
    return image if names is None else Image({name: value for name, value in item.items() if name in names})


def plan(
    tx: Transaction, rows: RowChanges, layout: TableLayout, key: bytes, old: Image, new: Image
) -> dict[str, tuple[int, ...]]:
    """Add to the rows what brings every index up to date with a write; the sizes of those entries, by index name.

    An entry whose key changed is two writes, one that is changed in place one write of the larger size. An index that
    is being built may not have come to the item yet, so its rows aren't known: what isn't there is left to its build.
    """
    written = {}
    for index in layout.indexes:
        sizes = _plan(tx, rows, index, entry(layout, index, key, old), entry(layout, index, key, new))
        if sizes:
            written[index.name] = sizes
    return written


def enter(tx: Transaction, layout: TableLayout, index: IndexLayout, key: bytes, image: Image) -> None:
    """Add an item's entry to an index that is being built, unless a writer has done so already."""
    made = entry(layout, index, key, image)
    if made is not None and made.content.body is not None:
        collections.insert(tx, index.collection, made.key, made.content.body, made.content.size)


def _start(hashes: bytes) -> bytes:
    """`partition_start`, remembered."""
    start = _starts.get(hashes)
    if start is None:
        if len(_starts) >= _STARTS_MAX:
            _starts.clear()
        start = _starts[hashes] = partition_start(hashes)
    return start


def _sort_bytes(parts: tuple[KeyAttribute, ...], item: Item) -> bytes | None:
    """The key attributes in their sortable form, or None where one is absent or of another type."""
    found = b""
    for part in parts:
        value = item.get(part.name)
        if value is None or part.type not in value:
            return None
        found += sort_bytes(value)
    return found


def _plan(
    tx: Transaction, rows: RowChanges, index: IndexLayout, old: Entry | None, new: Entry | None
) -> tuple[int, ...]:
    collection, known = index.collection, not index.building
    if old is not None and new is not None:
        if old.key != new.key and known:
            rows.move(tx, collection, old.key, new.key, old.content, new.content)
            return (old.content.size, new.content.size)
        if old.key == new.key:
            if old.content.item == new.content.item:
                return ()
            rows.change(collection, new.key, old.content, new.content, known=known)
            return (max(old.content.size, new.content.size),)
    if old is not None:
        rows.change(collection, old.key, old.content, NOTHING, known=known)
    if new is not None:
        rows.change(collection, new.key, NOTHING, new.content, known=known)
    return tuple(made.content.size for made in (old, new) if made is not None)
