"""Keeps what contributor insights have counted: the minutes that are over, once a minute, and all of it at the end.

What SIGKILL takes with it is the running minute, and the one before that was not yet written down.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from tailrace.base.contributors import Minute, Summary
from tailrace.operation import Node
from tailrace.services.dynamodb.insights_tally import MINUTE_SECONDS
from tailrace.store import insight_counts
from tailrace.store.engine import Transaction
from tailrace.workers.rounds import Rounds

log = logging.getLogger("tailrace.insights")

SLICE = 200


class KeepInsights(Rounds):
    """Writes down what `Node.contributors` has counted, a slice a transaction."""

    name = "insights"
    seconds = float(MINUTE_SECONDS)

    def __init__(self, node: Node) -> None:
        super().__init__(node)
        self._told = 0

    async def last(self) -> None:
        """Keep everything that was counted by now."""
        await self.round(everything=True)

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
