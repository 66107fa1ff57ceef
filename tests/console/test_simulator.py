"""The policy simulator: what would be denied, by which statement, and from there to the editor that mends it."""

from __future__ import annotations

import json

from playwright.sync_api import Page, expect

from tests.conftest import RunningServer
from tests.console.accessible import assert_accessible

POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Read", "Effect": "Allow", "Action": "dynamodb:Get*", "Resource": "*"},
        {
            "Sid": "NotFromOutside",
            "Effect": "Deny",
            "Action": "dynamodb:*",
            "Resource": "*",
            "Condition": {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
        },
    ],
}


def test_a_request_is_simulated_and_its_statement_found(page: Page, server: RunningServer) -> None:
    iam = server.client("iam")
    iam.create_user(UserName="Ada")
    iam.put_user_policy(UserName="Ada", PolicyName="inside", PolicyDocument=json.dumps(POLICY))
    page.goto("/console/iam/users/Ada")
    page.get_by_role("link", name="Simulate").click()
    expect(page.get_by_role("heading", name="Policy simulator", level=1)).to_be_visible()
    expect(page.get_by_role("button", name="User, group or role Ada")).to_be_visible()
    for action in ("dynamodb:GetItem", "sns:Publish"):
        page.get_by_label("Actions").fill(action)
        page.keyboard.press("Enter")
    page.get_by_role("button", name="Add what the policies ask for: aws:SourceIp").click()
    page.get_by_label("Value of context key 1", exact=True).fill("192.0.2.1")
    page.get_by_role("button", name="Run simulation").click()
    denied = page.get_by_role("row", name="dynamodb:GetItem")
    expect(denied).to_contain_text("inside denies it, and a Deny outweighs every Allow.")
    expect(page.get_by_role("row", name="sns:Publish")).to_contain_text("No statement allows it")
    assert_accessible(page)

    page.get_by_label("Value of context key 1", exact=True).fill("10.1.2.3")
    page.get_by_role("button", name="Run simulation").click()
    expect(denied).to_contain_text("inside allows it.")
    page.get_by_role("link", name="inside, lines 4-9").click()
    expect(page.get_by_role("heading", name="Modify permissions in inside", level=1)).to_be_visible()
    marked = "() => document.querySelector('.ace_editor')?.env?.editor?.getSelectedText() ?? ''"
    page.wait_for_function(f"() => ({marked})().includes('Read')")
    assert json.loads(page.evaluate(marked).strip().rstrip(",")) == POLICY["Statement"][0]
    assert_accessible(page)
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("heading", name="Ada", level=1)).to_be_visible()
