"""The stream of changes: what a record shows, its number, its shard, its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from tailrace.base.errors import Outdated
from tailrace.store import changes, items, sqlite
from tailrace.store.engine import Store, Transaction
from tailrace.store.image import NOTHING, Image
from tailrace.store.layout import KeyAttribute, ShardRange, StreamLayout, TableLayout, ViewType
from tailrace.store.sqlite import SqliteStore
from tests.store.tables import NOW, PK, SK, deleting, item, key_of, open_stream, putting, records


def streaming(stream: StreamLayout) -> TableLayout:
    return TableLayout("t", "s", 1, PK, None, (), stream)


async def bodies(place: Store, stream: StreamLayout) -> list[dict[str, Any]]:
    found = await place.view(lambda tx: records(tx, stream.stream))
    return [orjson.loads(record.body) for shard in found for record in shard]


@pytest.mark.parametrize(
    ("view", "inserted", "modified", "removed"),
    [
        ("KEYS_ONLY", "", "", ""),
        ("NEW_IMAGE", "NewImage", "NewImage", ""),
        ("OLD_IMAGE", "", "OldImage", "OldImage"),
        ("NEW_AND_OLD_IMAGES", "NewImage", "NewImage OldImage", "OldImage"),
    ],
)
async def test_the_view_type_decides_which_images_a_record_carries(
    place: Store, view: ViewType, inserted: str, modified: str, removed: str
) -> None:
    stream = await open_stream(place, 1, view)
    table = streaming(stream)
    for change in (putting(table, item("a", n=1)), putting(table, item("a", n=2)), deleting(table, item("a"))):
        await place.update(change)
    found = await bodies(place, stream)
    assert [record["eventName"] for record in found] == ["INSERT", "MODIFY", "REMOVE"]
    frame = ["ApproximateCreationDateTime", "Keys", "SizeBytes", "StreamViewType"]
    for record, images in zip(found, (inserted, modified, removed), strict=True):
        assert list(record["dynamodb"]) == frame[:2] + images.split() + frame[2:]
        assert record["dynamodb"]["Keys"] == {"pk": {"S": "a"}}
        assert record["dynamodb"]["StreamViewType"] == view
        assert record["dynamodb"]["ApproximateCreationDateTime"] == int(NOW)


def test_a_key_is_of_the_shard_whose_hashes_begin_at_its_own_or_before() -> None:
    layout = StreamLayout(1, "KEYS_ONLY", (ShardRange(9, 300, 1 << 64), ShardRange(7, 0, 256), ShardRange(8, 256, 300)))
    hashes = {0: 7, 255: 7, 256: 8, 299: 8, 300: 9, (1 << 64) - 1: 9}
    for behind in (b"", b"\0", b"\xff"):
        assert {each: layout.shard_of(each.to_bytes(8, "big") + behind) for each in hashes} == hashes


async def test_size_bytes_are_those_that_aws_recorded(place: Store) -> None:
    """An insert and a change of three attributes, as they were recorded on AWS."""
    stream = await open_stream(place)
    table = TableLayout("t", "s", 1, KeyAttribute("id", "S"), None, (), stream)
    for value in ("value1", "value9"):
        thing = {"id": {"S": "my-item-id"}, "attr1": {"S": value}, "attr2": {"S": "value2"}}
        await place.update(putting(table, thing))
    assert [record["dynamodb"]["SizeBytes"] for record in await bodies(place, stream)] == [46, 80]


async def test_a_cause_is_named_in_the_record(place: Store) -> None:
    stream = await open_stream(place)
    table = streaming(stream)
    await place.update(putting(table, item("a")))
    cause = {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}
    await place.update(lambda tx: items.change(tx, table, key_of(table, item("a")), lambda old: NOTHING, NOW, cause))
    found = await bodies(place, stream)
    assert "userIdentity" not in found[0]
    assert found[1]["userIdentity"] == cause


async def test_the_request_that_wrote_a_record_is_kept_beside_it(place: Store) -> None:
    stream = await open_stream(place)
    table = streaming(stream)
    key = key_of(table, item("a"))
    await place.update(lambda tx: items.change(tx, table, key, lambda old: Image(item("a")), NOW, origin="REQUEST1"))
    await place.update(lambda tx: items.change(tx, table, key, lambda old: NOTHING, NOW))
    found = await place.view(lambda tx: changes.read(tx, stream.shards[0].shard, 0, 10, 10_000))
    assert [each.origin for each in found] == ["REQUEST1", None]
    assert b"REQUEST1" not in found[0].body, "readers of the stream don't see it"


async def test_numbers_follow_the_commits_without_a_gap(place: Store) -> None:
    stream = await open_stream(place, 4)
    table = streaming(stream)

    def fails(n: int) -> Any:
        def write(tx: Transaction) -> None:
            putting(table, item(f"p{n}", n=-1))(tx)
            raise ValueError("undone")

        return write

    work = [fails(n) if n % 5 == 0 else putting(table, item(f"p{n % 37}", n=n)) for n in range(300)]
    await asyncio.gather(*(place.update(w) for w in work), return_exceptions=True)
    found = await place.view(
        lambda tx: list(zip(changes.shards(tx, stream.stream), records(tx, stream.stream), strict=True))
    )
    assert sum(len(r) for _, r in found) == 240
    for shard, written in found:
        assert written, "every shard has its share"
        assert [r.sequence for r in written] == list(range(shard.first + 1, shard.first + 1 + len(written)))
        assert (
            shard.latest == written[-1].sequence == await place.view(lambda tx, s=shard: changes.reach(tx, s.shard)[1])
        )


async def test_shards_divide_all_hashes_and_keep_partitions_together(place: Store) -> None:
    stream = await open_stream(place, 3)
    assert [stream.shards[0].low, stream.shards[-1].high] == [0, 2**64]
    assert all(a.high == b.low for a, b in zip(stream.shards, stream.shards[1:], strict=False))
    table = TableLayout("t", "s", 1, PK, SK, (), stream)
    for n in range(60):
        await place.update(putting(table, item(f"p{n % 6}", n)))
    shard_of: dict[str, set[int]] = {}
    for at, shard in enumerate(await place.view(lambda tx: records(tx, stream.stream))):
        for record in shard:
            shard_of.setdefault(orjson.loads(record.body)["dynamodb"]["Keys"]["pk"]["S"], set()).add(at)
    assert len(shard_of) == 6
    assert all(len(places) == 1 for places in shard_of.values())


async def test_reading_goes_on_after_a_number_and_heeds_both_limits(place: Store) -> None:
    stream = await open_stream(place)
    table = streaming(stream)
    for n in range(10):
        await place.update(putting(table, item("a", n=n)))
    [shard] = await place.view(lambda tx: changes.shards(tx, stream.stream))

    def read(after: int, count: int, size: int = 1 << 20) -> Any:
        return place.view(lambda tx: [r.sequence for r in changes.read(tx, shard.shard, after, count, size)])

    assert await read(0, 3) == [shard.first + n for n in (1, 2, 3)]
    assert await read(shard.first + 3, 100) == [shard.first + n for n in range(4, 11)]
    assert await read(shard.latest, 100) == []
    one = await place.view(lambda tx: len(changes.read(tx, shard.shard, shard.first + 1, 1, 1)[0].body))
    assert await read(shard.first + 1, 100, one * 3) == [shard.first + n for n in (2, 3, 4)]
    assert await read(shard.first + 1, 100, 1) == [shard.first + 2], "one record always comes"


async def test_sequence_text_is_ordered_and_read_back() -> None:
    texts = [changes.sequence_text(n) for n in (0, 1, 9, 10, 1 << 40, (1 << 63) - 1)]
    assert texts == sorted(texts)
    assert {len(text) for text in texts} == {27}
    assert [changes.sequence_number(text) for text in texts] == [0, 1, 9, 10, 1 << 40, (1 << 63) - 1]
    for text in ("", "5", "x" * 27, "2" + "0" * 26, "1" * 28, "1" + "9" * 26, "١" * 27):
        assert changes.sequence_number(text) is None


async def test_shard_names_are_aws_shaped_and_unique(place: Store) -> None:
    stream = await open_stream(place, 8)
    found = await place.view(lambda tx: changes.shards(tx, stream.stream))
    assert len({shard.name for shard in found}) == 8
    for shard in found:
        head, digits, tail = shard.name.split("-")
        assert (head, len(digits), len(tail)) == ("shardId", 20, 8)
        assert shard.parent is None


@pytest.fixture
def whole_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """No group is cut short because the machine is busy."""
    monkeypatch.setattr(sqlite, "GROUP_SECONDS_MAX", 60.0)


@pytest.mark.usefixtures("whole_groups")
async def test_numbers_that_a_group_takes_are_seen_by_all_who_ask_for_them(embedded: SqliteStore) -> None:
    """A group counts them by itself: whoever looks at the shard, or closes it, finds what is so."""
    stream = await open_stream(embedded, 1)
    table, [shard] = streaming(stream), [each.shard for each in stream.shards]

    def write(name: str) -> Callable[[Transaction], object]:
        return putting(table, item(name))

    def reach(tx: Transaction) -> int:
        return changes.reach(tx, shard)[1] - changes.first_number(shard)

    def close(tx: Transaction) -> None:
        changes.close_stream(tx, stream.stream, NOW)

    async def together(*closures: Callable[[Transaction], object]) -> list[object]:
        before = embedded.commits
        found = await asyncio.gather(*map(embedded.update, closures), return_exceptions=True)
        assert embedded.commits == before + 1
        return found

    found = await together(write("a"), reach, write("b"), write("c"), reach, write("d"))
    assert [found[1], found[4]] == [1, 3]
    found = await together(write("e"), close, write("f"), reach)
    assert isinstance(found[2], Outdated)
    assert found[3] == 5
    [written] = await embedded.view(lambda tx: records(tx, stream.stream))
    assert [each.sequence - changes.first_number(shard) for each in written] == [1, 2, 3, 4, 5]


@pytest.mark.usefixtures("whole_groups")
async def test_numbers_that_a_group_takes_stand_before_a_statement_changes_them(embedded: SqliteStore) -> None:
    stream = await open_stream(embedded, 1)
    table, [shard] = streaming(stream), [each.shard for each in stream.shards]

    def count_on(tx: Transaction) -> None:
        tx.one("UPDATE shards SET latest = latest + 1 WHERE shard = ?", shard)

    before = embedded.commits
    closures = [putting(table, item("a")), count_on, putting(table, item("b"))]
    await asyncio.gather(*map(embedded.update, closures))
    assert embedded.commits == before + 1
    [written] = await embedded.view(lambda tx: records(tx, stream.stream))
    assert [each.sequence - changes.first_number(shard) for each in written] == [1, 3]


async def test_a_closed_stream_stays_readable_and_takes_no_more(place: Store) -> None:
    stream = await open_stream(place, 2)
    table = streaming(stream)
    await place.update(putting(table, item("a")))
    assert [s.last for s in await place.view(lambda tx: changes.shards(tx, stream.stream))] == [None, None]
    await place.update(lambda tx: changes.close_stream(tx, stream.stream, NOW + 1))
    found = await place.view(lambda tx: changes.shards(tx, stream.stream))
    assert [shard.last for shard in found] == [shard.latest for shard in found]
    assert len(await bodies(place, stream)) == 1
    with pytest.raises(Outdated):
        await place.update(putting(table, item("b")))
    assert await place.view(lambda tx: items.get(tx, table, key_of(table, item("b")))) is None


async def test_trimming_forgets_the_old_and_then_the_empty_closed_shards(place: Store) -> None:
    stream = await open_stream(place, 2)
    table = streaming(stream)
    for n in range(40):
        await place.update(putting(table, item(f"p{n}"), NOW + n))
    trimmed = [await place.update(lambda tx: changes.trim(tx, NOW + 30, 12)) for _ in range(4)]
    assert trimmed == [12, 12, 6, 0]
    left = [record for shard in await place.view(lambda tx: records(tx, stream.stream)) for record in shard]
    assert sorted(record.created for record in left) == [NOW + n for n in range(30, 40)]
    for shard in await place.view(lambda tx: changes.shards(tx, stream.stream)):
        assert shard.first < shard.trimmed < shard.latest
    await place.update(lambda tx: changes.close_stream(tx, stream.stream, NOW + 50))
    assert await place.update(lambda tx: changes.trim(tx, NOW + 45, 100)) == 10
    assert len(await place.view(lambda tx: changes.shards(tx, stream.stream))) == 2, "closed less than a day ago"
    await place.update(lambda tx: changes.trim(tx, NOW + 60, 100))
    assert await place.view(lambda tx: changes.shards(tx, stream.stream)) == []


async def test_shards_with_nothing_old_keep_no_other_from_being_trimmed(place: Store) -> None:
    streams = [await open_stream(place) for _ in range(4)]
    for at, stream in enumerate(streams):
        await place.update(putting(streaming(stream), item(f"p{at}"), NOW + (1 if at == 3 else 100)))
    assert await place.update(lambda tx: changes.trim(tx, NOW + 50, 2)) == 1
    assert [len(shard) for s in streams for shard in await place.view(lambda tx, s=s: records(tx, s.stream))] == [
        1,
        1,
        1,
        0,
    ]


async def test_trimming_writes_nothing_where_nothing_is_old(embedded: SqliteStore) -> None:
    stream = await open_stream(embedded)
    await embedded.update(putting(streaming(stream), item("a")))
    before = embedded.commits
    assert await embedded.update(lambda tx: changes.trim(tx, NOW, 100)) == 0
    assert embedded.commits == before


async def test_writers_wake_the_listeners_of_changes(place: Store) -> None:
    stream = await open_stream(place)
    heard: list[str] = []
    place.listen(changes.TOPIC, heard.append)
    await place.update(putting(streaming(stream), item("a")))
    await asyncio.sleep(0)
    assert heard == [str(stream.stream)]
