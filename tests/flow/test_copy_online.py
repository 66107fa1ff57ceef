"""A store moves to another engine while its server answers, and everything goes on there: items, triggers, queues."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tailrace import app, store
from tailrace.base.clock import SystemClock
from tailrace.base.config import Config
from tailrace.gateway.listener import Listener
from tailrace.store.copying.users import DatabaseUsers
from tests.conftest import RunningServer, wait_until
from tests.flow.functions import make_function, make_table, stream_arn
from tests.flow.test_serve import tailrace
from tests.postgres import Databases

KEY = "5e" * 32
CODE = """
def handler(event, context):
    for record in event["Records"]:
        print("saw", record["dynamodb"]["Keys"]["pk"]["S"])
"""
WRITERS = 2


class Writer(threading.Thread):
    """Puts items until the server goes away; those that were acknowledged."""

    def __init__(self, server: RunningServer, table: str, number: int) -> None:
        super().__init__()
        self._dynamodb = server.client("dynamodb")
        self._table, self._number = table, number
        self.acknowledged: list[str] = []
        self.ending = threading.Event()

    def run(self) -> None:
        while not self.ending.is_set():
            name = f"w{self._number}-{len(self.acknowledged)}"
            self._dynamodb.put_item(TableName=self._table, Item={"pk": {"S": name}, "at": {"S": "x" * 200}})
            self.acknowledged.append(name)
            self.ending.wait(0.2)


def seen(server: RunningServer, function: str) -> Counter[str]:
    """How often the function was called with each item."""
    logs = server.client("logs")
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{function}")
    try:
        texts = [event["message"].split() for page in pages for event in page["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return Counter()  # it has said nothing yet
    return Counter(words[1] for words in texts if words[:1] == ["saw"])


@pytest.mark.parametrize("back", [False, True], ids=["to-postgresql", "from-postgresql"])
def test_a_server_moves_while_it_answers(databases: Databases, tmp_path: Path, back: bool) -> None:
    folder, database = str(tmp_path / "data"), databases.new()
    source, target = (database, folder) if back else (folder, database)
    old = RunningServer(source, sealing_key=KEY)
    new: RunningServer | None = None
    command: subprocess.Popen[str] | None = None
    writers: list[Writer] = []
    try:
        table = make_table(old, "moved")
        function = make_function(old, "moved", CODE, reads=stream_arn(old, table))
        old.client("lambda").create_event_source_mapping(
            EventSourceArn=stream_arn(old, table), FunctionName=function, StartingPosition="TRIM_HORIZON"
        )
        queue = old.client("sqs").create_queue(QueueName="moved")["QueueUrl"]
        old.client("sqs").send_message(QueueUrl=queue, MessageBody="here")
        writers = [Writer(old, table, number) for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        wait_until("some records", lambda: len(seen(old, function)) > 5)
        arguments = [sys.executable, "-m", "tailrace", "copy", "--online", source, target]
        command = subprocess.Popen(
            arguments, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
        )
        assert command.stdout
        line = ""
        while "Caught up" not in line:
            line = command.stdout.readline()
            assert line, "the command has ended"
        refused = tailrace("serve", "--port", "0", "--data", target, "--node-folder", str(tmp_path / "other"))
        assert refused.returncode == 1
        assert "in use by process" in refused.stderr or "a part of a copy of" in refused.stderr
        at = sum(len(writer.acknowledged) for writer in writers)
        wait_until("more items", lambda: sum(len(writer.acknowledged) for writer in writers) > at + 5)
        for writer in writers:
            writer.ending.set()
            writer.join()
        assert old.stop() == 0
        assert command.wait(120) == 0
        assert "each table compared row by row and counted" in " ".join(command.stdout.read().split())
        new = RunningServer(target, sealing_key=KEY)
        written = {name for writer in writers for name in writer.acknowledged}
        paginator = new.client("dynamodb").get_paginator("scan")
        found = [item["pk"]["S"] for page in paginator.paginate(TableName=table) for item in page["Items"]]
        assert set(found) == written
        new.client("dynamodb").put_item(TableName=table, Item={"pk": {"S": "after"}})
        times: Counter[str] = wait_until(
            "all records", lambda: (got := seen(new, function)).keys() == written | {"after"} and got
        )
        assert set(times.values()) == {1}, "the trigger went on where it was"
        [message] = new.client("sqs").receive_message(QueueUrl=_queue(new))["Messages"]
        assert message["Body"] == "here"
    finally:
        for writer in writers:
            writer.ending.set()
            writer.join()
        for each in (old, new):
            if each:
                each.kill()
        if command:
            command.kill()
            command.wait(10)
            assert command.stdout
            command.stdout.close()
        databases.drop()


def _queue(server: RunningServer) -> str:
    url: Any = server.client("sqs").get_queue_url(QueueName="moved")["QueueUrl"]
    return str(url)


async def test_a_server_is_known_to_a_copy_before_it_answers(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it acknowledged would be lost with a copy that had found nobody, and ended."""
    url = databases.new()
    beside = await store.open(url)
    users, open_listener, known = DatabaseUsers(beside, SystemClock()), Listener.open, list[bool]()

    async def open(*place: Any) -> Listener:
        known.append(not await users.gone())
        return await open_listener(*place)

    monkeypatch.setattr(Listener, "open", open)
    keys = {"access_key_id": "test", "secret_access_key": "test", "sealing_key": KEY}
    server = await app.Server.start(Config(data=url, port=0, node_folder=str(tmp_path), **keys))
    await server.stop()
    assert known == [True]
    assert await users.gone()
    await beside.close()
