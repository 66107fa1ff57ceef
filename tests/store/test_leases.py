"""Leases: one holder at a time, and no harm from one that doesn't know that it lost."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest

from tailrace.base.errors import Fenced
from tailrace.store import leases
from tailrace.store.engine import Store
from tests.store.tables import NOW


async def acquire(place: Store, owner: str, now: float = NOW) -> Any:
    return await place.update(lambda tx: leases.acquire(tx, "esm/1", owner, now, 30), locked=True)


async def test_one_holder_at_a_time(place: Store) -> None:
    held = await acquire(place, "a")
    assert (held.owner, held.expires, held.state) == ("a", NOW + 30, {})
    assert await acquire(place, "b", NOW + 29) is None
    taken = await acquire(place, "b", NOW + 30)
    assert taken.token > held.token


async def test_many_ask_and_one_gets_it(place: Store) -> None:
    found = await asyncio.gather(*(acquire(place, f"owner{n}") for n in range(20)))
    assert len([lease for lease in found if lease]) == 1


async def test_nothing_is_saved_twice_or_over_another(place: Store) -> None:
    """Twelve who take the lease from each other all the time: a save that was answered is what the next one finds."""
    times, saved = itertools.count(1), 0

    async def count(owner: str) -> None:
        nonlocal saved
        for _ in range(10):
            held = await acquire(place, owner, NOW + 31 * next(times))
            if held is None:
                continue
            state = {"count": held.state.get("count", 0) + 1}
            try:
                await place.update(lambda tx, held=held, state=state: leases.save(tx, held, state), locked=True)  # type: ignore[misc]
            except Fenced:
                continue
            saved += 1

    await asyncio.gather(*(count(f"owner{number}") for number in range(12)))
    assert saved
    assert await place.view(lambda tx: leases.read(tx, "esm/1")) == {"count": saved}


async def test_state_goes_from_holder_to_holder(place: Store) -> None:
    assert await place.view(lambda tx: leases.read(tx, "esm/1")) is None
    held = await acquire(place, "a")
    saved = await place.update(lambda tx: leases.save(tx, held, {"sequence": 7}))
    assert saved.state == {"sequence": 7}
    await place.update(lambda tx: leases.release(tx, saved))
    assert (await acquire(place, "b")).state == {"sequence": 7}
    assert await place.view(lambda tx: leases.read(tx, "esm/1")) == {"sequence": 7}


async def test_who_lost_a_lease_saves_nothing(place: Store) -> None:
    held = await acquire(place, "a")
    taken = await acquire(place, "b", NOW + 31)
    for late in (
        lambda tx: leases.save(tx, held, {"sequence": 1}),
        lambda tx: leases.renew(tx, held, NOW + 31, 30),
    ):
        with pytest.raises(Fenced):
            await place.update(late)
    await place.update(lambda tx: leases.release(tx, held))
    assert await acquire(place, "c", NOW + 32) is None, "the late release took nothing from the new holder"
    await place.update(lambda tx: leases.save(tx, taken, {"sequence": 2}))
    assert await place.view(lambda tx: leases.read(tx, "esm/1")) == {"sequence": 2}


async def test_renewing_keeps_others_out(place: Store) -> None:
    held = await acquire(place, "a")
    renewed = await place.update(lambda tx: leases.renew(tx, held, NOW + 20, 30))
    assert (renewed.expires, renewed.token) == (NOW + 50, held.token)
    assert await acquire(place, "b", NOW + 49) is None


async def test_an_owner_that_starts_again_fences_its_former_self(place: Store) -> None:
    former, latter = await acquire(place, "a"), await acquire(place, "a")
    assert latter.token > former.token
    with pytest.raises(Fenced):
        await place.update(lambda tx: leases.save(tx, former, {}))


async def test_a_forgotten_lease_fences_its_holder_even_if_it_is_made_anew(place: Store) -> None:
    held = await acquire(place, "a")
    assert await place.update(lambda tx: leases.forget(tx, "esm/")) == 1
    await acquire(place, "a")
    with pytest.raises(Fenced):
        await place.update(lambda tx: leases.save(tx, held, {}))
    assert await place.update(lambda tx: leases.forget(tx, "other/")) == 0
