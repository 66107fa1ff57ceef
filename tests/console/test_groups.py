"""User groups: what a group may do, its users may, from the moment they are in it until they are out."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError
from playwright.sync_api import Page, expect

from tests.conftest import RunningServer
from tests.console.accessible import assert_accessible
from tests.console.menus import choose
from tests.console.messaging import as_user
from tests.console.test_tutorial import write

POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "dynamodb:ListTables", "Resource": "*"}],
}


def test_a_group_gives_its_users_what_it_may(page: Page, server: RunningServer) -> None:
    iam = server.client("iam")
    for user in ("Ada", "Grace"):
        iam.create_user(UserName=user)
    key = iam.create_access_key(UserName="Grace")["AccessKey"]
    grace = as_user(server, (key["AccessKeyId"], key["SecretAccessKey"]))

    page.get_by_role("link", name="User groups", exact=True).click()
    page.get_by_role("link", name="Create group").click()
    page.get_by_label("User group name").fill("Listers")
    page.get_by_role("checkbox", name="Choose Ada", exact=True).check()
    assert_accessible(page)
    page.get_by_role("button", name="Create user group").click()
    expect(page.get_by_role("heading", name="Listers", level=1)).to_be_visible()
    expect(page.get_by_role("rowheader", name="Ada")).to_be_visible()

    page.get_by_role("tab", name="Permissions").click()
    choose(
        page.get_by_role("button", name="Add permissions"), page.get_by_role("menuitem", name="Create inline policy")
    )
    page.get_by_role("button", name="JSON", exact=True).click()
    write(page, "Policy document", json.dumps(POLICY))
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_label("Policy name").fill("list-tables")
    page.get_by_role("button", name="Create policy").click()
    expect(page.get_by_role("heading", name="Listers", level=1)).to_be_visible()

    page.get_by_role("button", name="Add users").click()
    dialog = page.get_by_role("dialog", name="Add users to Listers")
    choose(dialog.get_by_role("button", name="Users Choose users"), page.get_by_role("option", name="Grace"))
    page.keyboard.press("Escape")
    dialog.get_by_role("button", name="Add users").click()
    expect(page.get_by_role("rowheader", name="Grace")).to_be_visible()
    assert "TableNames" in grace.list_tables()

    page.get_by_role("link", name="Grace", exact=True).click()
    page.get_by_role("tab", name="Groups").click()
    page.get_by_role("checkbox", name="Choose Listers", exact=True).check()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Removed Grace from Listers.")).to_be_visible()
    with pytest.raises(ClientError, match="AccessDenied"):
        grace.list_tables()

    page.get_by_role("button", name="Add user to groups").click()
    choose(
        page.get_by_role("dialog").get_by_role("button", name="Groups Choose groups"),
        page.get_by_role("option", name="Listers"),
    )
    page.keyboard.press("Escape")
    page.get_by_role("dialog").get_by_role("button", name="Add user to groups").click()
    page.get_by_role("link", name="Listers", exact=True).click()
    page.get_by_role("button", name="Edit", exact=True).click()
    dialog = page.get_by_role("dialog", name="Edit user group name")
    dialog.get_by_label("User group name").fill("Readers")
    dialog.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("heading", name="Readers", level=1)).to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).click()
    dialog = page.get_by_role("dialog", name="Delete Readers?")
    dialog.get_by_label("To confirm, type Readers").fill("Readers")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("heading", name="User groups", level=1)).to_be_visible()
    assert iam.list_groups()["Groups"] == []
