"""The other end of a connection, and what answers it: what connections and the gateway know of each other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tailrace.wire.http import HttpRequest, HttpResponse


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is on the other end: the address, as aws:SourceIp sees it, and whether over TLS (aws:SecureTransport).

    `gone` is set once nobody waits for an answer any more: the client went away, or the server ends.
    """

    address: str
    secure: bool = False
    gone: asyncio.Event = field(default_factory=asyncio.Event)


Answer = Callable[[HttpRequest, Peer], Awaitable[HttpResponse]]


def never(request: HttpRequest) -> bool:
    """No request is sure to be answered without a wait."""
    return False
