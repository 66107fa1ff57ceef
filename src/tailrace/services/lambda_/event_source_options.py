"""What an event source mapping can be told, checked and turned into what is stored: pure.

An option is either obeyed or refused. What Tailrace can't do is refused when it is asked for, never stored without
effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tailrace.base.errors import ApiError
from tailrace.expression import event_pattern
from tailrace.operation import Shape
from tailrace.services.lambda_.refusals import invalid

DEFAULTS: Mapping[str, Any] = {
    "BatchSize": 100,
    "MaximumBatchingWindowInSeconds": 0,
    "BisectBatchOnFunctionError": False,
    "MaximumRecordAgeInSeconds": -1,
    "MaximumRetryAttempts": -1,
    "ParallelizationFactor": 1,
    "TumblingWindowInSeconds": 0,
    "FunctionResponseTypes": [],
    "DestinationConfig": {"OnFailure": {}},
}
FILTERS_MAX = 10
PATTERN_LENGTH_MAX = 4096
RECORD_AGE_SECONDS_MIN = 60

# Options of other event sources, and what is not built: asking for one is refused, an empty one asks for nothing.
NOT_SUPPORTED = (
    "TumblingWindowInSeconds",
    "ScalingConfig",
    "SourceAccessConfigurations",
    "SelfManagedEventSource",
    "SelfManagedKafkaEventSourceConfig",
    "AmazonManagedKafkaEventSourceConfig",
    "DocumentDBEventSourceConfig",
    "ProvisionedPollerConfig",
    "MetricsConfig",
    "LoggingConfig",
    "KMSKeyArn",
    "Topics",
    "Queues",
)


def changed(request: Shape) -> dict[str, Any]:
    """The options that a Create or Update request sets, as they are stored.

    FilterCriteria is None where the request takes the filters away. Raises InvalidParameterValueException for what
    makes no sense, and UnsupportedOperationException for what Tailrace doesn't do.
    """
    _refuse_unsupported(request)
    found = {name: request[name] for name in DEFAULTS if name in request}
    if "DestinationConfig" in found:
        found["DestinationConfig"] = {"OnFailure": {}}
    age = found.get("MaximumRecordAgeInSeconds", -1)
    if -1 < age < RECORD_AGE_SECONDS_MIN:
        raise invalid("MaximumRecordAgeInSeconds must be -1, or between 60 and 604800 seconds.")
    if "FilterCriteria" in request:
        found["FilterCriteria"] = _filters(request["FilterCriteria"])
    return found


def starting_position(request: Shape) -> str:
    """TRIM_HORIZON or LATEST; the other answers are AWS's, as recorded."""
    position = request.get("StartingPosition")
    problem = "1 validation error detected: Value {} at 'startingPosition' failed to satisfy constraint: Member must "
    if position is None:
        raise invalid(problem.format("null") + "not be null.")
    if position not in ("LATEST", "AT_TIMESTAMP", "TRIM_HORIZON"):
        text = f"{problem.format(repr(str(position)))}satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]"
        raise ApiError.validation(text)
    if position == "AT_TIMESTAMP" or "StartingPositionTimestamp" in request:
        raise invalid(f"Unsupported starting position for arn type: {request['EventSourceArn']}")
    return str(position)


def patterns(document: Mapping[str, Any]) -> tuple[event_pattern.EventPattern, ...]:
    """A stored mapping's filters, compiled; a record passes if one of them matches, or there are none."""
    filters = (document.get("FilterCriteria") or {}).get("Filters", ())
    return tuple(event_pattern.parse(one["Pattern"]) for one in filters)


def _filters(criteria: Shape) -> Shape | None:
    filters = criteria.get("Filters") or []
    if len(filters) > FILTERS_MAX:
        raise invalid(f"Filters: a mapping has at most {FILTERS_MAX} filters.")
    for one in filters:
        try:
            event_pattern.parse(one.get("Pattern", "")[: PATTERN_LENGTH_MAX + 1])
        except event_pattern.InvalidPattern as problem:
            raise invalid("Invalid filter pattern definition.") from problem
    return {"Filters": filters} if filters else None


def _refuse_unsupported(request: Shape) -> None:
    asked = [name for name in NOT_SUPPORTED if _asks(request.get(name))]
    destinations = request.get("DestinationConfig") or {}
    asked += [f"DestinationConfig.{name}" for name, value in destinations.items() if _asks(value)]
    if asked:
        text = f"Tailrace does not support {', '.join(asked)} for an event source mapping of a DynamoDB stream"
        raise ApiError("UnsupportedOperationException", text)


def _asks(value: Any) -> bool:
    """Whether a value asks for something: {"Metrics": []} and 0 don't."""
    if isinstance(value, dict):
        return any(_asks(one) for one in value.values())
    return bool(value)
