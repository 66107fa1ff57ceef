"""The server as a process: how it starts, says that it is ready, keeps its key, and ends."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path

import boto3
import psutil

from tailrace.base import machine_code
from tests.conftest import RunningServer, wait_until
from tests.flow.functions import make_function, make_table, stream_arn


def tailrace(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TAILRACE_"))}
    command = [sys.executable, "-m", "tailrace", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=plain | environment, timeout=120, check=False)


def test_the_command_line_loads_a_server_only_to_run_one() -> None:
    """Most of a second, for a command that only asks one."""
    code = "import sys, tailrace.cli; print(sorted({'tailrace.app', 'tailrace.store', 'uvloop'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_health_tells_version_store_and_isolation(durable_server: RunningServer) -> None:
    with urllib.request.urlopen(durable_server.endpoint + "/_tailrace/health") as answer:
        health = json.load(answer)
    assert health["status"] == "ok"
    assert re.fullmatch(r"\d+\.\d+\.\d+", health["version"])
    assert health["code"] == machine_code.code()
    assert health["store"] == "sqlite"
    assert health["functions"]


def test_a_second_server_on_the_folder_is_refused_and_the_first_goes_on(durable_server: RunningServer) -> None:
    second = tailrace("serve", "--port", "0", "--data", durable_server.data)
    assert second.returncode == 1
    assert durable_server.data in second.stderr
    assert str(durable_server.process.pid) in second.stderr
    assert "Traceback" not in second.stderr
    assert durable_server.client("dynamodb").list_tables()["TableNames"] == []


def test_a_taken_port_is_told_in_one_line(durable_server: RunningServer, tmp_path: Path) -> None:
    port = durable_server.endpoint.rsplit(":", 1)[1]
    second = tailrace("serve", "--port", port, "--data", str(tmp_path / "other"))
    assert second.returncode == 1
    assert "address already in use" in second.stderr
    assert "Traceback" not in second.stderr


def test_data_and_keys_outlive_a_restart(tmp_path: Path) -> None:
    data = tmp_path / "data"
    command = [sys.executable, "-m", "tailrace", "serve", "--port", "0", "--data", str(data)]
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TAILRACE_"))}
    seen = []
    for _ in range(2):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=plain) as process:
            assert process.stdout
            assert process.stdout.readline().startswith("Tailrace is ready at http://127.0.0.1:")
            exports = tailrace("env", "--data", str(data)).stdout
            settings = dict(re.findall(r"^export (\w+)='?([^'\n]*)'?$", exports, re.MULTILINE))
            assert set(settings) >= {"AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"}
            client = boto3.client(
                "dynamodb",
                endpoint_url=settings["AWS_ENDPOINT_URL"],
                aws_access_key_id=settings["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=settings["AWS_SECRET_ACCESS_KEY"],
                region_name=settings["AWS_REGION"],
            )
            if not seen:
                client.create_table(
                    TableName="kept",
                    BillingMode="PAY_PER_REQUEST",
                    KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                    AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
                )
            assert client.list_tables()["TableNames"] == ["kept"]
            seen.append(settings["AWS_ACCESS_KEY_ID"])
            process.send_signal(signal.SIGTERM)
            assert process.wait(120) == 0
    assert seen[0] == seen[1]
    assert stat.S_IMODE((data / "credentials.json").stat().st_mode) == 0o600


def test_env_without_a_server_says_how_to_start_one(tmp_path: Path) -> None:
    result = tailrace("env", "--data", str(tmp_path))
    assert result.returncode == 1
    assert "tailrace serve --data" in result.stderr


def test_half_a_root_key_is_refused() -> None:
    result = tailrace("serve", "--data", "memory:", TAILRACE_ACCESS_KEY_ID="test")
    assert result.returncode == 2
    assert "TAILRACE_SECRET_ACCESS_KEY" in result.stderr


def test_sigterm_ends_everything_and_waits_for_no_function(durable_server: RunningServer) -> None:
    """A function is in the middle of a long invocation: it ends too, and nothing of it stays behind."""
    table = make_table(durable_server, "sigterm")
    arn = stream_arn(durable_server, table)
    code = "import time\ndef handler(event, context):\n    print('BEGUN')\n    time.sleep(60)\n"
    function = make_function(durable_server, "sigterm", code, reads=arn, Timeout=120)
    durable_server.client("lambda").create_event_source_mapping(
        EventSourceArn=arn, FunctionName=function, StartingPosition="TRIM_HORIZON"
    )
    durable_server.client("dynamodb").put_item(TableName=table, Item={"pk": {"S": "a"}})
    server = psutil.Process(durable_server.process.pid)
    children = wait_until("the function runs", lambda: server.children(recursive=True))
    assert durable_server.stop(40) == 0, "long before the function would have ended"
    psutil.wait_procs(children, timeout=120)
    assert [c for c in children if c.is_running() and c.status() != psutil.STATUS_ZOMBIE] == []
