"""What an event source mapping can be told, checked and turned into what is stored: pure.

An option is either obeyed or refused. What Tailrace can't do is refused when it is asked for, never stored without
effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tailrace.base.errors import ApiError
from tailrace.expression import event_pattern
from tailrace.operation import Call, Shape
from tailrace.services.lambda_ import event_source_destinations as destinations
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

_OTHER_SOURCES = "it is an option of other event sources than a DynamoDB stream"
LATER_WITHOUT = {
    "MetricsConfig": "there is no CloudWatch",
    "LoggingConfig": "there are no logs of an event source mapping",
    "KMSKeyArn": "there is no KMS",
    "ProvisionedPollerConfig": _OTHER_SOURCES,
    "ScalingConfig": _OTHER_SOURCES,
    "SourceAccessConfigurations": _OTHER_SOURCES,
    "SelfManagedKafkaEventSourceConfig": _OTHER_SOURCES,
    "AmazonManagedKafkaEventSourceConfig": _OTHER_SOURCES,
    "DocumentDBEventSourceConfig": _OTHER_SOURCES,
}
WITHOUT = dict.fromkeys(("SelfManagedEventSource", "Topics", "Queues"), _OTHER_SOURCES) | LATER_WITHOUT
"""What of CreateEventSourceMapping, and LATER_WITHOUT of UpdateEventSourceMapping, can't be had, and why."""


def changed(call: Call, request: Shape) -> dict[str, Any]:
    """The options that a Create or Update request sets, as they are stored.

    FilterCriteria is None where the request takes the filters away. Raises InvalidParameterValueException for what
    makes no sense.
    """
    found = {name: request[name] for name in DEFAULTS if name in request}
    if "DestinationConfig" in found:
        found["DestinationConfig"] = destinations.read(call, found["DestinationConfig"])
    age = found.get("MaximumRecordAgeInSeconds", -1)
    if -1 < age < RECORD_AGE_SECONDS_MIN:
        raise invalid("MaximumRecordAgeInSeconds must be -1, or between 60 and 604800 seconds.")
    if "FilterCriteria" in request:
        found["FilterCriteria"] = _filters(request["FilterCriteria"])
    return found


def check_together(document: Mapping[str, Any]) -> None:
    """Refuse options that don't go together; `document` has all of them.

    A window's state is one shard's, in order, and lanes would each have a part of it.
    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-windows.html
    """
    if document["TumblingWindowInSeconds"] and document["ParallelizationFactor"] > 1:
        raise invalid("Tumbling windows are not supported when ParallelizationFactor is greater than 1.")


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
