"""What keeps a person from regrets: the read-only tab, undo, other people's changes, and the calls that were made."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.conftest import RunningServer
from tests.console.accessible import assert_accessible
from tests.console.conftest import Watched
from tests.console.menus import choose
from tests.console.resources import FRUITS, make_table

KEY = '{"PK":{"S":"FRUIT"},"SK":{"S":"APPLE%23WASHINGTON"}}'


def stocks(server: RunningServer, table: str) -> str:
    key = {"PK": {"S": "FRUIT"}, "SK": {"S": FRUITS[0][0]}}
    return str(server.client("dynamodb").get_item(TableName=table, Key=key)["Item"]["Stocks"]["N"])


def save_stocks(page: Page, table: str, number: str) -> None:
    page.goto(f"/console/items/{table}/edit?key={KEY}")
    page.get_by_label("Value of Stocks").fill(number)
    page.get_by_role("button", name="Save").click()


def test_a_saved_item_can_be_undone(page: Page, server: RunningServer) -> None:
    make_table(server, "Undone")
    save_stocks(page, "Undone", "33")
    expect(page.get_by_text("The item has been saved.")).to_be_visible()
    assert stocks(server, "Undone") == "33"
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("The item is as it was before.")).to_be_visible()
    assert stocks(server, "Undone") == "39"


def test_a_change_made_meanwhile_is_not_overwritten(page: Page, watched: Watched, server: RunningServer) -> None:
    watched.expect("status of 400")
    make_table(server, "Meanwhile")
    page.goto(f"/console/items/Meanwhile/edit?key={KEY}")
    page.get_by_label("Value of Stocks").fill("33")
    server.client("dynamodb").update_item(
        TableName="Meanwhile",
        Key={"PK": {"S": "FRUIT"}, "SK": {"S": FRUITS[0][0]}},
        UpdateExpression="SET Stocks = :s",
        ExpressionAttributeValues={":s": {"N": "7"}},
    )
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Somebody has changed these attributes meanwhile")).to_be_visible()
    assert stocks(server, "Meanwhile") == "7"


def test_an_item_of_every_type_survives_the_editor(page: Page, server: RunningServer) -> None:
    dynamodb = server.client("dynamodb")
    make_table(server, "Types")
    key = {"PK": {"S": "FRUIT"}, "SK": {"S": "TYPES"}}
    item = {
        **key,
        "Stocks": {"N": "1"},
        "big": {"N": "12345678901234567890123456789012345678"},
        "bytes": {"B": b"\x00\xff"},
        "sets": {"M": {"s": {"SS": ["a"]}, "n": {"NS": ["9007199254740993"]}, "b": {"BS": [b"\x01"]}}},
        "list": {"L": [{"BOOL": True}, {"NULL": True}, {"S": ""}]},
    }
    dynamodb.put_item(TableName="Types", Item=item)
    page.goto('/console/items/Types/edit?view=json&key={"PK":{"S":"FRUIT"},"SK":{"S":"TYPES"}}')
    expect(page.get_by_text("12345678901234567890123456789012345678")).to_be_visible()
    page.get_by_label("View DynamoDB JSON").uncheck()
    page.get_by_role("button", name="Form", exact=True).click()
    page.get_by_label("Value of Stocks").fill("2")
    page.get_by_role("button", name="JSON view").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The item has been saved.")).to_be_visible()
    assert dynamodb.get_item(TableName="Types", Key=key)["Item"] == {**item, "Stocks": {"N": "2"}}


def test_a_read_only_tab_changes_nothing(page: Page, server: RunningServer) -> None:
    make_table(server, "Safe")
    page.goto("/console/tables")
    page.get_by_role("button", name="make this tab read-only").click()
    save_stocks(page, "Safe", "1")
    expect(page.get_by_text("This tab is read-only.")).to_be_visible()
    assert stocks(server, "Safe") == "39"
    page.get_by_role("button", name="allow changes in this tab").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The item has been saved.")).to_be_visible()


def test_every_change_is_shown_as_a_call(page: Page, server: RunningServer) -> None:
    make_table(server, "Shown")
    save_stocks(page, "Shown", "12")
    expect(page.get_by_text("The item has been saved.")).to_be_visible()
    page.get_by_role("button", name="Show calls").click()
    call = page.get_by_label("Call of UpdateItem")
    expect(call).to_contain_text("aws dynamodb update-item")
    expect(call).to_contain_text('{":v0":{"N":"12"},":o0":{"N":"39"}}')
    page.get_by_role("button", name="boto3").click()
    expect(call).to_contain_text('boto3.client("dynamodb").update_item(')


def test_a_page_with_changes_asks_before_it_is_left(page: Page) -> None:
    page.goto("/console/tables/create")
    page.get_by_label("Table name").fill("Forgotten")
    page.get_by_role("link", name="Cancel").click()
    dialog = page.get_by_role("dialog", name="Leave page")
    expect(dialog.get_by_text("The changes that you made won't be saved.")).to_be_visible()
    assert_accessible(page)
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_label("Table name")).to_have_value("Forgotten")
    page.get_by_role("link", name="Functions").click()
    dialog.get_by_role("button", name="Leave", exact=True).click()
    expect(page.get_by_role("heading", name="Functions")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Table name")).to_have_value("")
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", name="Tables")).to_be_visible()


def test_specific_resources_are_named_before_the_policy_goes_on(page: Page) -> None:
    page.goto("/console/iam/policies/create")
    page.get_by_label("Policy name").fill("for-nothing")
    choose(page.get_by_role("button", name="Service"), page.get_by_role("option", name="DynamoDB").first)
    page.get_by_label("Filter actions").fill("GetItem")
    page.get_by_label("GetItem", exact=True).check()
    page.get_by_role("button", name="Create policy").click()
    expect(page.get_by_text("resource ARN for the GetItem action.").first).to_be_visible()
    page.get_by_label("All", exact=True).check()
    page.get_by_role("button", name="Create policy").click()
    expect(page.get_by_text("Policy for-nothing created.")).to_be_visible()
