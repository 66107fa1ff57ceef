"""A request and an answer, as the gateway reads and writes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

COPIED_BYTES_MAX: Final = 16 * 1024  # of a larger body a copy takes longer than a view of the bytes that it lies in


class Alike:
    """What the requests of one form have in common: everything but their bodies and the ends of some headers.

    `headers` are those of one of them, and `changing` says where in the text of all such ends one of a header lies.
    `found` is where who reads one keeps what follows from the rest, under a name of its own, for those that come later.
    """

    __slots__ = ("changing", "found", "headers")

    def __init__(self, headers: dict[str, str], changing: dict[str, tuple[int, int]]) -> None:
        self.headers = headers
        self.changing = changing
        self.found: dict[str, Any] = {}

    def with_ends(self, ends: str) -> dict[str, str]:
        """The headers of the request whose own ends these are."""
        headers = self.headers.copy()
        for name, (start, end) in self.changing.items():
            headers[name] = f"{headers[name][: start - end]}{ends[start:end]}"
        return headers


class HttpRequest:
    """One HTTP request with its whole body.

    `path` and `query` are raw, still percent-encoded, without the question mark; header names are lower-case.
    `version` is `1.1` or `1.0`; `alike` is there where others of the same form came before, and says with `ends` what
    the headers are, which are written out for who asks for them: most requests need no more of them than an end.
    The body is `data` from its byte `start` on: where a large one has come behind its head, no copy is made of it
    until somebody asks for it alone.
    """

    __slots__ = ("_ends", "_headers", "alike", "data", "method", "path", "query", "start", "version")

    def __init__(
        self,
        method: str,
        path: str,
        query: str,
        headers: dict[str, str] | None,
        body: bytes,
        version: str = "1.1",
        alike: Alike | None = None,
        ends: str = "",
        start: int = 0,
    ) -> None:
        self.method = method
        self.path = path
        self.query = query
        self.data = body
        self.start = start
        self.version = version
        self.alike = alike
        self._headers = headers
        self._ends = ends

    @property
    def body(self) -> bytes:
        """The body alone."""
        if self.start:
            self.data, self.start = self.data[self.start :], 0
        return self.data

    @body.setter
    def body(self, body: bytes) -> None:
        self.data, self.start = body, 0

    @property
    def size(self) -> int:
        """How many bytes the body has."""
        return len(self.data) - self.start

    def body_in_place(self) -> bytes | memoryview:
        """The body for who only looks through it: a large one isn't copied."""
        return self.body if self.size <= COPIED_BYTES_MAX else memoryview(self.data)[self.start :]

    @property
    def headers(self) -> dict[str, str]:
        """All headers."""
        headers = self._headers
        if headers is None:
            assert self.alike is not None, "a request has headers, or is like one that has"
            headers = self._headers = self.alike.with_ends(self._ends)
        return headers

    def end(self, name: str) -> str:
        """How the value of a header ends which requests that are alike have in another way each; "" of any other."""
        place = None if self.alike is None else self.alike.changing.get(name)
        return "" if place is None else self._ends[place[0] : place[1]]


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

    Who makes the same headers for every answer gives `lines`, as they are sent, in place of them: nearly all go out so.
    `cookies` become a Set-Cookie header each. `pieces` are sent as they come, in place of the body; where they are
    interrupted, the connection ends without the answer's end.
    """

    __slots__ = ("_headers", "_lines", "body", "cookies", "pieces", "status")

    def __init__(
        self,
        status: int,
        headers: dict[str, str] | None,
        body: bytes,
        cookies: Sequence[str] = (),
        pieces: Pieces | None = None,
        lines: str = "",
    ) -> None:
        self.status = status
        self.body = body
        self.cookies = cookies
        self.pieces = pieces
        self._headers = headers
        self._lines = lines

    @property
    def headers(self) -> dict[str, str]:
        """The headers, which may be changed."""
        headers = self._headers
        if headers is None:
            headers = self._headers = {}
            for line in self._lines.split("\r\n")[:-1]:
                name, _, value = line.partition(": ")
                headers[name] = value
        return headers

    @property
    def lines(self) -> str:
        """The headers as they are sent."""
        if self._headers is None:
            return self._lines
        return "".join([f"{name}: {value}\r\n" for name, value in self._headers.items()])


class Interrupted(Exception):
    """The rest of an answer that is sent in pieces can't be had."""
