"""Several servers on one database, writers that keep them busy, and what their triggers have seen."""

from __future__ import annotations

import json
import random
import threading
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tests.conftest import RunningServer
from tests.flow.functions import make_function, make_role, make_table, stream_arn

NODES = 3
KEY = "ab" * 32
CODE = """
import json
def handler(event, context):
    for record in event["Records"]:
        image = record["dynamodb"].get("NewImage", {})
        print("SAW " + json.dumps([image["pk"]["S"], int(image["n"]["N"])]), flush=True)
"""


class Nodes:
    """Servers with one sealing key, each by its own way to the database or all by one."""

    def __init__(self, *urls: str) -> None:
        self.servers = [RunningServer(urls[n % len(urls)], sealing_key=KEY) for n in range(NODES)]

    def close(self) -> None:
        for each in self.servers:
            each.kill()


def count_up(server: RunningServer, table: str, key: str) -> None:
    """One acknowledged write, as an SDK that tries again makes it. A write may be done twice, as on AWS."""
    server.client("dynamodb", attempts=8).update_item(
        TableName=table,
        Key={"pk": {"S": key}},
        UpdateExpression="ADD n :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )


def said(server: RunningServer, function: str) -> list[list[Any]]:
    """What the function has seen, from its log, in the order of arrival in each log stream."""
    logs = server.client("logs", attempts=5)
    found: list[list[Any]] = []
    try:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{function}")
        for page in pages:
            found += [json.loads(e["message"][4:]) for e in page["events"] if e["message"].startswith("SAW ")]
    except logs.exceptions.ResourceNotFoundException:
        return []  # it has said nothing yet
    return found


def trigger(server: RunningServer, code: str = CODE, **options: Any) -> tuple[str, str]:
    """A table and the function that its stream triggers."""
    table = make_table(server, "nodes")
    _, role = make_role(server, "nodes", reads=stream_arn(server, table))
    function = make_function(server, "nodes", code, role=role)
    server.client("lambda").create_event_source_mapping(
        EventSourceArn=stream_arn(server, table), FunctionName=function, StartingPosition="TRIM_HORIZON", **options
    )
    return table, function


class Writers:
    """Threads that count items up, each on a server of its choice, until they are told to end."""

    def __init__(self, nodes: Nodes, table: str, keys: int) -> None:
        self.acknowledged: dict[str, int] = {}
        self._end = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(nodes, table, f"k{n}")) for n in range(keys)]
        for each in self._threads:
            each.start()

    def _run(self, nodes: Nodes, table: str, key: str) -> None:
        choice = random.Random(key)
        while not self._end.is_set():
            try:
                count_up(choice.choice(nodes.servers), table, key)
            except (ClientError, BotoCoreError):
                continue  # not acknowledged
            self.acknowledged[key] = self.acknowledged.get(key, 0) + 1

    def end(self) -> None:
        self._end.set()
        for each in self._threads:
            each.join(60)


def seen_whole(server: RunningServer, table: str, function: str, keys: int) -> bool:
    """Whether the function has seen every number of every item up to where the item stands."""
    by_key: dict[str, set[int]] = {}
    for key, number in said(server, function):
        by_key.setdefault(key, set()).add(number)
    dynamodb = server.client("dynamodb", attempts=5)
    for key in (f"k{n}" for n in range(keys)):
        item = dynamodb.get_item(TableName=table, Key={"pk": {"S": key}}, ConsistentRead=True).get("Item")
        stands = int(item["n"]["N"]) if item else 0
        if by_key.get(key, set()) != set(range(1, stands + 1)):
            return False
    return True
