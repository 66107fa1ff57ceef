"""Live Tail: log events on the page while they arrive."""

from __future__ import annotations

import re
import time
from typing import Any

from playwright.sync_api import Page, expect

from tests.conftest import RunningServer
from tests.console.accessible import assert_accessible
from tests.console.menus import choose

GROUP = "/orchard/press"


def put(logs: Any, *messages: str) -> None:
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": message} for message in messages]
    logs.put_log_events(logGroupName=GROUP, logStreamName="juice", logEvents=events)


def test_lines_appear_as_they_arrive_and_ten_thousand_are_no_burden(page: Page, server: RunningServer) -> None:
    logs = server.client("logs")
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="juice")
    page.get_by_role("link", name="Live Tail").click()
    choose(page.get_by_role("button", name="Select log groups"), page.get_by_role("option", name=GROUP))
    page.keyboard.press("Escape")
    page.get_by_label("Add filter patterns").fill('{ $.fruit = "apple" }')
    page.get_by_label("Highlight term").fill("cider")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("status").get_by_text("Live")).to_be_visible()
    expect(page).to_have_url(re.compile("groups="))
    table = page.get_by_role("table", name="Log events")
    put(logs, '{"fruit":"apple","makes":"cider"}', '{"fruit":"pear","makes":"perry"}')
    expect(table.locator("mark")).to_have_text("cider")
    expect(table.get_by_text("perry")).to_have_count(0)
    table.get_by_text("cider").click()
    details = page.get_by_role("region", name="Log event")
    expect(details.get_by_text('"makes": "cider"')).to_be_visible()
    expect(details.get_by_role("link", name="juice")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Close details").click()

    page.get_by_label("Add filter patterns").fill("")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_role("status").get_by_text("Live")).to_be_visible()
    put(logs, *(f"apple {n}" for n in range(3_000)))
    expect(page.get_by_text("a sample of them is shown")).to_be_visible()
    expect(page.get_by_role("heading", name="Log events (501)")).to_be_visible()
    assert table.get_by_role("row").count() < 50, "only the rows in sight are drawn"

    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("status").get_by_text("Stopped")).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("Select log groups and choose Start.")).to_be_visible()
