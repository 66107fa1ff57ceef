"""Expirations: an index of when items are due that no write leaves behind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tailrace.store import expirations, items
from tailrace.store.engine import Store, Transaction
from tailrace.store.expirations import OLDEST_SECONDS, Expiration
from tailrace.store.layout import ExpiryLayout, Item
from tests.store.tables import NOW, PLAIN, deleting, item, key_of, putting

EXPIRY = ExpiryLayout("expires", 9)
TABLE = replace(PLAIN, expiry=EXPIRY)


def expiring(pk: str, at: float | str) -> Item:
    return {**item(pk), "expires": {"N": str(at)}}


def due(tx: Transaction, now: float = NOW, limit: int = 100) -> list[Expiration]:
    return expirations.due(tx, EXPIRY, now, limit)


async def test_an_entry_follows_its_item_through_every_write(place: Store) -> None:
    thing = expiring("a", NOW - 5)
    key = key_of(TABLE, thing)
    await place.update(putting(TABLE, thing))
    assert await place.view(due) == [(NOW - 5, key)]
    await place.update(putting(TABLE, {**thing, "note": {"S": "more"}}))
    assert await place.view(due) == [(NOW - 5, key)]
    await place.update(putting(TABLE, expiring("a", NOW - 3)))
    assert await place.view(due) == [(NOW - 3, key)]
    await place.update(putting(TABLE, item("a")))
    assert await place.view(due) == []
    await place.update(putting(TABLE, thing))
    await place.update(deleting(TABLE, thing))
    assert await place.view(due) == []


async def test_the_longest_due_come_first_and_the_others_not_yet(place: Store) -> None:
    for pk, at in (("a", NOW - 1), ("b", NOW - 9), ("c", NOW), ("d", NOW + 1)):
        await place.update(putting(TABLE, expiring(pk, at)))
    assert [entry.due for entry in await place.view(due)] == [NOW - 9, NOW - 1, NOW]
    assert [entry.due for entry in await place.view(lambda tx: due(tx, limit=1))] == [NOW - 9]


@pytest.mark.parametrize(
    ("value", "second"),
    [
        ({"N": "100"}, 100),
        ({"N": "100.25"}, 101),
        ({"N": "0"}, 0),
        ({"N": "-1"}, None),
        ({"N": "1" + "0" * 125}, None),
        ({"S": "100"}, None),
        ({"NS": ["100"]}, None),
    ],
)
def test_only_a_number_of_seconds_makes_an_item_due(value: dict[str, object], second: int | None) -> None:
    assert expirations.due_of(EXPIRY, {**item("a"), "expires": value}) == second


async def test_what_expired_more_than_five_years_ago_stays(place: Store) -> None:
    old, older = expiring("a", int(NOW) - OLDEST_SECONDS + 1), expiring("b", int(NOW) - OLDEST_SECONDS)
    for thing in (old, older):
        await place.update(putting(TABLE, thing))
    assert [entry.key for entry in await place.view(due)] == [key_of(TABLE, old)]
    assert expirations.is_due(EXPIRY, old, NOW)
    assert not expirations.is_due(EXPIRY, older, NOW)


@pytest.mark.undivided
async def test_items_of_before_are_entered_in_slices_beside_writers(place: Store) -> None:
    for number in range(7):
        await place.update(putting(PLAIN, expiring(f"k{number}", NOW - number)))
    await place.update(putting(TABLE, expiring("k3", NOW - 30)))  # a writer that knows of the expiry already
    after: bytes | None = b""
    slices = 0
    while after is not None:
        after = await place.update(lambda tx, after=after: expirations.build(tx, TABLE, EXPIRY, after, 3))  # type: ignore[misc]
        slices += 1
    assert slices == 3
    assert sorted(entry.due for entry in await place.view(due)) == sorted(NOW - n for n in (0, 1, 2, 30, 4, 5, 6))


async def test_entries_are_dropped_in_slices_and_only_their_own(place: Store) -> None:
    other = replace(PLAIN, collection=2, expiry=ExpiryLayout("expires", 10))
    for number in range(5):
        await place.update(putting(TABLE, expiring(f"k{number}", NOW)))
    await place.update(putting(other, expiring("a", NOW)))
    assert [await place.update(lambda tx: expirations.drop(tx, 9, 3)) for _ in range(3)] == [3, 2, 0]
    assert await place.view(due) == []
    assert await place.view(lambda tx: len(expirations.due(tx, ExpiryLayout("expires", 10), NOW, 9))) == 1
    assert await place.view(lambda tx: items.measure(tx, 1)[0]) == 5
