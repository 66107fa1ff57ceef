"""What triggers give up and what they sum up, on the real server: its queues, its topics, real Python functions."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from tests.conftest import RunningServer, wait_until
from tests.flow.functions import allow, unique, zipped
from tests.flow.test_triggers import Trigger, refusal

COUNT = """
import json
def handler(event, context):
    count = event["state"].get("count", 0) + len(event["Records"])
    told = [len(event["Records"]), event["state"].get("count", 0), event["isFinalInvokeForWindow"]]
    print("WINDOW " + json.dumps(told), flush=True)
    return {"state": {"count": count}}
"""


def make_queue(server: RunningServer) -> tuple[str, str]:
    """A queue's URL and ARN."""
    sqs = server.client("sqs")
    url = sqs.create_queue(QueueName=unique("failures"))["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def take(server: RunningServer, url: str, seconds: int = 0) -> list[str]:
    """The bodies of what is in the queue within that time, which are taken out."""
    sqs = server.client("sqs")
    found = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=seconds, MaxNumberOfMessages=10).get("Messages", [])
    for message in found:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [message["Body"] for message in found]


def word(server: RunningServer, url: str) -> str:
    """The body of the one message that comes to the queue."""
    (body,) = wait_until("word", lambda: take(server, url, 5))
    return str(body)


def let_send(trigger: Trigger, *actions: str) -> None:
    trigger.server.client("iam").put_role_policy(
        RoleName=trigger.role, PolicyName="send", PolicyDocument=allow(*actions)
    )


def send_to(destination: str) -> dict[str, Any]:
    return {"DestinationConfig": {"OnFailure": {"Destination": destination}}}


def test_a_queue_gets_word_of_what_was_given_up(server: RunningServer) -> None:
    url, queue = make_queue(server)
    trigger = Trigger(server, MaximumRetryAttempts=1, BatchSize=1)
    assert refusal(trigger.update, **send_to(queue)) == (
        400,
        "InvalidParameterValueException",
        "The provided execution role does not have permissions to call SendMessage on SQS",
    )
    let_send(trigger, "sqs:SendMessage")
    assert trigger.update(**send_to(queue))["DestinationConfig"] == {"OnFailure": {"Destination": queue}}
    trigger.put("a", 1, poison=True)
    trigger.put("a", 2)
    trigger.wait_for(("a", 2))
    record = json.loads(word(server, url))
    context = record["requestContext"]
    assert (context["condition"], context["approximateInvokeCount"]) == ("RetryAttemptsExhausted", 2)
    assert context["functionArn"].endswith(f":function:{trigger.function}")
    assert record["responseContext"] == {
        "statusCode": 200,
        "executedVersion": "$LATEST",
        "functionError": "Unhandled",
    }
    info, streams = record["DDBStreamBatchInfo"], server.client("dynamodbstreams")
    assert info["streamArn"] == trigger.arn
    iterator = streams.get_shard_iterator(
        StreamArn=trigger.arn,
        ShardId=info["shardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber=info["startSequenceNumber"],
    )["ShardIterator"]
    first = streams.get_records(ShardIterator=iterator)["Records"][0]
    assert "poison" in first["dynamodb"]["NewImage"], "what was given up can be read by its number"


def test_a_topic_gets_word_of_what_was_given_up(server: RunningServer) -> None:
    url, queue = make_queue(server)
    sns, sqs = server.client("sns"), server.client("sqs")
    topic = sns.create_topic(Name=unique("failures"))["TopicArn"]
    statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": queue}]}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    trigger = Trigger(server, MaximumRetryAttempts=0)
    let_send(trigger, "sns:Publish")
    trigger.update(**send_to(topic))
    trigger.put("a", 1, poison=True)
    notification = json.loads(word(server, url))
    assert (notification["Type"], notification["TopicArn"]) == ("Notification", topic)
    assert json.loads(notification["Message"])["DDBStreamBatchInfo"]["batchSize"] == 1


def test_every_attempt_is_in_the_log_of_the_mapping_and_not_in_that_of_the_function(server: RunningServer) -> None:
    trigger = Trigger(server, MaximumRetryAttempts=1, BatchSize=1)
    trigger.put("a", 1, poison=True)
    trigger.put("a", 2)
    trigger.wait_for(("a", 2))
    group = f"/tailrace/event-source-mapping/{trigger.uuid}"

    def lines() -> list[dict[str, Any]]:
        try:
            return [json.loads(e["message"]) for e in trigger.logs.filter_log_events(logGroupName=group)["events"]]
        except trigger.logs.exceptions.ResourceNotFoundException:
            return []

    wait_until("all attempts are told", lambda: [line["status"] for line in lines()][-1:] == ["Success"])
    assert [line["status"] for line in lines()] == ["Failure", "Failure", "GivenUp", "Success"]
    assert lines()[0]["error"] == "ValueError: poison"
    own = f"/aws/lambda/{trigger.function}"
    events = trigger.logs.get_log_events(logGroupName=own, logStreamName=lines()[0]["logStream"])["events"]
    assert any(lines()[0]["requestId"] in event["message"] for event in events), "a line leads to the function's log"
    assert not any("GivenUp" in event["message"] for event in events)
    (described,) = trigger.logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert described["retentionInDays"] == 7


def test_a_window_is_summed_up_and_closed(server: RunningServer) -> None:
    trigger = Trigger(server, Enabled=False)
    server.client("lambda").update_function_code(FunctionName=trigger.function, ZipFile=zipped(index__py=COUNT))
    server.client("lambda").get_waiter("function_updated_v2").wait(FunctionName=trigger.function)
    trigger.update(TumblingWindowInSeconds=2, Enabled=True)
    for value in range(3):
        trigger.put("a", value)

    def told() -> list[list[Any]]:
        group = f"/aws/lambda/{trigger.function}"
        try:
            events = trigger.logs.filter_log_events(logGroupName=group, filterPattern="WINDOW")["events"]
        except trigger.logs.exceptions.ResourceNotFoundException:
            return []
        return [json.loads(event["message"].removeprefix("WINDOW ")) for event in events]

    wait_until("the last window is closed", lambda: sum(count for _, count, final in told() if final) == 3)
    assert sum(records for records, _, final in told() if not final) == 3
    assert all(records == 0 for records, _, final in told() if final)


def test_word_is_neither_lost_nor_doubled_by_a_kill(durable_server: RunningServer) -> None:
    url, queue = make_queue(durable_server)
    trigger = Trigger(durable_server, MaximumRetryAttempts=0, BatchSize=1)
    let_send(trigger, "sqs:SendMessage")
    trigger.update(**send_to(queue))
    let_send(trigger, "sqs:ReceiveMessage")
    trigger.put("a", 1, poison=True)
    trigger.put("a", 2)
    trigger.wait_for(("a", 2))
    durable_server.kill()
    durable_server.start()
    trigger.connect()
    let_send(trigger, "sqs:SendMessage")
    name = url.rpartition("/")[2]
    url = durable_server.client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
    assert json.loads(word(durable_server, url))["DDBStreamBatchInfo"]["batchSize"] == 1
    durable_server.kill()
    durable_server.start()
    url = durable_server.client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
    assert take(durable_server, url, 3) == []


def test_metrics_tell_how_triggers_and_requests_fare(server: RunningServer) -> None:
    trigger = Trigger(server, MaximumRetryAttempts=0, BatchSize=1)
    trigger.put("secret-key", 1, poison=True)
    trigger.put("secret-key", 2)
    trigger.wait_for(("secret-key", 2))

    def told() -> str:
        with urllib.request.urlopen(server.endpoint + "/_tailrace/metrics") as answer:
            assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
            return str(answer.read().decode())

    invoked = f'tailrace_trigger_invocations_total{{mapping="{trigger.uuid}"}} 2'
    wait_until("both calls are told", lambda: invoked in told().splitlines())
    page = told()
    assert f'tailrace_trigger_given_up_total{{mapping="{trigger.uuid}"}} 1' in page.splitlines()
    assert 'tailrace_requests_total{service="dynamodb",operation="PutItem",status="200"}' in page
    assert "secret-key" not in page
    assert trigger.table not in page


def test_a_window_has_at_most_fifteen_minutes(server: RunningServer) -> None:
    create = server.client("lambda").create_event_source_mapping
    stream = "arn:aws:dynamodb:us-east-1:000000000000:table/T/stream/2024-01-01T00:00:00.000"
    request = {"FunctionName": "f", "EventSourceArn": stream, "StartingPosition": "LATEST"}
    status, code, text = refusal(create, **request, TumblingWindowInSeconds=901)
    assert (status, code) == (400, "ValidationException")
    assert "tumblingWindowInSeconds" in text
