"""The additional settings of a table, and its policy: what is changed there is what the API tells."""

from __future__ import annotations

import json

from playwright.sync_api import Page, expect

from tests.conftest import RunningServer
from tests.console.conftest import Watched
from tests.console.resources import make_table


def test_capacity_tags_class_and_insights_of_a_table(page: Page, watched: Watched, server: RunningServer) -> None:
    watched.expect("status of 400")
    make_table(server, "Settled")
    dynamodb = server.client("dynamodb")
    page.goto("/console/tables/Settled?tab=settings")
    page.get_by_role("button", name="Edit read/write capacity").click()
    dialog = page.get_by_role("dialog", name="Edit read/write capacity")
    expect(dialog.get_by_role("button", name="Save changes")).to_be_disabled()
    dialog.get_by_role("radio", name="Provisioned").check()
    dialog.get_by_label("Read capacity units").fill("7")
    dialog.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("The capacity of Settled has been changed.")).to_be_visible()
    expect(page.get_by_text("7 / 5")).to_be_visible()

    page.get_by_role("button", name="Edit table class").click()
    dialog = page.get_by_role("dialog", name="Update table class")
    dialog.get_by_role("radio", name="DynamoDB Standard-IA").check()
    dialog.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("The table class of Settled has been updated.")).to_be_visible()

    page.get_by_role("button", name="Add new tag").click()
    page.get_by_label("Key of tag 1").fill("aws:team")
    page.get_by_role("button", name="Save tags").click()
    expect(page.get_by_text("Tag keys starting with 'aws:' are reserved for system use")).to_be_visible()
    page.get_by_label("Key of tag 1").fill("team")
    page.get_by_label("Value of tag 1").fill("fruit")
    page.get_by_role("button", name="Save tags").click()
    expect(page.get_by_text("The tags have been saved.")).to_be_visible()

    page.get_by_role("button", name="Turn on Contributor Insights of Settled").click()
    expect(page.get_by_text("Accessed and throttled keys")).to_be_visible()

    table = dynamodb.describe_table(TableName="Settled")["Table"]
    assert table["ProvisionedThroughput"]["ReadCapacityUnits"] == 7
    assert table["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    assert dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"] == [{"Key": "team", "Value": "fruit"}]
    insights = dynamodb.describe_contributor_insights(TableName="Settled")
    assert insights["ContributorInsightsStatus"] in ("ENABLING", "ENABLED")


def test_a_resource_based_policy_is_put_and_taken_away(page: Page, watched: Watched, server: RunningServer) -> None:
    watched.expect("status of 400")
    make_table(server, "Shared")
    dynamodb = server.client("dynamodb")
    arn = dynamodb.describe_table(TableName="Shared")["Table"]["TableArn"]
    page.goto("/console/tables/Shared?tab=permissions")
    expect(page.get_by_text("There is none.")).to_be_visible()
    page.get_by_role("button", name="Edit resource-based policy").click()
    dialog = page.get_by_role("dialog", name="Edit resource-based policy")
    expect(dialog.get_by_text("Statement1")).to_be_visible()
    dialog.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("The resource-based policy has been saved.")).to_be_visible()
    expect(page.get_by_role("region", name="Resource-based policy")).to_contain_text("dynamodb:Query")
    statement = json.loads(dynamodb.get_resource_policy(ResourceArn=arn)["Policy"])["Statement"][0]
    assert statement["Resource"] == arn

    page.get_by_role("button", name="Edit resource-based policy").click()
    dialog.get_by_role("textbox").press("Control+A")
    page.keyboard.press("Delete")
    dialog.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("The resource-based policy has been deleted.")).to_be_visible()
    expect(page.get_by_text("There is none.")).to_be_visible()
