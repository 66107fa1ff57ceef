"""Roles: made by the wizard, trusted anew, capped, tagged, and deleted with all that hangs on them."""

from __future__ import annotations

import json

from playwright.sync_api import Page, expect

from tests.conftest import RunningServer
from tests.console.accessible import assert_accessible
from tests.console.menus import choose
from tests.console.test_tutorial import write

READ_ONLY = "AmazonDynamoDBReadOnlyAccess"


def test_a_role_is_made_changed_and_deleted(page: Page, server: RunningServer) -> None:
    iam = server.client("iam")
    page.get_by_role("link", name="Roles", exact=True).click()
    page.get_by_role("link", name="Create role").click()
    expect(page.get_by_role("radio", name="AWS service")).to_be_checked()
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_label("Find policies").fill(READ_ONLY)
    page.get_by_role("checkbox", name=f"Choose arn:aws:iam::aws:policy/{READ_ONLY}", exact=True).check()
    assert_accessible(page)
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_label("Role name").fill("Reader")
    expect(page.get_by_role("region", name="Trust policy")).to_contain_text("lambda.amazonaws.com")
    page.get_by_role("button", name="Add new tag").click()
    page.get_by_label("Key of tag 1").fill("team")
    page.get_by_label("Value of tag 1").fill("fruit")
    assert_accessible(page)
    page.get_by_role("button", name="Create role").click()
    expect(page.get_by_role("heading", name="Reader", level=1)).to_be_visible()
    expect(page.get_by_role("rowheader", name=READ_ONLY)).to_be_visible()
    assert iam.list_role_tags(RoleName="Reader")["Tags"] == [{"Key": "team", "Value": "fruit"}]

    page.get_by_role("button", name="Set permissions boundary").click()
    dialog = page.get_by_role("dialog", name="Set permissions boundary")
    dialog.get_by_role("button", name="Permissions boundary").click()
    page.get_by_label("Find policies").last.fill("AmazonDynamoDBFullAccess")
    page.get_by_role("option", name="AmazonDynamoDBFullAccess").first.click()
    dialog.get_by_role("button", name="Set boundary").click()
    expect(page.get_by_text("Permissions boundary (set)")).to_be_visible()

    page.get_by_role("button", name="Edit", exact=True).click()
    dialog = page.get_by_role("dialog", name="Edit Reader")
    choose(dialog.get_by_role("button", name="Maximum session duration"), page.get_by_role("option", name="4 hours"))
    dialog.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Role updated.")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("4 hours")).to_be_visible()
    assert_accessible(page)

    page.get_by_role("tab", name="Trust relationships").click()
    page.get_by_role("link", name="Edit trust policy").click()
    expect(page.get_by_role("heading", name="Edit trust policy", level=1)).to_be_visible()
    account = {"Effect": "Allow", "Principal": {"AWS": "000000000000"}, "Action": "sts:AssumRole"}
    write(page, "Trust policy", json.dumps({"Version": "2012-10-17", "Statement": [account]}))
    expect(page.get_by_role("status", name="Findings")).to_contain_text("Did you mean AssumeRole?")
    write(
        page,
        "Trust policy",
        json.dumps({"Version": "2012-10-17", "Statement": [account | {"Action": "sts:AssumeRole"}]}),
    )
    page.get_by_role("button", name="Update policy").click()
    expect(page.get_by_role("region", name="Trust policy")).to_contain_text("000000000000")
    role = iam.get_role(RoleName="Reader")["Role"]
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"AWS": "000000000000"}
    assert (role["MaxSessionDuration"], role["PermissionsBoundary"]["PermissionsBoundaryArn"].rpartition("/")[2]) == (
        4 * 3600,
        "AmazonDynamoDBFullAccess",
    )

    page.get_by_role("button", name="Delete", exact=True).click()
    dialog = page.get_by_role("dialog", name="Delete Reader?")
    expect(dialog.get_by_role("button", name="Delete", exact=True)).to_be_disabled()
    dialog.get_by_label("To confirm, type Reader").fill("Reader")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("heading", name="Roles")).to_be_visible()
    assert "Reader" not in [each["RoleName"] for each in iam.list_roles()["Roles"]]
