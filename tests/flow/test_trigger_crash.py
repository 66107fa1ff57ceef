"""A server that is killed again and again through a thousand batches with failing records, while its shards split.

What must hold: no record is skipped, each key's come in their order, none is tried more often than its limit
allows (but for the one call a shard that a kill cuts off), and word of each failure comes once.
"""

from __future__ import annotations

import contextlib
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tailrace.reach import Reached, client
from tests.conftest import RunningServer, wait_until
from tests.flow.functions import allow, make_function, make_role, make_table, stream_arn, unique

KEYS, VALUES, BATCH_SIZE, RETRIES = 40, 54, 2, 1
KILLS = 9
OPEN_SHARDS_MAX = 4
CODE = """
import json
def handler(event, context):
    records = [r["dynamodb"] for r in event["Records"]]
    images = [r["NewImage"] for r in records]
    told = [[i["pk"]["S"], int(i["n"]["N"]), r["SequenceNumber"]] for i, r in zip(images, records)]
    print("CALL " + json.dumps(told))
    if any("poison" in image for image in images):
        raise ValueError("poison")
"""

Record = tuple[str, int]


def is_poison(key: int, value: int) -> bool:
    return (7 * value + key) % VALUES == 0


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[RunningServer]:
    """A durable server whose streams begin with one shard, each of which rolls over after a few seconds."""
    running = RunningServer(str(tmp_path / "data"), "--shards", "1", "--shard-hours", "0.001")
    yield running
    running.kill()


class Story:
    """The table, its trigger, and what is known of both."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.table = make_table(server, "killed")
        self.arn = stream_arn(server, self.table)
        sqs = server.client("sqs")
        self.queue = unique("failures")
        url = sqs.create_queue(QueueName=self.queue)["QueueUrl"]
        queue_arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        role, role_arn = make_role(server, "killed", reads=self.arn)
        server.client("iam").put_role_policy(
            RoleName=role, PolicyName="failures", PolicyDocument=allow("sqs:SendMessage", on=queue_arn)
        )
        self.function = make_function(server, "killed", CODE, role=role_arn)
        server.client("lambda").create_event_source_mapping(
            EventSourceArn=self.arn,
            FunctionName=self.function,
            StartingPosition="TRIM_HORIZON",
            BatchSize=BATCH_SIZE,
            MaximumRetryAttempts=RETRIES,
            BisectBatchOnFunctionError=True,
            DestinationConfig={"OnFailure": {"Destination": queue_arn}},
        )
        self.told: list[dict[str, Any]] = []

    def write(self, value: int) -> None:
        """One value for each key."""
        dynamodb = self.server.client("dynamodb")
        for first in range(0, KEYS, 20):
            puts = []
            for key in range(first, first + 20):
                item: dict[str, Any] = {"pk": {"S": f"k{key}"}, "n": {"N": str(value)}}
                if is_poison(key, value):
                    item["poison"] = {"BOOL": True}
                puts.append({"PutRequest": {"Item": item}})
            dynamodb.batch_write_item(RequestItems={self.table: puts})

    def shards(self) -> list[dict[str, Any]]:
        pages: dict[str, Any] = {}
        found: list[dict[str, Any]] = []
        while True:
            page = self.server.client("dynamodbstreams").describe_stream(StreamArn=self.arn, **pages)
            found += page["StreamDescription"]["Shards"]
            if "LastEvaluatedShardId" not in page["StreamDescription"]:
                return found
            pages["ExclusiveStartShardId"] = page["StreamDescription"]["LastEvaluatedShardId"]

    def split(self, dice: random.Random) -> None:
        """Split an open shard, as long as there aren't so many that the functions have no processor left."""
        opened = [each for each in self.shards() if "EndingSequenceNumber" not in each["SequenceNumberRange"]]
        if len(opened) < OPEN_SHARDS_MAX:
            server = self.server
            ours = client(Reached(server.endpoint, server.access_key, server.secret_key, "us-east-1"))
            with contextlib.suppress(ours.exceptions.ValidationException):  # it has rolled over in this very moment
                ours.split_shard(StreamArn=self.arn, ShardId=dice.choice(opened)["ShardId"])

    def calls(self) -> list[list[tuple[str, int, str]]]:
        pages = self.server.client("logs").get_paginator("filter_log_events")
        found = pages.paginate(logGroupName=f"/aws/lambda/{self.function}", filterPattern="CALL").search(
            "events[].message"
        )
        return [[(key, n, seq) for key, n, seq in json.loads(m.removeprefix("CALL "))] for m in found]

    def receive(self) -> int:
        """Take what the destination has got; how many there are now."""
        sqs = self.server.client("sqs")
        url = sqs.get_queue_url(QueueName=self.queue)["QueueUrl"]
        while True:
            answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=3600)
            if not answer.get("Messages"):
                return len(self.told)
            self.told += [json.loads(message["Body"]) for message in answer["Messages"]]


def generations(shards: list[dict[str, Any]]) -> int:
    """How many shards the longest line from child to parent has."""
    depth: dict[str, int] = {}
    for each in shards:
        depth[each["ShardId"]] = depth.get(each.get("ParentShardId", ""), 0) + 1
    return max(depth.values())


@pytest.mark.timeout(480)  # a minute where the machine is free; what it waits for at the end may take four
def test_a_thousand_batches_survive_kills_and_splits(killed: RunningServer) -> None:
    dice, story = random.Random(), Story(killed)
    values = list(range(VALUES))
    for at in range(KILLS):
        for value in values[VALUES * at // KILLS : VALUES * (at + 1) // KILLS]:
            story.write(value)
        story.split(dice)
        time.sleep(dice.uniform(0.05, 1.2))
        killed.kill()
        killed.start()
    poison = {(f"k{key}", value) for key in range(KEYS) for value in range(VALUES) if is_poison(key, value)}
    everything = {(f"k{key}", value) for key in range(KEYS) for value in range(VALUES)}

    def done() -> bool:
        time.sleep(0.3)  # the server has better things to do
        return story.receive() >= len(poison) and everything <= {(k, n) for call in story.calls() for k, n, _ in call}

    wait_until("all is delivered or given up", done, 240)
    check(story.calls(), story.told, everything, poison)
    assert generations(story.shards()) > 3
    assert len(story.shards()) > 6


def check(
    calls: list[list[tuple[str, int, str]]], told: list[dict[str, Any]], everything: set[Record], poison: set[Record]
) -> None:
    """That nothing was skipped, reordered, tried too often or told of twice."""
    assert len(calls) >= 1000
    assert all(len(call) <= BATCH_SIZE for call in calls)
    successes = [(key, n) for call in calls if not {(k, n) for k, n, _ in call} & poison for key, n, _ in call]
    assert set(successes) == everything - poison, "each record but the poisoned was in a call that succeeded"
    repeated = sum(Counter(successes).values()) - len(set(successes))
    assert repeated <= KILLS * OPEN_SHARDS_MAX * BATCH_SIZE, "no more than the batches that kills cut off came again"
    first_times: dict[str, list[int]] = {}
    for key, n in dict.fromkeys((key, n) for call in calls for key, n, _ in call):
        first_times.setdefault(key, []).append(n)
    assert all(times == sorted(times) for times in first_times.values()), "each key in its order"
    alone = Counter((call[0][0], call[0][1]) for call in calls if len(call) == 1)
    assert all(RETRIES + 1 <= alone[each] <= RETRIES + 1 + KILLS for each in poison)
    assert sum(alone[each] - RETRIES - 1 for each in poison) <= KILLS * OPEN_SHARDS_MAX
    names = {sequence: (key, n) for call in calls for key, n, sequence in call}
    infos = [each["DDBStreamBatchInfo"] for each in told]
    assert all(info["startSequenceNumber"] == info["endSequenceNumber"] for info in infos)
    given_up = Counter(names[info["startSequenceNumber"]] for info in infos)
    assert given_up == dict.fromkeys(poison, 1), "word of each failure, once"
    assert {each["requestContext"]["approximateInvokeCount"] for each in told} == {RETRIES + 1}
    assert {each["requestContext"]["condition"] for each in told} == {"RetryAttemptsExhausted"}
