"""Users with their keys and policies, and managed policies with their versions."""

from __future__ import annotations

import json

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


def test_a_user_gets_a_key_and_policies_and_goes(page: Page, server: RunningServer) -> None:
    page.get_by_role("link", name="Users", exact=True).click()
    page.get_by_role("link", name="Create user").click()
    page.get_by_label("User name").fill("Grace")
    page.get_by_role("button", name="Create user").click()
    expect(page.get_by_role("heading", name="Grace", level=1)).to_be_visible()

    page.get_by_role("tab", name="Security credentials").click()
    page.get_by_role("button", name="Create access key").click()
    expect(page.get_by_text("This is the only time that the secret access key can be seen.")).to_be_visible()
    assert_accessible(page)
    shown = page.get_by_text("Secret access key", exact=True).locator("xpath=../..").inner_text()
    secret = shown.split()[-1]
    iam = server.client("iam")
    [key] = iam.list_access_keys(UserName="Grace")["AccessKeyMetadata"]

    page.get_by_role("tab", name="Permissions").click()
    choose(
        page.get_by_role("button", name="Add permissions"), page.get_by_role("menuitem", name="Create inline policy")
    )
    page.get_by_role("button", name="JSON", exact=True).click()
    write(page, "Policy document", json.dumps(POLICY))
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Policy name").fill("list-tables")
    page.get_by_role("button", name="Create policy").click()
    expect(page.get_by_role("rowheader", name="list-tables")).to_be_visible()
    assert "TableNames" in as_user(server, (key["AccessKeyId"], secret)).list_tables()
    choose(page.get_by_role("button", name="Add permissions"), page.get_by_role("menuitem", name="Attach policies"))
    choose(
        page.get_by_role("button", name="Managed policies"),
        page.get_by_role("option", name="AmazonDynamoDBReadOnlyAccess").first,
    )
    page.keyboard.press("Escape")
    page.get_by_role("dialog").get_by_role("button", name="Add permissions").click()
    expect(page.get_by_role("rowheader", name="AmazonDynamoDBReadOnlyAccess")).to_be_visible()

    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_label("To confirm, type confirm").fill("confirm")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Users")).to_be_visible()
    assert "Grace" not in [user["UserName"] for user in iam.list_users()["Users"]]


def test_the_dashboard_counts_and_gives_the_credential_report(page: Page, server: RunningServer) -> None:
    server.client("iam").create_user(UserName="Counted")
    page.get_by_role("link", name="Dashboard", exact=True).click()
    expect(page.get_by_role("heading", name="IAM Dashboard", level=1)).to_be_visible()
    count = len(server.client("iam").list_users()["Users"])
    expect(page.get_by_role("link", name=f"Users: {count}")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download credential report").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0].startswith("user,arn,")
    assert any(line.startswith("Counted,") for line in lines)


def test_a_policy_is_written_edited_and_set_back(page: Page, server: RunningServer) -> None:
    page.get_by_role("link", name="Policies", exact=True).click()
    page.get_by_role("link", name="Create policy").click()
    page.get_by_label("Policy name").fill("Lister")
    page.get_by_role("button", name="JSON", exact=True).click()
    write(page, "Policy document", json.dumps(POLICY))
    page.get_by_role("button", name="Create policy").click()
    expect(page.get_by_role("heading", name="Lister", level=1)).to_be_visible()
    document = page.get_by_role("region", name="Policy document")
    expect(document).to_contain_text("dynamodb:ListTables")

    page.get_by_role("link", name="Edit", exact=True).click()
    expect(page.get_by_role("heading", name="Modify permissions in Lister", level=1)).to_be_visible()
    page.get_by_role("button", name="JSON", exact=True).click()
    write(page, "Policy document", json.dumps(POLICY).replace("ListTables", "DescribeTable"))
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Policy Lister saved.")).to_be_visible()
    expect(document).to_contain_text("dynamodb:DescribeTable")
    page.get_by_role("row", name="v1").get_by_role("radio").check()
    expect(document).to_contain_text("dynamodb:ListTables")
    page.get_by_role("button", name="Set as default").click()
    expect(page.get_by_text("Version v1 is in force.")).to_be_visible()
    arn = "arn:aws:iam::000000000000:policy/Lister"
    assert server.client("iam").get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v1"
    page.get_by_role("tab", name="Entities attached").click()
    expect(page.get_by_text("No entities")).to_be_visible()
    assert_accessible(page)
