"""GetMetricStatistics: the statistics of one metric."""

from __future__ import annotations

from tailrace.operation import Call, Shape, anything, not_supported, operation
from tailrace.services.cloudwatch import refusals, statistics, windows
from tailrace.services.cloudwatch.series import asked
from tailrace.services.cloudwatch.statistics import Statistic
from tailrace.store import metrics

DATAPOINTS_MAX = 1440


@operation("cloudwatch", "GetMetricStatistics", needs="cloudwatch:GetMetricStatistics", on=anything)
async def get_metric_statistics(call: Call, request: Shape) -> Shape:
    """Statistics of one metric over time, by spans of the period.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
    """
    chosen = _statistics(call, request)
    _check_times(request)
    wanted = asked(call, request)
    span = windows.window(request["StartTime"], request["EndTime"], request["Period"], call.clock.now())
    spread = any(each.needs_spread for each in chosen.values())
    points: list[Shape] = []
    for key, unit in await call.store.view(lambda tx: metrics.of(tx, wanted)):
        if request.get("Unit", unit) != unit:
            continue
        for number, sample in sorted((await windows.read(call, [key], span, spread=spread)).items()):
            point: Shape = {"Timestamp": span.timestamp(number), "Unit": unit}
            for name, each in chosen.items():
                value = each.value(sample)
                if value is not None:
                    target = point.setdefault("ExtendedStatistics", {}) if each.needs_spread else point
                    target[name] = value
            if len(point) > 2:
                points.append(point)
    return {"Label": request["MetricName"], "Datapoints": points}


def _statistics(call: Call, request: Shape) -> dict[str, Statistic]:
    plain, extended = request.get("Statistics", []), request.get("ExtendedStatistics", [])
    if not plain and not extended:
        text = "At least one of the parameters Statistics and ExtendedStatistics must be specified."
        raise refusals.combination(text)
    if plain and extended:
        raise refusals.combination(refusals.both("Statistics", "ExtendedStatistics"))
    chosen: dict[str, Statistic] = {}
    for name in (*plain, *extended):
        found = statistics.find(name)
        if found is None and statistics.is_known_to_aws(name):
            raise not_supported(call, f"ExtendedStatistics {name}: there are percentiles, but no trimmed statistics")
        if found is None or (extended and not found.needs_spread):
            raise refusals.invalid_value(name[:100], "ExtendedStatistics")
        chosen[name] = found
    return chosen


def _check_times(request: Shape) -> None:
    start, end, period = request["StartTime"], request["EndTime"], request["Period"]
    if not windows.check_period(period):
        raise refusals.invalid(windows.PERIOD.format("Period"))
    problem = windows.problem(start, end)
    if problem:
        raise refusals.invalid(problem)
    points = int((end - start) // period)
    if points > DATAPOINTS_MAX:
        raise refusals.combination(
            f"You have requested up to {points:,} datapoints, which exceeds the limit of {DATAPOINTS_MAX:,}. You may "
            "reduce the datapoints requested by increasing Period, or decreasing the time range."
        )
