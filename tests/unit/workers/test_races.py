"""What a server does beside requests, by many at once on PostgreSQL: nothing is repeated because of others, and nothing
is lost, done twice or out of order.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from tailrace import store
from tailrace.operation import REGISTRY
from tailrace.services import logs, sns
from tailrace.services.lambda_ import event_outcome, invoke
from tailrace.services.lambda_.event_outcome import Ending
from tailrace.services.lambda_.log_writer import LogSettings, LogWriter
from tailrace.services.sns import fifo
from tailrace.store import deliveries, log_events
from tailrace.store.engine import Transaction
from tailrace.workers import notifications
from tests.postgres import Databases
from tests.unit.workers.queue_world import FIFO, QueueWorld
from tests.unit.workers.world import ACCOUNT, REGION, ROLE_ARN, SCOPE, World

assert logs, "its operations are in the registry"
assert sns, "its operations are in the registry"
LANES, EACH = 8, 8
SECONDS_MAX = 200


@pytest.fixture
async def worlds(databases: Databases) -> AsyncIterator[list[World]]:
    """Two nodes on one database, with a stream of eight shards."""
    url = databases.new_undivided()
    made = [await World.open(LANES, url)]
    made.append(World(await store.open(url), made[0].clock))
    made[1].layout, made[1].calls = made[0].layout, made[0].calls
    yield made
    for world in made:
        await world.close()
    databases.drop()


async def test_lanes_that_save_how_far_they_have_come(worlds: list[World], repeated: Any) -> None:
    """Of each key every record once, in order, whichever node reads its shard."""
    keys = [f"k{number}" for number in range(LANES)]
    await worlds[0].map(BatchSize=1)
    got: dict[str, list[int]] = {key: [] for key in keys}

    def answer(records: list[dict[str, Any]]) -> None:
        for record in records:
            key = record["dynamodb"]["Keys"]
            got[key["pk"]["S"]].append(int(key["sk"]["N"]))

    for world in worlds:
        world.behaviour = answer
    for key in keys:  # what is made for the first record of each: a log, its streams
        await worlds[0].put(0, pk=key)
    for world in worlds:
        await world.start()

    async def until(count: int) -> None:
        async with asyncio.timeout(SECONDS_MAX):
            while sum(map(len, got.values())) < count:  # noqa: ASYNC110 - two nodes work at it
                await asyncio.sleep(0.01)

    await until(LANES)

    for world in worlds:
        await world.stop(grace_s=SECONDS_MAX)
    for key in keys:
        await worlds[0].put(*range(1, EACH + 1), pk=key)
    places, starting = [world.store for world in worlds], [world.start() for world in worlds]
    await repeated(places, *starting, until(LANES * (EACH + 1)))
    assert got == {key: list(range(EACH + 1)) for key in keys}


@pytest.fixture
async def world(databases: Databases) -> AsyncIterator[QueueWorld]:
    made = await QueueWorld.begin("q.fifo", data=databases.new_undivided(), **FIFO)
    yield made
    await made.close()
    databases.drop()


async def sns_call(world: QueueWorld, name: str, **request: Any) -> dict[str, Any]:
    """An operation of SNS, by root."""
    operation = REGISTRY.find("sns", name)
    assert operation
    return dict(await operation.handler(world.call("sns"), request))


async def test_events_that_are_left_and_ended(world: QueueWorld, repeated: Any) -> None:
    left: set[str] = set()
    ended: list[str] = []

    async def end(limit: int) -> None:
        claimed = await world.store.update(
            lambda tx: deliveries.claim(tx, (invoke.DELIVERY_KIND,), world.clock.now(), limit, 30.0), locked=True
        )
        for delivery in claimed:
            await invoke.end(world.node, delivery, Ending(event_outcome.TOO_OLD, 0))
            ended.append(delivery.id)

    async def lane(number: int) -> None:
        for event in range(EACH):
            call = world.call()
            call.request_id = f"{number}-{event}"
            request = {"FunctionName": "f", "InvocationType": "Event", "Payload": b"{}"}
            assert (await invoke.invoke_function(call, request))["StatusCode"] == 202
            left.add(call.request_id)
            await end(1)

    await repeated([world.store], *(lane(number) for number in range(LANES)))
    await end(LANES * EACH)  # what others were just claiming was passed over
    assert sorted(ended) == sorted(left)
    assert await world.store.view(deliveries.owed) == []


async def test_the_logs_of_one_function(world: QueueWorld, repeated: Any) -> None:
    """Of several environments, each with its stream, and one that PutLogEvents writes to."""
    await world.allow("logs:*")
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"
    settings = LogSettings(function, "$LATEST", "python3.11", "", 128, ROLE_ARN, "f", "/aws/lambda/f", json=False)
    writers = [LogWriter(world.node, SCOPE, settings) for _ in range(LANES)]

    async def lane(writer: LogWriter, name: str) -> None:
        for number in range(EACH):
            writer.output([f"{name} {number}"])
            await writer.flush()
            events = [{"timestamp": int(world.clock.now() * 1000), "message": f"own {name} {number}"}]
            request = {"logGroupName": settings.group, "logStreamName": writers[0].log_stream, "logEvents": events}
            assert await REGISTRY.find("logs", "PutLogEvents").handler(world.call("logs"), request)  # type: ignore[union-attr]

    await lane(writers[0], "first")  # makes the group
    await repeated([world.store], *(lane(writer, str(number)) for number, writer in enumerate(writers)))

    def written(tx: Transaction) -> list[str]:
        return [event.message for event in log_events.tail(tx, SCOPE, settings.group, 0, 10_000)]

    names = ["first", *map(str, range(LANES))]
    expected = [f"{kind}{name} {number}" for kind in ("", "own ") for name in names for number in range(EACH)]
    assert sorted(await world.store.view(written)) == sorted(expected)


async def test_a_topic_in_order(world: QueueWorld, repeated: Any) -> None:
    """Each message once however often it is published, numbered in the order in which the queue gets them."""
    topic = (await sns_call(world, "CreateTopic", Name="t.fifo", Attributes={"FifoTopic": "true"}))["TopicArn"]
    statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = orjson.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Resource": "*"}]}).decode()
    await world.sqs("SetQueueAttributes", Attributes={"Policy": policy})
    options = {"RawMessageDelivery": "true"}
    await sns_call(world, "Subscribe", TopicArn=topic, Protocol="sqs", Endpoint=world.arn, Attributes=options)
    numbers: dict[str, set[str]] = {}

    async def lane(number: int) -> None:
        for message in range(EACH):
            text = f"{number // 2}-{message}"  # two lanes publish the same
            request = {"Message": text, "MessageGroupId": "g", "MessageDeduplicationId": text}
            answer = await sns_call(world, "Publish", TopicArn=topic, **request)
            numbers.setdefault(text, set()).add(answer["SequenceNumber"])

    async def drain() -> bool:
        def claim(tx: Transaction) -> list[deliveries.Delivery]:
            return deliveries.claim(tx, ("sns:drain",), world.clock.now(), 1, 30.0)

        claimed = await world.store.update(claim, locked=True)
        for delivery in claimed:
            await notifications.drain(world.node, delivery)
        return bool(claimed)

    async def drainer() -> None:
        while len(numbers) < LANES // 2 * EACH:
            await drain()
            await asyncio.sleep(0)

    await repeated([world.store], drainer(), *(lane(number) for number in range(LANES)))
    await drain()
    assert all(len(each) == 1 for each in numbers.values()), "published once"
    received: list[str] = []
    while messages := (await world.sqs("ReceiveMessage", MaxNumberOfMessages=10)).get("Messages"):
        for message in messages:
            received.append(message["Body"])
            await world.sqs("DeleteMessage", ReceiptHandle=message["ReceiptHandle"])
    assert received == sorted(numbers, key=lambda text: min(numbers[text])), "in the order of their numbers"


async def test_messages_of_a_topic_are_forgotten_while_they_are_published_anew(
    world: QueueWorld, repeated: Any
) -> None:
    topic = (await sns_call(world, "CreateTopic", Name="t.fifo", Attributes={"FifoTopic": "true"}))["TopicArn"]

    async def publish(text: str) -> str:
        request = {"Message": text, "MessageGroupId": "g", "MessageDeduplicationId": text}
        return str((await sns_call(world, "Publish", TopicArn=topic, **request))["SequenceNumber"])

    async def forget(limit: int) -> int:
        def claim(tx: Transaction) -> list[deliveries.Delivery]:
            return deliveries.claim(tx, (fifo.FORGET_KIND,), world.clock.now(), limit, 30.0)

        claimed = await world.store.update(claim, locked=True)
        for delivery in claimed:
            await fifo.forget(world.node, delivery)
        return len(claimed)

    texts = [str(number) for number in range(LANES * EACH)]
    first: list[str] = []
    for text in texts:
        first.append(await publish(text))
        world.clock.advance(0.01)
    world.clock.advance(fifo.DEDUPLICATION_SECONDS)
    again: dict[str, str] = {}

    async def lane(number: int) -> None:
        for text in texts[number // 2 :: LANES // 2]:  # each is forgotten and published at the same time
            if number % 2:
                await forget(1)
            else:
                again[text] = await publish(text)

    await repeated([world.store], *(lane(number) for number in range(LANES)))
    while await forget(100):
        pass
    assert not set(again.values()) & set(first), "the five minutes were over"
    assert [await publish(text) for text in again] == list(again.values()), "and have begun anew"
