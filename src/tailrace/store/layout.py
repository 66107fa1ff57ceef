"""What the store has to know of a table to write its items: keys, indexes, stream.

A service builds a TableLayout from the table's document once per version (`resources.derived`) and hands it to every
call. The store gives names no meaning beyond that; what a table may look like is the service's rule.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any, Literal

from tailrace.expression.keys import PARTITION_HASH_BYTES

Item = dict[str, Any]
"""An item in DynamoDB's JSON: attribute name to AttributeValue. Never changed in place."""

KeyType = Literal["S", "N", "B"]
ViewType = Literal["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"]


@dataclass(frozen=True, slots=True)
class KeyAttribute:
    """An attribute of a key and the type that it must have."""

    name: str
    type: KeyType


@dataclass(frozen=True, slots=True)
class IndexLayout:
    """An index: its own collection of entries, its key, and what of an item its entries hold.

    `building`: it may not have come to every item yet, so an item's entry may not be there.
    """

    name: str
    collection: int
    hash: tuple[KeyAttribute, ...]
    range: tuple[KeyAttribute, ...]
    projection: Literal["ALL", "KEYS_ONLY", "INCLUDE"] = "ALL"
    attributes: frozenset[str] = frozenset()
    local: bool = False
    building: bool = False

    def carried(self, key_names: tuple[str, ...]) -> frozenset[str] | None:
        """What entries hold of a table's items: both keys, and what the projection adds; None for all attributes."""
        if self.projection == "ALL":
            return None
        added = self.attributes if self.projection == "INCLUDE" else frozenset[str]()
        return added.union(key_names, (part.name for part in (*self.hash, *self.range)))


@dataclass(frozen=True, slots=True)
class ShardRange:
    """A shard and the partition hashes that it takes: low <= hash < high, of 2**64."""

    shard: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class StreamLayout:
    """A stream that is open for writing: what its records show, and in order its open shards, which take every hash."""

    stream: int
    view_type: ViewType
    shards: tuple[ShardRange, ...]
    _lows: tuple[bytes, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.shards, key=lambda each: each.low))
        object.__setattr__(self, "shards", ordered)
        object.__setattr__(self, "_lows", tuple(each.low.to_bytes(PARTITION_HASH_BYTES, "big") for each in ordered))

    def shard_of(self, key: bytes) -> int:
        """The open shard of an item's key, which begins with the hash of its partition."""
        return self.shards[bisect_right(self._lows, key) - 1].shard


@dataclass(frozen=True, slots=True)
class ExpiryLayout:
    """The attribute that says when an item expires, and the collection of the table's expirations."""

    attribute: str
    collection: int


@dataclass(frozen=True, slots=True)
class TableLayout:
    """A table: the collection of its items, its key, its indexes, and its stream and expiry where it has them.

    `recorded`: what its writes replace goes to its history (see `history.py`).
    """

    name: str
    scope: str
    collection: int
    hash: KeyAttribute
    range: KeyAttribute | None = None
    indexes: tuple[IndexLayout, ...] = ()
    stream: StreamLayout | None = None
    expiry: ExpiryLayout | None = None
    recorded: bool = False
    key_names: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """The names of the primary key's attributes."""
    carried: dict[str, frozenset[str] | None] = field(init=False, repr=False, compare=False)
    """By index, the names of the attributes that its entries hold; None where they hold all."""
    keeps: bool = field(init=False, repr=False, compare=False)
    """Whether a write has to leave anything of what it replaces: an index, a stream, expirations or a history does."""

    def __post_init__(self) -> None:
        key_names = (self.hash.name,) if self.range is None else (self.hash.name, self.range.name)
        object.__setattr__(self, "key_names", key_names)
        followed = self.stream is not None or self.expiry is not None
        object.__setattr__(self, "keeps", bool(self.indexes) or followed or self.recorded)
        object.__setattr__(self, "carried", {index.name: index.carried(key_names) for index in self.indexes})
