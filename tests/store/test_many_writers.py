"""What several writers on PostgreSQL promise each other: nobody's update is lost, nobody waits for ever."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tailrace import store
from tailrace.base.errors import Outdated
from tailrace.store import deliveries, items, message_groups, messages, resources
from tailrace.store.engine import Store, TooLong, Transaction
from tailrace.store.image import Image
from tailrace.store.layout import TableLayout
from tailrace.store.postgresql import place as place_module
from tailrace.store.postgresql.place import PostgresStore
from tests.postgres import Databases
from tests.store.tables import NOW, PK, item, key_of, open_stream


@pytest.fixture
async def nodes(databases: Databases) -> AsyncIterator[list[Store]]:
    url = databases.new()
    opened = [await store.open(url) for _ in range(2)]
    yield opened
    for each in opened:
        await each.close()
    databases.drop()


async def test_a_change_of_a_busy_table_has_its_turn(nodes: list[Store]) -> None:
    """Writers share the table's document and change its shard without a pause; a change of both still gets through."""
    layout = TableLayout("t", "s", 1, PK, stream=await open_stream(nodes[0]))
    await nodes[0].update(lambda tx: resources.put(tx, "table", "s", "t", {"v": 0}))
    ended = asyncio.Event()

    async def write(number: int) -> None:
        turn = 0

        def change(tx: Transaction) -> None:
            assert resources.get(tx, "table", "s", "t")
            new = item(f"k{number}", n=turn)
            items.change(tx, layout, key_of(layout, new), lambda old: Image(new), NOW)

        while not ended.is_set():
            turn += 1
            await nodes[0].update(change, grouped=True)

    def alter(tx: Transaction) -> None:
        found = resources.get(tx, "table", "s", "t")
        assert found
        tx.run("UPDATE shards SET opened = ?", NOW + found["v"])
        resources.put(tx, "table", "s", "t", {"v": found["v"] + 1})

    writers = [asyncio.ensure_future(write(number)) for number in range(12)]
    try:
        for _ in range(5):
            await nodes[1].update(alter)
    finally:
        ended.set()
        await asyncio.gather(*writers)
    # Of the database: what the other node knows may be a moment behind, until it is told.
    assert await nodes[0].view(lambda tx: resources.page(tx, "table", "s", None, 1)) == [("t", {"v": 5})]


@pytest.mark.parametrize("lost", [0, 1, 1000])
async def test_no_way_of_running_loses_an_update(
    nodes: list[Store], monkeypatch: pytest.MonkeyPatch, lost: int
) -> None:
    """A row that is read without a lock and then replaced, by closures that use the same document."""
    monkeypatch.setattr(place_module, "RACES_LOST_MAX", lost)
    monkeypatch.setattr(place_module, "AGAIN_MAX", 10_000)
    await nodes[0].update(lambda tx: resources.put(tx, "k", "s", "n", {}))
    await nodes[0].update(lambda tx: tx.run("INSERT INTO counters (name, value) VALUES ('sum', 0)"))

    def add(tx: Transaction) -> None:
        assert resources.get(tx, "k", "s", "n") is not None
        row = tx.row("SELECT value FROM counters WHERE name = 'sum'")
        assert row
        tx.do("UPDATE counters SET value = ? WHERE name = 'sum'", row[0] + 1)

    await asyncio.gather(*(nodes[n % 2].update(add) for n in range(60)))
    assert await nodes[0].view(lambda tx: tx.row("SELECT value FROM counters WHERE name = 'sum'")) == (60,)


async def test_an_item_that_two_make_is_made_once(nodes: list[Store]) -> None:
    layout, made = TableLayout("t", "s", 1, PK), []
    new = item("same")

    def create(tx: Transaction) -> bool:
        return items.change(tx, layout, key_of(layout, new), lambda old: old if old.exists else Image(new), NOW).wrote

    made = await asyncio.gather(*(nodes[n % 2].update(create, grouped=True) for n in range(30)))
    assert sum(made) == 1
    assert await nodes[0].view(lambda tx: items.measure(tx, 1)[0]) == 1


async def test_work_that_is_owed_again_while_it_is_struck_off_stays_owed(nodes: list[Store]) -> None:
    """Who finds no more work strikes the delivery off; who adds work at that moment owes it by the same name."""

    async def add(number: int) -> None:
        def change(tx: Transaction) -> None:
            resources.put(tx, "line", "s", f"{number:03}", {})
            deliveries.put(tx, "drain", {}, NOW, id="drain")

        await nodes[0].update(change)

    async def drain() -> None:
        def change(tx: Transaction) -> None:
            found = resources.page(tx, "line", "s", None, 10)
            for name, _ in found:
                resources.delete(tx, "line", "s", name)
            if not resources.page(tx, "line", "s", None, 1):
                deliveries.done(tx, "drain")

        await nodes[1].update(change)

    for turn in range(20):
        await asyncio.gather(add(turn * 2), drain(), add(turn * 2 + 1))
        left = await nodes[0].view(lambda tx: resources.page(tx, "line", "s", None, 10))
        owed = await nodes[0].view(lambda tx: deliveries.find(tx, "drain"))
        assert bool(left) <= (owed is not None), "work is left that nobody owes"


async def test_who_never_wins_is_told(nodes: list[Store], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place_module, "AGAIN_MAX", 3)
    tries = 0

    def never(tx: Transaction) -> None:
        nonlocal tries
        tries += 1
        tx.one("UPDATE counters SET value = 1 WHERE name = 'none'")

    with pytest.raises(Outdated, match="given up after 3"):
        await nodes[0].update(never)
    assert tries == 4


async def test_a_key_that_is_too_long_for_an_index_is_told(nodes: list[Store]) -> None:
    layout, noise = TableLayout("t", "s", 1, PK), random.Random(1)
    long = item("".join(noise.choice("0123456789abcdefghijklmnopqrstuvwxyz") for _ in range(6000)))
    with pytest.raises(TooLong):
        await nodes[0].update(lambda tx: items.change(tx, layout, key_of(layout, long), lambda old: Image(long), NOW))


async def test_a_busy_queue_counts_right_and_gives_each_message_once(nodes: list[Store]) -> None:
    """Sends and receives don't undo each other: the queue's row is taken last, what others receive is passed over."""
    queue = await nodes[0].update(lambda tx: messages.open_queue(tx, 1000.0))

    def send(number: int) -> Any:
        return lambda tx: messages.put(tx, queue, str(number), {}, now=NOW)

    def receive(tx: Transaction) -> list[str]:
        taken = messages.due(tx, queue, NOW, 5)
        if not taken or not messages.take_in_flight(tx, queue, len(taken), NOW, 1000):
            return []
        return [messages.receive(tx, queue, each, NOW, NOW + 30).body for each in taken]

    got: list[str] = []

    async def take(number: int) -> None:
        while len(got) < 60:
            got.extend(await nodes[number % 2].update(receive, locked=True))

    sends = [nodes[number % 2].update(send(number), grouped=True) for number in range(60)]
    await asyncio.gather(*sends, *(take(number) for number in range(6)))
    assert sorted(map(int, got)) == list(range(60))
    counted = await nodes[0].view(lambda tx: tx.row("SELECT messages, in_flight FROM queues WHERE queue = ?", queue))
    assert counted == (60, 60)


async def test_a_first_in_first_out_queue_takes_a_token_once_and_keeps_its_order(nodes: list[Store]) -> None:
    queue = await nodes[0].update(lambda tx: messages.open_queue(tx, 1000.0))

    def send(number: int) -> Any:
        def change(tx: Transaction) -> bool:
            message_groups.hold(tx, queue)
            if message_groups.recall(tx, queue, str(number // 3), NOW) is not None:
                return False
            messages.put(tx, queue, str(number), {}, now=NOW, group="g")
            message_groups.remember(tx, queue, str(number // 3), NOW + 300, {})
            return True

        return change

    sent = await asyncio.gather(*(nodes[number % 2].update(send(number), grouped=True) for number in range(30)))
    assert sum(sent) == 10
    assert await nodes[0].view(lambda tx: messages.counts(tx, queue, NOW).waiting) == 10


async def test_a_closure_that_replaced_a_document_once_is_locked_again_afterwards(nodes: list[Store]) -> None:
    """What is made at the first use (a secret, a log) must not have all later uses run as if alone."""
    place = nodes[0]
    assert isinstance(place, PostgresStore)
    modes: list[str] = []

    def use(tx: Transaction) -> None:
        if resources.get(tx, "k", "s", "made") is None:
            resources.put(tx, "k", "s", "made", {})
        found = tx.row("SHOW transaction_isolation")
        modes.append(found[0] if found else "")

    for _ in range(2 * place_module.ALONE_MAX):
        await place.update(lambda tx: resources.delete(tx, "k", "s", "made"))
        await place.update(use, locked=True)
    assert modes[-1] == "serializable"
    for _ in range(2 * place_module.ALONE_MAX):
        await place.update(use, locked=True)
    assert modes[-1] == "read committed"
