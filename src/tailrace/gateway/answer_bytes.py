"""An answer as HTTP/1.1 has it: status line, headers, body; or the head alone, where pieces follow."""

from __future__ import annotations

from functools import lru_cache
from http import HTTPStatus
from typing import Final

from tailrace.wire.http import HttpResponse

STATUS_LINES: Final = {s.value: f"HTTP/1.1 {s.value} {s.phrase}\r\n" for s in HTTPStatus}
KEEP_ALIVE = "connection: keep-alive\r\n\r\n"  # said, as AWS does, for clients of HTTP/1.0
CLOSE = "connection: close\r\n\r\n"
CHUNKED = "transfer-encoding: chunked\r\n"
BODILESS: Final = frozenset((204, 304))  # No Content, Not Modified: their answers end with the header


def shows_body(response: HttpResponse, method: str) -> bool:
    """Whether the answer to a request of this method has its body behind its head."""
    return method != "HEAD" and response.status not in BODILESS


def encode(response: HttpResponse, head: str, method: str, keep_alive: bool) -> bytes:
    """The bytes of an HTTP/1.1 answer."""
    if response.status in BODILESS:
        return encode_head(response, head, "", keep_alive)
    headers, body = response.headers, response.body
    if response.cookies:
        encoded = encode_head(response, head, f"content-length: {len(body)}\r\n", keep_alive)
    else:
        parts = _form(response.status, tuple(headers), keep_alive).copy()
        parts[1::2] = (head, *headers.values(), str(len(body)))
        encoded = "".join(parts).encode("latin-1", "replace")
    return encoded if method == "HEAD" else encoded + body


@lru_cache(256)
def _form(status: int, names: tuple[str, ...], keep_alive: bool) -> list[str]:
    """What stands between the variable parts of an answer with these headers, each followed by a place for one: what
    all answers start with, each header's value, the body's length.
    """
    line = STATUS_LINES.get(status) or f"HTTP/1.1 {status} Unknown\r\n"
    ends = ["", *["\r\n"] * len(names)]
    parts = [line]
    for end, name in zip(ends, [*names, "content-length"], strict=True):
        parts += ["", f"{end}{name}: "]
    return [*parts, "", f"\r\n{KEEP_ALIVE if keep_alive else CLOSE}"]


def encode_head(response: HttpResponse, head: str, framing: str, keep_alive: bool) -> bytes:
    """An answer's status line and headers; `framing` is the header that tells where the body ends."""
    status = STATUS_LINES.get(response.status) or f"HTTP/1.1 {response.status} Unknown\r\n"
    named = "".join([f"{name}: {value}\r\n" for name, value in response.headers.items()])
    if response.cookies:
        named += "".join(f"set-cookie: {cookie}\r\n" for cookie in response.cookies)
    text = f"{status}{head}{named}{framing}{KEEP_ALIVE if keep_alive else CLOSE}"
    return text.encode("latin-1", "replace")
