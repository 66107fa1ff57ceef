"""No bytes make a fault of ours: whatever comes is either read or refused with an ApiError, and validated likewise."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import orjson
from hypothesis import given, settings
from hypothesis import strategies as some

from tailrace.base.errors import ApiError
from tailrace.wire import model
from tailrace.wire.http import HttpRequest
from tailrace.wire.protocol import Route
from tailrace.wire.route import PROTOCOLS, presumed_service, refusal, route
from tailrace.wire.validate import validator
from tests.unit.wire.samples import SERVICES, Samples

few = settings(max_examples=150)

OPERATIONS = [(service, name) for service in SERVICES for name in model.service(service).operation_names]
operations = some.sampled_from(OPERATIONS)
scalars = some.none() | some.booleans() | some.integers(-(2**63), 2**63) | some.floats(allow_nan=False) | some.text()
WORDS = ["S", "N", "B", "SS", "M", "L", "TableName", "Item", "Keys", "__type", ""]
PATHS = ["/", "/2015-03-31/functions/%ff/code", "//"]
SCOPES = [f"Credential=a/20260101/r/{service}/aws4_request" for service in SERVICES]
FIELDS = ["Tags.member.1.Key", "Tags.member.x", "Tags.member", "Tags.member.1", "Tags", "Path.a", "1", "", "."]
names = some.sampled_from(WORDS) | some.text()
documents = some.recursive(
    scalars, lambda inner: some.lists(inner, max_size=3) | some.dictionaries(names, inner, max_size=3), max_leaves=12
)


def take(service: str, operation: str, request: HttpRequest, uri: dict[str, str] | None = None) -> None:
    """What the gateway does with a request, up to its handler."""
    protocol = PROTOCOLS[model.service(service).protocol]
    try:
        shape = protocol.parse(Route(service, protocol, operation, uri or {}), request)
        validator(service, operation)(shape)
    except ApiError as error:
        assert protocol.error(service, error, "ID").status < 500  # noqa: PT017 - both outcomes are right


@few
@given(
    method=some.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    path=some.text().map(lambda text: "/" + quote(text)) | some.sampled_from(PATHS),
    query=some.text() | some.sampled_from(["Action=%ff", "X-Amz-Credential=a", "X-Amz-Credential=/////", "&&=&"]),
    headers=some.dictionaries(
        some.sampled_from(["authorization", "x-amz-target", "content-type"]),
        some.text() | some.sampled_from([*SCOPES, "DynamoDB_20120810.", "Logs_20140328.GetQuery"]),
    ),
    body=some.binary(),
)
def test_any_request_is_routed_or_refused(**parts: Any) -> None:
    request = HttpRequest(**parts)
    try:
        found = route(request)
    except ApiError as error:
        assert refusal(request, presumed_service(request), error, "ID").status < 500  # noqa: PT017
    else:
        with suppress(ApiError):
            found.protocol.parse(found, request)


@few
@given(operation=operations, body=some.binary())
def test_any_bytes_as_a_body(operation: tuple[str, str], body: bytes) -> None:
    take(*operation, HttpRequest("POST", "/", "", {}, body))


@few
@given(operation=operations, document=documents)
def test_any_json_as_a_body(operation: tuple[str, str], document: Any) -> None:
    take(*operation, HttpRequest("POST", "/", "", {}, orjson.dumps(document, option=orjson.OPT_PASSTHROUGH_SUBCLASS)))


@few
@given(operation=operations, seed=some.integers(0, 50), data=some.data())
def test_a_request_with_one_member_replaced(operation: tuple[str, str], seed: int, data: Any) -> None:
    described = model.service(operation[0]).operation(operation[1])
    assert described
    if not described.input:
        return
    _, shape = Samples(str(seed), whole_seconds=True).of(described.input)
    shape = orjson.loads(orjson.dumps(shape, default=lambda value: value.decode("latin-1")))
    node: Any = shape
    while isinstance(node, dict | list) and node:
        key = data.draw(some.sampled_from(list(node) if isinstance(node, dict) else range(len(node))))
        if not isinstance(node[key], dict | list) or not node[key] or data.draw(some.booleans()):
            node[key] = data.draw(documents)
            break
        node = node[key]
    take(*operation, HttpRequest("POST", "/", "", {}, orjson.dumps(shape)))


@few
@given(
    operation=operations,
    fields=some.dictionaries(some.text() | some.sampled_from(FIELDS), some.text()),
)
def test_any_form_and_any_query_string(operation: tuple[str, str], fields: dict[str, str]) -> None:
    form = urlencode(fields, errors="replace")
    uri = {"FunctionName": form[:200], "UUID": form[:10]}
    take(*operation, HttpRequest("POST", "/", "", {}, form.encode()), uri)
    take(*operation, HttpRequest("POST", "/", form, {}, b""), uri)


@few
@given(texts=some.dictionaries(some.sampled_from(["Path", "RoleName", "Description", "Arn"]), some.text(), min_size=1))
def test_any_text_makes_well_formed_xml(texts: dict[str, str]) -> None:
    protocol = PROTOCOLS["query"]
    for response in (
        protocol.serialize(Route("iam", protocol, "GetRole"), {"Role": texts}, "ID"),
        protocol.error("iam", ApiError("NoSuchEntity", next(iter(texts.values()))), "ID"),
    ):
        ElementTree.fromstring(response.body)
