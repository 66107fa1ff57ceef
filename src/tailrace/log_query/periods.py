"""Lengths of time, and the points at which they begin."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime

from tailrace.log_query.nodes import Period, Problem
from tailrace.log_query.values import Moment

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html (bin)
_FIXED = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 7 * 86_400_000}
_MONTHS = {"mo": 1, "q": 3, "y": 12}
_NAMES = {
    "msec": "ms",
    "sec": "s",
    "min": "m",
    "hour": "h",
    "hr": "h",
    "day": "d",
    "week": "w",
    "mon": "mo",
    "quarter": "q",
    "qtr": "q",
    "year": "y",
    "yr": "y",
}


def unit_of(period: Period) -> str:
    """The unit, by its shortest name. Raises Problem."""
    name = period.unit if period.unit in _FIXED or period.unit in _MONTHS else period.unit.removesuffix("s")
    unit = _NAMES.get(name, name)
    if period.count < 1 or (unit not in _FIXED and unit not in _MONTHS):
        raise Problem(f"There is no period {period.count}{period.unit}")
    return unit


def floor(at: int, count: int, unit: str) -> Moment:
    """The beginning of the period in which a point of time (ms) is."""
    if unit in _FIXED:
        length = _FIXED[unit] * count
        return Moment(at // length * length)
    length = count * _MONTHS[unit]
    return _month(_months(at) // length * length)


def ceil(at: int, count: int, unit: str) -> Moment:
    """The beginning of the period after it, or the point itself where it is one."""
    start = floor(at, count, unit)
    if start == at:
        return start
    if unit in _FIXED:
        return Moment(start + _FIXED[unit] * count)
    return _month(_months(start) + count * _MONTHS[unit])


def _months(at: int) -> int:
    """How many months have passed at a point of time (ms) since the year 0."""
    moment = datetime.fromtimestamp(at // 1000, UTC)
    return moment.year * 12 + moment.month - 1


def _month(months: int) -> Moment:
    return Moment(calendar.timegm((months // 12, months % 12 + 1, 1, 0, 0, 0, 0, 0, 0)) * 1000)
