"""An answer's headers, as a dict and as the lines that are sent."""

from __future__ import annotations

from tailrace.gateway.answer_bytes import encode
from tailrace.wire.http import HttpResponse

LINES = "x-amzn-RequestId: ID\r\ncontent-type: a: b; c=d\r\nx-empty: \r\n"
HEADERS = {"x-amzn-RequestId": "ID", "content-type": "a: b; c=d", "x-empty": ""}


def test_lines_and_headers_say_the_same() -> None:
    assert HttpResponse(200, None, b"", lines=LINES).headers == HEADERS
    assert HttpResponse(200, HEADERS, b"").lines == LINES


def test_a_header_that_is_changed_is_sent_so() -> None:
    response = HttpResponse(200, None, b"{}", ["a=b", "c=d"], lines=LINES)
    assert response.lines == LINES
    response.headers["content-encoding"] = "gzip"
    response.headers["x-empty"] = "no"
    assert encode(response, "date: today\r\n", "GET", keep_alive=False) == (
        b"HTTP/1.1 200 OK\r\ndate: today\r\nx-amzn-RequestId: ID\r\ncontent-type: a: b; c=d\r\nx-empty: no\r\n"
        b"content-encoding: gzip\r\nset-cookie: a=b\r\nset-cookie: c=d\r\ncontent-length: 2\r\n"
        b"connection: close\r\n\r\n{}"
    )
