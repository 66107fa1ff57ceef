"""What keeps mappings from going on: said once in the server's log, and shown in a metric for as long as it lasts.

A lane that is stopped looks again every second, so whatever it says must not be said every second.
"""

from __future__ import annotations

import logging
from collections.abc import Hashable
from typing import NamedTuple

from tailrace.base.meter import BLOCKED, Meter
from tailrace.workers import trigger_access

INTERNAL = "internal"
POLL = "poll"  # the part of a mapping that is none of its lanes

log = logging.getLogger("tailrace.triggers")


class Trouble(NamedTuple):
    """Why a part of a mapping can't go on: the label of the metric, and the mapping's LastProcessingResult."""

    reason: str
    problem: str


class Troubles:
    """The troubles of this node's mappings, part by part (a lane, or the poll)."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._known: dict[str, dict[Hashable, Trouble]] = {}

    def begin(self, mapping: str, part: Hashable, trouble: Trouble) -> bool:
        """Note it; whether no part of the mapping has had the same one before."""
        parts = self._known.setdefault(mapping, {})
        is_news = trouble not in parts.values()
        before = parts.get(part)
        parts[part] = trouble
        self._show(mapping, {trouble.reason} | ({before.reason} if before else set()))
        if is_news:
            log.warning("mapping %s can't go on (%s): %s", mapping, trouble.reason, trouble.problem)
        return is_news

    def end(self, mapping: str, part: Hashable) -> None:
        """That part goes on."""
        parts = self._known.get(mapping)
        before = parts.pop(part, None) if parts else None
        if before is None or parts is None:
            return
        self._show(mapping, {before.reason})
        if not parts:
            del self._known[mapping]
            log.info("mapping %s goes on", mapping)

    def forget(self, mapping: str) -> None:
        """The mapping is off or gone, and its troubles with it."""
        reasons = {trouble.reason for trouble in self._known.pop(mapping, {}).values()}
        self._show(mapping, reasons)

    def _show(self, mapping: str, reasons: set[str]) -> None:
        parts = self._known.get(mapping, {}).values()
        for reason in reasons:
            count = sum(trouble.reason == reason for trouble in parts)
            self._meter.show(BLOCKED, float(count), mapping=mapping, reason=reason)


def of_problem(problem: str) -> Trouble:
    """The trouble of a mapping that may not read, by what is said of it."""
    if problem == trigger_access.NO_ROLE:
        return Trouble("role_missing", problem)
    if problem.startswith(trigger_access.NO_FUNCTION):
        return Trouble("function_missing", problem)
    if problem.startswith("PROBLEM: Invalid filter"):
        return Trouble("filter_invalid", problem)
    if problem.startswith("PROBLEM: The specified queue does not exist"):
        return Trouble("queue_missing", problem)
    return Trouble("access_denied", problem)


def of_refusal(status: str, problem: str) -> Trouble:
    """The trouble of a call that could not be made, by the attempt's status."""
    return Trouble({"Throttled": "throttled"}.get(status, "function_not_called"), problem)
