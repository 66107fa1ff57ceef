"""The Lambda Runtime API of one environment: an HTTP server on loopback that its code polls for work.

```
GET  /2018-06-01/runtime/invocation/next            long poll; the code is ready for work
POST /2018-06-01/runtime/invocation/{id}/response   what the handler returned
POST /2018-06-01/runtime/invocation/{id}/error      what it raised
POST /2018-06-01/runtime/init/error                 the code could not be loaded
```
A response with `Lambda-Runtime-Function-Response-Mode: streaming` is passed on while it comes, where the caller wants
that; trailers tell an error in the midst of it.
Each environment has a listener of its own, because AWS's clients know a host and a port and no path or secret; who
connects must be a process of that environment (`peers`). Source:
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import cast

import httptools

from tailrace.runtime.peers import Address, held_by
from tailrace.runtime.response_stream import STREAM_BYTES_MAX, ResponseStream
from tailrace.runtime.spec import RESPONSE_BYTES_MAX

PREFIX = "/2018-06-01/runtime"
INVOCATION = re.compile(rf"{PREFIX}/invocation/([^/]+)/(response|error)")
CONNECTIONS_MAX = 64
HEADER_BYTES_MAX = 2 * 1024 * 1024  # the Python client sends X-Ray causes of up to 1 MB in a header
TRUNCATED_SECONDS = 0.2  # how long the end of the process, which says more, may come after the end of its connection
TRUNCATED = b'{"errorType":"Runtime.TruncatedResponse","errorMessage":"Response truncated"}'
ACCEPTED = b'{"status":"OK"}\n'


@dataclass(frozen=True, slots=True)
class Work:
    """One invocation, as the code gets it; `stream` takes the response piece by piece, where the caller wants that."""

    request_id: str
    payload: bytes
    headers: Mapping[str, str]
    stream: ResponseStream | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What the code sent back: `response`, `error`, `init/error`, or `too large` for a response over the limit.

    The body of a response that was streamed has gone to its stream.
    """

    kind: str
    body: bytes
    error_type: str | None = None
    content_type: str = ""


class RuntimeApi:
    """The listener and the state of the conversation: at most one piece of work at a time."""

    def __init__(self) -> None:
        self.address = ""
        self.owners: Callable[[], list[int]] = list  # the processes that may talk here
        self.ready = asyncio.Event()  # the code has asked for work since it got the last
        self._reports: asyncio.Queue[Report] = asyncio.Queue(1)
        self._server: asyncio.Server | None = None
        self._private = False
        self._connections: set[Connection] = set()
        self._waiting: Connection | None = None
        self._offered: Work | None = None
        self._current: str | None = None
        self._stream: ResponseStream | None = None

    async def start(self) -> None:
        """Listen on a free port of the loopback interface."""
        self._server = await asyncio.get_running_loop().create_server(lambda: Connection(self), "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()[:2]
        self.address = f"{host}:{port}"

    async def listen(self, door: socket.socket) -> None:
        """Listen on a socket that this environment alone can reach."""
        self._private = True
        self._server = await asyncio.get_running_loop().create_server(lambda: Connection(self), sock=door)

    def offer(self, work: Work) -> None:
        """Give the code its next piece of work, now or when it asks."""
        self._offered = work
        self._deliver()

    async def report(self) -> Report:
        """Wait for what the code has to say about its work or its start."""
        return await self._reports.get()

    def close(self) -> None:
        """Stop listening and cut every connection."""
        if self._server:
            self._server.close()
            self._server = None
        for connection in list(self._connections):
            connection.abort()

    # -- what connections call -------------------------------------------------------------------------------------

    def opened(self, connection: Connection) -> bool:
        """A client connected; False when there are too many."""
        self._connections.add(connection)
        return len(self._connections) <= CONNECTIONS_MAX

    def admits(self, near: Address, far: Address) -> bool:
        """Whether the other end is this environment's code, and not another's that has found the port."""
        return self._private or held_by(near, far, self.owners())

    def closed(self, connection: Connection) -> None:
        """A client went away; work that it was waiting for stays for the next one."""
        self._connections.discard(connection)
        if self._waiting is connection:
            self._waiting = None

    def truncated(self, stream: ResponseStream) -> None:
        """A client went away in the midst of a streamed response."""
        asyncio.get_running_loop().call_later(TRUNCATED_SECONDS, self._give_up, stream)

    def _give_up(self, stream: ResponseStream) -> None:
        if self._stream is stream and not self._reports.full():
            self._current = self._stream = None
            self._reports.put_nowait(Report("error", TRUNCATED, "Runtime.TruncatedResponse"))

    def answer(self, connection: Connection, method: str, path: str, body: Body) -> None:
        """Serve one request."""
        if (method, path) == ("GET", f"{PREFIX}/invocation/next"):
            self._waiting = connection
            self.ready.set()
            self._deliver()
        elif method == "POST" and path == f"{PREFIX}/init/error":
            self._accept(connection, Report("init/error", bytes(body.data), body.error_type))
        elif method == "POST" and (match := INVOCATION.fullmatch(path)):
            self._finish(connection, match[1], match[2], body)
        else:
            connection.refuse(HTTPStatus.NOT_FOUND, "InvalidPath", "There is no such path in the Runtime API")

    def _deliver(self) -> None:
        if self._waiting is None or self._offered is None:
            return
        work, connection = self._offered, self._waiting
        self._offered = self._waiting = None
        self._current = work.request_id
        self._stream = work.stream
        self.ready.clear()
        connection.send(HTTPStatus.OK, work.payload, work.headers)

    def stream_of(self, method: str, path: str) -> ResponseStream | None:
        """Where the body of this request goes while it comes; None for all but a response to who reads it so."""
        match = INVOCATION.fullmatch(path) if method == "POST" and self._stream else None
        return self._stream if match and match[1] == self._current and match[2] == "response" else None

    def _finish(self, connection: Connection, request_id: str, kind: str, body: Body) -> None:
        if request_id != self._current:
            connection.refuse(HTTPStatus.BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
            return
        self._current = self._stream = None
        if body.too_large and kind == "response":
            self._reports.put_nowait(Report("too large", b""))
            limit = STREAM_BYTES_MAX if body.stream else RESPONSE_BYTES_MAX
            text = f"Exceeded maximum allowed payload size ({limit} bytes)."
            connection.refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "RequestEntityTooLarge", text)
            return
        if body.broke_off and kind == "response":
            self._accept(connection, Report("error", body.error(), body.error_type))
            return
        self._accept(connection, Report(kind, bytes(body.data), body.error_type, body.content_type))

    def _accept(self, connection: Connection, report: Report) -> None:
        if self._reports.full():
            connection.refuse(HTTPStatus.FORBIDDEN, "InvalidStateTransition", "Nothing is to be reported now")
            return
        self._reports.put_nowait(report)
        connection.send(HTTPStatus.ACCEPTED, ACCEPTED)


class Body:
    """A request's body up to the limit of a response, or passed on to a stream; what is beyond the limit is counted as
    too large, and not kept.
    """

    __slots__ = ("broke_off", "content_type", "data", "error_body", "error_type", "stream", "streaming", "too_large")

    def __init__(self) -> None:
        self.data = bytearray()
        self.stream: ResponseStream | None = None
        self.streaming = False  # as its header says
        self.too_large = False
        self.broke_off = False  # its trailers tell an error
        self.content_type = ""
        self.error_type: str | None = None
        self.error_body = ""

    def add(self, chunk: bytes) -> None:
        """Take the next bytes."""
        if self.stream:
            self.too_large = self.too_large or not self.stream.feed(chunk)
        elif len(self.data) + len(chunk) > RESPONSE_BYTES_MAX:
            self.too_large = True
            self.data.clear()
        elif not self.too_large:
            self.data += chunk

    def error(self) -> bytes:
        """The error object of the trailers, which comes in base64."""
        try:
            return base64.b64decode(self.error_body, validate=True)
        except binascii.Error:
            return b""


class Connection(asyncio.Protocol):
    """One client's connection; keep-alive, one request at a time, as every runtime client sends them."""

    def __init__(self, api: RuntimeApi) -> None:
        self._api = api
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._url = b""
        self._header_bytes = 0
        self._body = Body()
        self._in_body = False
        self._refused = False
        self._known = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a place among the connections, if there is one."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop has no common base class to check for
        if not self._api.opened(self):
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the place up."""
        self._transport = None
        if self._in_body and self._body.stream:
            self._api.truncated(self._body.stream)
        self._api.closed(self)

    def data_received(self, data: bytes) -> None:
        """Parse; whoever doesn't speak HTTP is cut off."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.abort()

    def abort(self) -> None:
        """Cut the connection."""
        if self._transport:
            self._transport.abort()

    # -- httptools -------------------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """A request begins."""
        self._url, self._header_bytes, self._body, self._in_body = b"", 0, Body(), False

    def on_url(self, url: bytes) -> None:
        """A piece of its path."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header, under a limit of them all."""
        self._header_bytes += len(name) + len(value)
        if self._header_bytes > HEADER_BYTES_MAX:
            self.abort()
        lower = name.lower()
        if lower == b"lambda-runtime-function-error-type":
            self._body.error_type = value.decode("latin-1")
            self._body.broke_off = self._in_body
        elif lower == b"lambda-runtime-function-error-body":
            self._body.error_body = value.decode("latin-1")
        elif lower == b"lambda-runtime-function-response-mode":
            self._body.streaming = value.lower() == b"streaming"
        elif lower == b"content-type":
            self._body.content_type = value.decode("latin-1")
        elif lower == b"expect" and self._transport:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_headers_complete(self) -> None:
        """The body begins; one that is streamed goes on at once to who reads it."""
        self._in_body = True
        if not self._is_known():
            self._refused = True
            self.refuse(HTTPStatus.FORBIDDEN, "AccessDenied", "This Runtime API belongs to another environment")
            if self._transport:
                self._transport.close()
            return
        body = self._body
        if body.streaming:
            body.stream = self._api.stream_of(self._parser.get_method().decode(), self._path())
            if body.stream:
                body.stream.begin(body.content_type)

    def _is_known(self) -> bool:
        if not self._known and self._transport:
            near, far = (self._transport.get_extra_info(name) for name in ("sockname", "peername"))
            self._known = bool(near and far) and self._api.admits(near[:2], far[:2])
        return self._known

    def on_body(self, chunk: bytes) -> None:
        """A piece of its body."""
        if self._refused:
            return
        self._body.add(chunk)
        stream = self._body.stream
        if stream is None or self._transport is None:
            return
        if self._body.too_large:  # there is no end of it to wait for
            self._refused = True
            self._api.answer(self, "POST", self._path(), self._body)
            self._transport.close()
        elif stream.full(self._go_on):
            self._transport.pause_reading()

    def _go_on(self) -> None:
        if self._transport:
            self._transport.resume_reading()

    def _path(self) -> str:
        return self._url.decode("latin-1").split("?", 1)[0]

    def on_message_complete(self) -> None:
        """The request is whole: serve it."""
        self._in_body = False
        if self._refused:
            return
        self._api.answer(self, self._parser.get_method().decode(), self._path(), self._body)

    # -- answers ---------------------------------------------------------------------------------------------------

    def send(self, status: HTTPStatus, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """Answer with a JSON body."""
        if self._transport is None:
            return
        lines = [f"HTTP/1.1 {status.value} {status.phrase}", "Content-Type: application/json"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        lines.append(f"Content-Length: {len(body)}\r\n\r\n")
        self._transport.write("\r\n".join(lines).encode("utf-8", "replace") + body)

    def refuse(self, status: HTTPStatus, error_type: str, message: str) -> None:
        """Answer with the API's error object."""
        self.send(status, f'{{"errorMessage":"{message}","errorType":"{error_type}"}}\n'.encode())
