"""AWS's counts of events, for mappings that ask for them by MetricsConfig."""

from __future__ import annotations

from tailrace.operation import Node
from tailrace.services.lambda_ import function_metrics


def count(node: Node, scope: str, mapping: str, **events: int) -> None:
    """Count up: `polled=3` is PolledEventCount, and so on. Counts of 0 begin no series."""
    some = {name: amount for name, amount in events.items() if amount}
    for name, amount in some.items():
        node.meter.count(f"tailrace_trigger_{name}_events_total", amount, mapping=mapping)
    function_metrics.measure_events(node, scope, mapping, **some)
