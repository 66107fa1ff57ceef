"""Which of a request's parameters go together: expressions, their names and values, and the older parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tailrace.expression.bindings import Bindings, check_parameters
from tailrace.services.dynamodb import legacy

Request = dict[str, Any]
NAMES, VALUES = "ExpressionAttributeNames", "ExpressionAttributeValues"


def settle(request: Request, older: Sequence[str], expressions: Sequence[str]) -> Request:
    """The request with every older parameter put as the expression that means the same.

    `older` and `expressions` are those that the operation knows. Raises AWS's refusals: the two kinds mixed, names
    or values without an expression.
    """
    if any(name in request for name in older):
        check_parameters(request, expressions, older)
        return legacy.as_expressions(request)
    if NAMES in request or VALUES in request:
        check_parameters(request, expressions, older)
    return request


def bindings_of(request: Request) -> Bindings:
    """The request's names and values, to bind its expressions to."""
    return Bindings(request.get(NAMES), request.get(VALUES))
