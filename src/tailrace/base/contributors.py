"""Who contributes most to a sum that has too many contributors to count each: space-saving counters, and their sums.

```
SpaceSaving.add(key, weight) ──> summary() ──> Summary: plus() another, top() of it
Contributors: one SpaceSaving for each rule in its minute; minutes that are over wait as Summaries until they are kept
```
A counter keeps `capacity` keys. A key that finds it full takes the place of the smallest, and its value with it, as its
error: so no value is too small, and none is too large by more than the sum of all weights divided by the capacity.
While there are no more keys than that, every value is exact. The rejected alternative, a table of all keys, is as large
as the traffic of whoever wants to exhaust the memory.
Source: Metwally, Agrawal, El Abbadi: Efficient Computation of Frequent and Top-k Elements in Data Streams (2005).
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from typing import NamedTuple

CAPACITY = 500
"""Keys that a rule counts at a time: values are off by at most a 500th of the sum."""
KEPT = 100
"""Contributors that are kept of a minute: as many as CloudWatch shows of a report."""
RULES_MAX = 2_000
"""Rules that are counted at a time; what others would count is left out."""
WAITING_MAX = 20_000
"""Summaries that wait to be kept, should nothing take them; then the oldest is left out."""

Key = tuple[str, ...]


class Amount(NamedTuple):
    """A contributor's value, and by how much it may be too large."""

    value: float
    error: float


class Summary(NamedTuple):
    """What contributors came to. Whoever isn't among `amounts` has contributed at most `floor`."""

    total: float
    floor: float
    amounts: Mapping[Key, Amount]

    def plus(self, other: Summary) -> Summary:
        """The sum of two; what each may be off by adds up."""
        amounts: dict[Key, Amount] = {}
        for key in (*self.amounts, *(key for key in other.amounts if key not in self.amounts)):
            one = self.amounts.get(key) or Amount(self.floor, self.floor)
            two = other.amounts.get(key) or Amount(other.floor, other.floor)
            amounts[key] = Amount(one.value + two.value, one.error + two.error)
        return Summary(self.total + other.total, self.floor + other.floor, amounts)

    def top(self, count: int) -> Summary:
        """The `count` largest, in their order; equal ones by their keys."""
        ordered = sorted(self.amounts.items(), key=lambda each: (-each[1].value, each[0]))
        left_out = ordered[count][1].value if len(ordered) > count else 0.0
        return Summary(self.total, max(self.floor, left_out), dict(ordered[:count]))


class SpaceSaving:
    """The largest contributors to one sum, in memory for `capacity` keys."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._total = 0.0
        self._amounts: dict[Key, Amount] = {}
        # Every key once, under a value that it had: values only grow, so the first that is still right is the smallest.
        self._smallest: list[tuple[float, Key]] = []

    def add(self, key: Key, weight: float) -> None:
        """Count a contribution of `weight` > 0."""
        self._total += weight
        known = self._amounts.get(key)
        if known is not None:
            self._amounts[key] = Amount(known.value + weight, known.error)
        elif len(self._amounts) < self._capacity:
            self._amounts[key] = Amount(weight, 0.0)
        else:
            floor = self._evict()
            self._amounts[key] = Amount(floor + weight, floor)
            heapq.heappush(self._smallest, (floor + weight, key))

    def summary(self) -> Summary:
        """What was counted by now."""
        is_full = len(self._amounts) == self._capacity
        floor = min(amount.value for amount in self._amounts.values()) if is_full else 0.0
        return Summary(self._total, floor, dict(self._amounts))

    def _evict(self) -> float:
        """Take the smallest out; its value."""
        heap = self._smallest
        if not heap:
            heap.extend((amount.value, key) for key, amount in self._amounts.items())
            heapq.heapify(heap)
        while heap[0][0] != self._amounts[heap[0][1]].value:
            heapq.heapreplace(heap, (self._amounts[heap[0][1]].value, heap[0][1]))
        value, key = heapq.heappop(heap)
        del self._amounts[key]
        return value


class Rule(NamedTuple):
    """What is counted together: the number of a table's or an index's counting, and the kind of it (PKC, SKT ...)."""

    series: int
    kind: str


class Minute(NamedTuple):
    """One minute (of the epoch) of a rule."""

    rule: Rule
    minute: int


class Contributors:
    """The counters of a node: those of the running minute, and the summaries of minutes that nobody has kept yet."""

    def __init__(self, rules_max: int = RULES_MAX, waiting_max: int = WAITING_MAX) -> None:
        self._rules_max, self._waiting_max = rules_max, waiting_max
        self._running: dict[Rule, tuple[int, SpaceSaving]] = {}
        self._waiting: dict[Minute, Summary] = {}
        self.left_out = 0
        """Contributions and summaries that there was no room for."""

    def add(self, rule: Rule, minute: int, key: Key, weight: float) -> None:
        """Count a contribution to a rule in a minute."""
        running = self._running.get(rule)
        if running is None or running[0] != minute:
            if running is not None:
                self._finish(rule, *running)
            elif len(self._running) >= self._rules_max:
                self.left_out += 1
                return
            running = self._running[rule] = (minute, SpaceSaving())
        running[1].add(key, weight)

    def take(self, before: int | None = None) -> dict[Minute, Summary]:
        """Everything of the minutes before that one, or everything; what is taken is no longer here."""
        for rule, (minute, counter) in list(self._running.items()):
            if before is None or minute < before:
                del self._running[rule]
                self._finish(rule, minute, counter)
        taken, self._waiting = self._waiting, {}
        return taken

    def give_back(self, taken: Mapping[Minute, Summary]) -> None:
        """Have what was taken wait again, for it could not be kept."""
        later, self._waiting = self._waiting, {}
        for part in (taken, later):
            for minute, summary in part.items():
                self._wait(minute, summary)

    def _finish(self, rule: Rule, minute: int, counter: SpaceSaving) -> None:
        self._wait(Minute(rule, minute), counter.summary().top(KEPT))

    def _wait(self, minute: Minute, summary: Summary) -> None:
        known = self._waiting.get(minute)
        if known is None and len(self._waiting) >= self._waiting_max:
            del self._waiting[next(iter(self._waiting))]
            self.left_out += 1
        self._waiting[minute] = summary if known is None else known.plus(summary).top(KEPT)
