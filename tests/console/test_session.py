"""A session that ends while somebody works: a warning before, and a sign-in over the page that loses nothing."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.conftest import RunningServer
from tests.console.accessible import assert_accessible
from tests.console.conftest import Watched, fragment
from tests.console.menus import choose
from tests.console.resources import tailrace_client
from tests.console.test_sign_in import sign_in

MINUTE = 60


def test_a_form_outlives_the_session_that_it_was_begun_in(blank: Page, watched: Watched) -> None:
    watched.expect("status of 400")
    watched.expect("status of 403")
    running = RunningServer("memory:", "--movable-clock")
    try:
        clock = tailrace_client(running)
        blank.goto(f"{running.endpoint}/console/tables/create#session={fragment(running)}")
        blank.get_by_label("Table name").fill("Outlives")
        blank.get_by_role("textbox", name="Partition key").fill("PK")
        clock.advance_clock(Seconds=55 * MINUTE)
        blank.get_by_role("button", name=re.compile("^The server's time is")).wait_for()
        warning = blank.get_by_text(re.compile(r"^Your session ends in \d minutes?\."))
        expect(warning).to_be_visible(timeout=90_000)  # the page asks for the server's time every half minute
        assert_accessible(blank)
        clock.advance_clock(Seconds=10 * MINUTE)
        blank.get_by_role("button", name="Create table").click()
        dialog = blank.get_by_role("dialog", name=re.compile("Your session has ended|Sign in again"))
        expect(dialog).to_be_visible()
        assert_accessible(blank)
        sign_in(blank, "test", "test")
        expect(blank.get_by_text("The Outlives table is being created.")).to_be_visible()
        expect(dialog).to_have_count(0)
        assert running.client("dynamodb").list_tables()["TableNames"] == ["Outlives"]
        blank.close()
    finally:
        running.kill()


def test_a_link_shows_the_region_that_its_sender_saw(page: Page, server: RunningServer) -> None:
    server.client("sqs", region="eu-west-1").create_queue(QueueName="Brussels")
    page.goto("/console/sqs/queues?region=eu-west-1")
    expect(page.get_by_role("link", name="Brussels")).to_be_visible()
    expect(page.get_by_role("button", name="Region eu-west-1")).to_be_visible()
    page.get_by_role("link", name="Brussels").click()
    expect(page).to_have_url(re.compile(r"/queues/Brussels\?region=eu-west-1"))
    page.get_by_role("tab", name="Tags").click()
    expect(page).to_have_url(re.compile("tab=tags.*region=eu-west-1|region=eu-west-1.*tab=tags"))
    page.goto("/console/sqs/queues")
    expect(page.get_by_role("link", name="Brussels")).to_be_visible()
    expect(page).to_have_url(re.compile("region=eu-west-1"))
    choose(page.get_by_role("button", name="Region eu-west-1"), page.get_by_role("menuitem", name="us-west-2"))
    expect(page.get_by_text("No queues")).to_be_visible()
    expect(page).to_have_url(re.compile("region=us-west-2"))
    page.go_back()
    expect(page.get_by_role("link", name="Brussels")).to_be_visible()
    expect(page.get_by_role("button", name="Region eu-west-1")).to_be_visible()
