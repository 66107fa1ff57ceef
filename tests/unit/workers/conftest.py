"""Work that many do at once on PostgreSQL: counted are the transactions that were repeated because of each other.

The same work as SERIALIZABLE transactions shows what they would be.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

import pytest

from tailrace.store.engine import Store
from tailrace.store.postgresql.place import PostgresStore

ALONE_AT_LEAST = 8
"""How many repetitions the same work costs that runs as if alone; it is some dozens."""


@pytest.fixture(params=["locked", "alone"])
def repeated(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs lanes side by side on some stores, and judges how many transactions were repeated.

    One may be: the first one that replaces a document, or ends a task.
    """
    alone = request.param == "alone"

    async def run(places: Sequence[Store], *lanes: Awaitable[Any]) -> None:
        before = 0
        for place in places:
            assert isinstance(place, PostgresStore)
            before += place.again
            if alone:
                monkeypatch.setattr(place, "update", lambda change, update=place.update, **_: update(change))
        await asyncio.gather(*lanes)
        count = sum(place.again for place in places if isinstance(place, PostgresStore)) - before
        assert (count >= ALONE_AT_LEAST) if alone else (count <= 1), f"{count} transactions were repeated"

    return run
