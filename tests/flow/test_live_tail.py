"""StartLiveTail with AWS's own clients."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tailrace.services.logs.live_tail import SESSION_SECONDS, SESSIONS_MAX
from tests.conftest import RunningServer, wait_until
from tests.flow.functions import unique
from tests.flow.in_process import in_process
from tests.flow.test_function_policies import make_user
from tests.flow.test_logs import put, refusal

ARN = "arn:aws:logs:us-east-1:000000000000:log-group:"


@pytest.fixture
def logs(server: RunningServer) -> Any:
    return server.client("logs")


@pytest.fixture
def group(logs: Any) -> str:
    name = unique("tail")
    logs.create_log_group(logGroupName=name)
    for stream in ("a/1", "a/2", "b"):
        logs.create_log_stream(logGroupName=name, logStreamName=stream)
    return name


Session = Iterator[dict[str, Any]]
Tail = Callable[..., Session]


@pytest.fixture
def tail() -> Iterator[Tail]:
    """Opens sessions; each is left when the test ends."""
    with ExitStack() as left_open:

        def start(logs: Any, *groups: str, **options: Any) -> Session:
            arns = [ARN + name for name in groups]
            stream = logs.start_live_tail(logGroupIdentifiers=arns, **options)["responseStream"]
            left_open.callback(stream.close)
            return iter(stream)

        yield start


def results(session: Session, count: int) -> list[dict[str, Any]]:
    """The next `count` log events."""
    found: list[dict[str, Any]] = []
    while len(found) < count:
        found += next(session)["sessionUpdate"]["sessionResults"]
    return found


def test_a_session_starts_with_what_was_asked_and_shows_what_arrives(logs: Any, group: str, tail: Tail) -> None:
    put(logs, group, "b", "before")
    session = tail(logs, group, logStreamNames=["b"], logEventFilterPattern="hello")
    start = next(session)["sessionStart"]
    assert start.pop("requestId") != start.pop("sessionId")
    asked = {"logGroupIdentifiers": [ARN + group], "logStreamNames": ["b"], "logEventFilterPattern": "hello"}
    assert start == asked
    put(logs, group, "a/1", "hello from another stream")
    put(logs, group, "b", "goodbye")
    at = int(time.time() * 1000) - 60_000
    put(logs, group, "b", "hello", at=at)
    (found,) = results(session, 1)
    assert abs(found.pop("ingestionTime") - time.time() * 1000) < 60_000
    assert found == {"logStreamName": "b", "logGroupIdentifier": ARN + group, "message": "hello", "timestamp": at}


def test_several_groups_and_prefixes_of_streams(logs: Any, group: str, tail: Tail) -> None:
    other = unique("tail")
    logs.create_log_group(logGroupName=other)
    logs.create_log_stream(logGroupName=other, logStreamName="s")
    both, some = tail(logs, group, other), tail(logs, group, logStreamNamePrefixes=["a/", "x"])
    assert next(both)
    assert next(some)
    put(logs, other, "s", "1")
    put(logs, group, "b", "2")
    put(logs, group, "a/2", "3")
    found = [(event["logGroupIdentifier"], event["message"]) for event in results(both, 3)]
    assert found == [(ARN + other, "1"), (ARN + group, "2"), (ARN + group, "3")]
    assert [event["message"] for event in results(some, 1)] == ["3"]


def test_a_quiet_session_hears_every_second_that_there_is_nothing(logs: Any, group: str, tail: Tail) -> None:
    session = tail(logs, group)
    next(session)
    empty = {"sessionUpdate": {"sessionMetadata": {"sampled": False}, "sessionResults": []}}
    assert [next(session), next(session)] == [empty, empty]


def test_more_than_500_events_are_sampled(logs: Any, group: str, tail: Tail) -> None:
    session = tail(logs, group)
    next(session)
    put(logs, group, "b", *(str(n) for n in range(2000)))
    update: dict[str, Any] = {"sessionResults": []}
    while not update["sessionResults"]:
        update = next(session)["sessionUpdate"]
    assert update["sessionMetadata"] == {"sampled": True}
    numbers = [int(event["message"]) for event in update["sessionResults"]]
    assert len(numbers) == 500
    assert numbers == sorted(numbers)
    assert numbers[0] < 10 < 1990 < numbers[-1]


def test_who_may_not_hears_so_for_any_of_the_groups(server: RunningServer, logs: Any, group: str, tail: Tail) -> None:
    other = unique("tail")
    logs.create_log_group(logGroupName=other)
    statement = {"Effect": "Allow", "Action": "logs:StartLiveTail", "Resource": f"{ARN}{group}:*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    _, theirs = make_user(server, "tailer", policy, "logs")
    assert "sessionStart" in next(tail(theirs, group))
    with pytest.raises(ClientError, match=rf"logs:StartLiveTail on resource: {ARN}{other}:"):
        tail(theirs, group, other)


def test_what_is_refused(logs: Any, group: str) -> None:
    start = logs.start_live_tail
    assert refusal(start, logGroupIdentifiers=[ARN + "nobody"])[0] == "ResourceNotFoundException"
    assert refusal(start, logGroupIdentifiers=[ARN.replace("us-east-1", "eu-west-1") + group])[0] == (
        "ResourceNotFoundException"
    )
    for options in (
        {"logGroupIdentifiers": [group]},
        {"logGroupIdentifiers": [f"{ARN}{group}:*"]},
        {"logGroupIdentifiers": [ARN + group] * 11},
        {"logGroupIdentifiers": [ARN + group], "logStreamNames": ["b"], "logStreamNamePrefixes": ["a"]},
        {"logGroupIdentifiers": [ARN + group, ARN + "x"], "logStreamNames": ["b"]},
        {"logGroupIdentifiers": [ARN + group], "logEventFilterPattern": "{ $.a"},
    ):
        assert refusal(start, **options)[0] == "InvalidParameterException", options


def test_a_session_that_is_left_is_closed_and_the_number_of_open_ones_bounded(logs: Any, group: str) -> None:
    arn = ARN + group

    def opened() -> Any:
        try:
            return logs.start_live_tail(logGroupIdentifiers=[arn])["responseStream"]
        except ClientError:
            return None

    # Sessions of the tests before may be open for a moment yet.
    open_ones = [wait_until("a session is free", opened) for _ in range(SESSIONS_MAX)]
    assert refusal(logs.start_live_tail, logGroupIdentifiers=[arn])[0] == "LimitExceededException"
    for one in open_ones:
        one.close()
    wait_until("a session is free again", opened).close()


def test_the_aws_cli_tails(server: RunningServer, logs: Any, group: str, tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_ENDPOINT_URL": server.endpoint,
        "AWS_ACCESS_KEY_ID": server.access_key,
        "AWS_SECRET_ACCESS_KEY": server.secret_key,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "PYTHONUNBUFFERED": "1",
    }
    command = [str(Path(sys.executable).parent / "aws"), "logs", "start-live-tail", "--log-group-identifiers"]
    shown = tmp_path / "shown"
    with shown.open("w") as terminal:
        cli = subprocess.Popen([*command, ARN + group], env=environment, stdout=terminal, stderr=subprocess.STDOUT)

    def heard() -> bool:
        put(logs, group, "b", "over the wire")
        return "over the wire" in shown.read_text()

    try:
        wait_until("a line on the terminal", heard)
    finally:
        cli.kill()
        cli.wait()


async def test_a_session_ends_after_three_hours_and_when_its_client_goes() -> None:
    async with in_process() as world:
        await world.call("logs", "CreateLogGroup", logGroupName="g")
        session = await world.open("logs", "StartLiveTail", logGroupIdentifiers=[ARN + "g"])
        stream = session["responseStream"]
        await anext(stream)
        world.clock.advance(SESSION_SECONDS - 1)
        assert "sessionUpdate" in await anext(stream)
        world.clock.advance(1)
        assert list(await anext(stream)) == ["SessionTimeoutException"]
        with pytest.raises(StopAsyncIteration):
            await anext(stream)
        await stream.aclose()
        await stream.aclose()
        assert world.node.live_tails == {"000000000000/us-east-1": 0}

        left = (await world.open("logs", "StartLiveTail", logGroupIdentifiers=[ARN + "g"]))["responseStream"]
        await anext(left)
        waiting = asyncio.ensure_future(anext(left))
        await world.turn()
        left._call.gone.set()
        with pytest.raises(StopAsyncIteration):
            await waiting
        await left.aclose()


async def test_a_fault_of_ours_is_told_inside_the_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    async with in_process() as world:
        await world.call("logs", "CreateLogGroup", logGroupName="g")
        stream = (await world.open("logs", "StartLiveTail", logGroupIdentifiers=[ARN + "g"]))["responseStream"]
        await anext(stream)
        monkeypatch.setattr("tailrace.store.log_arrivals.arrived", None)
        world.clock.advance(1)
        assert list(await anext(stream)) == ["SessionStreamingException"]
        with pytest.raises(StopAsyncIteration):
            await anext(stream)
        await stream.aclose()
