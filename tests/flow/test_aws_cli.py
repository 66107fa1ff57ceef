"""The tutorial's story once more, told by the AWS CLI: the words of a shell instead of an SDK."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import RunningServer, wait_until
from tests.flow.functions import BASIC_POLICY, TRUST, unique, zipped

CODE = "def handler(event, context):\n    for r in event['Records']:\n        print(r['eventName'], r['dynamodb'])\n"


class Cli:
    """`aws` with a server's endpoint and key in its environment, and nothing of the machine's own settings."""

    def __init__(self, server: RunningServer, home: Path) -> None:
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "AWS_ENDPOINT_URL": server.endpoint,
            "AWS_ACCESS_KEY_ID": server.access_key,
            "AWS_SECRET_ACCESS_KEY": server.secret_key,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_PAGER": "",
            "AWS_MAX_ATTEMPTS": "1",
        }
        self.program = Path(sys.executable).with_name("aws")
        self.home = home

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One command to its end."""
        command = [sys.executable, str(self.program), *words]
        return subprocess.run(
            command, capture_output=True, text=True, env=self.environment, cwd=self.home, timeout=120, check=False
        )

    def __call__(self, *words: str) -> Any:
        """One command that must succeed; its JSON, or its text where it isn't JSON."""
        result = self.run(*words)
        assert result.returncode == 0, result.stderr
        try:
            return json.loads(result.stdout) if result.stdout.strip() else None
        except ValueError:
            return result.stdout

    def file(self, name: str, content: bytes) -> str:
        """A file for the command to read; its name."""
        (self.home / name).write_bytes(content)
        return name


@pytest.fixture
def aws(server: RunningServer, tmp_path: Path) -> Cli:
    return Cli(server, tmp_path)


def test_the_tutorial_by_the_cli(aws: Cli) -> None:
    table, function, role = unique("Cloud9"), unique("DB-Stream-Handler"), unique("DB-Stream-Handler-role")
    aws(
        *("dynamodb", "create-table", "--table-name", table, "--billing-mode", "PAY_PER_REQUEST"),
        *("--attribute-definitions", "AttributeName=PK,AttributeType=S", "AttributeName=SK,AttributeType=S"),
        *("--key-schema", "AttributeName=PK,KeyType=HASH", "AttributeName=SK,KeyType=RANGE"),
    )
    aws("dynamodb", "wait", "table-exists", "--table-name", table)
    item = {"PK": {"S": "FRUIT"}, "SK": {"S": "APPLE#WASHINGTON"}, "Stocks": {"N": "39"}}
    aws("dynamodb", "put-item", "--table-name", table, "--item", json.dumps(item))
    specification = "StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES"
    aws("dynamodb", "update-table", "--table-name", table, "--stream-specification", specification)
    stream = aws("dynamodb", "describe-table", "--table-name", table)["Table"]["LatestStreamArn"]
    assert aws("dynamodbstreams", "list-streams", "--table-name", table)["Streams"][0]["StreamArn"] == stream

    trust = ("--assume-role-policy-document", json.dumps(TRUST))
    role_arn = aws("iam", "create-role", "--role-name", role, *trust)["Role"]["Arn"]
    aws("iam", "attach-role-policy", "--role-name", role, "--policy-arn", BASIC_POLICY)
    package = aws.file("code.zip", zipped(index__py=CODE))
    aws(
        *("lambda", "create-function", "--function-name", function, "--runtime", "python3.11"),
        *("--handler", "index.handler", "--role", role_arn, "--zip-file", f"fileb://{package}"),
    )
    aws("lambda", "wait", "function-active-v2", "--function-name", function)

    trigger = (
        *("lambda", "create-event-source-mapping", "--function-name", function, "--event-source-arn", stream),
        *("--starting-position", "LATEST", "--batch-size", "1"),
    )
    refused = aws.run(*trigger)
    assert refused.returncode != 0
    assert (
        "An error occurred (InvalidParameterValueException) when calling the CreateEventSourceMapping operation: "
        f"Cannot access stream {stream}. Please ensure the role can perform the GetRecords, GetShardIterator, "
        "DescribeStream, and ListStreams Actions on your stream in IAM."
    ) in refused.stderr
    actions = [f"dynamodb:{a}" for a in ("GetRecords", "GetShardIterator", "DescribeStream", "ListStreams")]
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    aws(
        *("iam", "put-role-policy", "--role-name", role, "--policy-name", "dynamodb-stream-access"),
        *("--policy-document", json.dumps(document)),
    )
    mapping = aws(*trigger)["UUID"]

    aws(
        *("dynamodb", "update-item", "--table-name", table),
        *("--key", '{"PK": {"S": "FRUIT"}, "SK": {"S": "APPLE#WASHINGTON"}}'),
        *("--update-expression", "SET Stocks = :n", "--expression-attribute-values", '{":n": {"N": "33"}}'),
    )

    def log() -> list[str]:
        command = ("logs", "filter-log-events", "--log-group-name", f"/aws/lambda/{function}")
        result = aws.run(*command)
        messages = [e["message"] for e in json.loads(result.stdout)["events"]] if result.returncode == 0 else []
        return messages if any(m.startswith("REPORT") for m in messages) else []

    messages = wait_until("the log", log)
    assert [m.split()[0] for m in messages if m.split()[0].isupper()] == [
        "INIT_START",
        "START",
        "MODIFY",
        "END",
        "REPORT",
    ]
    newest = ("--order-by", "LastEventTime", "--descending", "--query", "logStreams[0].logStreamName")
    name = aws("logs", "describe-log-streams", "--log-group-name", f"/aws/lambda/{function}", *newest)
    events = aws("logs", "get-log-events", "--log-group-name", f"/aws/lambda/{function}", "--log-stream-name", name)
    assert [e["message"] for e in events["events"]] == messages

    answer = aws.home / "answer.json"
    invoked = aws("lambda", "invoke", "--function-name", function, "--payload", '{"Records": []}', str(answer))
    assert invoked["StatusCode"] == 200
    assert answer.read_text() == "null"

    aws("lambda", "delete-event-source-mapping", "--uuid", mapping)
    aws("lambda", "delete-function", "--function-name", function)
    aws("dynamodb", "delete-table", "--table-name", table)
    aws("dynamodb", "wait", "table-not-exists", "--table-name", table)


def test_metrics_are_published_and_read(aws: Cli) -> None:
    namespace = unique("Cli")
    aws(
        *("cloudwatch", "put-metric-data", "--namespace", namespace, "--metric-name", "orders"),
        *("--value", "3", "--unit", "Count", "--dimensions", "shop=north"),
    )
    [found] = aws("cloudwatch", "list-metrics", "--namespace", namespace)["Metrics"]
    assert found["Dimensions"] == [{"Name": "shop", "Value": "north"}]
    metric = {"Namespace": namespace, "MetricName": "orders", "Dimensions": found["Dimensions"]}
    queries = [{"Id": "q", "MetricStat": {"Metric": metric, "Period": 3600, "Stat": "Sum"}}]
    now = datetime.now(UTC)
    told = aws(
        *("cloudwatch", "get-metric-data", "--metric-data-queries", json.dumps(queries)),
        *("--start-time", (now - timedelta(hours=1)).isoformat(), "--end-time", (now + timedelta(hours=1)).isoformat()),
    )
    assert told["MetricDataResults"][0]["Values"] == [3.0]
