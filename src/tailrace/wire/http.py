"""A request and an answer, as the gateway reads and writes them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class HttpRequest:
    """One HTTP request with its whole body.

    `path` and `query` are raw, still percent-encoded, without the question mark; header names are lower-case.
    """

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class HttpResponse:
    """One answer. The connection adds server, date, content-length and connection."""

    status: int
    headers: dict[str, str]
    body: bytes
