"""Retries, bisection and partial answers: no record is skipped, none comes before an older one of its piece."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.workers.outcome import (
    Failed,
    FailedFrom,
    Piece,
    Postponed,
    Progress,
    Result,
    Rules,
    Succeeded,
    read_answer,
    settle,
    skip,
)

NUMBERS = {"10": 10, "11": 11, "12": 12}
PARTIAL = Rules(partial=True)


def answer(value: object, rules: Rules = PARTIAL, error: str | None = None) -> Result:
    return read_answer(error, json.dumps(value).encode(), NUMBERS, rules)


@pytest.mark.parametrize("value", [[], None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}, "done"])
def test_an_answer_without_failures_is_a_success(value: object) -> None:
    assert answer(value) == Succeeded()


@pytest.mark.parametrize(
    "failures",
    [[{"itemIdentifier": 123}], [{"itemIdentifier": ""}], [{"itemIdentifier": None}], [{"foo": 1}], [None], "10"]
    + [[{"itemIdentifier": "10"}, {"itemIdentifier": "99"}]],
)
def test_a_failure_that_names_no_record_is_the_failure_of_all(failures: object) -> None:
    assert answer({"batchItemFailures": failures}) == Failed()


def test_the_lowest_number_named_is_where_it_failed() -> None:
    failures = [{"itemIdentifier": "12"}, {"itemIdentifier": "11"}]
    assert answer({"batchItemFailures": failures}) == FailedFrom(11)


def test_without_the_response_type_the_answer_says_nothing() -> None:
    assert answer({"batchItemFailures": [{"itemIdentifier": "10"}]}, Rules()) == Succeeded()
    assert answer(None, Rules(), "Unhandled") == Failed()


def test_a_function_error_is_a_failure_whatever_it_returned() -> None:
    assert answer({"batchItemFailures": []}, PARTIAL, "Unhandled") == Failed()


def test_an_empty_payload_is_a_success_and_no_json_a_failure() -> None:
    assert read_answer(None, b"", NUMBERS, PARTIAL) == Succeeded()
    assert read_answer(None, b"{", NUMBERS, PARTIAL) == Failed()


def test_retries_wait_longer_each_time_up_to_a_minute() -> None:
    progress, waits = Progress(0), []
    for _ in range(10):
        progress = settle(progress, 1, [1], Failed(), Rules(), now=100.0).progress
        waits.append(progress.pieces[0].retry_at - 100.0)
    assert waits == [0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60]


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_a_batch_is_called_once_and_as_often_again_as_retries_allow(retries: int) -> None:
    progress, calls = Progress(0), 0
    while not progress.checkpoint:
        settled = settle(progress, 3, [1, 2, 3], Failed(), Rules(retries_max=retries), 0.0)
        progress, calls = settled.progress, calls + 1
    assert calls == 1 + retries
    assert settled.given_up == (1, 2, 3)
    assert progress == Progress(3)


def test_a_call_that_was_not_made_is_not_counted() -> None:
    progress = Progress(0)
    for _ in range(20):
        progress = settle(progress, 1, [1], Postponed(), Rules(retries_max=0), 0.0).progress
    assert progress.pieces[0].attempts == 0


def test_a_partial_failure_keeps_what_is_done_and_starts_the_count_anew() -> None:
    """Recorded on AWS: 1 call as part of the batch, then 1 + 3 for what was left, with MaximumRetryAttempts=3."""
    rules = Rules(retries_max=3, partial=True)
    progress = settle(Progress(0), 3, [1, 2, 3], FailedFrom(3), rules, 0.0).progress
    assert progress.checkpoint == 2
    calls = 1
    while progress.pieces:
        progress = settle(progress, 3, [3], FailedFrom(3), rules, 0.0).progress
        calls += 1
    assert calls == 5


def test_a_partial_failure_at_the_first_record_is_the_failure_of_all() -> None:
    settled = settle(Progress(0), 2, [1, 2], FailedFrom(1), Rules(partial=True), 0.0)
    assert settled.progress.checkpoint == 0
    assert settled.progress.pieces[0].attempts == 1


def test_a_split_is_called_at_once_and_is_no_attempt() -> None:
    settled = settle(Progress(0), 4, [1, 2, 3, 4], Failed(), Rules(retries_max=0, bisect=True), 50.0)
    assert settled.progress == Progress(0, (Piece(2), Piece(4)))


def test_progress_is_read_back_as_it_was_written() -> None:
    progress = Progress(7, (Piece(9, 1, 2, 3.5), Piece(12)))
    assert Progress.of(json.loads(json.dumps(progress.document()))) == progress


def test_what_needs_no_call_is_passed_over() -> None:
    assert skip(Progress(1), 5) == Progress(5)
    assert skip(Progress(1, (Piece(5), Piece(9))), 5) == Progress(5, (Piece(9),))


@given(
    gaps=st.lists(st.integers(1, 3), min_size=1, max_size=24),
    poisoned=st.sets(st.integers(0, 23), max_size=4),
    retries=st.integers(0, 3),
    bisect=st.booleans(),
    partial=st.booleans(),
    postponed=st.sets(st.integers(0, 30), max_size=5),
)
def test_every_record_is_delivered_or_given_up_in_order(
    gaps: list[int], poisoned: set[int], retries: int, bisect: bool, partial: bool, postponed: set[int]
) -> None:
    """A function that fails on the poisoned records: everything else gets through where batches can be cut."""
    numbers = [sum(gaps[: at + 1]) for at in range(len(gaps))]
    poison = {numbers[at] for at in poisoned if at < len(numbers)}
    rules, through = Rules(retries, bisect, partial), numbers[-1] + 2
    progress, done, given_up, calls = Progress(0), [], [], {}
    for step in range(2_000):
        if progress.checkpoint >= through:
            break
        end = progress.pieces[0].through if progress.pieces else through
        batch = [n for n in numbers if progress.checkpoint < n <= end]
        if not batch:
            progress = skip(progress, end)
            continue
        bad = [n for n in batch if n in poison]
        result: Result = Succeeded()
        if step in postponed:
            result = Postponed()
        elif bad:
            result = FailedFrom(bad[0]) if partial else Failed()
        if not isinstance(result, Postponed):
            calls.update({n: calls.get(n, 0) + 1 for n in batch})
        settled = settle(progress, end, batch, result, rules, float(step))
        assert settled.progress.checkpoint >= progress.checkpoint, "a checkpoint never goes back"
        ends = [settled.progress.checkpoint, *(piece.through for piece in settled.progress.pieces)]
        assert ends == sorted(set(ends)), "pieces follow each other without overlap"
        passed = [n for n in numbers if progress.checkpoint < n <= settled.progress.checkpoint]
        given_up += [n for n in passed if n in settled.given_up]
        done += [n for n in passed if n not in settled.given_up]
        progress = settled.progress
    assert progress == Progress(through), "it comes to an end"
    assert sorted(done + given_up) == numbers
    assert done == sorted(done)
    assert given_up == sorted(given_up)
    assert poison <= set(given_up)
    if bisect:
        assert set(given_up) == poison, "bisection leaves the poisoned records alone"
    assert all(calls[n] >= 1 for n in numbers), "nothing is given up without a call"
    assert all(calls[n] <= (1 + retries) * (len(numbers) + 1) + 6 for n in numbers)
