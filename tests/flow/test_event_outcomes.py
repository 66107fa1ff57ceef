"""What becomes of events: how often they are tried, and where it is told how they ended."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tailrace import app
from tailrace.base.clock import MovableClock, SystemClock
from tailrace.base.config import Config
from tests.conftest import RunningServer, wait_until
from tests.flow.functions import allow, make_function, make_role, unique
from tests.flow.test_functions import LocalServer, attempts, messages

ECHO = "def handler(event, context): return {'got': event}"
FAILS = "def handler(event, context):\n  print('try', context.aws_request_id)\n  raise ValueError('no')"
ARN = "arn:aws:lambda:us-east-1:000000000000:function:"


def make_queue(server: RunningServer, name: str) -> tuple[str, str]:
    """A queue's URL and ARN."""
    sqs = server.client("sqs")
    url = sqs.create_queue(QueueName=unique(name))["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    return url, attributes["QueueArn"]


def sender_role(server: RunningServer, *actions: str) -> tuple[str, str]:
    """A role that may log and do `actions`: its name and ARN."""
    role, arn = make_role(server, "sender")
    if actions:
        server.client("iam").put_role_policy(RoleName=role, PolicyName="send", PolicyDocument=allow(*actions))
    return role, arn


def received(server: RunningServer, url: str) -> dict[str, Any] | None:
    """The next message of a queue, if one is there; it is taken off."""
    sqs = server.client("sqs")
    found = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"]).get("Messages")
    if not found:
        return None
    sqs.delete_message(QueueUrl=url, ReceiptHandle=found[0]["ReceiptHandle"])
    return dict(found[0])


def arrived(server: RunningServer, url: str) -> dict[str, Any]:
    """The next message of a queue; waits for it."""
    found: dict[str, Any] = wait_until("the message", lambda: received(server, url))
    return found


def leave(server: RunningServer, function: str, event: Any, **options: Any) -> str:
    """Leave an event; its request id."""
    request = {"FunctionName": function, "InvocationType": "Event", "Payload": json.dumps(event), **options}
    answer = server.client("lambda").invoke(**request)
    return str(answer["ResponseMetadata"]["RequestId"])


def put(server: RunningServer, function: str, **settings: Any) -> Any:
    """PutFunctionEventInvokeConfig, with destinations as on_success and on_failure."""
    targets = {"OnSuccess": settings.pop("on_success", None), "OnFailure": settings.pop("on_failure", None)}
    wanted = {name: {"Destination": arn} for name, arn in targets.items() if arn}
    if wanted:
        settings["DestinationConfig"] = wanted
    return server.client("lambda").put_function_event_invoke_config(FunctionName=function, **settings)


def refused(call: Any, **request: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**request)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_settings_are_put_merged_listed_and_deleted(server: RunningServer) -> None:
    client, function = server.client("lambda"), make_function(server, "settings", ECHO)
    answer = put(server, function, MaximumRetryAttempts=1)
    assert answer.pop("ResponseMetadata")["HTTPStatusCode"] == 200
    modified = answer.pop("LastModified")
    empty: dict[str, Any] = {"OnFailure": {}, "OnSuccess": {}}
    assert answer == {
        "FunctionArn": f"{ARN}{function}:$LATEST",
        "MaximumRetryAttempts": 1,
        "DestinationConfig": empty,
    }
    updated = client.update_function_event_invoke_config(FunctionName=function, MaximumEventAgeInSeconds=60)
    assert (updated["MaximumRetryAttempts"], updated["MaximumEventAgeInSeconds"]) == (1, 60)
    assert updated["LastModified"] >= modified
    assert "MaximumRetryAttempts" not in put(server, function, MaximumEventAgeInSeconds=70)
    client.publish_version(FunctionName=function)
    put(server, function, Qualifier="1", MaximumRetryAttempts=0)
    listed = client.list_function_event_invoke_configs(FunctionName=function)["FunctionEventInvokeConfigs"]
    assert [one["FunctionArn"] for one in listed] == [f"{ARN}{function}:$LATEST", f"{ARN}{function}:1"]
    first = client.list_function_event_invoke_configs(FunctionName=function, MaxItems=1)
    rest = client.list_function_event_invoke_configs(FunctionName=function, Marker=first["NextMarker"])
    assert rest["FunctionEventInvokeConfigs"] == listed[1:]
    client.delete_function_event_invoke_config(FunctionName=function)
    expected = f"The function {ARN}{function}:$LATEST doesn't have an EventInvokeConfig"
    for call in (client.get_function_event_invoke_config, client.delete_function_event_invoke_config):
        assert refused(call, FunctionName=function) == ("ResourceNotFoundException", expected)
    client.delete_function(FunctionName=function, Qualifier="1")
    assert refused(client.get_function_event_invoke_config, FunctionName=function, Qualifier="1")[1].endswith("Config")


def test_what_settings_are_refused(server: RunningServer) -> None:
    role = sender_role(server)[1]
    function = make_function(server, "refuses", ECHO, role=role)
    client, (_, queue) = server.client("lambda"), make_queue(server, "refuses")
    invalid = "InvalidParameterValueException"

    def refusal(**settings: Any) -> tuple[str, str]:
        return refused(put, server=server, function=function, **settings)

    text = "You must specify at least one of error handling or destination setting."
    assert refusal() == (invalid, text)
    text = "The function's execution role does not have permissions to call SendMessage on " + queue
    assert refusal(on_failure=queue) == (invalid, text)
    own = "You can't specify the function as a destination for itself."
    assert refusal(on_success=ARN + function) == (invalid, own)
    gone = ARN + unique("gone")
    assert refusal(on_success=gone) == (invalid, f"The destination ARN {gone} is invalid.")
    table = "arn:aws:dynamodb:us-east-1:000000000000:table/t"
    printed = f"DestinationConfig(onSuccess=OnSuccess(destination={table}), onFailure=null)"
    text = f"The provided destination config {printed} is invalid."
    assert refusal(on_success=table) == (invalid, text)
    for elsewhere in ("arn:aws:s3:::bucket", "arn:aws:events:us-east-1:000000000000:event-bus/default"):
        code, text = refusal(on_failure=elsewhere)
        assert (code, text.startswith("Tailrace does not support the destination")) == (
            "UnsupportedOperationException",
            True,
        )
    for wrong in ({"MaximumRetryAttempts": 3}, {"MaximumEventAgeInSeconds": 59}):
        assert refused(_unchecked(server).put_function_event_invoke_config, FunctionName=function, **wrong)[0] in (
            "ValidationException",
            invalid,
        )
    missing = refused(client.put_function_event_invoke_config, FunctionName=unique("gone"), MaximumRetryAttempts=1)
    assert missing == ("ResourceNotFoundException", "The function doesn't exist.")


def _unchecked(server: RunningServer) -> Any:
    return server.client("lambda", parameter_validation=False)


def test_a_success_is_told_to_a_queue(server: RunningServer) -> None:
    function = make_function(server, "succeeds", ECHO, role=sender_role(server, "sqs:SendMessage")[1])
    url, queue = make_queue(server, "successes")
    put(server, function, on_success=queue)
    request_id = leave(server, function, {"n": 1})
    message = arrived(server, url)
    assert "MessageAttributes" not in message
    text = message["Body"]
    time = re.search(r'"timestamp":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"', text)
    assert time
    expected = {
        "version": "1.0",
        "timestamp": time[1],
        "requestContext": {
            "requestId": request_id,
            "functionArn": f"{ARN}{function}:$LATEST",
            "condition": "Success",
            "approximateInvokeCount": 1,
        },
        "requestPayload": {"n": 1},
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST"},
        "responsePayload": {"got": {"n": 1}},
    }
    assert json.loads(text) == expected
    assert list(json.loads(text)) == list(expected)


def test_a_failure_is_told_to_the_destination_and_the_event_put_with_the_dead_letters(server: RunningServer) -> None:
    (url, queue), (letters_url, letters) = make_queue(server, "failures"), make_queue(server, "letters")
    role = sender_role(server, "sqs:SendMessage")[1]
    function = make_function(server, "fails", FAILS, role=role, DeadLetterConfig={"TargetArn": letters})
    put(server, function, on_failure=queue, on_success=queue, MaximumRetryAttempts=0)
    request_id = leave(server, function, {"ü": [1, 2]})
    record = json.loads(arrived(server, url)["Body"])
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 1
    assert record["responseContext"] == {
        "statusCode": 200,
        "executedVersion": "$LATEST",
        "functionError": "Unhandled",
    }
    assert record["responsePayload"]["errorMessage"] == "no"
    letter = arrived(server, letters_url)
    assert json.loads(letter["Body"]) == {"ü": [1, 2]}
    assert letter["MessageAttributes"] == {
        "RequestID": {"StringValue": request_id, "DataType": "String"},
        "ErrorCode": {"StringValue": "200", "DataType": "Number"},
        "ErrorMessage": {"StringValue": "no", "DataType": "String"},
    }


def test_a_record_goes_on_to_a_topic_and_to_a_function(server: RunningServer) -> None:
    url, queue = make_queue(server, "subscribed")
    sns = server.client("sns")
    topic = sns.create_topic(Name=unique("outcomes"))["TopicArn"]
    policy = json.loads(allow("sqs:SendMessage", on=queue))
    policy["Statement"][0]["Principal"] = {"Service": "sns.amazonaws.com"}
    server.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    role = sender_role(server, "sns:Publish", "lambda:InvokeFunction")[1]
    # A topic as the success's target; then a function, which prints the record that it gets.
    first = make_function(server, "published", ECHO, role=role)
    put(server, first, on_success=topic)
    leave(server, first, 1)
    notification = json.loads(arrived(server, url)["Body"])
    assert notification["Type"] == "Notification"
    assert json.loads(notification["Message"])["requestPayload"] == 1
    last = make_function(server, "last", "def handler(e, c): print('told', e['requestContext']['condition'])")
    put(server, first, on_success=ARN + last)
    leave(server, first, 2)
    wait_until("the last function", lambda: "told Success\n" in messages(server, last))


def test_topics_get_dead_letters_and_records_without_what_is_too_large(server: RunningServer) -> None:
    (url, queue), sns = make_queue(server, "subscribed"), server.client("sns")
    topics = [sns.create_topic(Name=unique(name))["TopicArn"] for name in ("letters", "records")]
    policy = json.loads(allow("sqs:SendMessage", on=queue))
    policy["Statement"][0]["Principal"] = {"Service": "sns.amazonaws.com"}
    server.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    for topic in topics:
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    role = sender_role(server, "sns:Publish")[1]
    function = make_function(server, "fails", FAILS, role=role, DeadLetterConfig={"TargetArn": topics[0]})
    put(server, function, MaximumRetryAttempts=0)
    request_id = leave(server, function, "small")
    letter = json.loads(arrived(server, url)["Body"])
    assert (letter["TopicArn"], letter["Message"]) == (topics[0], '"small"')
    assert letter["MessageAttributes"] == {
        "RequestID": {"Type": "String", "Value": request_id},
        "ErrorCode": {"Type": "Number", "Value": "200"},
        "ErrorMessage": {"Type": "String", "Value": "no"},
    }
    put(server, function, MaximumRetryAttempts=0, on_failure=topics[1])
    leave(server, function, "x" * 300_000)  # more than a topic takes: there is no letter, and a shorter record
    notification = json.loads(arrived(server, url)["Body"])
    record = json.loads(notification["Message"])
    assert notification["TopicArn"] == topics[1]
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert not {"requestPayload", "responsePayload"} & set(record)


def test_without_the_permission_nothing_is_sent(server: RunningServer) -> None:
    role, arn = sender_role(server, "sqs:SendMessage")
    (url, queue), (after_url, after) = make_queue(server, "denied"), make_queue(server, "allowed")
    function = make_function(server, "denied", ECHO, role=arn)
    put(server, function, on_success=queue)
    document = allow("sqs:SendMessage", on=after)
    server.client("iam").put_role_policy(RoleName=role, PolicyName="send", PolicyDocument=document)
    leave(server, function, 1)
    wait_until("the call", lambda: attempts(server, function, "Success"))
    put(server, function, on_success=after)
    leave(server, function, 2)
    assert json.loads(arrived(server, after_url)["Body"])["requestPayload"] == 2
    assert received(server, url) is None


def test_dead_letters_are_configured_kept_and_taken_away(server: RunningServer) -> None:
    client, (_, queue) = server.client("lambda"), make_queue(server, "letters")
    role, arn = sender_role(server)
    function = make_function(server, "letters", ECHO, role=arn)

    def update(**settings: Any) -> Any:
        found = client.get_function_configuration
        wait_until("the update", lambda: found(FunctionName=function)["LastUpdateStatus"] == "Successful")
        return client.update_function_configuration(FunctionName=function, **settings)

    text = "The provided execution role does not have permissions to call SendMessage on SQS"
    assert refused(update, DeadLetterConfig={"TargetArn": queue}) == ("InvalidParameterValueException", text)
    server.client("iam").put_role_policy(RoleName=role, PolicyName="send", PolicyDocument=allow("sqs:SendMessage"))
    assert update(DeadLetterConfig={"TargetArn": queue})["DeadLetterConfig"] == {"TargetArn": queue}
    assert update(DeadLetterConfig={})["DeadLetterConfig"] == {"TargetArn": queue}
    assert "DeadLetterConfig" not in update(DeadLetterConfig={"TargetArn": ""})


def test_an_event_of_a_stopped_function_ends_without_a_call(server: RunningServer) -> None:
    (url, queue), (letters_url, letters) = make_queue(server, "stopped"), make_queue(server, "stopped-letters")
    role = sender_role(server, "sqs:SendMessage")[1]
    function = make_function(server, "stopped", ECHO, role=role, DeadLetterConfig={"TargetArn": letters})
    put(server, function, on_failure=queue)
    server.client("lambda").put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    leave(server, function, {"n": 1})
    record = json.loads(arrived(server, url)["Body"])
    assert record["requestContext"]["condition"] == "ZeroReservedConcurrency"
    assert record["requestContext"]["approximateInvokeCount"] == 0
    assert not {"responseContext", "responsePayload"} & set(record)
    assert arrived(server, letters_url)["MessageAttributes"]["ErrorCode"]["StringValue"] == "429"


def test_an_alias_has_settings_of_its_own(server: RunningServer) -> None:
    client, role = server.client("lambda"), sender_role(server, "sqs:SendMessage")[1]
    function, (url, queue) = make_function(server, "aliased", ECHO, role=role), make_queue(server, "aliased")
    client.publish_version(FunctionName=function)
    client.create_alias(FunctionName=function, Name="live", FunctionVersion="1")
    put(server, function, Qualifier="live", on_success=queue)
    leave(server, function, "unqualified")
    leave(server, function, "live", Qualifier="live")
    record = json.loads(arrived(server, url)["Body"])
    assert record["requestPayload"] == "live"
    assert record["requestContext"]["functionArn"] == f"{ARN}{function}:live"
    assert record["responseContext"]["executedVersion"] == "1"


@asynccontextmanager
async def movable() -> AsyncIterator[tuple[LocalServer, MovableClock]]:
    """A server in this process whose clock a test moves."""
    clock = MovableClock(SystemClock().now(), running=True)
    config = Config(port=0, data="memory:", access_key_id="test", secret_access_key="test")
    server = await app.Server.start(config, clock)
    try:
        yield LocalServer(server.node.endpoint), clock
    finally:
        await server.stop()


async def eventually(probe: Callable[[], Any]) -> Any:
    """Poll beside the server, which runs in this very loop."""
    return await asyncio.to_thread(wait_until, "what is looked for", probe)


async def test_an_event_too_old_for_its_next_try_ends() -> None:
    async with movable() as (server, _):

        def prepare() -> str:
            role = sender_role(server, "sqs:SendMessage")[1]
            function, (url, queue) = make_function(server, "old", FAILS, role=role), make_queue(server, "old")
            put(server, function, on_failure=queue, MaximumEventAgeInSeconds=60)
            leave(server, function, 1)
            return url

        url = await asyncio.to_thread(prepare)
        record = json.loads((await eventually(lambda: received(server, url)))["Body"])
        assert record["requestContext"]["condition"] == "EventAgeExceeded"
        assert record["requestContext"]["approximateInvokeCount"] == 1
        assert record["responseContext"]["functionError"] == "Unhandled"


async def test_a_throttled_event_waits_without_spending_its_tries() -> None:
    async with movable() as (server, clock):
        busy = "import time\ndef handler(e, c):\n  time.sleep(1)\n  raise ValueError('no')"

        def prepare() -> str:
            role = sender_role(server, "sqs:SendMessage")[1]
            function = make_function(server, "busy", busy, role=role, Timeout=60)
            url, queue = make_queue(server, "busy")
            put(server, function, on_failure=queue, MaximumRetryAttempts=0)
            server.client("lambda").put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=1)
            for n in range(3):  # each takes a second, so two of them have to wait
                leave(server, function, n)
            return url

        url = await asyncio.to_thread(prepare)
        told = []
        for _ in range(3):
            record = json.loads((await eventually(lambda: received(server, url)))["Body"])
            assert record["requestContext"]["condition"] == "RetriesExhausted"
            assert record["requestContext"]["approximateInvokeCount"] == 1
            told.append(record["requestPayload"])
            clock.advance(300)
        assert sorted(told) == [0, 1, 2]


def test_an_outcome_survives_a_crash(durable_server: RunningServer) -> None:
    role = sender_role(durable_server, "sqs:SendMessage")[1]
    function = make_function(durable_server, "survives", ECHO, role=role)
    url, queue = make_queue(durable_server, "survives")
    put(durable_server, function, on_success=queue)
    sent = {leave(durable_server, function, n) for n in range(20)}
    durable_server.kill()
    durable_server.start(int(durable_server.endpoint.rpartition(":")[2]))
    told = {json.loads(arrived(durable_server, url)["Body"])["requestContext"]["requestId"] for _ in range(20)}
    assert told == sent
