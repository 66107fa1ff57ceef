"""What holds for every page: it opens by its address, has a heading, and axe finds nothing in light or dark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import RunningServer
from tests.console.accessible import assert_accessible
from tests.console.conftest import ROOT, Watched, show_failed, signed_in
from tests.console.messaging import make_messaging
from tests.console.pages import PAGES
from tests.console.resources import allow_reading, latest_caused, latest_stream, make_backup, make_everything

FEATURES = ROOT / "console" / "src" / "features"
DECLARED = re.compile(r'\bpage\(\s*"([^"]*)"')


def declared_pages() -> set[str]:
    files: list[Path] = sorted(FEATURES.glob("*/routes.ts*"))
    return {path for file in files for path in DECLARED.findall(file.read_text())}


def test_every_declared_page_is_looked_at() -> None:
    assert declared_pages() == set(PAGES)


ADDRESSES = [address for addresses in PAGES.values() for address in addresses]


@pytest.fixture(scope="module")
def furnished(server: RunningServer) -> RunningServer:
    make_everything(server)
    make_messaging(server)
    allow_reading(server)  # a table without a policy is an answer of 400, which the browser's log tells of
    return server


@pytest.fixture(scope="module")
def names(furnished: RunningServer) -> dict[str, str]:
    """What the capitals in `pages.py` stand for."""
    caused = latest_caused(furnished)
    stream = quote(latest_stream(furnished), safe="").replace(".", "%2E")
    backup = quote(make_backup(furnished), safe="")
    return {"LATEST": stream, "RECORD": caused.record, "RUN": caused.run, "REPLAY": caused.replay, "BACKUP": backup}


@pytest.fixture(scope="module")
def tab(shared: Watched, server: RunningServer) -> Page:
    """One tab for all pages, where the root signs in once."""
    return signed_in(shared.context.new_page(), server)


@pytest.fixture
def page(tab: Page, shared: Watched, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The tab; what it reports until it is empty again is this test's."""
    yield tab
    show_failed(shared, request.node)
    tab.goto("about:blank")
    shared.settle()


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_page_opens_by_its_address_and_is_accessible(names: dict[str, str], page: Page, address: str) -> None:
    for name, value in names.items():
        address = re.sub(rf"\b{name}\b", value, address)
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text(re.compile(r"^(Loading|Asking for)"))).to_have_count(0)
    expect(page.get_by_role("alert")).to_have_count(0)
    assert_accessible(page)


def test_an_address_without_a_page_says_so(page: Page) -> None:
    page.goto("/console/nowhere")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    assert_accessible(page)
