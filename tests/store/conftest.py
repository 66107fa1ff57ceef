"""One suite, every engine: a test that takes `place` runs once on each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tailrace import store
from tailrace.store.engine import Store
from tailrace.store.sqlite import SqliteStore
from tests.postgres import Databases

ENGINES = ("sqlite", "memory", "postgresql")


@pytest.fixture(params=ENGINES)
def data(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """What to give to `store.open`."""
    if request.param != "postgresql":
        yield "memory:" if request.param == "memory" else str(tmp_path / "data")
        return
    databases: Databases = request.getfixturevalue("databases")
    yield databases.new_undivided() if request.node.get_closest_marker("undivided") else databases.new()
    databases.drop()


@pytest.fixture(params=("sqlite", "memory"))
async def embedded(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SqliteStore]:
    """An empty store of this process alone, for what only one writer promises."""
    opened = await store.open("memory:" if request.param == "memory" else str(tmp_path / "data"))
    assert isinstance(opened, SqliteStore)
    yield opened
    await opened.close()


@pytest.fixture
async def place(data: str) -> AsyncIterator[Store]:
    """An empty store."""
    opened = await store.open(data)
    yield opened
    await opened.close()
