"""A reader like the Kinesis client library, through boto3 alone: it walks from parents to children while they appear.

Writers count up their items while shards split and, with the clock, roll over; the reader is restarted at its
checkpoints and finds its iterators expired. It must see each change exactly once, and each item's in order.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner, Result

from tailrace.cli import main
from tailrace.reach import Reached, client
from tests.conftest import RunningServer, wait_until
from tests.flow.functions import allow, make_table, stream_arn, unique

WRITERS, ITEMS, ROUNDS = 3, 5, 12
FOUR_HOURS = 4 * 3600


@pytest.fixture
def movable() -> Iterator[RunningServer]:
    running = RunningServer("memory:", "--movable-clock", "--shards", "2")
    yield running
    assert running.stop() == 0


class Reader:
    """Reads a stream shard by shard. What it knows survives `restart`, which forgets its iterators."""

    def __init__(self, streams: Any, arn: str) -> None:
        self.streams, self.arn = streams, arn
        self.checkpoints: dict[str, str] = {}
        self.finished: set[str] = set()
        self.iterators: dict[str, str] = {}
        self.shards: dict[str, dict[str, Any]] = {}
        self.seen: dict[str, list[int]] = {}
        self.expired = 0

    def restart(self) -> None:
        self.iterators.clear()

    def discover(self) -> None:
        """Learn of all shards, by pages of three."""
        request: dict[str, Any] = {"StreamArn": self.arn, "Limit": 3}
        while True:
            page = self.streams.describe_stream(**request)["StreamDescription"]
            self.shards |= {each["ShardId"]: each for each in page["Shards"]}
            if "LastEvaluatedShardId" not in page:
                return
            request["ExclusiveStartShardId"] = page["LastEvaluatedShardId"]

    def children(self, parent: str) -> None:
        """Learn of a shard's children alone, as newer clients do."""
        wanted = {"Type": "CHILD_SHARDS", "ShardId": parent}
        page = self.streams.describe_stream(StreamArn=self.arn, ShardFilter=wanted)["StreamDescription"]
        assert all(each["ParentShardId"] == parent for each in page["Shards"])
        self.shards |= {each["ShardId"]: each for each in page["Shards"]}

    def readable(self) -> list[str]:
        """The shards that aren't finished and whose parents are."""
        return [
            name
            for name, each in self.shards.items()
            if name not in self.finished
            and (each.get("ParentShardId") not in self.shards or each["ParentShardId"] in self.finished)
        ]

    def poll(self) -> int:
        """One page of every shard that can be read; how many records there were."""
        found = 0
        for name in self.readable():
            if name not in self.iterators:
                self.iterators[name] = self.begin(name)
            try:
                page = self.streams.get_records(ShardIterator=self.iterators[name], Limit=random.choice([2, 50, 1000]))
            except self.streams.exceptions.ExpiredIteratorException:
                self.expired += 1
                del self.iterators[name]
                continue
            for record in page["Records"]:
                image = record["dynamodb"]["NewImage"]
                self.seen.setdefault(image["pk"]["S"], []).append(int(image["n"]["N"]))
                self.checkpoints[name] = record["dynamodb"]["SequenceNumber"]
            found += len(page["Records"])
            if "NextShardIterator" in page:
                self.iterators[name] = page["NextShardIterator"]
            else:
                self.finished.add(name)
                del self.iterators[name]
                self.children(name)
        return found

    def begin(self, name: str) -> str:
        at = self.checkpoints.get(name)
        where = {"ShardIteratorType": "TRIM_HORIZON"}
        if at:
            where = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": at}
        return str(self.streams.get_shard_iterator(StreamArn=self.arn, ShardId=name, **where)["ShardIterator"])


class Writer(threading.Thread):
    """Counts its items up until it is told to stop; `counts` is what was acknowledged."""

    def __init__(self, server: RunningServer, table: str, number: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.client, self.table, self.number = server.client("dynamodb"), table, number
        self.halt = stop
        self.counts: dict[str, int] = {}
        self.failed: ClientError | None = None

    def run(self) -> None:
        try:
            while not self.halt.is_set():
                item = f"w{self.number}-{random.randrange(ITEMS)}"
                answer = self.client.update_item(
                    TableName=self.table,
                    Key={"pk": {"S": item}},
                    UpdateExpression="ADD n :one",
                    ExpressionAttributeValues={":one": {"N": "1"}},
                    ReturnValues="UPDATED_NEW",
                )
                self.counts[item] = int(answer["Attributes"]["n"]["N"])
                self.halt.wait(0.005)
        except ClientError as error:
            self.failed = error


def open_shards(streams: Any, arn: str) -> set[str]:
    """The names of the shards that take records now."""
    shards = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    return {each["ShardId"] for each in shards if "EndingSequenceNumber" not in each["SequenceNumberRange"]}


def test_a_reader_sees_every_change_once_and_in_order_while_shards_split_and_roll_over(movable: RunningServer) -> None:
    table = make_table(movable, "lineage", view="NEW_IMAGE")
    arn = stream_arn(movable, table)
    ours = client(Reached(movable.endpoint, movable.access_key, movable.secret_key, "us-east-1"))
    stop = threading.Event()
    writers = [Writer(movable, table, number, stop) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    reader = Reader(movable.client("dynamodbstreams"), arn)
    reader.discover()
    first = set(reader.shards)
    for round_ in range(ROUNDS):
        if round_ % 4 == 3:
            before = open_shards(reader.streams, arn)
            ours.advance_clock(Seconds=FOUR_HOURS)
            wait_until("the shards roll over", lambda: not before & open_shards(reader.streams, arn))  # noqa: B023
        else:
            ours.split_shard(StreamArn=arn, ShardId=random.choice(sorted(open_shards(reader.streams, arn))))
        for _ in range(6):
            reader.poll()
        if round_ % 3 == 1:
            reader.restart()
    stop.set()
    for writer in writers:
        writer.join(120)
    assert [writer.failed for writer in writers] == [None] * WRITERS
    written = {item: count for writer in writers for item, count in writer.counts.items()}
    total = sum(written.values())
    wait_until("all is read", lambda: reader.poll() == 0 and sum(map(len, reader.seen.values())) >= total)
    assert reader.seen == {item: list(range(1, count + 1)) for item, count in written.items()}
    assert total > 200
    assert first < reader.finished
    assert reader.expired, "four hours are more than fifteen minutes"


def test_the_command_splits_a_table_s_shards(durable_server: RunningServer) -> None:
    table = make_table(durable_server, "commanded")
    arn, streams = stream_arn(durable_server, table), durable_server.client("dynamodbstreams")

    def command(*arguments: str) -> Result:
        keys = {"TAILRACE_ACCESS_KEY_ID": "test", "TAILRACE_SECRET_ACCESS_KEY": "test"}
        return CliRunner().invoke(main, ["split-shard", *arguments, "--data", durable_server.data], env=keys)

    parents = open_shards(streams, arn)
    assert command(table).exit_code == 0
    opened = open_shards(streams, arn)
    assert len(opened) == 2 * len(parents) == 8
    one = min(opened)
    told = command(table, one).output
    assert told.startswith(f"{one} -> shardId-")
    assert len(open_shards(streams, arn)) == 9
    refused = command(table, one)
    assert (refused.exit_code, "is closed: split one of its children" in refused.output) == (1, True)
    durable_server.client("dynamodb").update_table(TableName=table, StreamSpecification={"StreamEnabled": False})
    assert "is off" in command(table).output
    assert "not found" in command("absent").output


def test_splitting_needs_a_permission_on_the_stream(server: RunningServer) -> None:
    table = make_table(server, "splitting")
    arn, iam, user = stream_arn(server, table), server.client("iam"), unique("splitter")
    iam.create_user(UserName=user)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    theirs = client(Reached(server.endpoint, key["AccessKeyId"], key["SecretAccessKey"], "us-east-1"))
    shard = min(open_shards(server.client("dynamodbstreams"), arn))
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=allow("tailrace:SplitShard", on=f"{arn}0"))
    with pytest.raises(ClientError) as refused:
        theirs.split_shard(StreamArn=arn, ShardId=shard)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    assert f"not authorized to perform: tailrace:SplitShard on resource: {arn}" in str(refused.value)
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=allow("tailrace:SplitShard", on=arn))
    assert len(theirs.split_shard(StreamArn=arn, ShardId=shard)["ChildShardIds"]) == 2
