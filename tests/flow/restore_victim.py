"""A process that copies some slices and waits in the middle of another, to be killed: `restore_victim FOLDER NOW`."""

from __future__ import annotations

import asyncio
import signal
import sys

from tailrace.base.clock import MovableClock
from tailrace.services.dynamodb import copy_table
from tailrace.store import deliveries
from tailrace.store.engine import Transaction
from tailrace.workers.deliveries import in_slices
from tests.flow.in_process import in_process

SLICES = 4


class Victim:
    """The worker's part, up to the slice that is never committed."""

    def __init__(self) -> None:
        self.slices = 0

    def copy(self, tx: Transaction, body: dict[str, object]) -> bool:
        """One slice; the fifth one is written, but not committed."""
        through = copy_table.copy_slice(tx, body)
        if self.slices == SLICES:
            print("in the middle", flush=True)
            signal.pause()
        self.slices += 1
        return through


async def main(folder: str, now: float) -> None:
    """Do what the worker does."""
    async with in_process(folder, MovableClock(now)) as node:
        kinds = (copy_table.DELIVERY_KIND,)
        [delivery] = await node.node.store.update(lambda tx: deliveries.claim(tx, kinds, now, 1, 30))
        await in_slices(Victim().copy)(node.node, delivery)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
