"""Smithy RPC v2: one URL an operation, CBOR both ways. CloudWatch's protocol of today.

A request is read as JSON's is, by the same readers: a timestamp (tag 1) becomes the number that it is there.
https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import cbor2

from tailrace.base.errors import ApiError
from tailrace.wire import error_forms, json_shapes, model, timestamps
from tailrace.wire.http import HttpRequest, HttpResponse
from tailrace.wire.model import ShapeModel
from tailrace.wire.protocol import Route, Shape, WireProtocol

PROTOCOL = "rpc-v2-cbor"
CONTENT_TYPE = "application/cbor"
DEPTH_MAX = 32
TIMESTAMP = 1  # the tag
_path = re.compile(r"/service/(\w+)/operation/(\w+)")

Writer = Callable[[Any], Any]


def named(path: str) -> tuple[str, str] | None:
    """The service's and the operation's name of a path; None for a path of another protocol."""
    found = _path.fullmatch(path)
    return (found[1], found[2]) if found else None


def is_meant(request: HttpRequest) -> bool:
    """Whether the sender of a request speaks this protocol."""
    return request.headers.get("smithy-protocol") == PROTOCOL and named(request.path) is not None


class RpcCbor:
    """The protocol; without state."""

    def parse(self, route: Route, request: HttpRequest) -> Shape:
        """The members of the request. Raises SerializationException for what is no CBOR, or not of the model's types.

        An operation that needs no members may come without a body.
        """
        found = model.service(route.service).operation(route.operation)
        if found is None or found.input is None or not request.body:
            return {}
        try:
            document = cbor2.loads(request.body, max_depth=DEPTH_MAX, semantic_decoders={TIMESTAMP: _seconds})
        except (cbor2.CBORError, ValueError, OverflowError, TypeError, RecursionError):
            raise ApiError.serialization("Unexpected token received from parser") from None
        shape: Shape = json_shapes.reader(found.input, route.service)(document)
        return shape

    def serialize(self, route: Route, answer: Shape, request_id: str) -> HttpResponse:
        """The answer; an operation without output has an empty body."""
        found = model.service(route.service).operation(route.operation)
        if found is None or found.output is None:
            return _response(200, b"", request_id)
        write = _writer(found.output)
        return _response(200, cbor2.dumps(write(answer) if write else answer), request_id)

    def error(self, service: str, error: ApiError, request_id: str) -> HttpResponse:
        """A refusal: `__type`, the message if there is one, and what else the error carries."""
        form = error_forms.form(service, error)
        body: Shape = {"__type": f"com.amazonaws.{service}#{form.code}", **error.members}
        if error.message:
            body[form.message_key] = error.message
        response = _response(form.status, cbor2.dumps(body), request_id)
        if model.service(service).query_compatible:
            response.headers["x-amzn-query-error"] = error_forms.query_fault(service, form)
        return response


RPC_CBOR: WireProtocol = RpcCbor()


def _seconds(value: Any, *_: Any) -> float:
    if type(value) is not int and type(value) is not float:
        raise ApiError.serialization("Unexpected token received from parser")
    return float(value)


def _response(status: int, body: bytes, request_id: str) -> HttpResponse:
    headers = {"smithy-protocol": PROTOCOL, "x-amzn-RequestId": request_id}
    return HttpResponse(status, {**headers, "content-type": CONTENT_TYPE} if body else headers, body)


@cache
def _writer(shape: ShapeModel) -> Writer | None:
    """The function that makes a value of this shape fit for CBOR, or None where it is fit as it is."""
    if not json_shapes.needs_writer(shape, set()) or shape.type == "blob":
        return None
    if shape.type == "timestamp":
        return lambda value: cbor2.CBORTag(TIMESTAMP, timestamps.number(value))
    if shape.type == "list" and shape.element:
        return _list_writer(shape.element.shape)
    if shape.type == "map" and shape.value:
        return _map_writer(shape.value.shape)
    special = [member for member in shape.members.values() if json_shapes.needs_writer(member.shape, set())]

    def write_structure(value: Any) -> Any:
        answer = dict(value)
        for member in special:
            write = _writer(member.shape)
            if write and answer.get(member.name) is not None:
                answer[member.name] = write(answer[member.name])
        return answer

    return write_structure


def _list_writer(element: ShapeModel) -> Writer:
    def write_list(value: Any) -> Any:
        write = _writer(element)
        return [write(each) for each in value] if write else value

    return write_list


def _map_writer(element: ShapeModel) -> Writer:
    def write_map(value: Any) -> Any:
        write = _writer(element)
        return {name: write(each) for name, each in value.items()} if write else value

    return write_map
