"""Keeps the clocks of nodes that share a database together, also where the message about a move was lost.

Every such node follows, also one that was started without --movable-clock: a node that is behind would take others'
leases for theirs long after they are over, and its own for good.
"""

from __future__ import annotations

from tailrace.base.clock import MovableClock
from tailrace.services.tailrace.clock import kept_offset
from tailrace.workers.rounds import Rounds


class CommonTime(Rounds):
    """Looks once a second how far the store's time was moved, and moves this node's as far."""

    name = "common time"
    seconds = 1.0

    async def round(self) -> None:
        """Catch up."""
        clock = self._node.clock
        if isinstance(clock, MovableClock):
            clock.move_to(await self._node.store.view(kept_offset))
