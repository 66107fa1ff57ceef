"""The console without a mouse: the search box, and a table from its creation to its stream by keys alone."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.conftest import RunningServer
from tests.console.resources import make_table


def test_the_search_box_leads_to_any_resource(page: Page, server: RunningServer) -> None:
    make_table(server, "Sought")
    page.goto("/console/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.type("sough")
    expect(page.get_by_role("option", name="Sought")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/console/tables/Sought?region=us-east-1")
    page.keyboard.press("Control+k")
    page.keyboard.type("log gr")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Log groups")).to_be_visible()


def focus(page: Page, name: str, role: str = "button", key: str = "Tab") -> None:
    """Press a key until what is named has the focus; a page has fewer stops than that."""
    wanted = page.get_by_role(role, name=name, exact=True).first  # type: ignore[arg-type]
    expect(wanted).to_be_visible()
    for _ in range(80):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} never reaches {name}")


def test_a_stream_is_turned_on_by_keys_alone(page: Page, server: RunningServer) -> None:
    page.goto("/console/tables/create")
    focus(page, "Table name", "textbox")
    page.keyboard.type("ByKeys")
    focus(page, "Partition key", "textbox")
    page.keyboard.type("PK")
    focus(page, "Create table")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="ByKeys")).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.type("bykeys")
    expect(page.get_by_role("option", name="ByKeys")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    focus(page, "Overview", "tab")
    focus(page, "Exports and streams", "tab", "ArrowRight")
    focus(page, "Turn on DynamoDB stream", "link")
    page.keyboard.press("Enter")
    focus(page, "New and old images", "radio")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("Old image", exact=True)).to_be_checked()
    focus(page, "Turn on stream")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The DynamoDB stream of ByKeys is on.")).to_be_visible()
    table = server.client("dynamodb").describe_table(TableName="ByKeys")["Table"]
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "OLD_IMAGE"}
