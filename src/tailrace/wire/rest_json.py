"""REST with JSON bodies: the operation in method and path, members in path, query, headers and body. Lambda."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import cache
from typing import Any
from urllib.parse import parse_qs

import orjson

from tailrace.base.errors import ApiError
from tailrace.wire import error_forms, event_stream, json_shapes, json_types, model, overrides, timestamps
from tailrace.wire.http import HttpRequest, HttpResponse
from tailrace.wire.model import Member, OperationModel, ShapeModel
from tailrace.wire.protocol import Route, Shape, WireProtocol

QUERY_FIELDS_MAX = 1000


class RestJson:
    """The protocol; without state."""

    def parse(self, route: Route, request: HttpRequest) -> Shape:
        """The members of the request. Raises SerializationException."""
        operation = _operation(route.service, route.operation)
        if operation.input is None:
            return {}
        shape: Shape = {}
        try:
            fields = parse_qs(request.query, keep_blank_values=True, max_num_fields=QUERY_FIELDS_MAX)
        except ValueError:
            raise ApiError.validation("The request has too many query parameters") from None
        for member in _located(operation.input):
            if member.location == "uri":
                _put(shape, member, route.uri.get(member.wire_name))
            elif member.location == "querystring":
                _put_query(shape, member, fields)
            elif member.location == "header":
                _put(shape, member, request.headers.get(member.wire_name.lower()))
        try:
            shape.update(_body_reader(route.service, route.operation)(request.body))
        except RecursionError:
            raise ApiError.serialization("Unexpected token received from parser") from None
        return shape

    def serialize(self, route: Route, answer: Shape, request_id: str) -> HttpResponse:
        """The answer; its status is the operation's, unless a member with location statusCode says another."""
        operation = _operation(route.service, route.operation)
        status = overrides.STATUS.get((route.service, route.operation), operation.status)
        headers = {"x-amzn-RequestId": request_id}
        output = operation.output
        if output is None:
            return HttpResponse(status, headers, b"")
        rest = dict(answer)
        for member in _located(output):
            value = rest.pop(member.name, None)
            if member.location == "statusCode":
                status = value or status
            elif value is not None and member.location == "header":
                headers[member.wire_name] = _text(value, member)
        events = event_stream.stream_member(output)
        if events and isinstance(rest.get(events.name), AsyncIterator):
            headers["content-type"] = event_stream.CONTENT_TYPE
            return HttpResponse(status, headers, b"", pieces=event_stream.Frames(events.shape, rest[events.name]))
        body = b"" if status == 204 else _body(output, rest)
        if body:
            headers["content-type"] = _content_type(output)
        return HttpResponse(status, headers, body)

    def error(self, service: str, error: ApiError, request_id: str) -> HttpResponse:
        """A refusal: the code in X-Amzn-Errortype, the message, and `Type` where the model has it.

        A handler whose recorded answer has no `Type` says so with the member `Type` None.
        """
        form = error_forms.form(service, error)
        headers = {"x-amzn-RequestId": request_id, "x-amzn-ErrorType": form.code, "content-type": "application/json"}
        body: Shape = {}
        members = dict(error.members)
        if form.shape and "Type" in form.shape.members:
            body["Type"] = "User" if form.status < 500 else "Service"
        if form.shape:
            for member in form.shape.members.values():
                if member.location == "header" and member.name in members:
                    headers[member.wire_name] = _text(members.pop(member.name), member)
        if error.message:
            body[form.message_key] = error.message
        write = form.shape and json_shapes.writer(form.shape)
        body.update(write(members) if write else members)
        known = {name: value for name, value in body.items() if value is not None}
        return HttpResponse(form.status, headers, orjson.dumps(known))


REST_JSON: WireProtocol = RestJson()


def _operation(service: str, name: str) -> OperationModel:
    found = model.service(service).operation(name)
    if found is None:
        raise LookupError(f"{service} has no operation {name}")
    return found


@cache
def _located(shape: ShapeModel) -> tuple[Member, ...]:
    return tuple(member for member in shape.members.values() if member.location is not None)


# -- reading -----------------------------------------------------------------------------------------------------------


def _put(shape: Shape, member: Member, text: str | None) -> None:
    if text is not None:
        shape[member.name] = _scalar(text, member)


def _put_query(shape: Shape, member: Member, fields: dict[str, list[str]]) -> None:
    values = fields.get(member.wire_name)
    if values is None:
        return
    element = member.shape.element
    if element:
        shape[member.name] = [_scalar(text, element) for text in values]
    else:
        shape[member.name] = _scalar(values[0], member)


def _scalar(text: str, member: Member) -> Any:
    """A value from a path, query or header. Raises SerializationException where it is not of the member's type."""
    kind = member.shape.type
    if kind in ("integer", "long"):
        java = "Integer" if kind == "integer" else "Long"
        try:
            number = int(text) if len(text) <= 20 else None
        except ValueError:
            number = None
        if number is None:
            raise json_types.not_a_scalar(text, java)
        return json_types.read_integer(number) if kind == "integer" else json_types.read_long(number)
    if kind in ("float", "double"):
        try:
            return float(text)
        except ValueError:
            raise json_types.not_a_scalar(text, "Double") from None
    if kind == "boolean":
        return json_types.read_boolean(text)
    if kind == "timestamp":
        seconds = timestamps.parse(text)
        if seconds is None:
            raise json_types.not_a_scalar(text, "Date")
        return seconds
    return text


@cache
def _body_reader(service: str, operation: str) -> Callable[[bytes], Shape]:
    """The function that reads the members that stand in the body."""
    shape = _operation(service, operation).input
    if shape is None:
        return lambda body: {}
    if shape.payload:
        member = shape.members[shape.payload]
        if member.shape.type == "blob":
            return lambda body: {member.name: body}
        if member.shape.type == "string":
            return lambda body: {member.name: body.decode("utf-8", "replace")}
        read_payload = json_shapes.reader(member.shape, service)
        return lambda body: {member.name: read_payload(_loads(body))} if body else {}
    if all(member.location for member in shape.members.values()):
        return lambda body: {}
    read = json_shapes.reader(shape, service)
    return lambda body: read(_loads(body)) if body.strip() else {}


def _loads(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise ApiError.serialization("") from None


# -- writing -----------------------------------------------------------------------------------------------------------


def _text(value: Any, member: Member) -> str:
    """A header's text, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if member.shape.type == "timestamp":
        return timestamps.rfc822(value)
    return " ".join(str(value).splitlines())


def _content_type(output: ShapeModel) -> str:
    payload = output.members[output.payload].shape if output.payload else None
    if payload and payload.event_stream:
        return event_stream.CONTENT_TYPE
    return "application/octet-stream" if payload and payload.streaming else "application/json"


def _body(output: ShapeModel, rest: Shape) -> bytes:
    if output.payload:
        member = output.members[output.payload]
        value = rest.get(member.name)
        if value is None:
            return b""
        if member.shape.event_stream:
            return event_stream.encode(member.shape, value)
        if member.shape.type in ("blob", "structure") and isinstance(value, bytes):
            return value
        if member.shape.type == "string":
            return str(value).encode()
        write = json_shapes.writer(member.shape)
        return orjson.dumps(write(value) if write else value)
    write = json_shapes.writer(output)
    return orjson.dumps(write(rest) if write else rest)
