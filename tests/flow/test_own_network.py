"""Functions without a network but for the server: AWS's SDKs work against it, and nothing else answers."""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tailrace import tls
from tailrace.runtime import bubblewrap
from tests.conftest import RunningServer
from tests.flow.functions import allow, make_function, make_role

PYTHON = """
import boto3, os, socket, urllib.request
def attempt(host, port):
    try:
        socket.create_connection((host, port), 3).close()
        return "reached"
    except OSError as problem:
        return type(problem).__name__
def handler(event, context):
    url = boto3.client("sqs").get_queue_url(QueueName=event["queue"])["QueueUrl"]
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody="from within")
    networks = [line.split(":")[0].strip() for line in open("/proc/net/dev") if ":" in line]
    return {"url": url, "attempts": [attempt(*place) for place in event["places"]], "networks": networks,
            "health": urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + "/_tailrace/health").status}
"""
NODE = """
import { SQSClient, GetQueueUrlCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
export const handler = async ({ queue }) => {
    const client = new SQSClient({});
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: queue }));
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "from within" }));
    const other = await fetch("http://169.254.169.254/latest/").then(() => "reached", (error) => error.cause.code);
    return { url: QueueUrl, other };
};
"""


@pytest.fixture(scope="module", params=["http", "https"])
def alone(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server whose functions reach nothing else, by HTTP and by HTTPS with a certificate of its own."""
    if not bubblewrap.separates():
        pytest.skip("no bubblewrap that may make networks here")
    folder = tmp_path_factory.mktemp("alone") / "data"
    options = ("--tls", "self") if request.param == "https" else ()
    with pytest.MonkeyPatch.context() as patch:
        if options:
            patch.setenv("AWS_CA_BUNDLE", str(folder / tls.CERTIFICATE_FILE))
        running = RunningServer(str(folder), "--functions-network", "none", *options)
        yield running
        running.kill()


@pytest.fixture
def queue(alone: RunningServer) -> str:
    alone.client("sqs").create_queue(QueueName="from-functions")
    return "from-functions"


def call(server: RunningServer, code: str, runtime: str, event: dict[str, Any]) -> Any:
    role, arn = make_role(server, "alone")
    server.client("iam").put_role_policy(RoleName=role, PolicyName="queues", PolicyDocument=allow("sqs:*"))
    name = make_function(server, "alone", code, role=arn, runtime=runtime, Timeout=60)
    answer = server.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
    payload = answer["Payload"].read()
    assert "FunctionError" not in answer, payload
    return json.loads(payload)


def received(server: RunningServer, url: str) -> list[str]:
    return [m["Body"] for m in server.client("sqs").receive_message(QueueUrl=url).get("Messages", [])]


def test_boto3_reaches_the_server_and_nothing_else_is_reached(alone: RunningServer, queue: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        places = [other.getsockname(), ("169.254.169.254", 80), ("pypi.org", 443)]
        told = call(alone, PYTHON, "python3.11", {"queue": queue, "places": places})
    assert told["url"].startswith(alone.endpoint)
    assert told["health"] == 200
    assert told["attempts"] == ["ConnectionRefusedError", "OSError", "gaierror"]
    assert told["networks"] == ["lo"]
    assert received(alone, told["url"]) == ["from within"]


def test_the_javascript_sdk_reaches_it_too(alone: RunningServer, queue: str) -> None:
    if shutil.which("node") is None:
        pytest.skip("no Node.js on the PATH")
    told = call(alone, NODE, "nodejs20.x", {"queue": queue})
    assert told["other"] in ("ENETUNREACH", "EHOSTUNREACH")
    assert received(alone, told["url"]) == ["from within"]


def test_health_says_so(alone: RunningServer) -> None:
    trust = ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE"))
    with urllib.request.urlopen(alone.endpoint + "/_tailrace/health", context=trust) as page:
        isolation = json.load(page)["functions"]["isolation"]
    assert isolation["network"] == "none but the server's endpoint and the Runtime API"


@pytest.mark.parametrize(
    ("path", "options", "text"),
    [
        ("/nowhere", (), "functions without a network need bubblewrap"),
        ("", ("--host", "192.0.2.7"), "can't reach 192.0.2.7"),
        ("", ("--port", "9001"), "Runtime API on port 9001"),
    ],
)
def test_a_server_that_cannot_do_it_does_not_start(
    tmp_path: Path, path: str, options: tuple[str, ...], text: str
) -> None:
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TAILRACE_"))}
    command = [sys.executable, "-m", "tailrace", "serve", "--port", "0", "--data", str(tmp_path / "data")]
    environment = plain | ({"PATH": path} if path else {})
    done = subprocess.run(
        [*command, "--functions-network", "none", *options],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert text in done.stderr
    assert "Traceback" not in done.stderr
