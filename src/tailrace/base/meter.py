"""A meter: what a node counts of itself, told in the text format of Prometheus.

```
requests_total {service, operation, status} 17      counted up since the start
iterator_age_seconds {mapping}              0.2     since when something waits, told as an age when it is asked for
```
Labels come from AWS's models and from ids that the server gave, never from what clients write: neither keys nor names
of items can get into a series. The format is a line a series, which is no reason for a library.
https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

SERIES_MAX = 20_000
ASYNC_EVENTS, DESTINATIONS = "tailrace_async_events_total", "tailrace_destinations_total"
DELIVERIES, OLDEST_DELIVERY = "tailrace_deliveries", "tailrace_delivery_age_seconds"
DELIVERY_ERRORS = "tailrace_delivery_errors_total"
BLOCKED = "tailrace_trigger_blocked"
REQUESTS = "tailrace_requests_total"
ITERATOR_AGE = "tailrace_trigger_iterator_age_seconds"
# AWS's counts of events, by its names without `EventCount`.
# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html#event-source-mapping-metrics
EVENTS = (
    ("polled", "Events that were read."),
    ("filtered_out", "Events that no filter let pass."),
    ("invoked", "Events that a function was called with, each time."),
    ("failed_invoke", "Events of calls that could not be made, or that reported failures."),
    ("dropped", "Events given up, out of retries or too old, of which nobody was told."),
    ("on_failure_destination_delivered", "Events given up of which the destination was told."),
    ("deleted", "Messages that were deleted from their queue."),
)
METRICS = {
    REQUESTS: "Requests that were answered, by service, operation and HTTP status.",
    ITERATOR_AGE: "Age of the oldest record that a trigger is at; 0 where it waits for new ones.",
    "tailrace_trigger_invocations_total": "Calls of functions by triggers.",
    "tailrace_trigger_errors_total": "Calls that failed, or reported a failure.",
    "tailrace_trigger_throttles_total": "Calls that could not be made: no room, no function, no role.",
    "tailrace_trigger_retries_total": "Calls, made or not, with records of a call before.",
    "tailrace_trigger_records_total": "Records that functions were called with, each time.",
    ASYNC_EVENTS: "Tries of asynchronous events, by what came of each.",
    DESTINATIONS: "Words of events and of given up records, by what came of them.",
    DELIVERIES: "Deliveries that are owed, by kind; 100,000 stand for more.",
    OLDEST_DELIVERY: "Age of the oldest delivery that is owed, by kind.",
    DELIVERY_ERRORS: "Deliveries that failed for a reason of the server's own, and are tried again, by kind.",
    BLOCKED: "Lanes of a trigger that can't go on now, by the reason.",
    "tailrace_trigger_trimmed_total": "Records that a stream forgot before a trigger had read them.",
    "tailrace_trigger_given_up_total": "Records passed over: out of retries, or too old.",
    **{f"tailrace_trigger_{name}_events_total": f"{meaning} (MetricsConfig: EventCount)" for name, meaning in EVENTS},
}

Labels = tuple[tuple[str, str], ...]


class Count:
    """The value of a series, to be added to."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = 0.0


class Meter:
    """Counters, and since when things wait. `described` are the metrics that may be counted, and what they mean."""

    def __init__(self, described: Mapping[str, str] = METRICS, series_max: int = SERIES_MAX) -> None:
        self._described = described
        self._series_max = series_max
        self._counts: dict[str, dict[Labels, Count]] = {name: {} for name in described}
        self._waiting: dict[str, dict[Labels, dict[Hashable, float]]] = {name: {} for name in described}
        self._size = 0

    def count(self, name: str, amount: float = 1, **labels: str) -> None:
        """Count up. A series too many isn't begun."""
        self.counter(name, tuple(labels.items())).value += amount

    def counter(self, name: str, labels: Labels) -> Count:
        """The value of a series, for whoever counts it often. One of a series too many, or forgotten, isn't told."""
        series = self._counts[name]
        found = series.get(labels)
        if found is None:
            found = Count()
            if self._size < self._series_max:
                self._size += 1
                series[labels] = found
        return found

    def show(self, name: str, value: float, **labels: str) -> None:
        """Show a value that goes up and down. A series too many isn't begun."""
        self.counter(name, tuple(labels.items())).value = value

    def wait(self, name: str, part: Hashable, since: float | None, *, still: bool = False, **labels: str) -> None:
        """Note since when (epoch seconds) a part of a series waits; None: it doesn't. The longest wait is told.

        `still`: one that waits already goes on from where it began.
        """
        series, key = self._waiting[name], tuple(labels.items())
        if key not in series:
            if self._size >= self._series_max:
                return
            self._size += 1
        parts = series.setdefault(key, {})
        if since is None:
            parts.pop(part, None)
        elif not (still and part in parts):
            parts[part] = since

    def forget(self, label: str, value: str) -> None:
        """Drop every series with this label's value: what it was about is gone."""
        pair = (label, value)
        for name in self._described:
            counts, waiting = self._counts[name], self._waiting[name]
            self._counts[name] = {key: count for key, count in counts.items() if pair not in key}
            self._waiting[name] = {key: parts for key, parts in waiting.items() if pair not in key}
        self._size = sum(map(len, self._counts.values())) + sum(map(len, self._waiting.values()))

    def text(self, now: float) -> str:
        """All series, in Prometheus's text format."""
        lines: list[str] = []
        for name, meaning in self._described.items():
            ages = {key: max([0.0, *(now - at for at in parts.values())]) for key, parts in self._waiting[name].items()}
            series = {**{key: count.value for key, count in self._counts[name].items()}, **ages}
            if series:
                lines.append(f"# HELP {name} {meaning}")
                lines.append(f"# TYPE {name} {'counter' if name.endswith('_total') else 'gauge'}")
                lines += [f"{name}{_shown(key)} {value:.10g}" for key, value in sorted(series.items())]
        return "".join(f"{line}\n" for line in lines)


def _shown(labels: Labels) -> str:
    if not labels:
        return ""
    escaped = ((name, value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")) for name, value in labels)
    return "{" + ",".join(f'{name}="{value}"' for name, value in escaped) + "}"
