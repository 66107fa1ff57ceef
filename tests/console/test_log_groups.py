"""Log groups from their making to their end."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.conftest import RunningServer
from tests.console.accessible import assert_accessible
from tests.console.menus import choose

GROUP = "/orchard/shed"


def test_a_group_is_made_kept_for_a_week_and_deleted_with_its_streams(page: Page, server: RunningServer) -> None:
    logs = server.client("logs")
    page.get_by_role("link", name="Log groups").click()
    page.get_by_role("link", name="Create log group").click()
    page.get_by_label("Log group name").fill(GROUP)
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_role("heading", name=GROUP)).to_be_visible()
    logs.create_log_stream(logGroupName=GROUP, logStreamName="rake")

    page.get_by_role("button", name="Edit retention setting").click()
    dialog = page.get_by_role("dialog", name="Edit retention setting")
    choose(dialog.get_by_label("Retention setting"), page.get_by_role("option", name="7 days", exact=True))
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("7 days", exact=True)).to_be_visible()
    (group,) = logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
    assert group["retentionInDays"] == 7

    page.get_by_role("checkbox", name="Choose rake").check()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog", name="Delete log stream").get_by_placeholder("confirm").fill("confirm")
    page.get_by_role("dialog", name="Delete log stream").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Deleted rake.")).to_be_visible()
    assert_accessible(page)

    page.get_by_role("button", name="Delete log group").click()
    page.get_by_role("dialog", name="Delete log group").get_by_placeholder("confirm").fill("confirm")
    page.get_by_role("dialog", name="Delete log group").get_by_role("button", name="Delete").click()
    expect(page.get_by_text(f"Deleted {GROUP}.")).to_be_visible()
    assert logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"] == []
