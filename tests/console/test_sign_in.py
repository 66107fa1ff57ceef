"""Who signs in, with what, and what the browser keeps of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.conftest import RunningServer
from tests.console.accessible import assert_accessible
from tests.console.conftest import Watched, fragment
from tests.console.menus import choose


def sign_in(page: Page, key: str, secret: str) -> None:
    page.get_by_label("Access key ID").fill(key)
    page.get_by_label("Secret access key").fill(secret)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_key_is_exchanged_for_temporary_credentials(blank: Page) -> None:
    blank.goto("/")
    expect(blank).to_have_url("/console/")
    assert_accessible(blank)
    sign_in(blank, "test", "test")
    expect(blank.get_by_role("navigation", name="Side navigation")).to_be_visible()
    kept = json.loads(blank.evaluate("sessionStorage.getItem('tailrace.session')"))
    assert kept["accessKeyId"].startswith("ASIA")
    assert kept["sessionToken"]
    everything = blank.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert '"test"' not in everything


def test_a_wrong_key_is_told_in_the_words_of_sts(blank: Page, watched: Watched) -> None:
    watched.expect("status of 403")
    blank.goto("/console/")
    sign_in(blank, "AKIAIOSFODNN7EXAMPLE", "wrong")
    expect(blank.get_by_text("InvalidClientTokenId")).to_be_visible()
    expect(blank.get_by_text("The security token included in the request is invalid")).to_be_visible()


def test_the_fragment_signs_in_and_is_wiped(blank: Page, server: RunningServer) -> None:
    blank.goto(f"/console/tables?find=x#session={fragment(server)}")
    expect(blank.get_by_role("heading", name="Tables")).to_be_visible()
    assert "#" not in blank.evaluate("location.href")
    blank.go_back()
    assert "session=" not in blank.evaluate("location.href")


def test_a_new_tab_takes_the_session_over(page: Page, watched: Watched) -> None:
    other = watched.context.new_page()
    other.goto("/console/tables")
    expect(other.get_by_role("heading", name="Tables")).to_be_visible()


def test_signing_out_forgets_the_session(page: Page) -> None:
    choose(page.get_by_role("button", name="Signed in as root"), page.get_by_role("menuitem", name="Sign out"))
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0


def test_the_command_prints_an_address_that_signs_in(blank: Page, tmp_path: Path) -> None:
    running = RunningServer(str(tmp_path / "data"))
    try:
        environment = {**os.environ, "TAILRACE_ACCESS_KEY_ID": "test", "TAILRACE_SECRET_ACCESS_KEY": "test"}
        command = [sys.executable, "-m", "tailrace", "console", "--print", "--data", running.data]
        address = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout.strip()
        blank.goto(address)
        expect(blank.get_by_role("button", name="Signed in as root")).to_be_visible()
        blank.close()  # it would ask on, and report that nobody answers
    finally:
        running.kill()
