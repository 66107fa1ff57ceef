"""The DynamoDB Streams tutorial, by its own words: from the first screen to the expanded log event.

Every label below is the tutorial's. They are frozen: who reads it must find here what it says.
"""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, expect

from tests.conftest import RunningServer, wait_until
from tests.console.conftest import Watched
from tests.console.menus import choose
from tests.console.resources import make_function, make_table

TABLE, FUNCTION, POLICY = "Cloud9", "DB-Stream-Handler", "dynamodb-stream-access"
CODE = """export const handler = async (event) => {
    console.log(JSON.stringify(event, null, 4));
};
"""
ITEM = {
    "PK": "FRUIT",
    "SK": "APPLE#WASHINGTON",
    "Stocks": 39,
    "Price": {"USD": 0.8, "INR": 50},
}
DENIED = "Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, and ListStreams Actions"


def write(page: Page, label: str, text: str) -> None:
    """Replace what stands in a code editor."""
    editor = page.get_by_label(label)
    expect(editor).to_be_attached()
    editor.focus()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def choose_by_text(page: Page, label: str, option: str) -> None:
    """Choose from a list by its text."""
    choose(page.get_by_role("button", name=label), page.get_by_role("option", name=option).first)


def go(page: Page, entry: str) -> None:
    """Follow an entry of the left navigation pane."""
    page.get_by_role("navigation", name="Side navigation").get_by_role("link", name=entry, exact=True).click()


def create_table(page: Page) -> None:
    go(page, "Tables")
    page.get_by_role("link", name="Create table").first.click()
    page.get_by_label("Table name").fill(TABLE)
    page.get_by_label("Partition key", exact=True).fill("PK")
    page.get_by_label("Sort key", exact=True).fill("SK")
    page.get_by_role("button", name="Create table").click()
    expect(page.get_by_text("Active")).to_be_visible()


def create_item(page: Page) -> None:
    page.get_by_role("link", name=TABLE).click()
    page.get_by_role("link", name="Explore table items").click()
    page.get_by_role("link", name="Create item").click()
    page.get_by_role("button", name="JSON view").click()
    page.get_by_label("View DynamoDB JSON").uncheck()
    write(page, "Item as JSON", json.dumps(ITEM, indent=2))
    page.get_by_role("button", name="Create item").click()
    expect(page.get_by_role("link", name="FRUIT")).to_be_visible()


def turn_on_the_stream(page: Page) -> None:
    go(page, "Tables")
    page.get_by_role("link", name=TABLE).click()
    page.get_by_role("tab", name="Exports and streams").click()
    expect(page.get_by_role("heading", name="DynamoDB stream details")).to_be_visible()
    page.get_by_role("link", name="Turn on").click()
    page.get_by_label("Key attributes only").check()
    expect(page.get_by_label("Preview of a record")).not_to_contain_text("NewImage")
    page.get_by_label("New and old images").check()
    expect(page.get_by_label("Preview of a record")).to_contain_text("OldImage")
    page.get_by_role("button", name="Turn on stream").click()
    expect(page.get_by_text("New and old images")).to_be_visible()


def create_function(page: Page) -> None:
    """In the tab that "Create new" has opened."""
    page.get_by_label("Author from scratch").check()
    page.get_by_label("Function name").fill(FUNCTION)
    page.get_by_role("button", name="Create function").click()
    expect(page.get_by_text(f"Successfully created the function {FUNCTION}")).to_be_visible()
    page.get_by_role("tab", name="Code").click()
    page.get_by_role("navigation", name="Files").get_by_role("button", name="index.mjs", exact=True).click()
    write(page, "Code of index.mjs", CODE)
    page.get_by_role("button", name="Deploy").click()
    expect(page.get_by_text(f"Successfully updated the function {FUNCTION}")).to_be_visible()
    expect(page.get_by_text("Changes not deployed")).to_have_count(0)


def ask_for_the_trigger(page: Page) -> None:
    page.bring_to_front()
    choose_by_text(page, "Lambda function", FUNCTION)
    expect(page.get_by_label("Batch size")).to_have_value("1")
    expect(page.get_by_label("Turn on trigger")).to_be_checked()
    page.get_by_role("button", name="Create trigger").click()


def open_the_role(page: Page) -> None:
    page.bring_to_front()  # a menu closes when its page is not, or no longer, the one that one looks at
    page.get_by_role("tab", name="Configuration").click()
    page.get_by_role("button", name="Permissions").click()
    expect(page.get_by_role("heading", name="Execution role")).to_be_visible()
    expect(page.get_by_text("Role name")).to_be_visible()
    page.get_by_role("link", name=f"{FUNCTION}-role").click()
    expect(page.get_by_text("AWSLambdaBasicExecutionRole")).to_be_visible()


def allow_the_stream(page: Page, stream: str) -> None:
    choose(
        page.get_by_role("button", name="Add permissions"), page.get_by_role("menuitem", name="Create inline policy")
    )
    expect(page.get_by_role("heading", name="Specify permissions")).to_be_visible()
    choose_by_text(page, "Service", "DynamoDB")
    for action in ("GetRecords", "GetShardIterator", "DescribeStream", "ListStreams"):
        page.get_by_label("Filter actions").fill(action)
        page.get_by_label(action, exact=True).check()
    page.get_by_label("Specific").check()
    page.get_by_role("button", name="Add ARNs of stream").click()
    dialog = page.get_by_role("dialog", name="Specify ARNs")
    dialog.get_by_label("Resource ARN").fill(stream)
    expect(dialog.get_by_label("Resource region")).to_have_value("us-east-1")
    expect(dialog.get_by_label("Resource table name")).to_have_value(TABLE)
    dialog.get_by_role("button", name="Add ARNs").click()
    page.get_by_role("button", name="JSON", exact=True).click()
    expect(page.get_by_text("VisualEditor1")).to_be_visible()
    page.get_by_role("button", name="Visual").click()
    expect(page.get_by_text(stream)).to_be_visible()
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Policy name").fill(POLICY)
    page.get_by_role("button", name="Create policy").click()
    expect(page.get_by_role("heading", name="Permissions policies")).to_be_visible()
    expect(page.get_by_role("rowheader", name=POLICY)).to_be_visible()


def update_the_stock(page: Page) -> None:
    go(page, "Explore items")
    choose_by_text(page, "Table", TABLE)
    page.get_by_role("checkbox", name="Choose FRUIT / APPLE#WASHINGTON").check()
    choose(page.get_by_role("button", name="Actions"), page.get_by_role("menuitem", name="Edit item"))
    page.get_by_label("Value of Stocks").fill("33")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The item has been saved.")).to_be_visible()


def read_the_log(page: Page) -> None:
    go(page, "Log groups")
    page.get_by_label("Find log groups").fill(FUNCTION)
    group = page.get_by_role("link", name=f"/aws/lambda/{FUNCTION}", exact=True)

    def is_there() -> bool:
        page.get_by_role("button", name="Refresh").first.click()
        return group.count() > 0

    wait_until("the log group that the function has made", is_there)
    group.click()
    page.get_by_role("link", name=re.compile(r"\[\$LATEST\]")).first.click()
    expect(page.get_by_role("heading", name="Log events")).to_be_visible()
    expect(page.get_by_text("START RequestId").first).to_be_visible()
    page.get_by_role("button", name=re.compile(r"^Expand .*INFO")).first.click()
    for words in ('"eventName": "MODIFY"', '"StreamViewType": "NEW_AND_OLD_IMAGES"', '"N": "33"', '"N": "39"'):
        expect(page.get_by_text(words)).to_be_visible()


def test_the_tutorial_from_the_first_screen_to_the_log_event(
    page: Page, watched: Watched, server: RunningServer
) -> None:
    watched.expect("status of 400")  # the permission that is missing at first
    create_table(page)
    create_item(page)
    turn_on_the_stream(page)
    page.get_by_role("link", name="Create trigger").click()
    with watched.context.expect_page() as opened:
        page.get_by_role("link", name="Create new").click()
    other = opened.value
    create_function(other)
    ask_for_the_trigger(page)
    stream = server.client("dynamodb").describe_table(TableName=TABLE)["Table"]["LatestStreamArn"]
    expect(page.get_by_text("InvalidParameterValueException")).to_be_visible()
    expect(page.get_by_text(f"Cannot access stream {stream}")).to_be_visible()
    expect(page.get_by_text(DENIED)).to_be_visible()
    open_the_role(other)
    allow_the_stream(other, stream)
    page.bring_to_front()
    page.get_by_role("button", name="Create trigger").click()
    expect(page.get_by_text("The trigger was created successfully.")).to_be_visible()
    expect(page.get_by_role("link", name=FUNCTION)).to_be_visible()
    expect(page.get_by_text("Enabled", exact=True)).to_be_visible()
    update_the_stock(page)
    read_the_log(page)


def test_fix_permission_adds_the_smallest_policy_and_retries(
    page: Page, watched: Watched, server: RunningServer
) -> None:
    watched.expect("status of 400")
    stream = make_table(server, "Orchard")
    make_function(server, "Picker", "Picker-role", reads_streams=False)
    page.goto("/console/tables/Orchard/create-trigger?function=Picker")
    page.get_by_role("button", name="Create trigger").click()
    page.get_by_role("button", name="Fix permission").click()
    dialog = page.get_by_role("dialog", name="Allow Picker-role to read this stream")
    expect(dialog.get_by_label("Policy")).to_contain_text(stream)
    dialog.get_by_role("button", name="Add policy and retry").click()
    expect(page.get_by_text("The trigger was created successfully.")).to_be_visible()
    policy = server.client("iam").get_role_policy(RoleName="Picker-role", PolicyName=POLICY)["PolicyDocument"]
    assert policy["Statement"][0]["Resource"] == stream
    mappings = server.client("lambda").list_event_source_mappings(FunctionName="Picker")["EventSourceMappings"]
    assert [mapping["EventSourceArn"] for mapping in mappings] == [stream]
