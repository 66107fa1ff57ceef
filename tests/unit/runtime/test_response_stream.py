"""Streamed responses as a custom runtime sends them: chunks, trailers, and what breaks off."""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import AsyncIterator

import pytest

from tailrace.runtime import response_stream
from tailrace.runtime.response_stream import HELD_BYTES_MAX, ResponseStream
from tailrace.runtime.runtime_api import PREFIX, RuntimeApi, Work
from tailrace.runtime.spec import RESPONSE_BYTES_MAX

HEAD = (
    f"POST {PREFIX}/invocation/id-1/response HTTP/1.1\r\nHost: x\r\nContent-Type: text/x\r\n"
    "Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n\r\n"
).encode()


class Code:
    """A custom runtime that has got a piece of work, byte by byte."""

    def __init__(self, api: RuntimeApi) -> None:
        self.api = api
        self.stream = ResponseStream()

    async def take(self, *, streamed: bool = True) -> None:
        """Connect, and take the work."""
        host, port = self.api.address.split(":")
        self.reader, self.writer = await asyncio.open_connection(host, int(port))
        self.api.offer(Work("id-1", b"{}", {}, self.stream if streamed else None))
        self.writer.write(f"GET {PREFIX}/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        await self.reader.readuntil(b"{}")

    def send(self, *chunks: bytes) -> None:
        """Chunks of the response."""
        self.writer.write(b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks))

    async def status(self) -> int:
        """What the Runtime API has answered."""
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 120)
        return int(head.split()[1])


@pytest.fixture
async def code() -> AsyncIterator[Code]:
    api = RuntimeApi()
    api.owners = lambda: [os.getpid()]
    await api.start()
    made = Code(api)
    yield made
    made.writer.close()
    api.close()


async def test_a_piece_is_there_before_the_next_one_is_written(code: Code) -> None:
    await code.take()
    code.writer.write(HEAD)
    await asyncio.wait_for(code.stream.begun.wait(), 120)
    assert code.stream.content_type == "text/x"
    for piece in (b"one", b"two"):
        code.send(piece)
        assert await asyncio.wait_for(code.stream.read(), 120) == piece
    code.writer.write(b"0\r\n\r\n")
    assert await code.status() == 202
    report = await code.api.report()
    assert (report.kind, report.body) == ("response", b"")


async def test_trailers_tell_an_error_in_the_midst(code: Code) -> None:
    await code.take()
    code.writer.write(HEAD)
    code.send(b"half")
    error = base64.b64encode(b'{"errorType": "E"}').decode()
    code.writer.write(
        f"0\r\nLambda-Runtime-Function-Error-Type: E\r\nLambda-Runtime-Function-Error-Body: {error}\r\n\r\n".encode()
    )
    assert await code.status() == 202
    report = await code.api.report()
    assert (report.kind, report.error_type, report.body) == ("error", "E", b'{"errorType": "E"}')


async def test_who_wants_it_whole_gets_it_whole(code: Code) -> None:
    await code.take(streamed=False)
    code.writer.write(HEAD)
    code.send(b"one", b"two")
    code.writer.write(b"0\r\n\r\n")
    assert await code.status() == 202
    assert (await code.api.report()).body == b"onetwo"


async def test_a_reader_that_is_slow_slows_the_code(code: Code) -> None:
    await code.take()
    code.writer.write(HEAD)
    piece, count = b"x" * 65536, 256  # far more than sockets hold
    writing = asyncio.ensure_future(_write(code, piece, count))
    await _filled(code)
    for _ in range(200):
        await asyncio.sleep(0)
    assert not writing.done()
    assert code.stream._held < HELD_BYTES_MAX + 4 * 262144  # one read of the socket more, at most
    read = 0
    while read < len(piece) * count:
        read += len(await asyncio.wait_for(code.stream.read(), 120) or b"")
    await writing
    code.writer.write(b"0\r\n\r\n")
    assert await code.status() == 202


async def test_without_a_reader_the_code_goes_on(code: Code) -> None:
    await code.take()
    code.writer.write(HEAD)
    writing = asyncio.ensure_future(_write(code, b"x" * 65536, 256))
    await _filled(code)
    code.stream.abandon()
    await asyncio.wait_for(writing, 120)
    code.writer.write(b"0\r\n\r\n")
    assert await code.status() == 202
    assert code.stream._held == 0


async def test_more_than_a_response_may_be_is_refused_at_once(code: Code, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(response_stream, "STREAM_BYTES_MAX", 10)
    await code.take()
    code.writer.write(HEAD)
    code.send(b"x" * 8, b"x" * 8)  # and no end
    assert await code.status() == 413
    assert (await code.api.report()).kind == "too large"


async def test_a_streamed_response_may_be_larger_than_one_of_invoke(code: Code) -> None:
    await code.take()
    code.stream.abandon()
    code.writer.write(HEAD)
    await _write(code, b"x" * 65536, RESPONSE_BYTES_MAX // 65536 + 1)
    code.writer.write(b"0\r\n\r\n")
    assert await code.status() == 202


async def test_a_connection_that_ends_too_early_is_an_error(code: Code) -> None:
    await code.take()
    code.writer.write(HEAD)
    code.send(b"half")
    assert await code.stream.read() == b"half"
    code.writer.close()
    report = await asyncio.wait_for(code.api.report(), 120)
    assert (report.kind, report.error_type) == ("error", "Runtime.TruncatedResponse")


async def _filled(code: Code) -> None:
    while code.stream._held < HELD_BYTES_MAX:  # noqa: ASYNC110 - nobody tells that it is full
        await asyncio.sleep(0)


async def _write(code: Code, piece: bytes, count: int) -> None:
    for _ in range(count):
        code.send(piece)
        await code.writer.drain()
