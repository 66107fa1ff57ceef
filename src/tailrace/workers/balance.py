"""Balance: nodes that share a database read about as many shards each.

```
first, and every second   renew "node/<name>", so that the others, and who copies the store, know of this node
every 3 seconds          shards that are held / nodes that live = a node's part; who holds more rests some readers
```
A reader that rests gives its lease back between two batches and doesn't ask for it for a while, in which the others,
who ask every second, take it. Nobody tells anybody what to read: a node that has died is simply counted no more, and
its leases run out. The rejected alternative, one node that divides the shards, has to be found anew when it dies.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from tailrace.services.lambda_ import event_source_positions as positions
from tailrace.store import leases
from tailrace.store.engine import Transaction
from tailrace.workers.ownership import is_alone
from tailrace.workers.shard_reader import ShardReader
from tailrace.workers.trigger_context import TriggerContext

PREFIX = "node/"
LIFE_SECONDS = 7.0
COUNT_TICKS = 3
REST_SECONDS = 3.0
FORGET_SECONDS = 600.0

log = logging.getLogger("tailrace.triggers")


class Balance:
    """This node's part in it. A node that is alone with its store has nothing to do."""

    def __init__(self, context: TriggerContext) -> None:
        self._context = context
        self._ticks = 0

    async def begin(self) -> None:
        """Tell that this node lives, before it answers anybody: what it writes is followed by a copy of the store."""
        if not is_alone(self._context.node):
            await self._context.node.store.update(self._live, locked=True)

    async def tick(self, readers: Iterable[ShardReader]) -> None:
        """Tell that this node lives, and rest what it reads beyond its part."""
        node = self._context.node
        if is_alone(node):
            return
        await node.store.update(self._live, locked=True)
        self._ticks += 1
        if self._ticks % COUNT_TICKS:
            return
        now = node.clock.now()
        nodes, held = await node.store.view(lambda tx: _count(tx, now))
        mine = held.get(self._context.owner, 0)
        part = -(-sum(held.values()) // max(nodes, 1))  # rounded up: the last shard has to be somebody's
        holding = [reader for reader in readers if reader.holds]
        for reader in holding[: max(mine - part, 0)]:
            log.info("shard %s is left to another node: %d of %d are this one's", reader.shard_name, mine, part)
            reader.rest(now + REST_SECONDS)

    async def end(self) -> None:
        """Be counted no more."""
        if not is_alone(self._context.node):
            name = PREFIX + self._context.owner
            await self._context.node.store.update(lambda tx: leases.forget_named(tx, [name]), locked=True)

    def _live(self, tx: Transaction) -> None:
        now, owner = self._context.node.clock.now(), self._context.owner
        leases.acquire(tx, PREFIX + owner, owner, now, LIFE_SECONDS)
        leases.forget_expired(tx, PREFIX, now - FORGET_SECONDS)


def _count(tx: Transaction, now: float) -> tuple[int, dict[str, int]]:
    """How many nodes live, and how many shards each of them holds."""
    return sum(leases.held(tx, PREFIX, now).values()), leases.held(tx, positions.PREFIX, now)
