"""Log events: the order of time, pages both ways, filtering across streams, and forgetting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tailrace.base.errors import Missing
from tailrace.store import log_events
from tailrace.store.engine import Store, Transaction
from tailrace.store.log_events import FIRST, LAST, Position

SCOPE, GROUP, T = "0/r", "/aws/lambda/f", 1_700_000_000_000


async def write(place: Store, stream: str, *events: tuple[int, str], group: str = GROUP) -> None:
    def append(tx: Transaction) -> None:
        log_events.ensure_stream(tx, SCOPE, group, stream, T / 1000)
        log_events.append(tx, SCOPE, group, stream, [(T + at, text) for at, text in events], T + 999)

    await place.update(append)


async def see(place: Store, read: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    return await place.view(lambda tx: read(tx, SCOPE, GROUP, *arguments, **options))


async def texts(place: Store, read: Callable[..., Any], *arguments: Any, **options: Any) -> list[str]:
    return [event.message for event in await see(place, read, *arguments, limit=100, **options)]


async def test_a_stream_tells_its_times_and_bytes(place: Store) -> None:
    assert await place.update(lambda tx: log_events.ensure_stream(tx, SCOPE, GROUP, "a", T / 1000))
    assert not await place.update(lambda tx: log_events.ensure_stream(tx, SCOPE, GROUP, "a", T / 1000 + 5))
    assert await see(place, log_events.stream, "a") == ("a", T, None, None, None, 0)
    await write(place, "a", (5, "five"), (3, "dreißig"))
    await write(place, "a", (4, ""))
    found = await see(place, log_events.stream, "a")
    assert found == ("a", T, T + 3, T + 5, T + 999, 4 + 8 + 0 + 3 * 26)
    assert await see(place, log_events.stored_bytes) == found.bytes
    assert await see(place, log_events.stream, "b") is None


async def test_events_stand_in_the_order_of_time_then_of_arrival(place: Store) -> None:
    await write(place, "a", (2, "c"), (1, "a"), (2, "d"))
    await write(place, "a", (2, "e"), (1, "b"))
    assert await texts(place, log_events.events, "a") == ["a", "b", "c", "d", "e"]


async def test_pages_go_forward_and_backward_from_a_position(place: Store) -> None:
    await write(place, "a", *((n // 2, str(n)) for n in range(10)))
    seen: list[str] = []
    at = FIRST
    while page := await see(place, log_events.events, "a", after=at, limit=3):
        seen += [event.message for event in page]
        at = page[-1].position
    assert seen == [str(n) for n in range(10)]
    newest = await see(place, log_events.events, "a", backward=True, limit=4)
    assert [event.message for event in newest] == ["6", "7", "8", "9"]
    older = await see(place, log_events.events, "a", backward=True, before=newest[0].position, limit=4)
    assert [event.message for event in older] == ["2", "3", "4", "5"]
    newer = await see(place, log_events.events, "a", after=older[-1].position, limit=2)
    assert [event.message for event in newer] == ["6", "7"]


async def test_bytes_bound_a_page_but_one_event_always_comes(place: Store) -> None:
    await write(place, "a", *((n, f"{n}" * 74) for n in range(6)))  # 100 bytes each, as AWS counts
    options = [{"bytes_limit": 300}, {"bytes_limit": 299}, {"bytes_limit": 1}, {"bytes_limit": 200, "backward": True}]
    pages = [await texts(place, log_events.events, "a", **chosen) for chosen in options]
    assert [[message[0] for message in page] for page in pages] == [["0", "1", "2"], ["0", "1"], ["0"], ["4", "5"]]


async def test_times_bound_a_page(place: Store) -> None:
    await write(place, "a", *((n, str(n)) for n in range(6)))
    assert await texts(place, log_events.events, "a", start=T + 2, end=T + 4) == ["2", "3"]
    assert await texts(place, log_events.filter, start=T + 4) == ["4", "5"]


async def test_filter_joins_the_streams_of_a_group_by_time(place: Store) -> None:
    await write(place, "x/1", (1, "a"), (4, "d"))
    await write(place, "x/2", (2, "b"))
    await write(place, "y", (3, "c"))
    await write(place, "y", (2, "not ours"), group="other")
    assert await texts(place, log_events.filter) == ["a", "b", "c", "d"]
    assert await texts(place, log_events.filter, prefix="x/") == ["a", "b", "d"]
    assert await texts(place, log_events.filter, streams=["x/2", "y"]) == ["b", "c"]
    first = await see(place, log_events.filter, limit=2)
    assert [event.stream for event in first] == ["x/1", "x/2"]
    assert await texts(place, log_events.filter, after=first[-1].position) == ["c", "d"]
    assert await texts(place, log_events.filter, after=Position(T + 3, 0)) == ["c", "d"]
    assert await texts(place, log_events.filter, after=LAST, backward=True) == ["d", "c", "b", "a"]
    assert await texts(place, log_events.filter, after=first[-1].position, backward=True) == ["a"]


async def test_streams_come_by_name_or_by_their_last_event(place: Store) -> None:
    await place.update(lambda tx: log_events.ensure_stream(tx, SCOPE, GROUP, "ab", 1))
    await write(place, "b", (1, "x"))
    await write(place, "aa", (3, "x"))
    await write(place, "c", (2, "x"))

    async def names(read: Callable[..., Any], **options: Any) -> list[str]:
        return [stream.name for stream in await see(place, read, **options)]

    assert await names(log_events.streams, limit=9) == ["aa", "ab", "b", "c"]
    assert await names(log_events.streams, limit=2, after="aa") == ["ab", "b"]
    assert await names(log_events.streams, limit=9, prefix="a") == ["aa", "ab"]
    assert await names(log_events.streams, limit=9, descending=True) == ["c", "b", "ab", "aa"]
    assert await names(log_events.streams, limit=9, descending=True, after="b") == ["ab", "aa"]
    by_time = log_events.streams_by_time
    assert await names(by_time, after=None, limit=9) == ["ab", "b", "c", "aa"]
    assert await names(by_time, after=None, descending=True, limit=2) == ["aa", "c"]
    assert await names(by_time, after=(T + 2, "c"), descending=True, limit=9) == ["b", "ab"]


async def test_a_tail_sees_arrivals_in_their_order(place: Store) -> None:
    await write(place, "a", (5, "before"))
    start = await place.view(log_events.latest)
    await write(place, "b", (3, "first"))
    await write(place, "other", (3, "elsewhere"), group="other")
    await write(place, "a", (1, "second"))
    arrived = await see(place, log_events.tail, start, 10)
    assert [event.message for event in arrived] == ["first", "second"]
    assert await place.view(lambda tx: log_events.event(tx, arrived[0].event)) == arrived[0]


async def test_events_need_a_stream(place: Store) -> None:
    with pytest.raises(Missing):
        await place.update(lambda tx: log_events.append(tx, SCOPE, GROUP, "a", [(T, "x")], T))
    assert await texts(place, log_events.events, "a") == []
    assert await texts(place, log_events.filter) == []


async def test_retention_trims_the_oldest_and_the_books(place: Store) -> None:
    await write(place, "a", *((n, f"{n:02d}") for n in range(10)))
    await write(place, "b", *((n, f"{n:02d}") for n in range(5)))
    trimmed = [await place.update(lambda tx: log_events.trim(tx, SCOPE, GROUP, T + 7, 5)) for _ in range(4)]
    assert trimmed == [5, 5, 2, 0]
    assert await texts(place, log_events.filter) == ["07", "08", "09"]
    a, b = [await see(place, log_events.stream, name) for name in "ab"]
    assert (a.first, a.last, a.bytes) == (T + 7, T + 9, 3 * 28)
    assert (b.first, b.last, b.bytes) == (None, T + 4, 0)
    await write(place, "b", (20, "later"))
    assert (await see(place, log_events.stream, "b")).first == T + 20


async def sweep(place: Store) -> list[int]:
    swept: list[int] = []
    while not swept or swept[-1]:
        swept.append(await place.update(lambda tx: log_events.sweep(tx, 4)))
        assert len(swept) < 50
    return swept


async def rows(place: Store) -> list[int]:
    """How many groups, streams and events there are, dropped ones too."""
    tables = ("log_groups", "log_streams", "log_events")
    return [(await place.view(lambda tx, t=t: tx.row(f"SELECT count(*) FROM {t}") or (0,)))[0] for t in tables]


async def test_a_dropped_stream_is_gone_at_once_and_swept_later(place: Store) -> None:
    await write(place, "a", *((n, "old") for n in range(10)))
    await write(place, "b", (1, "kept"))
    assert await place.update(lambda tx: log_events.drop_stream(tx, SCOPE, GROUP, "a"))
    assert not await place.update(lambda tx: log_events.drop_stream(tx, SCOPE, GROUP, "a"))
    assert await texts(place, log_events.filter) == ["kept"]
    await write(place, "a", (2, "new"))
    assert await texts(place, log_events.events, "a") == ["new"]
    assert max(await sweep(place)) <= 4
    assert await texts(place, log_events.filter) == ["kept", "new"]
    assert await rows(place) == [1, 2, 2]


async def test_a_new_group_never_shows_events_of_a_dropped_one(place: Store) -> None:
    for stream in "abcdef":
        await write(place, stream, *((n, "old") for n in range(3)))
    assert await place.update(lambda tx: log_events.drop_group(tx, SCOPE, GROUP))
    assert not await place.update(lambda tx: log_events.drop_group(tx, SCOPE, GROUP))
    assert await see(place, log_events.streams, limit=9) == []
    await write(place, "a", (1, "new"))
    assert await texts(place, log_events.filter) == ["new"]
    assert await see(place, log_events.stored_bytes) == 29
    await sweep(place)
    assert await texts(place, log_events.filter) == ["new"]
    assert await rows(place) == [1, 1, 1]


async def test_arrivals_wake_the_listeners(place: Store) -> None:
    heard: list[str] = []
    place.listen(log_events.TOPIC, heard.append)
    await write(place, "a", (1, "x"))
    await asyncio.sleep(0)
    assert heard == [f"{SCOPE} {GROUP}"]
