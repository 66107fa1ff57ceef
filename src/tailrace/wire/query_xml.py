"""The query protocol: a form in, XML out. IAM, STS, SNS, and CloudWatch for older SDKs."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from functools import cache
from html import escape
from typing import Any
from urllib.parse import parse_qsl

from tailrace.base.errors import ApiError
from tailrace.wire import attribute_value, error_forms, json_types, model, timestamps
from tailrace.wire.http import HttpRequest, HttpResponse
from tailrace.wire.model import Member, ShapeModel
from tailrace.wire.protocol import Route, Shape, WireProtocol

FIELDS_MAX = 5000
DEPTH_MAX = 20
VALUE = "."  # no part of a name that is split at its dots

Tree = dict[str, Any]
Writer = Callable[[Any], str]

# What XML 1.0 cannot hold, not even escaped.
_not_xml = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class QueryXml:
    """The protocol; without state."""

    def parse(self, route: Route, request: HttpRequest) -> Shape:
        """The members of the request, from the form in its body and from its query string."""
        operation = model.service(route.service).operation(route.operation)
        if operation is None or operation.input is None:
            return {}
        shape: Shape = _read_structure(operation.input, _tree(parameters(request)))
        return shape

    def serialize(self, route: Route, answer: Shape, request_id: str) -> HttpResponse:
        """`<OpResponse><OpResult>...</OpResult><ResponseMetadata>...`; without a result wrapper no result."""
        known = model.service(route.service)
        operation = known.operation(route.operation)
        result = ""
        if operation and operation.output and operation.result_wrapper:
            result = f"  <{operation.result_wrapper}>{_write(operation.output, answer)}</{operation.result_wrapper}>\n"
        body = (
            f'<{route.operation}Response xmlns="{known.xml_namespace}">\n{result}'
            f"  <ResponseMetadata>\n    <RequestId>{escape(request_id)}</RequestId>\n  </ResponseMetadata>\n"
            f"</{route.operation}Response>\n"
        )
        return _response(200, body, request_id)

    def error(self, service: str, error: ApiError, request_id: str) -> HttpResponse:
        """`<ErrorResponse>` with Type Sender below 500 and Receiver above."""
        form = error_forms.form(service, error, "query")
        members = _write(form.shape, dict(error.members)) if form.shape and error.members else ""
        body = (
            f'<ErrorResponse xmlns="{model.service(service).xml_namespace}">\n  <Error>\n'
            f"    <Type>{'Sender' if form.status < 500 else 'Receiver'}</Type>\n    <Code>{_text(form.code)}</Code>\n"
            f"    <Message>{_text(error.message)}</Message>{members}\n  </Error>\n"
            f"  <RequestId>{escape(request_id)}</RequestId>\n</ErrorResponse>\n"
        )
        return _response(form.status, body, request_id)


QUERY_XML: WireProtocol = QueryXml()


def parameters(request: HttpRequest) -> dict[str, str]:
    """All parameters of the query string and of a form in the body; a name that comes twice keeps its last value."""
    texts = [request.query]
    if request.body and request.method == "POST":
        texts.append(request.body.decode("utf-8", "replace"))
    try:
        found = [parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS_MAX) for text in texts]
    except ValueError:
        raise ApiError("MalformedQueryString", "The query string has too many parameters") from None
    return {name: value for pairs in found for name, value in pairs}


# -- reading -----------------------------------------------------------------------------------------------------------


def _tree(fields: dict[str, str]) -> Tree:
    """`A.member.1.B=x` as nested dicts; a value, which may stand beside members of its name, is under VALUE."""
    root: Tree = {}
    for name, value in fields.items():
        node = root
        parts = name.split(".")
        if len(parts) > DEPTH_MAX:
            raise ApiError("MalformedQueryString", f"The parameter name is nested too deeply: {name[:100]}")
        for part in parts:
            node = node.setdefault(part, {})
        node[VALUE] = value
    return root


def _read_structure(shape: ShapeModel, tree: Tree) -> Shape:
    answer: Shape = {}
    for member in shape.members.values():
        if member.wire_name in tree:
            answer[member.name] = _read(member, tree[member.wire_name])
    return answer


def _read(member: Member, tree: Tree) -> Any:
    shape = member.shape
    if shape.type == "structure":
        return _read_structure(shape, tree)
    if shape.type == "list" and shape.element:
        entries = tree if shape.flattened or member.flattened else tree.get(shape.element.wire_name, tree)
        return [_read(shape.element, entry) for entry in _numbered(entries)]
    if shape.type == "map" and shape.key and shape.value:
        entries = tree if shape.flattened or member.flattened else tree.get("entry", {})
        return {
            entry.get(shape.key.location_name or "key", {}).get(VALUE, ""): _read(
                shape.value, entry.get(shape.value.location_name or "value", {})
            )
            for entry in _numbered(entries)
        }
    return _scalar(shape, tree.get(VALUE, ""))


def _numbered(tree: Tree) -> list[Tree]:
    """The entries 1, 2, 3 ... in the order of their numbers."""
    numbers = sorted((int(name), name) for name in tree if name.isdecimal() and len(name) <= 6)
    return [tree[name] for _, name in numbers]


def _scalar(shape: ShapeModel, text: str) -> Any:
    try:
        if shape.type in ("integer", "long"):
            number = int(text) if len(text) <= 20 else None
            bits = 31 if shape.type == "integer" else 63
            if number is None or not -(1 << bits) <= number < 1 << bits:
                raise ValueError(text)
            return number
        if shape.type in ("float", "double"):
            return float(text)
        if shape.type == "boolean":
            return json_types.read_boolean(text)
        if shape.type == "blob":
            return attribute_value.decode(text)
    except (ValueError, ApiError):
        raise ApiError("MalformedInput", f"Invalid value for type {shape.type}: {text[:100]}") from None
    if shape.type == "timestamp":
        seconds = timestamps.parse(text)
        if seconds is None:
            raise ApiError("MalformedInput", f"timestamp must follow ISO8601: {text[:100]}")
        return seconds
    return text


# -- writing -----------------------------------------------------------------------------------------------------------


def _text(value: str) -> str:
    """Text as XML holds it; a carriage return is escaped since parsers turn a bare one into a newline."""
    return escape(_not_xml.sub("\ufffd", value), quote=False).replace("\r", "&#xD;")


@cache
def _scalar_writer(kind: str) -> Writer:
    writers: dict[str, Writer] = {
        "boolean": lambda value: "true" if value else "false",
        "timestamp": timestamps.iso8601,
        "blob": lambda value: b64encode(value).decode("ascii"),
    }
    return writers.get(kind, lambda value: _text(str(value)))


def _write(shape: ShapeModel, value: Any) -> str:
    """The content of an element of this shape."""
    if shape.type == "structure":
        return "".join(
            _write_member(member, value[member.name])
            for member in shape.members.values()
            if value.get(member.name) is not None
        )
    return _scalar_writer(shape.type)(value)


def _write_member(member: Member, value: Any) -> str:
    """The element (of a flattened list or map: the elements) of one member."""
    shape, name = member.shape, member.wire_name
    if shape.type == "list" and shape.element:
        if shape.flattened or member.flattened:
            inner = shape.element.location_name or name
            return "".join(_element(inner, shape.element, entry) for entry in value)
        inner = shape.element.wire_name
        return f"<{name}>{''.join(_element(inner, shape.element, entry) for entry in value)}</{name}>"
    if shape.type == "map" and shape.key and shape.value:
        flat = shape.flattened or member.flattened
        key, inner = shape.key.location_name or "key", shape.value.location_name or "value"
        entries = [f"<{key}>{_text(str(k))}</{key}>{_element(inner, shape.value, v)}" for k, v in value.items()]
        outer = name if flat else "entry"
        content = "".join(f"<{outer}>{entry}</{outer}>" for entry in entries)
        return content if flat else f"<{name}>{content}</{name}>"
    return _element(name, member, value)


def _element(name: str, member: Member, value: Any) -> str:
    if member.shape.type in ("list", "map"):
        return _write_member(Member(name, member.shape), value)
    return f"<{name}>{_write(member.shape, value)}</{name}>"


def _response(status: int, body: str, request_id: str) -> HttpResponse:
    headers = {"x-amzn-RequestId": request_id, "content-type": "text/xml"}
    return HttpResponse(status, headers, body.encode())
