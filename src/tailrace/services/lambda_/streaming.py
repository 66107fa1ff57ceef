"""Invocations whose response reaches the caller while the code still writes it: InvokeWithResponseStream.

```
open_stream -> the code's first byte (or its end) -> Streamed: pieces, then what came of it
```
A function that doesn't stream is no mistake: its response is one piece, when it has returned.
https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
"""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass

import orjson

from tailrace.operation import Call, Shape, operation
from tailrace.runtime.response_stream import ResponseStream
from tailrace.services.lambda_ import function_document as documents
from tailrace.services.lambda_.function_names import LATEST, named, qualified_permission_arn
from tailrace.services.lambda_.invocation import InvocationResult, Prepared, prepare, run
from tailrace.services.lambda_.invoke import TRACE_HEADER, check_payload, decoded_context
from tailrace.wire.http import Interrupted


@dataclass(slots=True)
class Streamed:
    """An invocation that has begun to answer: its response, and what came of it once that has ended."""

    stream: ResponseStream
    ending: asyncio.Task[InvocationResult]


async def open_stream(prepared: Prepared, payload: bytes) -> Streamed:
    """Run a function until it begins to answer. Raises ApiError where nothing can be run."""
    stream = ResponseStream()
    ending = asyncio.ensure_future(_fill(stream, prepared, payload))
    ending.add_done_callback(_seen)
    try:
        await stream.begun.wait()
    except asyncio.CancelledError:
        stream.abandon()  # the function goes on, as on AWS
        raise
    if ending.done():
        ending.result()
    return Streamed(stream, ending)


async def _fill(stream: ResponseStream, prepared: Prepared, payload: bytes) -> InvocationResult:
    """Run the function to its end; a response that it didn't stream is put into the stream whole."""
    try:
        result = await run(prepared, payload, stream)
        if result.function_error is None and not stream.begun.is_set():
            stream.begin(result.content_type)
            stream.feed(result.payload)
        return result
    finally:
        stream.end()


def _seen(ending: asyncio.Task[InvocationResult]) -> None:
    """A failure that nobody waits for any more is no news: the caller has gone."""
    if not ending.cancelled():
        ending.exception()


class Events:
    """The events of InvokeWithResponseStream's answer: a PayloadChunk for each piece, then InvokeComplete."""

    def __init__(self, streamed: Streamed, *, with_tail: bool) -> None:
        self._streamed = streamed
        self._with_tail = with_tail
        self._complete = False

    def __aiter__(self) -> Events:
        return self

    async def __anext__(self) -> Shape:
        if self._complete:
            raise StopAsyncIteration
        piece = await self._streamed.stream.read()
        if piece is not None:
            return {"PayloadChunk": {"Payload": piece}}
        self._complete = True
        try:
            return {"InvokeComplete": completion(await self._streamed.ending, with_tail=self._with_tail)}
        except Exception as problem:
            raise Interrupted from problem

    async def aclose(self) -> None:
        """Nobody reads any more."""
        self._streamed.stream.abandon()


def completion(result: InvocationResult, *, with_tail: bool) -> Shape:
    """InvokeComplete: empty after a success; what the platform says of a failure, or the code's own error object."""
    shape: Shape = {}
    if result.function_error:
        error = _error(result.payload)
        shape["ErrorCode"] = result.error_type or error.get("errorType") or result.function_error
        shape["ErrorDetails"] = result.payload.decode("utf-8", "replace")
        if result.kind != "handler" and isinstance(error.get("errorMessage"), str):
            shape["ErrorDetails"] = error["errorMessage"]
    if with_tail:
        shape["LogResult"] = base64.b64encode(result.log_tail.encode()).decode()
    return shape


def _error(payload: bytes) -> Shape:
    try:
        found = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


@operation(
    "lambda",
    "InvokeWithResponseStream",
    needs="lambda:InvokeFunction",
    on=qualified_permission_arn,
    without={"TenantId": "environments are not told apart by tenant"},
)
async def invoke_with_response_stream(call: Call, request: Shape) -> Shape:
    """Run a function and answer with its response piece by piece, as the code writes it.

    https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html
    """
    function = named(call, request)
    payload: bytes = request.get("Payload") or b""
    check_payload(payload, "RequestResponse")
    if request.get("InvocationType") == "DryRun":
        asked = function._replace(qualifier=function.qualifier or LATEST)
        await call.store.view(lambda tx: documents.find_version(tx, asked))
        return {"StatusCode": 204}
    prepared = await prepare(
        call.node,
        function,
        request_id=call.request_id,
        client_context=decoded_context(request.get("ClientContext")),
        trace=call.headers.get(TRACE_HEADER),
    )
    streamed = await open_stream(prepared, payload)
    events = Events(streamed, with_tail=request.get("LogType") == "Tail")
    return {"StatusCode": 200, "ExecutedVersion": prepared.version, "EventStream": events}
