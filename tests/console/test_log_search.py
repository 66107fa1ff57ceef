"""Searching a whole log group, and following it."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Page, expect

from tests.conftest import RunningServer
from tests.console.accessible import assert_accessible

GROUP = "/orchard/gate"


def put(server: RunningServer, stream: str, *messages: str) -> None:
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": message} for message in messages]
    server.client("logs").put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=events)


def test_a_group_is_searched_by_pattern_and_followed(page: Page, server: RunningServer) -> None:
    logs = server.client("logs")
    logs.create_log_group(logGroupName=GROUP)
    for stream in ("east", "west"):
        logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
    put(server, "east", '{"level":"error","fruit":"apple"}', '{"level":"info","fruit":"pear"}')
    put(server, "west", '{"level":"error","fruit":"plum"}')
    page.get_by_role("link", name="Log groups").click()
    page.get_by_role("link", name=GROUP).click()
    page.get_by_role("link", name="Search log group").click()
    expect(page.get_by_text("pear")).to_be_visible()
    page.get_by_label("Filter pattern").fill('{ $.level = "error" }')
    page.get_by_label("Filter pattern").press("Enter")
    expect(page).to_have_url(re.compile("filter="))
    expect(page.get_by_text("pear")).to_have_count(0)
    expect(page.get_by_text("apple")).to_be_visible()
    expect(page.get_by_role("link", name="west")).to_be_visible()
    assert_accessible(page)
    page.get_by_text("Live tail", exact=True).click()
    put(server, "west", '{"level":"error","fruit":"quince"}')
    expect(page.get_by_text("quince")).to_be_visible()
    page.get_by_role("button", name="Expand all").click()
    expect(page.get_by_text('"fruit": "quince"')).to_be_visible()
