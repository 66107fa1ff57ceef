"""Where a mapping's readers start, and where they keep how far they came.

A reader of one shard keeps its progress in a lease named after the mapping and the shard. A lease without a state, or
a shard without a lease, is read from its oldest record.
"""

from __future__ import annotations

from tailrace.store import changes, leases
from tailrace.store.engine import Transaction

TOPIC = "mappings"


PREFIX = "trigger/"
"""What the leases of all mappings begin with."""


def lease_name(mapping: str, shard: int) -> str:
    """The lease of one mapping's reader of one shard."""
    return f"{lease_prefix(mapping)}{shard}"


def lease_prefix(mapping: str) -> str:
    """What all of a mapping's leases begin with."""
    return f"{PREFIX}{mapping}/"


def start_at_latest(tx: Transaction, mapping: str, stream: int, now: float) -> None:
    """Fix the position LATEST: whatever commits after this transaction is delivered, nothing before it is.

    Shards that come later continue these, and are read whole.
    """
    for shard in changes.shards(tx, stream):
        lease = leases.acquire(tx, lease_name(mapping, shard.shard), "starting position", now, 1.0)
        assert lease is not None, "nobody knows the mapping yet"
        position = {"checkpoint": shard.latest}
        leases.save(tx, lease, {"lanes": [position], "done": shard.last is not None})
        leases.release(tx, lease)
