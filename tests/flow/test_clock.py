"""A server whose time is moved: what waits for hours or days happens at once, and what runs goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tailrace.reach import Reached
from tailrace.reach import client as tailrace_client
from tests.conftest import RunningServer, wait_until
from tests.flow.functions import allow, make_function, make_role, make_table, stream_arn, unique
from tests.flow.test_functions import attempts, messages
from tests.postgres import Databases

MINUTE, HOUR, DAY = 60, 3600, 86_400
LISTS = allow("dynamodb:ListTables")


def tailrace(server: RunningServer, key: tuple[str, str] = ("test", "test")) -> Any:
    return tailrace_client(Reached(server.endpoint, *key, "us-east-1"))


def advance(server: RunningServer, seconds: int) -> dict[str, Any]:
    moved: dict[str, Any] = tailrace(server).advance_clock(Seconds=seconds)
    return moved


def code(call: Any, **request: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**request)
    found: str = caught.value.response["Error"]["Code"]
    return found


def test_an_item_that_expires_in_a_month_is_gone(movable: RunningServer) -> None:
    dynamodb, table = movable.client("dynamodb"), make_table(movable, "month")
    dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "end"})
    end = tailrace(movable).get_clock()["Time"].timestamp() + 30 * DAY
    dynamodb.put_item(TableName=table, Item={"pk": {"S": "k"}, "end": {"N": str(int(end))}})
    advance(movable, 29 * DAY)
    time.sleep(0.3)
    assert dynamodb.scan(TableName=table)["Count"] == 1
    advance(movable, DAY + 1)
    wait_until("the item's end", lambda: dynamodb.scan(TableName=table)["Count"] == 0)


def test_iterators_end_after_a_quarter_of_an_hour_and_records_after_a_day(movable: RunningServer) -> None:
    dynamodb, streams, table = movable.client("dynamodb"), movable.client("dynamodbstreams"), make_table(movable, "cut")
    arn = stream_arn(movable, table)
    dynamodb.put_item(TableName=table, Item={"pk": {"S": "k"}})

    def iterators() -> list[str]:
        shards = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        return [
            streams.get_shard_iterator(StreamArn=arn, ShardId=s["ShardId"], ShardIteratorType="TRIM_HORIZON")[
                "ShardIterator"
            ]
            for s in shards
        ]

    def count() -> int:
        return sum(len(streams.get_records(ShardIterator=each)["Records"]) for each in iterators())

    def ended() -> bool:
        try:
            return count() == 0
        except (streams.exceptions.ResourceNotFoundException, streams.exceptions.TrimmedDataAccessException):
            return False  # a shard that was listed has gone since, or its records have

    old = iterators()[0]
    assert count() == 1
    advance(movable, 16 * MINUTE)
    assert code(streams.get_records, ShardIterator=old) == "ExpiredIteratorException"
    assert count() == 1
    advance(movable, 25 * HOUR)
    wait_until("the stream's end", ended)


def test_temporary_credentials_end_and_a_clients_own_clock_goes_on_being_good(movable: RunningServer) -> None:
    user, iam = unique("user"), movable.client("iam")
    iam.create_user(UserName=user)
    iam.put_user_policy(UserName=user, PolicyName="lists", PolicyDocument=LISTS)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    lasting = movable.client("dynamodb", access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"])
    session = movable.client("sts", access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"]).get_session_token(
        DurationSeconds=3600
    )["Credentials"]
    temporary = movable.client(
        "dynamodb",
        access_key=session["AccessKeyId"],
        secret_key=session["SecretAccessKey"],
        token=session["SessionToken"],
    )
    advance(movable, 50 * MINUTE)
    temporary.list_tables()
    advance(movable, 11 * MINUTE)
    assert code(temporary.list_tables) == "ExpiredTokenException"
    advance(movable, 30 * DAY)
    answered = lasting.list_tables()["ResponseMetadata"]["HTTPHeaders"]
    assert abs(_epoch(answered["date"]) - time.time()) < 60  # AWS's SDKs for JavaScript set their clocks by it


def _epoch(date: str) -> float:
    from email.utils import parsedate_to_datetime

    return parsedate_to_datetime(date).timestamp()


def test_a_hidden_message_and_a_delayed_one_are_there(movable: RunningServer) -> None:
    sqs = movable.client("sqs")
    url = sqs.create_queue(QueueName=unique("wait"), Attributes={"VisibilityTimeout": "43200"})["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="hidden")
    assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "hidden"
    sqs.send_message(QueueUrl=url, MessageBody="delayed", DelaySeconds=900)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(sqs.receive_message, QueueUrl=url, WaitTimeSeconds=20)
        time.sleep(0.2)
        advance(movable, 900)
        assert waiting.result()["Messages"][0]["Body"] == "delayed"  # its caller had waited for it all the time
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    advance(movable, 12 * HOUR)
    assert "hidden" in {m["Body"] for m in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]}


def test_a_failed_event_is_tried_again(movable: RunningServer) -> None:
    function = make_function(movable, "fails", "def handler(e, c):\n  print('try')\n  raise ValueError('no')")
    movable.client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=b"{}")
    for tries, seconds in ((1, 61), (2, 121), (3, 0)):
        wait_until("the try", lambda wanted=tries: attempts(movable, function) == wanted)
        assert messages(movable, function).count("try\n") == tries
        if seconds:
            advance(movable, seconds)


def test_a_window_closes(movable: RunningServer) -> None:
    source = """
import json
def handler(event, context):
    print(event["isFinalInvokeForWindow"], len(event["Records"]), json.dumps(event["state"]))
    return {"state": {"seen": event["state"].get("seen", 0) + len(event["Records"])}}
"""
    table = make_table(movable, "window")
    stream = stream_arn(movable, table)
    function = make_function(movable, "window", source, reads=stream)
    movable.client("lambda").create_event_source_mapping(
        EventSourceArn=stream, FunctionName=function, StartingPosition="TRIM_HORIZON", TumblingWindowInSeconds=900
    )
    now = tailrace(movable).get_clock()["Time"].timestamp()
    tailrace(movable).advance_clock(Time=(now // 900 + 1) * 900)  # the window that begins now has a quarter of an hour
    movable.client("dynamodb").put_item(TableName=table, Item={"pk": {"S": "k"}})
    wait_until("the record", lambda: "False 1 {}\n" in messages(movable, function))
    assert not [m for m in messages(movable, function) if m.startswith("True")]
    advance(movable, 900)
    wait_until("the window's end", lambda: 'True 0 {"seen": 1}\n' in messages(movable, function))


def test_what_runs_is_not_ended_and_not_run_twice(movable: RunningServer) -> None:
    """Timeouts are in real time, and the claim of an event that runs is kept though its ten seconds are long over."""
    source = (
        "import time\ndef handler(e, c):\n  print('run')\n  time.sleep(1.5)\n  return c.get_remaining_time_in_millis()"
    )
    function = make_function(movable, "runs", source, Timeout=60)
    client = movable.client("lambda")
    client.invoke(FunctionName=function, InvocationType="Event", Payload=b"{}")
    with ThreadPoolExecutor() as pool:
        running = pool.submit(client.invoke, FunctionName=function)
        time.sleep(0.8)
        advance(movable, 2 * HOUR)
        answer = running.result()
    assert "FunctionError" not in answer
    assert 20_000 < json.loads(answer["Payload"].read()) < 60_000
    wait_until("both runs", lambda: messages(movable, function).count("run\n") == 2)
    time.sleep(1)
    assert messages(movable, function).count("run\n") == 2


def test_the_audit_has_the_moved_time_and_real_durations(movable: RunningServer) -> None:
    time_now = advance(movable, DAY)["Time"]
    movable.client("dynamodb").list_tables()
    found = tailrace(movable).list_activity(Operation="ListTables", MaxResults=1)["Activities"][0]
    assert 0 <= found["Time"].timestamp() - time_now.timestamp() < 60
    moves = tailrace(movable).list_activity(Operation="AdvanceClock", MaxResults=1)["Activities"][0]
    assert moves["Milliseconds"] < 60_000


def test_who_may_move_it(movable: RunningServer) -> None:
    iam, user = movable.client("iam"), unique("user")
    iam.create_user(UserName=user)
    made = iam.create_access_key(UserName=user)["AccessKey"]
    client = tailrace(movable, (made["AccessKeyId"], made["SecretAccessKey"]))
    assert code(client.advance_clock, Seconds=1) == "AccessDeniedException"
    iam.put_user_policy(UserName=user, PolicyName="own", PolicyDocument=allow("tailrace:AdvanceClock"))
    assert client.advance_clock(Seconds=1)["Movable"] is True
    assert code(client.get_clock) == "AccessDeniedException"


def test_it_moves_ahead_only_and_not_too_far(movable: RunningServer) -> None:
    client = tailrace(movable)
    before = client.get_clock()["Time"]
    for request in (
        {},
        {"Seconds": 1, "Time": before.timestamp() + 100},
        {"Time": before.timestamp() - 1},
        {"Seconds": 315_360_000},
        {"Time": 253_402_300_799},
    ):
        assert code(client.advance_clock, **request) == "ValidationException"
    moved = client.advance_clock(Time=before.timestamp() + 1000)
    assert 1000 <= moved["Time"].timestamp() - before.timestamp() < 1060


def test_it_stays_moved_after_a_crash_and_without_the_flag(tmp_path: Path) -> None:
    server = RunningServer(str(tmp_path / "data"), "--movable-clock")
    try:
        assert command(server, "advance", "30d")[0] == 0
        server.kill()
        server.options = ()
        server.start()
        assert abs(tailrace(server).get_clock()["OffsetSeconds"] - 30 * DAY) < 1
        assert code(tailrace(server).advance_clock, Seconds=1) == "UnsupportedOperationException"
        status, said = command(server, "advance", "1h")
        assert status == 1
        assert "start it with --movable-clock" in said
        assert "30 d 0 h 0 min 0 s ahead of this machine" in command(server)[1]
        with urllib.request.urlopen(f"{server.endpoint}/_tailrace/health") as page:
            clock = json.load(page)["clock"]
        assert (clock["movable"], round(clock["ahead_seconds"])) == (False, 30 * DAY)
    finally:
        server.kill()


def test_the_command_sets_it_and_refuses_what_it_does_not_understand(tmp_path: Path) -> None:
    server = RunningServer(str(tmp_path / "data"), "--movable-clock")
    try:
        assert "ahead" not in command(server)[1]
        ten_minutes = time.time() // 600 * 600 + 4 * HOUR + 600  # the first fifteen characters hold for as long
        wanted = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(ten_minutes))
        assert wanted[:15] in command(server, "set", wanted)[1]
        told = command(server)[1]
        assert "3 h 59 min" in told or " 4 h " in told
        for wrong in (("advance", "30x"), ("set", "tomorrow"), ("set", "2001-01-01T00:00:00Z")):
            assert command(server, *wrong)[0] != 0
    finally:
        server.kill()


def test_a_node_whose_clock_may_not_be_moved_follows_one_that_was(databases: Databases) -> None:
    """Else it would hold its leases, and keep what has expired, for as long as the other one was moved."""
    url, key = databases.new(), "ab" * 32
    mover = RunningServer(url, "--movable-clock", sealing_key=key)
    follower = RunningServer(url, sealing_key=key)
    try:
        assert round(tailrace(follower).get_clock()["OffsetSeconds"]) == 0
        assert code(tailrace(follower).advance_clock, Seconds=60) == "UnsupportedOperationException"
        advance(mover, 2 * HOUR)
        wait_until("the move", lambda: round(tailrace(follower).get_clock()["OffsetSeconds"]) == 2 * HOUR)
        assert tailrace(follower).get_clock()["Movable"] is False
    finally:
        mover.kill()
        follower.kill()
        databases.drop()


def command(server: RunningServer, *arguments: str) -> tuple[int, str]:
    """`tailrace clock` on that server: its exit status, and what it said."""
    environment = {**os.environ, "TAILRACE_ACCESS_KEY_ID": "test", "TAILRACE_SECRET_ACCESS_KEY": "test"}
    line = [sys.executable, "-m", "tailrace", "clock", "--data", server.data, *arguments]
    done = subprocess.run(line, capture_output=True, text=True, env=environment, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_role_of_a_function_is_renewed_after_a_move(movable: RunningServer) -> None:
    """A warm environment whose keys have ended serves nobody any more."""
    source = "import boto3\ndef handler(e, c): return len(boto3.client('dynamodb').list_tables()['TableNames']) >= 0"
    role, arn = make_role(movable, "keys")
    movable.client("iam").put_role_policy(RoleName=role, PolicyName="lists", PolicyDocument=LISTS)
    function, client = make_function(movable, "keys", source, role=arn, Timeout=60), movable.client("lambda")
    for _ in range(2):
        answer = client.invoke(FunctionName=function)
        assert "FunctionError" not in answer, answer["Payload"].read()
        advance(movable, 13 * HOUR)
