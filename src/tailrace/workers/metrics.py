"""Keeps what the node has measured: the minutes that are over, just after each, and all of it at the end.

A minute that can't be written down waits for the next round, an hour long. What SIGKILL takes with it is the running
minute. A transaction takes some series at a time, so that no other waits long for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from tailrace.base import ids
from tailrace.base.measurements import MINUTE_SECONDS, Minute, Sample, Series, series_of
from tailrace.operation import Node
from tailrace.store import metrics
from tailrace.store.engine import Transaction
from tailrace.workers import queue_levels
from tailrace.workers.rounds import Rounds

SLICE = 100
PART_BITS = 62

log = logging.getLogger("tailrace.metrics")


class KeepMetrics(Rounds):
    """Writes down what `Node.measurements` has counted, with the start of each minute."""

    name = "metrics"
    seconds = float(MINUTE_SECONDS)

    def __init__(self, node: Node) -> None:
        super().__init__(node)
        self._told = 0

    def pause(self) -> float:
        """The seconds to the end of the minute."""
        return self.seconds - self._node.clock.now() % self.seconds

    async def last(self) -> None:
        """Keep everything that was measured by now."""
        await self.round(everything=True)

    async def round(self, *, everything: bool = False) -> None:
        """Keep the minutes that are over, or `everything`. What can't be kept is told, and tried again next time."""
        measurements = self._node.measurements
        left = measurements.take(None if everything else int(self._node.clock.now() // MINUTE_SECONDS))
        try:
            for minute in sorted(left):
                await self._keep(minute, left[minute])
                del left[minute]
        except Exception:
            log.exception("the metrics of %d minutes could not be kept", len(left))
        finally:
            measurements.give_back(left)
        if not everything:
            await self._keep_levels(int(self._node.clock.now() // MINUTE_SECONDS) - 1)
        if measurements.left_out > self._told:
            log.warning("%d values of metrics had no room", measurements.left_out - self._told)
            self._told = measurements.left_out

    async def _keep_levels(self, minute: int) -> None:
        """Write down how many messages the queues have, as of the end of this minute."""
        try:
            levels = await queue_levels.measure(self._node)
            await self._keep(minute, levels, metrics.LEVEL)
        except Exception:
            log.exception("the levels of queues could not be kept")

    async def _keep(self, minute: int, samples: Minute, part: int | None = None) -> None:
        """Write down a minute, as this part or one of its own. What is written isn't in `samples` any more."""
        while samples:
            some = list(samples)[:SLICE]
            written = {series_of(key): samples[key] for key in some}
            number = ids.random_number(PART_BITS) or 1 if part is None else part
            await self._node.store.update(_keep(minute, number, written), locked=True)
            for key in some:
                del samples[key]


def _keep(minute: int, part: int, samples: dict[Series, Sample]) -> Callable[[Transaction], None]:
    return lambda tx: metrics.keep(tx, minute, part, samples)
