"""The attempts of a mapping, a replay, a function's events, a request or a record, by pages."""

from __future__ import annotations

from collections.abc import Callable

from tailrace.base.errors import ApiError
from tailrace.causality import attempt_shapes, record_lookup
from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.lambda_ import function_names
from tailrace.store import attempts
from tailrace.store.attempts import Attempt
from tailrace.store.engine import Transaction
from tailrace.workers.replay_job import SOURCE

RESULTS_DEFAULT = 100
LOOKED_AT_MAX = 10_000  # for one page, however few of them match
PAGE = 500
_SELECTORS = ("EventSourceMappingUUID", "ReplayId", "FunctionName", "RequestId", "EventId", "SequenceNumber")

Read = Callable[[Transaction, int, int | None], list[Attempt]]


@operation("tailrace", "ListAttempts", needs="tailrace:ListAttempts", on=anything)
async def list_attempts(call: Call, request: Shape) -> Shape:
    """The attempts that match, newest first. A page may be empty and have a NextToken."""
    read, limit = _selected(call, request), request.get("MaxResults", RESULTS_DEFAULT)
    before = _place(request.get("NextToken"))
    since, until = request.get("StartTime", float("-inf")), request.get("EndTime", float("inf"))
    outcome = request.get("Outcome")

    def page(tx: Transaction) -> tuple[list[Attempt], int | None]:
        found: list[Attempt] = []
        place = before
        for _ in range(LOOKED_AT_MAX // PAGE):
            rows = read(tx, PAGE, place)
            for row in rows:
                place = row.number
                if row.created < since:
                    return found, None  # what was written before it is older still
                if row.scope == call.scope and row.created < until and outcome in (None, row.outcome):
                    found.append(row)
                    if len(found) == limit:
                        return found, place
            if len(rows) < PAGE:
                return found, None
        return found, place

    found, place = await call.store.view(page)
    answer: Shape = {"Attempts": [attempt_shapes.shown(each) for each in found]}
    if place is not None:
        answer["NextToken"] = str(place)
    return answer


def _selected(call: Call, request: Shape) -> Read:
    """How to read the attempts that the request is about."""
    given = [name for name in _SELECTORS if name in request]
    if len(given) != 1:
        raise ApiError.validation(f"Name one of {', '.join(_SELECTORS[:-1])} and {_SELECTORS[-1]}")
    [name] = given
    if name == "RequestId":
        return lambda tx, limit, before: attempts.of_request(tx, request[name], limit, before)
    if name in ("EventId", "SequenceNumber"):
        _, sequence = record_lookup.sequence_of(request)
        return lambda tx, limit, before: attempts.with_record(tx, sequence, limit, before)
    if name == "FunctionName":
        source = function_names.parse(call, request[name]).unqualified_arn
    else:
        source = request[name] if name == "EventSourceMappingUUID" else SOURCE + request[name]
    return lambda tx, limit, before: attempts.of_source(tx, call.scope, source, limit, before)


def _place(token: str | None) -> int | None:
    if token is None:
        return None
    if not (token.isascii() and token.isdigit() and len(token) < 19):
        raise ApiError.validation("The NextToken is not one that ListAttempts has given")
    return int(token)
