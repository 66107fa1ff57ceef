"""The form of a client's requests: what is read by it is what the parser would have read."""

from __future__ import annotations

import httptools
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.gateway.forms import FORMS_MAX, LEARNED_MAX, Forms, form_of
from tailrace.wire.http import COPIED_BYTES_MAX, HttpRequest

DIGEST, OTHER = "0f" * 32, "a7" * 32
INVOCATION = "5d1a0f3e-5f66-4a3c-8ab2-7c3f2b1f9f10"
SIGNED = "AWS4-HMAC-SHA256 Credential=AKIA/20261129/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature="


def sent(
    body: bytes = b"{}", digest: str = DIGEST, date: str = "20261129T224002Z", more: str = "", length: str = ""
) -> bytes:
    """A request as boto3 sends it."""
    head = (
        f"POST / HTTP/1.1\r\nHost: localhost:8000\r\nX-Amz-Target: DynamoDB_20120810.GetItem\r\nX-Amz-Date: {date}\r\n"
        f"Authorization: {SIGNED}{digest}\r\namz-sdk-invocation-id: {INVOCATION}\r\n{more}"
        f"Content-Length: {length or len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Parsed:
    """What httptools makes of bytes: the whole requests in them."""

    def __init__(self, data: bytes) -> None:
        self.requests: list[HttpRequest] = []
        self._headers: dict[str, str] = {}
        self._body = b""
        try:
            httptools.HttpRequestParser(self).feed_data(data)
        except httptools.HttpParserError:
            self.requests.clear()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        self.requests.append(HttpRequest("POST", "/", "", self._headers, self._body))
        self._headers, self._body = {}, b""


def members(request: HttpRequest | None) -> tuple[object, ...] | None:
    """What a request holds, to be compared."""
    if request is None:
        return None
    return request.method, request.path, request.query, request.headers, request.body, request.version


def learned(data: bytes) -> Forms:
    [request] = Parsed(data).requests
    forms = Forms()
    forms.learn(data, request)
    return forms


def test_what_changes_with_every_request_is_read_from_it() -> None:
    forms = learned(sent())
    later = sent(b'{"TableN', OTHER, "20261130T000000Z")
    request = forms.read(later)
    assert members(request) == members(Parsed(later).requests[0])
    assert request is not None
    assert request.headers["authorization"] == SIGNED + OTHER
    assert request.headers["x-amz-date"] == "20261130T000000Z"
    assert (request.headers["content-length"], request.body) == ("8", b'{"TableN')


def test_requests_of_one_form_know_what_they_have_in_common() -> None:
    forms = learned(sent())
    first, second = forms.read(sent(b"{1")), forms.read(sent(b"{2", OTHER))
    assert first is not None
    assert second is not None
    assert first.alike is not None
    assert first.alike is second.alike
    assert first.alike.changing.keys() == {"authorization", "x-amz-date", "amz-sdk-invocation-id", "content-length"}
    more = sent(more="X-Another: 1\r\n")
    forms.learn(more, Parsed(more).requests[0])
    another = forms.read(more)
    assert another is not None
    assert another.alike is not first.alike


def test_an_end_is_told_without_the_headers() -> None:
    request = learned(sent()).read(sent(b"{1", OTHER))
    assert request is not None
    assert (request.end("authorization"), request.end("content-length"), request.end("host")) == (OTHER, "2", "")
    assert HttpRequest("POST", "/", "", {"authorization": SIGNED + OTHER}, b"").end("authorization") == ""


@pytest.mark.parametrize("size", [COPIED_BYTES_MAX, COPIED_BYTES_MAX + 1])
def test_a_large_body_is_looked_through_where_it_lies(size: int) -> None:
    data, body = sent(b"1" * size), b"2" * size
    later = sent(body)
    request = learned(data).read(later)
    assert request is not None
    assert request.size == size
    assert request.body_in_place() == body
    assert (request.data is later) == (size > COPIED_BYTES_MAX)
    assert request.body == request.data == request.body_in_place() == body
    assert request.size == size
    request.body = b"inflated"
    assert (request.body, request.size) == (b"inflated", 8)


def test_reading_changes_nothing_of_the_form() -> None:
    forms = learned(sent())
    first = forms.read(sent(digest=OTHER))
    assert first is not None
    first.headers["host"] = "changed"
    second = forms.read(sent())
    assert second is not None
    assert second.headers["host"] == "localhost:8000"
    assert second.headers["authorization"] == SIGNED + DIGEST


@pytest.mark.parametrize(
    "data",
    [
        sent(more="X-Another: 1\r\n"),
        sent(b"{}" * 50),  # three digits of length: a form of its own
        sent() + b"GET / HTTP/1.1\r\n\r\n",
        sent()[:-1],
        sent()[:200],
        sent(length="3"),
        sent(length="1"),
        sent(digest="\r\nEvil: 1\r\n" + DIGEST[11:]),
        sent(digest="é".encode().decode("latin-1") * 16 + DIGEST[32:]),
        sent(date="20261129T22400 Z"),
        sent(digest=DIGEST[:-1] + " "),
        sent().replace(b"Target: DynamoDB", b"Target: dynamoDB"),
        sent().replace(b"\r\n\r\n", b"\n\r\n\r"),
        b"",
    ],
)
def test_anything_else_is_left_to_the_parser(data: bytes) -> None:
    assert learned(sent()).read(data) is None


@pytest.mark.parametrize(
    "data",
    [
        sent(more="Expect: 100-continue\r\n"),
        sent().replace(b"POST /", b"POST /a"),
        sent().replace(b"POST", b"GET"),
        sent(b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked") + b"2\r\n{}\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
)
def test_what_has_no_form(data: bytes) -> None:
    [request] = Parsed(data).requests
    assert form_of(data, request) is None


def test_a_client_without_a_form_is_given_up() -> None:
    forms = Forms()
    for number in range(LEARNED_MAX + 1):
        data = sent(more=f"X-Trace: {number}\r\n")
        forms.learn(data, Parsed(data).requests[0])
    assert forms.read(sent(more=f"X-Trace: {LEARNED_MAX - 1}\r\n")) is not None
    assert forms.read(sent(more=f"X-Trace: {LEARNED_MAX}\r\n")) is None
    assert forms.read(sent(more=f"X-Trace: {LEARNED_MAX - 1 - FORMS_MAX}\r\n")) is None


@given(
    place=st.integers(0, 460),
    put=st.sampled_from([b"\r", b"\n", b"\r\n", b"\0", b"-", b":", b" ", b"\t", b"\xff", b"a", b"1", b"\r\n\r\n", b""]),
    cut=st.integers(0, 3),
)
def test_whatever_is_changed_is_read_as_the_parser_reads_it(place: int, put: bytes, cut: int) -> None:
    data = sent(b'{"a":"b"}')
    changed = data[:place] + put + data[place + cut :]
    request = learned(data).read(changed)
    assert request is None or [members(request)] == [members(each) for each in Parsed(changed).requests]


def test_a_form_that_is_in_use_stays_where_others_come_and_go() -> None:
    used, forms = sent(), learned(sent())
    for number in range(FORMS_MAX * 2):
        other = sent(more=f"X-Number: {number:02}\r\n")
        forms.learn(other, Parsed(other).requests[0])
        assert members(forms.read(used)) == members(Parsed(used).requests[0])
