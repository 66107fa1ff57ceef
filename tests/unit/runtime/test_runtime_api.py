"""The Runtime API as a custom runtime sees it: bytes over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from http.client import HTTPConnection
from typing import Any

import pytest

from tailrace.runtime.runtime_api import PREFIX, RuntimeApi, Work
from tailrace.runtime.spec import RESPONSE_BYTES_MAX

Answer = tuple[int, dict[str, str], bytes]
Ask = Callable[..., Coroutine[Any, Any, Answer]]
WORK = Work("id-1", b'{"a": 1}', {"Lambda-Runtime-Aws-Request-Id": "id-1", "Lambda-Runtime-Deadline-Ms": "5"})


@pytest.fixture
async def api() -> AsyncIterator[RuntimeApi]:
    made = RuntimeApi()
    made.owners = lambda: [os.getpid()]
    await made.start()
    yield made
    made.close()


@pytest.fixture
def ask(api: RuntimeApi) -> Ask:
    """One request from a thread: (status, headers, body)."""

    def blocking(method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        connection = HTTPConnection(api.address, timeout=10)
        try:
            chunked = not isinstance(body, bytes | None)
            connection.request(method, PREFIX + path, body, headers or {}, encode_chunked=chunked)
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    async def request(*arguments: Any) -> Answer:
        return await asyncio.to_thread(blocking, *arguments)

    return request


async def take(api: RuntimeApi, ask: Ask) -> Answer:
    api.offer(WORK)
    return await ask("GET", "/invocation/next")


async def test_next_waits_for_work(api: RuntimeApi, ask: Ask) -> None:
    waiting = asyncio.ensure_future(ask("GET", "/invocation/next"))
    await api.ready.wait()
    assert not waiting.done()
    api.offer(WORK)
    status, headers, body = await waiting
    assert (status, body) == (200, b'{"a": 1}')
    assert headers["lambda-runtime-aws-request-id"] == "id-1"
    assert headers["lambda-runtime-deadline-ms"] == "5"
    assert not api.ready.is_set()


async def test_a_response_is_reported(api: RuntimeApi, ask: Ask) -> None:
    await take(api, ask)
    status, _, body = await ask("POST", "/invocation/id-1/response", b'"done"')
    assert (status, json.loads(body)) == (202, {"status": "OK"})
    report = await api.report()
    assert (report.kind, report.body) == ("response", b'"done"')


async def test_a_chunked_body_is_joined(api: RuntimeApi, ask: Ask) -> None:
    await take(api, ask)
    headers = {"Transfer-Encoding": "chunked"}
    assert (await ask("POST", "/invocation/id-1/response", iter([b"[1,", b"2]"]), headers))[0] == 202
    assert (await api.report()).body == b"[1,2]"


async def test_an_error_is_reported_with_its_type(api: RuntimeApi, ask: Ask) -> None:
    await take(api, ask)
    headers = {"Lambda-Runtime-Function-Error-Type": "Mine"}
    await ask("POST", "/invocation/id-1/error", b'{"errorType":"Mine"}', headers)
    report = await api.report()
    assert (report.kind, report.error_type) == ("error", "Mine")


async def test_an_init_error_is_reported(api: RuntimeApi, ask: Ask) -> None:
    assert (await ask("POST", "/init/error", b"{}"))[0] == 202
    assert (await api.report()).kind == "init/error"


@pytest.mark.parametrize("path", ["/invocation/other/response", "/invocation/other/error"])
async def test_another_request_id_is_refused(api: RuntimeApi, ask: Ask, path: str) -> None:
    await take(api, ask)
    status, _, body = await ask("POST", path, b"1")
    assert (status, json.loads(body)["errorType"]) == (400, "InvalidRequestID")


async def test_a_second_response_is_refused(api: RuntimeApi, ask: Ask) -> None:
    await take(api, ask)
    await ask("POST", "/invocation/id-1/response", b"1")
    assert (await ask("POST", "/invocation/id-1/response", b"2"))[0] == 400
    assert (await api.report()).body == b"1"


async def test_a_response_over_the_limit_is_told_on_both_sides(api: RuntimeApi, ask: Ask) -> None:
    await take(api, ask)
    status, _, body = await ask("POST", "/invocation/id-1/response", b"x" * (RESPONSE_BYTES_MAX + 1))
    assert (status, json.loads(body)["errorType"]) == (413, "RequestEntityTooLarge")
    assert (await api.report()).kind == "too large"


@pytest.mark.parametrize("path", ["/nothing", "/invocation/id-1/other"])
async def test_an_unknown_path_is_not_found(ask: Ask, path: str) -> None:
    assert (await ask("POST", path, b"1"))[0] == 404


async def test_work_stays_when_the_client_that_waited_goes_away(api: RuntimeApi, ask: Ask) -> None:
    host, port = api.address.split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET {PREFIX}/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    await api.ready.wait()
    writer.close()
    await writer.wait_closed()
    await asyncio.sleep(0.05)
    assert (await take(api, ask))[2] == b'{"a": 1}'


async def test_who_does_not_speak_http_is_cut_off(api: RuntimeApi) -> None:
    host, port = api.address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"\x16\x03\x01 nonsense\r\n\r\n")
    with contextlib.suppress(ConnectionResetError):
        assert await reader.read() == b""
    writer.close()
