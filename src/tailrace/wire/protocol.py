"""The port that each wire protocol fills, and the route that leads to one."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
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


@dataclass(frozen=True)
class Route:
    """Where a request goes. `uri` holds the decoded labels of a REST path, by the model's label names.

    A route that many requests take remembers what it has once found in the model.
    """

    service: str
    protocol: WireProtocol
    operation: str
    uri: dict[str, str] = field(default_factory=dict)

    @cached_property
    def validate(self) -> Validator:
        """Checks a parsed request against the constraints of its model."""
        return validator(self.service, self.operation)

    @cached_property
    def signing_name(self) -> str:
        """What a signature for the service calls it."""
        return model.service(self.service).signing_name
