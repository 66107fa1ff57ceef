"""The tracing header that a function gets, from the one that its caller sent."""

from __future__ import annotations

import re

import pytest

from tailrace.services.lambda_.tracing import passed_on

ROOT = "1-65f0c1d2-0123456789abcdef01234567"
NOW = 0x6553F100


def test_a_new_one_is_not_sampled() -> None:
    assert re.fullmatch(r"Root=1-6553f100-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0", passed_on(None, NOW))


@pytest.mark.parametrize("sampled", ["0", "1"])
def test_a_callers_goes_through_as_it_is(sampled: str) -> None:
    given = f"Root={ROOT};Parent=0123456789abcdef;Sampled={sampled}"
    assert passed_on(given, NOW) == given


def test_a_root_alone_is_enough_and_names_are_told_apart_by_no_case() -> None:
    assert passed_on(f"Self=1-2-3; root={ROOT}", NOW).startswith(f"Root={ROOT};Parent=")


def test_with_active_tracing_the_function_is_a_segment_that_is_sampled() -> None:
    given = f"Root={ROOT};Parent=0123456789abcdef"
    found = passed_on(given, NOW, active=True)
    assert found.startswith(f"Root={ROOT};Parent=")
    assert found.endswith(";Sampled=1")
    assert "0123456789abcdef;" not in found.partition("Parent=")[2]
    assert passed_on(f"{given};Sampled=0", NOW, active=True).endswith(";Sampled=0")


@pytest.mark.parametrize("given", ["", "nonsense", "Root=1-2-3", f"Root={ROOT}\n;x" + "x" * 600, "Root=;;=;"])
def test_what_is_no_header_is_not_passed_on(given: str) -> None:
    assert ROOT not in passed_on(given, NOW)
    assert "\n" not in passed_on(given, NOW)
