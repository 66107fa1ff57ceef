"""Metrics over time: parts of a minute are added up, spans are read in one go, and what is old is forgotten."""

from __future__ import annotations

import math

import pytest

from tailrace.base.measurements import Sample, Series
from tailrace.store import metrics
from tailrace.store.engine import Store

SERIES = Series("0/r", "AWS/DynamoDB", "Latency", (("Operation", "Query"), ("TableName", "é")), "Milliseconds")
OTHER = SERIES._replace(dimensions=())
NO_UNIT = SERIES._replace(unit="None")
SECOND = SERIES._replace(name="Second")


def sample(*values: float) -> Sample:
    found = Sample()
    for value in values:
        found.add(value)
    return found


async def keep(place: Store, minute: int, part: int, **samples: Sample) -> None:
    series = {"series": SERIES, "other": OTHER, "second": SECOND, "no_unit": NO_UNIT}
    named = {series[name]: one for name, one in samples.items()}
    await place.update(lambda tx: metrics.keep(tx, minute, part, named), locked=True)


def plain(found: dict[int, Sample]) -> dict[int, tuple[float, float, float, float]]:
    return {span: (one.count, one.total, one.low, one.high) for span, one in found.items()}


async def spans(place: Store, first: int, end: int, width: int) -> dict[int, tuple[float, float, float, float]]:
    keys = [metrics.id_of(SERIES)]
    with_spread = await place.view(lambda tx: metrics.read_spread(tx, keys, first, end, width))
    found = plain(await place.view(lambda tx: metrics.read(tx, keys, first, end, width)))
    assert plain(with_spread) == found
    return found


async def test_what_several_servers_have_counted_of_a_minute_is_added_up(place: Store) -> None:
    await keep(place, 10, 1, series=sample(1, 5), other=sample(7))
    await keep(place, 10, 2, series=sample(0.5))
    await keep(place, 12, 2, series=sample(2))
    assert await spans(place, 10, 13, 1) == {0: (3.0, 6.5, 0.5, 5.0), 2: (1.0, 2.0, 2.0, 2.0)}
    assert await spans(place, 9, 14, 2) == {0: (3.0, 6.5, 0.5, 5.0), 1: (1.0, 2.0, 2.0, 2.0)}
    assert await spans(place, 10, 12, 60) == {0: (3.0, 6.5, 0.5, 5.0)}
    assert await spans(place, 13, 20, 1) == {}


async def test_a_percentile_is_that_of_all_parts_within_half_a_bucket(place: Store) -> None:
    for part in range(4):
        await keep(place, 10, part + 1, series=sample(*(float(n) for n in range(part * 250 + 1, part * 250 + 251))))
    keys = [metrics.id_of(SERIES)]
    found = (await place.view(lambda tx: metrics.read_spread(tx, keys, 10, 11, 1)))[0]
    for percent in (0.1, 10, 50, 90, 99, 99.9, 100):
        assert found.percentile(percent) == pytest.approx(percent * 10, rel=0.025)


async def test_values_that_are_all_alike_take_no_room_and_have_their_percentiles(place: Store) -> None:
    await keep(place, 10, 1, series=sample(*[3.0] * 9))
    await keep(place, 10, 2, series=sample(100.0))
    rows = await place.view(lambda tx: tx.rows("SELECT spread FROM metric_minutes"))
    assert [spread for (spread,) in rows] == [None, None]
    found = (await place.view(lambda tx: metrics.read_spread(tx, [metrics.id_of(SERIES)], 10, 11, 1)))[0]
    assert found.percentile(50) == pytest.approx(3, rel=0.025)
    assert found.percentile(95) == pytest.approx(100, rel=0.025)


async def test_what_is_published_is_one_row_a_minute_that_grows(place: Store) -> None:
    for value in (1.0, -4.0, 0.0):
        await place.update(lambda tx, value=value: metrics.publish(tx, SERIES, 7, sample(value)))  # type: ignore[misc]
    await keep(place, 7, 1, series=sample(10.0))
    assert await place.view(lambda tx: tx.row("SELECT count(*) FROM metric_minutes")) == (2,)
    assert await spans(place, 7, 8, 1) == {0: (4.0, 7.0, -4.0, 10.0)}


async def test_series_are_listed_in_their_order_page_by_page(place: Store) -> None:
    await keep(place, 5, 1, series=sample(1), other=sample(1), no_unit=sample(1))
    await keep(place, 9, 1, second=sample(1))
    assert dict(await place.view(lambda tx: metrics.of(tx, NO_UNIT))) == {
        metrics.id_of(SERIES): "Milliseconds",
        metrics.id_of(NO_UNIT): "None",
    }
    everything = await place.view(lambda tx: metrics.listed(tx, "0/r", ("", "", b""), 0, 10))
    assert {series for _, series in everything} == {SERIES, OTHER, NO_UNIT, SECOND}
    assert [series.name for _, series in everything] == ["Latency", "Latency", "Latency", "Second"]
    key, series = everything[1]
    after = (series.namespace, series.name, key)
    assert await place.view(lambda tx: metrics.listed(tx, "0/r", after, 0, 1)) == everything[2:3]
    assert await place.view(lambda tx: metrics.listed(tx, "0/r", ("", "", b""), 6, 10)) == everything[3:]
    assert await place.view(lambda tx: metrics.listed(tx, "0/r", ("", "", b""), 0, 10, name="Second")) == everything[3:]
    assert await place.view(lambda tx: metrics.listed(tx, "1/r", ("", "", b""), 0, 10)) == []


async def test_old_minutes_and_series_without_later_ones_are_forgotten(place: Store) -> None:
    for minute in range(4):
        await keep(place, minute, 1, series=sample(1))
    await keep(place, 0, 1, other=sample(1))
    while await place.update(lambda tx: metrics.trim(tx, 2, 2)):
        pass
    assert list(await spans(place, 0, 9, 1)) == [2, 3]
    assert [series for _, series in await place.view(lambda tx: metrics.listed(tx, "0/r", ("", "", b""), 0, 9))] == [
        SERIES
    ]


def test_a_series_is_known_by_all_that_names_it() -> None:
    others = (SERIES._replace(scope="1/r"), OTHER, NO_UNIT, SECOND, SERIES._replace(namespace="AWS"))
    assert len({metrics.id_of(each) for each in (SERIES, *others)}) == 6
    assert metrics.metric_id(SERIES) == metrics.metric_id(NO_UNIT)
    assert math.isinf(Sample().low)
