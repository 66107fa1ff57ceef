"""CloudWatch Logs through boto3."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import RunningServer


def now_ms() -> int:
    return int(time.time() * 1000)


def refusal(call: Any, **request: Any) -> tuple[str, str]:
    """The code and text with which a request is refused."""
    with pytest.raises(ClientError) as raised:
        call(**request)
    error = raised.value.response["Error"]
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400, "Logs answers every error with 400"
    return error["Code"], error["Message"]


@pytest.fixture
def logs(server: RunningServer) -> Any:
    return server.client("logs")


@pytest.fixture
def group(logs: Any) -> Iterator[str]:
    name = f"/test/{uuid.uuid4().hex}"
    logs.create_log_group(logGroupName=name)
    yield name
    logs.delete_log_group(logGroupName=name)


def put(logs: Any, group: str, stream: str, *messages: str, at: int | None = None) -> dict[str, Any]:
    start = now_ms() if at is None else at
    events = [{"timestamp": start + n, "message": message} for n, message in enumerate(messages)]
    found: dict[str, Any] = logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
    return found


def test_a_group_is_described_with_these_members(logs: Any, group: str) -> None:
    (found,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    arn = f"arn:aws:logs:us-east-1:000000000000:log-group:{group}"
    assert abs(found.pop("creationTime") - now_ms()) < 60_000
    assert found == {
        "logGroupName": group,
        "arn": f"{arn}:*",
        "logGroupArn": arn,
        "logGroupClass": "STANDARD",
        "metricFilterCount": 0,
        "storedBytes": 0,
        "deletionProtectionEnabled": False,
    }
    (found,) = logs.describe_log_groups(logGroupNamePattern=group[6:20].upper())["logGroups"]
    assert not {"storedBytes", "deletionProtectionEnabled"} & set(found)


def test_groups_are_paged_in_the_order_of_their_names(logs: Any) -> None:
    prefix = f"page-{uuid.uuid4().hex}-"
    names = [f"{prefix}{n}" for n in range(5)]
    for name in reversed(names):
        logs.create_log_group(logGroupName=name)
    pages = list(logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix, limit=2))
    assert [[g["logGroupName"] for g in page["logGroups"]] for page in pages] == [names[:2], names[2:4], names[4:]]


def test_what_is_there_or_is_not_there(logs: Any, group: str) -> None:
    assert refusal(logs.create_log_group, logGroupName=group) == (
        "ResourceAlreadyExistsException",
        "The specified log group already exists",
    )
    no_group = ("ResourceNotFoundException", "The specified log group does not exist.")
    assert refusal(logs.delete_log_group, logGroupName="absent") == no_group
    assert refusal(logs.describe_log_streams, logGroupName="absent") == no_group
    assert refusal(logs.filter_log_events, logGroupName="absent") == no_group
    assert refusal(logs.create_log_stream, logGroupName="absent", logStreamName="s") == no_group
    no_stream = ("ResourceNotFoundException", "The specified log stream does not exist.")
    assert refusal(logs.get_log_events, logGroupName=group, logStreamName="absent") == no_stream
    assert refusal(logs.delete_log_stream, logGroupName=group, logStreamName="absent") == no_stream
    events = [{"timestamp": now_ms(), "message": "m"}]
    assert refusal(logs.put_log_events, logGroupName=group, logStreamName="absent", logEvents=events) == no_stream
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    assert refusal(logs.create_log_stream, logGroupName=group, logStreamName="s") == (
        "ResourceAlreadyExistsException",
        "The specified log stream already exists",
    )


def test_a_new_group_of_an_old_name_is_empty(logs: Any) -> None:
    name = f"again-{uuid.uuid4().hex}"
    for _ in range(2):
        logs.create_log_group(logGroupName=name)
        assert logs.describe_log_streams(logGroupName=name)["logStreams"] == []
        logs.create_log_stream(logGroupName=name, logStreamName="s")
        put(logs, name, "s", "m")
        assert len(logs.filter_log_events(logGroupName=name)["events"]) == 1
        logs.delete_log_group(logGroupName=name)


def test_a_stream_without_events_is_described_without_times(logs: Any, group: str) -> None:
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    (found,) = logs.describe_log_streams(logGroupName=group)["logStreams"]
    assert set(found) == {"arn", "creationTime", "logStreamName", "storedBytes"}
    at = now_ms()
    put(logs, group, "s", "a", "b", at=at)
    (found,) = logs.describe_log_streams(logGroupIdentifier=found["arn"].partition(":log-stream")[0])["logStreams"]
    assert (found["firstEventTimestamp"], found["lastEventTimestamp"]) == (at, at + 1)
    assert "lastIngestionTime" in found


def test_streams_by_name_and_by_time(logs: Any, group: str) -> None:
    for name in ("b", "a", "c1", "c2"):
        logs.create_log_stream(logGroupName=group, logStreamName=name)
    at = now_ms()
    put(logs, group, "b", "x", at=at - 1000)
    put(logs, group, "c1", "x", at=at)

    def names(**options: Any) -> list[str]:
        pages = logs.get_paginator("describe_log_streams").paginate(logGroupName=group, limit=1, **options)
        return [stream["logStreamName"] for page in pages for stream in page["logStreams"]]

    assert names() == ["a", "b", "c1", "c2"]
    assert names(descending=True) == ["c2", "c1", "b", "a"]
    assert names(logStreamNamePrefix="c") == ["c1", "c2"]
    assert names(orderBy="LastEventTime", descending=True)[:2] == ["c1", "b"]
    assert names(orderBy="LastEventTime")[-2:] == ["b", "c1"]
    assert refusal(logs.describe_log_streams, logGroupName=group, orderBy="LastEventTime", logStreamNamePrefix="c") == (
        "InvalidParameterException",
        "Cannot order by LastEventTime with a logStreamNamePrefix.",
    )


def test_a_batch_has_limits(logs: Any, group: str) -> None:
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    at = now_ms()

    def refused(events: list[dict[str, Any]]) -> tuple[str, str]:
        return refusal(logs.put_log_events, logGroupName=group, logStreamName="s", logEvents=events)

    assert refused([{"timestamp": at, "message": "m"}, {"timestamp": at - 1, "message": "m"}]) == (
        "InvalidParameterException",
        "Log events in a single PutLogEvents request must be in chronological order.",
    )
    assert refused([{"timestamp": at - 86_400_001, "message": "m"}, {"timestamp": at, "message": "m"}]) == (
        "InvalidParameterException",
        "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
    )
    assert refused([{"timestamp": at, "message": "é" * 524_276}]) == (
        "InvalidParameterException",
        "Upload too large: 1048578 bytes exceeds limit of 1048576",
    )
    put(logs, group, "s", "m" * (1_048_576 - 26))


def test_events_that_are_too_old_too_new_or_expired_are_named(logs: Any, group: str) -> None:
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    day, at = 86_400_000, now_ms()
    answer = put(logs, group, "s", "a", "b", at=at - 15 * day)
    assert answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 2}
    assert "nextSequenceToken" in answer
    answer = put(logs, group, "s", "a", at=at + 3 * 3_600_000)
    assert answer["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 0}
    logs.put_retention_policy(logGroupName=group, retentionInDays=1)
    answer = put(logs, group, "s", "a", at=at - 2 * day)
    assert answer["rejectedLogEventsInfo"] == {"expiredLogEventEndIndex": 1}
    assert logs.get_log_events(logGroupName=group, logStreamName="s")["events"] == []


def test_events_are_read_forward_to_an_end_that_repeats(logs: Any, group: str) -> None:
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    put(logs, group, "s", *"abcde")

    def page(**options: Any) -> tuple[str, dict[str, Any]]:
        found = logs.get_log_events(logGroupName=group, logStreamName="s", limit=2, **options)
        return "".join(event["message"] for event in found["events"]), found

    text, found = page(startFromHead=True)
    read = [text]
    while text:
        token = found["nextForwardToken"]
        text, found = page(nextToken=token)
        read.append(text)
    assert read == ["ab", "cd", "e", ""]
    assert found["nextForwardToken"] == token
    put(logs, group, "s", "f", at=now_ms() + 1000)
    assert page(nextToken=token)[0] == "f"
    back, found = page(nextToken=token.replace("f/", "b/"))
    assert back == "cd"


def test_events_are_read_backward_from_the_newest(logs: Any, group: str) -> None:
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    put(logs, group, "s", *"abcde")
    read, options = [], {}
    for _ in range(4):
        found = logs.get_log_events(logGroupName=group, logStreamName="s", limit=2, **options)
        read.append("".join(event["message"] for event in found["events"]))
        options = {"nextToken": found["nextBackwardToken"]}
    assert read == ["de", "bc", "a", ""]
    assert found["nextBackwardToken"] == options["nextToken"]
    assert set(found) - {"ResponseMetadata"} == {"events", "nextForwardToken", "nextBackwardToken"}
    forward = logs.get_log_events(logGroupName=group, logStreamName="s", nextToken=found["nextForwardToken"])
    assert [event["message"] for event in forward["events"]] == list("abcde")
    assert refusal(logs.get_log_events, logGroupName=group, logStreamName="s", nextToken="f/1/s") == (
        "InvalidParameterException",
        "The specified nextToken is invalid.",
    )


def test_a_time_range_has_no_end_in_one_and_an_end_in_the_other(logs: Any, group: str) -> None:
    """GetLogEvents leaves endTime out, FilterLogEvents takes it in, as AWS documents them."""
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    at = now_ms()
    put(logs, group, "s", *"abcd", at=at)
    span = {"startTime": at + 1, "endTime": at + 3}
    got = logs.get_log_events(logGroupName=group, logStreamName="s", **span)["events"]
    found = logs.filter_log_events(logGroupName=group, **span)["events"]
    assert ["".join(event["message"] for event in events) for events in (got, found)] == ["bc", "bcd"]


def test_a_search_goes_across_streams_in_the_order_of_time(logs: Any, group: str) -> None:
    at = now_ms()
    for n, stream in enumerate(("web/1", "web/2", "db/1")):
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        put(logs, group, stream, f"ERROR {stream}", "INFO", json.dumps({"level": "error", "n": n}), at=at + n)

    def found(**options: Any) -> list[str]:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, **options)
        return [event["message"] for page in pages for event in page["events"]]

    errors = ["ERROR web/1", "ERROR web/2", "ERROR db/1"]
    assert found(filterPattern="ERROR") == errors
    assert found(filterPattern="ERROR", PaginationConfig={"PageSize": 1}) == errors
    assert found(filterPattern="ERROR", logStreamNamePrefix="web/") == errors[:2]
    assert found(filterPattern="ERROR", logStreamNames=["db/1", "web/1"]) == [errors[0], errors[2]]
    assert found(filterPattern="{ $.level = error && $.n > 0 }", logStreamNames=["web/1", "db/1"]) == [
        '{"level": "error", "n": 2}'
    ]
    answer = logs.filter_log_events(logGroupName=group, limit=1)
    assert set(answer["events"][0]) == {"logStreamName", "timestamp", "message", "ingestionTime", "eventId"}
    assert answer["ResponseMetadata"]["HTTPHeaders"]["content-type"] == "application/x-amz-json-1.1"
    assert refusal(logs.filter_log_events, logGroupName=group, filterPattern="a-b") == (
        "InvalidParameterException",
        "Invalid filter pattern: Invalid character(s) in term 'a-b'",
    )


def test_retention_takes_certain_numbers_of_days(logs: Any, group: str) -> None:
    logs.put_retention_policy(logGroupName=group, retentionInDays=7)
    assert logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["retentionInDays"] == 7
    logs.delete_retention_policy(logGroupName=group)
    assert "retentionInDays" not in logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]
    code, text = refusal(logs.put_retention_policy, logGroupName=group, retentionInDays=2)
    assert code == "InvalidParameterException"
    assert text.startswith("1 validation error detected: Value '2' at 'retentionInDays' failed to satisfy constraint")


def test_tags_by_name_and_by_arn(logs: Any, group: str) -> None:
    arn = f"arn:aws:logs:us-east-1:000000000000:log-group:{group}"
    logs.tag_log_group(logGroupName=group, tags={"a": "1", "b": "2"})
    logs.tag_resource(resourceArn=arn, tags={"c": "3"})
    logs.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "2", "c": "3"}
    logs.untag_log_group(logGroupName=group, tags=["b"])
    assert logs.list_tags_log_group(logGroupName=group)["tags"] == {"c": "3"}


def test_permissions_are_asked_on_the_group_as_policies_name_it(server: RunningServer, logs: Any, group: str) -> None:
    iam, name = server.client("iam"), f"u{uuid.uuid4().hex}"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    theirs = server.client("logs", access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"])
    arn = f"arn:aws:logs:us-east-1:000000000000:log-group:{group}"
    code, text = refusal(theirs.filter_log_events, logGroupName=group)
    assert code == "AccessDeniedException"
    assert f"is not authorized to perform: logs:FilterLogEvents on resource: {arn}:log-stream:" in text
    statement = {"Effect": "Allow", "Action": "logs:*", "Resource": f"{arn}:*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
    theirs.create_log_stream(logGroupName=group, logStreamName="s")
    put(theirs, group, "s", "m")
    assert len(theirs.filter_log_events(logGroupName=group)["events"]) == 1
    code, _ = refusal(theirs.describe_log_streams, logGroupName=f"{group}-other")
    assert code == "AccessDeniedException"


def test_pages_hold_a_megabyte_and_nothing_is_missed_between_them(logs: Any, group: str) -> None:
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    at = now_ms() - 10_000
    for n in range(5):
        put(logs, group, "s", f"{n} " + "x" * 400_000, f"{n}b", at=at + 10 * n)
    wanted = [text for n in range(5) for text in (f"{n} x", f"{n}b")]

    def walk(direction: str) -> list[list[str]]:
        pages, token = [], {}
        while True:
            found = logs.get_log_events(
                logGroupName=group, logStreamName="s", startFromHead=direction == "Forward", **token
            )
            if not found["events"]:
                return pages
            pages.append([event["message"][:3] for event in found["events"]])
            token = {"nextToken": found[f"next{direction}Token"]}

    forward, backward = walk("Forward"), walk("Backward")
    assert [text for page in forward for text in page] == wanted
    assert [text for page in reversed(backward) for text in page] == wanted
    assert len(forward) > 2
    pages = list(logs.get_paginator("filter_log_events").paginate(logGroupName=group))
    assert [event["message"][:3] for page in pages for event in page["events"]] == wanted
    assert len(pages) > 2


def test_a_search_for_what_is_rare_goes_on_by_its_token(logs: Any, group: str) -> None:
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    for part in range(3):
        put(logs, group, "s", *(["noise"] * 9_999), "needle" if part == 2 else "noise", at=now_ms() - 60_000)
    pages = list(logs.get_paginator("filter_log_events").paginate(logGroupName=group, filterPattern="needle"))
    assert [event["message"] for page in pages for event in page["events"]] == ["needle"]
    assert len(pages) > 1
