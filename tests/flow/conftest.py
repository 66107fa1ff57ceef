"""Which flow tests run on both engines where nobody asks for one: those in which nodes, streams and queues meet."""

from __future__ import annotations

import os

import pytest

from tests.conftest import ENGINE

ON_BOTH = ("test_insights", "test_live_tail", "test_logs", "test_sqs", "test_streams", "test_table_life")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test of these files that takes `server` in memory and on PostgreSQL."""
    module = metafunc.module.__name__.rpartition(".")[2]
    if "server" in metafunc.fixturenames and module in ON_BOTH and ENGINE not in os.environ:
        metafunc.parametrize("server", ("memory", "postgresql"), indirect=True, scope="session")
