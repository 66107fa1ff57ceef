"""An answer as HTTP/1.1 has it: status line, headers, body; or the head alone, where pieces follow."""

from __future__ import annotations

from http import HTTPStatus

from tailrace.wire.http import HttpResponse

STATUS_LINES = {s.value: f"HTTP/1.1 {s.value} {s.phrase}\r\n".encode() for s in HTTPStatus}
KEEP_ALIVE = b"connection: keep-alive\r\n\r\n"  # said, as AWS does, for clients of HTTP/1.0
CLOSE = b"connection: close\r\n\r\n"
CHUNKED = b"transfer-encoding: chunked\r\n"
BODILESS = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)  # their answers end with the header


def encode(response: HttpResponse, head: bytes, method: str, keep_alive: bool) -> bytes:
    """The bytes of an HTTP/1.1 answer."""
    if response.status in BODILESS:
        return encode_head(response, head, b"", keep_alive)
    framing = b"content-length: %d\r\n" % len(response.body)
    return encode_head(response, head, framing, keep_alive, b"" if method == "HEAD" else response.body)


def encode_head(response: HttpResponse, head: bytes, framing: bytes, keep_alive: bool, body: bytes = b"") -> bytes:
    """An answer's status line and headers, and what there is of the body; `framing` is the header that tells where
    that ends.
    """
    status = STATUS_LINES.get(response.status) or f"HTTP/1.1 {response.status} Unknown\r\n".encode()
    named = "".join([f"{name}: {value}\r\n" for name, value in response.headers.items()])
    if response.cookies:
        named += "".join(f"set-cookie: {cookie}\r\n" for cookie in response.cookies)
    end = KEEP_ALIVE if keep_alive else CLOSE
    return b"".join((status, head, named.encode("latin-1", "replace"), framing, end, body))
