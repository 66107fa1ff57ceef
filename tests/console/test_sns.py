"""A topic from its creation to the mail that a message became."""

from __future__ import annotations

import json

from playwright.sync_api import Page, expect

from tests.conftest import RunningServer
from tests.console.accessible import assert_accessible
from tests.console.menus import choose
from tests.console.messaging import make_queues

MAIL = "grace@example.com"


def subscribe(page: Page, protocol: str, endpoint: str) -> None:
    page.get_by_role("link", name="Create subscription").click()
    choose(page.get_by_role("button", name="Protocol"), page.get_by_role("option", name=protocol, exact=True))
    page.get_by_label("Endpoint").fill(endpoint)
    page.get_by_label("Filter policy").fill(json.dumps({"fruit": ["apple"]}))
    page.get_by_role("button", name="Create subscription").click()


def test_a_topic_a_subscription_by_mail_and_a_message(page: Page, server: RunningServer) -> None:
    page.get_by_role("link", name="SNS topics").click()
    page.get_by_role("link", name="Create topic").click()
    page.get_by_label("Name", exact=True).fill("Harvest")
    page.get_by_role("button", name="Create topic").click()
    expect(page.get_by_role("heading", name="Harvest", level=1)).to_be_visible()

    subscribe(page, "Email", MAIL)
    expect(page.get_by_text("Pending confirmation").first).to_be_visible()
    page.get_by_role("link", name="Inbox").click()
    page.get_by_role("row", name=MAIL).get_by_role("link").click()
    page.get_by_role("region", name="Mail").get_by_role("button", name="Confirm subscription").click()
    expect(page.get_by_text("The subscription is confirmed.")).to_be_visible()

    page.get_by_role("link", name="SNS topics").click()
    page.get_by_role("link", name="Harvest").click()
    expect(page.get_by_text("Confirmed", exact=True)).to_be_visible()
    for fruit in ("apple", "pear"):
        page.get_by_role("button", name="Publish message").click()
        dialog = page.get_by_role("dialog", name="Publish message")
        dialog.get_by_label("Subject").fill(f"The {fruit} is ripe")
        dialog.get_by_label("Message body").fill("Come and get it")
        dialog.get_by_role("button", name="Add attribute").click()
        dialog.get_by_label("Name of attribute 1").fill("fruit")
        dialog.get_by_label("Value of attribute 1").fill(fruit)
        assert_accessible(page)
        dialog.get_by_role("button", name="Publish message").click()
        expect(dialog).to_have_count(0)
    page.get_by_role("link", name="Inbox").click()
    page.get_by_role("link", name="The apple is ripe").click()
    expect(page.get_by_role("region", name="Text")).to_contain_text("Come and get it")
    expect(page.get_by_text("The pear is ripe")).to_have_count(0)  # the filter policy kept it
    assert_accessible(page)


def test_what_a_topic_has_is_changed_and_kept(page: Page, server: RunningServer) -> None:
    url = make_queues(server, "Cellar")
    sqs, sns = server.client("sqs"), server.client("sns")
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    arn = sns.create_topic(Name="Pressing")["TopicArn"]
    page.goto("/console/sns/topics")
    page.get_by_role("link", name="Pressing").click()
    page.get_by_role("button", name="Edit", exact=True).first.click()
    page.get_by_role("dialog", name="Edit topic").get_by_label("Display name").fill("The press")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("The topic has been changed.")).to_be_visible()
    assert sns.get_topic_attributes(TopicArn=arn)["Attributes"]["DisplayName"] == "The press"

    subscribe(page, "Amazon SQS", queue)
    expect(page.get_by_text("Confirmed", exact=True)).to_be_visible()
    page.get_by_role("checkbox", name="Choose sqs").check()
    page.get_by_role("button", name="Edit", exact=True).last.click()
    page.get_by_label("Enable raw message delivery").check()
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("The subscription has been changed.")).to_be_visible()
    [subscription] = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    kept = sns.get_subscription_attributes(SubscriptionArn=subscription["SubscriptionArn"])["Attributes"]
    assert (kept["RawMessageDelivery"], kept["FilterPolicy"]) == ("true", '{"fruit": ["apple"]}')

    page.get_by_role("tab", name="Tags").click()
    page.get_by_role("button", name="Add new tag").click()
    page.get_by_label("Key of tag 1").fill("season")
    page.get_by_label("Value of tag 1").fill("autumn")
    page.get_by_role("button", name="Save tags").click()
    expect(page.get_by_text("The tags have been saved.")).to_be_visible()
    assert sns.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "season", "Value": "autumn"}]

    page.get_by_role("button", name="Delete", exact=True).first.click()
    page.get_by_label("To confirm, type confirm").fill("confirm")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Topics")).to_be_visible()
    assert arn not in [topic["TopicArn"] for topic in sns.list_topics()["Topics"]]
