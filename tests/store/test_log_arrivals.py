"""Log events by their arrival: each once, in whichever order their transactions commit."""

from __future__ import annotations

from tailrace.store import log_arrivals, log_events
from tailrace.store.engine import Store, Transaction
from tailrace.store.log_arrivals import SETTLING_SECONDS, Mark

SCOPE, T = "0/r", 1_700_000_000_000


async def write(place: Store, group: str, *texts: str) -> list[int]:
    """Write events, and their numbers."""

    def append(tx: Transaction) -> None:
        log_events.ensure_stream(tx, SCOPE, group, "s", T / 1000)
        log_events.append(tx, SCOPE, group, "s", [(T, text) for text in texts], T)

    before = await place.view(log_events.latest)
    await place.update(append)
    found = await place.view(lambda tx: log_events.tail(tx, SCOPE, group, before, 100))
    return [event.event for event in found]


async def come(place: Store, mark: Mark, now: float = 0, limit: int = 100) -> tuple[list[str], Mark]:
    """The texts that came since the mark, and the mark behind them."""
    found, behind = await place.view(lambda tx: log_arrivals.arrived(tx, SCOPE, ["a", "b"], mark, now, limit))
    return [f"{group}:{event.message}" for group, event in found], behind


async def start(place: Store, *, one_writer: bool) -> Mark:
    return await place.view(lambda tx: log_arrivals.end(tx, 0, one_writer=one_writer))


async def test_arrivals_of_some_groups_come_in_slices_each_once(place: Store) -> None:
    await write(place, "a", "before")
    for one_writer in (True, False):
        mark = await start(place, one_writer=one_writer)
        await write(place, "a", "1", "2")
        await write(place, "elsewhere", "x")
        await write(place, "b", "3")
        first, mark = await come(place, mark, limit=2)
        second, mark = await come(place, mark, limit=2)
        third, mark = await come(place, mark, limit=2)
        assert (first, second, third) == (["a:1", "a:2"], ["b:3"], [])


async def test_a_megabyte_ends_a_slice_but_one_event_always_comes(place: Store) -> None:
    mark = await start(place, one_writer=True)
    await write(place, "a", "x" * 900_000, "y" * 900_000)
    slices = []
    for _ in range(3):
        found, mark = await come(place, mark)
        slices.append([text[2] for text in found])
    assert slices == [["x"], ["y"], []]


async def test_a_lower_number_that_commits_later_is_read_too(place: Store) -> None:
    """As on PostgreSQL. What has not committed yet is played by events that are taken out of what was read."""
    mark = await start(place, one_writer=False)
    late, seen = await write(place, "a", "late", "seen")
    _, mark = await come(place, mark)
    mark = mark._replace(read=frozenset((seen,)))
    found, mark = await come(place, mark, now=SETTLING_SECONDS)
    assert found == ["a:late"]
    assert mark.read >= {late, seen} or mark.settled >= seen


async def test_what_is_read_again_stays_bounded(place: Store) -> None:
    mark = await start(place, one_writer=False)
    for round_ in range(6):
        await write(place, "a", *(str(n) for n in range(10)))
        found, mark = await come(place, mark, now=round_ * SETTLING_SECONDS)
        assert len(found) == 10
        assert len(mark.read) <= 20
