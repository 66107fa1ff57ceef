"""The first page: the tutorial's steps are ticked by what is really there, and what was changed is listed."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.conftest import RunningServer
from tests.console.accessible import assert_accessible
from tests.console.conftest import fragment
from tests.console.resources import FRUITS, make_everything, make_table


def open_home(page: Page, server: RunningServer) -> None:
    page.goto(f"{server.endpoint}/console/#session={fragment(server)}")
    expect(page.get_by_role("heading", name="Tutorial: your first stream")).to_be_visible()


def test_the_tutorial_is_ticked_by_what_is_there(blank: Page) -> None:
    fresh = RunningServer("memory:")
    try:
        open_home(blank, fresh)
        expect(blank.get_by_text("(0/7)")).to_be_visible()
        make_table(fresh, stream=False)
        blank.reload()
        expect(blank.get_by_text("(2/7)")).to_be_visible()
        dynamodb = fresh.client("dynamodb")
        dynamodb.delete_table(TableName="Cloud9")
        dynamodb.get_waiter("table_not_exists").wait(TableName="Cloud9", WaiterConfig={"Delay": 1})
        make_everything(fresh)
        blank.reload()
        expect(blank.get_by_text("(7/7)")).to_be_visible()
        activity = blank.get_by_role("table", name="Recent activity")
        expect(activity.get_by_text("lambda:CreateEventSourceMapping")).to_be_visible()
        blank.close()  # it would ask on, and report that nobody answers
    finally:
        fresh.kill()


def test_the_guide_stays_beside_the_pages_and_knows_what_is_there(blank: Page) -> None:
    fresh = RunningServer("memory:")
    try:
        open_home(blank, fresh)
        blank.get_by_role("button", name="Open guide").click()
        expect(blank.get_by_text("0 of 9 steps are done")).to_be_visible()
        dynamodb = fresh.client("dynamodb")
        dynamodb.create_table(
            TableName="Cloud9",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        expect(blank.get_by_text("Cloud9 has the key id, and the tutorial's is PK, SK.")).to_be_visible()
        dynamodb.delete_table(TableName="Cloud9")
        dynamodb.get_waiter("table_not_exists").wait(TableName="Cloud9", WaiterConfig={"Delay": 1})
        blank.get_by_role("link", name="Go to Create table").click()
        expect(blank.get_by_label("Table name")).to_be_visible()
        make_everything(fresh)
        expect(blank.get_by_text("Go to Log groups")).to_be_visible()
        dynamodb.update_item(
            TableName="Cloud9",
            Key={"PK": {"S": "FRUIT"}, "SK": {"S": FRUITS[0][0]}},
            UpdateExpression="SET Stocks = :s",
            ExpressionAttributeValues={":s": {"N": "33"}},
        )
        expect(blank.get_by_text("9 of 9 steps are done")).to_be_visible()
        blank.reload()
        expect(blank.get_by_text("Pat yourself on the back.")).to_be_visible()
        assert_accessible(blank)
        blank.close()  # it would ask on, and report that nobody answers
    finally:
        fresh.kill()
