"""AWS JSON 1.0 and 1.1: one URL, the operation in X-Amz-Target, JSON both ways. DynamoDB, Streams, Logs, SQS,
and CloudWatch for older SDKs.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import cache
from typing import Final, cast

import orjson

from tailrace.base import long_text
from tailrace.base.compression import crc32
from tailrace.base.errors import ApiError
from tailrace.wire import error_forms, event_stream, json_shapes, model
from tailrace.wire.http import HttpRequest, HttpResponse
from tailrace.wire.protocol import Route, Shape, WireProtocol

CHECKSUMMED: Final = frozenset(("dynamodb", "dynamodbstreams"))  # AWS sends x-amz-crc32 with these alone
# The prefixes of __type in DynamoDB and Streams. Recorded on AWS by dynalite's suite; Logs has bare names.
FRONT_END_TYPE = "com.amazon.coral.service#"
VALIDATION_TYPE = "com.amazon.coral.validate#"
MODEL_TYPE = "com.amazonaws.dynamodb.v20120810#"
THROTTLING_TYPE = "com.amazon.coral.availability#"
WRONG_CONTENT_TYPE_BODY = b"<UnknownOperationException/>\n"


class JsonRpc:
    """The protocol; without state."""

    def parse(self, route: Route, request: HttpRequest) -> Shape:
        """The members of the request. An empty or broken body is a SerializationException without a text."""
        try:
            document = long_text.loads(request.data, request.start)
        except orjson.JSONDecodeError:
            raise ApiError.serialization("") from None
        try:
            known: _Known = route.known or _know(route)
            shape: Shape = known.read(document)
        except RecursionError:
            raise ApiError.serialization("Unexpected token received from parser") from None
        return shape

    def serialize(self, route: Route, answer: Shape, request_id: str) -> HttpResponse:
        """The answer; an operation without output has an empty body (TagResource, CreateLogGroup)."""
        known: _Known = route.known or _know(route)
        events = known.events
        if events:
            beside = {name: value for name, value in answer.items() if name != events.name}
            first: bytes = event_stream.initial_response(beside)
            coming = answer.get(events.name, ())
            headers = {"x-amzn-RequestId": request_id, "content-type": event_stream.CONTENT_TYPE}
            if isinstance(coming, AsyncIterator):
                frames = event_stream.Frames(events.shape, cast("event_stream.Events", coming), first)
                return HttpResponse(200, headers, b"", pieces=frames)
            return HttpResponse(200, headers, first + event_stream.encode(events.shape, coming))
        if known.empty and not answer:
            body = b""
        else:
            write = known.write
            body = orjson.dumps(write(answer) if write else answer)
        return _response(route.service, 200, body, request_id, known.content_type)

    def error(self, service: str, error: ApiError, request_id: str) -> HttpResponse:
        """A refusal: `__type`, the message if there is one, and what else the error carries."""
        form = error_forms.form(service, error)
        if form.status == 404 and form.code == "UnknownOperationException":
            return _response(service, 404, WRONG_CONTENT_TYPE_BODY, request_id)
        body: Shape = {"__type": _type_prefix(service, form) + form.code}
        if error.message:
            body[form.message_key] = error.message
        members = dict(error.members)
        write = form.shape and json_shapes.writer(form.shape)
        body.update(write(members) if write else members)
        response = _response(service, form.status, orjson.dumps(body), request_id, _content_type(service))
        if model.service(service).query_compatible:
            response.headers["x-amzn-query-error"] = error_forms.query_fault(service, form)
        return response


JSON_RPC: WireProtocol = JsonRpc()


class _Known:
    """What the model says of a route's operation: how its requests are read and its answers written (None: orjson takes
    them as they are), whether it has no output, the member that is a stream of events, and the answers' content type.
    """

    __slots__ = ("content_type", "empty", "events", "read", "write")

    def __init__(self, service: str, operation: str) -> None:
        found = model.service(service).operation(operation)
        taken, given = (found.input, found.output) if found else (None, None)
        self.read = json_shapes.reader(taken, service) if taken else json_shapes.structure_reader([], "Object", service)
        self.write = json_shapes.writer(given) if given else None
        self.empty = given is None
        self.events = event_stream.stream_member(given)
        self.content_type = _content_type(service)


def _know(route: Route) -> _Known:
    """What is known of a route's operation, kept there for the next request that takes it."""
    known = route.known = _Known(route.service, route.operation)
    return known


@cache
def _content_type(service: str) -> str:
    return f"application/x-amz-json-{model.service(service).json_version}"


def _type_prefix(service: str, form: error_forms.ErrorForm) -> str:
    if model.service(service).query_compatible:
        return FRONT_END_TYPE if form.shape is None else f"com.amazonaws.{service}#"
    if service not in CHECKSUMMED:
        return ""
    if form.code == "ValidationException":
        return VALIDATION_TYPE
    if form.code == "ThrottlingException":
        return THROTTLING_TYPE
    return FRONT_END_TYPE if form.code in error_forms.FRONT_END else MODEL_TYPE


def _response(service: str, status: int, body: bytes, request_id: str, content_type: str = "") -> HttpResponse:
    kind = f"content-type: {content_type}\r\n" if content_type else ""
    checksum = f"x-amz-crc32: {crc32(body)}\r\n" if service in CHECKSUMMED else ""
    return HttpResponse(status, None, body, lines=f"x-amzn-RequestId: {request_id}\r\n{kind}{checksum}")
