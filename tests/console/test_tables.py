"""A table's page beyond the tutorial: indexes, time to live, protection, and queries with their address."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.conftest import RunningServer
from tests.console.conftest import Watched
from tests.console.resources import make_table


def test_an_index_is_made_and_queried(page: Page, server: RunningServer) -> None:
    make_table(server, "Indexed")
    page.goto("/console/tables/Indexed?tab=indexes")
    page.get_by_role("button", name="Create index").click()
    dialog = page.get_by_role("dialog", name="Create global secondary index")
    dialog.get_by_role("textbox", name="Partition key").fill("SK")
    dialog.get_by_role("button", name="Create index").click()
    expect(page.get_by_role("rowheader", name="SK-index")).to_be_visible()
    expect(page.get_by_role("gridcell", name="Active")).to_be_visible()
    page.goto("/console/items/Indexed?index=SK-index&pk=ORANGE%23NAGPUR")
    expect(page.get_by_text("Query: 1 items read")).to_be_visible()
    expect(page.get_by_role("cell", name="ORANGE#NAGPUR")).to_be_visible()


def test_items_expire_by_an_attribute(page: Page, server: RunningServer) -> None:
    make_table(server, "Expiring")
    page.goto("/console/tables/Expiring?tab=settings")
    page.get_by_role("button", name="Turn on Time to Live").click()
    page.get_by_label("TTL attribute name").fill("expires")
    page.get_by_role("button", name="Turn on TTL").click()
    expect(page.get_by_text("Time to Live of Expiring is on.")).to_be_visible()
    found = server.client("dynamodb").describe_time_to_live(TableName="Expiring")["TimeToLiveDescription"]
    assert found["AttributeName"] == "expires"


def test_a_protected_table_says_why_it_stays(page: Page, watched: Watched, server: RunningServer) -> None:
    watched.expect("status of 400")
    make_table(server, "Protected")
    page.goto("/console/tables/Protected?tab=settings")
    page.get_by_role("button", name="Turn on deletion protection").click()
    expect(page.get_by_text("Deletion protection is on.")).to_be_visible()
    page.get_by_role("button", name="Actions").click()
    page.get_by_role("menuitem", name="Delete table").click()
    page.get_by_label("To confirm, type confirm").fill("confirm")
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(
        page.get_by_role("dialog").get_by_text("Resource cannot be deleted as it is currently protected")
    ).to_be_visible()


def test_pages_of_items_follow_each_other_by_their_address(page: Page, server: RunningServer) -> None:
    make_table(server, "Paged")
    dynamodb = server.client("dynamodb")
    for start in range(0, 100, 25):
        puts = [
            {"PutRequest": {"Item": {"PK": {"S": "P"}, "SK": {"S": f"{number:03}"}}}}
            for number in range(start, start + 25)
        ]
        dynamodb.batch_write_item(RequestItems={"Paged": puts})
    page.goto("/console/items/Paged?pk=P&desc=1")
    expect(page.get_by_role("cell", name="099")).to_be_visible()
    page.get_by_role("button", name="Retrieve next page").click()
    expect(page.get_by_role("cell", name="049")).to_be_visible()
    page.reload()
    expect(page.get_by_role("cell", name="049")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("cell", name="099")).to_be_visible()
