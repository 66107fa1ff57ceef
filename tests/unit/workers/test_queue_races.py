"""Eight who work on one queue at once, on PostgreSQL: none of them has to do its work again because of another."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from tailrace.operation import REGISTRY
from tailrace.services import sns
from tailrace.services.lambda_ import event_source_mappings as mappings
from tailrace.services.sqs import move_tasks, receiving
from tailrace.services.sqs.queue import KIND, Queue, compiled
from tailrace.store import deliveries, resources
from tailrace.store.engine import Transaction
from tailrace.workers import notifications, queue_delivery, queue_events
from tailrace.workers.queue_delivery import QueueBatch
from tailrace.workers.queue_events import QueueRecord
from tailrace.workers.queue_settings import compile_queue
from tailrace.workers.trigger_context import TriggerContext
from tests.postgres import Databases
from tests.unit.workers.queue_world import QueueWorld
from tests.unit.workers.world import ACCOUNT, REGION, SCOPE, throttled

assert sns, "its operations are in the registry"
LANES, BATCHES = 8, 6


@pytest.fixture
async def world(databases: Databases) -> AsyncIterator[QueueWorld]:
    made = await QueueWorld.begin(data=databases.new())
    yield made
    await made.close()
    databases.drop()


async def batch_of(world: QueueWorld, mapping: str, count: int) -> QueueBatch:
    """What a reader takes for one call."""

    def take(tx: Transaction) -> tuple[Queue, list[QueueRecord], dict[str, Any]]:
        queue = resources.derived(tx, KIND, SCOPE, "q", compiled)
        document = resources.get(tx, mappings.KIND, SCOPE, mapping)
        assert queue
        assert document
        taken = receiving.take_due(tx, queue, world.clock.now(), count, queue.visibility_s)
        records = [
            QueueRecord(message, handle, orjson.dumps(queue_events.content_of(queue, message, handle)))
            for message, handle in taken
        ]
        return queue, records, document

    queue, records, document = await world.store.update(take, locked=True)
    return QueueBatch(SCOPE, mapping, compile_queue(document), queue, records, 0)


@pytest.mark.parametrize("outcome", ["done", "refused"])
async def test_what_follows_a_call(world: QueueWorld, repeated: Any, outcome: str) -> None:
    """Messages are deleted, or given back, and the call is written down."""
    mapping = await world.map(BatchSize=2)
    count = LANES * BATCHES * 2
    for at in range(0, count + 2, 10):
        entries = [{"Id": str(n), "MessageBody": str(n)} for n in range(at, min(at + 10, count + 2))]
        await world.sqs("SendMessageBatch", Entries=entries)
    context = TriggerContext(world.node, world.invoke, "owner", 10.0)
    await queue_delivery.deliver(context, await batch_of(world, mapping, 2))  # makes the log
    if outcome == "refused":
        world.behaviour = throttled
        await queue_delivery.deliver(context, batch := await batch_of(world, mapping, 2))  # notes why
        assert batch.records
    batches = [await batch_of(world, mapping, 2) for _ in range(LANES * BATCHES)]
    assert sum(len(each.records) for each in batches) == count

    async def lane(number: int) -> None:
        for batch in batches[number::LANES]:
            await queue_delivery.deliver(context, batch)

    await repeated([world.store], *(lane(number) for number in range(LANES)))
    assert await world.left() == ((0, 0) if outcome == "done" else (count, 0))


async def test_a_topic_that_fans_out_into_a_queue(world: QueueWorld, repeated: Any) -> None:
    def call(name: str) -> Any:
        operation = REGISTRY.find("sns", name)
        assert operation
        return lambda **request: operation.handler(world.call("sns"), request)

    topic = (await call("CreateTopic")(Name="t"))["TopicArn"]
    statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = orjson.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Resource": "*"}]}).decode()
    await world.sqs("SetQueueAttributes", Attributes={"Policy": policy})
    options = {"RawMessageDelivery": "true"}
    await call("Subscribe")(TopicArn=topic, Protocol="sqs", Endpoint=world.arn, Attributes=options)

    async def deliver(limit: int) -> None:
        claimed = await world.store.update(
            lambda tx: deliveries.claim(tx, ("sns:notify",), world.clock.now(), limit, 30.0), locked=True
        )
        for each in claimed:
            await notifications.notify(world.node, each)

    async def lane() -> None:
        for _ in range(BATCHES):
            await call("Publish")(TopicArn=topic, Message="m")
            await deliver(1)

    await repeated([world.store], *(lane() for _ in range(LANES)))
    await deliver(100)  # what others were just claiming was passed over
    assert await world.left() == (LANES * BATCHES, 0)


async def test_a_task_that_moves_dead_letters_while_others_receive_them(world: QueueWorld, repeated: Any) -> None:
    dead = await world.sqs("CreateQueue", QueueName="dead")
    redrive = {"deadLetterTargetArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead", "maxReceiveCount": 1}
    await world.sqs("SetQueueAttributes", Attributes={"RedrivePolicy": orjson.dumps(redrive).decode()})
    for _ in range(20):
        entries = [{"Id": str(n), "MessageBody": "m"} for n in range(10)]
        await world.sqs("SendMessageBatch", QueueUrl=dead["QueueUrl"], Entries=entries)
    await world.send("first")
    [first] = (await world.sqs("ReceiveMessage"))["Messages"]  # makes what receipts are signed with
    await world.sqs("DeleteMessage", ReceiptHandle=first["ReceiptHandle"])
    target = {"DestinationArn": world.arn, "SourceArn": redrive["deadLetterTargetArn"]}
    await world.sqs("StartMessageMoveTask", **target)
    [task] = await world.store.update(lambda tx: deliveries.claim(tx, ("sqs:move",), world.clock.now(), 1, 30.0))
    got = 0

    async def lane() -> None:
        nonlocal got
        while got < 200:
            answer = await world.sqs("ReceiveMessage", MaxNumberOfMessages=10)
            messages = answer.get("Messages", ())
            got += len(messages)
            for message in messages:
                await world.sqs("DeleteMessage", ReceiptHandle=message["ReceiptHandle"])

    await repeated([world.store], move_tasks.run(world.node, task), *(lane() for _ in range(LANES)))
    assert got == 200
    [told] = (await world.sqs("ListMessageMoveTasks", SourceArn=target["SourceArn"]))["Results"]
    assert (told["Status"], told["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 200)
