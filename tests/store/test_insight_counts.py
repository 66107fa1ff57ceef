"""The counts of contributor insights: a row for each rule and minute, added up where a minute is kept twice."""

from __future__ import annotations

from tailrace.base.contributors import KEPT, Amount, Key, Minute, Rule, Summary
from tailrace.store import insight_counts
from tailrace.store.engine import Store, Transaction

RULE, OTHER = Rule(1, "PKC"), Rule(1, "SKC")


def summary(floor: float = 0.0, **values: float) -> Summary:
    amounts: dict[Key, Amount] = {(name,): Amount(value, 0.0) for name, value in values.items()}
    return Summary(sum(values.values()), floor, amounts)


async def keep(place: Store, rule: Rule, minute: int, what: Summary) -> None:
    await place.update(lambda tx: insight_counts.keep(tx, Minute(rule, minute), what))


def everything(tx: Transaction, rule: Rule = RULE) -> list[tuple[int, Summary]]:
    return insight_counts.read(tx, rule, 0, 100, 100)


async def test_a_minute_comes_back_as_it_was_kept(place: Store) -> None:
    pairs = Summary(3.5, 0.5, {("a", "é\0"): Amount(2.5, 0.5), ("a", ""): Amount(1.0, 0.0)})
    await keep(place, OTHER, 7, pairs)
    assert await place.view(lambda tx: everything(tx, OTHER)) == [(7, pairs)]
    assert await place.view(everything) == []


async def test_a_minute_that_is_kept_twice_is_added_up(place: Store) -> None:
    await keep(place, RULE, 1, summary(a=1, b=2))
    await keep(place, RULE, 1, summary(floor=1, b=3, c=4))
    [(_, found)] = await place.view(everything)
    assert (found.total, found.floor) == (10.0, 1.0)
    assert found.amounts == {("a",): (2.0, 1.0), ("b",): (5.0, 0.0), ("c",): (4.0, 0.0)}


async def test_a_row_stays_small_however_often_it_is_added_to(place: Store) -> None:
    for part in range(3):
        await keep(place, RULE, 1, summary(**{f"key-{part}-{n}": n + 1 for n in range(KEPT)}))
    [(_, found)] = await place.view(everything)
    assert len(found.amounts) == KEPT


async def test_a_span_is_read_in_its_order_up_to_a_limit(place: Store) -> None:
    for minute in (3, 1, 2, 4):
        await keep(place, RULE, minute, summary(a=minute))
    assert [minute for minute, _ in await place.view(lambda tx: insight_counts.read(tx, RULE, 2, 4, 9))] == [2, 3]
    assert [minute for minute, _ in await place.view(lambda tx: insight_counts.read(tx, RULE, 0, 9, 2))] == [1, 2]


async def test_old_minutes_of_all_rules_are_forgotten_in_slices(place: Store) -> None:
    for minute in range(4):
        await keep(place, RULE, minute, summary(a=1))
        await keep(place, OTHER, minute, summary(a=1))
    assert await place.update(lambda tx: insight_counts.trim(tx, 2, 3)) == 3
    assert await place.update(lambda tx: insight_counts.trim(tx, 2, 3)) == 1
    assert await place.update(lambda tx: insight_counts.trim(tx, 2, 3)) == 0
    assert [minute for minute, _ in await place.view(everything)] == [2, 3]
