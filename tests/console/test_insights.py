"""Logs Insights: a query, its rows, an event unfolded, the chart, and a query saved."""

from __future__ import annotations

import json
import re
import time

from playwright.sync_api import Page, expect

from tests.conftest import RunningServer
from tests.console.accessible import assert_accessible
from tests.console.test_live_tail import GROUP


def test_a_query_is_run_looked_at_drawn_and_saved(page: Page, server: RunningServer) -> None:
    logs = server.client("logs")
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="juice")
    now = int(time.time() * 1000)
    events = [
        {"timestamp": now - 600_000 + n * 60_000, "message": json.dumps({"fruit": f"apple {n}", "litres": n})}
        for n in range(10)
    ]
    logs.put_log_events(logGroupName=GROUP, logStreamName="juice", logEvents=events)
    page.get_by_role("link", name="Logs Insights").click()
    page.get_by_role("button", name="Select log groups").click()
    page.get_by_role("option", name=GROUP).click()
    page.keyboard.press("Escape")
    query = page.get_by_role("textbox", name="Query")
    query.fill("fields @timestamp, fruit | filter litres > 7 | sort @timestamp desc")
    page.get_by_role("button", name="Run query").click()
    results = page.get_by_role("table", name="Query results")
    expect(results.get_by_text("apple 9")).to_be_visible()
    expect(results.get_by_text("apple 7")).to_have_count(0)
    expect(page.get_by_text("2 records matched, 10 records")).to_be_visible()
    expect(page).to_have_url(re.compile("query="))
    results.get_by_role("button", name="Expand row 1", exact=True).click()
    expect(results.get_by_text('"litres": 9')).to_be_visible()
    assert_accessible(page)

    query.fill("stats sum(litres) as litres by bin(1m)")
    query.press("Control+Enter")
    expect(page.get_by_role("columnheader", name="bin(1m)")).to_be_visible()
    page.get_by_role("tab", name="Visualization").click()
    expect(page.get_by_role("application", name="Results over time")).to_be_visible()

    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("Query name").fill("Pressed by the minute")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Query saved")).to_be_visible()
    (saved,) = logs.describe_query_definitions()["queryDefinitions"]
    assert saved["logGroupNames"] == [GROUP]


def test_a_malformed_query_is_told_in_awss_words(page: Page, server: RunningServer, watched: object) -> None:
    watched.expect("400")  # type: ignore[attr-defined]
    page.goto("/console/logs/insights?groups=nobody&query=fields")
    page.get_by_role("button", name="Run query").click()
    expect(page.get_by_text("MalformedQueryException")).to_be_visible()
    expect(page.get_by_text("unexpected end of the query")).to_be_visible()
