"""Which series a request means: its dimensions, checked, in the order in which they are stored."""

from __future__ import annotations

from tailrace.base.measurements import Series
from tailrace.operation import Call, Shape
from tailrace.services.cloudwatch import refusals


def dimensions_of(given: list[Shape], parameter: str = "Dimensions") -> tuple[tuple[str, str], ...]:
    """Dimensions sorted by name. Raises InvalidParameterValue where one comes twice."""
    names = [each["Name"] for each in given]
    if len(set(names)) < len(names):
        raise refusals.invalid(f"The parameter {parameter} must not have the same name twice.")
    return tuple(sorted((each["Name"], each["Value"]) for each in given))


def asked(call: Call, metric: Shape) -> Series:
    """The series of a metric as requests name it; its unit is one that any series may have."""
    dimensions = dimensions_of(metric.get("Dimensions", []))
    return Series(call.scope, metric.get("Namespace", ""), metric.get("MetricName", ""), dimensions, "None")
