"""A request and an answer, as the gateway reads and writes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol


class Alike:
    """What the requests of one form have in common: everything but their bodies and the headers in `changing`.

    `found` is where who reads one keeps what follows from the rest, under a name of its own, for those that come later.
    """

    __slots__ = ("changing", "found")

    def __init__(self, changing: frozenset[str]) -> None:
        self.changing = changing
        self.found: dict[str, Any] = {}


class HttpRequest:
    """One HTTP request with its whole body.

    `path` and `query` are raw, still percent-encoded, without the question mark; header names are lower-case.
    `version` is `1.1` or `1.0`; `alike` is there where others of the same form came before.
    """

    __slots__ = ("alike", "body", "headers", "method", "path", "query", "version")

    def __init__(
        self,
        method: str,
        path: str,
        query: str,
        headers: dict[str, str],
        body: bytes,
        version: str = "1.1",
        alike: Alike | None = None,
    ) -> None:
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.version = version
        self.alike = alike


class Pieces(Protocol):
    """A body that is still to come. `aclose` is always called, also where no piece was ever asked for."""

    def __aiter__(self) -> Pieces:
        """Itself."""

    async def __anext__(self) -> bytes:
        """The next piece. Raises Interrupted where the rest can't be had."""

    async def aclose(self) -> None:
        """Nobody reads any more."""


class HttpResponse:
    """One answer. The connection adds server, date, content-length and connection.

    `cookies` become a Set-Cookie header each. `pieces` are sent as they come, in place of the body; where they are
    interrupted, the connection ends without the answer's end.
    """

    __slots__ = ("body", "cookies", "headers", "pieces", "status")

    def __init__(
        self,
        status: int,
        headers: dict[str, str],
        body: bytes,
        cookies: Sequence[str] = (),
        pieces: Pieces | None = None,
    ) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self.cookies = cookies
        self.pieces = pieces


class Interrupted(Exception):
    """The rest of an answer that is sent in pieces can't be had."""
