"""The meter: what it counts, how it tells it, and that it stays bounded."""

from __future__ import annotations

from tailrace.base.meter import Meter

MEANINGS = {"calls_total": "Calls.", "age_seconds": "Age."}


def test_counts_are_told_by_their_labels() -> None:
    meter = Meter(MEANINGS)
    meter.count("calls_total", service="b")
    meter.count("calls_total", service="a")
    meter.count("calls_total", 2, service="a")
    assert meter.text(0) == (
        "# HELP calls_total Calls.\n# TYPE calls_total counter\n"
        'calls_total{service="a"} 3\ncalls_total{service="b"} 1\n'
    )


def test_the_longest_wait_is_told_as_an_age_of_now() -> None:
    meter = Meter(MEANINGS)
    meter.wait("age_seconds", 1, 10.0, mapping="m")
    meter.wait("age_seconds", 2, 5.0, mapping="m")
    assert 'age_seconds{mapping="m"} 7.5' in meter.text(12.5).splitlines()
    meter.wait("age_seconds", 2, None, mapping="m")
    assert 'age_seconds{mapping="m"} 2.5' in meter.text(12.5).splitlines()
    meter.wait("age_seconds", 1, None, mapping="m")
    assert 'age_seconds{mapping="m"} 0' in meter.text(12.5).splitlines()


def test_what_is_gone_is_forgotten() -> None:
    meter = Meter(MEANINGS)
    meter.count("calls_total", mapping="m")
    meter.wait("age_seconds", 1, 5.0, mapping="m")
    meter.forget("mapping", "m")
    assert meter.text(0) == ""


def test_series_are_bounded() -> None:
    meter = Meter(MEANINGS, series_max=2)
    for number in range(10):
        meter.count("calls_total", mapping=str(number))
    assert meter.text(0).count("calls_total{") == 2
    meter.forget("mapping", "0")
    meter.count("calls_total", mapping="new")
    assert 'mapping="new"' in meter.text(0)


def test_a_label_can_not_break_out_of_its_quotes() -> None:
    meter = Meter(MEANINGS)
    meter.count("calls_total", service='a"\\\n')
    assert 'calls_total{service="a\\"\\\\\\n"} 1\n' in meter.text(0)
