"""Every operation, both ways, with botocore's real serializers and parsers on the other side."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import botocore.parsers
import botocore.serialize
import botocore.session
import pytest
from botocore.awsrequest import HeadersDict, create_request_object, prepare_request_dict
from botocore.model import OperationModel

from tailrace.wire import model
from tailrace.wire.http import HttpRequest
from tailrace.wire.model import ShapeModel
from tailrace.wire.protocol import Route
from tailrace.wire.route import route
from tests.unit.wire.samples import SERVICES, Samples

# Their answers are streams of events: test_event_stream.py.
EVENT_STREAMS = {("lambda", "InvokeWithResponseStream"), ("logs", "StartLiveTail"), ("logs", "GetLogObject")}
SCOPE = "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=0"


@cache
def botocore_operation(service: str, name: str) -> OperationModel:
    return botocore_service(service).operation_model(name)


@cache
def botocore_service(service: str) -> Any:
    return botocore.session.Session().get_service_model(service)


def sent(service: str, name: str, parameters: dict[str, Any]) -> HttpRequest:
    """The request that botocore makes of these parameters."""
    protocol = model.service(service).protocol
    serializer = botocore.serialize.create_serializer(protocol, include_validation=False)
    request = serializer.serialize_to_request(parameters, botocore_operation(service, name))
    prepare_request_dict(request, "http://127.0.0.1:4566")
    prepared = create_request_object(request).prepare()
    url = urlsplit(prepared.url)
    headers = {k.lower(): v.decode() if isinstance(v, bytes) else str(v) for k, v in prepared.headers.items()}
    headers["authorization"] = SCOPE.format(model.service(service).signing_name)
    body = prepared.body or b""
    return HttpRequest(prepared.method, url.path, url.query, headers, body.encode() if isinstance(body, str) else body)


def received(service: str, name: str, route: Route, answer: dict[str, Any]) -> dict[str, Any]:
    """What botocore reads out of our answer."""
    response = route.protocol.serialize(route, answer, "REQUEST-ID")
    parser = botocore.parsers.create_parser(model.service(service).protocol)
    described = botocore_operation(service, name)
    streaming = described.has_streaming_output  # boto3 hands those bodies on unread
    body: Any = BytesIO(response.body) if streaming else response.body
    found = parser.parse(
        {"status_code": response.status, "headers": HeadersDict(response.headers), "body": body},
        described.output_shape,
    )
    told = found.pop("ResponseMetadata").get("RequestId")
    assert told == "REQUEST-ID" or described.output_shape is None  # of an empty CBOR answer botocore reads no header
    return plain({key: value.read() if value is body else value for key, value in found.items()})


def plain(value: Any) -> Any:
    """The same with seconds for datetimes, so that time zones do not matter."""
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, dict):
        return {name: plain(content) for name, content in value.items()}
    return [plain(content) for content in value] if isinstance(value, list) else value


def has_event_stream(shape: ShapeModel | None) -> bool:
    return shape is not None and any(member.shape.event_stream for member in shape.members.values())


@pytest.mark.parametrize("service", SERVICES)
def test_what_botocore_sends_is_what_a_handler_gets(service: str) -> None:
    for name in model.service(service).operation_names:
        operation = model.service(service).operation(name)
        assert operation
        samples = Samples(name, whole_seconds=True)
        theirs, ours = samples.of(operation.input) if operation.input else ({}, {})
        request = sent(service, name, theirs)
        found = route(request)
        assert (found.service, found.operation) == (service, name)
        assert found.protocol.parse(found, request) == ours, name


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_handler_answers_is_what_botocore_reads(service: str) -> None:
    for name in model.service(service).operation_names:
        operation = model.service(service).operation(name)
        assert operation
        if (service, name) in EVENT_STREAMS:
            assert has_event_stream(operation.output)
            continue
        whole = model.service(service).protocol == "query"
        theirs, ours = Samples(name, whole_seconds=whole).of(operation.output) if operation.output else ({}, {})
        if operation.output:
            for member in operation.output.members.values():
                if member.location == "statusCode":
                    theirs[member.name] = ours[member.name] = 202
        here = Route(service, route(sent(service, name, minimal(operation.input))).protocol, name)
        assert received(service, name, here, ours) == plain(theirs), name


def minimal(shape: ShapeModel | None) -> dict[str, Any]:
    return Samples("minimal", whole_seconds=True).of(shape)[0] if shape else {}


@pytest.mark.parametrize(
    ("service", "name"), [("dynamodb", "ListTables"), ("lambda", "ListFunctions"), ("iam", "ListUsers")]
)
def test_a_request_without_members_is_an_empty_shape(service: str, name: str) -> None:
    request = sent(service, name, {})
    found = route(request)
    assert found.protocol.parse(found, request) == {}
