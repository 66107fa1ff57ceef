"""Token buckets: how much of something may be used over time, with what was saved up while it wasn't.

A bucket fills by `rate` tokens a second up to what `seconds` of it give, and may be overdrawn: who asks before doing
the work doesn't know yet what it takes, so whatever begins above nothing is done, and paid for by those behind it.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple


class Limit(NamedTuple):
    """Tokens a second, and the seconds for which they may be saved up."""

    rate: float
    seconds: float


class Buckets:
    """Buckets by key, full at first. At most `most` are kept; the one filled longest ago is forgotten for a new one."""

    def __init__(self, most: int = 20_000) -> None:
        self._most = most
        self._levels: dict[Hashable, tuple[float, float]] = {}

    def level(self, key: Hashable, limit: Limit, now: float) -> float:
        """The tokens in a bucket now; less than nothing while it is overdrawn."""
        full = limit.rate * limit.seconds
        kept = self._levels.get(key)
        return full if kept is None else min(full, kept[0] + (now - kept[1]) * limit.rate)

    def take(self, key: Hashable, amount: float, limit: Limit, now: float) -> None:
        """Take tokens out, whether they are there or not."""
        left = self.level(key, limit, now) - amount
        self._levels.pop(key, None)
        if len(self._levels) >= self._most:
            del self._levels[next(iter(self._levels))]
        self._levels[key] = (left, now)
