"""A queue from its creation to the way back of its dead letters."""

from __future__ import annotations

import json
import re

import pytest
from botocore.exceptions import ClientError
from playwright.sync_api import Page, expect

from tests.conftest import RunningServer, wait_until
from tests.console.accessible import assert_accessible
from tests.console.menus import choose
from tests.console.messaging import make_queues
from tests.console.resources import make_function


def counts(server: RunningServer, url: str) -> tuple[str, str]:
    """How many messages can be received, and how many are hidden."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = server.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return found[names[0]], found[names[1]]


def test_messages_are_looked_at_without_losing_any(page: Page, server: RunningServer) -> None:
    page.get_by_role("link", name="SQS queues").click()
    page.get_by_role("link", name="Create queue").click()
    page.get_by_label("Name", exact=True).fill("Crates")
    page.get_by_label("Visibility timeout (seconds)").fill("600")
    page.get_by_role("button", name="Create queue").click()
    expect(page.get_by_role("heading", name="Crates", level=1)).to_be_visible()
    expect(page.get_by_text("10 minutes")).to_be_visible()
    url = server.client("sqs").get_queue_url(QueueName="Crates")["QueueUrl"]

    page.get_by_role("link", name="Send and receive messages").click()
    for fruit in ("apple", "pear"):
        page.get_by_label("Message body").fill(f'{{"fruit":"{fruit}"}}')
        page.get_by_role("button", name="Send message").click()
        expect(page.get_by_text("Message sent.").first).to_be_visible()
    page.get_by_role("button", name="Poll for messages").click()
    expect(page.get_by_text(re.compile(r"Hidden for \d+ s"))).to_have_count(2)
    assert counts(server, url) == ("0", "2")
    page.get_by_role("row", name="apple").get_by_role("button", name="Open").click()
    expect(page.get_by_role("region", name="Body")).to_contain_text('"fruit": "apple"')
    assert_accessible(page)
    page.get_by_role("button", name="Done").click()

    page.get_by_role("row", name="apple").get_by_role("checkbox").check()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("1 message deleted.")).to_be_visible()
    page.get_by_role("row", name="pear").get_by_role("checkbox").check()
    page.get_by_role("button", name="Give back").click()
    expect(page.get_by_text("The messages can be received by others again.")).to_be_visible()
    assert counts(server, url) == ("1", "0")

    page.get_by_role("link", name="Crates").first.click()
    page.get_by_role("button", name="Purge").click()
    page.get_by_label("To confirm, type confirm").fill("confirm")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("All messages of Crates are deleted.")).to_be_visible()
    assert counts(server, url) == ("0", "0")
    page.get_by_role("button", name="Delete", exact=True).first.click()
    page.get_by_label("To confirm, type confirm").fill("confirm")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Queues")).to_be_visible()


def test_a_fifo_queue_and_whose_dead_letters_it_takes(page: Page, server: RunningServer) -> None:
    sqs = server.client("sqs")
    page.goto("/console/sqs/queues/create")
    page.get_by_role("radio", name="FIFO").check()
    page.get_by_label("Name", exact=True).fill("Lanes")
    page.get_by_role("checkbox", name="High throughput FIFO queue").check()
    assert_accessible(page)
    page.get_by_role("button", name="Create queue").click()
    expect(page.get_by_role("heading", name="Lanes.fifo", level=1)).to_be_visible()
    expect(page.get_by_text("Per message group ID")).to_be_visible()
    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_role("checkbox", name="High throughput FIFO queue").uncheck()
    page.get_by_role("checkbox", name="Content-based deduplication").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The queue has been changed.")).to_be_visible()

    page.get_by_role("tab", name="Dead-letter queue").click()
    page.get_by_role("button", name="Edit redrive allow policy").click()
    page.get_by_role("radio", name="Deny all").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The redrive allow policy has been saved.")).to_be_visible()
    url = sqs.get_queue_url(QueueName="Lanes.fifo")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    names = ("DeduplicationScope", "FifoThroughputLimit", "ContentBasedDeduplication")
    assert [attributes[name] for name in names] == ["queue", "perQueue", "true"]
    redrive = json.dumps({"deadLetterTargetArn": attributes["QueueArn"], "maxReceiveCount": 3})
    with pytest.raises(ClientError, match="does not have permission"):
        sqs.create_queue(QueueName="Cars.fifo", Attributes={"FifoQueue": "true", "RedrivePolicy": redrive})


def test_settings_dead_letters_and_their_way_back(page: Page, server: RunningServer) -> None:
    url, sqs = make_queues(server, "Barrels"), server.client("sqs")
    page.goto("/console/sqs/queues/Barrels")
    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_label("Delivery delay (seconds)").fill("0")
    page.get_by_label("Visibility timeout (seconds)").fill("0")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The queue has been changed.")).to_be_visible()
    page.get_by_role("tab", name="Dead-letter queue").click()
    page.get_by_role("button", name="Edit dead-letter queue").click()
    page.get_by_label("Maximum receives").fill("1")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The dead-letter queue has been saved.")).to_be_visible()

    dead = sqs.get_queue_url(QueueName="Barrels-dead")["QueueUrl"]
    for _ in range(2):  # the second time is once too often
        sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    wait_until("the dead letters", lambda: counts(server, dead)[0] == "2")
    page.get_by_role("link", name="Barrels-dead").click()
    page.get_by_role("tab", name="Dead-letter queue").click()
    expect(page.get_by_role("link", name="Barrels", exact=True)).to_be_visible()
    page.get_by_role("button", name="Start DLQ redrive").click()
    expect(page.get_by_text("COMPLETED")).to_be_visible()
    expect(page.get_by_text("2 of 2")).to_be_visible()
    assert counts(server, url)[0] == "2"


def test_a_fifo_queue_takes_a_group(page: Page, server: RunningServer) -> None:
    page.goto("/console/sqs/queues/create")
    page.get_by_role("radio", name="FIFO").check()
    page.get_by_label("Name", exact=True).fill("Line")
    page.get_by_label("Content-based deduplication").check()
    page.get_by_role("button", name="Create queue").click()
    expect(page.get_by_role("heading", name="Line.fifo", level=1)).to_be_visible()
    page.get_by_role("link", name="Send and receive messages").click()
    page.get_by_label("Message body").fill("first")
    page.get_by_label("Message group ID").fill("g")
    page.get_by_role("button", name="Send message").click()
    expect(page.get_by_text("Message sent.").first).to_be_visible()
    url = server.client("sqs").get_queue_url(QueueName="Line.fifo")["QueueUrl"]
    assert counts(server, url) == ("1", "0")


def test_a_queue_triggers_a_function(page: Page, server: RunningServer) -> None:
    make_queues(server, "Chutes")
    make_function(server, "Sorter", "Sorter-role")
    policy = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
    server.client("iam").attach_role_policy(RoleName="Sorter-role", PolicyArn=policy)
    page.goto("/console/sqs/queues/Chutes?tab=triggers")
    page.get_by_role("button", name="Create trigger").click()
    dialog = page.get_by_role("dialog", name="Create trigger")
    choose(dialog.get_by_role("button", name="Lambda function"), page.get_by_role("option", name="Sorter"))
    dialog.get_by_label("Batch size").fill("2")
    dialog.get_by_role("button", name="Create trigger").click()
    expect(page.get_by_text("The trigger was created successfully.")).to_be_visible()
    expect(page.get_by_role("link", name="Sorter")).to_be_visible()
    expect(page.get_by_text("Enabled", exact=True)).to_be_visible()
    url = server.client("sqs").get_queue_url(QueueName="Chutes")["QueueUrl"]
    wait_until("the function to take the messages", lambda: counts(server, url) == ("0", "0"))
    page.get_by_role("row", name="Sorter").get_by_role("checkbox").check()
    page.get_by_role("button", name="Turn off").click()
    expect(page.get_by_text("Disabled", exact=True)).to_be_visible()
