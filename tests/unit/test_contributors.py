"""Space-saving counters: bounded memory, bounded error, and sums of summaries that keep both promises."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tailrace.base.contributors import KEPT, Contributors, Key, Minute, Rule, SpaceSaving, Summary

KEYS = st.integers(0, 30).map(lambda number: (f"key-{number}",))
WEIGHTS = st.integers(1, 40).map(lambda halves: halves / 2)
STREAMS = st.lists(st.tuples(KEYS, WEIGHTS), max_size=200)
RULE = Rule(1, "PKC")


def counted(stream: list[tuple[Key, float]], capacity: int) -> Summary:
    counter = SpaceSaving(capacity)
    for key, weight in stream:
        counter.add(key, weight)
    return counter.summary()


def true_sums(stream: list[tuple[Key, float]]) -> Counter[Key]:
    sums: Counter[Key] = Counter()
    for key, weight in stream:
        sums[key] += weight  # type: ignore[assignment]
    return sums


def check_promises(found: Summary, stream: list[tuple[Key, float]]) -> None:
    sums = true_sums(stream)
    assert found.total == sum(sums.values())
    for key, amount in found.amounts.items():
        assert amount.value - amount.error <= sums[key] <= amount.value
    for key in sums.keys() - found.amounts.keys():
        assert sums[key] <= found.floor


@given(STREAMS, st.integers(1, 20))
def test_no_value_is_too_small_nor_too_large_by_more_than_the_total_over_the_capacity(
    stream: list[tuple[Key, float]], capacity: int
) -> None:
    found = counted(stream, capacity)
    check_promises(found, stream)
    assert len(found.amounts) <= capacity
    assert found.floor <= found.total / capacity
    assert all(amount.error <= found.total / capacity for amount in found.amounts.values())


@given(STREAMS, st.integers(1, 20))
def test_whoever_has_more_than_the_bound_is_found(stream: list[tuple[Key, float]], capacity: int) -> None:
    found = counted(stream, capacity)
    frequent = {key for key, value in true_sums(stream).items() if value > found.total / capacity}
    assert frequent <= found.amounts.keys()


@given(STREAMS)
def test_while_there_is_room_for_all_every_value_is_exact(stream: list[tuple[Key, float]]) -> None:
    found = counted(stream, 31)
    assert {key: amount.value for key, amount in found.amounts.items()} == true_sums(stream)
    assert not any(amount.error for amount in found.amounts.values())


@given(STREAMS, STREAMS, st.integers(1, 20), st.integers(1, 20))
def test_sums_and_tops_of_summaries_keep_the_promises(
    one: list[tuple[Key, float]], two: list[tuple[Key, float]], capacity: int, kept: int
) -> None:
    found = counted(one, capacity).top(kept).plus(counted(two, capacity).top(kept))
    check_promises(found, one + two)
    check_promises(found.top(kept), one + two)
    assert len(found.top(kept).amounts) <= kept


@given(STREAMS, st.integers(1, 20))
def test_the_counter_holds_no_more_than_its_capacity(stream: list[tuple[Key, float]], capacity: int) -> None:
    counter = SpaceSaving(capacity)
    for key, weight in stream:
        counter.add(key, weight)
        assert len(counter._amounts) <= capacity
        assert len(counter._smallest) <= capacity


def test_a_minute_that_is_over_waits_and_the_running_one_goes_on() -> None:
    node = Contributors()
    node.add(RULE, 1, ("a",), 1.0)
    node.add(RULE, 2, ("a",), 2.0)
    assert [(each, summary.total) for each, summary in node.take(2).items()] == [(Minute(RULE, 1), 1.0)]
    node.add(RULE, 2, ("b",), 3.0)
    assert node.take()[Minute(RULE, 2)].total == 5.0
    assert node.take() == {}


def test_what_could_not_be_kept_is_added_to_what_came_since() -> None:
    node = Contributors()
    node.add(RULE, 1, ("a",), 1.0)
    taken = node.take()
    node.add(RULE, 1, ("a",), 2.0)
    node.give_back(taken)
    assert node.take()[Minute(RULE, 1)].amounts == {("a",): (3.0, 0.0)}


def test_a_minute_is_kept_with_its_largest_alone() -> None:
    node = Contributors()
    for number in range(KEPT + 50):
        node.add(RULE, 1, (str(number),), float(number + 1))
    found = node.take()[Minute(RULE, 1)]
    assert len(found.amounts) == KEPT
    assert found.floor == 50.0
    assert min(amount.value for amount in found.amounts.values()) == 51.0


def test_there_is_an_end_to_rules_and_to_waiting_minutes() -> None:
    node = Contributors(rules_max=2, waiting_max=3)
    for series in range(4):
        node.add(Rule(series, "PKC"), 0, ("a",), 1.0)
    assert node.left_out == 2
    for minute in range(1, 6):
        node.add(Rule(0, "PKC"), minute, ("a",), 1.0)
    assert len(node.take()) == 3
