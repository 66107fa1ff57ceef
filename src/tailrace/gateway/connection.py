"""One client's connection: HTTP/1.1 with keep-alive and pipelining, under limits.

```
bytes -> httptools -> HttpRequest -> queue -> one task at a time -> HttpResponse -> bytes
```
Requests of one connection are answered in their order. Who sends faster than we answer is not read from any more;
who sends nothing for `IDLE_SECONDS`, or drips a request for longer than that, is cut off.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import cast

import httptools

from tailrace.wire import timestamps
from tailrace.wire.http import HttpRequest, HttpResponse

HEADER_BYTES_MAX = 64 * 1024
HEADERS_MAX = 200
PIPELINE_MAX = 32
IDLE_SECONDS = 75.0
SWEEP_SECONDS = 5.0
STATUS_LINES = {s.value: f"HTTP/1.1 {s.value} {s.phrase}\r\n".encode() for s in HTTPStatus}
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
KEEP_ALIVE = b"connection: keep-alive\r\n\r\n"  # said, as AWS does, for clients of HTTP/1.0
CLOSE = b"connection: close\r\n\r\n"

log = logging.getLogger("tailrace.http")


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is on the other end: the address, as aws:SourceIp sees it."""

    address: str


Answer = Callable[[HttpRequest, Peer], Awaitable[HttpResponse]]


class TooLarge(Exception):
    """The request passes a limit: of its header (431) or of its body (413)."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class Connections:
    """All open connections of a listener: shared settings, the sweep of idle ones, and the orderly end."""

    def __init__(self, answer: Answer, body_bytes_max: int, now: Callable[[], float]) -> None:
        self.answer = answer
        self.body_bytes_max = body_bytes_max
        self._now = now
        self._dated: tuple[int, bytes] = (0, b"")
        self.open: set[Connection] = set()
        self.closing = False
        self._sweeper: asyncio.Task[None] | None = None

    def accept(self) -> Connection:
        """The protocol factory for `loop.create_server`."""
        return Connection(self)

    def start(self) -> None:
        """Begin to cut off idle connections."""
        self._sweeper = asyncio.get_running_loop().create_task(self._sweep())

    def head(self) -> bytes:
        """What every answer starts with: who answers, and when. AWS's SDKs set their clocks by the date."""
        second = int(self._now())
        if second != self._dated[0]:
            self._dated = (second, f"server: Server\r\ndate: {timestamps.rfc822(second)}\r\n".encode())
        return self._dated[1]

    async def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            for connection in list(self.open):
                connection.drop_if_idle(loop.time() - IDLE_SECONDS)

    async def close(self, grace_s: float) -> None:
        """Answer what is being worked on within `grace_s` seconds, then close every connection."""
        self.closing = True
        if self._sweeper:
            self._sweeper.cancel()
        busy = [c.task for c in self.open if c.task]
        for connection in list(self.open):
            connection.close_when_answered()
        if busy:
            _, late = await asyncio.wait(busy, timeout=grace_s)
            for task in late:
                task.cancel()
        for connection in list(self.open):
            connection.abort()


class Connection(asyncio.Protocol):
    """One connection's parser, its queue of requests, and the task that answers them."""

    def __init__(self, connections: Connections) -> None:
        self.connections = connections
        self.task: asyncio.Task[None] | None = None
        self._transport: asyncio.Transport | None = None
        self._peer = Peer("")
        self._queue: deque[tuple[HttpRequest, bool]] = deque()
        self._writable = asyncio.Event()
        self._last_active = 0.0
        self._broken = False
        self._paused = False
        self._parser = httptools.HttpRequestParser(self)
        self._url = b""
        self._headers: dict[str, str] = {}
        self._header_bytes = 0
        self._body: list[bytes] = []
        self._body_bytes = 0

    # -- asyncio.Protocol ------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the client."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but its base class
        address = transport.get_extra_info("peername")
        self._peer = Peer(address[0] if isinstance(address, tuple) else "127.0.0.1")
        self._last_active = asyncio.get_running_loop().time()
        self._writable.set()
        self.connections.open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client. What is being worked on goes on: a write that has begun is not half done."""
        self.connections.open.discard(self)
        self._transport = None
        self._queue.clear()
        self._writable.set()

    def pause_writing(self) -> None:
        """The client reads too slowly: the next answer waits."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """The client has caught up."""
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        """Feed the parser; bytes that are no HTTP end the connection with a 400."""
        if self._broken:
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._broken = True  # the request is answered as plain HTTP; what follows it is no HTTP any more
        except httptools.HttpParserCallbackError as error:
            cause = error.__context__
            self._refuse(cause.status if isinstance(cause, TooLarge) else HTTPStatus.BAD_REQUEST)
        except httptools.HttpParserError:
            self._refuse(HTTPStatus.BAD_REQUEST)

    def eof_received(self) -> bool:
        """A client that half-closes still gets the answers to what it has asked."""
        self._broken = True
        return self.task is not None

    # -- httptools -------------------------------------------------------------------------------------------------

    def on_url(self, url: bytes) -> None:
        """A piece of the request target."""
        self._url += url
        self._count_header(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header. Repeated ones are joined by a comma, as RFC 9110 says."""
        self._count_header(len(name) + len(value))
        if len(self._headers) >= HEADERS_MAX:
            raise TooLarge(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        self._headers[key] = f"{self._headers[key]},{text}" if key in self._headers else text

    def on_headers_complete(self) -> None:
        """Refuse a body that announces itself as too large before a byte of it is read."""
        length = self._headers.get("content-length", "0")
        if length.isdigit() and int(length) > self.connections.body_bytes_max:
            raise TooLarge(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if self._headers.get("expect", "").lower() == "100-continue" and self._transport:
            self._transport.write(CONTINUE)

    def on_body(self, body: bytes) -> None:
        """A piece of the body, chunked or not."""
        self._body_bytes += len(body)
        if self._body_bytes > self.connections.body_bytes_max:
            raise TooLarge(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        self._body.append(body)

    def on_message_complete(self) -> None:
        """A whole request: queue it, and go on reading unless too many wait."""
        target = self._url.decode("latin-1")
        if "://" in target.split("?", 1)[0]:  # absolute form, as a proxy's client sends it
            target = "/" + target.split("://", 1)[1].partition("/")[2]
        path, _, query = target.partition("?")
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        method = self._parser.get_method().decode("latin-1")
        keep = self._parser.should_keep_alive()
        self._queue.append((HttpRequest(method, path, query, self._headers, body), keep))
        self._url, self._headers, self._header_bytes, self._body, self._body_bytes = b"", {}, 0, [], 0
        if len(self._queue) >= PIPELINE_MAX and self._transport:
            self._transport.pause_reading()
            self._paused = True
        if self.task is None:
            self.task = asyncio.get_running_loop().create_task(self._work())

    def _count_header(self, count: int) -> None:
        self._header_bytes += count
        if self._header_bytes > HEADER_BYTES_MAX:
            raise TooLarge(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    # -- answering -------------------------------------------------------------------------------------------------

    async def _work(self) -> None:
        """Answer what is queued, one request after the other."""
        try:
            while self._queue:
                request, keep_alive = self._queue.popleft()
                response = await self.connections.answer(request, self._peer)
                if not self._writable.is_set():
                    await self._writable.wait()
                if self._transport is None:
                    return
                last = self._broken and not self._queue
                keep_alive = keep_alive and not last and not self.connections.closing
                self._transport.write(encode(response, self.connections.head(), request.method, keep_alive))
                if not keep_alive:
                    self._transport.close()
                    return
                if self._paused and len(self._queue) < PIPELINE_MAX:
                    self._paused = False
                    self._transport.resume_reading()
        except asyncio.CancelledError:
            self.abort()
            raise
        finally:
            self.task = None
            with contextlib.suppress(RuntimeError):
                self._last_active = asyncio.get_running_loop().time()
            if self._transport and (self._broken or self.connections.closing):
                self._transport.close()

    def _refuse(self, status: HTTPStatus) -> None:
        """End a connection that can't be understood. Nothing of it was carried out."""
        self._broken = True
        log.info("refused a request of %s: %s", self._peer.address, status.phrase)
        if self._transport and self.task is None:
            refusal = HttpResponse(status, {}, b"")
            self._transport.write(encode(refusal, self.connections.head(), "GET", keep_alive=False))
            self._transport.close()

    def drop_if_idle(self, before: float) -> None:
        """Close a connection on which nothing is being answered and which has been silent since `before`."""
        if self.task is None and self._last_active < before:
            self.abort()

    def close_when_answered(self) -> None:
        """Close now if nothing is being answered, else after that."""
        if self.task is None:
            self.abort()

    def abort(self) -> None:
        """Close without waiting for the client."""
        if self._transport:
            self._transport.close()


def encode(response: HttpResponse, head: bytes, method: str, keep_alive: bool) -> bytes:
    """The bytes of an HTTP/1.1 answer."""
    body = response.body
    lines = [STATUS_LINES.get(response.status) or f"HTTP/1.1 {response.status} Unknown\r\n".encode(), head]
    lines.append(
        "".join(f"{name}: {value}\r\n" for name, value in response.headers.items()).encode("latin-1", "replace")
    )
    if response.status != HTTPStatus.NO_CONTENT:
        lines.append(b"content-length: %d\r\n" % len(body))
    lines.append(KEEP_ALIVE if keep_alive else CLOSE)
    if method != "HEAD":
        lines.append(body)
    return b"".join(lines)
