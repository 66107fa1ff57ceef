"""Real servers for tests: each a process of its own, on a free port, talked to by boto3."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config as ClientConfig
from hypothesis import HealthCheck, settings

from tests.postgres import Databases

ENGINE = "TAILRACE_TEST_ENGINE"
"""Set to `postgresql`, every flow test runs on one; without it those of `ON_BOTH` (flow/conftest.py) run there too."""

# Property tests say nothing about time: the machine that runs them may be busy. They try the same examples in each run,
# and others with TAILRACE_TEST_EXPLORE=1.
settings.register_profile(
    "busy machine",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="TAILRACE_TEST_EXPLORE" not in os.environ,
)
settings.load_profile("busy machine")


class RunningServer:
    """A `tailrace serve` process and the way to talk to it."""

    def __init__(
        self, data: str, *options: str, access_key: str = "test", secret_key: str = "test", sealing_key: str = ""
    ) -> None:
        self.data, self.options = data, options
        if "://" in data and "--node-folder" not in options:
            folder = tempfile.mkdtemp(prefix="tailrace-node-")
            atexit.register(shutil.rmtree, folder, ignore_errors=True)  # it is there again after a restart
            self.options = (*options, "--node-folder", folder)
            os.environ["TAILRACE_NODE_FOLDER"] = folder  # where the command line finds the latest server
        self.access_key, self.secret_key, self.sealing_key = access_key, secret_key, sealing_key
        self.endpoint = ""
        self.process: subprocess.Popen[str]
        self.start()

    def start(self, port: int = 0) -> None:
        """Start (again) and wait until it says that it is ready."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TAILRACE_"))}
        environment |= {"TAILRACE_ACCESS_KEY_ID": self.access_key, "TAILRACE_SECRET_ACCESS_KEY": self.secret_key}
        environment |= {"TAILRACE_SEALING_KEY": self.sealing_key} if self.sealing_key else {}
        command = [sys.executable, "-m", "tailrace", "serve", "--port", str(port), "--data", self.data, *self.options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line.startswith("Tailrace is ready at "), f"the server did not start: {line!r}"
        self.endpoint = line.split()[-1]

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is saved."""
        self.process.kill()
        self._reap()

    def stop(self, seconds: float = 60) -> int:
        """SIGTERM, and the exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        finally:
            self.kill()

    def _reap(self) -> None:
        self.process.wait(60)
        if self.process.stdout:
            self.process.stdout.close()

    def client(self, service: str, *, access_key: str = "", secret_key: str = "", **options: Any) -> Any:
        """A boto3 client with the root key, or with the key that is given (`token`: its session token)."""
        token, region = options.pop("token", None), options.pop("region", "us-east-1")
        session = boto3.Session(access_key or self.access_key, secret_key or self.secret_key, token, region)
        retries = {"max_attempts": options.pop("attempts", 1), "mode": "standard"}
        return session.client(
            service,
            endpoint_url=self.endpoint,
            config=ClientConfig(retries=retries, max_pool_connections=64, inject_host_prefix=False, **options),
        )


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """Places on a PostgreSQL of this worker process's own."""
    found = Databases()
    yield found
    found.close()


@pytest.fixture(scope="session")
def servers(databases: Databases) -> Iterator[Callable[[str], RunningServer]]:
    """A server for each engine, begun when it is first asked for; all run to the end of the worker process."""
    running: dict[str, RunningServer] = {}

    def on(engine: str) -> RunningServer:
        if engine not in running:
            running[engine] = RunningServer(databases.new(kept=True) if engine == "postgresql" else "memory:")
        return running[engine]

    yield on
    assert [each.stop() for each in running.values()] == [0] * len(running)


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest, servers: Callable[[str], RunningServer]) -> RunningServer:
    """One server for all tests of a worker process; tests use names of their own. In memory, or on `ENGINE`.

    Tests that run on both engines take turns, so who keeps a client of either must find it still there.
    """
    return servers(getattr(request, "param", os.environ.get(ENGINE, "memory")))


@pytest.fixture(scope="module")
def movable() -> Iterator[RunningServer]:
    """A server in memory whose time the tests of a file move ahead."""
    running = RunningServer("memory:", "--movable-clock")
    yield running
    assert running.stop() == 0


@pytest.fixture
def durable_server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningServer]:
    """A server on a folder of its own, to kill and start again."""
    on_database = os.environ.get(ENGINE) == "postgresql"
    running = RunningServer(request.getfixturevalue("databases").new() if on_database else str(tmp_path / "data"))
    yield running
    running.kill()


def wait_until(what: str, probe: Any, seconds: float = 120) -> Any:
    """Poll `probe` until it gives something true; fail with `what` after that. So long: the machine may be busy."""
    end = time.monotonic() + seconds
    while not (found := probe()):
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(0.02)
    return found
