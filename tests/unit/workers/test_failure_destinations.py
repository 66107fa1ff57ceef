"""What a mapping gives up is told to its destination, once, by the role's permission; each attempt leaves a line."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tailrace.audit import search
from tailrace.audit.journal import Journal
from tailrace.base.clock import iso_milliseconds, iso_seconds
from tailrace.base.errors import ApiError
from tailrace.services.lambda_ import event_source_mappings as mappings
from tailrace.services.logs import names
from tailrace.services.sns import subscriptions, topics
from tailrace.services.sqs import attributes as attributes_of
from tailrace.services.sqs import queues, receiving
from tailrace.store import resources
from tailrace.workers import attempt_log
from tailrace.workers.deliveries import Deliveries
from tests.unit.workers.world import READ, SCOPE, STREAM_ARN, Result, World, failing, numbers, reporting, throttled

QUEUE_ARN = "arn:aws:sqs:us-east-1:000000000000:failures"
TOPIC_ARN = "arn:aws:sns:us-east-1:000000000000:failures"
SEND = [*READ, "sqs:SendMessage", "sns:Publish"]
TO_QUEUE: dict[str, Any] = {"DestinationConfig": {"OnFailure": {"Destination": QUEUE_ARN}}}
INVALID = "InvalidParameterValueException"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A world with a queue and a topic, a role that may send to both, and the deliveries' worker."""
    made = await World.open()
    made.settle_turns = 120
    await made.allow(*SEND)
    await queues.create_queue(made.call("sqs"), {"QueueName": "failures"})
    await topics.create_topic(made.call("sns"), {"Name": "failures"})
    deliveries = Deliveries(made.node)
    await deliveries.start()
    yield made
    await made.stop()
    await deliveries.stop(0)
    await made.close()


async def received(world: World) -> list[str]:
    """The bodies of the messages in the queue, which are taken and stay hidden."""
    request = {"QueueUrl": "http://x/000000000000/failures", "MaxNumberOfMessages": 10, "VisibilityTimeout": 43_200}
    answer = await receiving.receive_message(world.call("sqs"), request)
    return [message["Body"] for message in answer.get("Messages", ())]


async def test_word_of_records_given_up_is_the_one_of_aws(world: World) -> None:
    await world.map(MaximumRetryAttempts=1, **TO_QUEUE)
    world.behaviour = failing(1)
    await world.start()
    await world.put(1)
    at = world.clock.now()
    await world.advance(1)
    (body,) = await received(world)
    record = json.loads(body)
    timestamp, info = record.pop("timestamp"), record.pop("DDBStreamBatchInfo")
    assert record == {
        "requestContext": {
            "requestId": "request-1",
            "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:f",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 2,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
    }
    assert timestamp == iso_milliseconds(at + 0.5, suffix="Z")
    assert info["startSequenceNumber"] == info["endSequenceNumber"] == world.number_of(1)
    assert info["shardId"].startswith("shardId-")
    assert {k: v for k, v in info.items() if k not in ("shardId", "startSequenceNumber", "endSequenceNumber")} == {
        "approximateArrivalOfFirstRecord": iso_seconds(at),
        "approximateArrivalOfLastRecord": iso_seconds(at),
        "batchSize": 1,
        "streamArn": STREAM_ARN,
    }
    order = ["requestContext", "responseContext", "version", "timestamp", "DDBStreamBatchInfo"]
    assert list(json.loads(body)) == order, "the members stand in AWS's order"


async def test_a_reported_failure_has_no_function_error(world: World) -> None:
    await world.put(1, 2, 3)
    options = {"FunctionResponseTypes": ["ReportBatchItemFailures"], "MaximumRetryAttempts": 3}
    await world.map(BatchSize=3, **options, **TO_QUEUE)
    world.behaviour = reporting(3)
    await world.start()
    await world.advance(10)
    (body,) = await received(world)
    record = json.loads(body)
    assert record["responseContext"]["functionError"] is None
    assert record["requestContext"]["approximateInvokeCount"] == 4
    assert record["DDBStreamBatchInfo"]["batchSize"] == 1
    assert world.calls == [[1, 2, 3], [3], [3], [3], [3]]


async def test_what_bisection_leaves_is_told_of_alone(world: World) -> None:
    await world.put(1, 2, 3, 4)
    await world.map(BisectBatchOnFunctionError=True, MaximumRetryAttempts=0, **TO_QUEUE)
    world.behaviour = failing(2)
    await world.start()
    await world.advance(1)
    (body,) = await received(world)
    assert json.loads(body)["DDBStreamBatchInfo"]["startSequenceNumber"] == world.number_of(2)


async def test_records_beyond_their_age_are_told_of_with_the_last_call(world: World) -> None:
    uuid = await world.map(MaximumRecordAgeInSeconds=60, **TO_QUEUE)
    world.behaviour = failing(1)
    await world.start()
    await world.put(1)
    await world.advance(45)
    await world.stop()
    await world.start()  # what the last call was is kept with the checkpoint
    await world.advance(45)
    (body,) = await received(world)
    record = json.loads(body)
    assert record["requestContext"]["condition"] == "RecordAgeExceeded"
    assert record["requestContext"]["approximateInvokeCount"] == len(world.calls)
    assert record["responseContext"]["functionError"] == "Unhandled"
    lines = await world.attempts(uuid)
    assert (lines[-2]["status"], lines[-2]["error"]) == ("GivenUp", "RecordAgeExceeded")


async def test_records_that_were_never_called_have_no_response(world: World) -> None:
    await world.put(1, 2, 3)
    await world.map(Enabled=False, MaximumRecordAgeInSeconds=60, BatchSize=2, **TO_QUEUE)
    world.clock.advance(61)
    await world.update((await world.only_mapping())["UUID"], Enabled=True)
    await world.start()
    await world.advance(1)
    told = [json.loads(body) for body in await received(world)]
    assert all("responseContext" not in one for one in told)
    assert {one["requestContext"]["approximateInvokeCount"] for one in told} == {0}
    assert sorted(one["DDBStreamBatchInfo"]["batchSize"] for one in told) == [1, 2]
    assert world.calls == []


async def test_a_topic_gets_the_same_record_as_a_message(world: World) -> None:
    policy = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    attributes = {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [policy]})}
    request = {"QueueUrl": "http://x/000000000000/failures", "Attributes": attributes}
    await attributes_of.set_queue_attributes(world.call("sqs"), request)
    request = {"TopicArn": TOPIC_ARN, "Protocol": "sqs", "Endpoint": QUEUE_ARN}
    await subscriptions.subscribe(world.call("sns"), {**request, "Attributes": {"RawMessageDelivery": "true"}})
    await world.map(MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": TOPIC_ARN}})
    world.behaviour = failing(1)
    await world.start()
    await world.put(1)
    await world.advance(2)
    (body,) = await received(world)
    assert json.loads(body)["requestContext"]["condition"] == "RetryAttemptsExhausted"


async def test_the_role_is_asked_at_each_delivery_and_refused_ones_are_tried_again(world: World) -> None:
    uuid = await world.map(MaximumRetryAttempts=0, **TO_QUEUE)
    world.behaviour = failing(1)
    await world.start()
    await world.allow(*READ)
    await world.put(1)
    await world.put(2)
    await world.advance(2)
    assert await received(world) == []
    assert world.calls == [[1], [2]], "the shard goes on meanwhile"
    refused = [line for line in await world.attempts(uuid) if line["status"] == "Refused"]
    assert refused
    assert "sqs:SendMessage" in refused[0]["error"]
    await world.allow(*SEND)
    await world.advance(10)
    assert len(await received(world)) == 1
    await world.advance(400)
    assert await received(world) == [], "it is delivered once"
    assert [line["status"] for line in await world.attempts(uuid)].count("Delivered") == 1


async def test_the_audit_knows_what_the_role_sent_and_what_it_was_refused(world: World) -> None:
    journal = world.node.audit = Journal(None, world.clock)
    await world.map(MaximumRetryAttempts=0, **TO_QUEUE)
    world.behaviour = failing(1)
    await world.start()
    await world.allow(*READ)
    await world.put(1)
    await world.advance(1)
    await world.allow(*SEND)
    await world.advance(10)
    await journal.close()
    found, _ = search.page(journal.segments, search.Query(operation="SendMessage"), 100)
    latest, *_, first = found
    assert (latest["Decision"], first["Decision"]) == ("Allowed", "Denied")
    assert first["Resources"] == [QUEUE_ARN]


async def test_word_that_nobody_takes_for_a_day_is_lost_and_the_log_says_so(world: World) -> None:
    uuid = await world.map(MaximumRetryAttempts=0, **TO_QUEUE)
    world.behaviour = failing(1)
    await world.start()
    await queues.delete_queue(world.call("sqs"), {"QueueUrl": "http://x/000000000000/failures"})
    await world.put(1)
    await world.advance(25 * 3600, step=60)
    lines = await world.attempts(uuid)
    assert lines[-1]["status"] == "Lost"
    await world.advance(3600, step=60)
    assert len(await world.attempts(uuid)) == len(lines)


async def test_a_restart_between_giving_up_and_delivery_delivers_once(world: World) -> None:
    await world.allow(*READ)
    await world.map(MaximumRetryAttempts=0, Enabled=False)
    await world.allow(*SEND)
    uuid = (await world.only_mapping())["UUID"]
    await world.update(uuid, Enabled=True, **TO_QUEUE)
    world.behaviour = failing(1)
    await world.start()
    await world.put(1)
    await world.stop()
    await world.start()
    await world.advance(5)
    assert len(await received(world)) == 1
    assert world.calls == [[1]]


async def refusal(world: World, destination: Any, **options: Any) -> tuple[str, str]:
    with pytest.raises(ApiError) as raised:
        await world.map(DestinationConfig={"OnFailure": {"Destination": destination}}, **options)
    return raised.value.code, raised.value.message


async def test_a_destination_that_can_not_be_is_refused(world: World) -> None:
    gone = QUEUE_ARN + "-gone"
    assert await refusal(world, gone) == (INVALID, f"The destination ARN {gone} is invalid.")
    for other in ("arn:aws:lambda:us-east-1:000000000000:function:f", QUEUE_ARN + ".fifo", TOPIC_ARN + ":x"):
        assert (await refusal(world, other))[0] == INVALID
    for elsewhere in ("arn:aws:s3:::bucket", "kafka://topic"):
        code, text = await refusal(world, elsewhere)
        assert code == "UnsupportedOperationException"
        assert "SQS" in text
    assert await refusal(world, None) == (
        INVALID,
        "The Destination field is required for an OnFailure configuration.",
    )
    with pytest.raises(ApiError, match="Unsupported DestinationConfig parameter"):
        await world.map(DestinationConfig={"OnSuccess": {"Destination": QUEUE_ARN}})


async def test_the_role_must_be_allowed_to_send_when_the_mapping_is_made_and_changed(world: World) -> None:
    await world.allow(*READ)
    to_queue = "The provided execution role does not have permissions to call SendMessage on SQS"
    to_topic = "The provided execution role does not have permissions to call Publish on SNS"
    assert await refusal(world, QUEUE_ARN) == (INVALID, to_queue)
    assert await refusal(world, TOPIC_ARN) == (INVALID, to_topic)
    uuid = await world.map()
    with pytest.raises(ApiError, match="SendMessage on SQS"):
        await world.update(uuid, **TO_QUEUE)
    assert (await world.mapping(uuid))["DestinationConfig"] == {"OnFailure": {}}
    await world.allow(*SEND)
    assert (await world.update(uuid, **TO_QUEUE))["DestinationConfig"] == TO_QUEUE["DestinationConfig"]
    cleared = await world.update(uuid, DestinationConfig={"OnFailure": {"Destination": ""}})
    assert cleared["DestinationConfig"] == {"OnFailure": {}}


async def test_every_attempt_leaves_a_line_in_the_mappings_own_group(world: World) -> None:
    await world.put(1, 2)
    uuid = await world.map(MaximumRetryAttempts=1)
    world.behaviour = failing(2)
    await world.start()
    await world.advance(1)
    world.behaviour = throttled
    await world.put(3)
    world.behaviour = lambda records: None
    await world.advance(1)
    lines = await world.attempts(uuid)
    statuses = [(line["status"], line["attempt"], line["records"]) for line in lines]
    assert statuses == [
        ("Failure", 1, 2),
        ("Failure", 2, 2),
        ("GivenUp", 2, 2),
        ("Throttled", 1, 1),
        ("Success", 1, 1),
    ]
    first = lines[0]
    assert (first["mapping"], first["requestId"], first["lane"]) == (uuid, "request-1", 0)
    assert (first["firstSequenceNumber"], first["lastSequenceNumber"]) == (world.number_of(1), world.number_of(2))
    assert first["logStream"]
    assert (lines[3]["requestId"], lines[3]["error"]) == (None, "Rate Exceeded.")
    group = await world.store.view(lambda tx: resources.get(tx, names.KIND, SCOPE, attempt_log.group_of(uuid)))
    assert group is not None
    assert group["retentionInDays"] == 7


async def test_a_mapping_without_attempts_has_no_group(world: World) -> None:
    uuid = await world.map()
    await world.start()
    await world.advance(5)
    group = await world.store.view(lambda tx: resources.get(tx, names.KIND, SCOPE, attempt_log.group_of(uuid)))
    assert group is None


async def test_the_meter_counts_what_triggers_do_and_how_far_behind_they_are(world: World) -> None:
    uuid = await world.map(MaximumRetryAttempts=1)
    world.behaviour = failing(2)
    await world.start()
    await world.put(1)
    await world.put(2)
    await world.advance(0.25)

    def told() -> dict[str, float]:
        lines = world.node.meter.text(world.clock.now()).splitlines()
        mine = [line.split() for line in lines if f'mapping="{uuid}"' in line]
        return {name.partition("{")[0].removeprefix("tailrace_trigger_"): float(value) for name, value in mine}

    assert told()["iterator_age_seconds"] == 0.25, "the second record waits for its next attempt"
    await world.advance(1)
    world.behaviour = throttled
    await world.put(3)
    assert told() == {
        "iterator_age_seconds": 0,
        "invocations_total": 3,
        "errors_total": 2,
        "throttles_total": 1,
        "blocked": 1,
        "retries_total": 1,
        "records_total": 3,
        "given_up_total": 1,
    }
    world.behaviour = lambda records: None
    await world.advance(1)
    await world.allow("dynamodb:ListStreams")
    await world.put(4)
    await world.advance(3)
    assert told()["iterator_age_seconds"] == 3, "a trigger that may not read falls behind"
    await world.allow(*SEND)
    await world.advance(1)
    assert told()["iterator_age_seconds"] == 0
    await mappings.delete_event_source_mapping(world.call(), {"UUID": uuid})
    await world.advance(2)
    assert told() == {}


@pytest.mark.parametrize("seed", range(8))
async def test_every_record_is_done_or_told_of_once_whatever_fails(world: World, seed: int) -> None:
    dice = random.Random(seed)
    done: set[int] = set()

    def answer(records: list[dict[str, Any]]) -> Any:
        luck = dice.random()
        if luck < 0.1:
            return throttled(records)
        if luck < 0.5:
            return Result({}, "Unhandled")
        done.update(numbers(records))
        return None

    options = {"BatchSize": dice.choice([1, 2, 5]), "BisectBatchOnFunctionError": seed % 2 == 0}
    await world.map(MaximumRetryAttempts=dice.choice([0, 1]), MaximumRecordAgeInSeconds=60, **options, **TO_QUEUE)
    world.behaviour = answer
    await world.start()
    written, told = 0, []
    for _ in range(20):
        more = dice.randrange(4)
        await world.put(*range(written, written + more))
        written += more
        await world.allow(*(SEND if dice.random() < 0.7 else READ))
        if dice.random() < 0.2:
            await world.stop()
            await world.start()
        await world.advance(dice.choice([0.25, 1, 10]))
        told += await received(world)
    await world.allow(*SEND)
    for _ in range(20):
        await world.advance(60, step=1)
        told += await received(world)
    infos = sorted(
        (json.loads(body)["DDBStreamBatchInfo"] for body in told), key=lambda i: int(i["startSequenceNumber"])
    )
    ends = [int(number) for i in infos for number in (i["startSequenceNumber"], i["endSequenceNumber"])]
    assert ends == sorted(ends), "no record is told of twice"
    assert len(done) + sum(info["batchSize"] for info in infos) == written


async def test_events_that_the_destination_was_told_of_are_counted(world: World) -> None:
    await world.map(MaximumRetryAttempts=0, MetricsConfig={"Metrics": ["EventCount"]}, **TO_QUEUE)
    world.behaviour = failing(1)
    await world.start()
    await world.put(1, 2)
    await world.advance(1)
    assert len(await received(world)) == 1
    assert world.event_counts() == {"polled": 2, "invoked": 2, "on_failure_destination_delivered": 2}
