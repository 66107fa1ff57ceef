"""Versions and aliases of a function: published, looked at, shared between, deleted."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.conftest import RunningServer
from tests.console.menus import choose
from tests.console.resources import make_function, zipped


def choose_by_text(page: Page, field: str, option: str) -> None:
    choose(page.get_by_label(field, exact=True), page.get_by_role("option", name=re.compile(rf"^{option}\b")))


def test_a_version_is_frozen_and_an_alias_leads_to_it(page: Page, server: RunningServer) -> None:
    """Published by the page, read with its own code, reached by an alias that gives a second version some calls."""
    make_function(server, "Served", "Served-role")
    functions = server.client("lambda")

    page.goto("/console/functions/Served?tab=versions")
    page.get_by_role("button", name="Publish new version").click()
    page.get_by_label("Version description").fill("The first")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Successfully created version 1 of the function Served.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?qualifier=1(&|$)"))

    functions.update_function_code(
        FunctionName="Served", ZipFile=zipped("index.mjs", "export const handler = async () => 'second';\n")
    )
    functions.get_waiter("function_updated_v2").wait(FunctionName="Served", WaiterConfig={"Delay": 1})
    functions.publish_version(FunctionName="Served", Description="The second")

    page.reload()
    editor = page.get_by_role("group", name="Code editor")
    expect(editor).to_contain_text("JSON.stringify")
    editor.get_by_role("textbox").focus()
    page.keyboard.insert_text("spoiled")
    expect(editor).not_to_contain_text("spoiled")
    expect(page.get_by_role("button", name="Deploy")).to_have_count(0)
    page.get_by_role("tab", name="Configuration").click()
    expect(page.get_by_role("button", name="Edit")).to_have_attribute("aria-disabled", "true")

    choose(page.get_by_role("button", name="Actions"), page.get_by_role("menuitem", name="Create alias"))
    page.get_by_label("Name", exact=True).fill("live")
    page.get_by_role("button", name="Weighted alias").click()
    choose_by_text(page, "Additional version", "2")
    page.get_by_label("Weight", exact=True).fill("7")
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_text("Successfully created the alias live.")).to_be_visible()
    alias = functions.get_alias(FunctionName="Served", Name="live")
    assert (alias["FunctionVersion"], alias["RoutingConfig"]) == ("1", {"AdditionalVersionWeights": {"2": 0.07}})


def test_the_qualifier_is_switched_and_an_alias_moved_and_deleted(page: Page, server: RunningServer) -> None:
    make_function(server, "Switched", "Switched-role")
    functions = server.client("lambda")
    functions.publish_version(FunctionName="Switched")
    functions.create_alias(FunctionName="Switched", Name="live", FunctionVersion="$LATEST")

    page.goto("/console/functions/Switched")
    choose(page.get_by_role("button", name="Qualifier"), page.get_by_role("option", name="live"))
    expect(page.get_by_text("Alias live, which leads to version $LATEST")).to_be_visible()
    page.get_by_role("tab", name="Test").click()
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.get_by_text("Executing function: succeeded")).to_be_visible()

    page.goto("/console/functions/Switched?tab=aliases")
    page.get_by_role("radio", name="Choose live").check()
    page.get_by_role("button", name="Edit").click()
    choose_by_text(page, "Version", "1")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Successfully updated the alias live.")).to_be_visible()
    assert functions.get_alias(FunctionName="Switched", Name="live")["FunctionVersion"] == "1"

    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_label("To confirm, type confirm").fill("confirm")
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("Deleted alias live of the function Switched.")).to_be_visible()
    assert functions.list_aliases(FunctionName="Switched")["Aliases"] == []
