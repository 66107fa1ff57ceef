"""A function's page beyond the tutorial: test events, the environment, and new files."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.conftest import RunningServer
from tests.console.resources import make_function


def test_a_test_event_shows_the_answer_and_the_log(page: Page, server: RunningServer) -> None:
    make_function(server, "Tested", "Tested-role")
    page.goto("/console/functions/Tested?tab=test")
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.get_by_text("Executing function: succeeded")).to_be_visible()
    expect(page.get_by_label("Answer of the function")).to_contain_text("null")
    log = page.get_by_label("Log output")
    expect(log).to_contain_text('"key1": "value1"')
    expect(log).to_contain_text("REPORT RequestId")


def test_variables_reach_the_function(page: Page, server: RunningServer) -> None:
    make_function(server, "Configured", "Configured-role")
    page.goto("/console/functions/Configured?tab=configuration&section=environment")
    page.get_by_role("button", name="Edit").click()
    page.get_by_role("button", name="Add environment variable").click()
    page.get_by_label("Key 1").fill("STAGE")
    page.get_by_label("Value 1").fill("dev")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("rowheader", name="STAGE")).to_be_visible()
    found = server.client("lambda").get_function_configuration(FunctionName="Configured")
    assert found["Environment"]["Variables"] == {"STAGE": "dev"}


def files(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Files")


def test_a_new_file_is_deployed_beside_the_others(page: Page, server: RunningServer) -> None:
    make_function(server, "Grown", "Grown-role")
    page.goto("/console/functions/Grown")
    page.get_by_role("button", name="New file").click()
    page.get_by_label("Name of the new file").fill("lib/fruit.mjs")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(files(page).get_by_role("button", name="lib/fruit.mjs").first).to_have_attribute("aria-current", "true")
    # Ace names an empty text only once it has been typed into.
    page.get_by_role("group", name="Code editor").get_by_role("textbox").focus()
    page.keyboard.insert_text("export const name = 'apple';")
    page.get_by_role("button", name="Deploy").click()
    expect(page.get_by_text("Successfully updated the function Grown")).to_be_visible()
    page.reload()
    expect(files(page).get_by_role("button", name="index.mjs", exact=True)).to_be_visible()
    expect(files(page).get_by_role("button", name="lib/fruit.mjs", exact=True)).to_be_visible()
