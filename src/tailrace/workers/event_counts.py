"""AWS's counts of events, for mappings that ask for them by MetricsConfig."""

from __future__ import annotations

from tailrace.base.meter import Meter


def count(meter: Meter, mapping: str, **events: int) -> None:
    """Count up: `polled=3` is PolledEventCount, and so on. Counts of 0 begin no series."""
    for name, amount in events.items():
        if amount:
            meter.count(f"tailrace_trigger_{name}_events_total", amount, mapping=mapping)
