"""PutMetricData: metrics of one's own. They stand, durably, when it answers."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tailrace.base.errors import ApiError
from tailrace.base.measurements import MINUTE_SECONDS, Sample, Series
from tailrace.operation import Call, Shape, anything, not_supported, operation
from tailrace.services.cloudwatch import refusals
from tailrace.services.cloudwatch.series import dimensions_of
from tailrace.store import metrics
from tailrace.store.engine import Transaction

DATA_MAX = 1000
VALUES_MAX = 150
PAST_SECONDS = 14 * 24 * 3600.0
FUTURE_SECONDS = 2 * 3600.0
VALUE_MAX = 2.0**360
COUNT_MAX = 2.0**53
PROBLEMS_MAX = 10
_WAYS = ("Value", "Values", "StatisticValues")

Measured = dict[tuple[Series, int], Sample]


def namespace_key(call: Call, request: Shape) -> dict[str, str]:
    """The condition key cloudwatch:namespace."""
    return {"cloudwatch:namespace": request["Namespace"]}


@operation(
    "cloudwatch",
    "PutMetricData",
    needs="cloudwatch:PutMetricData",
    on=anything,
    context=namespace_key,
    without={"EntityMetricData": "metrics are of no entities"},
)
async def put_metric_data(call: Call, request: Shape) -> Shape:
    """Publish values of metrics of one's own.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
    """
    namespace, data = request["Namespace"], request.get("MetricData")
    if not data:
        raise refusals.missing("MetricData")
    if len(data) > DATA_MAX:
        raise refusals.too_many("MetricData", DATA_MAX)
    if namespace.startswith("AWS/"):
        raise refusals.invalid_value(namespace, "Namespace")
    _check(call, data)
    measured: Measured = {}
    for number, datum in enumerate(data, 1):
        dimensions = dimensions_of(datum.get("Dimensions", []), f"MetricData.member.{number}.Dimensions")
        series = Series(call.scope, namespace, datum["MetricName"], dimensions, datum.get("Unit", "None"))
        place = (series, int(datum.get("Timestamp", call.clock.now()) // MINUTE_SECONDS))
        sample = _sample(datum)
        measured[place] = measured[place].plus(sample) if place in measured else sample

    def publish(tx: Transaction) -> None:
        for series, minute in sorted(measured, key=lambda place: (metrics.id_of(place[0]), place[1])):
            metrics.publish(tx, series, minute, measured[series, minute])

    await call.store.update(publish)
    return {}


def _check(call: Call, data: list[Shape]) -> None:
    """Refuse what is wrong, all of one kind together, a line each, as AWS does."""
    problems: list[ApiError] = []
    for number, datum in enumerate(data, 1):
        name = f"MetricData.member.{number}"
        if datum.get("StorageResolution") == 1:
            raise not_supported(call, f"{name}.StorageResolution 1: metrics are kept by the minute")
        problems += _problems(datum, name, call.clock.now())
    alike = [each for each in problems if each.code == problems[0].code][:PROBLEMS_MAX]
    if alike:
        raise ApiError(alike[0].code, "\n".join(each.message for each in alike))


def _problems(datum: Shape, name: str, now: float) -> Iterator[ApiError]:
    if datum.get("StorageResolution", 60) not in (1, 60):
        yield refusals.invalid(f"The parameter {name}.StorageResolution must be a value in the set [ 1, 60 ].")
    timestamp = datum.get("Timestamp", now)
    if timestamp < now - PAST_SECONDS:
        yield refusals.invalid(f"The parameter {name}.Timestamp must specify a time within the past two weeks.")
    if timestamp > now + FUTURE_SECONDS:
        text = f"The parameter {name}.Timestamp must specify a time no more than two hours in the future."
        yield refusals.invalid(text)
    given = [way for way in _WAYS if way in datum]
    if not given:
        text = f"At least one of the parameters {name}.Value and {name}.StatisticValues must be specified."
        yield ApiError("MissingRequiredParameterException", text)
    elif len(given) > 1:
        yield refusals.combination(refusals.both(f"{name}.{given[0]}", f"{name}.{given[1]}"))
    elif given == ["Value"]:
        yield from _out_of_range(f"{name}.Value", [datum["Value"]])
    elif given == ["Values"]:
        yield from _wrong_values(datum, name)
    else:
        yield from _wrong_statistics(datum["StatisticValues"], f"{name}.StatisticValues")


def _out_of_range(parameter: str, values: list[float]) -> Iterator[ApiError]:
    for value in values:
        if not math.isfinite(value) or abs(value) > VALUE_MAX:
            shown = "NaN" if math.isnan(value) else f"{value:g}"
            yield refusals.invalid_value(shown, parameter)


def _wrong_values(datum: Shape, name: str) -> Iterator[ApiError]:
    values, counts = datum["Values"], datum.get("Counts")
    if len(values) > VALUES_MAX:
        yield refusals.too_many(f"{name}.Values", VALUES_MAX)
    if not values:
        yield refusals.missing(f"{name}.Values")
    yield from _out_of_range(f"{name}.Values", values)
    if counts is None:
        return
    if len(counts) != len(values):
        yield refusals.invalid(f"The parameters {name}.Values and {name}.Counts must be of the same size.")
    for count in counts:
        if not 0 < count <= COUNT_MAX:
            yield refusals.invalid_value(f"{count:g}", f"{name}.Counts")


def _wrong_statistics(given: Shape, name: str) -> Iterator[ApiError]:
    yield from _out_of_range(name, [given["Sum"], given["Minimum"], given["Maximum"]])
    if not 0 < given["SampleCount"] <= COUNT_MAX:
        yield refusals.invalid_value(f"{given['SampleCount']:g}", f"{name}.SampleCount")
    if given["Minimum"] > given["Maximum"]:
        text = f"The parameter {name}.Maximum must be greater than or equal to {name}.Minimum."
        yield refusals.invalid(text)


def _sample(datum: Shape) -> Sample:
    sample = Sample()
    if "Value" in datum:
        sample.add(datum["Value"])
    elif "Values" in datum:
        for value, count in zip(datum["Values"], datum.get("Counts") or [1.0] * len(datum["Values"]), strict=True):
            sample.add(value, count)
    else:
        given = datum["StatisticValues"]
        sample.count, sample.total = given["SampleCount"], given["Sum"]
        sample.low, sample.high = given["Minimum"], given["Maximum"]
        # As on AWS, single values are known of a set of statistics only where all of them are alike.
        sample.spread = None
        if sample.low == sample.high:
            alike = Sample()
            alike.add(sample.low, sample.count)
            sample.spread = alike.spread
    return sample
