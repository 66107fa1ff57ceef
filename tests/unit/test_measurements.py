"""What a node measures: minutes, limits, and how near a percentile comes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tailrace.base.measurements import MINUTES_MAX, UNITS, Measurements, Metric, Sample, bucket_of, series_of, value_of
from tailrace.wire import model

CALLS = Metric("AWS/Lambda", "Invocations", "Count", ("FunctionName", "Resource"))
values = some.floats(-(2.0**360), 2.0**360).filter(lambda value: value == 0 or abs(value) > 1e-300)


@given(values)
def test_a_value_is_within_two_and_a_half_percent_of_its_buckets_middle(value: float) -> None:
    assert value_of(bucket_of(value)) == pytest.approx(value, rel=0.025, abs=0)


@given(some.lists(values, min_size=1, max_size=50), some.lists(values, max_size=50))
def test_two_samples_are_as_one_of_all_values(one: list[float], other: list[float]) -> None:
    first, second, both = Sample(), Sample(), Sample()
    for value in one:
        first.add(value)
        both.add(value)
    for value in other:
        second.add(value)
        both.add(value)
    found = first.plus(second)
    assert (found.count, found.low, found.high, found.spread) == (both.count, both.low, both.high, both.spread)
    ordered = sorted((*one, *other))
    assert found.percentile(100) == pytest.approx(ordered[-1], rel=0.03)
    assert found.percentile(0) == pytest.approx(ordered[0], rel=0.03)


def test_a_value_counts_in_the_minute_in_which_it_was_measured_whatever_comes_first() -> None:
    measurements = Measurements()
    for now in (59.9, 60.0, 59.0, 119.9):
        measurements.add(now, 2, CALLS, "0/r", "f", "f:1")
    measurements.add_many(60.0, 3, CALLS, "0/r", "g", "g")
    assert {minute: len(samples) for minute, samples in measurements.take(1).items()} == {0: 1}
    [(minute, samples)] = measurements.take().items()
    assert (minute, {key[1:]: each.count for key, each in samples.items()}) == (
        1,
        {("0/r", "f", "f:1"): 2, ("0/r", "g", "g"): 3},
    )
    assert not measurements.take()


def test_what_is_given_back_goes_on_with_what_came_meanwhile() -> None:
    measurements = Measurements()
    measurements.add(1, 5, CALLS, "0/r", "f", "f")
    taken = measurements.take()
    measurements.add(2, 7, CALLS, "0/r", "f", "f")
    measurements.give_back(taken)
    measurements.add(3, 1, CALLS, "0/r", "f", "f")
    [samples] = measurements.take().values()
    assert [(each.count, each.total) for each in samples.values()] == [(3, 13)]


def test_series_and_minutes_have_their_limits() -> None:
    measurements = Measurements(series_max=2)
    for name in "abc":
        measurements.add(0, 1, CALLS, "0/r", name, name)
    assert measurements.left_out == 1
    for minute in range(MINUTES_MAX + 1):
        measurements.add(minute * 60, 1, CALLS, "0/r", "a", "a")
    assert min(measurements.take()) == 1


def test_a_series_is_named_by_the_metrics_dimensions_in_the_order_of_their_names() -> None:
    swapped = Metric("N", "m", "Count", ("b", "a"))
    assert series_of((swapped, "0/r", "B", "A")).dimensions == (("a", "A"), ("b", "B"))


def test_units_are_the_models() -> None:
    assert model.service("cloudwatch").shape("StandardUnit").enum == UNITS
