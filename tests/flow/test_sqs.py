"""SQS where time, permissions or a crash matter: on a clock that stands still until moved, and on real servers."""

from __future__ import annotations

import asyncio
import json
import random
import threading
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tailrace.auth import principal as principals
from tailrace.base.errors import ApiError
from tailrace.services.sqs import sending
from tailrace.services.sqs.sending import Outgoing
from tailrace.store import resources
from tailrace.workers.retention import Retention
from tests.conftest import RunningServer, wait_until
from tests.flow.in_process import InProcess, in_process

ACCOUNT = "000000000000"
DAY = 86_400
GONE = ("QueueDoesNotExist", "The specified queue does not exist.")


@pytest.fixture
async def here() -> AsyncIterator[InProcess]:
    async with in_process() as running:
        yield running


def arn(name: str) -> str:
    return f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"


async def make(here: InProcess, name: str, **attributes: str) -> str:
    await here.call("sqs", "CreateQueue", QueueName=name, Attributes=attributes)
    return name  # which will do as a QueueUrl


async def send(here: InProcess, queue: str, body: str, **more: Any) -> dict[str, Any]:
    return await here.call("sqs", "SendMessage", QueueUrl=queue, MessageBody=body, **more)


async def receive(here: InProcess, queue: str, **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await here.call("sqs", "ReceiveMessage", QueueUrl=queue, **more)).get("Messages", [])
    return found


async def bodies(here: InProcess, queue: str, **more: Any) -> list[str]:
    return [message["Body"] for message in await receive(here, queue, MaxNumberOfMessages=10, **more)]


async def counts(here: InProcess, queue: str) -> tuple[int, int, int]:
    answer = await here.call("sqs", "GetQueueAttributes", QueueUrl=queue, AttributeNames=["All"])
    names = ("", "NotVisible", "Delayed")
    one, two, three = (int(answer["Attributes"][f"ApproximateNumberOfMessages{name}"]) for name in names)
    return one, two, three


# -- waiting -----------------------------------------------------------------------------------------------------------


async def begin_to_wait(here: InProcess, queue: str) -> asyncio.Task[list[str]]:
    """A receive that waits; the clock stands still, so nothing but a wake can end it."""
    waiting = asyncio.create_task(bodies(here, queue, WaitTimeSeconds=20))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not waiting.done()
    return waiting


async def test_a_message_wakes_who_waits_for_it_at_once(here: InProcess) -> None:
    queue, other = await make(here, "q"), await make(here, "other")
    waiting, still = await begin_to_wait(here, queue), await begin_to_wait(here, other)
    await send(here, queue, "x")
    assert await asyncio.wait_for(waiting, 120) == ["x"]
    here.clock.advance(19.9)
    assert not still.done()
    here.clock.advance(0.2)
    assert await asyncio.wait_for(still, 120) == []


async def test_a_delay_and_a_visibility_timeout_that_end_wake_who_waits(here: InProcess) -> None:
    queue = await make(here, "q", VisibilityTimeout="8")
    await send(here, queue, "x", DelaySeconds=5)
    waiting = await begin_to_wait(here, queue)
    here.clock.advance(5)
    assert await asyncio.wait_for(waiting, 120) == ["x"]
    waiting = await begin_to_wait(here, queue)
    here.clock.advance(8)
    assert await asyncio.wait_for(waiting, 120) == ["x"]


async def test_a_message_given_back_wakes_who_waits(here: InProcess) -> None:
    queue = await make(here, "q")
    await send(here, queue, "x")
    [taken] = await receive(here, queue)
    waiting = await begin_to_wait(here, queue)
    handle = taken["ReceiptHandle"]
    await here.call("sqs", "ChangeMessageVisibility", QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=0)
    assert await asyncio.wait_for(waiting, 120) == ["x"]


async def test_a_group_that_is_free_again_wakes_who_waits(here: InProcess) -> None:
    queue = await make(here, "q.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    await send(here, queue, "1", MessageGroupId="g")
    await send(here, queue, "2", MessageGroupId="g")
    [taken] = await receive(here, queue)
    waiting = await begin_to_wait(here, queue)
    await here.call("sqs", "DeleteMessage", QueueUrl=queue, ReceiptHandle=taken["ReceiptHandle"])
    assert await asyncio.wait_for(waiting, 120) == ["2"]


async def test_a_purge_does_not_strand_who_waits_and_a_deletion_ends_it(here: InProcess) -> None:
    queue = await make(here, "q")
    waiting = await begin_to_wait(here, queue)
    await here.call("sqs", "PurgeQueue", QueueUrl=queue)
    await send(here, queue, "after")
    assert await asyncio.wait_for(waiting, 120) == ["after"]
    waiting = await begin_to_wait(here, queue)
    await here.call("sqs", "DeleteQueue", QueueUrl=queue)
    with pytest.raises(ApiError, match="does not exist"):
        await asyncio.wait_for(waiting, 120)


async def test_of_many_who_wait_each_message_reaches_one(here: InProcess) -> None:
    queue = await make(here, "q")
    waiting = [asyncio.create_task(receive(here, queue, WaitTimeSeconds=20)) for _ in range(20)]
    await asyncio.sleep(0)
    await asyncio.gather(*(send(here, queue, str(n)) for n in range(20)))
    found = await asyncio.wait_for(asyncio.gather(*waiting), 120)
    assert sorted(int(message["Body"]) for [message] in found) == list(range(20))


# -- time --------------------------------------------------------------------------------------------------------------


async def test_a_deduplication_id_is_free_after_five_minutes(here: InProcess) -> None:
    queue = await make(here, "q.fifo", FifoQueue="true")
    once = {"MessageGroupId": "g", "MessageDeduplicationId": "id"}
    first = await send(here, queue, "1", **once)
    here.clock.advance(299)
    assert (await send(here, queue, "2", **once))["MessageId"] == first["MessageId"]
    here.clock.advance(1)
    assert (await send(here, queue, "3", **once))["MessageId"] != first["MessageId"]
    assert await bodies(here, queue) == ["1", "3"]


async def test_messages_go_when_their_retention_is_over(here: InProcess) -> None:
    queue = await make(here, "q", MessageRetentionPeriod="3600")
    await send(here, queue, "old")
    here.clock.advance(1800)
    await send(here, queue, "new")
    here.clock.advance(1800)
    assert await counts(here, queue) == (1, 0, 0)
    assert await bodies(here, queue, VisibilityTimeout=0) == ["new"]
    await here.call("sqs", "SetQueueAttributes", QueueUrl=queue, Attributes={"MessageRetentionPeriod": "60"})
    await Retention(here.node).round()
    left = await here.node.store.view(lambda tx: tx.row("SELECT count(*) FROM messages"))
    assert left == (0,)


async def test_what_was_deleted_or_purged_is_swept_away(here: InProcess) -> None:
    kept, gone = await make(here, "kept"), await make(here, "gone.fifo", FifoQueue="true")
    for n in range(3):
        await send(here, kept, str(n))
        await send(here, gone, str(n), MessageGroupId="g", MessageDeduplicationId=str(n))
    await here.call("sqs", "PurgeQueue", QueueUrl=kept)
    await here.call("sqs", "DeleteQueue", QueueUrl=gone)
    here.clock.advance(60)
    await Retention(here.node).round()
    for table in ("messages", "message_groups", "queue_tokens"):
        row = await here.node.store.view(lambda tx, table=table: tx.row(f"SELECT count(*) FROM {table}"))  # type: ignore[misc]
        assert row == (0,), table
    assert await here.node.store.view(lambda tx: resources.everywhere(tx, "sqs:deleted-queue", None, 9)) == []
    await here.call("sqs", "PurgeQueue", QueueUrl=kept)
    await make(here, "gone.fifo", FifoQueue="true")


async def test_visibility_reaches_twelve_hours_from_the_receive(here: InProcess) -> None:
    queue = await make(here, "q")
    await send(here, queue, "x")
    [taken] = await receive(here, queue)
    change = {"QueueUrl": queue, "ReceiptHandle": taken["ReceiptHandle"]}
    await here.call("sqs", "ChangeMessageVisibility", **change, VisibilityTimeout=43_200)
    here.clock.advance(10)
    code, text = await here.refusal("sqs", "ChangeMessageVisibility", **change, VisibilityTimeout=43_191)
    assert code == "InvalidParameterValueException"
    assert text.endswith("Total VisibilityTimeout for the message is beyond the limit [43200 seconds].")
    here.clock.advance(43_189)
    assert await bodies(here, queue) == []
    here.clock.advance(1)
    assert await bodies(here, queue) == ["x"]


async def test_an_old_receipt_of_a_standard_queue_still_deletes(here: InProcess) -> None:
    queue = await make(here, "q")
    await send(here, queue, "x")
    [first] = await receive(here, queue)
    here.clock.advance(30)
    await receive(here, queue)
    await here.call("sqs", "DeleteMessage", QueueUrl=queue, ReceiptHandle=first["ReceiptHandle"])
    assert await counts(here, queue) == (0, 0, 0)


# -- dead letters ------------------------------------------------------------------------------------------------------


async def bury(here: InProcess, count: int, source: str = "source", dead: str = "dead") -> None:
    """Have `count` messages of a queue end in its dead-letter queue."""
    fifo = {"FifoQueue": "true", "ContentBasedDeduplication": "true"} if source.endswith(".fifo") else {}
    group = {"MessageGroupId": "g"} if fifo else {}
    await make(here, dead, **fifo)
    redrive = json.dumps({"deadLetterTargetArn": arn(dead), "maxReceiveCount": 1})
    await make(here, source, **fifo, RedrivePolicy=redrive)
    for n in range(count):
        await send(here, source, str(n), **group)
    while await bodies(here, source, VisibilityTimeout=0):
        pass
    assert await counts(here, dead) == (count, 0, 0)


async def tasks(here: InProcess, **more: Any) -> list[dict[str, Any]]:
    answer = await here.call("sqs", "ListMessageMoveTasks", SourceArn=arn("dead"), **more)
    found: list[dict[str, Any]] = answer["Results"]
    return found


async def test_dead_letters_go_back_as_new_messages(here: InProcess) -> None:
    await bury(here, 120)
    [before] = await receive(here, "dead", VisibilityTimeout=0, AttributeNames=["All"])
    started = await here.call("sqs", "StartMessageMoveTask", SourceArn=arn("dead"))
    [task] = await tasks(here)
    assert (task["Status"], task["TaskHandle"]) == ("RUNNING", started["TaskHandle"])
    assert "already a task running" in (await here.refusal("sqs", "StartMessageMoveTask", SourceArn=arn("dead")))[1]
    await here.deliver()
    [task] = await tasks(here)
    assert task == {
        "Status": "COMPLETED",
        "SourceArn": arn("dead"),
        "StartedTimestamp": int(here.clock.now() * 1000),
        "ApproximateNumberOfMessagesMoved": 120,
        "ApproximateNumberOfMessagesToMove": 120,
    }
    assert (await counts(here, "dead"), await counts(here, "source")) == ((0, 0, 0), (120, 0, 0))
    [after] = await receive(here, "source", AttributeNames=["All"])
    assert after["MessageId"] != before["MessageId"]
    assert after["Attributes"]["ApproximateReceiveCount"] == "1"
    assert "DeadLetterQueueSourceArn" not in after["Attributes"]


async def test_dead_letters_of_a_group_keep_their_order_both_ways(here: InProcess) -> None:
    await bury(here, 25, "source.fifo", "dead.fifo")
    await here.call("sqs", "StartMessageMoveTask", SourceArn=arn("dead.fifo"))
    await here.deliver()
    seen: list[str] = []
    while found := await receive(here, "source.fifo", MaxNumberOfMessages=10):
        seen += [message["Body"] for message in found]
        entries = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(found)]
        await here.call("sqs", "DeleteMessageBatch", QueueUrl="source.fifo", Entries=entries)
    assert seen == [str(n) for n in range(25)]


async def test_a_move_keeps_to_its_rate_and_can_be_cancelled(here: InProcess) -> None:
    await bury(here, 10)
    await make(here, "elsewhere")
    more = {"DestinationArn": arn("elsewhere"), "MaxNumberOfMessagesPerSecond": 2}
    started = await here.call("sqs", "StartMessageMoveTask", SourceArn=arn("dead"), **more)
    moving = asyncio.create_task(here.deliver())

    async def settle() -> None:
        for _ in range(50):
            await asyncio.sleep(0)

    for moved in (1, 2, 3):
        await settle()
        assert (await counts(here, "elsewhere"))[0] == moved
        here.clock.advance(0.5)
    await settle()
    answer = await here.call("sqs", "CancelMessageMoveTask", TaskHandle=started["TaskHandle"])
    assert answer == {"ApproximateNumberOfMessagesMoved": 4}
    here.clock.advance(0.5)
    await moving
    [task] = await tasks(here)
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"]) == ("CANCELLED", 4)
    assert "TaskHandle" not in task


async def test_a_move_says_why_it_failed(here: InProcess) -> None:
    await bury(here, 1)
    await send(here, "dead", "sent here directly")
    await here.call("sqs", "StartMessageMoveTask", SourceArn=arn("dead"))
    await here.deliver()
    assert (await tasks(here))[0]["FailureReason"] == "CouldNotDetermineMessageSource"
    await make(here, "elsewhere")
    here.clock.advance(1)
    await here.call("sqs", "StartMessageMoveTask", SourceArn=arn("dead"), DestinationArn=arn("elsewhere"))
    await here.call("sqs", "DeleteQueue", QueueUrl="elsewhere")
    await here.deliver()
    newest, older = await tasks(here, MaxResults=10)
    assert (newest["Status"], newest["FailureReason"]) == ("FAILED", "AWS.SimpleQueueService.NonExistentQueue")
    assert older["Status"] == "FAILED"


async def test_without_its_target_a_message_stays_and_is_received(here: InProcess) -> None:
    await make(here, "dead")
    await make(here, "q", RedrivePolicy=json.dumps({"deadLetterTargetArn": arn("dead"), "maxReceiveCount": 1}))
    await send(here, "q", "x")
    await here.call("sqs", "DeleteQueue", QueueUrl="dead")
    for _ in range(3):
        assert await bodies(here, "q", VisibilityTimeout=0) == ["x"]


# -- who may -----------------------------------------------------------------------------------------------------------


def policy(effect: str, principal: Any, action: str, queue: str, **condition: Any) -> str:
    statement = {"Effect": effect, "Principal": principal, "Action": action, "Resource": queue}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


async def test_a_service_delivers_only_where_the_queue_lets_it(here: InProcess) -> None:
    await make(here, "q")
    sns = principals.service("sns.amazonaws.com")
    topic = f"arn:aws:sns:us-east-1:{ACCOUNT}:topic"

    def deliver(source: str, queue: str = "q") -> Awaitable[sending.Sent]:
        message, context = Outgoing("hello", sns.user_id), {"aws:SourceArn": source}
        now = here.clock.now()
        return here.node.store.update(
            lambda tx: sending.deliver(tx, here.node.identity, sns, arn(queue), message, now, context)
        )

    with pytest.raises(ApiError, match="because no resource-based policy allows the sqs:SendMessage action"):
        await deliver(topic)
    only = policy("Allow", {"Service": sns.name}, "sqs:SendMessage", arn("q"), ArnEquals={"aws:SourceArn": topic})
    await here.call("sqs", "SetQueueAttributes", QueueUrl="q", Attributes={"Policy": only})
    with pytest.raises(ApiError, match="AccessDenied"):
        await deliver(topic + "2")
    with pytest.raises(ApiError, match="QueueDoesNotExist"):
        await deliver(topic, "none")
    sent = await deliver(topic)
    [found] = await receive(here, "q", AttributeNames=["SenderId"])
    assert (found["MessageId"], found["Body"]) == (sent.message_id, "hello")
    assert found["Attributes"] == {"SenderId": "sns.amazonaws.com"}


class Stranger:
    """A queue, the root's client, and a user whose own policies allow nothing."""

    def __init__(self, server: RunningServer) -> None:
        self.server, self.name = server, f"guarded-{uuid.uuid4().hex[:8]}"
        self.root = server.client("sqs")
        self.url = self.root.create_queue(QueueName=self.name)["QueueUrl"]
        iam = server.client("iam")
        self.user_arn = iam.create_user(UserName=self.name)["User"]["Arn"]
        key = iam.create_access_key(UserName=self.name)["AccessKey"]
        self.user = server.client("sqs", access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"])

    def allow(self, *actions: str, on: str = "*") -> None:
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": on}]}
        self.server.client("iam").put_user_policy(
            UserName=self.name, PolicyName="own", PolicyDocument=json.dumps(document)
        )

    def put(self, text: str) -> None:
        self.root.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": text})

    def denied(self, call: Callable[..., Any], **parameters: Any) -> str:
        with pytest.raises(ClientError) as caught:
            call(**parameters)
        response = caught.value.response
        assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == ("AccessDenied", 403)
        text: str = response["Error"]["Message"]
        return text


def test_a_user_needs_a_permission_of_its_own_or_the_queues(server: RunningServer) -> None:
    stranger = Stranger(server)
    user, message = stranger.user, {"QueueUrl": stranger.url, "MessageBody": "x"}
    assert f"sqs:SendMessage on resource: {arn(stranger.name)}" in stranger.denied(user.send_message, **message)
    stranger.denied(user.list_queues)
    stranger.put(policy("Allow", {"AWS": stranger.user_arn}, "sqs:SendMessage", arn(stranger.name)))
    user.send_message(**message)
    user.send_message_batch(QueueUrl=stranger.url, Entries=[{"Id": "1", "MessageBody": "y"}])
    stranger.denied(user.receive_message, QueueUrl=stranger.url)
    stranger.allow("sqs:ReceiveMessage", "sqs:ListQueues")
    [found] = user.receive_message(QueueUrl=stranger.url, AttributeNames=["SenderId"])["Messages"]
    assert found["Attributes"]["SenderId"].startswith("AIDA")
    assert stranger.url in user.list_queues()["QueueUrls"]
    stranger.put(policy("Deny", "*", "sqs:ReceiveMessage", arn(stranger.name)))
    text = stranger.denied(user.receive_message, QueueUrl=stranger.url)
    assert "with an explicit deny in a resource-based policy" in text


def test_a_queues_tags_take_part_in_the_decision(server: RunningServer) -> None:
    stranger = Stranger(server)
    condition = {"StringEquals": {"aws:ResourceTag/team": "red"}}
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": condition}
    server.client("iam").put_user_policy(
        UserName=stranger.name,
        PolicyName="red",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    stranger.denied(stranger.user.send_message, QueueUrl=stranger.url, MessageBody="x")
    stranger.root.tag_queue(QueueUrl=stranger.url, Tags={"team": "red"})
    stranger.user.send_message(QueueUrl=stranger.url, MessageBody="x")


def test_the_root_can_put_right_a_policy_that_shuts_it_out(server: RunningServer) -> None:
    stranger = Stranger(server)
    stranger.put(policy("Deny", "*", "sqs:*", arn(stranger.name)))
    stranger.denied(stranger.root.send_message, QueueUrl=stranger.url, MessageBody="x")
    stranger.put("")
    stranger.root.send_message(QueueUrl=stranger.url, MessageBody="x")


def test_permissions_that_were_added_by_label_count(server: RunningServer) -> None:
    stranger = Stranger(server)
    stranger.root.add_permission(
        QueueUrl=stranger.url, Label="all", AWSAccountIds=[ACCOUNT], Actions=["SendMessage", "GetQueueUrl"]
    )
    text = stranger.denied(stranger.user.send_message, QueueUrl=stranger.url, MessageBody="x")
    assert "no identity-based policy allows" in text, "a grant to the account lets the account's own policies decide"
    stranger.allow("sqs:SendMessage", on=arn(stranger.name))
    stranger.user.send_message(QueueUrl=stranger.url, MessageBody="x")


# -- crashes -----------------------------------------------------------------------------------------------------------

ROUNDS = 4
SENDERS = 4
ROUND_SECONDS = (0.2, 0.5)


class Sender(threading.Thread):
    """Sends numbered messages to its group, and takes and deletes what it gets, until the server is gone."""

    def __init__(self, server: RunningServer, url: str, name: str, round_number: int) -> None:
        super().__init__(daemon=True)
        self.client, self.url, self.prefix = server.client("sqs", attempts=1), url, f"{name}-{round_number}"
        self.tried: list[str] = []
        self.sent: list[str] = []
        self.trying_to_delete: list[str] = []
        self.deleted: list[str] = []

    def run(self) -> None:
        try:
            while True:
                self.send(f"{self.prefix}-{len(self.tried)}")
                if len(self.tried) % 3 == 0:
                    self.take()
        except (BotoCoreError, ClientError):
            return

    def send(self, body: str) -> None:
        self.tried.append(body)
        self.client.send_message(QueueUrl=self.url, MessageBody=body, MessageGroupId=self.prefix)
        self.sent.append(body)

    def take(self) -> None:
        for message in self.client.receive_message(QueueUrl=self.url).get("Messages", []):
            self.trying_to_delete.append(message["Body"])
            self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
            self.deleted.append(message["Body"])


def test_what_was_acknowledged_survives_a_kill_exactly_once(durable_server: RunningServer) -> None:
    server = durable_server
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true", "VisibilityTimeout": "1"}
    url = server.client("sqs").create_queue(QueueName="crash.fifo", Attributes=attributes)["QueueUrl"]
    everybody: list[Sender] = []
    for number in range(ROUNDS):
        senders = [Sender(server, url, f"s{n}", number) for n in range(SENDERS)]
        for sender in senders:
            sender.start()
        wait_until("each has sent some", lambda: all(len(each.sent) > 1 for each in senders))  # noqa: B023
        senders[0].join(random.uniform(*ROUND_SECONDS))
        server.kill()
        for sender in senders:
            sender.join(120)
        everybody += senders
        server.start()
    client, left = server.client("sqs"), []

    def drained() -> bool:
        asked = {"QueueUrl": url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 120}
        for message in client.receive_message(**asked).get("Messages", []):
            left.append(message["Body"])
            client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        found = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return found["ApproximateNumberOfMessages"] == found["ApproximateNumberOfMessagesNotVisible"] == "0"

    wait_until("the queue is empty", drained)
    sent = {body for sender in everybody for body in sender.sent}
    tried = {body for sender in everybody for body in sender.tried}
    deleted = {body for sender in everybody for body in sender.deleted}
    perhaps = {body for sender in everybody for body in sender.trying_to_delete} - deleted
    assert len(sent) > ROUNDS * SENDERS, "hardly anything was sent: the test proves nothing"
    assert len(left) == len(set(left)), "a message stands twice"
    assert not deleted & set(left), "what was deleted is gone"
    assert sent - deleted - perhaps <= set(left) <= tried
    for prefix in {body.rpartition("-")[0] for body in left}:
        numbers = [int(body.rpartition("-")[2]) for body in left if body.startswith(f"{prefix}-")]
        assert numbers == sorted(numbers), "a group's order survives, too"
