"""What holds for every page: it opens by its address, has a heading, and axe finds nothing in light or dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.console.accessible import assert_accessible
from tests.console.conftest import ROOT
from tests.console.pages import PAGES

FEATURES = ROOT / "console" / "src" / "features"
DECLARED = re.compile(r'\bpage\(\s*"([^"]*)"')


def declared_pages() -> set[str]:
    files: list[Path] = sorted(FEATURES.glob("*/routes.ts*"))
    return {path for file in files for path in DECLARED.findall(file.read_text())}


def test_every_declared_page_is_looked_at() -> None:
    assert declared_pages() == set(PAGES)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path or "home")
def test_the_page_opens_by_its_address_and_is_accessible(page: Page, path: str) -> None:
    page.goto(PAGES[path])
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("Loading")).to_have_count(0)
    assert_accessible(page)


def test_an_address_without_a_page_says_so(page: Page) -> None:
    page.goto("/console/nowhere")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    assert_accessible(page)
