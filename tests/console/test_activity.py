"""Who was denied what, why, and the smallest policy that helps, on one click."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import RunningServer
from tests.console.accessible import assert_accessible
from tests.console.conftest import Watched
from tests.console.menus import choose
from tests.console.messaging import as_user, make_denied


def test_a_denial_is_found_explained_and_mended(page: Page, server: RunningServer) -> None:
    key = make_denied(server, "nosy")
    page.get_by_role("link", name="Activity", exact=True).click()
    choose(page.get_by_role("button", name="Decision"), page.get_by_role("option", name="Denied"))
    expect(page).to_have_url(re.compile("decision=Denied"))
    page.get_by_label("Principal").fill("arn:aws:iam::000000000000:user/nosy")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_role("row")).to_have_count(2)  # the head, and the call
    page.get_by_role("link", name="Details of ListTables").click()
    details = page.get_by_role("region", name="Request details")
    expect(details.get_by_text("and was denied: dynamodb:ListTables is not allowed.")).to_be_visible()
    expect(details.get_by_text("no statement of any identity-based policy allows it to")).to_be_visible()
    expect(details.get_by_role("region", name="Smallest policy")).to_contain_text('"dynamodb:ListTables"')
    assert_accessible(page)
    page.reload()  # all of it is in the address
    details.get_by_role("button", name="Add policy to nosy").click()
    expect(page.get_by_text("The policy allow-dynamodb-ListTables was added to the user nosy.")).to_be_visible()
    assert "TableNames" in as_user(server, key).list_tables()


def test_a_denial_on_a_page_leads_to_its_reason(blank: Page, watched: Watched, server: RunningServer) -> None:
    watched.expect("status of 40")  # the denials are what this is about
    key, secret = make_denied(server, "passer-by")
    arn = server.client("iam").get_user(UserName="passer-by")["User"]["Arn"]
    document = {"Statement": [{"Effect": "Allow", "Action": "tailrace:*", "Resource": "*"}], "Version": "2012-10-17"}
    server.client("iam").put_user_policy(UserName="passer-by", PolicyName="own", PolicyDocument=json.dumps(document))
    blank.goto("/console/sqs/queues")
    blank.get_by_label("Access key ID").fill(key)
    blank.get_by_label("Secret access key").fill(secret)
    blank.get_by_role("button", name="Sign in").click()
    blank.get_by_role("link", name="Why was this denied?").first.click()
    expect(blank.get_by_text(f"{arn} asked for sqs:ListQueues")).to_be_visible()


def test_new_calls_come_by_themselves_and_the_page_does_not_list_its_own(page: Page, server: RunningServer) -> None:
    page.goto("/console/activity?operation=dynamodb:DescribeTimeToLive")
    expect(page.get_by_text("No call matches")).to_be_visible()
    page.get_by_text("Follow live").click()
    expect(page).to_have_url(re.compile("follow=1"))
    dynamodb = server.client("dynamodb")
    with pytest.raises(dynamodb.exceptions.ResourceNotFoundException):
        dynamodb.describe_time_to_live(TableName="NoSuchTable")
    expect(page.get_by_text("400 ResourceNotFoundException")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_text("sts:", exact=False).first).to_be_visible()
    expect(page.get_by_text("tailrace:ListActivity")).to_have_count(0)
    page.get_by_text("Tailrace's own API").click()
    expect(page.get_by_text("tailrace:ListActivity").first).to_be_visible()
