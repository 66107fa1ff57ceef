"""What is kept for a limited time goes when the clock says so, and nothing else does."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tailrace.services.lambda_ import event_source_mappings as mappings
from tailrace.store import changes, copying, log_events, resources
from tailrace.store.copying import notes
from tailrace.workers.retention import Retention
from tests.unit.workers.world import SCOPE, World

DAY = 86_400


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = await World.open()
    yield made
    await made.close()


async def log(world: World, group: str, *messages: str) -> None:
    now = world.clock.now()
    events = [(int(now * 1000), message) for message in messages]

    def write(tx: object) -> None:
        log_events.ensure_stream(tx, SCOPE, group, "s", now)  # type: ignore[arg-type]
        log_events.append(tx, SCOPE, group, "s", events, int(now * 1000))  # type: ignore[arg-type]

    await world.store.update(write)


async def messages(world: World, group: str) -> list[str]:
    found = await world.store.view(lambda tx: log_events.filter(tx, SCOPE, group, limit=100))
    return [event.message for event in found]


async def test_stream_records_go_after_a_day(world: World) -> None:
    await world.put(1)
    world.clock.advance(DAY / 2)
    await world.put(2)
    world.clock.advance(DAY / 2 + 1)
    await Retention(world.node).round()
    (shard,) = await world.store.view(lambda tx: changes.shards(tx, 1))
    left = await world.store.view(lambda tx: changes.read(tx, shard.shard, 0, 10, 1 << 20))
    assert [change.sequence for change in left] == [shard.latest]


async def test_a_stream_that_is_off_goes_with_its_last_record(world: World) -> None:
    (name,) = [
        n for n, _ in await world.store.view(lambda tx: resources.page(tx, mappings.STREAM_KIND, SCOPE, None, 9))
    ]

    def switch_off(tx: object) -> None:
        changes.close_stream(tx, 1, world.clock.now())  # type: ignore[arg-type]
        document = resources.get(tx, mappings.STREAM_KIND, SCOPE, name)  # type: ignore[arg-type]
        resources.put(tx, mappings.STREAM_KIND, SCOPE, name, {**(document or {}), "StreamStatus": "DISABLED"})  # type: ignore[arg-type]

    await world.put(1)
    await world.store.update(switch_off)
    await Retention(world.node).round()
    assert await world.store.view(lambda tx: resources.get(tx, mappings.STREAM_KIND, SCOPE, name))
    world.clock.advance(DAY + 1)
    await Retention(world.node).round()
    assert await world.store.view(lambda tx: resources.get(tx, mappings.STREAM_KIND, SCOPE, name)) is None


async def test_log_events_go_after_their_groups_retention(world: World) -> None:
    for group, document in (("short", {"retentionInDays": 1}), ("ever", {})):
        await world.store.update(
            lambda tx, group=group, document=document: resources.create(tx, "logs:group", SCOPE, group, document)  # type: ignore[misc]
        )
        await log(world, group, "old")
    world.clock.advance(DAY / 2)
    await log(world, "short", "new")
    world.clock.advance(DAY / 2 + 1)
    await Retention(world.node).round()
    assert await messages(world, "short") == ["new"]
    assert await messages(world, "ever") == ["old"]


async def test_rows_of_a_deleted_group_are_swept(world: World) -> None:
    await log(world, "gone", *"abc")
    await world.store.update(lambda tx: log_events.drop_group(tx, SCOPE, "gone"))
    await Retention(world.node).round()
    assert await world.store.update(lambda tx: log_events.sweep(tx, 10)) == 0
    assert await world.store.view(lambda tx: tx.rows("SELECT event FROM log_events")) == []


async def test_rounds_are_made_by_the_clock(world: World) -> None:
    worker = Retention(world.node)
    await worker.start()
    await world.put(1)
    await world.advance(DAY + 120, step=60)
    await worker.stop(0)
    (shard,) = await world.store.view(lambda tx: changes.shards(tx, 1))
    assert shard.trimmed == shard.latest


async def test_an_online_copy_that_was_left_is_told_of_once_and_ended(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Retention(world.node)
    await notes.begin(world.store, copying.tables(), "postgresql://there")
    await world.put(1)
    for _ in range(2):
        await worker.round()
    [told] = [record.getMessage() for record in caplog.records if record.name == "tailrace.rounds"]
    assert "an online copy to postgresql://there" in told
    monkeypatch.setattr(notes, "NOTES_MAX", 1)
    await worker.round()
    assert "are noted no more" in caplog.records[-1].getMessage()
    assert await world.store.view(notes.mark) is None
