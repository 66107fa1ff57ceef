"""The HTTP server, byte by byte: keep-alive, pipelining, limits, and clients that misbehave."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from tailrace.base.errors import ApiError
from tailrace.gateway.admission import Admission, InFlight
from tailrace.gateway.connections import Connections
from tailrace.gateway.limits import (
    BODY_RATE,
    BODY_SECONDS,
    HEADER_BYTES_MAX,
    HEADER_SECONDS,
    IDLE_SECONDS,
    PIPELINE_MAX,
    UNPARSED_BYTES_MAX,
    UNREAD_SECONDS,
    URL_BYTES_MAX,
)
from tailrace.gateway.peer import Peer, never
from tailrace.wire.http import HttpRequest, HttpResponse

NOW = 1_700_000_000.9
Handler = Callable[[HttpRequest, Peer], Awaitable[HttpResponse]]


async def echo(request: HttpRequest, peer: Peer) -> HttpResponse:
    """Method, target and body, as the server understood them."""
    text = f"{request.method} {request.path} {request.query} {request.body.decode()}"
    return HttpResponse(200, {"x-peer": peer.address}, text.encode())


@asynccontextmanager
async def listening(
    handler: Handler = echo,
    body_max: int = 1000,
    admission: Admission | None = None,
    at_once: Callable[[HttpRequest], bool] = never,
) -> AsyncIterator[tuple[Connections, int]]:
    """A server on a free port; its connections and the port."""
    connections = Connections(handler, body_max, lambda: NOW, admission, at_once)
    server = await asyncio.get_running_loop().create_server(connections.accept, "127.0.0.1", 0)
    async with server:
        yield connections, server.sockets[0].getsockname()[1]
        server.close()
        await connections.close(1)


async def exchange(port: int, data: bytes) -> bytes:
    """Send, half-close, and read all that comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    writer.write_eof()
    answer = await asyncio.wait_for(reader.read(), 120)
    writer.close()
    return answer


async def until(probe: Callable[[], bool]) -> None:
    """Let the loop go on until something is so."""
    async with asyncio.timeout(120):
        while not probe():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def test_a_large_answer_comes_whole_and_in_its_turn() -> None:
    large = bytes(range(256)) * 8000

    async def answer(request: HttpRequest, peer: Peer) -> HttpResponse:
        return HttpResponse(
            204 if request.path == "/none" else 200, {}, large if request.path != "/small" else b"small"
        )

    async with listening(answer) as (_, port):
        asked = b"".join(
            b"%s HTTP/1.1\r\nHost: h\r\n\r\n" % line
            for line in (b"GET /small", b"GET /", b"HEAD /", b"GET /none", b"GET /small")
        )
        found = await exchange(port, asked)
    length = b"content-length: %d\r\n" % len(large)
    first, middle, last = found.partition(large)
    assert middle == large, "the body is there once, whole"
    assert (first.count(length), last.count(length)) == (1, 1)
    assert first.index(b"\r\n\r\nsmall") < first.index(length)
    assert last.startswith(b"HTTP/1.1 200 OK\r\n"), "HEAD shows no body"
    assert last.index(length) < last.index(b"HTTP/1.1 204") < last.index(b"\r\n\r\nsmall")


async def test_answers_a_request_and_keeps_the_connection() -> None:
    async with listening() as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for body in (b"one", b"two"):
            writer.write(b"POST /a%2Fb?x=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n" + body)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 OK\r\n")
            assert b"connection: close" not in head
            assert b"x-peer: 127.0.0.1" in head
            expected = b"POST /a%2Fb x=1 " + body
            assert await reader.readexactly(len(expected)) == expected
        writer.close()


async def test_pipelined_requests_are_answered_in_their_order() -> None:
    async def slow_first(request: HttpRequest, peer: Peer) -> HttpResponse:
        for _ in range(10 if request.path == "/0" else 0):
            await asyncio.sleep(0)
        return await echo(request, peer)

    count = PIPELINE_MAX * 3  # more than one connection may have waiting: reading pauses and goes on
    async with listening(slow_first) as (_, port):
        data = b"".join(b"GET /%d HTTP/1.1\r\nHost: h\r\n\r\n" % n for n in range(count))
        answer = await exchange(port, data)
    assert [f"GET /{n} ".encode() in answer for n in range(count)] == [True] * count
    positions = [answer.index(b"GET /%d " % n) for n in range(count)]
    assert positions == sorted(positions)


async def test_a_request_that_never_waits_is_answered_without_a_task_and_pipelined_ones_in_one() -> None:
    tasks: list[object] = []

    async def noting(request: HttpRequest, peer: Peer) -> HttpResponse:
        tasks.append(asyncio.current_task())
        return await echo(request, peer)

    async with listening(noting, at_once=lambda request: request.path == "/quick") as (_, port):
        assert (await exchange(port, b"GET /quick HTTP/1.1\r\nHost: h\r\n\r\n")).endswith(b"GET /quick  ")
        assert tasks == [None]
        both = b"GET /quick HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n"
        assert (await exchange(port, both)).endswith(b"GET /2  ")
        assert None not in tasks[1:]


async def test_what_waits_without_a_task_keeps_its_order_and_what_came_meanwhile_has_one() -> None:
    writes: list[asyncio.Future[None]] = []
    tasks: list[bool] = []

    async def writing(request: HttpRequest, peer: Peer) -> HttpResponse:
        if request.path == "/write":
            writes.append(asyncio.get_running_loop().create_future())
            await writes[-1]
        else:
            async with asyncio.timeout(60):
                await asyncio.sleep(0)
        tasks.append(asyncio.current_task() is not None)
        return await echo(request, peer)

    async with listening(writing, at_once=lambda request: request.path == "/write") as (connections, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /write HTTP/1.1\r\nHost: h\r\n\r\n")
        await until(lambda: len(writes) == 1)
        writer.write(b"GET /other HTTP/1.1\r\nHost: h\r\n\r\nGET /write HTTP/1.1\r\nHost: h\r\n\r\n")
        [connection] = connections.open
        await until(lambda: len(connection._queue) == 2)
        writes[0].set_result(None)
        await until(lambda: len(writes) == 2)
        writes[1].set_result(None)
        for path in (b"/write", b"/other", b"/write"):
            assert (await asyncio.wait_for(reader.readuntil(b"  "), 120)).endswith(b"GET %b  " % path)
        assert tasks == [False, True, True]
        writer.close()


async def test_the_end_waits_for_what_has_no_task_and_cancels_it_after_its_time() -> None:
    writes: list[asyncio.Future[None]] = []

    async def writing(request: HttpRequest, peer: Peer) -> HttpResponse:
        writes.append(asyncio.get_running_loop().create_future())
        await writes[-1]
        return await echo(request, peer)

    async with listening(writing, at_once=lambda request: True) as (connections, port):
        clients = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        for number, (_, writer) in enumerate(clients):
            writer.write(b"GET /%d HTTP/1.1\r\nHost: h\r\n\r\n" % number)
            await until(lambda wanted=number + 1: len(writes) == wanted)
        closing = asyncio.create_task(connections.close(0.1))
        await asyncio.sleep(0)
        writes[0].set_result(None)
        await closing
        assert (await clients[0][0].read()).endswith(b"GET /0  ")
        assert await clients[1][0].read() == b""
        assert writes[1].cancelled()
        for _, writer in clients:
            writer.close()


async def test_what_comes_before_nonsense_is_answered() -> None:
    async with listening(at_once=lambda request: True) as (_, port):
        answer = await exchange(port, b"GET /1 HTTP/1.1\r\nHost: h\r\n\r\nnonsense\r\n\r\n")
    assert answer.endswith(b"GET /1  ")
    assert b"connection: close" in answer


async def test_a_header_that_comes_behind_a_request_has_the_same_limit() -> None:
    async with listening() as (_, port):
        first = b"GET /1 HTTP/1.1\r\nHost: h\r\n\r\n"
        lines = b"".join(b"X%d: %s\r\n" % (n, b"x" * 1000) for n in range(HEADER_BYTES_MAX // 1000 + 1))
        repeated = b"X: %s\r\n" % (b"x" * 1000) * (HEADER_BYTES_MAX // 1000 + 1)
        for header in (lines, repeated):
            answer = await exchange(port, first + b"GET /2 HTTP/1.1\r\n" + header + b"\r\n")
            assert b"GET /1 " in answer
            assert b"GET /2 " not in answer


async def test_a_chunked_body_is_put_together() -> None:
    async with listening() as (_, port):
        chunked = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        assert (await exchange(port, chunked)).endswith(b"POST /  abcde")


async def test_an_answer_says_when_it_was_given_and_whether_the_connection_stays() -> None:
    async with listening() as (_, port):
        kept = await exchange(port, b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /2 HTTP/1.0\r\n\r\n")
        refused = await exchange(port, b"nonsense\r\n\r\n")
    first, last = kept.split(b"GET /  ")
    assert b"date: Tue, 14 Nov 2023 22:13:20 GMT\r\n" in first
    assert b"\r\nconnection: keep-alive\r\n" in first
    assert b"\r\nconnection: close\r\n" in last
    assert b"date: Tue, 14 Nov 2023 22:13:20 GMT\r\n" in refused


async def test_repeated_headers_are_joined() -> None:
    async def headers(request: HttpRequest, peer: Peer) -> HttpResponse:
        return HttpResponse(200, {}, request.headers["x-a"].encode())

    async with listening(headers) as (_, port):
        answer = await exchange(port, b"GET / HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a: 2\r\n\r\n")
    assert answer.endswith(b"\r\n\r\n1,2")


async def test_a_client_may_ask_whether_to_go_on() -> None:
    async with listening() as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"ok")
        assert (await reader.readuntil(b"PUT /  ok")).startswith(b"HTTP/1.1 200")
        writer.close()


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"hello\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + b"x" * 1001, 413),
        (b"GET /" + b"x" * URL_BYTES_MAX + b" HTTP/1.1\r\n", 414),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * UNPARSED_BYTES_MAX, 431),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * HEADER_BYTES_MAX + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"".join(b"X%d: 1\r\n" % n for n in range(300)) + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x81\x05", 200),
    ],
)
async def test_what_cannot_be_followed_ends_the_connection(data: bytes, status: int) -> None:
    async with listening() as (_, port):
        answer = await exchange(port, data)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert b"connection: close" in answer


async def test_head_has_no_body_and_no_content_has_no_length() -> None:
    async def nothing(request: HttpRequest, peer: Peer) -> HttpResponse:
        return HttpResponse(204, {}, b"") if request.method == "DELETE" else HttpResponse(200, {}, b"text")

    async with listening(nothing) as (_, port):
        head = await exchange(port, b"HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")
        assert b"content-length: 4\r\n" in head
        assert head.endswith(b"\r\n\r\n")
        assert b"content-length" not in await exchange(port, b"DELETE / HTTP/1.1\r\nHost: h\r\n\r\n")


async def test_closing_answers_what_is_under_way_and_nothing_new() -> None:
    release = asyncio.Event()
    started = asyncio.Event()

    async def held(request: HttpRequest, peer: Peer) -> HttpResponse:
        started.set()
        await release.wait()
        return await echo(request, peer)

    async with listening(held) as (connections, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        _, idle_writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n")
        await started.wait()
        closing = asyncio.ensure_future(connections.close(5))
        await asyncio.sleep(0)
        release.set()
        await closing
        answer = await asyncio.wait_for(reader.read(), 120)
        assert b"GET /1 " in answer
        assert b"GET /2 " not in answer
        assert b"connection: close" in answer
        writer.close()
        idle_writer.close()


async def test_a_silent_connection_is_dropped() -> None:
    async with listening() as (connections, port):
        reader, writer = await begun(connections, port, b"GET / HTTP/1.1\r\nX: dripping")
        for connection in list(connections.open):
            connection.tend(asyncio.get_running_loop().time() + HEADER_SECONDS + 1)
        received = b""
        with contextlib.suppress(ConnectionResetError):  # unread bytes turn the end into a reset
            received = await asyncio.wait_for(reader.read(), 120)
        assert received == b""
        assert not connections.open
        writer.close()


async def begun(connections: Connections, port: int, data: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection that has sent `data`, which the server has read."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    await writer.drain()
    await until(lambda: any(c._body_bytes or c._began for c in connections.open))
    return reader, writer


async def test_a_header_has_seconds_and_a_body_as_long_as_it_keeps_coming() -> None:
    async with listening(body_max=10 * BODY_RATE) as (connections, port):
        _, writer = await begun(connections, port, b"POST / HTTP/1.1\r\nX: dripping")
        (connection,) = connections.open
        now = asyncio.get_running_loop().time()
        connection.tend(now + HEADER_SECONDS - 1)
        assert connection._transport is not None
        assert not connection._transport.is_closing()
        connection.tend(now + HEADER_SECONDS + 1)
        assert connection._transport.is_closing()
        writer.close()
    async with listening(body_max=10 * BODY_RATE) as (connections, port):
        head = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (9 * BODY_RATE)
        _, writer = await begun(connections, port, head + b"x" * (2 * BODY_RATE))
        (connection,) = connections.open
        await until(lambda: connection._body_bytes == 2 * BODY_RATE)
        now = asyncio.get_running_loop().time()
        connection.tend(now + BODY_SECONDS + 1)
        assert connection._transport is not None
        assert not connection._transport.is_closing()
        connection.tend(now + BODY_SECONDS + 3)
        assert connection._transport.is_closing()
        writer.close()


async def test_a_client_that_does_not_read_its_answer_is_cut_off() -> None:
    async def long(request: HttpRequest, peer: Peer) -> HttpResponse:
        return HttpResponse(200, {}, b"x" * 50_000_000)

    async with listening(long) as (connections, port):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        await until(lambda: any(c._unread for c in connections.open))
        (connection,) = connections.open
        now = asyncio.get_running_loop().time()
        connection.tend(now + 1)
        connection.tend(now + UNREAD_SECONDS / 2)
        assert connections.open
        connection.tend(now + 3 * UNREAD_SECONDS)
        await until(lambda: not connections.open)
        writer.close()


async def test_an_idle_connection_is_kept_for_a_while() -> None:
    async with listening() as (connections, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        await reader.readuntil(b"GET /  ")
        (connection,) = connections.open
        now = asyncio.get_running_loop().time()
        connection.tend(now + IDLE_SECONDS - 1)
        assert connection._transport is not None
        assert not connection._transport.is_closing()
        connection.tend(now + IDLE_SECONDS + 1)
        assert await reader.read() == b""
        writer.close()


async def test_an_address_has_so_many_connections_and_no_more() -> None:
    async with listening(admission=Admission(address_max=2)) as (connections, port):
        held = [await begun(connections, port, b"GET / HTTP/1.1\r\n") for _ in range(2)]
        assert (await exchange(port, b"")).startswith(b"HTTP/1.1 503 ")
        held[0][1].close()
        await until(lambda: connections.admission.connections == 1)
        assert (await exchange(port, b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        held[1][1].close()


async def test_the_bodies_of_all_connections_share_a_limit() -> None:
    admission = Admission(body_bytes_max=1500)
    async with listening(admission=admission) as (connections, port):
        head = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 900\r\n\r\n"
        _, writer = await begun(connections, port, head + b"x" * 899)
        await until(lambda: admission.body_bytes == 899)
        assert (await exchange(port, head + b"x" * 900)).startswith(b"HTTP/1.1 503 ")
        writer.close()
        await until(lambda: admission.body_bytes == 0)
        assert (await exchange(port, head + b"x" * 900)).startswith(b"HTTP/1.1 200 ")
    assert (admission.body_bytes, admission.connections) == (0, 0)


def test_an_access_key_has_so_many_requests_under_way() -> None:
    flights = InFlight(2)
    flights.enter("AKIA1", "dynamodb")
    flights.enter("AKIA1", "dynamodb")
    flights.enter("AKIA2", "dynamodb")
    for service, code, status in (
        ("dynamodb", "ThrottlingException", 400),
        ("lambda", "TooManyRequestsException", 429),
    ):
        with pytest.raises(ApiError) as caught:
            flights.enter("AKIA1", service)
        assert (caught.value.code, caught.value.status) == (code, status)
    flights.leave("AKIA1")
    flights.enter("AKIA1", "dynamodb")
