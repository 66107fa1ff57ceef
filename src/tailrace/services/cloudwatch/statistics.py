"""Statistics of a Sample: the five plain ones, and percentiles.

A percentile is off by at most 2.5 %, the width of half a bucket; where all values are alike it is exact.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from tailrace.base.measurements import Sample

PLAIN: dict[str, Callable[[Sample], float]] = {
    "SampleCount": lambda sample: sample.count,
    "Average": lambda sample: sample.total / sample.count,
    "Sum": lambda sample: sample.total,
    "Minimum": lambda sample: sample.low,
    "Maximum": lambda sample: sample.high,
}
_percentile = re.compile(r"p(100|\d{1,2}(?:\.\d{1,10})?)")
_other = re.compile(r"(?:tm|wm|tc|ts)\d{1,2}(?:\.\d+)?|(?:TM|WM|PR|TC|TS)\([^)]*\)|IQM", re.IGNORECASE)


class Statistic(NamedTuple):
    """How to make a number of a Sample; None where it can't be known. `needs_spread`: of its single values."""

    value: Callable[[Sample], float | None]
    needs_spread: bool


def find(name: str) -> Statistic | None:
    """The statistic of a name; None where Tailrace has none of that name."""
    plain = PLAIN.get(name)
    if plain is not None:
        return Statistic(plain, needs_spread=False)
    found = _percentile.fullmatch(name)
    if found is None:
        return None
    percent = float(found[1])
    return Statistic(lambda sample: sample.percentile(percent), needs_spread=True)


def is_known_to_aws(name: str) -> bool:
    """Whether it is a trimmed statistic, which AWS has and Tailrace hasn't."""
    return _other.fullmatch(name) is not None
