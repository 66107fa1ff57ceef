"""Logs Insights through boto3."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tailrace.services.logs.query_documents import BEAT_SECONDS, KEPT_SECONDS
from tests.conftest import RunningServer, wait_until
from tests.flow.functions import unique
from tests.flow.in_process import InProcess, in_process
from tests.flow.test_function_policies import make_user
from tests.flow.test_logs import put, refusal

SPAN = {"startTime": 0, "endTime": 2**31}


@pytest.fixture
def logs(server: RunningServer) -> Any:
    return server.client("logs")


@pytest.fixture
def group(logs: Any) -> str:
    name = unique("insights")
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")
    return name


def ask(logs: Any, query: str, *groups: str, **options: Any) -> dict[str, Any]:
    """The answer of a query that has ended."""
    started = logs.start_query(logGroupNames=list(groups), queryString=query, **{**SPAN, **options})["queryId"]

    def ended() -> dict[str, Any] | None:
        answer: dict[str, Any] = logs.get_query_results(queryId=started)
        return None if answer["status"] in ("Scheduled", "Running") else answer

    answer: dict[str, Any] = wait_until("the query's end", ended)
    return answer


def rows(answer: dict[str, Any]) -> list[dict[str, str]]:
    found = [{each["field"]: each["value"] for each in row} for row in answer["results"]]
    return [{name: value for name, value in row.items() if name != "@ptr"} for row in found]


def test_a_query_over_two_groups(logs: Any, group: str) -> None:
    other = unique("insights")
    logs.create_log_group(logGroupName=other)
    logs.create_log_stream(logGroupName=other, logStreamName="s")
    now = int(time.time() * 1000)
    for n in range(6):
        document = json.dumps({"n": n, "level": "error" if n % 2 else "info"})
        put(logs, (group, other)[n % 2], "s", document, at=now + n)
    answer = ask(logs, "filter n > 0 | fields n, @log | sort n desc | limit 2", group, other)
    assert answer["status"] == "Complete"
    assert answer["queryLanguage"] == "CWLI"
    assert rows(answer) == [{"n": "5", "@log": f"000000000000:{other}"}, {"n": "4", "@log": f"000000000000:{group}"}]
    statistics = answer["statistics"]
    assert (statistics["recordsMatched"], statistics["recordsScanned"]) == (5.0, 6.0)
    assert statistics["bytesScanned"] > 6 * 26
    assert statistics["logGroupsScanned"] == 2.0
    assert rows(ask(logs, "fields n", group, other)) == [{"n": str(n)} for n in (5, 4, 3, 2, 1, 0)]
    counted = ask(logs, "stats count(*) as c, avg(n) as a by level | sort level", group, other)
    assert rows(counted) == [{"level": "error", "c": "3", "a": "3"}, {"level": "info", "c": "3", "a": "2"}]


def test_both_ends_of_the_span_are_part_of_it(logs: Any, group: str) -> None:
    second = int(time.time()) - 100
    for at in (-1, 0, 1000, 2000):
        put(logs, group, "s", str(at), at=second * 1000 + at)
    found = ask(logs, "display @message", group, startTime=second, endTime=second + 1)
    assert [row["@message"] for row in rows(found)] == ["1000", "0"]


def test_results_come_in_pages(logs: Any, group: str) -> None:
    put(logs, group, "s", *(str(n) for n in range(25)))
    query = logs.start_query(logGroupName=group, queryString="display @message", limit=20, **SPAN)["queryId"]
    wait_until("its end", lambda: logs.get_query_results(queryId=query)["status"] == "Complete")
    first = logs.get_query_results(queryId=query, maxItems=15)
    second = logs.get_query_results(queryId=query, maxItems=15, nextToken=first["nextToken"])
    found = [row["@message"] for row in rows(first) + rows(second)]
    assert found == [str(n) for n in range(24, 4, -1)]
    assert "nextToken" not in second


def test_a_pointer_leads_back_to_the_event(logs: Any, group: str) -> None:
    put(logs, group, "s", '{"fruit":"apple"}', '{"fruit":"pear"}')
    answer = ask(logs, "filter fruit = 'apple' | display fruit", group)
    pointer = next(each["value"] for each in answer["results"][0] if each["field"] == "@ptr")
    found = logs.get_log_record(logRecordPointer=pointer)["logRecord"]
    assert found["@message"] == '{"fruit":"apple"}'
    assert found["fruit"] == "apple"
    assert found["@timestamp"].isdecimal()
    assert refusal(logs.get_log_record, logRecordPointer="nonsense")[0] == "InvalidParameterException"
    logs.delete_log_group(logGroupName=group)
    assert refusal(logs.get_log_record, logRecordPointer=pointer)[0] == "ResourceNotFoundException"


def test_the_fields_of_a_group(logs: Any, group: str) -> None:
    put(logs, group, "s", '{"fruit":"apple"}', "text")
    found = logs.get_log_group_fields(logGroupName=group)["logGroupFields"]
    percents = {each["name"]: each["percent"] for each in found}
    assert percents == {
        "@timestamp": 100,
        "@message": 100,
        "@logStream": 100,
        "@log": 100,
        "@ingestionTime": 100,
        "fruit": 50,
    }
    long_ago = int(time.time()) - 7200
    assert logs.get_log_group_fields(logGroupName=group, time=long_ago)["logGroupFields"] == []


def test_a_malformed_query_says_where(logs: Any, group: str) -> None:
    with pytest.raises(ClientError) as raised:
        logs.start_query(logGroupName=group, queryString="fields @timestamp | count()", **SPAN)
    answer = raised.value.response
    text = "unexpected symbol found count at line 1 and position 20"
    assert (answer["Error"]["Code"], answer["Error"]["Message"]) == ("MalformedQueryException", text)
    assert answer["queryCompileError"] == {
        "location": {"startCharOffset": 20, "endCharOffset": 25},
        "message": text,
    }


def test_what_is_refused(logs: Any, group: str) -> None:
    start = {"queryString": "fields @message", **SPAN}
    assert refusal(logs.start_query, **start)[0] == "InvalidParameterException"
    assert refusal(logs.start_query, logGroupName=group, logGroupNames=[group], **start)[0] == (
        "InvalidParameterException"
    )
    assert refusal(logs.start_query, logGroupName="nobody", **start)[0] == "ResourceNotFoundException"
    assert refusal(logs.start_query, logGroupName=group, queryLanguage="SQL", **start)[0] == (
        "UnsupportedOperationException"
    )
    backward = {**start, "startTime": 2, "endTime": 1}
    assert refusal(logs.start_query, logGroupName=group, **backward)[0] == "InvalidParameterException"
    missing = str(uuid.uuid4())
    assert refusal(logs.get_query_results, queryId=missing)[0] == "ResourceNotFoundException"
    assert refusal(logs.stop_query, queryId=missing)[0] == "ResourceNotFoundException"


def test_a_slow_expression_fails_its_query_and_nobody_elses(logs: Any, group: str) -> None:
    put(logs, group, "s", "x" * 10_000)
    assert ask(logs, "filter @message like /(x+x+)+y/", group)["status"] == "Failed"
    assert ask(logs, "filter @message like /x+/", group)["status"] == "Complete"


def test_queries_are_listed_and_those_that_ended_cant_be_stopped(logs: Any, group: str) -> None:
    ask(logs, "fields @message", group)
    (found,) = logs.describe_queries(logGroupName=group, status="Complete")["queries"]
    assert (found["queryString"], found["logGroupName"]) == ("fields @message", group)
    assert abs(found["createTime"] - time.time() * 1000) < 60_000
    assert found["userIdentity"] == "arn:aws:iam::000000000000:root"
    refused = refusal(logs.stop_query, queryId=found["queryId"])
    assert refused == ("InvalidParameterException", "The specified query is not running.")
    assert logs.describe_queries(logGroupName=group, status="Running")["queries"] == []


def test_who_may_not_hears_so(server: RunningServer, group: str) -> None:
    _, theirs = make_user(server, "asker", service="logs")
    with pytest.raises(ClientError, match=f"logs:StartQuery on resource: .*log-group:{group}:"):
        theirs.start_query(logGroupName=group, queryString="limit 1", **SPAN)


def test_saved_queries(logs: Any) -> None:
    name = unique("saved")
    saved = {"name": name, "queryString": "fields @message", "logGroupNames": ["a"]}
    made = logs.put_query_definition(**saved)["queryDefinitionId"]
    (found,) = logs.describe_query_definitions(queryDefinitionNamePrefix=name)["queryDefinitions"]
    assert abs(found.pop("lastModified") - time.time() * 1000) < 60_000
    assert found == {"queryLanguage": "CWLI", "queryDefinitionId": made, **saved}
    logs.put_query_definition(queryDefinitionId=made, name=name, queryString="limit 5")
    (found,) = logs.describe_query_definitions(queryDefinitionNamePrefix=name)["queryDefinitions"]
    assert found["queryString"] == "limit 5"
    assert "logGroupNames" not in found
    token = str(uuid.uuid4())
    twice = [logs.put_query_definition(clientToken=token, **saved)["queryDefinitionId"] for _ in range(2)]
    assert twice[0] == twice[1] != made
    for one in {made, *twice}:
        assert logs.delete_query_definition(queryDefinitionId=one)["success"]
    assert refusal(logs.delete_query_definition, queryDefinitionId=made)[0] == "ResourceNotFoundException"


async def begun(world: InProcess) -> str:
    await world.call("logs", "CreateLogGroup", logGroupName="g")
    asked = {"logGroupName": "g", "queryString": "fields @message", "startTime": 0, "endTime": 2**31}
    return str((await world.call("logs", "StartQuery", **asked))["queryId"])


async def finish(world: InProcess) -> None:
    for task in set(world.node.queries):
        await task


async def test_a_query_that_waits_is_stopped_and_stays_so() -> None:
    async with in_process() as world:
        query = await begun(world)
        assert (await world.call("logs", "StopQuery", queryId=query)) == {"success": True}
        await finish(world)
        assert (await world.call("logs", "GetQueryResults", queryId=query))["status"] == "Cancelled"


async def test_a_query_whose_node_died_has_failed_and_old_ones_are_forgotten() -> None:
    async with in_process() as world:
        query = await begun(world)
        for task in world.node.queries:
            task.cancel()
        world.clock.advance(BEAT_SECONDS + 1)
        assert (await world.call("logs", "GetQueryResults", queryId=query))["status"] == "Failed"
        world.clock.advance(KEPT_SECONDS)
        refused = await world.refusal("logs", "GetQueryResults", queryId=query)
        assert refused[0] == "ResourceNotFoundException"
        assert (await world.call("logs", "DescribeQueries"))["queries"] == []
