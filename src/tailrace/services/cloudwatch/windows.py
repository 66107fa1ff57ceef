"""The spans of time that a request asks about, and what was measured in each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from tailrace.base.errors import ApiError
from tailrace.base.measurements import MINUTE_SECONDS, Sample
from tailrace.operation import Call
from tailrace.store import metrics
from tailrace.store.engine import Transaction

SHORT_PERIODS = (1, 5, 10, 20, 30)
MINUTES_KEPT = 15 * 24 * 60
SPREAD_MINUTES = 1440  # of which single values are looked at in one go
EQUAL = "The parameter StartTime must not equal parameter EndTime."
REVERSED = "The parameter StartTime must be less than the parameter EndTime."
PERIOD = "The parameter {} must be a value in the set [ 1, 5, 10, 20, 30 ] or a multiple of 60."


class Window(NamedTuple):
    """The minutes first <= minute < end, by spans of `width` minutes from `first` on."""

    first: int
    end: int
    width: int

    @property
    def spans(self) -> int:
        """How many spans there are."""
        return -(-(self.end - self.first) // self.width)

    def timestamp(self, span: int) -> float:
        """When a span begins, in epoch seconds."""
        return float((self.first + span * self.width) * MINUTE_SECONDS)


def check_period(period: int) -> bool:
    """Whether AWS takes this period. One that is shorter than a minute has the minutes as its spans."""
    return period in SHORT_PERIODS or (period > 0 and period % MINUTE_SECONDS == 0)


def problem(start: float, end: float) -> str | None:
    """What is wrong with a time range."""
    if start == end:
        return EQUAL
    return REVERSED if start > end else None


def window(start: float, end: float, period: int, now: float) -> Window:
    """The minutes of a time range, which was checked: from the minute in which it starts. What lies before all that is
    kept, or after now, isn't looked at.
    """
    width = max(1, period // MINUTE_SECONDS)
    first, last = int(start // MINUTE_SECONDS), math.ceil(end / MINUTE_SECONDS)
    kept = int(now // MINUTE_SECONDS) - MINUTES_KEPT
    if first < kept:
        first += (kept - first) // width * width
    return Window(first, max(first, last), width)


async def read(call: Call, series: Sequence[bytes], span: Window, *, spread: bool) -> dict[int, Sample]:
    """What was measured in each span of a window, by its number; with `spread` also how the values are spread."""
    if not spread:
        return await call.store.view(lambda tx: metrics.read(tx, series, *span))
    found: dict[int, Sample] = {}
    step = max(1, SPREAD_MINUTES // span.width) * span.width
    for first in range(span.first, span.end, step):

        def look(tx: Transaction, first: int = first) -> dict[int, Sample]:
            return metrics.read_spread(tx, series, first, min(first + step, span.end), span.width)

        before = (first - span.first) // span.width
        found.update({before + number: sample for number, sample in (await call.store.view(look)).items()})
    return found


def refused_statistic(name: str) -> ApiError:
    """A statistic that neither AWS nor Tailrace has."""
    return ApiError.validation(f"The value {name[:100]} for parameter Stat is not supported.")
