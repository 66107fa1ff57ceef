"""From a record to the attempt, its log lines and back; a record sent once more; what was given up, redriven."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import RunningServer, wait_until
from tests.console.menus import choose
from tests.console.resources import latest_caused, make_function, make_table, tailrace_client

TABLE, FUNCTION, ROLE = "traced", "traced-handler", "traced-role"
FAILING, FAILING_ROLE = "failing-handler", "failing-role"
THROWING = "export const handler = async () => { throw new Error('no luck today'); };\n"


@pytest.fixture(scope="module")
def traced(server: RunningServer) -> str:
    """A record that a function has been given."""
    stream = make_table(server, TABLE)
    make_function(server, FUNCTION, ROLE)
    server.client("lambda").create_event_source_mapping(
        FunctionName=FUNCTION, EventSourceArn=stream, StartingPosition="TRIM_HORIZON", BatchSize=1
    )
    return latest_caused(server, FUNCTION).record


@pytest.fixture(scope="module")
def given_up(server: RunningServer, traced: str) -> str:
    """A record that a failing function's trigger has given up."""
    stream = make_table(server, "given-up")
    make_function(server, FAILING, FAILING_ROLE, code=THROWING)
    functions = server.client("lambda")
    mapping = functions.create_event_source_mapping(
        FunctionName=FAILING, EventSourceArn=stream, StartingPosition="TRIM_HORIZON", MaximumRetryAttempts=0
    )["UUID"]
    asked = {"EventSourceMappingUUID": mapping, "Outcome": "GivenUp"}
    found = wait_until("what is given up", lambda: tailrace_client(server).list_attempts(**asked)["Attempts"])
    return str(found[0]["EventIds"][0])


def test_from_a_record_to_its_run_its_log_lines_and_back(page: Page, traced: str) -> None:
    page.goto(f"/console/tables/{TABLE}?tab=streams&record={traced}")
    record = page.get_by_role("region", name="Record")
    expect(record.get_by_text("Delivered")).to_be_visible()
    expect(record.get_by_text(re.compile("batch of 1")).first).to_be_visible()
    expect(record.get_by_text(re.compile(r"Ran \d")).first).to_be_visible()
    trigger = record.get_by_role("region", name=f"Trigger of {FUNCTION}")
    trigger.get_by_role("button", name="Log lines").click()
    expect(trigger.get_by_role("region", name="Log lines")).to_contain_text("START RequestId: ")
    trigger.get_by_role("link", name="Open in the log stream").click()
    expect(page.get_by_role("heading", name="Log events")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Expand START RequestId")).click()
    page.get_by_role("link", name="Trace this run").click()
    expect(page.get_by_role("heading", name="The function's run")).to_be_visible()
    page.get_by_role("link", name=traced).click()
    expect(page.get_by_role("link", name=re.compile("^INSERT FRUIT")).first).to_be_visible()


def test_from_the_record_to_the_request_that_wrote_it(page: Page, traced: str) -> None:
    page.goto("/console/traces")
    page.get_by_label("ID", exact=True).fill("no id")
    page.get_by_role("button", name="Trace").click()
    expect(page.get_by_text("This is none of these ids.")).to_be_visible()
    page.get_by_label("ID", exact=True).fill(traced)
    page.get_by_role("button", name="Trace").click()
    expect(page.get_by_text("PutItem, root")).to_be_visible()
    page.get_by_role("link", name=re.compile("^[0-9A-Z]{52}$")).first.click()
    expect(page.get_by_text("dynamodb:PutItem")).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("What it wrote"))).to_be_visible()


def test_a_record_is_sent_once_more_after_a_preview(page: Page, traced: str) -> None:
    page.goto(f"/console/tables/{TABLE}?tab=streams&record={traced}")
    page.get_by_role("region", name="Record").get_by_role("link", name="Replay", exact=True).click()
    expect(page.get_by_label("Event IDs")).to_have_value(traced)
    expect(page.get_by_role("button", name="Start replay")).to_be_disabled()
    choose(page.get_by_role("button", name=re.compile("^Function")), page.get_by_role("option", name=FUNCTION))
    event = page.get_by_role("region", name="The first event")
    expect(event).to_contain_text('"eventName": "INSERT"')
    page.get_by_role("button", name="Start replay").click()
    expect(page.get_by_text("Completed")).to_be_visible()
    expect(page.get_by_text("Succeeded").first).to_be_visible()


def test_a_range_is_sent_as_a_trigger_would(page: Page, traced: str) -> None:
    page.goto(f"/console/tables/{TABLE}?tab=streams")
    page.get_by_role("link", name="Replay range").click()
    choose(
        page.get_by_role("button", name=re.compile("^As a trigger would")), page.get_by_role("option", name=FUNCTION)
    )
    expect(page.get_by_role("region", name="The first event")).to_be_visible()
    page.get_by_role("button", name="Start replay").click()
    expect(page.get_by_text("Completed")).to_be_visible()


def test_what_was_given_up_is_redriven(page: Page, given_up: str) -> None:
    page.goto(f"/console/traces/{given_up}")
    expect(page.get_by_text("Given up").first).to_be_visible()
    expect(page.get_by_text(re.compile("no luck today")).first).to_be_visible()
    page.get_by_role("button", name="Redrive failures").click()
    expect(page.get_by_role("heading", name="Replay details")).to_be_visible()
    expect(page.get_by_text("What was given up is sent again.")).to_be_visible()


def test_the_calls_of_a_function_are_listed_and_filtered_by_outcome(page: Page, given_up: str) -> None:
    """Each with where its time went; a failing one, and that its records were given up."""
    page.goto(f"/console/functions/{FAILING}?tab=invocations")
    calls = page.get_by_role("grid", name="Invocations")
    expect(calls.get_by_text("Error: no luck today").first).to_be_visible()
    expect(calls.get_by_text(re.compile(r"Ran \d")).first).to_be_visible()
    expect(calls.get_by_role("link", name="DynamoDB: given-up").first).to_be_visible()
    choose(page.get_by_role("button", name="Outcome"), page.get_by_role("option", name="GivenUp"))
    expect(page).to_have_url(re.compile("outcome=GivenUp"))
    expect(calls.get_by_text("Failed")).to_have_count(0)
    expect(calls.get_by_text("Given up").first).to_be_visible()
