"""The port that each wire protocol fills, and the route that leads to one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from tailrace.base.errors import ApiError
from tailrace.wire.http import HttpRequest, HttpResponse

Shape = dict[str, Any]


class WireProtocol(Protocol):
    """Reads requests and writes answers of one protocol."""

    def parse(self, route: Route, request: HttpRequest) -> Shape:
        """The members of the request, by the model's names. Raises ApiError where the bytes do not fit the model."""

    def serialize(self, route: Route, answer: Shape, request_id: str) -> HttpResponse:
        """The answer of an operation."""

    def error(self, service: str, error: ApiError, request_id: str) -> HttpResponse:
        """A refusal, in the form and with the status that the service gives it."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request goes. `uri` holds the decoded labels of a REST path, by the model's label names."""

    service: str
    protocol: WireProtocol
    operation: str
    uri: dict[str, str] = field(default_factory=dict)
