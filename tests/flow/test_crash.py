"""SIGKILL under load, many times: what was acknowledged is there, once, in order, and reaches the function.

The whole path at once: HTTP, store, stream, trigger. The server is killed at a random moment of each round while
eight clients write; each counts only what was answered.
"""

from __future__ import annotations

import json
import random
import threading
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tests.conftest import RunningServer, wait_until
from tests.flow.functions import all_records, make_function, make_table, stream_arn

ROUNDS = 6
WRITERS = 8
ITEMS_PER_WRITER = 3
ROUND_SECONDS = (0.2, 0.9)


class Writer(threading.Thread):
    """Adds one to its items' counters until the server is gone; knows what was acknowledged."""

    def __init__(self, server: RunningServer, table: str, name: str, start: dict[str, int]) -> None:
        super().__init__(daemon=True)
        self.client, self.table, self.prefix = server.client("dynamodb", attempts=1), table, name
        self.acknowledged = dict(start)

    def run(self) -> None:
        while True:
            item = f"{self.prefix}-{random.randrange(ITEMS_PER_WRITER)}"
            wanted = self.acknowledged.get(item, 0) + 1
            try:
                self.client.put_item(
                    TableName=self.table,
                    Item={"pk": {"S": item}, "n": {"N": str(wanted)}, "group": {"S": f"g{wanted % 5}"}},
                )
            except (BotoCoreError, ClientError):
                return
            self.acknowledged[item] = wanted


def counts_by_item(images: list[dict[str, Any]]) -> dict[str, list[int]]:
    """The counter values that each item went through, in the order seen."""
    seen: dict[str, list[int]] = {}
    for image in images:
        seen.setdefault(image["pk"]["S"], []).append(int(image["n"]["N"]))
    return seen


def test_nothing_acknowledged_is_lost_or_repeated_or_reordered(durable_server: RunningServer) -> None:
    server = durable_server
    table = make_table(server, "crash", index="group")
    arn = stream_arn(server, table)
    code = (
        "import json\n"
        "def handler(event, context):\n"
        "    for r in event['Records']:\n"
        "        print('SEEN ' + json.dumps(r['dynamodb']['NewImage'], separators=(',', ':')))\n"
    )
    function = make_function(server, "crash", code, reads=arn)
    server.client("lambda").create_event_source_mapping(
        EventSourceArn=arn, FunctionName=function, StartingPosition="TRIM_HORIZON", BatchSize=50
    )
    acknowledged: dict[str, int] = {}
    for _ in range(ROUNDS):
        writers = [Writer(server, table, f"w{i}", acknowledged) for i in range(WRITERS)]
        begun = sum(acknowledged.values())
        for writer in writers:
            writer.start()
        wait_until("each has written", lambda: all(sum(w.acknowledged.values()) > begun for w in writers))  # noqa: B023
        writers[0].join(random.uniform(*ROUND_SECONDS))
        server.kill()
        for writer in writers:
            writer.join(120)
            for item, count in writer.acknowledged.items():
                acknowledged[item] = max(acknowledged.get(item, 0), count)
        server.start()
        # A write whose answer the kill cut off may stand or not; what stands is the new starting point.
        stored = items_of(server, table)
        for item, count in acknowledged.items():
            assert stored[item] in (count, count + 1), f"{item}: acknowledged {count}, stored {stored.get(item)}"
        acknowledged = stored

    assert sum(acknowledged.values()) > ROUNDS * WRITERS, "the writers have hardly written: the test proves nothing"
    from_stream = counts_by_item([r["dynamodb"]["NewImage"] for r in all_records(server, arn)])
    for item, count in acknowledged.items():
        assert from_stream[item] == list(range(1, count + 1)), f"{item} has {count} writes, not these records"
    index = server.client("dynamodb").scan(TableName=table, IndexName="by-group")["Items"]
    assert {i["pk"]["S"]: int(i["n"]["N"]) for i in index} == acknowledged

    def delivered() -> dict[str, list[int]] | None:
        seen = counts_by_item(log_images(server, function))
        return seen if {k: max(v) for k, v in seen.items()} == acknowledged else None

    for item, values in wait_until("every record reached the function", delivered).items():
        assert set(values) == set(range(1, acknowledged[item] + 1)), f"{item}: a record was skipped"
        first_times = [n for at, n in enumerate(values) if n not in values[:at]]
        assert first_times == sorted(first_times), f"{item}: delivered out of order"


def items_of(server: RunningServer, table: str) -> dict[str, int]:
    """What the table holds: each item's counter."""
    found = server.client("dynamodb").scan(TableName=table, ConsistentRead=True)["Items"]
    return {i["pk"]["S"]: int(i["n"]["N"]) for i in found}


def log_images(server: RunningServer, function: str) -> list[dict[str, Any]]:
    """Every image that the function has logged, in the order of its log."""
    logs = server.client("logs")
    pages = logs.get_paginator("filter_log_events")
    found = pages.paginate(logGroupName=f"/aws/lambda/{function}", filterPattern="SEEN").search("events[].message")
    try:
        return [json.loads(m.split(" ", 1)[1]) for m in found]
    except logs.exceptions.ResourceNotFoundException:
        return []  # each kill came before its first line
