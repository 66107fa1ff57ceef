"""What the crash test's two processes agree on."""

from __future__ import annotations

from tailrace.store import changes, resources
from tailrace.store.engine import Transaction
from tailrace.store.layout import IndexLayout, Item, KeyAttribute, ShardRange, StreamLayout, TableLayout

WRITERS = 12
INDEX = IndexLayout("by-turn", 2, (KeyAttribute("turn", "S"),), (KeyAttribute("n", "N"),))


def thing(name: int, n: int) -> Item:
    """A writer's item at its count n: every write moves the index entry, and the content grows and shrinks."""
    return {"pk": {"S": f"w{name}"}, "n": {"N": str(n)}, "turn": {"S": f"t{n % 7}"}, "note": {"S": "x" * (n % 50 * 40)}}


def layout(tx: Transaction) -> TableLayout:
    """The table, with the stream that the first start has made."""
    kept = resources.get(tx, "test", "s", "stream")
    assert kept is not None
    shards = tuple(ShardRange(s.shard, s.low, s.high) for s in changes.shards(tx, kept["stream"]))
    stream = StreamLayout(kept["stream"], "NEW_AND_OLD_IMAGES", shards)
    return TableLayout("t", "s", 1, KeyAttribute("pk", "S"), None, (INDEX,), stream)
