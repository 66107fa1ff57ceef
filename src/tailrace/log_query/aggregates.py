"""Aggregations: what `stats` tells of a group of rows.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

from tailrace.log_query.values import Value, number, order, text

VALUES_MAX = 1_000_000  # kept for one percentile, or to tell values apart


class TooMany(Exception):
    """More is to be kept than a query may hold."""


class Aggregate(Protocol):
    """Takes a group's rows in, one after the other; `at` is the time of the row (ms)."""

    def add(self, value: Value, at: int) -> None:
        """One row's value."""

    def result(self) -> Value:
        """What it comes to."""


class _Count:
    def __init__(self, *, every: bool) -> None:
        self._every = every
        self._count = 0

    def add(self, value: Value, at: int) -> None:
        self._count += self._every or value is not None

    def result(self) -> Value:
        return self._count


class _Distinct:
    def __init__(self) -> None:
        self._seen: set[str] = set()

    def add(self, value: Value, at: int) -> None:
        if value is not None:
            self._seen.add(text(value))
            _bound(len(self._seen))

    def result(self) -> Value:
        return len(self._seen)


class _Moments:
    """Sum, average and standard deviation, by Welford's method."""

    def __init__(self, which: str) -> None:
        self._which = which
        self._count, self._sum, self._mean, self._squares = 0, 0.0, 0.0, 0.0

    def add(self, value: Value, at: int) -> None:
        found = number(value)
        if found is None:
            return
        self._count += 1
        self._sum += found
        distance = found - self._mean
        self._mean += distance / self._count
        self._squares += distance * (found - self._mean)

    def result(self) -> Value:
        if self._which == "sum":
            return self._sum
        if not self._count:
            return None
        return self._sum / self._count if self._which == "avg" else math.sqrt(self._squares / self._count)


class _Extreme:
    """The least or greatest: by number where there is one (`numeric`), else by the order in which `sort` has them."""

    def __init__(self, *, greatest: bool, numeric: bool) -> None:
        self._greatest, self._numeric = greatest, numeric
        self._best: Value = None

    def add(self, value: Value, at: int) -> None:
        if value is None or (self._numeric and number(value) is None):
            return
        if self._best is None or (order(value) > order(self._best)) == self._greatest:
            self._best = value

    def result(self) -> Value:
        return self._best


class _Percentile:
    def __init__(self, percent: float) -> None:
        self._percent = percent
        self._values: list[float] = []

    def add(self, value: Value, at: int) -> None:
        found = number(value)
        if found is not None:
            self._values.append(found)
            _bound(len(self._values))

    def result(self) -> Value:
        if not self._values:
            return None
        values = sorted(self._values)
        place = (len(values) - 1) * self._percent / 100
        below = math.floor(place)
        above = min(below + 1, len(values) - 1)
        return values[below] + (values[above] - values[below]) * (place - below)


class _AtTime:
    """The value of the earliest or the latest row."""

    def __init__(self, *, latest: bool) -> None:
        self._latest = latest
        self._at: int | None = None
        self._value: Value = None

    def add(self, value: Value, at: int) -> None:
        if value is not None and (self._at is None or (at > self._at if self._latest else at < self._at)):
            self._at, self._value = at, value

    def result(self) -> Value:
        return self._value


def _bound(count: int) -> None:
    if count > VALUES_MAX:
        raise TooMany


AGGREGATES: dict[str, Callable[[], Aggregate]] = {
    "count": lambda: _Count(every=False),
    "count_distinct": _Distinct,
    "sum": lambda: _Moments("sum"),
    "avg": lambda: _Moments("avg"),
    "stddev": lambda: _Moments("stddev"),
    "min": lambda: _Extreme(greatest=False, numeric=True),
    "max": lambda: _Extreme(greatest=True, numeric=True),
    "median": lambda: _Percentile(50),
    "sortsfirst": lambda: _Extreme(greatest=False, numeric=False),
    "sortslast": lambda: _Extreme(greatest=True, numeric=False),
    "earliest": lambda: _AtTime(latest=False),
    "latest": lambda: _AtTime(latest=True),
}
PERCENTILE = "pct"


def counting_all() -> Aggregate:
    """`count(*)`: every row."""
    return _Count(every=True)


def percentile(percent: float) -> Callable[[], Aggregate]:
    """`pct(field, percent)`."""
    return lambda: _Percentile(percent)
