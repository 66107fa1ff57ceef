"""Streams of events, read by botocore."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import botocore.parsers
import botocore.session
import pytest
from botocore.awsrequest import HeadersDict
from botocore.eventstream import EventStream
from botocore.exceptions import EventStreamError

from tailrace.wire import model
from tailrace.wire.protocol import Route
from tailrace.wire.route import PROTOCOLS


class Raw:
    """The part of urllib3's response that botocore reads streams from."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def stream(self) -> Iterator[bytes]:
        yield self.body

    def close(self) -> None:
        pass


def read(service: str, name: str, answer: dict[str, Any], member: str) -> tuple[dict[str, Any], EventStream]:
    """What botocore reads: the members beside the stream, and the stream."""
    protocol = PROTOCOLS[model.service(service).protocol]
    response = protocol.serialize(Route(service, protocol, name), answer, "ID")
    assert response.headers["content-type"] == "application/vnd.amazon.eventstream"
    described = botocore.session.Session().get_service_model(service).operation_model(name)
    parser = botocore.parsers.create_parser(model.service(service).protocol)
    found = parser.parse(
        {
            "status_code": response.status,
            "headers": HeadersDict(response.headers),
            "body": Raw(response.body),
            "context": {"operation_name": name},
        },
        described.output_shape,
    )
    return found, found[member]


def test_lambda_streams_an_answer_in_chunks() -> None:
    events = [{"PayloadChunk": {"Payload": b"one"}}, {"PayloadChunk": {"Payload": b"\xff"}}, {"InvokeComplete": {}}]
    answer = {"EventStream": events, "StatusCode": 200, "ExecutedVersion": "$LATEST"}
    found, stream = read("lambda", "InvokeWithResponseStream", answer, "EventStream")
    assert found["ExecutedVersion"] == "$LATEST"
    assert list(stream) == events


def test_an_rpc_stream_begins_with_the_members_beside_it() -> None:
    """botocore's parser raises NoInitialResponseError where that frame is missing."""
    _, stream = read("logs", "GetLogObject", {"fieldStream": [{"fields": {"data": b"x"}}]}, "fieldStream")
    assert list(stream) == [{"fields": {"data": b"x"}}]


def test_an_error_inside_a_stream_is_raised_by_its_reader() -> None:
    events = [{"SessionTimeoutException": {"message": "over"}}]
    _, stream = read("logs", "StartLiveTail", {"responseStream": events}, "responseStream")
    with pytest.raises(EventStreamError, match="SessionTimeoutException.*over"):
        list(stream)
