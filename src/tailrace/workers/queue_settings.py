"""A mapping's document as the run of its queue needs it: compiled once per version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from tailrace.expression.event_pattern import EventPattern
from tailrace.services.lambda_ import event_source_options as options
from tailrace.services.lambda_.function_names import FunctionName

BODY = "body"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """One filter. `parses`: it looks into the body, which has to be JSON; `text`: at the body as it is, which has not
    to be JSON; neither: it doesn't look at the body.
    """

    pattern: EventPattern
    parses: bool
    text: bool


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """What a mapping asks for. `concurrency` None: as many batches at once as AWS would come to by and by."""

    queue_arn: str
    target: FunctionName
    state: str
    active: bool
    batch_size: int
    window_s: float
    concurrency: int | None
    partial: bool
    filters: tuple[QueueFilter, ...]
    counts_events: bool


def compile_queue(document: dict[str, Any]) -> QueueSettings:
    """Compile a mapping's document."""
    texts = (document.get("FilterCriteria") or {}).get("Filters", ())
    compiled = zip(options.patterns(document), texts, strict=True)
    return QueueSettings(
        queue_arn=document["EventSourceArn"],
        target=FunctionName(*document["Function"]),
        state=document["State"],
        active=document["Enabled"] and document["State"] != "Deleting",
        batch_size=document["BatchSize"],
        window_s=document["MaximumBatchingWindowInSeconds"],
        concurrency=(document.get("ScalingConfig") or {}).get("MaximumConcurrency"),
        partial="ReportBatchItemFailures" in document["FunctionResponseTypes"],
        filters=tuple(_filter(pattern, orjson.loads(one["Pattern"])) for pattern, one in compiled),
        counts_events=options.counts_events(document),
    )


def _filter(pattern: EventPattern, document: dict[str, Any]) -> QueueFilter:
    """A filter, and in which form it looks at the body."""
    alternatives = [document, *document.get("$or", ())]
    bodies = [each[BODY] for each in alternatives if BODY in each]
    parses = any(isinstance(body, dict) for body in bodies)
    return QueueFilter(pattern, parses, bool(bodies) and not parses)
