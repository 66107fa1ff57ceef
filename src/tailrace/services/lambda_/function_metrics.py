"""What CloudWatch shows of functions: AWS's metrics of the namespace AWS/Lambda, counted where a call ends.

Each counts three times, as on AWS: of all functions together, by function, and by function and resource, which is the
function's name with the version or alias that the caller named. Left out is what nobody measures here: provisioned and
unreserved concurrency, recursion, and how much of an alias's traffic went to which version (ExecutedVersion).
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""

from __future__ import annotations

from collections.abc import Mapping

from tailrace.base.measurements import Metric
from tailrace.operation import Node
from tailrace.services.lambda_.function_names import FunctionName

NAMESPACE = "AWS/Lambda"
_DIMENSIONS = ("FunctionName", "Resource")
_MILLISECONDS = frozenset(("Duration", "IteratorAge", "AsyncEventAge"))
_OF_ALL = frozenset(("Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"))
_NAMES = (
    *("Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions", "IteratorAge", "AsyncEventsReceived"),
    *("AsyncEventAge", "AsyncEventsDropped", "DeadLetterErrors", "DestinationDeliveryFailures"),
)


def _metrics(name: str) -> tuple[Metric, ...]:
    unit = "Milliseconds" if name in _MILLISECONDS else "Count"
    return tuple(Metric(NAMESPACE, name, unit, _DIMENSIONS[:count]) for count in range(0 if name in _OF_ALL else 1, 3))


_METRICS: Mapping[str, tuple[Metric, ...]] = {name: _metrics(name) for name in _NAMES}
_EVENTS = {
    name: Metric(NAMESPACE, f"{name}EventCount", "Count", ("EventSourceMappingUUID",))
    for name in (
        "Polled",
        "FilteredOut",
        "Invoked",
        "FailedInvoke",
        "Dropped",
        "OnFailureDestinationDelivered",
        "Deleted",
    )
}


def measure(node: Node, function: FunctionName, **values: float) -> None:
    """Count a value of each of these metrics: `Invocations=1, Duration=12.5`."""
    now = node.clock.now()
    resource = f"{function.name}:{function.qualifier}" if function.qualifier else function.name
    dimensions = (function.name, resource)
    for name, value in values.items():
        for metric in _METRICS[name]:
            node.measurements.add(now, value, metric, function.scope, *dimensions[: len(metric.dimensions)])


def measure_running(node: Node, function: FunctionName, running: int, of_all: int) -> None:
    """Count how many calls of the function, and of all functions, run on this server as one begins."""
    for metric in _METRICS["ConcurrentExecutions"]:
        if len(metric.dimensions) < len(_DIMENSIONS):  # of a version or alias alone it isn't known
            value = running if metric.dimensions else of_all
            names = (function.name,)[: len(metric.dimensions)]
            node.measurements.add(node.clock.now(), value, metric, function.scope, *names)


def measure_events(node: Node, scope: str, mapping: str, **events: int) -> None:
    """Count events of a mapping that asks for it by its MetricsConfig: `polled=3` is PolledEventCount."""
    for name, count in events.items():
        metric = _EVENTS["".join(word.capitalize() for word in name.split("_"))]
        node.measurements.add_many(node.clock.now(), count, metric, scope, mapping)
