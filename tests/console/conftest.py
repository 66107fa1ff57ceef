"""A real Chromium on a real server. A page that reports an error fails its test; a failed test leaves its picture.

Chromium is the machine's own (Debian: `apt install chromium-headless-shell`; `chromium` draws what nobody sees;
elsewhere CHROMIUM names it). Where there is none the tests are skipped, but in CI they fail. Where TAILRACE_TRACES is
a folder, each failed test leaves its trace there, too, which `playwright show-trace` opens.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tailrace.cli import console_session
from tailrace.gateway.console_files import FOLDER
from tailrace.reach import Reached
from tests.conftest import RunningServer

CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "google-chrome"))), None
)
# A trace takes a picture of every change of a page: as much work again as the test.
TRACES = os.environ.get("TAILRACE_TRACES")
PICTURES = Path(TRACES or Path(tempfile.gettempdir()) / "tailrace-console")
ROOT = Path(__file__).parents[2]
PATIENCE_MS = 90_000  # on a machine that has other things to do, too

TEST_SECONDS = 600

expect.set_options(timeout=PATIENCE_MS)


def needed(what: str) -> None:
    """Skip for want of something, but fail in CI."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for the tests of a file. While Playwright runs, its event loop does: no asynchronous test could."""
    if CHROMIUM is None:
        needed("Chromium (apt install chromium-headless-shell)")
    subprocess.run([sys.executable, ROOT / "node_parts.py"], check=True)  # the console of now, not of an hour ago
    if not (FOLDER / "index.html").exists():
        needed("the built console (make console)")
    with sync_playwright() as playwright:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*sandbox, "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(chromium: Browser) -> Iterator[RunningServer]:
    """One in-memory server for the tests of a file, begun once the console is built."""
    running = RunningServer("memory:")
    yield running
    assert running.stop() == 0


class Watched:
    """A browser's context, whose pages must not report any error but those that a test says it expects."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.errors: list[str] = []
        self.expected: list[str] = []
        context.on("console", self._console)
        context.on("weberror", lambda error: self.errors.append(f"page error: {error.error}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def expect(self, part: str) -> None:
        """Errors that have `part` in them are part of this test: a refusal is an answer of 400, which browsers log."""
        self.expected.append(part)

    @property
    def unexpected(self) -> list[str]:
        return [error for error in self.errors if not any(part in error for part in self.expected)]

    def settle(self) -> None:
        """A test's end: fail with its errors, and forget them."""
        unexpected = self.unexpected
        self.errors.clear()
        self.expected.clear()
        assert not unexpected


@pytest.fixture(scope="module")
def shared(chromium: Browser, server: RunningServer) -> Iterator[Watched]:
    """A browser's context for the tests of a file: the script of all pages is loaded and compiled once in it."""
    context = chromium.new_context(
        base_url=server.endpoint, viewport={"width": 1280, "height": 800}, reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE_MS)
    _trace(context)
    yield Watched(context)
    context.close()


@pytest.fixture
def watched(shared: Watched, server: RunningServer, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """The file's context as a new one: without pages, and nothing is remembered. Its errors are this test's."""
    yield shared
    show_failed(shared, request.node)
    pages, blank = shared.context.pages, shared.context.new_page()
    for page in pages:
        page.close()
    kept = {"origin": server.endpoint, "storageTypes": "local_storage,cookies,indexeddb"}
    shared.context.new_cdp_session(blank).send("Storage.clearDataForOrigin", kept)
    blank.close()
    shared.settle()


def show_failed(watched: Watched, test: pytest.Item) -> None:
    """Leave the picture of a test that failed, or on whose pages there was an error."""
    if getattr(test, "failed", False) or watched.unexpected:
        _show(watched.context, re.sub(r"\W+", "-", test.name))


def _show(context: BrowserContext, name: str) -> None:
    """Leave what a failed test had on its pages."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for number, page in enumerate(context.pages):
        page.screenshot(path=PICTURES / f"{name}-{number}.png")
    if TRACES:
        context.tracing.stop(path=PICTURES / f"{name}.zip")
        _trace(context)  # another test may use it


def _trace(context: BrowserContext) -> None:
    if TRACES:
        context.tracing.start(screenshots=True, snapshots=True)


@pytest.fixture
def blank(watched: Watched) -> Page:
    """A page of a browser where nobody is signed in."""
    return watched.context.new_page()


@pytest.fixture
def page(blank: Page, server: RunningServer) -> Page:
    """A page of a browser where the root is signed in."""
    return signed_in(blank, server)


def signed_in(page: Page, server: RunningServer) -> Page:
    """The page, with the root's session."""
    page.goto(f"/console/#session={fragment(server)}")
    expect(page.get_by_role("navigation", name="Side navigation")).to_be_visible()
    return page


def fragment(server: RunningServer) -> str:
    """The session that `tailrace console` puts into the address."""
    return console_session(Reached(server.endpoint, server.access_key, server.secret_key, "us-east-1"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser on a busy machine takes its time."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(TEST_SECONDS))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Iterator[None]:
    outcome: Any = yield
    if outcome.get_result().failed:
        item.failed = True  # type: ignore[attr-defined]
