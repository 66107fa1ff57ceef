"""Attempts: found by record, by request and by source, and forgotten in time."""

from __future__ import annotations

from tailrace.store import attempts
from tailrace.store.attempts import WIDE, Attempt
from tailrace.store.engine import Store

SHARD = 3 << 40


def made(source: str, first: int, last: int, outcome: str = "Success", created: float = 1.0, **more: str) -> Attempt:
    return Attempt("a/r", source, outcome, created, more.get("request"), SHARD + first, SHARD + last, {"Lane": 0})


async def add(place: Store, *every: Attempt) -> list[int]:
    return await place.update(lambda tx: [attempts.add(tx, each) for each in every])


async def test_a_record_finds_every_attempt_whose_range_has_it(place: Store) -> None:
    await add(place, made("m", 1, 10), made("m", 11, 20), made("n", 5, 12), made("m", 1, WIDE + 5), made("n", 13, 13))

    async def sources(number: int) -> list[tuple[str, int]]:
        found = await place.view(lambda tx: attempts.with_record(tx, SHARD + number, 10))
        return [(each.source, each.first - SHARD) for each in found]

    assert await sources(10) == [("m", 1), ("n", 5), ("m", 1)], "the latest first; a wide range counts too"
    assert await sources(13) == [("n", 13), ("m", 1), ("m", 11)]
    assert await sources(WIDE + 6) == []
    other = await place.view(lambda tx: attempts.with_record(tx, (2 << 40) + 7, 10))
    assert other == [], "numbers of another shard are below, and none of its ranges"


async def test_attempts_page_backwards_by_source_and_request(place: Store) -> None:
    numbers = await add(
        place, *(made("m", n, n, request="same") for n in range(1, 6)), made("n", 9, 9, request="other")
    )
    first = await place.view(lambda tx: attempts.of_source(tx, "a/r", "m", 3))
    rest = await place.view(lambda tx: attempts.of_source(tx, "a/r", "m", 3, first[-1].number))
    assert [each.number for each in first + rest] == numbers[4::-1]
    by_request = await place.view(lambda tx: attempts.of_request(tx, "same", 10))
    assert [each.number for each in by_request] == numbers[4::-1]
    assert await place.view(lambda tx: attempts.of_source(tx, "another/r", "m", 3)) == []


async def test_what_was_given_up_is_found_in_its_order(place: Store) -> None:
    await add(
        place, made("m", 1, 2, "GivenUp"), made("m", 3, 4), made("m", 5, 6, "GivenUp"), made("n", 7, 8, "GivenUp")
    )
    found = await place.view(lambda tx: attempts.given_up(tx, "a/r", "m", 0, 10))
    assert [each.first - SHARD for each in found] == [1, 5]
    later = await place.view(lambda tx: attempts.given_up(tx, "a/r", "m", found[0].number, 10))
    assert [each.first - SHARD for each in later] == [5]


async def test_old_attempts_are_forgotten_in_slices(place: Store) -> None:
    await add(place, *(made("m", n, n, created=float(n)) for n in range(1, 8)))
    assert await place.update(lambda tx: attempts.trim(tx, 6.0, 3)) == 3
    assert await place.update(lambda tx: attempts.trim(tx, 6.0, 3)) == 2
    assert await place.update(lambda tx: attempts.trim(tx, 6.0, 3)) == 0
    left = await place.view(lambda tx: attempts.of_source(tx, "a/r", "m", 10))
    assert [each.created for each in left] == [7.0, 6.0]
