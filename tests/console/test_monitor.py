"""The Monitor tab of a table: what happened is drawn a minute later, over a time that one chooses, with its figures."""

from __future__ import annotations

import re
import time
from urllib.parse import quote

from playwright.sync_api import Page, expect

from tests.conftest import RunningServer, wait_until
from tests.console.accessible import assert_accessible
from tests.console.conftest import fragment
from tests.console.messaging import QUEUE, TOPIC, make_queues
from tests.console.resources import TABLE, make_table, tailrace_client


def test_what_a_table_does_is_drawn_with_its_figures(blank: Page) -> None:
    running = RunningServer("memory:", "--movable-clock")
    try:
        past = time.time() % 60
        tailrace_client(running).advance_clock(Seconds=60 - int(past))  # all that is written is of one minute
        make_table(running)
        blank.goto(f"{running.endpoint}/console/tables/{TABLE}?tab=monitor#session={fragment(running)}")
        nothing = blank.get_by_text("Writing items consumes write units.")
        expect(nothing).to_be_visible()
        dynamodb = running.client("dynamodb")
        for number in range(6):
            key = {"PK": {"S": "FRUIT"}, "SK": {"S": str(number)}}
            dynamodb.put_item(TableName=TABLE, Item={**key, "Text": {"S": "x" * 9_500}})
        dynamodb.scan(TableName=TABLE)
        tailrace_client(running).advance_clock(Seconds=60)
        refresh = blank.get_by_role("button", name="Refresh").last
        graph = blank.get_by_role("heading", name="Write usage (average units/second)")

        def drawn() -> bool:
            refresh.click()
            return graph.count() > 0

        wait_until("the minute's figures", drawn)
        expect(nothing).to_have_count(0)
        expect(blank.get_by_role("heading", name="Scan latency (milliseconds)")).to_be_visible()
        blank.get_by_role("button", name="Figures").nth(1).click()
        figures = blank.get_by_role("table", name="Figures: Write usage (average units/second)")
        expect(figures.get_by_role("row").nth(1)).to_contain_text(
            "1.0"
        )  # 62 units, of the two fruits and the six texts
        assert_accessible(blank)
        blank.get_by_role("button", name="12h").click()
        expect(blank).to_have_url(re.compile("range=12h"))
        expect(blank.get_by_text("A point is 5 minutes.")).to_be_visible()
        blank.get_by_role("button", name="Custom").click()
        expect(blank.get_by_role("button", name=re.compile("From when to when"))).to_be_visible()
        blank.goto(
            f"{running.endpoint}/console/tables/{TABLE}?tab=monitor&range=2026-01-01T00:00:00Z/2026-01-02T00:00:00Z"
        )
        expect(nothing).to_be_visible()
        expect(blank.get_by_role("button", name=re.compile("From when to when"))).to_be_visible()
        blank.close()
    finally:
        running.kill()


def test_what_a_queue_and_a_topic_do_is_drawn(blank: Page) -> None:
    running = RunningServer("memory:", "--movable-clock")
    try:
        past = time.time() % 60
        tailrace_client(running).advance_clock(Seconds=60 - int(past))
        sns, sqs = running.client("sns"), running.client("sqs")
        topic = sns.create_topic(Name=TOPIC)["TopicArn"]
        sqs.receive_message(QueueUrl=make_queues(running))
        for _ in range(3):
            sns.publish(TopicArn=topic, Message="apple")
        tailrace_client(running).advance_clock(Seconds=60)

        def seen(heading: str, figures: str) -> None:
            refresh, graph = (
                blank.get_by_role("button", name="Refresh").last,
                blank.get_by_role("heading", name=heading),
            )

            def drawn() -> bool:
                refresh.click()
                return graph.count() > 0

            wait_until("the minute's figures", drawn)
            assert_accessible(blank)
            box = graph.locator("xpath=ancestor::*[descendant::*[normalize-space(text())='Figures']][1]")
            box.get_by_role("button", name="Figures").click()
            table = blank.get_by_role("table", name=f"Figures: {heading}")
            expect(table.get_by_role("row").nth(1)).to_contain_text(figures)

        blank.goto(f"{running.endpoint}/console/sqs/queues/{QUEUE}#session={fragment(running)}")
        blank.get_by_role("tab", name="Monitor").click()
        seen("Number of messages sent (count)", "2")
        expect(blank.get_by_role("heading", name="Approximate number of messages visible (count)")).to_be_visible()
        expect(blank.get_by_role("heading", name="Approximate age of oldest message (seconds)")).to_be_visible()
        blank.goto(f"{running.endpoint}/console/sns/topics/{quote(topic, safe='')}?tab=monitor")
        seen("Number of messages published (count)", "3")
        blank.get_by_role("button", name="Dark").click()
        blank.close()
    finally:
        running.kill()
