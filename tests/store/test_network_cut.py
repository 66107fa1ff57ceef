"""What a node does while the network between it and its database is cut: it says so soon, and loses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tailrace import store
from tailrace.store import Unreachable, items
from tailrace.store.engine import Store, Transaction
from tailrace.store.layout import TableLayout
from tailrace.store.postgresql import link
from tests.postgres import Databases
from tests.proxy import Proxy
from tests.store.tables import NOW, PK, item, key_of, of_items

LAYOUT = TableLayout("t", "s", 1, PK)


@pytest.fixture
async def cut_off(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Store, Proxy, Store]]:
    """A node behind a proxy, the proxy, and a node that nothing happens to."""
    monkeypatch.setattr(link, "ANSWER_SECONDS_MAX", 2.5)  # of which a busy machine may need one
    url = databases.new()
    proxy = Proxy(url)
    behind, beside = await store.open(proxy.url), await store.open(url)
    yield behind, proxy, beside
    proxy.heal()
    await behind.close()
    await beside.close()
    proxy.close()
    databases.drop()


def count_up(key: str) -> Any:
    def change(old: Any) -> Any:
        return item(key, n=int(old["n"]["N"]) + 1 if old else 1)

    return lambda tx: items.change(tx, LAYOUT, key_of(LAYOUT, item(key)), of_items(change), NOW).wrote


def counted(key: str) -> Any:
    def look(tx: Transaction) -> int:
        found = items.get(tx, LAYOUT, key_of(LAYOUT, item(key)))
        return int(found.body.split(b'"n":{"N":"')[1].split(b'"')[0]) if found else 0

    return look


@pytest.mark.parametrize("how", ["cut", "swallow"])
@pytest.mark.parametrize("grouped", [True, False])
async def test_no_acknowledged_write_is_lost(cut_off: tuple[Store, Proxy, Store], how: str, grouped: bool) -> None:
    behind, proxy, beside = cut_off
    keys, acknowledged, doubtful, refused = [f"k{n}" for n in range(16)], {}, {}, set()
    ended = asyncio.Event()

    async def write(key: str) -> None:
        while not ended.is_set():
            try:
                await behind.update(count_up(key), locked=True, grouped=grouped)
                acknowledged[key] = acknowledged.get(key, 0) + 1
            except Unreachable as away:
                refused.add(key)
                if away.doubtful:
                    doubtful[key] = doubtful.get(key, 0) + 1

    async def until(reached: Any) -> None:
        while not reached():  # noqa: ASYNC110 - the writers tell nobody
            await asyncio.sleep(0.01)

    writers = [asyncio.ensure_future(write(key)) for key in keys]
    await until(lambda: sum(acknowledged.values()) > 100)
    getattr(proxy, how)()
    await until(lambda: len(refused) == len(keys))  # each was told; the time limit of the test is the bound
    with pytest.raises(Unreachable):
        await behind.view(counted("k0"))
    assert await beside.update(count_up("other"), grouped=True)
    proxy.heal()
    before = sum(acknowledged.values())
    await until(lambda: sum(acknowledged.values()) > before + 100)
    ended.set()
    await asyncio.gather(*writers)
    for key in keys:
        stands = await beside.view(counted(key))
        assert acknowledged[key] <= stands <= acknowledged[key] + doubtful.get(key, 0)


async def test_a_node_hears_of_changes_again(cut_off: tuple[Store, Proxy, Store]) -> None:
    behind, proxy, beside = cut_off
    heard: asyncio.Queue[str] = asyncio.Queue()
    behind.listen("topic", heard.put_nowait)

    async def tell() -> None:
        while heard.empty():
            await beside.update(lambda tx: tx.notify("topic", "payload"))
            await asyncio.sleep(0.1)
        while not heard.empty():
            heard.get_nowait()

    await tell()
    proxy.swallow()
    with pytest.raises(Unreachable):
        await behind.view(counted("k0"))
    proxy.heal()
    await tell()
