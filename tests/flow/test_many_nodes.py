"""Three servers on one database: what one changes, the others know; what one leaves behind, the others finish."""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import RunningServer, wait_until
from tests.flow.functions import (
    all_records,
    allow,
    make_function,
    make_role,
    make_table,
    stream_arn,
    unique,
    zipped,
)
from tests.flow.many_nodes import NODES, Nodes, Writers, said, seen_whole, trigger
from tests.postgres import GIVEN, Cluster, Databases, cluster


@pytest.fixture(scope="module")
def nodes(databases: Databases) -> Iterator[Nodes]:
    running = Nodes(databases.new())
    yield running
    running.close()


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

    wait_until("the refusal", refused)


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
    wait_until("the new code", lambda: answer(b) == 2)


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
    poll.join(15)
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
        each.join(120)
    assert sorted(got, key=int) == [str(n) for n in range(60)]


def test_a_transaction_that_is_sent_to_several_is_done_once(nodes: Nodes) -> None:
    table, token = make_table(nodes.servers[0], "token"), unique("token")

    def add(server: RunningServer, number: str) -> str:
        update = {
            "TableName": table,
            "Key": {"pk": {"S": "x"}},
            "UpdateExpression": "ADD n :n",
            "ExpressionAttributeValues": {":n": {"N": number}},
        }
        try:
            server.client("dynamodb").transact_write_items(TransactItems=[{"Update": update}], ClientRequestToken=token)
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "done"

    with ThreadPoolExecutor(9) as threads:
        outcomes = set(threads.map(lambda n: add(nodes.servers[n % NODES], "1"), range(9)))
    assert outcomes <= {"done", "TransactionInProgressException"}
    assert {add(each, "1") for each in nodes.servers} == {"done"}
    assert {add(each, "2") for each in nodes.servers} == {"IdempotentParameterMismatchException"}
    item = nodes.servers[1].client("dynamodb").get_item(TableName=table, Key={"pk": {"S": "x"}}, ConsistentRead=True)
    assert item["Item"]["n"] == {"N": "1"}


def test_a_message_that_is_sent_to_several_is_there_once_and_hidden_from_all(nodes: Nodes) -> None:
    a, b, c = (each.client("sqs", attempts=5) for each in nodes.servers)
    url = a.create_queue(QueueName=unique("queue") + ".fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]

    def send(sqs: Any) -> str:
        sent = sqs.send_message(QueueUrl=url, MessageBody="x", MessageGroupId="g", MessageDeduplicationId="d")
        return str(sent["MessageId"])

    with ThreadPoolExecutor(6) as threads:
        assert len(set(threads.map(send, [a, b, c] * 2))) == 1
    (message,) = a.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert "Messages" not in b.receive_message(QueueUrl=url)
    b.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    (message,) = c.receive_message(QueueUrl=url)["Messages"]
    b.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    counted = a.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert [counted[f"ApproximateNumberOfMessages{which}"] for which in ("", "NotVisible")] == ["0", "0"]


def test_what_expires_is_removed_once_although_all_look_for_it(nodes: Nodes) -> None:
    dynamodb, table = nodes.servers[0].client("dynamodb", attempts=5), make_table(nodes.servers[0], "expiring")
    dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"})
    ended = str(int(time.time()) - 10)
    for start in range(0, 60, 20):
        puts = [{"pk": {"S": str(start + n)}, "expires": {"N": ended}} for n in range(20)]
        dynamodb.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": item}} for item in puts]})
    wait_until("the end of all", lambda: not dynamodb.scan(TableName=table, ConsistentRead=True)["Items"])
    removed = [
        each
        for each in all_records(nodes.servers[1], stream_arn(nodes.servers[1], table))
        if each["eventName"] == "REMOVE"
    ]
    assert sorted(int(each["dynamodb"]["Keys"]["pk"]["S"]) for each in removed) == list(range(60))
    assert {each["userIdentity"]["PrincipalId"] for each in removed} == {"dynamodb.amazonaws.com"}


def test_a_key_that_the_database_can_not_index_is_refused_and_nothing_else(nodes: Nodes) -> None:
    """Up to 2,048 and 1,024 bytes are a key on AWS; what doesn't compress into a third of a page isn't one here."""
    dynamodb, name, noise = nodes.servers[0].client("dynamodb"), unique("long"), random.Random(1)
    attributes = ("pk", "sk", "index")
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "B"} for each in attributes],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-index",
                "KeySchema": [{"AttributeName": "index", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    )
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})

    def item(pk: int, sk: int, index: int = 0) -> dict[str, Any]:
        made = {"pk": {"B": noise.randbytes(pk)}, "sk": {"B": noise.randbytes(sk)}}
        return {**made, "index": {"B": noise.randbytes(index)}} if index else made

    def put(item: dict[str, Any]) -> str:
        try:
            dynamodb.put_item(TableName=name, Item=item)
        except ClientError as error:
            return str(error)
        return "done"

    refused, taken = [item(2048, 1024), item(800, 1000, 1024)], [item(2048, 400), item(500, 500, 1500), item(10, 10)]
    with ThreadPoolExecutor(5) as threads:  # together: they may well be in one group
        outcomes = list(threads.map(put, [taken[0], refused[0], taken[1], refused[1], taken[2]]))
    assert outcomes[::2] == ["done"] * 3
    for each in outcomes[1::2]:
        assert "ValidationException" in each
        assert "takes no key that is longer than 2,600 bytes" in each
    batch = [{"PutRequest": {"Item": each}} for each in (item(20, 20), item(2048, 1024))]
    with pytest.raises(ClientError, match="ValidationException"):
        dynamodb.batch_write_item(RequestItems={name: batch})
    together = [{"Put": {"TableName": name, "Item": each}} for each in (item(20, 20), item(2048, 1024))]
    with pytest.raises(ClientError, match="ValidationException"):
        dynamodb.transact_write_items(TransactItems=together)
    found = dynamodb.scan(TableName=name, ConsistentRead=True)["Items"]
    assert sorted(len(each["pk"]["B"]) for each in found) == [10, 500, 2048]
    assert found.count({name: {"B": part["B"]} for name, part in taken[2].items()}) == 1


def test_triggers_outlive_the_kill_of_a_node(databases: Databases) -> None:
    nodes, keys = Nodes(databases.new()), 4
    try:
        table, function = trigger(nodes.servers[0], BatchSize=10)
        writers = Writers(nodes, table, keys)
        try:
            wait_until("the first records", lambda: len(said(nodes.servers[1], function)) > 20)
            victim = nodes.servers.pop(0)
            victim.kill()
            killed, before = time.monotonic(), len(said(nodes.servers[0], function))
            wait_until("more records", lambda: len(said(nodes.servers[0], function)) > before + 20)
        finally:
            writers.end()
        wait_until("all records", lambda: seen_whole(nodes.servers[0], table, function, keys))
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
            wait_until("the first records", lambda: len(said(nodes.servers[1], function)) > 20)
            base.stop("immediate")
            with pytest.raises(ClientError) as away:
                nodes.servers[0].client("dynamodb").get_item(TableName=table, Key={"pk": {"S": "k0"}})
            assert away.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
            base.start()
            before = sum(writers.acknowledged.values())
            wait_until("more writes", lambda: sum(writers.acknowledged.values()) > before + 20)
        finally:
            writers.end()
        wait_until("all records", lambda: seen_whole(nodes.servers[2], table, function, keys))
        for key, count in writers.acknowledged.items():
            item = nodes.servers[0].client("dynamodb").get_item(TableName=table, Key={"pk": {"S": key}})["Item"]
            assert int(item["n"]["N"]) >= count, "an acknowledged write was lost"
    finally:
        nodes.close()
        base.remove()
