"""From a message to a function: the real server, real queues, real Python functions, AWS's words."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.conftest import RunningServer, wait_until
from tests.flow.functions import allow, make_function, make_role, make_table, stream_arn, unique
from tests.flow.test_trace import tailrace
from tests.flow.test_triggers import refusal

CODE = """
import json, os, time
def handler(event, context):
    bodies = [r["body"] for r in event["Records"]]
    print("CALL " + json.dumps(bodies), flush=True)
    time.sleep(float(os.environ.get("SECONDS", "0")))
    bad = [r["messageId"] for r in event["Records"] if r["body"] == "bad"]
    if os.environ.get("FAIL") == "report":
        return {"batchItemFailures": [{"itemIdentifier": each} for each in bad]}
    if bad:
        raise ValueError("bad")
"""
ACTIONS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
INVALID = "InvalidParameterValueException"


class Consumer:
    """A queue, a function that may receive from it, and what the function said."""

    def __init__(self, server: RunningServer, *, fifo: bool = False, **attributes: str) -> None:
        self.server = server
        if fifo:
            attributes |= {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        self.name = unique("queue") + (".fifo" if fifo else "")
        self.arn = f"arn:aws:sqs:us-east-1:000000000000:{self.name}"
        self.connect()
        self.sqs.create_queue(QueueName=self.name, Attributes=attributes)
        self.role, self.role_arn = make_role(server, "consumer")
        self.let(*ACTIONS)

    def connect(self) -> None:
        """Make clients; again after a restart, which takes another port."""
        self.sqs, self.client = self.server.client("sqs"), self.server.client("lambda")

    @property
    def url(self) -> str:
        return f"{self.server.endpoint}/000000000000/{self.name}"

    def let(self, *actions: str) -> None:
        """Give the role these actions, on the queue alone."""
        document = allow(*actions, on=self.arn)
        self.server.client("iam").put_role_policy(RoleName=self.role, PolicyName="sqs", PolicyDocument=document)

    def function(self, variables: dict[str, str] | None = None, **options: Any) -> str:
        environment = {"Variables": variables or {}}
        self.called = make_function(
            self.server, "consumer", CODE, role=self.role_arn, Environment=environment, **options
        )
        return self.called

    def map(self, **options: Any) -> str:
        request = {"EventSourceArn": self.arn, "FunctionName": self.called, **options}
        self.uuid = str(self.client.create_event_source_mapping(**request)["UUID"])
        wait_until("the mapping is there", lambda: self.mapping()["State"] in ("Enabled", "Disabled"))
        return self.uuid

    def mapping(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get_event_source_mapping(UUID=self.uuid)
        return found

    def send(self, *bodies: str, **options: Any) -> None:
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.url, MessageBody=body, **options)

    def seen(self) -> list[str]:
        """The bodies that the function has logged, in their order."""
        logs = self.server.client("logs")
        try:
            pages = logs.get_paginator("filter_log_events").paginate(
                logGroupName=f"/aws/lambda/{self.called}", filterPattern="CALL"
            )
            events = [event for page in pages for event in page["events"]]
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [body for event in events for body in json.loads(event["message"].removeprefix("CALL "))]

    def left(self) -> int:
        """How many messages the queue has, hidden ones among them."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)["Attributes"]
        return sum(map(int, found.values()))

    def attempts(self) -> list[dict[str, Any]]:
        """The lines of the mapping's attempt log."""
        group = f"/tailrace/event-source-mapping/{self.uuid}"
        logs = self.server.client("logs")
        try:
            return [json.loads(each["message"]) for each in logs.filter_log_events(logGroupName=group)["events"]]
        except logs.exceptions.ResourceNotFoundException:
            return []


def test_messages_reach_the_function_and_leave_the_queue(server: RunningServer) -> None:
    consumer = Consumer(server)
    consumer.function()
    answer = consumer.client.create_event_source_mapping(EventSourceArn=consumer.arn, FunctionName=consumer.called)
    assert answer.pop("ResponseMetadata")["HTTPStatusCode"] == 202
    name = consumer.uuid = answer.pop("UUID")
    assert answer.pop("LastModified")
    assert answer == {
        "BatchSize": 10,
        "MaximumBatchingWindowInSeconds": 0,
        "FunctionResponseTypes": [],
        "State": "Creating",
        "StateTransitionReason": "USER_INITIATED",
        "EventSourceArn": consumer.arn,
        "EventSourceMappingArn": f"arn:aws:lambda:us-east-1:000000000000:event-source-mapping:{name}",
        "FunctionArn": f"arn:aws:lambda:us-east-1:000000000000:function:{consumer.called}",
    }
    consumer.send("a", "b", "c")
    wait_until("all are seen", lambda: sorted(consumer.seen()) == ["a", "b", "c"])
    wait_until("none is left", lambda: consumer.left() == 0)
    assert {line["status"] for line in wait_until("an attempt", consumer.attempts)} == {"Success"}
    metrics = server.client("lambda").list_event_source_mappings(EventSourceArn=consumer.arn)
    assert [each["UUID"] for each in metrics["EventSourceMappings"]] == [name]
    gone = consumer.client.delete_event_source_mapping(UUID=name)
    assert (gone["State"], gone["StateTransitionReason"]) == ("Deleting", "USER_INITIATED")


def test_refusals_of_create_are_those_of_aws(server: RunningServer) -> None:
    consumer = Consumer(server)
    consumer.function(Timeout=3)
    create = consumer.client.create_event_source_mapping
    base = {"EventSourceArn": consumer.arn, "FunctionName": consumer.called}

    def refused(**changes: Any) -> str:
        status, code, text = refusal(create, **{**base, **changes})
        assert (status, code) == (400, INVALID)
        return text

    unsupported = "Unsupported '{}' parameter for given event source mapping type."
    assert refused(StartingPosition="LATEST") == "StartingPosition is not valid for SQS event sources."
    assert refused(DestinationConfig={"OnFailure": {"Destination": consumer.arn}}) == (
        "Unsupported DestinationConfig parameter for given event source mapping type."
    )
    assert refused(ParallelizationFactor=2) == unsupported.format("parallelizationFactor")
    assert refused(BisectBatchOnFunctionError=True) == unsupported.format("bisectBatchOnFunctionError")
    assert refused(MaximumRetryAttempts=2) == unsupported.format("maximumRetryAttempts")
    assert refused(MaximumRecordAgeInSeconds=60) == unsupported.format("maximumRecordAgeInSeconds")
    assert refused(TumblingWindowInSeconds=60) == unsupported.format("tumblingWindowInSeconds")
    assert refused(BatchSize=11) == (
        "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
    )
    assert refused(FunctionName="absent") == "Function does not exist"
    absent = f"{consumer.arn}-absent"
    assert (
        refused(EventSourceArn=absent)
        == "The function execution role does not have permissions to call ReceiveMessage on SQS"
    )
    consumer.let("sqs:ReceiveMessage")
    assert refused() == "The function execution role does not have permissions to call DeleteMessage on SQS"
    server.client("iam").put_role_policy(RoleName=consumer.role, PolicyName="all", PolicyDocument=allow("sqs:*"))
    assert refused(EventSourceArn=absent) == (
        "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. "
        "SQS Error Message: The specified queue does not exist."
    )
    consumer.sqs.set_queue_attributes(QueueUrl=consumer.url, Attributes={"VisibilityTimeout": "2"})
    assert refused() == "Queue visibility timeout: 2 seconds is less than Function timeout: 3 seconds"
    assert refusal(create, **base, MaximumBatchingWindowInSeconds=301)[1] == "ValidationException"
    unchecked = server.client("lambda", parameter_validation=False).create_event_source_mapping
    assert refusal(unchecked, **base, ScalingConfig={"MaximumConcurrency": 1})[1] == "ValidationException"
    consumer.sqs.set_queue_attributes(QueueUrl=consumer.url, Attributes={"VisibilityTimeout": "30"})
    first = consumer.map()
    assert refusal(create, **base) == (
        409,
        "ResourceConflictException",
        f'An event source mapping with SQS arn (" {consumer.arn} ") and function (" {consumer.called} ") already '
        f"exists. Please update or delete the existing mapping with UUID {first}",
    )
    consumer.client.delete_event_source_mapping(UUID=first)


def test_a_first_in_first_out_queue_has_no_window(server: RunningServer) -> None:
    consumer = Consumer(server, fifo=True)
    consumer.function()
    create = consumer.client.create_event_source_mapping
    base = {"EventSourceArn": consumer.arn, "FunctionName": consumer.called}
    answer = refusal(create, **base, BatchSize=100, MaximumBatchingWindowInSeconds=5)
    assert answer == (400, INVALID, "Batching window is not supported for FIFO queues")
    assert refusal(create, **base, BatchSize=11)[:2] == (400, INVALID)


def test_a_stream_has_no_scaling(server: RunningServer) -> None:
    stream = stream_arn(server, make_table(server, "scaled"))
    request = {"EventSourceArn": stream, "FunctionName": "f", "StartingPosition": "LATEST"}
    answer = refusal(
        server.client("lambda").create_event_source_mapping, **request, ScalingConfig={"MaximumConcurrency": 2}
    )
    assert answer == (400, INVALID, "Unsupported 'scalingConfig' parameter for given event source mapping type.")


def test_the_policy_of_the_queue_takes_part(server: RunningServer) -> None:
    consumer = Consumer(server)
    consumer.function()
    statement = {"Effect": "Deny", "Principal": "*", "Action": "sqs:ReceiveMessage", "Resource": consumer.arn}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    consumer.sqs.set_queue_attributes(QueueUrl=consumer.url, Attributes={"Policy": document})
    answer = refusal(
        consumer.client.create_event_source_mapping, EventSourceArn=consumer.arn, FunctionName=consumer.called
    )
    assert answer[2] == "The function execution role does not have permissions to call ReceiveMessage on SQS"
    consumer.sqs.set_queue_attributes(QueueUrl=consumer.url, Attributes={"Policy": ""})
    consumer.map()
    consumer.send("a")
    wait_until("it is seen", lambda: consumer.seen() == ["a"])


def test_failed_messages_end_as_dead_letters(movable: RunningServer) -> None:
    server, dead = movable, Consumer(movable)
    redrive = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 2})
    consumer = Consumer(server, VisibilityTimeout="600", RedrivePolicy=redrive)
    consumer.function({"FAIL": "report"})
    consumer.map(FunctionResponseTypes=["ReportBatchItemFailures"], Enabled=False)
    consumer.send("good", "bad")
    consumer.client.update_event_source_mapping(UUID=consumer.uuid, Enabled=True)

    def failures() -> list[dict[str, Any]]:
        made = tailrace(server).list_attempts(EventSourceMappingUUID=consumer.uuid)["Attempts"]
        return [each for each in made if each["Outcome"] == "PartialFailure"]

    for tries in (1, 2):
        wait_until("a failure", lambda wanted=tries: len(failures()) == wanted)
        tailrace(server).advance_clock(Seconds=601)  # it is visible again
    wait_until("the dead letter", lambda: dead.left() == 1)
    assert sorted(consumer.seen()) == ["bad", "bad", "good"]
    (message,) = dead.sqs.receive_message(QueueUrl=dead.url)["Messages"]
    assert message["Body"] == "bad"
    partial = failures()
    assert [each["Attempt"] for each in partial] == [2, 1]
    assert {each["QueueArn"] for each in partial} == {consumer.arn}
    assert [each["FailedMessageIds"] for each in partial] == [[message["MessageId"]]] * 2
    assert message["MessageId"] in partial[0]["MessageIds"]


def test_a_group_of_messages_keeps_its_order(server: RunningServer) -> None:
    consumer = Consumer(server, fifo=True)
    consumer.function()
    consumer.map(BatchSize=3)
    for number in range(12):
        for group in "xy":
            consumer.send(f"{group}{number}", MessageGroupId=group)
    wait_until("all are seen", lambda: len(consumer.seen()) == 24)
    seen = consumer.seen()
    for group in "xy":
        assert [body for body in seen if body[0] == group] == [f"{group}{number}" for number in range(12)]


def test_another_function_takes_over(server: RunningServer) -> None:
    consumer = Consumer(server)
    consumer.function()
    consumer.map()
    consumer.send("a")
    wait_until("the first", lambda: consumer.seen() == ["a"])
    consumer.function()
    answer = consumer.client.update_event_source_mapping(UUID=consumer.uuid, FunctionName=consumer.called, BatchSize=5)
    assert (answer["State"], answer["BatchSize"]) == ("Updating", 5)
    consumer.send("b")
    wait_until("the second", lambda: consumer.seen() == ["b"])
    answer = refusal(consumer.client.update_event_source_mapping, UUID=consumer.uuid, ParallelizationFactor=2)
    assert answer[2] == "Unsupported 'parallelizationFactor' parameter for given event source mapping type."


def test_nothing_is_lost_by_a_kill(durable_server: RunningServer) -> None:
    consumer = Consumer(durable_server, VisibilityTimeout="4")
    consumer.function({"SECONDS": "0.2"}, Timeout=4)
    consumer.map(BatchSize=5)
    sent = [f"{number}-{uuid.uuid4().hex[:4]}" for number in range(60)]
    for body in sent[:30]:
        consumer.send(body)
    wait_until("some are seen", lambda: len(consumer.seen()) >= 10)
    durable_server.kill()
    durable_server.start()
    consumer.connect()
    for body in sent[30:]:
        consumer.send(body)
    wait_until("none is left", lambda: consumer.left() == 0)
    assert set(consumer.seen()) == set(sent)


@pytest.mark.parametrize("qualifier", ["$LATEST", "1", "live"])
def test_versions_and_aliases_are_called(server: RunningServer, qualifier: str) -> None:
    consumer = Consumer(server)
    function = consumer.function()
    consumer.client.publish_version(FunctionName=function)
    consumer.client.create_alias(FunctionName=function, Name="live", FunctionVersion="1")
    consumer.map(FunctionName=f"{function}:{qualifier}")
    assert consumer.mapping()["FunctionArn"].endswith(f":{function}:{qualifier}")
    consumer.send("a")
    wait_until("it is seen", lambda: consumer.seen() == ["a"])
