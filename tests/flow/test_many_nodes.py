"""Three servers on one database: what one changes, the others know; what one leaves behind, the others finish."""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tests.conftest import RunningServer, wait_until
from tests.flow.functions import allow, make_function, make_role, make_table, stream_arn, unique, zipped
from tests.postgres import GIVEN, Cluster, Databases, cluster

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
    """Servers with one sealing key."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.servers = [RunningServer(url, sealing_key=KEY) for _ in range(NODES)]

    def close(self) -> None:
        for each in self.servers:
            each.kill()


@pytest.fixture(scope="module")
def nodes(databases: Databases) -> Iterator[Nodes]:
    running = Nodes(databases.new())
    yield running
    running.close()


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


def test_a_table_that_one_makes_the_others_have_at_once(nodes: Nodes) -> None:
    a, b, c = nodes.servers
    name = unique("made")
    with pytest.raises(ClientError, match="ResourceNotFound"):
        b.client("dynamodb").get_item(TableName=name, Key={"pk": {"S": "x"}})
    a.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
    described = b.client("dynamodb").describe_table(TableName=name)["Table"]
    assert described["TableName"] == name
    wait_until(
        "the table", lambda: c.client("dynamodb").describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE"
    )
    b.client("dynamodb").put_item(TableName=name, Item={"pk": {"S": "x"}})
    assert c.client("dynamodb").get_item(TableName=name, Key={"pk": {"S": "x"}})["Item"] == {"pk": {"S": "x"}}


def test_a_permission_that_one_takes_away_the_others_refuse(nodes: Nodes) -> None:
    a, b, _ = nodes.servers
    iam, user = a.client("iam"), unique("user")
    iam.create_user(UserName=user)
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=allow("dynamodb:ListTables"))
    key = iam.create_access_key(UserName=user)["AccessKey"]
    theirs = b.client("dynamodb", access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"])
    assert "TableNames" in theirs.list_tables()
    iam.delete_user_policy(UserName=user, PolicyName="p")

    def refused() -> bool:
        try:
            theirs.list_tables()
        except ClientError as error:
            return error.response["Error"]["Code"] == "AccessDeniedException"
        return False

    wait_until("the refusal", refused, seconds=5)


def test_a_session_of_one_is_good_on_the_others(nodes: Nodes) -> None:
    a, b, _ = nodes.servers
    made = a.client("sts").get_session_token()["Credentials"]
    theirs = b.client(
        "sts", access_key=made["AccessKeyId"], secret_key=made["SecretAccessKey"], token=made["SessionToken"]
    )
    assert theirs.get_caller_identity()["Account"] == "000000000000"


def test_a_function_that_one_updates_runs_new_on_the_others(nodes: Nodes) -> None:
    a, b, _ = nodes.servers
    _, role = make_role(a, "update")
    code = "def handler(event, context):\n    return %d\n"
    function = make_function(a, "update", code % 1, role=role)

    def answer(server: RunningServer) -> Any:
        return json.load(server.client("lambda").invoke(FunctionName=function)["Payload"])

    assert answer(b) == 1
    a.client("lambda").update_function_code(FunctionName=function, ZipFile=zipped(index__py=code % 2))
    wait_until("the new code", lambda: answer(b) == 2, seconds=5)


def test_a_message_that_one_sends_wakes_the_poll_of_another(nodes: Nodes) -> None:
    a, b, _ = nodes.servers
    url = a.client("sqs").create_queue(QueueName=unique("queue"))["QueueUrl"]
    got: list[Any] = []
    poll = threading.Thread(
        target=lambda: got.extend(
            b.client("sqs", read_timeout=30).receive_message(QueueUrl=url, WaitTimeSeconds=20).get("Messages", [])
        )
    )
    poll.start()
    time.sleep(0.5)
    a.client("sqs").send_message(QueueUrl=url, MessageBody="hello")
    poll.join(10)
    assert [message["Body"] for message in got] == ["hello"]


def test_no_two_receive_the_same_message(nodes: Nodes) -> None:
    url = nodes.servers[0].client("sqs").create_queue(QueueName=unique("queue"))["QueueUrl"]
    for start in range(0, 60, 10):
        entries = [{"Id": str(n), "MessageBody": str(start + n)} for n in range(10)]
        nodes.servers[start % NODES].client("sqs", attempts=5).send_message_batch(QueueUrl=url, Entries=entries)
    got: list[str] = []

    def receive(server: RunningServer) -> None:
        sqs = server.client("sqs", attempts=5)
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            got.extend(message["Body"] for message in found)

    threads = [threading.Thread(target=receive, args=(server,)) for server in nodes.servers]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert sorted(got, key=int) == [str(n) for n in range(60)]


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


def test_triggers_outlive_the_kill_of_a_node(databases: Databases) -> None:
    nodes, keys = Nodes(databases.new()), 4
    try:
        table, function = trigger(nodes.servers[0], BatchSize=10)
        writers = Writers(nodes, table, keys)
        try:
            wait_until("the first records", lambda: len(said(nodes.servers[1], function)) > 20, seconds=40)
            victim = nodes.servers.pop(0)
            victim.kill()
            killed, before = time.monotonic(), len(said(nodes.servers[0], function))
            wait_until("more records", lambda: len(said(nodes.servers[0], function)) > before + 20, seconds=30)
        finally:
            writers.end()
        wait_until("all records", lambda: seen_whole(nodes.servers[0], table, function, keys), seconds=40)
        assert killed
        for key, count in writers.acknowledged.items():
            item = nodes.servers[0].client("dynamodb").get_item(TableName=table, Key={"pk": {"S": key}})["Item"]
            assert int(item["n"]["N"]) >= count, "an acknowledged write was lost"
    finally:
        nodes.close()


def test_servers_outlive_a_restart_of_the_database() -> None:
    if os.environ.get(GIVEN):
        pytest.skip(f"{GIVEN} names a database that this test may not restart; unset it to have it start its own")
    base: Cluster = cluster()
    nodes, keys = Nodes(base.url), 4
    try:
        table, function = trigger(nodes.servers[0], BatchSize=10)
        writers = Writers(nodes, table, keys)
        try:
            wait_until("the first records", lambda: len(said(nodes.servers[1], function)) > 20, seconds=40)
            base.stop("immediate")
            with pytest.raises(ClientError) as away:
                nodes.servers[0].client("dynamodb").get_item(TableName=table, Key={"pk": {"S": "k0"}})
            assert away.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
            base.start()
            before = sum(writers.acknowledged.values())
            wait_until("more writes", lambda: sum(writers.acknowledged.values()) > before + 20, seconds=40)
        finally:
            writers.end()
        wait_until("all records", lambda: seen_whole(nodes.servers[2], table, function, keys), seconds=60)
        for key, count in writers.acknowledged.items():
            item = nodes.servers[0].client("dynamodb").get_item(TableName=table, Key={"pk": {"S": key}})["Item"]
            assert int(item["n"]["N"]) >= count, "an acknowledged write was lost"
    finally:
        nodes.close()
        base.remove()
