"""Floor 5: the tutorial's story, told in the terminal while it happens, through boto3 over HTTP.

A supermarket's table, the stream of its changes, a function that logs them, the permission that is missing at first,
and the log line that an apple's new stock causes. Nothing here reaches behind the public API.
"""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import boto3
from botocore.exceptions import ClientError
from rich.console import Console
from rich.markup import escape
from rich.syntax import Syntax

from tailrace.base.clock import SystemClock

CLOCK = SystemClock()
PATIENCE_SECONDS = 30.0
POLL_SECONDS = 0.01
TABLE, FUNCTION, ROLE = "Cloud9", "DB-Stream-Handler", "DB-Stream-Handler-role"
LOG_GROUP = f"/aws/lambda/{FUNCTION}"
BASIC_POLICY = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
HANDLER_NODE = """\
import { unmarshall } from "@aws-sdk/util-dynamodb";

export const handler = async (event) => {
    event.Records.forEach(record => {
        console.log(JSON.stringify(record, null, 4));
        console.log("Now in stock:", unmarshall(record.dynamodb.NewImage));
    });
};
"""
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}


def tell(port: int, then_exit: bool) -> int:
    """Start a server on a folder of its own, tell the story, and stay up until Ctrl-C unless `then_exit`."""
    console = Console(highlight=False, soft_wrap=True)
    with tempfile.TemporaryDirectory(prefix="tailrace-demo-") as folder:
        process, endpoint = start_server(folder, free_port(port))
        try:
            Story(console, endpoint).tell()
            if not then_exit:
                stay(console, process, endpoint)
        except KeyboardInterrupt:
            console.print()
        finally:
            process.send_signal(signal.SIGTERM)
            code = process.wait(15)
    return code


def free_port(wanted: int) -> int:
    """The wanted port, or 0 (any) where another program has it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return 0
    return wanted


def start_server(folder: str, port: int) -> tuple[subprocess.Popen[str], str]:
    """`tailrace serve` as its own process; returns it and where it answers."""
    environment = {**os.environ, "TAILRACE_ACCESS_KEY_ID": "test", "TAILRACE_SECRET_ACCESS_KEY": "test"}
    command = [sys.executable, "-m", "tailrace", "serve", "--port", str(port), "--data", folder]
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own words
        command, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True
    )
    assert process.stdout
    line = process.stdout.readline()
    if "ready at" not in line:
        raise SystemExit("the server did not start")
    return process, line.split()[-1]


def stay(console: Console, process: subprocess.Popen[str], endpoint: str) -> None:
    """Print how to go on by hand, and wait."""
    console.print("\n[bold]The server stays up.[/bold] In another terminal:\n")
    for line in (
        f"export AWS_ENDPOINT_URL={endpoint} AWS_REGION=us-east-1",
        "export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test",
        f"aws dynamodb scan --table-name {TABLE}",
        f"aws logs filter-log-events --log-group-name {LOG_GROUP} --query events[].message --output text",
    ):
        console.print(f"    [cyan]{escape(line)}[/cyan]")
    console.print("\nboto3 and the JavaScript SDK read the same variables. In a browser:\n")
    console.print(f"    [cyan]{endpoint}/console/[/cyan]   access key test, secret test")
    console.print("\nCtrl-C ends it.")
    process.wait()


def fruit(name_and_place: str, stocks: int, usd: str, inr: str) -> dict[str, Any]:
    """One item of the inventory, as the tutorial's table has it."""
    price = {"M": {"USD": {"N": usd}, "INR": {"N": inr}}}
    return {"PK": {"S": "FRUIT"}, "SK": {"S": name_and_place}, "Stocks": {"N": str(stocks)}, "Price": price}


def stream_policy(stream_arn: str) -> dict[str, Any]:
    """The tutorial's inline policy: the smallest that lets a function read this stream."""
    actions = ["dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:GetRecords"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "VisualEditor0", "Effect": "Allow", "Action": actions, "Resource": stream_arn},
            {"Sid": "VisualEditor1", "Effect": "Allow", "Action": "dynamodb:ListStreams", "Resource": "*"},
        ],
    }


def zipped(name: str, source: str) -> bytes:
    """A deployment package of one file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, source)
    return buffer.getvalue()


class Story:
    """The steps of the tutorial, in its order and its words."""

    def __init__(self, console: Console, endpoint: str) -> None:
        self.console = console
        session = boto3.Session("test", "test", region_name="us-east-1")
        names = ("dynamodb", "iam", "lambda", "logs")
        self.dynamodb, self.iam, self.functions, self.logs = (session.client(n, endpoint_url=endpoint) for n in names)
        self.endpoint = endpoint
        self.steps = 0

    def tell(self) -> None:
        """Everything, first to last."""
        self.console.rule("[bold]DynamoDB Streams, the tutorial[/bold]", align="left")
        self.console.print(f"Tailrace on {self.endpoint}, SQLite underneath, boto3 on the other end of the wire.")
        self.inventory()
        stream = self.stream()
        self.function()
        self.trigger(stream)
        self.change()

    def step(self, title: str) -> None:
        """Head the next step."""
        self.steps += 1
        self.console.print(f"\n[bold cyan]{self.steps}  {escape(title)}[/bold cyan]")

    def say(self, text: str) -> None:
        """One line of the story."""
        self.console.print(f"   {text}")

    def inventory(self) -> None:
        """The table and its fruit."""
        self.step(f"A table named {TABLE}")
        self.dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("PK", "SK")],
        )
        self.dynamodb.get_waiter("table_exists").wait(TableName=TABLE, WaiterConfig={"Delay": 1})
        for item in (fruit("APPLE#WASHINGTON", 39, "0.8", "50"), fruit("ORANGE#FLORIDA", 42, "0.5", "30")):
            self.dynamodb.put_item(TableName=TABLE, Item=item)
            self.say(f"{item['PK']['S']}  {item['SK']['S']:<18} Stocks {item['Stocks']['N']}")

    def stream(self) -> str:
        """Exports and streams -> Turn on -> New and old images."""
        self.step("Its stream, with new and old images")
        wanted = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        self.dynamodb.update_table(TableName=TABLE, StreamSpecification=wanted)
        arn: str = wait_for(
            "the stream to be on",
            lambda: (
                (t := self.dynamodb.describe_table(TableName=TABLE)["Table"])["TableStatus"] == "ACTIVE"
                and t["LatestStreamArn"]
            ),
        )
        self.say(f"[dim]{arn}[/dim]")
        return arn

    def function(self) -> None:
        """Author from scratch: a role with basic permissions, index.mjs, Deploy."""
        self.step(f"A function, {FUNCTION}, that logs each change")
        role = self.iam.create_role(RoleName=ROLE, Path="/service-role/", AssumeRolePolicyDocument=json.dumps(TRUST))[
            "Role"
        ]
        self.iam.attach_role_policy(RoleName=ROLE, PolicyArn=BASIC_POLICY)
        self.functions.create_function(
            FunctionName=FUNCTION,
            Runtime="nodejs20.x",
            Role=role["Arn"],
            Handler="index.handler",
            Code={"ZipFile": zipped("index.mjs", HANDLER_NODE)},
        )
        self.functions.get_waiter("function_active_v2").wait(FunctionName=FUNCTION, WaiterConfig={"Delay": 1})
        code = Syntax("", "javascript", background_color="default").highlight(HANDLER_NODE.rstrip())
        for line in code.split():
            self.console.print("  ", line)

    def trigger(self, stream: str) -> None:
        """Create trigger, the refusal, the inline policy, and Create trigger again."""
        wanted = {
            "EventSourceArn": stream,
            "FunctionName": FUNCTION,
            "StartingPosition": "LATEST",
            "BatchSize": 1,
            "Enabled": True,
        }
        self.step("Create trigger: the role may not read the stream yet")
        try:
            self.functions.create_event_source_mapping(**wanted)
        except ClientError as error:
            said = error.response["Error"]
            self.say(f"[red]{said['Code']}: {escape(said['Message'])}[/red]")
        else:
            raise SystemExit("a role without permission was let through: this must not happen")
        self.step("Add permissions -> Create inline policy -> dynamodb-stream-access")
        policy = stream_policy(stream)
        for statement in policy["Statement"]:
            actions = statement["Action"]
            self.say(f"Allow {actions if isinstance(actions, str) else ', '.join(actions)}")
            self.say(f"   on [dim]{statement['Resource']}[/dim]")
        self.iam.put_role_policy(RoleName=ROLE, PolicyName="dynamodb-stream-access", PolicyDocument=json.dumps(policy))
        mapping = self.functions.create_event_source_mapping(**wanted)["UUID"]
        wait_for(
            "the trigger",
            lambda: self.functions.get_event_source_mapping(UUID=mapping)["State"] == "Enabled",
        )
        self.say(f"[green]The trigger {mapping} is on.[/green]")

    def change(self) -> None:
        """Edit the item, Save, and read the log."""
        self.step("Edit APPLE#WASHINGTON: Stocks 39 -> 33, Save")
        key = {"PK": {"S": "FRUIT"}, "SK": {"S": "APPLE#WASHINGTON"}}
        started = CLOCK.monotonic()
        self.dynamodb.update_item(
            TableName=TABLE,
            Key=key,
            UpdateExpression="SET Stocks = :n",
            ExpressionAttributeValues={":n": {"N": "33"}},
        )
        answered = CLOCK.monotonic()
        self.say(f"[dim]UpdateItem answered after {(answered - started) * 1000:.1f} ms[/dim]")
        self.step(f"CloudWatch -> Log groups -> {LOG_GROUP}")
        for message in self.log_events():
            since = (CLOCK.monotonic() - answered) * 1000
            self.console.print(f"   [dim]+{since:6.0f} ms[/dim]  {escape(indented(message))}")
        self.console.print(
            f"\n[bold green]One change, one invocation, one log, {since:.0f} ms after the answer.[/bold green]"
        )

    def log_events(self) -> Iterator[str]:
        """The invocation's log events as they arrive, until its REPORT."""
        seen: set[str] = set()
        end = CLOCK.monotonic() + PATIENCE_SECONDS
        while CLOCK.monotonic() < end:
            for event in self.new_events(seen):
                yield event
                if event.startswith("REPORT "):
                    return
            pause()
        raise SystemExit("the log did not arrive")

    def new_events(self, seen: set[str]) -> list[str]:
        """Messages that were not there before; none while the log group is not there yet."""
        try:
            events = self.logs.filter_log_events(logGroupName=LOG_GROUP)["events"]
        except self.logs.exceptions.ResourceNotFoundException:
            return []
        fresh = [e for e in events if e["eventId"] not in seen]
        seen.update(e["eventId"] for e in fresh)
        return [e["message"].rstrip("\n") for e in fresh]


def indented(message: str) -> str:
    """A message of several lines, its later ones under the first."""
    return message.replace("\r", "\n").replace("\n", "\n" + " " * 15)


def pause() -> None:
    """Wait a little between two looks."""
    threading.Event().wait(POLL_SECONDS)


def wait_for(what: str, probe: Callable[[], Any]) -> Any:
    """What `probe` gives once it gives something true."""
    end = CLOCK.monotonic() + PATIENCE_SECONDS
    while CLOCK.monotonic() < end:
        found = probe()
        if found:
            return found
        pause()
    raise SystemExit(f"waited {PATIENCE_SECONDS:.0f} s for {what}, in vain")
