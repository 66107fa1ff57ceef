"""Responses that are read while the function still writes them, with AWS's SDK."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.conftest import RunningServer
from tests.flow.functions import allow, make_function, make_role, make_table

# Writes a piece, and the next one only when its caller has said that it has read the first: through a table, so that a
# server that holds a response back until it is whole makes the function time out.
TALK = """
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
const client = new DynamoDBClient({});
async function heard(pk, TableName) {
  for (;;) {
    const { Item } = await client.send(new GetItemCommand({ TableName, Key: { pk: { S: pk } }, ConsistentRead: true }));
    if (Item) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
  for (const word of ["one", "two", "three"]) {
    stream.write(word);
    await heard(word, event.table);
  }
  stream.end();
});
"""


@pytest.fixture
def talk(server: RunningServer) -> tuple[str, str]:
    """A function that talks, and the table through which it hears."""
    table = make_table(server, "heard")
    role, arn = make_role(server, "talk")
    document = allow("dynamodb:GetItem")
    server.client("iam").put_role_policy(RoleName=role, PolicyName="reads", PolicyDocument=document)
    return make_function(server, "talk", TALK, role=arn, runtime="nodejs20.x", Timeout=60), table


def stream(server: RunningServer, function: str, **options: Any) -> list[dict[str, Any]]:
    """All events of an invocation."""
    answer = server.client("lambda").invoke_with_response_stream(FunctionName=function, **options)
    return list(answer["EventStream"])


def body(events: list[dict[str, Any]]) -> bytes:
    """The pieces together."""
    return b"".join(event["PayloadChunk"]["Payload"] for event in events if "PayloadChunk" in event)


def test_each_piece_arrives_when_it_is_written(server: RunningServer, talk: tuple[str, str]) -> None:
    function, table = talk
    dynamodb = server.client("dynamodb")
    answer = server.client("lambda").invoke_with_response_stream(
        FunctionName=function, Payload=json.dumps({"table": table}), LogType="Tail"
    )
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
    assert answer["ResponseStreamContentType"] == "application/vnd.amazon.eventstream"
    heard = []
    for event in answer["EventStream"]:
        if "PayloadChunk" in event:
            heard.append(event["PayloadChunk"]["Payload"])
            dynamodb.put_item(TableName=table, Item={"pk": {"S": heard[-1].decode()}})
    assert heard == [b"one", b"two", b"three"]
    assert list(event) == ["InvokeComplete"]
    assert "ErrorCode" not in event["InvokeComplete"]
    assert "REPORT RequestId:" in base64.b64decode(event["InvokeComplete"]["LogResult"]).decode()


def test_invoke_gets_a_streamed_response_whole(server: RunningServer, talk: tuple[str, str]) -> None:
    function, table = talk
    for word in ("one", "two", "three"):
        server.client("dynamodb").put_item(TableName=table, Item={"pk": {"S": word}})
    answer = server.client("lambda").invoke(FunctionName=function, Payload=json.dumps({"table": table}))
    assert answer["Payload"].read() == b"onetwothree"


def test_a_function_that_does_not_stream_is_one_piece(server: RunningServer) -> None:
    function = make_function(server, "plain", "def handler(event, context):\n    return event\n")
    events = stream(server, function, Payload=b'{"a": 1}')
    assert body(events) == b'{"a": 1}'
    assert events[-1] == {"InvokeComplete": {}}


def test_an_error_before_the_first_byte(server: RunningServer) -> None:
    function = make_function(server, "raises", "def handler(event, context):\n    raise ValueError('no')\n")
    events = stream(server, function)
    complete = events[-1]["InvokeComplete"]
    assert complete["ErrorCode"] == "ValueError"
    assert json.loads(complete["ErrorDetails"])["errorMessage"] == "no"
    assert len(events) == 1


BREAKS = """
export const handler = awslambda.streamifyResponse(async (event, stream) => {
  stream.write("half");
  await new Promise((resolve) => setTimeout(resolve, 50));
  if (event.how === "throw") throw new TypeError("broken");
  if (event.how === "destroy") stream.destroy(new RangeError("destroyed"));
  if (event.how === "exit") process.exit(3);
  if (event.how === "uncaught") { setImmediate(() => { throw new SyntaxError("late"); }); }
  if (event.how !== "destroy") await new Promise((resolve) => setTimeout(resolve, 60000));
});
"""


@pytest.fixture(scope="module")
def breaks(server: RunningServer) -> str:
    """A function that breaks off in the midst of its response."""
    return make_function(server, "breaks", BREAKS, runtime="nodejs20.x")


@pytest.mark.parametrize(
    ("how", "code", "details"),
    [
        ("throw", "TypeError", "broken"),
        ("destroy", "RangeError", "destroyed"),
        ("uncaught", "SyntaxError", "late"),
        ("exit", "Runtime.ExitError", "Runtime exited with error: exit status 3"),
    ],
)
def test_an_error_in_the_midst(server: RunningServer, breaks: str, how: str, code: str, details: str) -> None:
    breaks_off(stream(server, breaks, Payload=json.dumps({"how": how})), code, details)


def test_the_end_of_its_time_in_the_midst(server: RunningServer) -> None:
    function = make_function(server, "sleeps", BREAKS, runtime="nodejs20.x", Timeout=4)
    events = stream(server, function, Payload=json.dumps({"how": "sleep"}))
    breaks_off(events, "Sandbox.Timedout", "Task timed out after 4.00 seconds")


def breaks_off(events: list[dict[str, Any]], code: str, details: str) -> None:
    assert body(events) == b"half"
    complete = events[-1]["InvokeComplete"]
    assert complete["ErrorCode"] == code
    assert details in complete["ErrorDetails"]


def test_an_invoke_that_breaks_off_is_an_error(server: RunningServer, breaks: str) -> None:
    answer = server.client("lambda").invoke(FunctionName=breaks, Payload=b'{"how": "throw"}')
    assert answer["FunctionError"] == "Unhandled"
    assert json.loads(answer["Payload"].read())["errorType"] == "TypeError"


def test_nothing_runs_for_a_dry_run_or_without_room(server: RunningServer) -> None:
    function = make_function(server, "still", "def handler(event, context):\n    return 1\n")
    client = server.client("lambda")
    dry = client.invoke_with_response_stream(FunctionName=function, InvocationType="DryRun")
    dry["EventStream"].close()
    assert dry["StatusCode"] == 204
    client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    with pytest.raises(client.exceptions.TooManyRequestsException) as refused:
        client.invoke_with_response_stream(FunctionName=function)
    assert refused.value.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"


LARGE = """
export const handler = awslambda.streamifyResponse(async (event, stream) => {
  const piece = Buffer.alloc(1024 * 1024, "x");
  for (let n = 0; n < event.pieces; n++) {
    if (!stream.write(piece)) await new Promise((resolve) => stream.once("drain", resolve));
  }
  stream.end();
});
"""


def test_more_than_an_answer_of_invoke_may_be(server: RunningServer) -> None:
    function = make_function(server, "large", LARGE, runtime="nodejs20.x", Timeout=60)
    assert len(body(stream(server, function, Payload=b'{"pieces": 20}'))) == 20 * 1024 * 1024
