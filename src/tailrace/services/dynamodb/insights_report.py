"""What contributor insights have found: the largest contributors of a rule over a span of minutes.

It is read from what was written down, so the running minute isn't part of it.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from tailrace.base.contributors import Key, Rule, Summary
from tailrace.services.dynamodb import insight_rules
from tailrace.services.dynamodb.insights_tally import MINUTE_SECONDS
from tailrace.store import insight_counts
from tailrace.store.engine import Transaction

MINUTES_MAX = 24 * 60
"""The longest span of a report."""
KEEP_SECONDS = 15 * 86_400.0
"""How long counts are kept, as CloudWatch keeps those of its rules."""


class Contributor(NamedTuple):
    """One key, its sum over all minutes that it was among the largest of, and by how much that may be too large.

    `points` are those minutes: (epoch seconds at their beginning, value).
    """

    keys: Key
    value: float
    error: float
    points: tuple[tuple[float, float], ...]


class Report(NamedTuple):
    """`labels` are the attributes that `keys` are of; `total` is of everybody.

    Who isn't named, or in the minutes in which one isn't, has contributed at most `floor` in all.
    """

    labels: tuple[str, ...]
    total: float
    floor: float
    contributors: list[Contributor]


def report(
    tx: Transaction, table: dict[str, Any], rule: str, start: float, end: float, limit: int = 25
) -> Report | None:
    """The `limit` largest contributors of the rule of that name, of a table by its document; None where it has no such.

    From the minute of `start` to that before `end`, in epoch seconds. Raises ValueError for more than a day.
    """
    found = _find(table, rule)
    if found is None:
        return None
    index, counted = found
    first, last = int(start // MINUTE_SECONDS), math.ceil(end / MINUTE_SECONDS)
    if last - first > MINUTES_MAX:
        raise ValueError(f"a report is of at most {MINUTES_MAX} minutes")
    minutes = insight_counts.read(tx, counted, first, last, MINUTES_MAX)
    labels = insight_rules.key_names(table, index, counted.kind)
    return Report(labels, sum(s.total for _, s in minutes), sum(s.floor for _, s in minutes), _largest(minutes, limit))


def _largest(minutes: list[tuple[int, Summary]], limit: int) -> list[Contributor]:
    values: dict[Key, list[tuple[float, float]]] = {}
    errors: dict[Key, float] = {}
    for minute, summary in minutes:
        for key, amount in summary.amounts.items():
            values.setdefault(key, []).append((float(minute * MINUTE_SECONDS), amount.value))
            errors[key] = errors.get(key, 0.0) + amount.error
    sums = {key: sum(value for _, value in points) for key, points in values.items()}
    ordered = sorted(sums, key=lambda key: (-sums[key], key))[:limit]
    return [Contributor(key, sums[key], errors[key], tuple(values[key])) for key in ordered]


def _find(table: dict[str, Any], name: str) -> tuple[str, Rule] | None:
    """The index ("" is the table) and the rule of that name, of those that count now."""
    for index in table.get("Insights", {}):
        asked = insight_rules.setting(table, index)
        rules = insight_rules.rule_names(table, index, asked) if asked and asked["Enabled"] else {}
        if name in rules:
            return index, rules[name]
    return None
