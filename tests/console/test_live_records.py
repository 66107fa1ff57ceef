"""The tail of a stream: a saved item is seen at once with its diff, a pause loses nothing, thousands don't slow it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.conftest import RunningServer
from tests.console.accessible import assert_accessible
from tests.console.menus import choose
from tests.console.resources import make_table, tailrace_client

BURST = 10_000
BATCH = 25


def open_tail(page: Page, table: str) -> Locator:
    page.goto(f"/console/tables/{table}?tab=streams")
    expect(page.get_by_text("Live, 4 shards")).to_be_visible()
    return page.get_by_role("table", name="Stream records")


def change(server: RunningServer, table: str, fruit: str, **values: str) -> None:
    sets = ", ".join(f"{name.replace('_', '.')} = :{name}" for name in values)
    server.client("dynamodb").update_item(
        TableName=table,
        Key={"PK": {"S": "FRUIT"}, "SK": {"S": fruit}},
        UpdateExpression=f"SET {sets}",
        ExpressionAttributeValues={f":{name}": {"N": value} for name, value in values.items()},
    )


def test_a_saved_item_appears_with_its_diff(page: Page, server: RunningServer) -> None:
    make_table(server, "live")
    records = open_tail(page, "live")
    change(server, "live", "APPLE#WASHINGTON", Price_INR="55")
    newest = records.get_by_role("row").nth(1)
    expect(newest).to_contain_text("Price.INR: 50 → 55")
    newest.get_by_role("button").press("Enter")
    expect(page).to_have_url(re.compile(r"record=[0-9a-f]{32}"))
    difference = page.get_by_role("table", name="What changed")
    expect(difference.get_by_role("row", name="removed Price.INR 50")).to_contain_text("−")
    expect(difference.get_by_role("row", name="added Price.INR 55")).to_contain_text("+")
    expect(difference.get_by_role("row", name="unchanged Price.USD 0.8")).to_be_visible()
    expect(page.get_by_text("the record caused nothing")).to_be_visible()
    assert_accessible(page)


def test_a_record_opens_by_its_address(page: Page, server: RunningServer) -> None:
    make_table(server, "live-address")
    records = open_tail(page, "live-address")
    records.get_by_role("button", name="INSERT FRUIT / APPLE#WASHINGTON").click()
    page.reload()
    expect(page.get_by_role("heading", name="INSERT FRUIT / APPLE#WASHINGTON")).to_be_visible()


def test_a_pause_loses_nothing_and_resume_shows_the_newest_on_top(page: Page, server: RunningServer) -> None:
    make_table(server, "live-pause")
    records = open_tail(page, "live-pause")
    page.get_by_role("button", name="Pause").click()
    for stocks in ("38", "37"):
        change(server, "live-pause", "APPLE#WASHINGTON", Stocks=stocks)
    expect(page.get_by_text("Paused, 2 new")).to_be_visible()
    expect(records.get_by_role("row", name="MODIFY")).to_have_count(0)
    page.get_by_role("button", name="Resume").click()
    expect(records.get_by_role("row").nth(1)).to_contain_text("Stocks: 38 → 37")
    expect(records.get_by_role("row").nth(2)).to_contain_text("Stocks: 39 → 38")


def test_filters_are_in_the_address(page: Page, server: RunningServer) -> None:
    make_table(server, "live-filter")
    change(server, "live-filter", "ORANGE#NAGPUR", Stocks="1")
    page.goto("/console/tables/live-filter?tab=streams&find=orange")
    records = page.get_by_role("table", name="Stream records")
    expect(records.get_by_role("row", name="ORANGE")).to_have_count(2)
    expect(records.get_by_role("row", name="APPLE")).to_have_count(0)
    choose(page.get_by_role("button", name=re.compile("Event name")), page.get_by_role("option", name="MODIFY"))
    expect(records.get_by_role("row", name="ORANGE")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"event=MODIFY"))


def test_the_records_of_children_follow_those_of_a_shard_that_was_split(page: Page, server: RunningServer) -> None:
    stream = make_table(server, "live-split")
    records = open_tail(page, "live-split")
    shards = server.client("dynamodbstreams").describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]
    tailrace_client(server).split_shard(StreamArn=stream, ShardId=shards[0]["ShardId"])
    change(server, "live-split", "APPLE#WASHINGTON", Stocks="1")
    expect(records.get_by_role("row").nth(1)).to_contain_text("Stocks: 39 → 1")
    expect(page.get_by_text("Live, 5 shards")).to_be_visible()


def test_ten_thousand_records_are_all_there_and_few_are_drawn(page: Page, server: RunningServer) -> None:
    make_table(server, "live-burst")
    records = open_tail(page, "live-burst")
    dynamodb = server.client("dynamodb")
    for first in range(0, BURST, BATCH):
        items = [{"PK": {"S": "N"}, "SK": {"S": f"{number:05}"}} for number in range(first, first + BATCH)]
        puts = [{"PutRequest": {"Item": item}} for item in items]
        dynamodb.batch_write_item(RequestItems={"live-burst": puts})
    expect(page.get_by_role("heading", name=re.compile("Stream records")).first).to_contain_text("(10,002)")
    expect(records).to_have_attribute("aria-rowcount", "10003")
    expect(records.get_by_role("row").nth(1)).to_contain_text("N / 09999")
    assert records.get_by_role("row").count() < 50
    records.get_by_role("row").nth(1).get_by_role("button").focus()
    page.keyboard.press("ArrowDown")
    expect(records.get_by_role("button", name="INSERT N / 09998")).to_be_focused()
    records.get_by_role("rowgroup").nth(1).evaluate("view => view.scrollTo(0, view.scrollHeight)")
    expect(records.get_by_role("button", name="INSERT FRUIT / APPLE#WASHINGTON")).to_be_visible()
    page.get_by_label("Find records").fill("00042")
    expect(records.get_by_role("button", name="INSERT N / 00042")).to_be_visible()
