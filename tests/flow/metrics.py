"""What tests of metrics ask: everything that a node has measured, after its minute was kept."""

from __future__ import annotations

from typing import Any

from tailrace.workers.metrics import KeepMetrics
from tests.flow.in_process import InProcess

Figures = dict[tuple[str, ...], tuple[float, float]]


async def kept(node: InProcess) -> Figures:
    """Of each series its name and its dimensions' values (in their names' order): how many values, and their sum."""
    start = node.clock.now() // 60 * 60
    node.clock.advance(60)
    await KeepMetrics(node.node).round()
    found: Figures = {}
    for metric in (await node.call("cloudwatch", "ListMetrics"))["Metrics"]:
        asked = {"StartTime": start, "EndTime": start + 60, "Period": 60, "Statistics": ["SampleCount", "Sum"]}
        told = await node.call("cloudwatch", "GetMetricStatistics", **metric, **asked)
        values = (each["Value"] for each in metric["Dimensions"])
        for point in told["Datapoints"]:
            found[metric["MetricName"], *values] = (point["SampleCount"], point["Sum"])
    return found


def without_times(figures: Figures) -> dict[tuple[str, ...], Any]:
    """The figures that don't depend on the machine: of latencies there are the counts."""
    timed = ("SuccessfulRequestLatency", "Duration")
    return {key: value[0] if key[0] in timed else value for key, value in figures.items()}
