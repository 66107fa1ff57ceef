"""Mappings of queues on a moved clock, with the real queue and a fake function."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tailrace.base.errors import ApiError
from tailrace.services.lambda_ import event_source_mappings as mappings
from tailrace.store import attempts, resources
from tests.unit.workers.queue_world import FIFO, RECEIVE, QueueWorld, bad, broken
from tests.unit.workers.world import SCOPE, Result, throttled

PARTIAL = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


@pytest.fixture
async def world() -> AsyncIterator[QueueWorld]:
    made = await QueueWorld.begin()
    yield made
    await made.close()


@pytest.fixture
async def fifo() -> AsyncIterator[QueueWorld]:
    made = await QueueWorld.begin("q.fifo", **FIFO)
    yield made
    await made.close()


async def test_a_send_wakes_the_trigger_without_the_tick_and_what_succeeds_is_deleted(world: QueueWorld) -> None:
    uuid = await world.map()
    await world.start()
    assert (await world.mapping(uuid))["State"] == "Enabled"
    await world.send("a")
    await world.send("b")
    assert world.batches == [["a"], ["b"]]
    assert await world.left() == (0, 0)
    assert "LastProcessingResult" not in await world.mapping(uuid), "on AWS mappings of queues have none"


async def test_what_became_of_a_batch_is_kept(world: QueueWorld) -> None:
    await world.send("a", "b")
    uuid = await world.map(**PARTIAL)
    world.behaviour = bad("b")
    await world.start()
    first, last = (record["messageId"] for record in world.events[0]["Records"])
    (line,) = await world.attempts(uuid)
    assert line.pop("time")
    assert line == {
        "mapping": uuid,
        "requestId": "request-1",
        "firstMessageId": first,
        "lastMessageId": last,
        "records": 2,
        "attempt": 1,
        "queue": "q",
        "status": "PartialFailure",
        "error": "1 of 2 messages come back",
        "ms": 0.0,
        "logStream": "2023/11/14/[$LATEST]0",
        "failedMessageIds": [last],
    }
    (kept,) = await world.store.view(lambda tx: attempts.of_request(tx, "request-1", 10))
    assert (kept.source, kept.outcome, kept.body["QueueArn"]) == (uuid, "PartialFailure", world.arn)
    assert kept.body["MessageIds"] == [first, last]


async def test_what_is_there_is_batched_and_bounded(world: QueueWorld) -> None:
    await world.send(*map(str, range(25)))
    await world.map()
    await world.start()
    assert [len(batch) for batch in world.batches] == [10, 10, 5]
    assert world.bodies() == [str(number) for number in range(25)]


async def test_a_batch_that_fails_comes_back_when_its_visibility_timeout_ends(world: QueueWorld) -> None:
    await world.map()
    world.behaviour = broken("a")
    await world.start()
    await world.send("a")
    await world.advance(29)
    assert world.batches == [["a"]]
    assert await world.left() == (0, 1)
    await world.advance(1)
    assert world.batches == [["a"], ["a"]]
    assert world.events[1]["Records"][0]["attributes"]["ApproximateReceiveCount"] == "2"


async def test_after_its_receives_a_message_is_a_dead_letter(world: QueueWorld) -> None:
    world.queue = "dead"
    await world.sqs("CreateQueue", QueueName="dead")
    dead_arn, world.queue = world.arn, "q"
    redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 2})
    await world.sqs("SetQueueAttributes", Attributes={"RedrivePolicy": redrive, "VisibilityTimeout": "5"})
    await world.map()
    world.behaviour = broken("a")
    await world.start()
    await world.send("a")
    await world.advance(30)
    assert world.batches == [["a"], ["a"]]
    world.queue = "dead"
    assert await world.left() == (1, 0)


async def test_only_the_messages_that_failed_come_back(world: QueueWorld) -> None:
    await world.send("a", "b", "c")
    await world.map(**PARTIAL)
    world.behaviour = bad("b")
    await world.start()
    assert world.batches == [["a", "b", "c"]]
    assert await world.left() == (0, 1)
    await world.advance(30)
    assert world.batches[1:] == [["b"]]


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        (None, 0),
        ({}, 0),
        ({"batchItemFailures": []}, 0),
        ({"batchItemFailures": None}, 0),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, 2),
        ({"batchItemFailures": [{"itemIdentifier": None}]}, 2),
        ({"batchItemFailures": [{"itemIdentifier": "unknown"}]}, 2),
        ({"batchItemFailures": [{"messageId": "x"}]}, 2),
        ({"batchItemFailures": "x"}, 2),
    ],
)
async def test_an_answer_that_names_nothing_known_fails_the_whole_batch(
    world: QueueWorld, answer: Any, left: int
) -> None:
    await world.send("a", "b")
    await world.map(**PARTIAL)
    world.behaviour = lambda records: answer
    await world.start()
    assert await world.left() == (0, left)


async def test_what_comes_after_a_failure_in_its_group_comes_after_it_again(fifo: QueueWorld) -> None:
    for body in ("a1", "a2", "a3"):
        await fifo.send(body, group="a")
    await fifo.send("b1", group="b")
    await fifo.map(**PARTIAL)
    fifo.behaviour = bad("a2")
    await fifo.start()
    assert fifo.batches == [["a1", "a2", "a3", "b1"]]
    await fifo.advance(29)
    assert len(fifo.batches) == 1
    fifo.behaviour = lambda records: None
    await fifo.advance(1)
    assert fifo.batches[1:] == [["a2", "a3"]]
    assert await fifo.left() == (0, 0)


async def test_a_group_has_one_batch_under_way_and_keeps_its_order(fifo: QueueWorld) -> None:
    await fifo.map()
    fifo.gate = asyncio.Event()
    await fifo.start()
    await fifo.send("a1", group="a")
    await fifo.send("a2", "a3", group="a")
    await fifo.send("b1", group="b")
    assert fifo.batches == [["a1"], ["b1"]], "another group doesn't wait"
    fifo.gate.set()
    await fifo.settle()
    assert fifo.batches == [["a1"], ["b1"], ["a2", "a3"]]


async def test_a_throttled_function_gives_its_messages_back_uncounted(world: QueueWorld) -> None:
    uuid = await world.map()
    world.behaviour = throttled
    await world.start()
    await world.send("a")
    assert await world.left() == (1, 0)
    assert (await world.mapping(uuid))["LastProcessingResult"] == "PROBLEM: Rate Exceeded."
    await world.advance(3)
    assert 3 <= len(world.batches) <= 5, "with backoff"
    world.behaviour = lambda records: None
    await world.advance(4)
    assert await world.left() == (0, 0)
    last = world.events[-1]["Records"][0]["attributes"]
    assert last["ApproximateReceiveCount"] == "1"
    assert (await world.mapping(uuid))["LastProcessingResult"] == "OK"
    statuses = [line["status"] for line in await world.attempts(uuid)]
    assert set(statuses[:-1]) == {"Throttled"}
    assert statuses[-1] == "Success"


async def test_a_throttled_function_is_tried_with_one_batch(world: QueueWorld) -> None:
    await world.send(*"abcdef")
    await world.map(BatchSize=1)
    world.behaviour = throttled
    await world.start()
    before = len(world.batches)
    assert before <= 5, "as many as begin at once"
    await world.advance(0.5)
    assert len(world.batches) == before + 1
    await world.advance(1)
    assert len(world.batches) == before + 2


async def test_a_window_gathers_until_it_ends_or_the_batch_is_full(world: QueueWorld) -> None:
    await world.map(BatchSize=20, MaximumBatchingWindowInSeconds=5)
    await world.start()
    await world.send("a", "b")
    await world.advance(4.75)
    assert world.batches == []
    assert await world.left() == (2, 0), "what gathers is not received before its time"
    await world.advance(0.25)
    assert world.batches == [["a", "b"]]
    await world.send(*map(str, range(20)))
    assert [len(batch) for batch in world.batches] == [2, 20]


async def test_a_batch_has_at_most_six_megabytes(world: QueueWorld) -> None:
    body = "x" * 1_000_000
    await world.send(*[body] * 10)
    await world.map()
    await world.start()
    assert [len(batch) for batch in world.batches] == [6, 4]
    assert max(len(json.dumps(event)) for event in world.events) < 6 * 1024 * 1024
    assert await world.left() == (0, 0)


async def test_a_window_ends_when_six_megabytes_are_there(world: QueueWorld) -> None:
    await world.map(BatchSize=100, MaximumBatchingWindowInSeconds=300)
    await world.start()
    for _ in range(7):
        await world.send("x" * 1_000_000)
        await world.advance(0.25)
    assert [len(batch) for batch in world.batches] == [6]


async def test_concurrency_is_limited_where_the_mapping_says_so(world: QueueWorld) -> None:
    uuid = await world.map(BatchSize=1, ScalingConfig={"MaximumConcurrency": 2})
    assert (await world.mapping(uuid))["ScalingConfig"] == {"MaximumConcurrency": 2}
    world.gate = asyncio.Event()
    await world.start()
    await world.send(*"abcdefgh")
    assert len(world.batches) == 2
    assert await world.left() == (6, 2)
    await world.update(uuid, ScalingConfig={})
    assert "ScalingConfig" not in await world.mapping(uuid)
    await world.settle()
    assert len(world.batches) >= 5, "AWS begins with five"
    world.gate.set()
    await world.settle()
    assert sorted(world.bodies()) == list("abcdefgh")


async def test_filters_choose_and_delete_what_they_turn_away(world: QueueWorld) -> None:
    pattern = {"body": {"kind": ["order"], "price": [{"numeric": [">", 10]}]}}
    await world.map(FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]})
    await world.start()
    good = json.dumps({"kind": "order", "price": 11})
    await world.send(good, json.dumps({"kind": "order", "price": 9}), "kind", '"order"', "{broken")
    assert world.batches == [[good]]
    assert await world.left() == (0, 0)


async def test_a_filter_on_text_lets_no_json_pass(world: QueueWorld) -> None:
    pattern = {"body": [{"prefix": "o"}, {"prefix": "{"}]}
    await world.map(FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]})
    await world.start()
    await world.send("order", '{"order": 1}', "other", "none")
    assert world.bodies() == ["order", "other"]


async def test_a_filter_on_other_members_takes_any_body(world: QueueWorld) -> None:
    pattern = {"messageAttributes": {"kind": {"stringValue": ["x"]}}}
    await world.map(FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]})
    await world.start()
    await world.send("text", "{}", MessageAttributes={"kind": {"DataType": "String", "StringValue": "x"}})
    await world.send("other")
    assert world.bodies() == ["text", "{}"]


async def test_the_event_is_the_one_that_lambda_gets(world: QueueWorld) -> None:
    await world.map()
    await world.start()
    attributes = {
        "text": {"DataType": "String", "StringValue": "x"},
        "raw": {"DataType": "Binary.png", "BinaryValue": b"\x00\x01"},
    }
    await world.send("hello", MessageAttributes=attributes)
    ((record,),) = (event["Records"] for event in world.events)
    assert record.pop("receiptHandle")
    assert record.pop("messageId")
    assert record.pop("md5OfMessageAttributes")
    now = str(int(world.clock.now() * 1000))
    assert record == {
        "body": "hello",
        "attributes": {
            "SenderId": "000000000000",
            "ApproximateFirstReceiveTimestamp": now,
            "ApproximateReceiveCount": "1",
            "SentTimestamp": now,
        },
        "messageAttributes": {
            "text": {"stringValue": "x", "stringListValues": [], "binaryListValues": [], "dataType": "String"},
            "raw": {"binaryValue": "AAE=", "stringListValues": [], "binaryListValues": [], "dataType": "Binary.png"},
        },
        "md5OfBody": "5d41402abc4b2a76b9719d911017c592",
        "eventSource": "aws:sqs",
        "eventSourceARN": world.arn,
        "awsRegion": "us-east-1",
    }


async def test_a_fifo_record_says_its_group_and_order(fifo: QueueWorld) -> None:
    await fifo.map()
    await fifo.start()
    await fifo.send("a", group="g")
    attributes = fifo.events[0]["Records"][0]["attributes"]
    assert attributes["MessageGroupId"] == "g"
    assert {"SequenceNumber", "MessageDeduplicationId"} <= attributes.keys()


async def test_a_permission_taken_away_stops_delivery_until_it_is_back(world: QueueWorld) -> None:
    uuid = await world.map()
    await world.start()
    await world.allow("sqs:ReceiveMessage")
    await world.send("a")
    await world.advance(2)
    assert world.batches == []
    found = await world.mapping(uuid)
    assert "sqs:DeleteMessage" in found["LastProcessingResult"]
    assert found["State"] == "Enabled"
    assert [line["status"] for line in await world.attempts(uuid)] == ["Blocked"]
    await world.allow(*RECEIVE)
    await world.advance(1)
    assert world.batches == [["a"]]
    assert (await world.mapping(uuid))["LastProcessingResult"] == "OK"


async def test_a_permission_that_goes_while_the_function_runs_keeps_the_message(world: QueueWorld) -> None:
    uuid = await world.map()
    world.gate = asyncio.Event()
    await world.start()
    await world.send("a")
    await world.allow("sqs:ReceiveMessage", "sqs:GetQueueAttributes")
    world.gate.set()
    await world.settle()
    assert await world.left() == (0, 1)
    assert [line["status"] for line in await world.attempts(uuid)] == ["Success", "NotDeleted"]


async def test_a_queue_made_again_is_received_from_anew(world: QueueWorld) -> None:
    uuid = await world.map()
    await world.start()
    await world.send("a")
    await world.sqs("DeleteQueue")
    await world.advance(1)
    found = await world.mapping(uuid)
    assert found["LastProcessingResult"] == f"PROBLEM: The specified queue does not exist: {world.arn}"
    await world.advance(60)
    await world.sqs("CreateQueue", QueueName="q", Attributes={})
    await world.advance(1)
    await world.send("b")
    assert world.bodies() == ["a", "b"]
    assert (await world.mapping(uuid))["LastProcessingResult"] == "OK"


async def test_a_function_that_is_gone_is_said(world: QueueWorld) -> None:
    uuid = await world.map()
    await world.start()
    await world.store.update(lambda tx: resources.delete(tx, "lambda:function", SCOPE, "f"))
    await world.send("a")
    found = await world.mapping(uuid)
    assert found["LastProcessingResult"].startswith("PROBLEM: Function not found: arn:aws:lambda:")
    assert await world.left() == (1, 0), "it isn't received for nobody"


async def test_a_disabled_mapping_holds_and_resumes(world: QueueWorld) -> None:
    uuid = await world.map()
    await world.start()
    answer = await world.update(uuid, Enabled=False)
    assert (answer["State"], answer["StateTransitionReason"]) == ("Disabling", "USER_INITIATED")
    await world.settle()
    assert (await world.mapping(uuid))["State"] == "Disabled"
    await world.send("a")
    await world.advance(2)
    assert world.batches == []
    assert (await world.update(uuid, Enabled=True))["State"] == "Enabling"
    await world.settle()
    assert world.batches == [["a"]]
    assert (await world.mapping(uuid))["State"] == "Enabled"


async def test_a_deleted_mapping_finishes_its_batch_and_is_gone(world: QueueWorld) -> None:
    uuid = await world.map()
    world.gate = asyncio.Event()
    await world.start()
    await world.send("a")
    await mappings.delete_event_source_mapping(world.call(), {"UUID": uuid})
    with pytest.raises(ApiError, match="Cannot delete the event source mapping because it is in use"):
        await mappings.delete_event_source_mapping(world.call(), {"UUID": uuid})
    await world.send("b")
    world.gate.set()
    await world.settle()
    assert world.batches == [["a"]]
    assert await world.left() == (1, 0)
    with pytest.raises(ApiError, match="The resource you requested does not exist"):
        await world.mapping(uuid)


async def test_a_restart_loses_nothing(world: QueueWorld) -> None:
    await world.map()
    world.gate = asyncio.Event()
    await world.start()
    await world.send("a")
    await world.stop()  # at once, while the function is at it: nothing is saved
    world.gate = None
    await world.start()
    await world.advance(30)
    assert world.batches == [["a"], ["a"]]
    assert await world.left() == (0, 0)


async def test_two_functions_share_a_queue(world: QueueWorld) -> None:
    document = {"FunctionName": "g", "Role": "arn:aws:iam::000000000000:role/reader", "Timeout": 3}
    await world.store.update(lambda tx: resources.create(tx, "lambda:function", SCOPE, "g", document))
    await world.map()
    await world.map(FunctionName="g")
    await world.start()
    await world.send(*"abcd")
    assert sorted(world.bodies()) == list("abcd")


async def test_delayed_messages_come_in_their_time(world: QueueWorld) -> None:
    await world.map()
    await world.start()
    await world.send("late", DelaySeconds=10)
    await world.advance(9.75)
    assert world.batches == []
    await world.advance(0.25)
    assert world.batches == [["late"]]


async def test_a_run_without_messages_has_no_task(world: QueueWorld) -> None:
    await world.map()
    await world.start()
    await world.send("a")
    assert world.triggers
    (run,) = world.triggers._runs.values()  # noqa: SLF001 - nothing else shows it
    assert run.tasks == []


async def test_events_are_counted_for_a_mapping_that_asks_for_it(world: QueueWorld) -> None:
    pattern = {"Pattern": json.dumps({"body": {"n": [{"exists": True}]}})}
    uuid = await world.map(MetricsConfig={"Metrics": ["EventCount"]}, FilterCriteria={"Filters": [pattern]}, **PARTIAL)
    assert (await world.mapping(uuid))["MetricsConfig"] == {"Metrics": ["EventCount"]}
    world.behaviour = bad('{"n": 2}')
    await world.send('{"n": 1}', '{"n": 2}', "other")
    await world.start()
    assert world.event_counts() == {"polled": 3, "filtered_out": 1, "invoked": 2, "failed_invoke": 1, "deleted": 2}
    await world.update(uuid, MetricsConfig={"Metrics": []})
    assert "MetricsConfig" not in await world.mapping(uuid)


@pytest.mark.parametrize("seed", range(12))
async def test_a_group_succeeds_in_its_order_whatever_happens(fifo: QueueWorld, seed: int) -> None:
    """Functions that fail, report, are throttled or outlive their node: each message succeeds once, none too early."""
    chance, succeeded = random.Random(seed), dict[str, list[str]]()
    await fifo.map(BatchSize=chance.randint(1, 10), **PARTIAL)

    def function(records: list[dict[str, Any]]) -> Any:
        fate = chance.random()
        if fate < 0.15:
            return throttled(records)
        if fate < 0.3:
            return Result({}, "Unhandled")
        failed, named = set(), []
        for record in records:
            group = record["attributes"]["MessageGroupId"]
            if fate < 0.6 and group not in failed and chance.random() < 0.3:
                named.append(record["messageId"])
                failed.add(group)
            if group not in failed:
                succeeded.setdefault(group, []).append(record["body"])
        return {"batchItemFailures": [{"itemIdentifier": each} for each in named]}

    fifo.behaviour = function
    await fifo.start()
    sent: dict[str, list[str]] = {}
    for number in range(60):
        group = chance.choice("abc")
        sent.setdefault(group, []).append(f"{group}{number}")
        await fifo.send(f"{group}{number}", group=group)
        if chance.random() < 0.1:
            await fifo.advance(chance.choice((0.25, 5, 31)), step=0.25)
        if chance.random() < 0.05:
            await fifo.stop()
            await fifo.start()
    for _ in range(60):
        if await fifo.left() == (0, 0):
            break
        await fifo.advance(31, step=1)
    assert succeeded == sent


@pytest.mark.parametrize("seed", range(6))
async def test_every_message_of_a_standard_queue_is_done_at_least_once(world: QueueWorld, seed: int) -> None:
    chance, done = random.Random(seed), set[str]()
    await world.map(BatchSize=20, MaximumBatchingWindowInSeconds=1, **PARTIAL)

    def function(records: list[dict[str, Any]]) -> Any:
        if chance.random() < 0.3:
            return throttled(records) if chance.random() < 0.5 else Result({}, "Unhandled")
        bad = {record["messageId"] for record in records if chance.random() < 0.3}
        done.update(record["body"] for record in records if record["messageId"] not in bad)
        return {"batchItemFailures": [{"itemIdentifier": each} for each in bad]}

    world.behaviour = function
    await world.start()
    for number in range(100):
        await world.send(str(number))
        if chance.random() < 0.1:
            await world.advance(1)
        if chance.random() < 0.05:
            await world.stop()
            await world.start()
    for _ in range(60):
        if await world.left() == (0, 0):
            break
        await world.advance(31, step=1)
    assert done == {str(number) for number in range(100)}
