"""A table to write to, and the short way to write to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tailrace.expression import keys
from tailrace.store import changes, items
from tailrace.store.engine import Store, Transaction
from tailrace.store.image import NOTHING, Image
from tailrace.store.layout import IndexLayout, Item, KeyAttribute, StreamLayout, TableLayout, ViewType

NOW = 1_700_000_000.0
PK, SK = KeyAttribute("pk", "S"), KeyAttribute("sk", "N")
BY_GROUP = IndexLayout("by-group", 2, (KeyAttribute("group", "S"),), (KeyAttribute("n", "N"),), "ALL")
BY_COLOR = IndexLayout("by-color", 3, (KeyAttribute("color", "S"),), (), "KEYS_ONLY")
BY_SIZE = IndexLayout("by-size", 4, (PK,), (KeyAttribute("size", "N"),), "INCLUDE", frozenset({"note"}), local=True)
PLAIN = TableLayout("plain", "0/r", 1, PK)
INDEXED = TableLayout("indexed", "0/r", 1, PK, SK, (BY_GROUP, BY_COLOR, BY_SIZE))


class Stored(NamedTuple):
    """A row of a collection."""

    key: bytes
    body: bytes
    size: int


def item(pk: str, sk: int = 0, **attributes: str | int) -> Item:
    """An item: strings become S, numbers N."""
    made: Item = {"pk": {"S": pk}, "sk": {"N": str(sk)}}
    for name, value in attributes.items():
        made[name] = {"N": str(value)} if isinstance(value, int) else {"S": value}
    return made


def key_of(layout: TableLayout, found: Item) -> bytes:
    """An item's primary key."""
    ranges = [found[layout.range.name]] if layout.range else []
    return keys.item_key([found[layout.hash.name]], ranges)


def entry_key(layout: TableLayout, index: IndexLayout, found: Item) -> bytes:
    """The key that an item's entry has to have."""
    own = keys.item_key([found[a.name] for a in index.hash], [found[a.name] for a in index.range])
    return own + key_of(layout, found)


def putting(layout: TableLayout, new: Item, now: float = NOW) -> Callable[[Transaction], items.Change]:
    """A closure that puts an item."""
    return lambda tx: items.change(tx, layout, key_of(layout, new), lambda old: Image(new), now)


def deleting(layout: TableLayout, gone: Item, now: float = NOW) -> Callable[[Transaction], items.Change]:
    """A closure that deletes an item."""
    return lambda tx: items.change(tx, layout, key_of(layout, gone), lambda old: NOTHING, now)


def of_items(change: Callable[[Any], Item | None]) -> Callable[[Image], Image]:
    """What makes an item of an item as what makes an image of an image, which the store takes."""

    def of_images(old: Image) -> Image:
        new = change(old.item)
        return NOTHING if new is None else Image(new)

    return of_images


async def open_stream(place: Store, shards: int = 1, view: ViewType = "NEW_AND_OLD_IMAGES") -> StreamLayout:
    """A stream."""
    return await place.update(lambda tx: changes.open_stream(tx, shards, view, NOW))


def everything(tx: Transaction, collection: int) -> list[Stored]:
    """All rows of a collection, in the order of keys."""
    rows = tx.rows("SELECT key, body, size FROM items WHERE collection = ? ORDER BY key", collection)
    return [Stored(*row) for row in rows]


def records(tx: Transaction, stream: int) -> list[Any]:
    """Every shard's records."""
    return [changes.read(tx, shard.shard, 0, 100_000, 1 << 40) for shard in changes.shards(tx, stream)]
