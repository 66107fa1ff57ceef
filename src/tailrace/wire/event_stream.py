"""Event streams (application/vnd.amazon.eventstream): answers that are a row of framed events.

```
u32 total length | u32 header length | u32 crc of both | headers | payload | u32 crc of all before
```
https://smithy.io/2.0/aws/amazon-eventstream.html. A handler returns events as {event's name: its members}: a list goes
out in one body (GetLogObject), an asynchronous iterator event by event (InvokeWithResponseStream, StartLiveTail).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import orjson

from tailrace.base.compression import crc32
from tailrace.wire import json_shapes
from tailrace.wire.model import Member, ShapeModel

CONTENT_TYPE = "application/vnd.amazon.eventstream"
STRING_HEADER = 7
INITIAL_RESPONSE = "initial-response"  # what an RPC protocol sends first: the members beside the stream


class Events(Protocol):
    """Events that are still to come."""

    def __aiter__(self) -> Events:
        """Itself."""

    async def __anext__(self) -> Mapping[str, Any]:
        """The next one."""

    async def aclose(self) -> None:
        """Nobody reads any more."""


def stream_member(shape: ShapeModel | None) -> Member | None:
    """The member of an answer that is a stream of events, or None."""
    members = shape.members.values() if shape else ()
    return next((member for member in members if member.shape.event_stream), None)


def encode(shape: ShapeModel, events: Iterable[Mapping[str, Any]]) -> bytes:
    """The frames of a stream's events, each a mapping of one member of the stream's union."""
    return b"".join(_event(shape.members[name], content) for event in events for name, content in event.items())


class Frames:
    """The frames of events that are still to come, one after the other; `first` goes out before the first of them."""

    def __init__(self, shape: ShapeModel, events: Events, first: bytes = b"") -> None:
        self._shape = shape
        self._events = events
        self._first = first

    def __aiter__(self) -> Frames:
        return self

    async def __anext__(self) -> bytes:
        first, self._first = self._first, b""
        return first or encode(self._shape, (await anext(self._events),))

    async def aclose(self) -> None:
        """Nobody reads any more."""
        await self._events.aclose()


def initial_response(members: Mapping[str, Any]) -> bytes:
    """The frame that an RPC protocol's stream begins with."""
    headers = {":event-type": INITIAL_RESPONSE, ":message-type": "event", ":content-type": "application/json"}
    return frame(headers, orjson.dumps(dict(members)))


def frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    """One message with its checksums."""
    packed = b"".join(_header(name, value) for name, value in headers.items())
    prelude = struct.pack(">II", 16 + len(packed) + len(payload), len(packed))
    head = prelude + struct.pack(">I", crc32(prelude)) + packed + payload
    return head + struct.pack(">I", crc32(head))


def _header(name: str, value: str) -> bytes:
    encoded_name, encoded = name.encode(), value.encode()
    return (
        struct.pack(">B", len(encoded_name)) + encoded_name + struct.pack(">BH", STRING_HEADER, len(encoded)) + encoded
    )


def _event(member: Member, content: Mapping[str, Any]) -> bytes:
    kind = "exception" if member.shape.is_error else "event"
    headers = {f":{kind}-type": member.name, ":message-type": kind}
    payload = next((part for part in member.shape.members.values() if part.event_payload), None)
    if payload:
        headers[":content-type"] = "application/octet-stream"
        return frame(headers, content.get(payload.name, b""))
    headers[":content-type"] = "application/json"
    write = json_shapes.writer(member.shape)
    members = dict(content)
    return frame(headers, orjson.dumps(write(members) if write else members))
