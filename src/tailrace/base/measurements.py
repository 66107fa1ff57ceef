"""What a node measures, minute by minute, until it is written down: the figures behind CloudWatch's metrics.

```
Measurements.add(now, value, METRIC, scope, dimension values ...) ──> a Sample a series and minute ──> take()
```
A value is appended to a short list of its Sample, which is folded into sums when it is full: that is done in C for
all of them at once, and costs a tenth of adding up each. A series is named by its Metric and the values of its
dimensions, so that counting makes no text; what a series is called in the store is worked out once a minute.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import repeat
from typing import Any, NamedTuple

MINUTE_SECONDS = 60
SERIES_MAX = 10_000
"""Series that are counted in a minute; what others would count is left out."""
MINUTES_MAX = 60
"""Minutes that wait to be taken, should nothing take them; then the oldest is left out."""
UNITS = (
    *("Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes"),
    *("Bits", "Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count", "Bytes/Second", "Kilobytes/Second"),
    *("Megabytes/Second", "Gigabytes/Second", "Terabytes/Second", "Bits/Second", "Kilobits/Second", "Megabits/Second"),
    *("Gigabits/Second", "Terabits/Second", "Count/Second", "None"),
)
"""CloudWatch's units. Their places are part of what is stored: a new one comes last."""
STEP = 1.05
"""A bucket of values ends where it begins, times this: a percentile is off by at most 2.5 %."""
FOLDED_AT = 256
"""Values of a series that are noted before they are folded."""
_CENTER = 20_000  # more than there are buckets of one sign


def bucket_of(value: float) -> int:
    """The bucket that a finite value falls into: 0 for zero, negative numbers for negative values."""
    if value > 0:
        return math.floor(math.log(value, STEP)) + _CENTER
    return -(math.floor(math.log(-value, STEP)) + _CENTER) if value < 0 else 0


def value_of(bucket: int) -> float:
    """The value in the (geometric) middle of a bucket."""
    if bucket == 0:
        return 0.0
    middle: float = STEP ** (abs(bucket) - _CENTER + 0.5)
    return math.copysign(middle, bucket)


class Sample:
    """The values of a series in a span of time. `spread` counts them by their bucket; None where that isn't known.

    What stands in `values` isn't in the other members before it is folded in.
    """

    __slots__ = ("count", "high", "low", "spread", "total", "values")

    def __init__(self) -> None:
        self.count = 0.0
        self.total = 0.0
        self.low = math.inf
        self.high = -math.inf
        self.spread: dict[int, float] | None = {}
        self.values: list[float] = []

    def add(self, value: float, count: float = 1.0) -> None:
        """Count a finite value, `count` times."""
        self.count += count
        self.total += value * count
        self.low = min(self.low, value)
        self.high = max(self.high, value)
        if self.spread is not None:
            bucket = bucket_of(value)
            self.spread[bucket] = self.spread.get(bucket, 0.0) + count

    def fold(self) -> None:
        """Count the finite values that were noted."""
        values = self.values
        if not values:
            return
        self.values = []
        low = min(values)
        if low == (high := max(values)):
            self.add(low, len(values))
            return
        if low <= 0:
            for value in values:
                self.add(value)
            return
        self.count += len(values)
        self.total += math.fsum(values)
        self.low, self.high = min(self.low, low), max(self.high, high)
        if self.spread is not None:
            for step, count in Counter(map(math.floor, map(math.log, values, repeat(STEP)))).items():
                self.spread[step + _CENTER] = self.spread.get(step + _CENTER, 0.0) + count

    def plus(self, other: Sample) -> Sample:
        """Both together, as a new one."""
        self.fold()
        other.fold()
        both = Sample()
        both.count, both.total = self.count + other.count, self.total + other.total
        both.low, both.high = min(self.low, other.low), max(self.high, other.high)
        both.spread = None
        if self.spread is not None and other.spread is not None:
            both.spread = dict(self.spread)
            for bucket, count in other.spread.items():
                both.spread[bucket] = both.spread.get(bucket, 0.0) + count
        return both

    def percentile(self, percent: float) -> float | None:
        """The value that `percent` of the values don't exceed, within half a bucket; None where that isn't known."""
        if self.low == self.high:
            return self.low
        if self.spread is None:
            return None
        left = self.count * percent / 100
        for bucket in sorted(self.spread):
            left -= self.spread[bucket]
            if left <= 0:
                return min(max(value_of(bucket), self.low), self.high)
        return self.high


@dataclass(frozen=True, eq=False, slots=True)
class Metric:
    """A metric of AWS's: its namespace, name and unit, and what its dimensions are called."""

    namespace: str
    name: str
    unit: str
    dimensions: tuple[str, ...] = ()


class Series(NamedTuple):
    """A series as the store knows it. `dimensions` are sorted by their names."""

    scope: str
    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    unit: str


Key = tuple[Any, ...]  # a Metric, a scope, and a value for each of the metric's dimensions
Minute = dict[Key, Sample]


def series_of(key: Key) -> Series:
    """The series that a key stands for."""
    metric, scope, *values = key
    dimensions = tuple(sorted(zip(metric.dimensions, values, strict=True)))
    return Series(scope, metric.namespace, metric.name, dimensions, metric.unit)


class Measurements:
    """The Samples of the minute that runs, and of those that wait to be written down. `left_out`: values without room.

    Minutes are numbered since the epoch.
    """

    def __init__(self, series_max: int = SERIES_MAX) -> None:
        self.left_out = 0
        self._series_max = series_max
        self._minutes: dict[int, Minute] = {}
        self._running: Minute = {}
        self._begins = self._ends = 0.0

    def add(self, now: float, value: float, *key: Any) -> None:
        """Count a finite value at `now` (epoch seconds) in the series of this Metric, scope and dimension values."""
        self.note_all(now, {key: value}, 0.0)

    def note_all(self, now: float, values: dict[Key, float | None], instead: float) -> None:
        """Count a value in each of these series; `instead` where there is None."""
        if not self._begins <= now < self._ends:
            self._turn(now)
        running = self._running
        for key, value in values.items():
            sample = running.get(key) or self._begin(key)
            if sample is not None:
                noted = sample.values
                noted.append(instead if value is None else value)
                if len(noted) >= FOLDED_AT:
                    sample.fold()

    def add_many(self, now: float, events: int, *key: Any) -> None:
        """Count so many events, each a value of 1."""
        if not self._begins <= now < self._ends:
            self._turn(now)
        sample = self._running.get(key) or self._begin(key)
        if sample is not None and events:
            sample.add(1.0, events)

    def take(self, before: int | None = None) -> dict[int, Minute]:
        """The minutes before that one (None: all of them), which are counted here no more."""
        taken = {minute: self._minutes.pop(minute) for minute in list(self._minutes) if _is_before(minute, before)}
        for samples in taken.values():
            for sample in samples.values():
                sample.fold()
        self._begins = self._ends = 0.0  # the next value looks where it belongs
        return taken

    def give_back(self, minutes: Mapping[int, Minute]) -> None:
        """Keep on what was taken and could not be written down."""
        for minute, samples in minutes.items():
            known = self._minutes.setdefault(minute, {})
            for key, sample in samples.items():
                known[key] = known[key].plus(sample) if key in known else sample
        self._begins = self._ends = 0.0
        self._drop_oldest()

    def _begin(self, key: Key) -> Sample | None:
        if len(self._running) >= self._series_max:
            self.left_out += 1
            return None
        sample = self._running[key] = Sample()
        return sample

    def _turn(self, now: float) -> None:
        minute = int(now // MINUTE_SECONDS)
        self._running = self._minutes.setdefault(minute, {})
        self._begins = float(minute * MINUTE_SECONDS)
        self._ends = self._begins + MINUTE_SECONDS
        self._drop_oldest()

    def _drop_oldest(self) -> None:
        while len(self._minutes) > MINUTES_MAX:
            self.left_out += len(self._minutes.pop(min(self._minutes)))


def _is_before(minute: int, before: int | None) -> bool:
    return before is None or minute < before
