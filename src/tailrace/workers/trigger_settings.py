"""A mapping's document as its readers need it: compiled once per version."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import orjson

from tailrace.expression.event_pattern import EventPattern, InvalidPattern
from tailrace.services.lambda_ import event_source_destinations as destinations
from tailrace.services.lambda_ import event_source_options as options
from tailrace.services.lambda_.function_names import FunctionName
from tailrace.workers.outcome import Rules

# A stream keeps its records for 24 hours. A lane that waits for its next attempt looks at them once a minute, and gives
# up what is too old before it is trimmed away, for else nobody would hear of it.
RECORD_LIFE_SECONDS = 24 * 3600.0 - 120.0


@dataclass(frozen=True, slots=True)
class Settings:
    """What a mapping asks for. `problem`: why it can't be done; a filter that was valid once may be none to a later
    version.
    """

    stream: int
    stream_arn: str
    target: FunctionName
    active: bool
    batch_size: int
    window_s: float
    tumbling_s: int
    destination: str | None
    age_s: float
    lanes: int
    rules: Rules
    filters: tuple[EventPattern, ...]
    problem: str | None = None
    counts_events: bool = False


def compile_settings(document: dict[str, Any]) -> Settings:
    """Compile a mapping's document."""
    retries, age = document["MaximumRetryAttempts"], document["MaximumRecordAgeInSeconds"]
    try:
        filters, problem = options.patterns(document), None
    except InvalidPattern as invalid:
        filters, problem = (), f"PROBLEM: Invalid filter pattern definition. {invalid}"
    return Settings(
        stream=document["Stream"],
        stream_arn=document["EventSourceArn"],
        target=FunctionName(*document["Function"]),
        active=document["Enabled"] and document["State"] != "Deleting",
        batch_size=document["BatchSize"],
        window_s=document["MaximumBatchingWindowInSeconds"],
        tumbling_s=document["TumblingWindowInSeconds"],
        destination=destinations.of(document),
        age_s=RECORD_LIFE_SECONDS if age < 0 else min(age, RECORD_LIFE_SECONDS),
        lanes=document["ParallelizationFactor"],
        rules=Rules(
            retries_max=None if retries < 0 else retries,
            bisect=document["BisectBatchOnFunctionError"],
            partial="ReportBatchItemFailures" in document["FunctionResponseTypes"],
            windowed=document["TumblingWindowInSeconds"] > 0,
        ),
        filters=filters,
        problem=problem,
        counts_events=options.counts_events(document),
    )


def lane_of(partition: Any, lanes: int) -> int:
    """Which of a shard's lanes a partition key's records go through, always the same one."""
    return zlib.crc32(orjson.dumps(partition)) % lanes
