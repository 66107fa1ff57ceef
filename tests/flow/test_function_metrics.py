"""What is measured of functions, on a server whose clock is moved; and that an orderly end keeps it all."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tailrace.reach import Reached
from tailrace.reach import client as tailrace_client
from tests.conftest import RunningServer, wait_until
from tests.flow.functions import make_function, make_table, stream_arn

CODE = """
def handler(event, context):
    if event.get("fail"):
        raise ValueError("asked to")
    return len(event.get("Records", []))
"""


def metric(server: RunningServer, name: str, statistic: str, namespace: str = "AWS/Lambda", **of: str) -> float | None:
    """A statistic of the last day; None where nothing was measured."""
    clock = tailrace_client(Reached(server.endpoint, "test", "test", "us-east-1"))
    now = clock.get_clock()["Time"]
    dimensions = [{"Name": each, "Value": value} for each, value in of.items()]
    about = {"Namespace": namespace, "MetricName": name, "Dimensions": dimensions}
    span = {"StartTime": now - timedelta(days=1), "EndTime": now + timedelta(hours=1), "Period": 172_800}
    found = server.client("cloudwatch").get_metric_statistics(**about, **span, Statistics=[statistic])["Datapoints"]
    return sum(point[statistic] for point in found) if found else None


def test_calls_failures_throttles_and_events_are_measured() -> None:
    server = RunningServer("memory:", "--movable-clock")
    try:
        function = make_function(server, "measured", CODE)
        client, clock = (
            server.client("lambda", attempts=0),
            tailrace_client(Reached(server.endpoint, "test", "test", "us-east-1")),
        )
        client.publish_version(FunctionName=function)
        for payload in ({}, {}, {"fail": True}):
            client.invoke(FunctionName=function, Payload=json.dumps(payload))
        client.invoke(FunctionName=function, Qualifier="1")
        client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
        with pytest.raises(client.exceptions.TooManyRequestsException):
            client.invoke(FunctionName=function)
        client.delete_function_concurrency(FunctionName=function)
        client.invoke(FunctionName=function, InvocationType="Event", Payload=b"{}")
        of = {"FunctionName": function}
        clock.advance_clock(Seconds=60)
        wait_until("the minute's end", lambda: metric(server, "Throttles", "Sum", **of))

        def calls() -> Any:
            clock.advance_clock(Seconds=60)
            both = (metric(server, "Invocations", "Sum", **of), metric(server, "Duration", "SampleCount", **of))
            return both == (5, 5)

        wait_until("the event's call", calls)
        assert metric(server, "Errors", "Sum", **of) == 1
        assert metric(server, "Errors", "SampleCount", **of) == 5
        assert metric(server, "Throttles", "Sum", **of) == 1
        assert metric(server, "Invocations", "Sum", **of, Resource=f"{function}:1") == 1
        assert metric(server, "Invocations", "Sum", **of, Resource=function) == 4
        assert (metric(server, "Invocations", "Sum") or 0) >= 5
        assert metric(server, "Duration", "SampleCount", **of) == 5
        assert (metric(server, "Duration", "Minimum", **of) or 0) > 0
        assert metric(server, "ConcurrentExecutions", "Maximum", **of) == 1
        assert metric(server, "AsyncEventsReceived", "Sum", **of) == 1
        assert metric(server, "AsyncEventAge", "SampleCount", **of) == 1
        assert metric(server, "AsyncEventsDropped", "Sum", **of) is None
    finally:
        assert server.stop() == 0


def test_a_trigger_measures_its_records_age_and_its_events_and_an_orderly_end_keeps_them(tmp_path: Path) -> None:
    server = RunningServer(str(tmp_path))
    try:
        table = make_table(server, "aged")
        arn = stream_arn(server, table)
        function = make_function(server, "aged", CODE, reads=arn)
        counted = {"MetricsConfig": {"Metrics": ["EventCount"]}, "StartingPosition": "TRIM_HORIZON"}
        made = server.client("lambda").create_event_source_mapping(FunctionName=function, EventSourceArn=arn, **counted)
        server.client("dynamodb").put_item(TableName=table, Item={"pk": {"S": "a"}})
        groups = server.client("logs")
        group = f"/aws/lambda/{function}"

        def called() -> bool:
            found = groups.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
            return bool(found and groups.filter_log_events(logGroupName=group, filterPattern="REPORT")["events"])

        wait_until("the function's call", called)
        assert server.stop() == 0
        server.start()
        listed = server.client("cloudwatch").list_metrics(Namespace="AWS/Lambda")["Metrics"]
        assert {"IteratorAge", "Invocations", "PolledEventCount"} <= {each["MetricName"] for each in listed}
        assert metric(server, "IteratorAge", "SampleCount", FunctionName=function) == 1
        assert metric(server, "InvokedEventCount", "Sum", EventSourceMappingUUID=made["UUID"]) == 1
    finally:
        assert server.stop() == 0
