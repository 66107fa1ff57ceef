"""One client's connection: HTTP/1.1 with keep-alive and pipelining, under limits.

```
bytes -> httptools, or a known form -> HttpRequest -> queue -> one at a time -> HttpResponse -> bytes
```
Requests of one connection are answered in their order. Who sends faster than we answer is not read from any more; who
is silent, drips a request or does not read its answer is cut off; all of them together hold a bounded number of
connections (`admission.py`) and of bytes.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from http import HTTPStatus
from typing import TYPE_CHECKING, cast

import httptools

from tailrace.gateway import at_once, header_names
from tailrace.gateway.answer_bytes import CHUNKED, encode, encode_head, shows_body
from tailrace.gateway.forms import Forms
from tailrace.gateway.limits import (
    BODY_RATE,
    BODY_SECONDS,
    HEADER_BYTES_MAX,
    HEADER_SECONDS,
    HEADERS_MAX,
    IDLE_SECONDS,
    PIPELINE_MAX,
    UNPARSED_BYTES_MAX,
    UNREAD_SECONDS,
    URL_BYTES_MAX,
    TooLarge,
    header_bytes,
)
from tailrace.gateway.outbox import BYTES_MAX
from tailrace.gateway.peer import Peer
from tailrace.gateway.pieces import closed_after
from tailrace.wire.http import HttpRequest, HttpResponse, Interrupted

if TYPE_CHECKING:
    from tailrace.gateway.connections import Connections

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

log = logging.getLogger("tailrace.http")


class Connection(asyncio.Protocol):
    """One connection's parser, its queue of requests, and the task that answers them, where they have to wait."""

    def __init__(self, connections: Connections) -> None:
        self.connections = connections
        self.task: at_once.Begun | asyncio.Task[None] | None = None  # of the answer that is being made
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._peer = Peer("")
        self._queue: deque[tuple[HttpRequest, bool, int]] = deque()
        self._writable = asyncio.Event()
        self._last_active = 0.0
        self._began: float | None = None  # when the request that is being read began
        self._in_body = False
        self._read = 0  # bytes of the latest read
        self._unparsed = 0  # no fewer than have come since the latest header's end or body's piece
        self._unread: tuple[float, int] | None = None  # since when this many bytes of answers wait for the client
        self._admitted = False
        self._broken = False
        self._paused = False
        self._streaming = False  # an answer goes out in pieces
        self._parser = httptools.HttpRequestParser(self)
        self._forms = Forms()
        self._url = b""
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._body_bytes = 0

    # -- asyncio.Protocol ------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the client."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but its base class
        address = transport.get_extra_info("peername")
        secure = transport.get_extra_info("sslcontext") is not None
        self._peer = Peer(address[0] if isinstance(address, tuple) else "127.0.0.1", secure)
        self._last_active = self._loop.time()
        self._writable.set()
        self.connections.open.add(self)
        self._admitted = self.connections.admission.enter(self._peer.address)
        if not self._admitted:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client. What is being worked on goes on: a write that has begun is not half done. An answer that
        goes out in pieces ends.
        """
        self.connections.open.discard(self)
        self._transport = None
        self._peer.gone.set()
        self.connections.admission.release(self._body_bytes + sum(size for _, _, size in self._queue))
        self._body_bytes = 0
        self._queue.clear()
        self._writable.set()
        if self._streaming and self.task:
            at_once.task_of(self.task).cancel()
        if self._admitted:
            self._admitted = False
            self.connections.admission.leave(self._peer.address)

    def pause_writing(self) -> None:
        """The client reads too slowly: the next answer waits."""
        self._writable.clear()
        size = self._transport.get_write_buffer_size() if self._transport else 0
        self._unread = self._loop.time(), size

    def resume_writing(self) -> None:
        """The client has caught up."""
        self._writable.set()
        self._unread = None

    def data_received(self, data: bytes) -> None:
        """Feed the parser; bytes that are no HTTP end the connection with a 400."""
        if self._broken:
            return
        is_first = self._began is None and self.task is None and not self._queue
        if is_first and (request := self._forms.read(data)):
            size = request.size
            if size <= self.connections.body_bytes_max and self.connections.admission.hold_whole(size):
                self._queue.append((request, True, size))
                self._begin()
                return
        self._read = len(data)
        self._unparsed += self._read
        try:
            self._parser.feed_data(data)
            if self._unparsed > UNPARSED_BYTES_MAX:  # the parser gathers a header line without a limit of its own
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        except httptools.HttpParserUpgrade:
            self._broken = True  # the request is answered as plain HTTP; what follows it is no HTTP any more
        except httptools.HttpParserCallbackError as error:
            cause = error.__context__
            self._refuse(cause.status if isinstance(cause, TooLarge) else HTTPStatus.BAD_REQUEST)
        except httptools.HttpParserError:
            self._refuse(HTTPStatus.BAD_REQUEST)
        if self._queue and self.task is None:
            if is_first and self._queue[-1][1] and len(self._queue) == 1:
                self._forms.learn(data, self._queue[0][0])
            self._begin()

    def eof_received(self) -> bool:
        """A client that half-closes still gets the answers to what it has asked."""
        self._peer.gone.set()  # it may only have closed its half, but nothing should wait long for it
        self._broken = True
        self.connections.outbox.empty()  # the transport closes itself where nothing is worked on
        return self.task is not None

    # -- httptools -------------------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """The first byte of a request: it has a while to be whole."""
        self._began = self._loop.time()

    def on_url(self, url: bytes) -> None:
        """A piece of the request target."""
        self._url += url
        if len(self._url) > URL_BYTES_MAX:
            raise TooLarge(HTTPStatus.REQUEST_URI_TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header. Repeated ones are joined by a comma, as RFC 9110 says."""
        headers = self._headers
        key, text = header_names.USUAL.get(name) or name.decode("latin-1").lower(), value.decode("latin-1")
        if key in headers:
            text = f"{headers[key]},{text}"
        elif len(headers) >= HEADERS_MAX:
            raise TooLarge(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        if len(text) > HEADER_BYTES_MAX:
            raise TooLarge(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        headers[key] = text

    def on_headers_complete(self) -> None:
        """Refuse a header that is too large, and a body that announces itself as too large before a byte of it is
        read.
        """
        self._in_body = True
        headers = self._headers
        if self._unparsed > HEADER_BYTES_MAX and header_bytes(headers) > HEADER_BYTES_MAX:
            raise TooLarge(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        self._unparsed = self._read
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > self.connections.body_bytes_max:
            raise TooLarge(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if headers.get("expect", "").lower() == "100-continue":
            self._write(CONTINUE)

    def on_body(self, body: bytes) -> None:
        """A piece of the body, chunked or not."""
        self._unparsed = self._read
        self._body_bytes += len(body)
        if not self.connections.admission.hold(len(body)):
            raise TooLarge(HTTPStatus.SERVICE_UNAVAILABLE)
        if self._body_bytes > self.connections.body_bytes_max:
            raise TooLarge(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        self._body.append(body)

    def on_message_complete(self) -> None:
        """A whole request: queue it, and go on reading unless too many wait."""
        target = self._url.decode("latin-1")
        if target[:1] != "/" and "://" in target.split("?", 1)[0]:  # absolute form, as a proxy's client sends it
            target = "/" + target.split("://", 1)[1].partition("/")[2]
        path, _, query = target.partition("?")
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        method = self._parser.get_method().decode("latin-1")
        keep = self._parser.should_keep_alive()
        request = HttpRequest(method, path, query, self._headers, body, self._parser.get_http_version())
        self._queue.append((request, keep, self._body_bytes))
        self._url, self._headers, self._body, self._body_bytes = b"", {}, [], 0
        self._began, self._in_body, self._unparsed = None, False, self._read
        if len(self._queue) >= PIPELINE_MAX and self._transport:
            self._transport.pause_reading()
            self._paused = True

    # -- answering -------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Answer what is queued: at once where that is one request that needs no task, else in one."""
        if len(self._queue) == 1 and self.connections.answers_at_once(self._queue[0][0]):
            self.task = at_once.begin(self._work(), self._loop)
        else:
            self.task = self._loop.create_task(self._work())

    async def _work(self) -> None:
        """Answer what is queued, one request after the other."""
        try:
            if self.connections.turns.full:
                await self.connections.turns.later()
            while self._queue:
                request, keep_alive, size = self._queue.popleft()
                try:
                    response = await self.connections.answer(request, self._peer)
                finally:
                    self.connections.admission.release(size)
                if response.pieces is not None:
                    keep_alive = await closed_after(response.pieces, self._send_pieces(response, request, keep_alive))
                else:
                    if self._unread is not None:
                        await self._writable.wait()
                    keep_alive = keep_alive and self._goes_on()
                    if self._transport is not None:
                        if len(response.body) > BYTES_MAX and shows_body(response, request.method):
                            self._send_large(response, keep_alive)
                        else:
                            answer = encode(response, self.connections.head(), request.method, keep_alive)
                            self.connections.outbox.add(self, answer)
                if self._transport is None or not keep_alive:
                    self.abort()
                    return
                if self._paused and len(self._queue) < PIPELINE_MAX:
                    self._paused = False
                    if self._began is not None:
                        self._began = self._loop.time()  # it was we who did not read
                    self._transport.resume_reading()
                if self._queue:
                    await at_once.in_task()  # what came meanwhile may need one
        except asyncio.CancelledError:
            self.abort()
            raise
        finally:
            self.task = None
            self._last_active = self._loop.time()
            if self._broken or self.connections.closing:
                self.abort()

    def _goes_on(self) -> bool:
        """Whether there may be another request behind this one."""
        return not (self.connections.closing or (self._broken and not self._queue))

    def send(self, answer: bytes) -> None:
        """Write an answer, which was in the outbox until now."""
        if self._transport is not None:
            self._transport.write(answer)

    def _send_large(self, response: HttpResponse, keep_alive: bool) -> None:
        """Write an answer that the outbox doesn't keep back, its body behind its head without joining the two: of
        1 MB the copy takes 100 µs, and sending it 250.
        """
        self.connections.turns.spend(len(response.body))
        self.connections.outbox.empty()
        if self._transport is not None:
            framing = f"content-length: {len(response.body)}\r\n"
            head = encode_head(response, self.connections.head(), framing, keep_alive)
            self._transport.writelines((head, response.body))

    def _write(self, data: bytes) -> None:
        """Write what isn't a whole answer, behind the answers that were made before."""
        self.connections.outbox.empty()
        self.send(data)

    async def _send_pieces(self, response: HttpResponse, request: HttpRequest, keep_alive: bool) -> bool:
        """Send an answer as its pieces come, no faster than the client takes them. Whether the connection may go on."""
        assert response.pieces
        if self._unread is not None:
            await self._writable.wait()
        if self._transport is None:
            return False
        keep_alive = keep_alive and self._goes_on()
        chunked = request.version != "1.0"  # else the end of the connection is the end of the answer
        self._streaming = True
        try:
            head = encode_head(response, self.connections.head(), CHUNKED if chunked else "", keep_alive and chunked)
            self._write(head)
            if not shows_body(response, request.method):
                return False  # whoever makes the pieces is told by `aclose` that nobody asks for them
            async for piece in response.pieces:
                if not self._writable.is_set():
                    await self._writable.wait()
                if self._transport is None:
                    return False
                if piece:
                    self._transport.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            if chunked:
                self._transport.write(b"0\r\n\r\n")
        except Interrupted:
            return False  # without its last chunk the client knows that something is missing
        except Exception:
            log.exception("an answer to %s broke off", self._peer.address)
            return False
        finally:
            self._streaming = False
        return keep_alive and chunked and not self.connections.closing

    def _refuse(self, status: HTTPStatus) -> None:
        """End a connection that can't be understood. Nothing of it was carried out."""
        self._broken = True
        log.info("refused a request of %s: %s", self._peer.address, status.phrase)
        if self._transport and self.task is None and not self._queue:
            refusal = HttpResponse(status, {}, b"")
            self._write(encode(refusal, self.connections.head(), "GET", keep_alive=False))
            self.abort()

    def tend(self, now: float) -> None:
        """Cut off a client that is too slow, as of `now` on the loop's clock: silent, dripping, or not reading."""
        if self._transport is None:
            return
        if self._unread is not None:
            since, size = self._unread
            left = self._transport.get_write_buffer_size()
            if left < size:
                self._unread = now, left
            elif now - since > UNREAD_SECONDS:
                self._transport.abort()  # close would wait until the client has read it all
        elif self._began is not None and not self._paused:
            limit = BODY_SECONDS + self._body_bytes / BODY_RATE if self._in_body else HEADER_SECONDS
            if now - self._began > limit:
                self._transport.abort()
        elif self.task is None and now - self._last_active > IDLE_SECONDS:
            self.abort()

    def close_when_answered(self) -> None:
        """Close now if nothing is being answered, else after that; what only waits need not wait any longer."""
        self._peer.gone.set()
        if self.task is None:
            self.abort()

    def abort(self) -> None:
        """Close without waiting for the client. Answers that were made are sent."""
        self.connections.outbox.empty()
        if self._transport:
            self._transport.close()
