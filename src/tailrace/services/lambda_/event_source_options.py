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
from tailrace.services.lambda_ import event_source_queues as queues
from tailrace.services.lambda_.refusals import invalid

BOTH_DEFAULTS: Mapping[str, Any] = {"MaximumBatchingWindowInSeconds": 0, "FunctionResponseTypes": []}
STREAM_DEFAULTS: Mapping[str, Any] = {
    "BatchSize": 100,
    **BOTH_DEFAULTS,
    "BisectBatchOnFunctionError": False,
    "MaximumRecordAgeInSeconds": -1,
    "MaximumRetryAttempts": -1,
    "ParallelizationFactor": 1,
    "TumblingWindowInSeconds": 0,
    "DestinationConfig": {"OnFailure": {}},
}
QUEUE_DEFAULTS: Mapping[str, Any] = {"BatchSize": 10, **BOTH_DEFAULTS}
STREAMS_ONLY = (STREAM_DEFAULTS.keys() - QUEUE_DEFAULTS.keys()) - {"DestinationConfig"}
FILTERS_MAX = 5
PATTERN_LENGTH_MAX = 4096
RECORD_AGE_SECONDS_MIN = 60
EVENT_COUNT = "EventCount"

_OTHER_SOURCES = "it is an option of other event sources than streams and queues"
LATER_WITHOUT = {
    "LoggingConfig": "it is an option of Kafka's event sources; what becomes of each call is logged all the same",
    "KMSKeyArn": "there is no KMS",
    "ProvisionedPollerConfig": "there are no pollers to be provisioned: what is sent wakes its mapping at once",
    "SourceAccessConfigurations": _OTHER_SOURCES,
    "SelfManagedKafkaEventSourceConfig": _OTHER_SOURCES,
    "AmazonManagedKafkaEventSourceConfig": _OTHER_SOURCES,
    "DocumentDBEventSourceConfig": _OTHER_SOURCES,
}
WITHOUT = dict.fromkeys(("SelfManagedEventSource", "Topics", "Queues"), _OTHER_SOURCES) | LATER_WITHOUT
"""What of CreateEventSourceMapping, and LATER_WITHOUT of UpdateEventSourceMapping, can't be had, and why."""


def defaults(source: str) -> dict[str, Any]:
    """What a mapping of this event source has before anything is set."""
    return dict(QUEUE_DEFAULTS if queues.is_queue(source) else STREAM_DEFAULTS)


def changed(call: Call, request: Shape, source: str) -> dict[str, Any]:
    """The options that a Create or Update request sets for this event source, as they are stored.

    FilterCriteria, ScalingConfig and MetricsConfig are None where the request takes them away. Raises
    InvalidParameterValueException for what makes no sense, or is no option of this source.
    """
    _check_options(request, source)
    found = {name: request[name] for name in defaults(source) if name in request}
    if "DestinationConfig" in found:
        found["DestinationConfig"] = destinations.read(call, found["DestinationConfig"])
    age = found.get("MaximumRecordAgeInSeconds", -1)
    if -1 < age < RECORD_AGE_SECONDS_MIN:
        raise invalid("MaximumRecordAgeInSeconds must be -1, or between 60 and 604800 seconds.")
    if "FilterCriteria" in request:
        found["FilterCriteria"] = _filters(request["FilterCriteria"])
    if "ScalingConfig" in request:
        found["ScalingConfig"] = request["ScalingConfig"] if "MaximumConcurrency" in request["ScalingConfig"] else None
    if "MetricsConfig" in request:
        found["MetricsConfig"] = _metrics(request["MetricsConfig"])
    return found


def check_together(document: Mapping[str, Any]) -> None:
    """Refuse options that don't go together; `document` has all of them.

    A window's state is one shard's, in order, and lanes would each have a part of it.
    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-windows.html
    """
    if queues.is_queue(document["EventSourceArn"]):
        queues.check_together(document)
    elif document["TumblingWindowInSeconds"] and document["ParallelizationFactor"] > 1:
        raise invalid("Tumbling windows are not supported when ParallelizationFactor is greater than 1.")


def counts_events(document: Mapping[str, Any]) -> bool:
    """Whether a stored mapping asks for the metrics that count events."""
    return EVENT_COUNT in (document.get("MetricsConfig") or {}).get("Metrics", ())


def starting_position(request: Shape) -> str | None:
    """TRIM_HORIZON or LATEST, None for a queue; the other answers are AWS's, as recorded."""
    position = request.get("StartingPosition")
    if queues.is_queue(request["EventSourceArn"]):
        for name in ("StartingPosition", "StartingPositionTimestamp"):
            if name in request:
                raise invalid(f"{name} is not valid for SQS event sources.")
        return None
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


def _check_options(request: Shape, source: str) -> None:
    """Refuse options that this event source hasn't, in AWS's words: recorded for some of them, the same for all."""
    foreign = STREAMS_ONLY if queues.is_queue(source) else {"ScalingConfig"}
    for name in sorted(foreign & request.keys()):
        spelled = name[0].lower() + name[1:]
        raise invalid(f"Unsupported '{spelled}' parameter for given event source mapping type.")
    if queues.is_queue(source) and "DestinationConfig" in request:
        raise invalid("Unsupported DestinationConfig parameter for given event source mapping type.")


def _metrics(config: Shape) -> Shape | None:
    """The metrics that are asked for; ErrorCount and KafkaMetrics are of Kafka's event sources."""
    metrics = config.get("Metrics") or []
    for name in metrics:
        if name != EVENT_COUNT:
            raise invalid(f"Unsupported metric {name} for given event source mapping type.")
    return {"Metrics": metrics} if metrics else None


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
