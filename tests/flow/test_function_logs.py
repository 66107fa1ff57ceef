"""What a function's log and its tracing header say: formats, levels, groups, and the trace of who called."""

from __future__ import annotations

import base64
import json
from typing import Any

from tests.conftest import RunningServer, wait_until
from tests.flow.functions import make_function


def messages(server: RunningServer, group: str) -> list[str]:
    """The messages of a log group, [] before there is one."""
    logs = server.client("logs")
    try:
        return [e["message"] for e in logs.filter_log_events(logGroupName=group)["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []


def with_trace(client: Any, header: str) -> None:
    """Have a client send a tracing header along, as the SDK does within a function."""

    def add(request: Any, **_: Any) -> None:
        request.headers["X-Amzn-Trace-Id"] = header

    client.meta.events.register("before-send.lambda.Invoke", add)


def test_a_json_log_at_level_debug_tells_of_each_phase(server: RunningServer) -> None:
    config = {"LogFormat": "JSON", "SystemLogLevel": "DEBUG", "LogGroup": "/custom/group"}
    function = make_function(server, "debug", "def handler(e, c):\n  assert e\n  return 'four'", LoggingConfig=config)
    server.client("lambda").invoke(FunctionName=function, Payload=b"1")
    lines = [json.loads(m) for m in messages(server, "/custom/group")]
    kinds = [line["type"].removeprefix("platform.") for line in lines]
    assert kinds == ["initStart", "initRuntimeDone", "initReport", "start", "runtimeDone", "report"]
    assert lines[1]["record"] == {"initializationType": "on-demand", "phase": "init", "status": "success"}
    assert lines[4]["record"]["metrics"]["producedBytes"] == len('"four"')
    assert messages(server, f"/aws/lambda/{function}") == []


LEVELS_OF_NODE = """
export const handler = async (event) => {
  console.debug("hidden");
  console.info("text", 1);
  console.log({ a: [1] });
  console.warn(new RangeError("alone"));
  console.error("with", new TypeError("another"));
  console.log(process.env.AWS_LAMBDA_LOG_FORMAT, process.env.AWS_LAMBDA_LOG_LEVEL);
};
"""


def test_nodes_console_writes_json_of_the_level_that_is_set(server: RunningServer) -> None:
    config = {"LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "WARN"}
    function = make_function(server, "levels", LEVELS_OF_NODE, runtime="nodejs20.x", LoggingConfig=config)
    response = server.client("lambda").invoke(FunctionName=function)
    lines = [json.loads(m) for m in messages(server, f"/aws/lambda/{function}")]
    assert [line["level"] for line in lines] == ["INFO", "INFO", "WARN", "ERROR", "INFO"]
    assert {line["requestId"] for line in lines} == {response["ResponseMetadata"]["RequestId"]}
    assert [lines[0]["message"], lines[1]["message"], lines[4]["message"]] == ["text 1", {"a": [1]}, "JSON INFO"]
    alone, beside = lines[2]["message"], lines[3]
    assert (alone["errorType"], alone["errorMessage"]) == ("RangeError", "alone")
    assert alone["stackTrace"][0] == "RangeError: alone"
    assert (beside["errorType"], beside["errorMessage"]) == ("TypeError", "another")
    assert beside["message"].startswith("with TypeError: another")


TRACED = "import os\ndef handler(e, c): return os.environ['_X_AMZN_TRACE_ID']"
ROOT = "1-65f0c1d2-0123456789abcdef01234567"


def test_the_callers_trace_reaches_the_function(server: RunningServer) -> None:
    client, function = server.client("lambda"), make_function(server, "traced", TRACED)
    given = f"Root={ROOT};Parent=0123456789abcdef;Sampled=1"
    with_trace(client, given)
    assert json.loads(client.invoke(FunctionName=function)["Payload"].read()) == given
    client.update_function_configuration(FunctionName=function, TracingConfig={"Mode": "Active"})
    answer = client.invoke(FunctionName=function, LogType="Tail")
    trace = json.loads(answer["Payload"].read())
    assert trace.startswith(f"Root={ROOT};Parent=")
    assert "0123456789abcdef;" not in trace.partition("Parent=")[2]
    log = base64.b64decode(answer["LogResult"]).decode()
    segment = trace.split(";")[1].removeprefix("Parent=")
    assert log.endswith(f"\t\nXRAY TraceId: {ROOT}\tSegmentId: {segment}\tSampled: true\t\n")


def test_an_event_keeps_the_trace_of_who_left_it(server: RunningServer) -> None:
    source = "import os\ndef handler(e, c): print('trace', os.environ['_X_AMZN_TRACE_ID'])"
    client, function = server.client("lambda"), make_function(server, "traced-event", source)
    given = f"Root={ROOT};Parent=0123456789abcdef;Sampled=0"
    with_trace(client, given)
    client.invoke(FunctionName=function, InvocationType="Event")
    wait_until("the event", lambda: f"trace {given}\n" in messages(server, f"/aws/lambda/{function}"))
