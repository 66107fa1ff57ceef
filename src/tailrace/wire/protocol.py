"""The port that each wire protocol fills, and the route that leads to one."""

from __future__ import annotations

from typing import Any, Protocol

from tailrace.base.errors import ApiError
from tailrace.wire import model
from tailrace.wire.http import HttpRequest, HttpResponse
from tailrace.wire.validate import Validator, validator

Shape = dict[str, Any]


class WireProtocol(Protocol):
    """Reads requests and writes answers of one protocol."""

    def parse(self, route: Route, request: HttpRequest) -> Shape:
        """The members of the request, by the model's names. Raises ApiError where the bytes do not fit the model."""

    def serialize(self, route: Route, answer: Shape, request_id: str) -> HttpResponse:
        """The answer of an operation."""

    def error(self, service: str, error: ApiError, request_id: str) -> HttpResponse:
        """A refusal, in the form and with the status that the service gives it."""


class Route:
    """Where a request goes. `uri` holds the decoded labels of a REST path, by the model's label names.

    What else a request needs of the model is looked up once, for many requests take the same route: `validate` checks
    a parsed one against the constraints, and `signing_name` is what a signature for the service calls it. `known` is
    what the protocol itself has looked up; `by_headers` says that the headers alone lead here, whatever the body.
    """

    __slots__ = ("by_headers", "known", "operation", "protocol", "service", "signing_name", "uri", "validate")

    def __init__(self, service: str, protocol: WireProtocol, operation: str, uri: dict[str, str] | None = None) -> None:
        self.service = service
        self.protocol = protocol
        self.operation = operation
        self.uri = uri or {}
        self.validate: Validator = validator(service, operation)
        self.signing_name: str = model.service(service).signing_name
        self.known: Any = None
        self.by_headers = False
