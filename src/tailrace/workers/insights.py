"""Keeps what contributor insights have counted: the minutes that are over, once a minute, and all of it at the end.

What SIGKILL takes with it is the running minute, and the one before that was not yet written down.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping

from tailrace.base.clock import wait_for_event
from tailrace.base.contributors import Minute, Summary
from tailrace.operation import Node
from tailrace.services.dynamodb.insights_tally import MINUTE_SECONDS
from tailrace.store import insight_counts
from tailrace.store.engine import Transaction

SLICE = 200

log = logging.getLogger("tailrace.insights")


class KeepInsights:
    """Writes down what `Node.contributors` has counted, a slice a transaction."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._task: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()
        self._told = 0

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name="insights")

    async def stop(self, grace_s: float) -> None:
        """End, with everything kept that was counted by now.

        A round under way isn't cancelled: whether its last slice was kept wouldn't be known.
        """
        if self._task is not None:
            self._ending.set()
            await self._task
            await self.round(everything=True)

    async def _run(self) -> None:
        while not await wait_for_event(self._ending, MINUTE_SECONDS, self._node.clock):
            await self.round()

    async def round(self, *, everything: bool = False) -> None:
        """Keep the minutes that are over, or `everything`. What can't be kept is told, and tried again next time."""
        contributors = self._node.contributors
        minute = None if everything else int(self._node.clock.now() // MINUTE_SECONDS)
        left = contributors.take(minute)
        try:
            while left:
                part = dict(list(left.items())[:SLICE])
                await self._node.store.update(_keep(part))
                left = {minute: summary for minute, summary in left.items() if minute not in part}
        except Exception:
            log.exception("the counts of %d minutes of rules could not be kept", len(left))
        finally:
            contributors.give_back(left)
        if contributors.left_out > self._told:
            log.warning("%d counts of contributor insights had no room", contributors.left_out - self._told)
            self._told = contributors.left_out


def _keep(part: Mapping[Minute, Summary]) -> Callable[[Transaction], None]:
    def keep(tx: Transaction) -> None:
        for minute, summary in part.items():
            insight_counts.keep(tx, minute, summary)

    return keep
