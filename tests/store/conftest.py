"""One suite, every engine: a test that takes `place` runs once on each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tailrace import store
from tailrace.store.engine import Store

ENGINES = ("sqlite", "memory")


@pytest.fixture(params=ENGINES)
def data(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """What to give to `store.open`."""
    return "memory:" if request.param == "memory" else str(tmp_path / "data")


@pytest.fixture
async def place(data: str) -> AsyncIterator[Store]:
    """An empty store."""
    opened = await store.open(data)
    yield opened
    await opened.close()
