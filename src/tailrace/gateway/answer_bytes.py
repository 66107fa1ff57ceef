"""An answer as HTTP/1.1 has it: status line, headers, body; or the head alone, where pieces follow."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from tailrace.wire.http import HttpResponse

STATUS_LINES: Final = {s.value: f"HTTP/1.1 {s.value} {s.phrase}\r\n" for s in HTTPStatus}
KEEP_ALIVE: Final = "connection: keep-alive\r\n\r\n"  # said, as AWS does, for clients of HTTP/1.0
CLOSE: Final = "connection: close\r\n\r\n"
CHUNKED = "transfer-encoding: chunked\r\n"
BODILESS: Final = frozenset((204, 304))  # No Content, Not Modified: their answers end with the header


def shows_body(response: HttpResponse, method: str) -> bool:
    """Whether the answer to a request of this method has its body behind its head."""
    return method != "HEAD" and response.status not in BODILESS


def encode(response: HttpResponse, head: str, method: str, keep_alive: bool) -> bytes:
    """The bytes of an HTTP/1.1 answer."""
    if response.status in BODILESS:
        return encode_head(response, head, "", keep_alive)
    body = response.body
    encoded = encode_head(response, head, f"content-length: {len(body)}\r\n", keep_alive)
    return encoded if method == "HEAD" else encoded + body


def encode_head(response: HttpResponse, head: str, framing: str, keep_alive: bool) -> bytes:
    """An answer's status line and headers; `framing` is the header that tells where the body ends."""
    status = STATUS_LINES.get(response.status) or f"HTTP/1.1 {response.status} Unknown\r\n"
    cookies = "".join([f"set-cookie: {cookie}\r\n" for cookie in response.cookies]) if response.cookies else ""
    end = KEEP_ALIVE if keep_alive else CLOSE
    return f"{status}{head}{response.lines}{cookies}{framing}{end}".encode("latin-1", "replace")
