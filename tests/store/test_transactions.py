"""What `view` and `update` promise on every engine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import apsw
import pytest

from tailrace.base.errors import StoreError
from tailrace.store import resources, sqlite
from tailrace.store.engine import Overloaded, Store, Transaction
from tailrace.store.sqlite import QUEUE_UPDATES_MAX, SqliteStore


def putting(name: str, value: int):
    return lambda tx: resources.put(tx, "k", "s", name, {"value": value})


def reading(name: str):
    return lambda tx: resources.get(tx, "k", "s", name)


async def test_a_view_sees_every_acknowledged_update(place: Store) -> None:
    for value in range(50):
        await place.update(putting("a", value))
        assert await place.view(reading("a")) == {"value": value}


async def test_an_update_returns_what_its_closure_returns(place: Store) -> None:
    assert await place.update(lambda tx: resources.next_number(tx, "c")) == 1


async def test_an_exception_undoes_its_closure_alone(place: Store) -> None:
    def fails(tx: Transaction) -> None:
        putting("b", 1)(tx)
        assert resources.get(tx, "k", "s", "b") == {"value": 1}
        raise ValueError("no")

    outcomes = await asyncio.gather(
        place.update(putting("a", 1)), place.update(fails), place.update(putting("c", 1)), return_exceptions=True
    )
    assert [type(o) for o in outcomes] == [type(None), ValueError, type(None)]
    found = await place.view(lambda tx: [resources.get(tx, "k", "s", name) for name in "abc"])
    assert found == [{"value": 1}, None, {"value": 1}]


async def test_closures_run_again_beside_one_that_is_undone(place: Store) -> None:
    """A group that can't undo one closure runs all of them again: each counts once, however often it ran."""

    def add(tx: Transaction) -> int:
        return resources.next_number(tx, "sum")

    def fails(tx: Transaction) -> int:
        add(tx)
        tx.notify("topic", "never")
        raise ValueError("no")

    heard: list[str] = []
    place.listen("topic", heard.append)
    closures = [add, add, fails, add, fails, add]
    outcomes = await asyncio.gather(*(place.update(each) for each in closures * 3), return_exceptions=True)
    assert sorted(each for each in outcomes if isinstance(each, int)) == list(range(1, 13))
    assert sum(isinstance(each, ValueError) for each in outcomes) == 6
    assert await place.update(add) == 13
    await asyncio.sleep(0)
    assert not heard


async def test_a_closure_may_raise_what_a_future_refuses(place: Store) -> None:
    """A future takes no StopIteration; whoever shares the group must not wait for ever because of that."""
    outcomes = await asyncio.gather(
        place.update(lambda tx: next(iter(()))), place.update(putting("a", 1)), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [RuntimeError, type(None)]


async def test_closures_of_one_group_see_each_other_in_order(embedded: SqliteStore) -> None:
    def add(tx: Transaction) -> int:
        value = (resources.get(tx, "k", "s", "sum") or {"value": 0})["value"] + 1
        putting("sum", value)(tx)
        return int(value)

    assert await asyncio.gather(*(embedded.update(add) for _ in range(40))) == list(range(1, 41))


async def test_updates_never_overwrite_each_other(place: Store) -> None:
    """The document that a closure read is the one that it replaces, however many run at once."""

    def add(tx: Transaction) -> int:
        value = (resources.get(tx, "k", "s", "sum") or {"value": 0})["value"] + 1
        putting("sum", value)(tx)
        return int(value)

    assert sorted(await asyncio.gather(*(place.update(add) for _ in range(40)))) == list(range(1, 41))
    found = await asyncio.gather(*(place.update(add, locked=True) for _ in range(40)))
    assert sorted(found) == list(range(41, 81))


async def test_concurrent_updates_share_commits(embedded: SqliteStore) -> None:
    before = embedded.commits
    await asyncio.gather(*(embedded.update(putting(f"n{n}", n)) for n in range(32)))
    assert embedded.commits - before <= 2


async def test_a_transaction_that_the_database_gave_up_fails_all_that_was_in_it(
    embedded: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite rolls everything back by itself after some I/O errors; nobody may be told that his part stands."""
    monkeypatch.setattr(sqlite, "GROUP_SECONDS_MAX", 60.0)  # one group, however busy the machine is

    def given_up(tx: Transaction) -> None:
        tx.run("ROLLBACK")
        raise apsw.IOError("disk I/O error")

    first, second, later = await asyncio.gather(
        embedded.update(putting("a", 1)),
        embedded.update(given_up),
        embedded.update(putting("b", 1)),
        return_exceptions=True,
    )
    assert (type(first), type(second), later) == (StoreError, StoreError, None)
    assert await embedded.view(lambda tx: [resources.get(tx, "k", "s", name) for name in "ab"]) == [None, {"value": 1}]


async def test_a_group_has_a_limit(embedded: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "GROUP_UPDATES_MAX", 5)
    monkeypatch.setattr(sqlite, "GROUP_SECONDS_MAX", 60.0)  # however busy the machine is
    before = embedded.commits
    await asyncio.gather(*(embedded.update(putting(f"n{n}", n)) for n in range(12)))
    assert embedded.commits - before == 3
    monkeypatch.setattr(sqlite, "GROUP_SECONDS_MAX", 0.0)
    await asyncio.gather(*(embedded.update(putting(f"n{n}", n)) for n in range(3)))
    assert embedded.commits - before == 6, "however little time it has, a group has one update"


async def test_an_update_that_writes_nothing_commits_nothing(embedded: SqliteStore) -> None:
    before = embedded.commits

    def refuses(tx: Transaction) -> None:
        tx.row("SELECT 1")
        raise KeyError("refused")

    with pytest.raises(KeyError, match="refused"):
        await embedded.update(refuses)
    assert await embedded.update(reading("a")) is None
    assert embedded.commits == before


async def test_a_view_changes_nothing(place: Store) -> None:
    with pytest.raises(TypeError):
        await place.view(putting("a", 1))
    with pytest.raises(TypeError):
        await place.view(lambda tx: tx.notify("t", "p"))
    assert await place.view(reading("a")) is None


async def test_listeners_hear_once_per_commit_and_only_of_commits(place: Store) -> None:
    heard: list[str] = []
    forget = place.listen("topic", heard.append)

    def tells(tx: Transaction) -> None:
        tx.run("INSERT INTO counters (name, value) VALUES ('told', 1) ON CONFLICT (name) DO NOTHING")
        tx.notify("topic", "a")
        tx.notify("topic", "a")
        tx.notify("other", "b")

    def takes_it_back(tx: Transaction) -> None:
        tx.notify("topic", "never")
        raise ValueError

    await asyncio.gather(place.update(tells), place.update(takes_it_back), return_exceptions=True)
    await asyncio.sleep(0)
    assert heard == ["a"]
    forget()
    await place.update(tells)
    await asyncio.sleep(0)
    assert heard == ["a"]


async def test_who_raises_in_the_middle_of_a_group_takes_only_his_own_notices_along(embedded: SqliteStore) -> None:
    heard: list[str] = []
    embedded.listen("topic", heard.append)

    def telling(payload: str, *, fails: bool = False) -> Callable[[Transaction], None]:
        def tell(tx: Transaction) -> None:
            tx.notify("topic", payload)
            if fails:
                raise KeyError(payload)
            resources.put(tx, "k", "s", payload, {})

        return tell

    closures = (telling("a"), telling("a", fails=True), telling("never", fails=True), telling("b"))
    outcomes = await asyncio.gather(*map(embedded.update, closures), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None), KeyError, KeyError, type(None)]
    await asyncio.sleep(0)
    assert heard == ["a", "b"]


async def test_a_query_that_is_left_half_read_keeps_no_old_state(embedded: SqliteStore) -> None:
    for name in "abc":
        await embedded.update(lambda tx, name=name: resources.put(tx, "k", "s", name, {}))
    await embedded.update(lambda tx: tx.row("SELECT name FROM resources"))
    await embedded.update(lambda tx: resources.put(tx, "k", "s", "d", {}))
    assert await embedded.update(lambda tx: len(tx.rows("SELECT name FROM resources WHERE kind = 'k'"))) == 4


async def test_a_caller_that_goes_away_harms_nobody(place: Store) -> None:
    gone = asyncio.ensure_future(place.update(putting("gone", 1)))
    stays = asyncio.ensure_future(place.update(putting("stays", 1)))
    await asyncio.sleep(0)
    gone.cancel()
    await stays
    assert await place.view(reading("stays")) == {"value": 1}


async def test_close_finishes_what_is_queued_and_takes_no_more(place: Store) -> None:
    waiting = [asyncio.ensure_future(place.update(putting(f"n{n}", n))) for n in range(1000)]
    await asyncio.sleep(0)
    await place.close()
    assert all(task.done() and task.exception() is None for task in waiting)
    with pytest.raises(StoreError, match="closed"):
        await place.update(putting("late", 1))
    with pytest.raises(StoreError, match="closed"):
        await place.view(reading("late"))
    await place.close()


async def test_the_queue_has_a_limit(place: Store) -> None:
    tasks = [asyncio.ensure_future(place.update(reading("a"))) for _ in range(QUEUE_UPDATES_MAX + 1)]
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(o) for o in outcomes if o is not None] == [Overloaded]
