"""Deliveries: owed until done, hidden while somebody works on them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tailrace.store import deliveries
from tailrace.store.engine import Store, Transaction
from tests.store.tables import NOW


async def claim(place: Store, now: float, limit: int = 10, kinds: tuple[str, ...] = ("invoke",)) -> list[Any]:
    return await place.update(lambda tx: deliveries.claim(tx, kinds, now, limit, 60))


async def owe(place: Store, n: int, due: float, kind: str = "invoke", **options: Any) -> str:
    return await place.update(lambda tx: deliveries.put(tx, kind, {"n": n}, due, **options))


async def test_claims_come_in_the_order_of_their_times(place: Store) -> None:
    for n, due in ((1, NOW + 1), (2, NOW), (3, NOW + 5), (4, NOW)):
        await owe(place, n, due)
    assert sorted(d.body["n"] for d in await claim(place, NOW + 1, 2)) == [2, 4]
    assert [d.body["n"] for d in await claim(place, NOW + 1)] == [1]
    assert await claim(place, NOW + 1) == []


async def test_what_a_dead_worker_claimed_is_due_again(place: Store) -> None:
    id = await owe(place, 1, NOW)
    [first] = await claim(place, NOW)
    assert (first.id, first.attempts, first.due, first.created) == (id, 1, NOW + 60, NOW)
    assert await claim(place, NOW + 59) == []
    [second] = await claim(place, NOW + 60)
    assert second.attempts == 2
    await place.update(lambda tx: deliveries.done(tx, id))
    assert await claim(place, NOW + 1000) == []


async def test_retry_changes_the_time_and_the_body(place: Store) -> None:
    id = await owe(place, 1, NOW)
    await claim(place, NOW)
    await place.update(lambda tx: deliveries.retry(tx, id, NOW + 2))
    assert [d.body for d in await claim(place, NOW + 2)] == [{"n": 1}]
    await place.update(lambda tx: deliveries.retry(tx, id, NOW + 3, {"n": 9}))
    assert [(d.body, d.attempts, d.created) for d in await claim(place, NOW + 3)] == [({"n": 9}, 3, NOW)]


async def test_what_a_known_dead_owner_claimed_is_due_at_once(place: Store) -> None:
    """And nothing else: not what waits for its time, what another owner holds, or what another worker does."""
    for n, due, owner, kind in ((1, 0, "me", "invoke"), (2, 0, "other", "invoke"), (3, 0, "me", "mail")):
        await owe(place, n, NOW + due, kind)
        await place.update(lambda tx, k=kind, o=owner: deliveries.claim(tx, [k], NOW, 9, 60, o))  # type: ignore[misc]
    await owe(place, 4, NOW + 50)
    id = await owe(place, 5, NOW)
    await place.update(lambda tx: deliveries.claim(tx, ["invoke"], NOW, 9, 60, "me"))
    await place.update(lambda tx: deliveries.retry(tx, id, NOW + 40))
    assert await place.update(lambda tx: deliveries.free(tx, ["invoke"], "me", NOW + 1)) == 1
    assert [d.body["n"] for d in await claim(place, NOW + 1)] == [1]


async def test_keeping_a_claim_keeps_it_for_its_owner(place: Store) -> None:
    id = await owe(place, 1, NOW)
    await place.update(lambda tx: deliveries.claim(tx, ["invoke"], NOW, 9, 60, "me"))
    await place.update(lambda tx: deliveries.keep(tx, id, NOW + 100, {"n": 2}))
    assert await claim(place, NOW + 99) == []
    assert await place.update(lambda tx: deliveries.free(tx, ["invoke"], "me", NOW + 99)) == 1
    assert [d.body for d in await claim(place, NOW + 99)] == [{"n": 2}]


async def test_kinds_are_apart_and_an_id_owes_once(place: Store) -> None:
    await owe(place, 1, NOW, "invoke", id="x", created=NOW - 5)
    await owe(place, 2, NOW, "invoke", id="x")
    await owe(place, 3, NOW, "other")
    assert [(d.body["n"], d.created) for d in await claim(place, NOW)] == [(1, NOW - 5)]
    assert [d.kind for d in await claim(place, NOW, kinds=("invoke", "other"))] == ["other"]


async def test_next_due_counts_claims_too(place: Store) -> None:
    def next_due(*kinds: str) -> Any:
        return place.view(lambda tx: deliveries.next_due(tx, kinds))

    assert await next_due("invoke") is None
    await owe(place, 1, NOW + 7)
    assert await next_due("invoke", "other") == NOW + 7
    assert await next_due("other") is None
    await claim(place, NOW + 7)
    assert await next_due("invoke") == NOW + 67


async def test_put_wakes_the_workers_of_its_kind(place: Store) -> None:
    heard: list[str] = []
    place.listen(deliveries.TOPIC, heard.append)
    await owe(place, 1, NOW)
    await asyncio.sleep(0)
    assert heard == ["invoke"]


async def test_what_is_owed_is_told_by_kind_and_counted_no_further_than_it_has_to(
    place: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await place.view(deliveries.owed) == []

    def leave(tx: Transaction) -> None:
        for number in range(5):
            deliveries.put(tx, "b", {}, NOW + number, created=NOW - number)
        deliveries.put(tx, "a", {}, NOW + 1, created=NOW - 9)

    await place.update(leave)
    assert await place.view(deliveries.owed) == [("a", 1, NOW - 9), ("b", 5, NOW - 4)]
    monkeypatch.setattr(deliveries, "COUNTED_MAX", 3)
    monkeypatch.setattr(deliveries, "LOOKED_AT_MAX", 2)
    assert await place.view(deliveries.owed) == [("a", 1, NOW - 9), ("b", 3, NOW - 1)]
