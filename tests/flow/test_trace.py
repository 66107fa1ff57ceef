"""From a write to what it caused: TraceRecord, TraceRequest and `tailrace trace`, with real functions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tailrace.reach import Reached
from tailrace.reach import client as tailrace_client
from tests.conftest import RunningServer, wait_until
from tests.flow.functions import BASIC_POLICY, allow, make_function, make_role, make_table, stream_arn, unique

PRINTS = "def handler(event, context):\n    print('seen', event['Records'][0]['eventID'])\n"
FAILS = "def handler(event, context):\n    raise ValueError('boom')\n"


def tailrace(server: RunningServer) -> Any:
    return tailrace_client(Reached(server.endpoint, server.access_key, server.secret_key, "us-east-1"))


def write(server: RunningServer, table: str, pk: str = "a") -> str:
    """Put an item; the request id."""
    answer = server.client("dynamodb").put_item(TableName=table, Item={"pk": {"S": pk}})
    return str(answer["ResponseMetadata"]["RequestId"])


def mapped(server: RunningServer, table: str, code: str, **options: Any) -> str:
    """A function that the table's stream triggers; the mapping's UUID."""
    arn = stream_arn(server, table)
    function = make_function(server, "traced", code, reads=arn)
    client = server.client("lambda")
    options = {"StartingPosition": "TRIM_HORIZON", **options}
    made = client.create_event_source_mapping(FunctionName=function, EventSourceArn=arn, **options)
    return str(made["UUID"])


def traced(server: RunningServer, request_id: str, fate: str) -> dict[str, Any]:
    """The trace of the one record that a request wrote, once it has this fate."""

    def look() -> dict[str, Any] | None:
        (record,) = tailrace(server).trace_request(RequestId=request_id)["Records"]
        found: dict[str, Any] = tailrace(server).trace_record(EventId=record["EventId"])
        return found if [m["Fate"] for m in found["Mappings"]] == [fate] else None

    answer: dict[str, Any] = wait_until(fate, look)
    return answer


def command(server: RunningServer, *arguments: str) -> str:
    variables = {**os.environ, "TAILRACE_ACCESS_KEY_ID": "test", "TAILRACE_SECRET_ACCESS_KEY": "test", "COLUMNS": "300"}
    line = [sys.executable, "-m", "tailrace", "trace", *arguments, "--data", server.data]
    done = subprocess.run(line, env=variables, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_write_leads_to_the_functions_log(durable_server: RunningServer) -> None:
    server = durable_server
    table = make_table(server, "traced")
    mapping = mapped(server, table, PRINTS)
    request_id = write(server, table)
    found = traced(server, request_id, "Delivered")
    assert found["Write"]["RequestId"] == request_id
    assert (found["Write"]["Operation"], found["Write"]["PrincipalArn"][-4:]) == ("PutItem", "root")
    (attempt,) = found["Mappings"][0]["Attempts"]
    assert (attempt["Outcome"], attempt["RecordCount"]) == ("Success", 1)
    assert attempt["InitMilliseconds"] > 0, "the first call starts an environment"
    assert attempt["EventIds"] == [found["Record"]["EventId"]]
    by_call = tailrace(server).trace_request(RequestId=attempt["RequestId"])
    assert [each["EventIds"] for each in by_call["Attempts"]] == [attempt["EventIds"]]
    listed = tailrace(server).list_attempts(EventSourceMappingUUID=mapping)["Attempts"]
    assert listed == [attempt]

    told = command(server, request_id)
    for part in ("dynamodb:PutItem", 'INSERT {"pk":{"S":"a"}}', "Delivered", "cold start", "START RequestId", "seen"):
        assert part in told, told
    by_record = command(server, found["Record"]["EventId"], "--no-logs")
    assert "request " + request_id in by_record
    assert "START RequestId" not in by_record
    as_json = json.loads(command(server, found["Record"]["SequenceNumber"], "--json"))
    assert any("seen" in line for line in as_json["Mappings"][0]["Attempts"][0]["LogEvents"])


def test_what_was_given_up_leads_to_its_destination(server: RunningServer) -> None:
    table, sqs = make_table(server, "traced"), server.client("sqs")
    queue = sqs.create_queue(QueueName=unique("failures"))["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    stream = stream_arn(server, table)
    name, role = make_role(server, "sender", reads=stream)
    server.client("iam").put_role_policy(
        RoleName=name, PolicyName="send", PolicyDocument=allow("sqs:SendMessage", on=arn)
    )
    function = make_function(server, "fails", FAILS, role=role)
    server.client("lambda").create_event_source_mapping(
        FunctionName=function,
        EventSourceArn=stream,
        StartingPosition="TRIM_HORIZON",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )
    request_id = write(server, table)
    found = traced(server, request_id, "GivenUp")
    delivered = wait_until(
        "the word of it",
        lambda: [
            mapping
            for mapping in tailrace(server).trace_record(EventId=found["Record"]["EventId"])["Mappings"]
            if mapping["DestinationStatus"] == "Delivered"
        ],
    )
    outcomes = [each["Outcome"] for each in delivered[0]["Attempts"]]
    assert outcomes == ["DestinationDelivered", "GivenUp", "Failure"]
    assert delivered[0]["Attempts"][0]["Destination"] == arn
    assert delivered[0]["Attempts"][2]["Error"] == "ValueError: boom"


def test_every_way_to_write_names_its_request(server: RunningServer) -> None:
    """Batches, transactions and PartiQL end in the same record, and lead back to the request."""
    table, dynamodb = make_table(server, "traced"), server.client("dynamodb")

    def put(pk: str) -> dict[str, Any]:
        return {"Item": {"pk": {"S": pk}}}

    requests = [
        dynamodb.batch_write_item(RequestItems={table: [{"PutRequest": put("b1")}, {"PutRequest": put("b2")}]}),
        dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": table, **put("t1")}}]),
        dynamodb.execute_statement(Statement=f"INSERT INTO \"{table}\" VALUE {{'pk': 'p1'}}"),
        dynamodb.execute_transaction(
            TransactStatements=[{"Statement": f"INSERT INTO \"{table}\" VALUE {{'pk': 'x1'}}"}]
        ),
        dynamodb.batch_execute_statement(Statements=[{"Statement": f"INSERT INTO \"{table}\" VALUE {{'pk': 'y1'}}"}]),
        dynamodb.update_item(TableName=table, Key={"pk": {"S": "u1"}}),
        dynamodb.delete_item(TableName=table, Key={"pk": {"S": "u1"}}),
    ]
    keys = []
    for answer in requests:
        found = tailrace(server).trace_request(RequestId=answer["ResponseMetadata"]["RequestId"])
        assert found["Activity"]["Operation"]
        keys.append(sorted(json.loads(record["Keys"])["pk"]["S"] for record in found["Records"]))
    assert keys == [["b1", "b2"], ["t1"], ["p1"], ["x1"], ["y1"], ["u1"], ["u1"]]


def test_an_event_tells_its_tries(server: RunningServer) -> None:
    function = make_function(server, "evented", "def handler(event, context):\n    return event\n")
    answer = server.client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=b'{"a": 1}')
    request_id = answer["ResponseMetadata"]["RequestId"]
    found = wait_until(
        "the event",
        lambda: (lambda one: one if one.get("Event", {}).get("Fate") == "Delivered" else None)(
            tailrace(server).trace_request(RequestId=request_id)
        ),
    )
    assert [each["Outcome"] for each in found["Attempts"]] == ["Success"]
    assert found["Activity"]["Operation"] == "Invoke"
    listed = tailrace(server).list_attempts(FunctionName=function)["Attempts"]
    assert [each["RequestId"] for each in listed] == [request_id]


def test_an_unknown_request_and_a_caller_without_permission_are_refused(server: RunningServer) -> None:
    with pytest.raises(ClientError) as caught:
        tailrace(server).trace_request(RequestId=str(uuid.uuid4()))
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"
    iam, name = server.client("iam"), unique("curious")
    iam.create_user(UserName=name)
    iam.attach_user_policy(UserName=name, PolicyArn=BASIC_POLICY)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    other = tailrace_client(Reached(server.endpoint, key["AccessKeyId"], key["SecretAccessKey"], "us-east-1"))
    for call, request in (
        (other.trace_record, {"EventId": "0" * 32}),
        (other.trace_request, {"RequestId": "x"}),
        (other.list_attempts, {"RequestId": "x"}),
    ):
        with pytest.raises(ClientError) as caught:
            call(**request)
        assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    # who may trace, but not read the stream, isn't shown the key
    iam.put_user_policy(UserName=name, PolicyName="trace", PolicyDocument=allow("tailrace:TraceRe*"))
    table = make_table(server, "traced")
    (record,) = other.trace_request(RequestId=write(server, table))["Records"]
    assert "Keys" not in record
    assert record["EventName"] == "INSERT"


def test_replays_need_the_function_and_the_stream_besides_their_own_permission(server: RunningServer) -> None:
    table = make_table(server, "replayed")
    mapping = mapped(server, table, PRINTS)
    found = traced(server, write(server, table), "Delivered")
    iam, name = server.client("iam"), unique("replayer")
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    other = tailrace_client(Reached(server.endpoint, key["AccessKeyId"], key["SecretAccessKey"], "us-east-1"))
    asked = {"EventSourceMappingUUID": mapping, "EventIds": [found["Record"]["EventId"]]}
    reads = [f"dynamodb:{action}" for action in ("GetRecords", "GetShardIterator", "DescribeStream")]
    needed = ["tailrace:*", "lambda:InvokeFunction", *reads]
    for missing in ("tailrace:*", "lambda:InvokeFunction", reads[0]):
        actions = [action for action in needed if action != missing]
        iam.put_user_policy(UserName=name, PolicyName="replay", PolicyDocument=allow(*actions))
        with pytest.raises(ClientError) as caught:
            other.start_replay(**asked)
        assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    iam.put_user_policy(UserName=name, PolicyName="replay", PolicyDocument=allow(*needed))
    replay = other.start_replay(**asked)["Replay"]
    done = wait_until(
        "the replay",
        lambda: [
            each
            for each in [other.describe_replay(ReplayId=replay["ReplayId"])["Replay"]]
            if each["Status"] == "Completed"
        ],
    )
    assert done[0]["RecordsSent"] == 1
    assert done[0]["CreatedBy"].endswith(f"user/{name}")


def test_the_command_line_replays_and_a_restart_does_not_matter(durable_server: RunningServer) -> None:
    server = durable_server
    table = make_table(server, "replayed")
    mapping = mapped(server, table, FAILS, MaximumRetryAttempts=0)
    traced(server, write(server, table), "GivenUp")
    run = {**os.environ, "TAILRACE_ACCESS_KEY_ID": "test", "TAILRACE_SECRET_ACCESS_KEY": "test"}

    def replay(*arguments: str) -> str:
        line = [sys.executable, "-m", "tailrace", "replay", *arguments, "--data", server.data]
        done = subprocess.run(line, env=run, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    previewed = replay("preview", "--mapping", mapping, "--since", "2020-01-01T00:00:00Z")
    assert previewed.startswith("1 records in 1 batches to arn:aws:lambda")
    redriven = dict(line.split(None, 1) for line in replay("redrive", mapping, "--retries", "3").splitlines())
    wait_until("an attempt", lambda: tailrace(server).list_attempts(ReplayId=redriven["ReplayId"])["Attempts"])
    server.kill()
    server.start()
    wait_until("its end", lambda: "GivenUp" in attempts_of(server, redriven["ReplayId"]))
    assert attempts_of(server, redriven["ReplayId"]).count("Failure") >= 4
    assert redriven["ReplayId"] in replay("list")
    wait_until("its status", lambda: "Completed" in replay("show", redriven["ReplayId"]))


def attempts_of(server: RunningServer, replay_id: str) -> list[str]:
    return [each["Outcome"] for each in tailrace(server).list_attempts(ReplayId=replay_id)["Attempts"]]


def test_the_metrics_tell_what_is_owed_and_what_came_of_events(server: RunningServer) -> None:
    function = make_function(server, "evented", FAILS)
    server.client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=b"{}")

    def metrics() -> dict[str, float]:
        with urllib.request.urlopen(f"{server.endpoint}/_tailrace/metrics") as answer:
            lines = [line for line in answer.read().decode().splitlines() if not line.startswith("#")]
        return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}

    found = wait_until(
        "the failure",
        lambda: (lambda m: m if m.get('tailrace_async_events_total{outcome="Failure"}') else None)(metrics()),
    )
    assert found['tailrace_deliveries{kind="lambda:invoke"}'] >= 1, "it is tried again in a minute"
    assert found['tailrace_delivery_age_seconds{kind="lambda:invoke"}'] > 0
