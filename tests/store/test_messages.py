"""Messages: hidden while somebody works on them, in order within their group, gone when acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from tailrace.store import message_groups, messages
from tailrace.store.engine import Store, Transaction
from tailrace.store.messages import Counts, Message
from tailrace.store.sqlite import SqliteStore
from tests.store.tables import NOW

DAY = 86_400.0


async def new_queue(place: Store, retention_s: float = 4 * DAY) -> int:
    return await place.update(lambda tx: messages.open_queue(tx, retention_s))


async def send(place: Store, queue: int, *bodies: str, now: float = NOW, **options: Any) -> list[int]:
    def put(tx: Transaction) -> list[int]:
        return [messages.put(tx, queue, body, {"Id": body}, now=now, **options) for body in bodies]

    return await place.update(put)


async def take(
    place: Store, queue: int, now: float = NOW, limit: int = 10, seconds: float = 30, *, grouped: bool = False
) -> list[Message]:
    """Receive as a service does: look, hide, settle."""

    def receive(tx: Transaction) -> list[Message]:
        look = messages.due_in_groups if grouped else messages.due
        taken = [messages.receive(tx, queue, found, now, now + seconds) for found in look(tx, queue, now, limit)]
        for group in {found.group for found in taken if found.group}:
            message_groups.settle(tx, queue, group, now)
        return taken

    return await place.update(receive)


def bodies(found: Sequence[Message]) -> list[str]:
    return [message.body for message in found]


async def counts(place: Store, queue: int, now: float = NOW) -> Counts:
    return await place.view(lambda tx: messages.counts(tx, queue, now))


async def test_a_received_message_is_hidden_until_its_time_runs_out(place: Store) -> None:
    queue = await new_queue(place)
    await send(place, queue, "a", "b")
    [first] = await take(place, queue, limit=1)
    assert (first.body, first.head, first.receives, first.first, first.sent) == ("a", {"Id": "a"}, 1, NOW, NOW)
    assert bodies(await take(place, queue, NOW + 1)) == ["b"]
    assert await take(place, queue, NOW + 29.9) == []
    [again] = await take(place, queue, NOW + 30)
    assert (again.number, again.receives, again.first) == (first.number, 2, NOW)
    assert await place.update(lambda tx: messages.remove(tx, queue, again.number, NOW))
    assert not await place.update(lambda tx: messages.remove(tx, queue, again.number, NOW))


async def test_a_delayed_message_comes_when_it_is_due(place: Store) -> None:
    queue = await new_queue(place)
    await send(place, queue, "late", due=NOW + 5)
    await send(place, queue, "soon")
    assert bodies(await take(place, queue)) == ["soon"]
    assert await place.view(lambda tx: messages.next_due(tx, queue, grouped=False)) == NOW + 5
    assert bodies(await take(place, queue, NOW + 5)) == ["late"]


async def test_counts_tell_waiting_held_and_delayed_apart(place: Store) -> None:
    queue = await new_queue(place, retention_s=60)
    await send(place, queue, "old", now=NOW - 60)
    await send(place, queue, "a", "b", "c")
    await send(place, queue, "d", due=NOW + 9)
    assert await counts(place, queue) == Counts(3, 0, 1)
    await place.update(lambda tx: messages.trim(tx, NOW, 10))
    await take(place, queue, limit=2)
    assert await counts(place, queue) == Counts(1, 2, 1)
    assert await counts(place, queue, NOW + 30) == Counts(4, 0, 0)
    assert await counts(place, queue, NOW + 60) == Counts(0, 0, 0)


async def test_hiding_moves_the_time_both_ways(place: Store) -> None:
    queue = await new_queue(place)
    await send(place, queue, "a")
    [taken] = await take(place, queue)

    async def hide(until: float) -> None:
        def change(tx: Transaction) -> None:
            found = messages.state(tx, queue, taken.number)
            assert found
            messages.hide(tx, queue, taken.number, found, NOW, until)

        await place.update(change)

    await hide(NOW + 100)
    assert await take(place, queue, NOW + 99) == []
    await hide(NOW)
    assert bodies(await take(place, queue)) == ["a"]


async def test_a_group_is_in_order_and_locked_while_one_of_it_is_held(place: Store) -> None:
    queue = await new_queue(place)
    for group, body in (("g", "g1"), ("g", "g2"), ("h", "h1"), ("g", "g3")):
        await send(place, queue, body, group=group)
    taken = await take(place, queue, limit=2, grouped=True)
    assert bodies(taken) == ["g1", "g2"]
    assert bodies(await take(place, queue, grouped=True)) == ["h1"], "another group is free"
    await place.update(lambda tx: messages.remove(tx, queue, taken[0].number, NOW))
    assert await take(place, queue, NOW + 1, grouped=True) == [], "g2 is still held"
    assert await place.view(lambda tx: messages.next_due(tx, queue, grouped=True)) == NOW + 30
    assert bodies(await take(place, queue, NOW + 30, 2, grouped=True)) == ["g2", "g3"]
    for number in [m.number for m in taken[1:]]:
        await place.update(lambda tx, number=number: messages.remove(tx, queue, number, NOW + 31))  # type: ignore[misc]
    assert await take(place, queue, NOW + 31, grouped=True) != [], "h1's time is over"
    assert bodies(await take(place, queue, NOW + 60, 9, grouped=True)) == ["g3"]


async def test_a_group_stays_locked_until_the_last_held_message_is_free(place: Store) -> None:
    queue = await new_queue(place)
    await send(place, queue, "1", "2", "3", group="g")
    first, second, _ = await take(place, queue, grouped=True)

    def hide(tx: Transaction, number: int, until: float) -> None:
        found = messages.state(tx, queue, number)
        assert found
        messages.hide(tx, queue, number, found, NOW, until)

    await place.update(lambda tx: hide(tx, second.number, NOW + 50))
    await place.update(lambda tx: hide(tx, first.number, NOW))
    assert await take(place, queue, NOW + 49, grouped=True) == []
    assert bodies(await take(place, queue, NOW + 50, grouped=True)) == ["1", "2", "3"]


async def test_a_delayed_message_of_a_group_holds_back_what_came_after_it(place: Store) -> None:
    queue = await new_queue(place)
    await send(place, queue, "1", group="g", due=NOW + 5)
    await send(place, queue, "2", group="g")
    assert await take(place, queue, grouped=True) == []
    assert bodies(await take(place, queue, NOW + 5, grouped=True)) == ["1", "2"]


async def test_a_moved_message_keeps_its_receives_and_frees_its_group(place: Store) -> None:
    queue, other = await new_queue(place), await new_queue(place)
    await send(place, queue, "1", "2", group="g")
    [taken] = await take(place, queue, limit=1, grouped=True)
    await place.update(lambda tx: messages.move(tx, queue, other, taken, NOW, sent=NOW, head={"From": 1}))
    assert bodies(await take(place, queue, grouped=True)) == ["2"]
    [there] = await take(place, other, grouped=True)
    assert (there.body, there.head, there.receives) == ("1", {"From": 1}, 2)
    assert (await counts(place, queue), await counts(place, other)) == (Counts(0, 1, 0), Counts(0, 1, 0))


async def test_only_so_many_messages_are_in_flight(place: Store) -> None:
    queue = await new_queue(place)
    await send(place, queue, "a", "b", "c")

    async def may(count: int, now: float) -> bool:
        return await place.update(lambda tx: messages.take_in_flight(tx, queue, count, now, 2))

    assert await may(2, NOW)
    await take(place, queue, limit=2)
    assert not await may(1, NOW)
    assert await may(1, NOW + 30), "those whose time ran out don't count"


async def test_tokens_stand_until_their_time_is_over(place: Store) -> None:
    queue = await new_queue(place)
    await place.update(lambda tx: message_groups.remember(tx, queue, "t", NOW + 300, {"n": 1}))
    assert await place.view(lambda tx: message_groups.recall(tx, queue, "t", NOW + 299)) == {"n": 1}
    assert await place.view(lambda tx: message_groups.recall(tx, queue, "t", NOW + 300)) is None
    assert await place.update(lambda tx: message_groups.forget_tokens(tx, NOW + 300, 10)) == 1


async def test_a_dropped_queue_is_swept_away_in_slices(place: Store) -> None:
    queue, kept = await new_queue(place), await new_queue(place)
    await send(place, queue, *"abcde", group="g")
    await send(place, kept, "x")
    await place.update(lambda tx: messages.drop_queue(tx, queue))
    slices = 0
    while await place.update(lambda tx: messages.sweep(tx, 2)):
        slices += 1
    assert slices == 5, "three of messages, one of groups, the queue"
    assert (await counts(place, kept)).waiting == 1


async def test_a_queue_wakes_its_own_listeners_alone(place: Store) -> None:
    queue, other = await new_queue(place), await new_queue(place)
    heard: list[int] = []
    place.listen(messages.topic(queue), lambda _: heard.append(queue))
    place.listen(messages.topic(other), lambda _: heard.append(other))
    await send(place, queue, "a", "b")
    await asyncio.sleep(0)
    assert heard == [queue]


async def test_looking_for_what_is_due_reads_no_other_message(embedded: SqliteStore) -> None:
    """Every look is a range of an index: a queue of a million costs what a queue of one does."""
    looks = {
        "SELECT message FROM messages WHERE queue = 1 AND due <= 5 ORDER BY due, message LIMIT 10": "messages_by_due",
        "SELECT message FROM messages WHERE queue = 1 AND message_group = 'g' ORDER BY message": "messages_by_group",
        "SELECT name FROM message_groups WHERE queue = 1 AND due <= 5 ORDER BY due, name": "message_groups_by_due",
        "SELECT message FROM messages WHERE queue = 1 AND sent <= 5": "messages_by_sent",
        "SELECT count(receives) FROM messages WHERE queue = 1 AND due > 5 AND +sent > 5": "messages_by_due",
    }
    for look, index in looks.items():
        plan = await embedded.view(lambda tx, look=look: tx.rows(f"EXPLAIN QUERY PLAN {look}"))  # type: ignore[misc]
        assert index in plan[0][3], plan
        assert not any("TEMP B-TREE" in step[3] for step in plan), plan


async def test_a_message_given_back_is_as_if_it_had_not_been_received(place: Store) -> None:
    queue = await new_queue(place)
    await send(place, queue, "a")
    [first] = await take(place, queue)
    assert await place.update(lambda tx: messages.give_back(tx, queue, first.number, 1, NOW + 1))
    [again] = await take(place, queue, NOW + 1)
    assert (again.receives, again.first) == (1, NOW + 1)
    assert not await place.update(lambda tx: messages.give_back(tx, queue, first.number, 2, NOW + 1)), "not so often"
    [third] = await take(place, queue, NOW + 31)
    assert await place.update(lambda tx: messages.give_back(tx, queue, first.number, 2, NOW + 32))
    found = await place.view(lambda tx: messages.read(tx, queue, third.number))
    assert found
    assert (found.receives, found.first, found.due) == (1, NOW + 1, NOW + 32)


async def test_a_group_given_back_can_be_received_at_once_and_in_order(place: Store) -> None:
    queue = await new_queue(place)
    await send(place, queue, "a", "b", group="g")
    taken = await take(place, queue, grouped=True)
    await place.update(lambda tx: [messages.give_back(tx, queue, each.number, 1, NOW + 1) for each in taken])
    assert bodies(await take(place, queue, NOW + 1, grouped=True)) == ["a", "b"]


async def test_what_waits_is_counted_up_to_a_limit(place: Store) -> None:
    queue = await new_queue(place)
    await send(place, queue, "a", "bb", "ccc")
    await send(place, queue, "late", due=NOW + 5)
    waiting = await place.view(lambda tx: [messages.waiting(tx, queue, NOW, limit) for limit in (2, 10)])
    assert waiting == [(2, 3), (3, 6)]
    assert await place.view(lambda tx: messages.total(tx, queue)) == 4
