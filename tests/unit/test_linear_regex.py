"""The linear search finds what `re` finds, and takes no longer for what `re` can't cope with."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.expression.linear_regex import LinearRegex, Malformed

SETS = st.sampled_from(["a", "b", "c", ".", "[ab]", "[^a]", r"\d", r"\w", r"\.", "[a-c]", r"\x61", "[.|]"])
TIMES = st.sampled_from(["", "", "", "?", "*", "+", "{2}", "{1,2}", "{0,1}", "{1,}"])
ROWS = st.lists(st.tuples(SETS, TIMES).map("".join), max_size=5).map("".join)
ANCHORED = st.tuples(st.sampled_from(["", "", "^"]), ROWS, st.sampled_from(["", "", "$"])).map("".join)
PATTERNS = st.lists(ANCHORED, min_size=1, max_size=3).map("|".join)


@given(pattern=PATTERNS, line=st.text("abc1.|", max_size=12))
def test_it_finds_what_re_finds(pattern: str, line: str) -> None:
    assert LinearRegex(pattern).search(line) == (re.search(pattern, line, re.ASCII) is not None)


def test_it_takes_linear_time() -> None:
    """`re` would not come back from these within a lifetime."""
    assert not LinearRegex("a*a*a*a*a*a*b").search("a" * 200_000)
    assert not LinearRegex(".*.*.*=.*.*x").search("a=" * 100_000)


def test_it_forgets_steps_when_there_are_many() -> None:
    regex = LinearRegex("[^z]{30}z")
    line = "".join(chr(33 + n % 6_000) for n in range(20_000)).replace("z", "y")
    assert not regex.search(line)
    assert regex.search(line + "z")


@pytest.mark.parametrize("pattern", ["(a)", "a**", "a{3,1}", "a{999}", "[z-a]", "!", "a\\", "é", r"\b", "?", "[ab"])
def test_what_is_refused(pattern: str) -> None:
    with pytest.raises(Malformed):
        LinearRegex(pattern)
