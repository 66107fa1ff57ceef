"""What stands beside a function's code: its URL, events, concurrency, log, tags, policy and layers; saved events."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from playwright.sync_api import Page, expect

from tests.conftest import RunningServer
from tests.console.menus import choose
from tests.console.resources import make_function, zipped

UPDATED = "Successfully updated the function Set."


def section(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Configuration").get_by_role("button", name=name, exact=True).click()


def test_a_url_for_everybody_is_created_and_called(page: Page, server: RunningServer) -> None:
    """With NONE, the page adds the two statements without which nobody could call it, and Permissions shows them."""
    make_function(server, "Public", "Public-role", code="export const handler = async () => 'hello';\n")
    page.goto("/console/functions/Public?tab=configuration&section=url")
    page.get_by_role("button", name="Create function URL").click()
    page.get_by_role("radio", name="NONE").check()
    page.get_by_role("checkbox", name="Configure cross-origin").check()
    page.get_by_label("Allow methods", exact=True).fill("GET, POST")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The function URL was created.")).to_be_visible()
    found: dict[str, Any] = server.client("lambda").get_function_url_config(FunctionName="Public")
    assert found["Cors"]["AllowMethods"] == ["GET", "POST"]
    with urllib.request.urlopen(found["FunctionUrl"], timeout=120) as answer:
        assert json.load(answer) == "hello"

    section(page, "Permissions")
    page.get_by_role("radio", name="Choose FunctionURLAllowPublicAccess").check()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_label("To confirm, type confirm").fill("confirm")
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("rowheader", name="FunctionURLAllowPublicAccess")).to_have_count(0)
    expect(page.get_by_role("rowheader", name="FunctionURLInvokeAllowPublicAccess")).to_be_visible()


def test_the_sections_of_the_configuration_are_saved(page: Page, server: RunningServer) -> None:
    make_function(server, "Set", "Set-role")
    functions, sqs = server.client("lambda"), server.client("sqs")
    sqs.create_queue(QueueName="Failed")
    queue = "arn:aws:sqs:us-east-1:000000000000:Failed"
    allow = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": queue}
    server.client("iam").put_role_policy(
        RoleName="Set-role",
        PolicyName="send",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}),
    )

    page.goto("/console/functions/Set?tab=configuration&section=events")
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Maximum age of event").fill("3600")
    choose(page.get_by_label("On-failure destination"), page.get_by_role("option", name=queue))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(UPDATED)).to_be_visible()
    config = functions.get_function_event_invoke_config(FunctionName="Set")
    assert config["MaximumEventAgeInSeconds"] == 3600
    assert config["DestinationConfig"]["OnFailure"] == {"Destination": queue}

    section(page, "Concurrency")
    page.get_by_role("button", name="Edit").click()
    page.get_by_role("radio", name="Reserve concurrency").check()
    page.get_by_label("Reserved concurrency").fill("5")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("995 of 1,000")).to_be_visible()
    assert functions.get_function_concurrency(FunctionName="Set")["ReservedConcurrentExecutions"] == 5

    section(page, "Monitoring and operations tools")
    page.get_by_role("button", name="Edit").click()
    page.get_by_role("radio", name="JSON").check()
    page.get_by_role("radio", name="Custom").check()
    page.get_by_label("Log group name").fill("/shared/log")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="/shared/log")).to_be_visible()
    logging = functions.get_function_configuration(FunctionName="Set")["LoggingConfig"]
    assert (logging["LogFormat"], logging["LogGroup"]) == ("JSON", "/shared/log")

    section(page, "Tags")
    page.get_by_role("button", name="Add new tag").click()
    page.get_by_label("Key of tag 1").fill("team")
    page.get_by_label("Value of tag 1").fill("stock")
    page.get_by_role("button", name="Save tags").click()
    expect(page.get_by_text("The tags have been saved.")).to_be_visible()
    arn = functions.get_function_configuration(FunctionName="Set")["FunctionArn"]
    assert functions.list_tags(Resource=arn)["Tags"] == {"team": "stock"}

    section(page, "Permissions")
    page.get_by_role("button", name="Add permissions").click()
    page.get_by_label("Statement ID").fill("topic")
    page.get_by_label("Source ARN").fill("arn:aws:sns:us-east-1:000000000000:orders")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("rowheader", name="topic")).to_be_visible()
    [statement] = json.loads(functions.get_policy(FunctionName="Set")["Policy"])["Statement"]
    assert statement["Principal"] == {"Service": "sns.amazonaws.com"}


def test_a_layer_is_made_and_given_to_a_function(page: Page, server: RunningServer) -> None:
    make_function(
        server,
        "Layered",
        "Layered-role",
        code="import fruit from 'fruit';\nexport const handler = async () => fruit;\n",
    )
    package = zipped("nodejs/node_modules/fruit/index.js", "module.exports = 'apple';\n")
    page.goto("/console/layers")
    page.get_by_role("link", name="Create layer").click()
    page.get_by_label("Name", exact=True).fill("fruit")
    upload = {"name": "fruit.zip", "mimeType": "application/zip", "buffer": package}
    page.locator("input[type=file]").set_input_files(files=[upload])
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_text("Successfully created version 1 of the layer fruit.")).to_be_visible()
    expect(page.get_by_role("heading", level=1, name="fruit")).to_be_visible()

    page.goto("/console/functions/Layered")
    page.get_by_role("button", name="Add a layer").click()
    choose(page.get_by_label("Custom layers").last, page.get_by_role("option", name="fruit"))
    choose(page.get_by_label("Version", exact=True), page.get_by_role("option", name="1"))
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Successfully updated the function Layered.")).to_be_visible()
    functions = server.client("lambda")
    functions.get_waiter("function_updated_v2").wait(FunctionName="Layered", WaiterConfig={"Delay": 1})
    assert json.loads(functions.invoke(FunctionName="Layered")["Payload"].read()) == "apple"


def test_a_test_event_is_kept_by_the_browser(page: Page, server: RunningServer) -> None:
    make_function(server, "Kept", "Kept-role")
    page.goto("/console/functions/Kept?tab=test")
    choose(page.get_by_label("Template", exact=True), page.get_by_role("option", name="DynamoDB Update"))
    page.get_by_label("Event name").fill("change")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("radio", name="Edit saved event")).to_be_checked()
    page.reload()
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.get_by_label("Log output")).to_contain_text("APPLE#WASHINGTON")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("radio", name="Create new event")).to_be_checked()
    kept = page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('tailrace.test-events'))")
    assert kept == []
