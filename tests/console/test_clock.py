"""Time travel: the server's clock in the top bar, where it can be moved."""

from __future__ import annotations

import re
from datetime import datetime

from playwright.sync_api import Page, expect

from tests.conftest import RunningServer
from tests.console.accessible import assert_accessible
from tests.console.conftest import fragment
from tests.console.menus import choose
from tests.console.resources import make_table, tailrace_client


def clock_of(running: RunningServer) -> int:
    return int(tailrace_client(running).get_clock()["Time"].timestamp())


def test_a_clock_that_can_not_be_moved_is_not_shown(page: Page) -> None:
    expect(page.get_by_text(re.compile("^Running"))).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("The server's time"))).to_have_count(0)


def test_time_to_live_passes_when_the_clock_is_moved_ahead(blank: Page) -> None:
    running = RunningServer("memory:", "--movable-clock")
    try:
        make_table(running)
        dynamodb = running.client("dynamodb")
        dynamodb.update_time_to_live(
            TableName="Cloud9", TimeToLiveSpecification={"Enabled": True, "AttributeName": "Expires"}
        )
        later = clock_of(running) + 200
        item = {"PK": {"S": "FRUIT"}, "SK": {"S": "FIG"}, "Expires": {"N": str(later)}}
        dynamodb.put_item(TableName="Cloud9", Item=item)
        blank.goto(f"{running.endpoint}/console/tables/Cloud9?tab=streams#session={fragment(running)}")
        records = blank.get_by_role("table", name="Stream records")
        expect(records.get_by_role("row", name="FRUIT / FIG")).to_have_count(1)
        blank.get_by_role("button", name=re.compile("^The server's time is")).click()
        expect(blank.get_by_role("menuitem", name="30 days ahead")).to_contain_text("your session ends, too")
        blank.get_by_role("menuitem", name="5 minutes ahead").click()
        expect(blank.get_by_text("What waited for it happens now.")).to_be_visible()
        removed = records.get_by_role("row", name="REMOVE FRUIT / FIG")
        expect(removed).to_be_visible()
        choose(
            blank.get_by_role("button", name=re.compile("^The server's time is")),
            blank.get_by_role("menuitem", name="To a date and time..."),
        )
        dialog = blank.get_by_role("dialog", name="Move the server's time ahead")
        move = dialog.get_by_role("button", name="Move the clock")
        expect(move).to_be_disabled()
        then = datetime.fromtimestamp(clock_of(running) + 500)  # iterators live on
        dialog.get_by_label("Date", exact=True).fill(f"{then:%Y/%m/%d}")
        dialog.get_by_label("Time", exact=True).fill(f"{then:%H:%M:%S}")
        assert_accessible(blank)
        move.click()
        expect(dialog).to_have_count(0)
        assert 0 <= clock_of(running) - then.timestamp() + 1 < 300
        removed.click()
        expect(blank.get_by_text("dynamodb.amazonaws.com").first).to_be_visible()
        blank.close()
    finally:
        running.kill()


def test_a_preview_tells_what_expires_and_moves_the_clock_there(blank: Page) -> None:
    running = RunningServer("memory:", "--movable-clock")
    try:
        make_table(running)
        dynamodb = running.client("dynamodb")
        dynamodb.update_time_to_live(
            TableName="Cloud9", TimeToLiveSpecification={"Enabled": True, "AttributeName": "Expires"}
        )
        now = clock_of(running)
        for fruit, seconds in (("FIG", 400), ("DATE", 500), ("KIWI", 86_400)):
            item = {"PK": {"S": "FRUIT"}, "SK": {"S": fruit}, "Expires": {"N": str(now + seconds)}}
            dynamodb.put_item(TableName="Cloud9", Item=item)
        blank.goto(f"{running.endpoint}/console/tables/Cloud9?tab=settings#session={fragment(running)}")
        blank.get_by_role("button", name="In 10 minutes").click()
        blank.get_by_role("button", name="Run preview").click()
        expect(blank.get_by_role("heading", name="Items to be deleted (2)")).to_be_visible()
        sample = blank.get_by_role("table", name="Items to be deleted")
        expect(sample.get_by_role("row").nth(1)).to_contain_text("FIG")
        expect(sample.get_by_text("KIWI")).to_have_count(0)
        assert_accessible(blank)
        blank.get_by_role("button", name="Move the clock").click()
        blank.get_by_role("link", name="See it in the live records").click()
        records = blank.get_by_role("table", name="Stream records")
        expect(records.get_by_role("row", name="REMOVE FRUIT / DATE")).to_be_visible()
        records.get_by_role("row", name="REMOVE FRUIT / FIG").click()
        expect(blank.get_by_text("dynamodb.amazonaws.com").first).to_be_visible()
        assert "Item" in dynamodb.get_item(TableName="Cloud9", Key={"PK": {"S": "FRUIT"}, "SK": {"S": "KIWI"}})
        blank.close()
    finally:
        running.kill()


def test_a_preview_says_when_the_clock_can_not_be_moved(page: Page, server: RunningServer) -> None:
    make_table(server, "Still")
    server.client("dynamodb").update_time_to_live(
        TableName="Still", TimeToLiveSpecification={"Enabled": True, "AttributeName": "Expires"}
    )
    page.goto("/console/tables/Still?tab=settings")
    page.get_by_role("button", name="Run preview").click()
    expect(page.get_by_text("This server's clock can't be moved")).to_be_visible()
    expect(page.get_by_text("No item will have been deleted by then.")).to_be_visible()
