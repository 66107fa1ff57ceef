"""Functions through boto3 alone: made, changed, called, logged, judged by their roles."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import re
import urllib.error
import urllib.request
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tailrace import app
from tailrace.base.clock import MovableClock, SystemClock
from tailrace.base.config import Config
from tailrace.reach import Reached
from tailrace.reach import client as tailrace_client
from tests.conftest import RunningServer, wait_until
from tests.flow.functions import allow, make_function, make_role, unique, zipped

ECHO = "def handler(event, context): return event"
ACCOUNT_AND_REGION = "us-east-1:000000000000"


def invoke(server: RunningServer, function: str, event: Any = None, **options: Any) -> Any:
    """Invoke and read the answer: (payload, response)."""
    response = server.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event), **options)
    return json.loads(response["Payload"].read() or "null"), response


def refused(call: Any, **request: Any) -> tuple[str, str, int]:
    """Code, message and status of a refusal."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    error = caught.value.response
    return error["Error"]["Code"], error["Error"]["Message"], error["ResponseMetadata"]["HTTPStatusCode"]


def messages(server: RunningServer, function: str) -> list[str]:
    """The messages of a function's log, [] before there is one."""
    logs = server.client("logs")
    try:
        return [e["message"] for e in logs.filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []


def test_create_answers_pending_and_get_active(server: RunningServer) -> None:
    client, name = server.client("lambda"), unique("states")
    role = make_role(server, "states")[1]
    made = client.create_function(
        FunctionName=name,
        Runtime="python3.11",
        Role=role,
        Handler="index.handler",
        Code={"ZipFile": zipped(i__py=ECHO)},
    )
    assert made.pop("ResponseMetadata")["HTTPStatusCode"] == 201
    arn = f"arn:aws:lambda:{ACCOUNT_AND_REGION}:function:{name}"
    assert made.pop("RuntimeVersionConfig")["RuntimeVersionArn"].startswith("arn:aws:lambda:us-east-1::runtime:")
    varying = {member: made.pop(member) for member in ("CodeSha256", "CodeSize", "LastModified", "RevisionId")}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", varying["LastModified"])
    assert made == {
        "FunctionName": name,
        "FunctionArn": arn,
        "Runtime": "python3.11",
        "Role": role,
        "Handler": "index.handler",
        "Description": "",
        "Timeout": 3,
        "MemorySize": 128,
        "Version": "$LATEST",
        "TracingConfig": {"Mode": "PassThrough"},
        "State": "Pending",
        "StateReason": "The function is being created.",
        "StateReasonCode": "Creating",
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        "EphemeralStorage": {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"},
    }
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    found = client.get_function(FunctionName=name)
    shown = found["Configuration"]
    assert (shown["State"], shown["LastUpdateStatus"]) == ("Active", "Successful")
    assert "StateReason" not in shown
    assert shown["RevisionId"] != varying["RevisionId"]
    assert "Tags" not in found


def test_the_location_of_the_code_is_a_link_to_it(server: RunningServer) -> None:
    function = make_function(server, "location", ECHO)
    link = server.client("lambda").get_function(FunctionName=function)["Code"]["Location"]
    with urllib.request.urlopen(link) as answer:
        archive = zipfile.ZipFile(io.BytesIO(answer.read()))
    assert archive.read("index.py").decode() == ECHO
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(link[:-1] + ("0" if link[-1] != "0" else "1"))


def test_an_invocation_answers_and_logs(server: RunningServer) -> None:
    function = make_function(server, "echo", "def handler(e, c):\n  print('a\\nb')\n  return e")
    payload, response = invoke(server, function, {"ü": 1}, LogType="Tail")
    assert payload == {"ü": 1}
    assert (response["StatusCode"], response["ExecutedVersion"]) == (200, "$LATEST")
    assert "FunctionError" not in response
    request_id = response["ResponseMetadata"]["RequestId"]
    init, start, printed, end, report = messages(server, function)  # kept before the answer left
    assert init.startswith(
        "INIT_START Runtime Version: python:3.11.v1\tRuntime Version ARN: arn:aws:lambda:us-east-1::"
    )
    assert start == f"START RequestId: {request_id} Version: $LATEST\n"
    assert printed == "a\nb\n"
    assert end == f"END RequestId: {request_id}\n"
    assert re.fullmatch(
        rf"REPORT RequestId: {request_id}\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\t"
        r"Max Memory Used: [1-9]\d* MB\tInit Duration: \d+\.\d\d ms\t\n",
        report,
    )
    assert base64.b64decode(response["LogResult"]).decode() == start + printed + end + report
    invoke(server, function)
    assert messages(server, function)[-1].endswith(" MB\t\n")
    (stream,) = server.client("logs").describe_log_streams(logGroupName=f"/aws/lambda/{function}")["logStreams"]
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", stream["logStreamName"])


def test_an_exception_is_an_unhandled_error(server: RunningServer) -> None:
    function = make_function(server, "fails", "def handler(e, c): raise KeyError('k')")
    payload, response = invoke(server, function)
    assert (response["StatusCode"], response["FunctionError"]) == (200, "Unhandled")
    assert (payload["errorType"], payload["errorMessage"]) == ("KeyError", "'k'")


def test_a_functions_own_calls_come_home_and_are_judged_by_its_role(server: RunningServer) -> None:
    source = """
import boto3
def handler(event, context):
    try:
        return boto3.client("dynamodb").list_tables(Limit=1)["ResponseMetadata"]["HTTPStatusCode"]
    except Exception as error:
        return str(error)
"""
    role, role_arn = make_role(server, "judged")
    function = make_function(server, "judged", source, role=role_arn, Timeout=60)
    session = f"arn:aws:sts::000000000000:assumed-role/{role}/{function}"
    assert f"User: {session} is not authorized to perform: dynamodb:ListTables" in invoke(server, function)[0]
    policy = allow("dynamodb:ListTables")
    server.client("iam").put_role_policy(RoleName=role, PolicyName="list", PolicyDocument=policy)
    assert invoke(server, function)[0] == 200  # in the same, warm environment


def test_the_sdk_for_node_comes_home_too(server: RunningServer) -> None:
    source = """
import { STSClient, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
const sts = new STSClient();
export const handler = async () => (await sts.send(new GetCallerIdentityCommand({}))).Arn;
"""
    role, role_arn = make_role(server, "node")
    function = make_function(server, "node", source, role=role_arn, runtime="nodejs20.x", Timeout=60, MemorySize=256)
    assert invoke(server, function)[0] == f"arn:aws:sts::000000000000:assumed-role/{role}/{function}"


def test_new_code_starts_cold_and_old_code_is_gone(server: RunningServer) -> None:
    function, client = make_function(server, "changes", "def handler(e, c): return 1"), server.client("lambda")
    assert invoke(server, function)[0] == 1
    before = client.get_function_configuration(FunctionName=function)
    updated = client.update_function_code(
        FunctionName=function, ZipFile=zipped(index__py="def handler(e, c): return 2")
    )
    assert (updated["State"], updated["LastUpdateStatus"]) == ("Active", "InProgress")
    assert updated["LastUpdateStatusReasonCode"] == "Creating"
    assert updated["CodeSha256"] != before["CodeSha256"]
    assert invoke(server, function)[0] == 2
    wait_until(
        "the update",
        lambda: client.get_function_configuration(FunctionName=function)["LastUpdateStatus"] == "Successful",
    )
    after = client.get_function_configuration(FunctionName=function)
    assert len({before["RevisionId"], updated["RevisionId"], after["RevisionId"]}) == 3


def test_new_variables_reach_the_next_invocation(server: RunningServer) -> None:
    source = "import os\ndef handler(e, c): return [os.environ.get(n) for n in e]"
    function = make_function(server, "variables", source, Environment={"Variables": {"ONE": "1"}})
    names = ["ONE", "TWO", "AWS_ENDPOINT_URL", "AWS_LAMBDA_LOG_GROUP_NAME"]
    group = f"/aws/lambda/{function}"
    assert invoke(server, function, names)[0] == ["1", None, server.endpoint, group]
    server.client("lambda").update_function_configuration(
        FunctionName=function, Environment={"Variables": {"TWO": "2"}}
    )
    assert invoke(server, function, names)[0] == [None, "2", server.endpoint, group]


def test_an_event_is_taken_and_run_later(server: RunningServer) -> None:
    function = make_function(server, "later", "def handler(e, c): print('got', e)")
    response = server.client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=b'{"n": 1}')
    assert (response["StatusCode"], response["Payload"].read()) == (202, b"")
    assert "ExecutedVersion" not in response
    wait_until("the event's log", lambda: "got {'n': 1}\n" in messages(server, function))
    start = next(m for m in messages(server, function) if m.startswith("START"))
    assert response["ResponseMetadata"]["RequestId"] in start


def test_invoke_async_leaves_an_event_too(server: RunningServer) -> None:
    function = make_function(server, "old-way", "def handler(e, c): print('got', e)")
    assert server.client("lambda").invoke_async(FunctionName=function, InvokeArgs=b"[1]")["Status"] == 202
    wait_until("the event's log", lambda: "got [1]\n" in messages(server, function))


def test_a_dry_run_runs_nothing(server: RunningServer) -> None:
    function = make_function(server, "dry", ECHO)
    response = server.client("lambda").invoke(FunctionName=function, InvocationType="DryRun")
    assert response["StatusCode"] == 204
    assert messages(server, function) == []


def test_without_permission_to_log_a_function_still_runs(server: RunningServer) -> None:
    _, role_arn = make_role(server, "silent", logs=False)
    function = make_function(server, "silent", "def handler(e, c):\n  print('x')\n  return e", role=role_arn)
    payload, response = invoke(server, function, 1, LogType="Tail")
    assert payload == 1
    assert "x\n" in base64.b64decode(response["LogResult"]).decode()
    assert messages(server, function) == []


def test_logs_in_json_where_the_function_wants_it(server: RunningServer) -> None:
    source = "import logging\ndef handler(e, c): logging.warning('careful')"
    function = make_function(server, "json", source, LoggingConfig={"LogFormat": "JSON"})
    invoke(server, function)
    lines = [json.loads(m) for m in messages(server, function)]
    assert [line.get("type") for line in lines] == ["platform.initStart", "platform.start", None, "platform.report"]
    assert (lines[2]["level"], lines[2]["message"]) == ("WARNING", "careful")
    assert lines[3]["record"]["status"] == "success"


def test_a_json_log_at_level_warn_tells_of_failures_alone(server: RunningServer) -> None:
    config = {"LogFormat": "JSON", "SystemLogLevel": "WARN", "ApplicationLogLevel": "ERROR"}
    source = "import logging\ndef handler(e, c):\n  logging.warning('no')\n  assert e"
    function = make_function(server, "warn", source, LoggingConfig=config)
    invoke(server, function, 1)
    assert messages(server, function) == []
    invoke(server, function, 0)
    error, done, report = (json.loads(m) for m in messages(server, function))
    assert (error["level"], error["errorType"]) == ("ERROR", "AssertionError")
    assert (done["type"], done["record"]["status"]) == ("platform.runtimeDone", "error")
    assert (report["type"], report["record"]["status"]) == ("platform.report", "error")


def test_versions_and_aliases_freeze_what_they_name(server: RunningServer) -> None:
    client, function = server.client("lambda"), make_function(server, "versions", "def handler(e, c): return 'one'")
    arn = f"arn:aws:lambda:{ACCOUNT_AND_REGION}:function:{function}"
    first = client.publish_version(FunctionName=function)
    assert (first["Version"], first["FunctionArn"]) == ("1", f"{arn}:1")
    assert client.publish_version(FunctionName=function)["Version"] == "1"  # nothing has changed
    client.create_alias(FunctionName=function, Name="live", FunctionVersion="1")
    new = zipped(index__py="def handler(e, c): return ['two', c.function_version, c.invoked_function_arn]")
    client.update_function_code(FunctionName=function, ZipFile=new)
    assert client.publish_version(FunctionName=function)["Version"] == "2"
    assert invoke(server, f"{function}:1")[0] == "one"
    assert invoke(server, function, Qualifier="live")[0] == "one"
    assert invoke(server, function)[0] == ["two", "$LATEST", arn]
    client.update_alias(FunctionName=function, Name="live", FunctionVersion="2")
    payload, response = invoke(server, f"{arn}:live")
    assert payload == ["two", "2", f"{arn}:live"]
    assert response["ExecutedVersion"] == "2"
    assert invoke(server, f"{function}:2")[0][2] == f"{arn}:2"  # the same environment, another name
    listed = client.list_versions_by_function(FunctionName=function)["Versions"]
    assert [entry["FunctionArn"] for entry in listed] == [f"{arn}:$LATEST", f"{arn}:1", f"{arn}:2"]
    assert not {"State", "LastUpdateStatus", "RuntimeVersionConfig"} & set(listed[1])
    assert refused(client.delete_function, FunctionName=function, Qualifier="2")[0] == "ResourceConflictException"
    client.delete_function(FunctionName=function, Qualifier="1")
    assert refused(client.get_function, FunctionName=function, Qualifier="1")[2] == 404


def test_deleting_takes_everything_but_the_log(server: RunningServer) -> None:
    client, function = server.client("lambda"), make_function(server, "gone", ECHO)
    invoke(server, function)
    assert client.delete_function(FunctionName=function)["ResponseMetadata"]["HTTPStatusCode"] == 204
    arn = f"arn:aws:lambda:{ACCOUNT_AND_REGION}:function:{function}"
    code = "ResourceNotFoundException"
    assert refused(client.get_function, FunctionName=function) == (code, f"Function not found: {arn}", 404)
    assert refused(client.invoke, FunctionName=function) == (code, f"Function not found: {arn}:$LATEST", 404)
    assert messages(server, function)


def test_what_create_refuses(server: RunningServer) -> None:
    client, role = server.client("lambda"), make_role(server, "refused")[1]
    function = make_function(server, "taken", ECHO)
    good: dict[str, Any] = {
        "FunctionName": unique("refused"),
        "Runtime": "python3.11",
        "Role": role,
        "Handler": "index.handler",
        "Code": {"ZipFile": zipped(index__py=ECHO)},
    }
    invalid = "InvalidParameterValueException"
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"FunctionName": function}, "ResourceConflictException", f"Function already exist: {function}"),
        ({"Role": role + "x"}, invalid, "The role defined for the function cannot be assumed by Lambda."),
        ({"Code": {"ZipFile": b"no zip"}}, invalid, "Could not unzip uploaded file."),
        ({"Runtime": "ruby3.4"}, invalid, "it has nothing that runs ruby3.4"),
        (
            {"Environment": {"Variables": {"AWS_REGION": "x"}}},
            invalid,
            "Reserved keys used in this request: AWS_REGION",
        ),
        ({"Environment": {"Variables": {"LONG": "x" * 4096}}}, invalid, "exceeded the 4KB limit"),
    ]
    for change, code, text in cases:
        found, message, _ = refused(client.create_function, **{**good, **change})
        assert found == code
        assert text in message
    del good["Handler"]
    text = "Runtime and Handler are mandatory parameters for functions created with deployment packages."
    assert refused(client.create_function, **good) == (invalid, text, 400)


def test_an_update_during_an_update_is_a_conflict(server: RunningServer) -> None:
    client, function = server.client("lambda"), make_function(server, "busy", ECHO)
    arn = f"arn:aws:lambda:{ACCOUNT_AND_REGION}:function:{function}"
    expected = f"The operation cannot be performed at this time. An update is in progress for resource: {arn}"

    def refusal() -> tuple[str, str, int] | None:
        """Of the second of two updates; None where the first, which takes a tenth of a second, was over by then."""
        try:
            for _ in range(2):
                client.update_function_configuration(FunctionName=function, Description="one")
        except ClientError as error:
            answer = error.response
            return answer["Error"]["Code"], answer["Error"]["Message"], answer["ResponseMetadata"]["HTTPStatusCode"]
        return None

    assert wait_until("an update during another", refusal) == ("ResourceConflictException", expected, 409)


def test_passing_a_role_needs_permission(server: RunningServer) -> None:
    iam, user = server.client("iam"), unique("maker")
    iam.create_user(UserName=user)
    iam.put_user_policy(UserName=user, PolicyName="make", PolicyDocument=allow("lambda:CreateFunction"))
    key = iam.create_access_key(UserName=user)["AccessKey"]
    client = server.client("lambda", access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"])
    role = make_role(server, "passed")[1]
    request = {"FunctionName": unique("passed"), "Runtime": "python3.11", "Role": role, "Handler": "index.handler"}
    code, message, status = refused(client.create_function, **request, Code={"ZipFile": zipped(index__py=ECHO)})
    assert (code, status) == ("AccessDeniedException", 403)
    assert f"is not authorized to perform: iam:PassRole on resource: {role}" in message


def test_reserved_concurrency(server: RunningServer) -> None:
    client, function = server.client("lambda"), make_function(server, "reserved", ECHO)
    empty = client.get_function_concurrency(FunctionName=function)
    assert set(empty) == {"ResponseMetadata"}
    client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    assert client.get_function_concurrency(FunctionName=function)["ReservedConcurrentExecutions"] == 0
    with pytest.raises(ClientError) as caught:
        client.invoke(FunctionName=function)
    error = caught.value.response
    assert error["Error"] == {"Code": "TooManyRequestsException", "Message": "Rate Exceeded."}
    assert error["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    client.delete_function_concurrency(FunctionName=function)
    assert invoke(server, function, 1)[0] == 1


def test_tags_and_resource_policies(server: RunningServer) -> None:
    client, function = server.client("lambda"), make_function(server, "tagged", ECHO, Tags={"a": "1"})
    arn = f"arn:aws:lambda:{ACCOUNT_AND_REGION}:function:{function}"
    client.tag_resource(Resource=arn, Tags={"b": "2"})
    client.untag_resource(Resource=arn, TagKeys=["a"])
    assert client.list_tags(Resource=arn)["Tags"] == {"b": "2"}
    assert client.get_function(FunctionName=function)["Tags"] == {"b": "2"}
    added = client.add_permission(
        FunctionName=function,
        StatementId="s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn="arn:aws:s3:::bucket",
    )
    statement = {
        "Sid": "s3",
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": arn,
        "Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::bucket"}},
    }
    assert json.loads(added["Statement"]) == statement
    policy = json.loads(client.get_policy(FunctionName=function)["Policy"])
    assert policy == {"Version": "2012-10-17", "Id": "default", "Statement": [statement]}
    client.remove_permission(FunctionName=function, StatementId="s3")
    assert refused(client.get_policy, FunctionName=function)[2] == 404


def test_functions_survive_a_crash(durable_server: RunningServer) -> None:
    function = make_function(durable_server, "survives", ECHO)
    durable_server.kill()
    durable_server.start()
    assert invoke(durable_server, function, 1)[0] == 1


def attempts(server: RunningServer, function: str, outcome: str = "Failure") -> int:
    """How many tries of its events with this outcome are over and recorded, and with each when the next one comes.

    What a try prints is there before that: a clock that is moved then moves the next try with it.
    """
    own = tailrace_client(Reached(server.endpoint, server.access_key, server.secret_key, "us-east-1"))
    return len(own.list_attempts(FunctionName=function, Outcome=outcome)["Attempts"])


async def test_a_failed_event_is_tried_again_after_one_and_after_two_minutes() -> None:
    clock = MovableClock(SystemClock().now(), running=True)
    config = Config(port=0, data="memory:", access_key_id="test", secret_access_key="test")
    server = await app.Server.start(config, clock)
    try:
        local = LocalServer(server.node.endpoint)
        source = "def handler(e, c):\n  print('try', c.aws_request_id)\n  raise ValueError('no')"
        function = await asyncio.to_thread(make_function, local, "retried", source)
        client = local.client("lambda")
        left = await asyncio.to_thread(client.invoke, FunctionName=function, InvocationType="Event", Payload=b"{}")
        expected = f"try {left['ResponseMetadata']['RequestId']}\n"

        async def tries(count: int) -> list[str]:
            await asyncio.to_thread(wait_until, "the try", lambda: attempts(local, function) >= count)
            return [m for m in await asyncio.to_thread(messages, local, function) if m.startswith("try ")]

        assert await tries(1) == [expected]
        clock.advance(50)
        await asyncio.sleep(0.2)
        assert len(await tries(1)) == 1
        clock.advance(10)
        assert await tries(2) == [expected] * 2
        clock.advance(110)
        await asyncio.sleep(0.2)
        assert len(await tries(2)) == 2
        clock.advance(10)
        assert await tries(3) == [expected] * 3
        clock.advance(300)
        await asyncio.sleep(0.2)
        assert len(await tries(3)) == 3
    finally:
        await server.stop()


class LocalServer(RunningServer):
    """A server in this process, talked to as if it were one of its own."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint, self.access_key, self.secret_key = endpoint, "test", "test"
