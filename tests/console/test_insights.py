"""Logs Insights: a query, its rows, an event unfolded, the chart, and a query saved."""

from __future__ import annotations

import json
import re
import time
from urllib.parse import quote

from playwright.sync_api import Page, expect

from tests.conftest import RunningServer
from tests.console.accessible import assert_accessible
from tests.console.menus import choose
from tests.console.test_live_tail import GROUP

PAST = "/orchard/past"


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
    choose(page.get_by_role("button", name="Select log groups"), page.get_by_role("option", name=GROUP))
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

    query.fill("stats sum(litres) as litres by bin(1d)")
    page.get_by_role("button", name="Run query").click()
    expect(page.get_by_role("status").filter(has_text="Complete")).to_be_visible()
    dot = page.locator("path[clip-path][d$=Z]")
    expect(dot.first).to_be_attached()
    assert dot.first.evaluate("path => getComputedStyle(path).strokeWidth") == "8px"

    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("Query name").fill("Pressed by the minute")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Query saved")).to_be_visible()
    (saved,) = logs.describe_query_definitions()["queryDefinitions"]
    assert saved["logGroupNames"] == [GROUP]


def test_what_was_asked_is_asked_again_over_a_range_of_ones_own(page: Page, server: RunningServer) -> None:
    logs = server.client("logs")
    logs.create_log_group(logGroupName=PAST)
    logs.create_log_stream(logGroupName=PAST, logStreamName="juice")
    noon = int(time.time() // 86_400 * 86_400 - 2 * 86_400 + 43_200) * 1000
    events = [{"timestamp": noon + n, "message": f"pear {n}"} for n in range(3)]
    logs.put_log_events(logGroupName=PAST, logStreamName="juice", logEvents=events)
    day = time.strftime("%Y-%m-%d", time.gmtime(noon / 1000))
    page.goto(f"/console/logs/insights?groups={quote(PAST, safe='')}&range={day}T00:00:00Z/{day}T23:59:59Z")
    expect(page.get_by_role("button", name=re.compile("From when to when"))).to_be_visible()
    query, run = page.get_by_role("textbox", name="Query"), page.get_by_role("button", name="Run query")
    query.fill("fields @message | filter @message like /pear/")
    run.click()
    results = page.get_by_role("table", name="Query results")
    expect(results.get_by_text("pear 2")).to_be_visible()
    page.get_by_role("button", name="1h", exact=True).click()
    query.fill("fields @message | limit 3")
    run.click()
    expect(page.get_by_text("No results")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="History").click()
    assert_accessible(page)
    page.get_by_role("menuitem", name=re.compile("filter @message like")).click()
    expect(query).to_have_value("fields @message | filter @message like /pear/")
    expect(page).to_have_url(re.compile("range=" + day))
    run.click()
    expect(results.get_by_text("pear 2")).to_be_visible()
    choose(page.get_by_role("button", name="History"), page.get_by_role("menuitem", name="Clear history"))
    expect(page.get_by_role("button", name="History")).to_be_disabled()


def test_a_malformed_query_is_told_in_awss_words(page: Page, server: RunningServer, watched: object) -> None:
    watched.expect("400")  # type: ignore[attr-defined]
    page.goto("/console/logs/insights?groups=nobody&query=fields")
    page.get_by_role("button", name="Run query").click()
    expect(page.get_by_text("MalformedQueryException")).to_be_visible()
    expect(page.get_by_text("unexpected end of the query")).to_be_visible()
