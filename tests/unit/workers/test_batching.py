"""A batch: in order, within its limits, and honest about how far it looked."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from tailrace.workers.batching import Limits, Record, gather, more_needed


def records(count: int, size: int = 10, created: float = 100.0) -> list[Record]:
    return [Record(n, created, json.dumps("x" * (size - 2)).encode()) for n in range(1, count + 1)]


def test_a_batch_takes_no_more_than_its_size() -> None:
    batch = gather(records(5), 0, None, Limits(3))
    assert [r.sequence for r in batch.records] == [1, 2, 3]
    assert batch.full
    assert batch.through == 3


def test_a_batch_that_ends_with_the_records_is_full_only_at_its_limit() -> None:
    assert gather(records(3), 0, None, Limits(3)).full
    assert not gather(records(2), 0, None, Limits(3)).full


def test_the_event_stays_within_six_megabytes() -> None:
    batch = gather(records(4, size=2_500_000), 0, None, Limits(100))
    assert [r.sequence for r in batch.records] == [1, 2]
    assert batch.full
    assert len(batch.event()) <= batch.size <= 6 * 1024 * 1024


def test_one_record_goes_whatever_its_size() -> None:
    assert len(gather(records(2, size=50), 0, None, Limits(10, bytes_max=20)).records) == 1


def test_records_that_the_filter_turns_away_are_passed() -> None:
    batch = gather(records(6), 0, lambda r: r.sequence in (2, 4), Limits(3))
    assert [r.sequence for r in batch.records] == [2, 4]
    assert batch.through == 6


def test_looking_stops_at_the_record_that_fills_the_batch() -> None:
    batch = gather(records(6), 0, lambda r: r.sequence in (2, 5), Limits(1))
    assert (batch.through, [r.sequence for r in batch.records]) == (2, [2])


def test_expired_records_make_a_batch_of_their_own() -> None:
    old, new = records(2, created=10.0), [Record(3, 100.0, b"{}")]
    batch = gather(old + new, 0, None, Limits(10, oldest=50.0))
    assert (batch.records, [r.sequence for r in batch.expired], batch.through) == ([], [1, 2], 2)
    batch = gather(new, 2, None, Limits(10, oldest=50.0))
    assert ([r.sequence for r in batch.records], batch.expired, batch.through) == ([3], [], 3)


def test_an_expired_record_that_nobody_wanted_is_not_given_up() -> None:
    batch = gather(records(2, created=10.0), 0, lambda r: False, Limits(10, oldest=50.0))
    assert (batch.expired, batch.through) == ([], 2)


def test_nothing_to_read_leaves_the_position() -> None:
    batch = gather([], 41, None, Limits(10))
    assert (batch.through, batch.full, batch.event()) == (41, False, b'{"Records":[]}')


def test_a_waiting_lane_knows_when_to_look_again() -> None:
    limits = Limits(10)
    assert more_needed(gather(records(4), 0, None, limits), limits) == 6
    assert more_needed(gather(records(4), 0, lambda r: r.sequence % 2 == 0, limits), limits) == 16
    assert more_needed(gather([], 0, None, limits), limits) == 1


@given(wanted=st.lists(st.booleans(), max_size=40), size=st.integers(1, 5), room=st.integers(30, 200))
def test_batches_one_after_another_hold_every_wanted_record_once(wanted: list[bool], size: int, room: int) -> None:
    every = records(len(wanted), size=20)
    keep = {n for n, yes in enumerate(wanted, 1) if yes}
    at, seen = 0, []
    for _ in range(len(wanted) + 1):
        batch = gather([r for r in every if r.sequence > at], at, lambda r: r.sequence in keep, Limits(size, 0, room))
        assert len(batch.records) <= size
        seen += [r.sequence for r in batch.records]
        at = batch.through
    assert seen == sorted(keep)
    assert at == len(wanted)
