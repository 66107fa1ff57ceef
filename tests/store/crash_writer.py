"""The child of the crash test: writes until it is killed, and prints what was acknowledged, a line a write."""

from __future__ import annotations

import asyncio
import os
import sys

from tailrace import store
from tailrace.store import changes, items, resources
from tailrace.store.engine import Transaction
from tailrace.store.image import Image
from tailrace.store.layout import StreamLayout
from tests.store.crash_table import WRITERS, layout, thing
from tests.store.tables import NOW, key_of


async def write(data: str) -> None:
    """One writer a partition, each counting on from what it finds."""
    place = await store.open(data)

    def prepare(tx: Transaction) -> StreamLayout:
        stream = changes.open_stream(tx, 3, "NEW_AND_OLD_IMAGES", NOW)
        resources.create(tx, "test", "s", "stream", {"stream": stream.stream, "shard": stream.shards[0].shard})
        return stream

    if await place.view(lambda tx: resources.get(tx, "test", "s", "stream")) is None:
        await place.update(prepare)
    table = await place.view(layout)
    os.write(1, b"ready\n")

    async def writer(name: int) -> None:
        key = key_of(table, thing(name, 0))
        while True:

            def one_more(old: Image) -> Image:
                return Image(thing(name, int(old.item["n"]["N"]) + 1 if old.item else 1))

            def change(tx: Transaction) -> int:
                done = items.change(tx, table, key, one_more, NOW)
                assert done.new.item is not None
                resources.next_number(tx, f"writes/{name}")
                return int(done.new.item["n"]["N"])

            count = await place.update(change)
            os.write(1, f"{name} {count}\n".encode())

    await asyncio.gather(*(writer(name) for name in range(WRITERS)))


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1]))
