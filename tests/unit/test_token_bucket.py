"""Token buckets: full at first, refilled by time, overdrawn by who didn't know better."""

from __future__ import annotations

from tailrace.base.token_bucket import Buckets, Limit

FIVE = Limit(5.0, 300.0)


def test_a_bucket_starts_full_and_refills_to_its_brim() -> None:
    buckets = Buckets()
    assert buckets.level("a", FIVE, 0.0) == 1500
    buckets.take("a", 1000, FIVE, 0.0)
    assert buckets.level("a", FIVE, 10.0) == 550
    assert buckets.level("a", FIVE, 1000.0) == 1500
    assert buckets.level("b", FIVE, 10.0) == 1500


def test_an_overdrawn_bucket_is_paid_for_by_those_behind() -> None:
    buckets = Buckets()
    buckets.take("a", 1600, FIVE, 0.0)
    assert buckets.level("a", FIVE, 0.0) == -100
    assert buckets.level("a", FIVE, 19.0) < 0 < buckets.level("a", FIVE, 21.0)


def test_a_limit_that_changes_counts_at_once() -> None:
    buckets = Buckets()
    buckets.take("a", 1500, FIVE, 0.0)
    assert buckets.level("a", Limit(50.0, 300.0), 1.0) == 50
    assert buckets.level("new", Limit(1.0, 1.0), 0.0) == 1


def test_only_so_many_buckets_are_kept() -> None:
    buckets = Buckets(most=2)
    for key in "abc":
        buckets.take(key, 1500, FIVE, 0.0)
    assert [buckets.level(key, FIVE, 0.0) for key in "abc"] == [1500, 0, 0]
