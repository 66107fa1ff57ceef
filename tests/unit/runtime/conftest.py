"""A pool with the machine's real Python and Node.js, and functions made from a few lines of source."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tailrace.base import ids
from tailrace.base.clock import MovableClock
from tailrace.runtime.bubblewrap import Bubblewrap, works
from tailrace.runtime.pool import Pool
from tailrace.runtime.process import Guard, PlainProcess
from tailrace.runtime.spec import Archive, FunctionSpec, Launch, Outcome


class Notebook:
    """A journal in memory: what was written, in order."""

    def __init__(self) -> None:
        self.log_stream = f"2023/11/14/[$LATEST]{ids.hex_digits(32)}"  # strays are found by it: no other process has it
        self.lines: list[str] = []
        self.outcomes: list[Outcome] = []
        self.full = False

    def init_started(self) -> None:
        self.lines.append("INIT_START")

    def init_ended(self, init_ms: float, *, failed: bool) -> None:
        return None

    def started(self, request_id: str) -> None:
        self.lines.append("START")

    def output(self, events: list[str]) -> bool:
        self.lines += events
        return self.full

    def ended(self, request_id: str, outcome: Outcome) -> str:
        if outcome.notice:
            self.lines.append(outcome.notice)
        self.lines.append("END")
        self.outcomes.append(outcome)
        return "".join(self.lines)

    async def flush(self) -> None:
        return None


def zipped(files: Mapping[str, str | bytes], mode: int = 0o755) -> bytes:
    """A zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


def archive_of(data: bytes) -> Archive:
    """An archive for the pool."""

    async def fetch() -> bytes:
        return data

    return Archive(hashlib.sha256(data).hexdigest(), fetch)


@dataclass
class Workbench:
    """A pool, and what its functions wrote."""

    pool: Pool
    clock: MovableClock
    notebooks: list[Notebook] = field(default_factory=list)

    def function(
        self,
        files: Mapping[str, str | bytes] | str,
        runtime: str = "python3.11",
        handler: str = "index.handler",
        **settings: Any,
    ) -> FunctionSpec:
        """A function; a string is the source of its one file."""
        if isinstance(files, str):
            files = {"index.py" if runtime.startswith("python") else "index.mjs": files}
        archive = archive_of(zipped(files))
        variables = settings.pop("variables", {})
        expires = settings.pop("expires", None)

        async def launch(log_stream: str) -> Launch:
            return Launch({"AWS_REGION": "us-east-1", **variables}, expires)

        spec = FunctionSpec(
            key=("f", archive.digest, handler),
            function_name="f",
            version="$LATEST",
            arn="arn:aws:lambda:us-east-1:000000000000:function:f",
            runtime=runtime,
            handler=handler,
            code=archive,
            memory_mb=256,
            timeout_s=10.0,
            launch=launch,
            open_journal=self._notebook,
        )
        return replace(spec, **settings)

    def _notebook(self) -> Notebook:
        self.notebooks.append(Notebook())
        return self.notebooks[-1]

    async def call(self, spec: FunctionSpec, event: Any = None, **headers: str) -> Outcome:
        """Invoke."""
        return await self.pool.invoke(spec, "request-1", json.dumps(event).encode(), headers)

    async def result(self, spec: FunctionSpec, event: Any = None) -> Any:
        """Invoke, expect a success, and read what was returned."""
        outcome = await self.call(spec, event)
        assert outcome.kind is None, outcome
        return json.loads(outcome.payload)

    async def error(self, spec: FunctionSpec, event: Any = None) -> tuple[str | None, Any]:
        """Invoke, expect a failure; its kind and error object."""
        outcome = await self.call(spec, event)
        assert outcome.function_error == "Unhandled", outcome
        return outcome.kind, json.loads(outcome.payload)

    @property
    def printed(self) -> list[str]:
        """What the last environment's code printed, without the platform's marks."""
        return [line for line in self.notebooks[-1].lines if line not in ("INIT_START", "START", "END")]


async def _workbench(pool: Pool, clock: MovableClock) -> AsyncIterator[Workbench]:
    bench = Workbench(pool, clock)
    yield bench
    await pool.close()


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Workbench]:
    """Functions as plain processes."""
    clock = MovableClock()
    guard = Guard(tmp_path / "unused")
    async for made in _workbench(Pool(clock, sandboxes=PlainProcess(guard)), clock):
        yield made
    guard.close()


@pytest.fixture
async def walled(tmp_path: Path) -> AsyncIterator[Workbench]:
    """Functions in bubblewrap, where the machine has it."""
    if not works():
        pytest.skip("no bubblewrap, or it may not make namespaces here")
    clock = MovableClock()
    guard = Guard(tmp_path / "unused")
    async for made in _workbench(Pool(clock, sandboxes=Bubblewrap(guard)), clock):
        yield made
    guard.close()


@pytest.fixture
def node() -> None:
    """For tests that need Node.js."""
    if shutil.which("node") is None:
        pytest.skip("no Node.js on the PATH")


Make = Callable[..., FunctionSpec]
