"""Shards and their children: nothing lands in a closed one, and nothing is lost between the two."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import orjson
import pytest

from tailrace.base.errors import Missing, Outdated
from tailrace.store import changes, lineage
from tailrace.store.changes import Shard
from tailrace.store.engine import Store
from tailrace.store.layout import StreamLayout, TableLayout
from tests.store.tables import NOW, PK, item, key_of, open_stream, putting, records


def streaming(stream: StreamLayout) -> TableLayout:
    return TableLayout("t", "s", 1, PK, None, (), stream)


async def shards(place: Store, stream: int) -> list[Shard]:
    return await place.view(lambda tx: changes.shards(tx, stream))


async def succeed(place: Store, stream: StreamLayout, shard: int, cut: int | None, now: float) -> StreamLayout:
    children = await place.update(lambda tx: lineage.succeed(tx, shard, cut, now))
    kept = tuple(each for each in stream.shards if each.shard != shard)
    return dataclasses.replace(stream, shards=(*kept, *children))


def hash_of(keys: dict[str, Any]) -> int:
    return int.from_bytes(key_of(TableLayout("t", "s", 1, PK), keys)[:8], "big")


@pytest.mark.undivided
async def test_a_child_continues_its_parent(place: Store) -> None:
    stream = await open_stream(place)
    await place.update(putting(streaming(stream), item("a", n=1)))
    after = await succeed(place, stream, stream.shards[0].shard, None, NOW + 9)
    await place.update(putting(streaming(after), item("a", n=2), NOW + 10))
    parent, child = await shards(place, stream.stream)
    assert (parent.last, child.last) == (parent.latest, None)
    assert (child.parent, child.low, child.high, child.opened) == (parent.name, parent.low, parent.high, NOW + 9)
    assert parent.latest < child.first < child.latest, "numbers go on rising"
    [first], [second] = await place.view(lambda tx: records(tx, stream.stream))
    assert [orjson.loads(each.body)["dynamodb"]["NewImage"]["n"]["N"] for each in (first, second)] == ["1", "2"]


@pytest.mark.undivided
async def test_a_split_divides_the_hashes_and_keeps_partitions_whole(place: Store) -> None:
    stream = await open_stream(place)
    whole = stream.shards[0]
    after = await succeed(place, stream, whole.shard, whole.high // 3, NOW)
    assert [(each.low, each.high) for each in after.shards] == [(0, whole.high // 3), (whole.high // 3, whole.high)]
    for n in range(40):
        await place.update(putting(streaming(after), item(f"p{n % 8}", n=n)))
    seen: dict[str, set[str]] = {}
    for shard in (await shards(place, stream.stream))[1:]:
        for each in await place.view(lambda tx, s=shard: changes.read(tx, s.shard, 0, 99, 1 << 20)):
            keys = orjson.loads(each.body)["dynamodb"]["Keys"]
            assert shard.low <= hash_of(keys) < shard.high
            seen.setdefault(keys["pk"]["S"], set()).add(shard.name)
    assert len(seen) == 8
    assert all(len(names) == 1 for names in seen.values())


async def test_nothing_lands_in_a_closed_shard(place: Store) -> None:
    """Whoever still goes by the layout of before writes nothing at all, and is told so."""
    stream = await open_stream(place)
    await succeed(place, stream, stream.shards[0].shard, None, NOW)
    with pytest.raises(Outdated):
        await place.update(putting(streaming(stream), item("a")))
    assert await place.view(lambda tx: tx.rows("SELECT key FROM items")) == []
    assert await place.view(lambda tx: tx.rows("SELECT sequence FROM changes")) == []


@pytest.mark.undivided
async def test_a_shard_is_continued_once(place: Store) -> None:
    stream = await open_stream(place)
    await succeed(place, stream, stream.shards[0].shard, None, NOW)
    with pytest.raises(Missing):
        await succeed(place, stream, stream.shards[0].shard, None, NOW)
    assert len(await shards(place, stream.stream)) == 2


@pytest.mark.undivided
async def test_open_shards_come_by_pages(place: Store) -> None:
    streams = [await open_stream(place, 2) for _ in range(3)]
    await succeed(place, streams[0], streams[0].shards[0].shard, None, NOW + 1)
    await place.update(lambda tx: changes.close_stream(tx, streams[1].stream, NOW))
    found: list[lineage.OpenShard] = []
    for _ in range(3):
        after = found[-1].shard if found else 0
        found += await place.view(lambda tx, after=after: lineage.open_shards(tx, after, 2))  # type: ignore[misc]
    assert [each.stream for each in found] == [streams[0].stream, streams[2].stream, streams[2].stream, 1]
    assert [each.opened for each in found] == [NOW, NOW, NOW, NOW + 1]


async def test_a_cut_divides_the_latest_records_but_no_partition(place: Store) -> None:
    stream = await open_stream(place)
    table = streaming(stream)

    async def cut() -> lineage.Cut | None:
        [shard] = await shards(place, stream.stream)
        return await place.view(lambda tx: lineage.best_cut(tx, shard, hash_of))

    assert await cut() is None
    for n in range(6):
        await place.update(putting(table, item("hot", n=n)))
    assert await cut() is None, "one partition key can't be divided"
    for n in range(6):
        await place.update(putting(table, item(f"p{n}")))
    found = await cut()
    assert found
    hashes = sorted([hash_of(item("hot"))] * 6 + [hash_of(item(f"p{n}")) for n in range(6)])
    below = sum(each < found.hash for each in hashes)
    assert found.share == min(below, 12 - below) / 12 > 0
    await asyncio.gather(*(place.update(putting(table, item(f"q{n}")), grouped=True) for n in range(2_000)))
    found = await cut()
    assert found
    assert found.share > 0.49, "of the latest thousand"


async def test_numbers_have_room_for_shards_beyond_count(place: Store) -> None:
    edge = changes.EARLY_SHARDS
    for shard in (1, 2, edge - 1, edge, edge + 1, 1_800_000_000):
        first, end = changes.first_number(shard), changes.first_number(shard + 1)
        assert changes.shard_of(first) == changes.shard_of(end - 1) == shard
        assert end - first >= 1 << 32
        assert end < 1 << 63
    await place.update(lambda tx: tx.run("INSERT INTO counters (name, value) VALUES ('shard', ?)", edge + 7))
    stream = await open_stream(place)
    await place.update(putting(streaming(stream), item("a")))
    [[found]] = await place.view(lambda tx: records(tx, stream.stream))
    assert changes.shard_of(found.sequence) == edge + 8
    [shard] = await shards(place, stream.stream)
    assert changes.shard_number(shard.name) == shard.shard


async def test_the_bytes_behind_a_number_are_told_by_the_latest_records(
    place: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = await open_stream(place)
    for n in range(8):
        await place.update(putting(streaming(stream), item("a", n=n, note="x" * (1 if n < 5 else 1000))))
    [shard] = await shards(place, stream.stream)
    last = await place.view(lambda tx: lineage.measure(tx, shard.latest - 2, shard.latest))
    assert 4_000 < last < 5_000, "both images of two records"
    assert await place.view(lambda tx: lineage.measure(tx, shard.latest, shard.latest)) == 0
    every = await place.view(lambda tx: lineage.measure(tx, shard.first, shard.latest))
    assert every < 3 * last, "five of eight are small"
    monkeypatch.setattr(lineage, "SAMPLE_RECORDS", 2)
    assert await place.view(lambda tx: lineage.measure(tx, shard.first, shard.latest)) == last * 4
