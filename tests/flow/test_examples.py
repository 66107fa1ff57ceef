"""The stories of examples/, run as a reader runs them, with a real mail server whose mails have to be followed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.conftest import RunningServer, wait_until
from tests.flow.listeners import Mailbox, mail_server

ROOT = Path(__file__).parent.parent.parent
ANNA = "anna@example.org"
PYTHON_STORY = [sys.executable, "-m", "examples.back_in_stock.story"]
SHELL_STORY = ["sh", "examples/back_in_stock/story.sh"]
REMINDER_STORY = [sys.executable, "-m", "examples.subscription_reminder.story"]


class Place(NamedTuple):
    """A server whose mails go to a mail server."""

    server: RunningServer
    box: Mailbox
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """What `tailrace env` exports, and nothing of the machine's own settings but where its programs are."""
        return {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "AWS_ENDPOINT_URL": self.server.endpoint,
            "AWS_ACCESS_KEY_ID": self.server.access_key,
            "AWS_SECRET_ACCESS_KEY": self.server.secret_key,
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
        }

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Begin a story."""
        pipe, out = subprocess.PIPE, subprocess.STDOUT
        return subprocess.Popen(command, stdout=pipe, stderr=out, text=True, cwd=ROOT, env=self.environment)

    def play(self, *command: str) -> str:
        """A story from beginning to end, its subscription confirmed by the link in the mail; what it told."""
        process = self.start(*command)
        try:
            asked = wait_until("the question", lambda: self.to(ANNA))[0]
            follow(link(asked.get_content()))
            told, _ = process.communicate(timeout=120)
        finally:
            process.kill()
            process.wait()
        assert process.returncode == 0, told
        return told

    def tear_down(self, *story: str) -> None:
        """End the story, and see that nothing of it is left."""
        process = self.start(*story, "--tear-down")
        told, _ = process.communicate(timeout=120)
        assert process.returncode == 0, told
        assert self.left() == []

    def left(self) -> list[Any]:
        """Everything that a story could have forgotten."""
        client = self.server.client
        groups = client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"]
        functions = client("lambda")
        return [
            *client("dynamodb").list_tables()["TableNames"],
            *client("sns").list_topics()["Topics"],
            *client("sns").list_subscriptions()["Subscriptions"],
            *client("iam").list_roles()["Roles"],
            *functions.list_functions()["Functions"],
            *functions.list_event_source_mappings()["EventSourceMappings"],
            *groups,
        ]

    def to(self, address: str) -> list[EmailMessage]:
        """The mails to an address, oldest first."""
        return [mail for mail in self.box.mails if mail["To"] == address]

    def calls(self, function: str) -> int:
        """How often a function was called; it had nothing to complain of."""
        pages = self.server.client("logs").get_paginator("filter_log_events")
        found = pages.paginate(logGroupName=f"/aws/lambda/{function}")
        messages: list[str] = list(found.search("events[].message"))
        assert not [message for message in messages if "ERROR" in message]
        return len([message for message in messages if message.startswith("START RequestId")])


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with mail_server() as (box, address):
        server = RunningServer("memory:", "--smtp", address)
        try:
            yield Place(server, box, tmp_path)
        finally:
            assert server.stop() == 0


def first_line(mail: EmailMessage) -> str:
    text: str = mail.get_content()
    return text.splitlines()[0]


def link(text: str) -> str:
    """The first link in a mail's text."""
    found = re.search(r"https?://\S+", text)
    assert found, text
    return found[0]


def follow(url: str) -> None:
    with urllib.request.urlopen(url) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("runtime", ["nodejs20.x", "python3.11"])
def test_the_chair_is_back_in_stock_and_a_mail_says_so(place: Place, runtime: str) -> None:
    told = place.play(*PYTHON_STORY, "--email", ANNA, "--runtime", runtime)
    assert "Told of CHAIR#ERGONOMIC, now 3: message" in told
    asked, mail = wait_until("the mail", lambda: len(place.to(ANNA)) >= 2 and place.to(ANNA))
    assert asked["Subject"] == "AWS Notification - Subscription Confirmation"
    assert (mail["From"], mail["Subject"]) == ("Cloud9 <no-reply@sns.tailrace>", "Ergonomic chair is back in stock")
    assert first_line(mail) == "Ergonomic chair: 3 in stock again, $229 each."
    assert len(place.box.mails) == 2, "nothing about the lamp, nothing about the price"
    assert place.calls("back-in-stock") == 2, "for the lamp and the chair, and not for the new price"

    # What README.md proposes to do by hand: sold out is no news, restocked is.
    dynamodb = place.server.client("dynamodb")
    for stocks in ("0", "5"):
        dynamodb.update_item(
            TableName="Cloud9-Furniture",
            Key={"PK": {"S": "FURNITURE"}, "SK": {"S": "CHAIR#ERGONOMIC"}},
            UpdateExpression="SET Stocks = :n",
            ExpressionAttributeValues={":n": {"N": stocks}},
        )
    wait_until("the second mail", lambda: len(place.to(ANNA)) == 3)
    assert first_line(place.to(ANNA)[2]).startswith("Ergonomic chair: 5 in stock again")
    follow(link(mail.get_content()))  # unsubscribes
    wait_until("the goodbye", lambda: "Unsubscribe Confirmation" in place.to(ANNA)[-1]["Subject"])
    place.tear_down(*PYTHON_STORY)


def test_the_role_of_the_stories_allows_what_they_use_and_no_more(tmp_path: Path) -> None:
    with mail_server() as (box, address):
        server = RunningServer(str(tmp_path / "data"), "--smtp", address)
        try:
            place = Place(server, box, tmp_path)
            place.play(*PYTHON_STORY, "--email", ANNA)
            stream = server.client("dynamodb").describe_table(TableName="Cloud9-Furniture")["Table"]["LatestStreamArn"]
            command = [sys.executable, "-m", "tailrace", "why", "--role", "back-in-stock", "--data", server.data]
            keys = {"TAILRACE_ACCESS_KEY_ID": server.access_key, "TAILRACE_SECRET_ACCESS_KEY": server.secret_key}
            used = subprocess.run(
                command, capture_output=True, text=True, check=True, env=place.environment | keys, cwd=tmp_path
            )
            account = "us-east-1:000000000000"
            text = (ROOT / "examples" / "permissions.json").read_text()
            for name, arn in (
                ("Stream", stream),
                ("Topic", f"arn:aws:sns:{account}:back-in-stock"),
                ("Log", f"arn:aws:logs:{account}:log-group:/aws/lambda/back-in-stock"),
            ):
                text = text.replace(f"${{{name}}}", arn)
            assert grants(json.loads(used.stdout)) == grants(json.loads(text))
        finally:
            assert server.stop() == 0


def grants(document: dict[str, Any]) -> set[tuple[str, str]]:
    """What a policy allows, each action with its resource; services are written in small letters."""
    found = set()
    for statement in document["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        for action in actions:
            service, _, name = action.partition(":")
            found.add((f"{service.lower()}:{name}", statement["Resource"]))
    return found


def test_the_same_story_by_the_aws_cli(place: Place) -> None:
    told = place.play(*SHELL_STORY, ANNA)
    assert "Told of CHAIR#ERGONOMIC, now 3: message" in told
    mail = wait_until("the mail", lambda: len(place.to(ANNA)) >= 2 and place.to(ANNA)[1])
    assert first_line(mail) == "Ergonomic chair: 3 in stock again, $249 each."
    place.tear_down(*PYTHON_STORY)


def test_a_subscription_runs_out_and_a_mail_reminds_of_it(place: Place) -> None:
    told = place.play(*REMINDER_STORY, "--email", ANNA, "--ends-in", "2s")
    assert f"Reminded {ANNA}: message" in told
    mail = wait_until("the mail", lambda: len(place.to(ANNA)) >= 2 and place.to(ANNA)[1])
    assert mail["Subject"] == "Your subscription to Rivers & Mills has run out"
    assert first_line(mail).startswith("Anna, your subscription to Rivers & Mills ran out on ")
    assert place.calls("subscription-reminder") == 1, "not for Ben, who has cancelled"
    place.tear_down(*REMINDER_STORY)


def test_a_month_passes_in_a_moment_where_the_clock_can_be_moved(tmp_path: Path) -> None:
    with mail_server() as (box, address):
        server = RunningServer(str(tmp_path / "data"), "--smtp", address, "--movable-clock")
        try:
            place = Place(server, box, tmp_path)
            process = place.start(*REMINDER_STORY, "--email", ANNA, "--ends-in", "30d")
            try:
                follow(link(wait_until("the question", lambda: place.to(ANNA))[0].get_content()))
                table = {"TableName": "Magazine-Subscriptions", "Key": {"Email": {"S": ANNA}}}
                wait_until("the subscription", lambda: is_there(server, table))
                command = [sys.executable, "-m", "tailrace", "clock", "advance", "30d", "--data", server.data]
                keys = {"TAILRACE_ACCESS_KEY_ID": "test", "TAILRACE_SECRET_ACCESS_KEY": "test"}
                subprocess.run(command, check=True, capture_output=True, env=place.environment | keys)
                told, _ = process.communicate(timeout=120)
            finally:
                process.kill()
                process.wait()
            assert process.returncode == 0, told
            mail = wait_until("the mail", lambda: len(place.to(ANNA)) >= 2 and place.to(ANNA)[1])
            assert mail["Subject"] == "Your subscription to Rivers & Mills has run out"
        finally:
            assert server.stop() == 0


def is_there(server: RunningServer, asked: dict[str, Any]) -> bool:
    dynamodb = server.client("dynamodb")
    try:
        return "Item" in dynamodb.get_item(**asked)
    except dynamodb.exceptions.ResourceNotFoundException:
        return False


def test_without_a_mail_server_the_story_goes_by_the_inbox(durable_server: RunningServer, tmp_path: Path) -> None:
    place = Place(durable_server, Mailbox(), tmp_path)
    process = place.start(*REMINDER_STORY, "--email", ANNA, "--ends-in", "2s")

    def inbox() -> str:
        command = [sys.executable, "-m", "tailrace", "inbox", "--data", durable_server.data, "--to", ANNA]
        keys = {"TAILRACE_ACCESS_KEY_ID": "test", "TAILRACE_SECRET_ACCESS_KEY": "test"}
        return subprocess.run(command, capture_output=True, text=True, check=True, env=place.environment | keys).stdout

    try:
        follow(link(wait_until("the question", lambda: "http" in inbox() and inbox())))
        told, _ = process.communicate(timeout=120)
        assert process.returncode == 0, told
        wait_until("the mail", lambda: "Your subscription to Rivers & Mills has run out" in inbox())
    finally:
        process.kill()
        process.wait()


def test_a_story_that_was_told_already_says_how_to_end_it(place: Place) -> None:
    place.play(*REMINDER_STORY, "--email", ANNA, "--ends-in", "1s")
    again = place.start(*REMINDER_STORY, "--email", ANNA)
    told, _ = again.communicate(timeout=120)
    assert again.returncode == 1
    assert "Magazine-Subscriptions is there already: end the earlier story with --tear-down first" in told
    place.tear_down(*REMINDER_STORY)
