"""Answers that go out in pieces: their framing, a client that is slow, and one that goes away."""

from __future__ import annotations

import asyncio

import pytest

from tailrace.gateway.peer import Peer
from tailrace.wire.http import HttpRequest, HttpResponse, Interrupted
from tests.unit.gateway.test_connection import Handler, exchange, listening


class Row:
    """Pieces that a test lets go, one by one."""

    def __init__(self, *pieces: bytes, ends: BaseException | None = None) -> None:
        self.pieces = list(pieces)
        self.ends = ends or StopAsyncIteration()
        self.asked = 0
        self.may_go = asyncio.Event()
        self.may_go.set()
        self.closed = asyncio.Event()

    def __aiter__(self) -> Row:
        return self

    async def __anext__(self) -> bytes:
        self.asked += 1
        await self.may_go.wait()
        if not self.pieces:
            raise self.ends
        return self.pieces.pop(0)

    async def aclose(self) -> None:
        self.closed.set()


def serving(row: Row, status: int = 200) -> Handler:
    async def answer(request: HttpRequest, peer: Peer) -> HttpResponse:
        if request.path == "/plain":
            return HttpResponse(200, {}, b"plain")
        return HttpResponse(status, {"x-a": "1"}, b"", ("a=1", "b=2"), row)

    return answer


async def test_pieces_are_chunks_and_the_connection_goes_on() -> None:
    row = Row(b"one", b"", b"twelve bytes")
    async with listening(serving(row)) as (_, port):
        answer = await exchange(port, b"GET / HTTP/1.1\r\nHost: h\r\n\r\nGET /plain HTTP/1.1\r\nHost: h\r\n\r\n")
    head, _, rest = answer.partition(b"\r\n\r\n")
    assert b"transfer-encoding: chunked" in head
    assert b"content-length" not in head
    assert b"set-cookie: a=1\r\nset-cookie: b=2\r\n" in head
    assert rest.startswith(b"3\r\none\r\nc\r\ntwelve bytes\r\n0\r\n\r\nHTTP/1.1 200 OK")
    assert rest.endswith(b"plain")
    assert row.closed.is_set()


async def test_a_piece_is_sent_before_the_next_one_is_there() -> None:
    row = Row(b"one", b"two")
    async with listening(serving(row)) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        row.may_go.clear()
        writer.write(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")  # the head comes first
        row.pieces, later = row.pieces[:1], row.pieces[1:]
        row.may_go.set()
        row.ends = Interrupted()
        assert await asyncio.wait_for(reader.readuntil(b"one\r\n"), 120)
        assert later == [b"two"]
        writer.close()


async def test_to_an_old_client_the_end_of_the_connection_is_the_end() -> None:
    async with listening(serving(Row(b"one", b"two"))) as (_, port):
        answer = await exchange(port, b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    assert b"transfer-encoding" not in answer
    assert b"connection: close" in answer
    assert answer.endswith(b"\r\n\r\nonetwo")


@pytest.mark.parametrize("how", [Interrupted(), ValueError("ours")])
async def test_what_breaks_off_has_no_end(how: Exception) -> None:
    async with listening(serving(Row(b"one", ends=how))) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), 120)
        writer.close()
    assert answer.endswith(b"3\r\none\r\n")


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
async def test_nothing_is_asked_for_where_no_body_may_be(method: str, status: int) -> None:
    row = Row(b"one")
    async with listening(serving(row, status)) as (_, port):
        answer = await exchange(port, f"{method} / HTTP/1.1\r\nHost: h\r\n\r\n".encode())
    assert b"one" not in answer
    assert row.asked == 0
    assert row.closed.is_set()


async def test_a_client_that_goes_away_ends_it() -> None:
    row = Row(*[b"x" * 65536] * 4096)
    async with listening(serving(row)) as (connections, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        await reader.readexactly(65536)
        writer.transport.abort()
        await asyncio.wait_for(row.closed.wait(), 120)
        assert row.pieces
        assert not connections.open


async def test_no_more_is_asked_for_than_the_client_takes() -> None:
    row = Row(*[b"x" * 65536] * 4096)
    async with listening(serving(row)) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        asked = -1
        while asked != row.asked:
            asked = row.asked
            await asyncio.sleep(0.05)
        assert row.asked < 1024
        writer.transport.abort()
        await asyncio.wait_for(row.closed.wait(), 120)
        del reader
