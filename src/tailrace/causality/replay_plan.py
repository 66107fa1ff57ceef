"""From a request to a plan: which function, which ranges of which stream, with which filter and batch size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from tailrace.base import arn
from tailrace.base.errors import ApiError
from tailrace.causality import record_lookup
from tailrace.expression import event_pattern
from tailrace.operation import Call, Need, Shape
from tailrace.services.lambda_ import event_source_mappings as mappings
from tailrace.services.lambda_ import function_document, function_names
from tailrace.services.lambda_.event_source_access import READ_ACTIONS
from tailrace.services.lambda_.function_names import LATEST, FunctionName
from tailrace.services.streams import records
from tailrace.services.streams.streams import KIND
from tailrace.store import change_search, changes, resources
from tailrace.store.changes import Shard
from tailrace.store.engine import Transaction
from tailrace.workers.replay_job import Plan, Span

BATCH_SIZE_DEFAULT = 100
RETRIES_DEFAULT = 2
_RANGES = ("EventIds", "ShardId", "FromSequenceNumber", "ToSequenceNumber", "StartTime", "EndTime")


class Asked(NamedTuple):
    """Function, stream and mapping (its document) that a request means; each None where it names none."""

    target: FunctionName | None
    stream_arn: str | None
    mapping: dict[str, Any] | None


async def needed_to_send(call: Call, request: Shape) -> list[Need]:
    """What who starts a replay may do: call the function, and read the stream."""
    asked = await call.store.view(lambda tx: ask(tx, call, request))
    called = [Need("lambda:InvokeFunction", asked.target.arn)] if asked.target else []
    return called + _reading(asked)


async def needed_to_look(call: Call, request: Shape) -> list[Need]:
    """What who looks at the records of a replay may do: read the stream."""
    return _reading(await call.store.view(lambda tx: ask(tx, call, request)))


def _reading(asked: Asked) -> list[Need]:
    return [Need(action, asked.stream_arn) for action in READ_ACTIONS] if asked.stream_arn else []


def ask(tx: Transaction, call: Call, request: Shape) -> Asked:
    """What a request means; what is missing or wrong is said by `plan`."""
    mapping = None
    if "EventSourceMappingUUID" in request:
        mapping = resources.get(tx, mappings.KIND, call.scope, request["EventSourceMappingUUID"])
    target = FunctionName(*mapping["Function"]) if mapping else None
    if "FunctionName" in request:
        target = function_names.parse(call, request["FunctionName"])
    stream = request.get("StreamArn") or (mapping["EventSourceArn"] if mapping else None)
    if stream is None and request.get("EventIds"):
        found = records.read_event_id(request["EventIds"][0])
        document = record_lookup.stream_document(tx, call.scope, found[0]) if found else None
        stream = document["StreamArn"] if document else None
    return Asked(target, stream, mapping)


def plan(tx: Transaction, call: Call, request: Shape, spans: tuple[Span, ...] | None = None) -> Plan:
    """The plan; `spans` in place of what the request says of a range.

    Raises ValidationException, ResourceNotFoundException, TrimmedDataAccessException.
    """
    asked = ask(tx, call, request)
    if "EventSourceMappingUUID" in request and asked.mapping is None:
        raise ApiError.resource_not_found("The resource you requested does not exist.")
    if asked.target is None:
        raise ApiError.validation("Name a FunctionName or an EventSourceMappingUUID")
    qualified = asked.target._replace(qualifier=asked.target.qualifier or LATEST)
    function_document.find_version(tx, qualified)
    stream = _stream(tx, call, asked.stream_arn)
    mapping = asked.mapping or {}
    own = [one["Pattern"] for one in (mapping.get("FilterCriteria") or {}).get("Filters", ())]
    patterns = tuple(request.get("Patterns", own))
    for text in patterns:
        try:
            event_pattern.parse(text)
        except event_pattern.InvalidPattern as problem:
            raise ApiError.validation(f"A pattern is not valid: {problem}") from problem
    return Plan(
        asked.target,
        stream,
        _spans(tx, call, request, stream) if spans is None else spans,
        request.get("BatchSize", mapping.get("BatchSize", BATCH_SIZE_DEFAULT)),
        request.get("MaximumRetryAttempts", RETRIES_DEFAULT),
        patterns,
        mapping.get("UUID"),
        mapping.get("BisectBatchOnFunctionError", False),
        "ReportBatchItemFailures" in mapping.get("FunctionResponseTypes", ()),
    )


def _stream(tx: Transaction, call: Call, stream_arn: str | None) -> dict[str, Any]:
    if stream_arn is None:
        raise ApiError.validation("Name a StreamArn, an EventSourceMappingUUID, or EventIds of a stream that there is")
    parts = arn.parse(stream_arn)
    here = parts is not None and (parts.account, parts.region) == (call.account, call.region)
    found = resources.get(tx, KIND, call.scope, parts.resource.removeprefix("table/")) if parts and here else None
    if found is None:
        raise ApiError.resource_not_found(f"Requested resource not found: Stream: {stream_arn} not found")
    return found


def _spans(tx: Transaction, call: Call, request: Shape, stream: dict[str, Any]) -> tuple[Span, ...]:
    """The ranges that the request means, parents before their children."""
    if not any(name in request for name in _RANGES):
        raise ApiError.validation(f"Say what to replay: at least one of {', '.join(_RANGES)}")
    every = changes.shards(tx, stream["Stream"])
    if "EventIds" in request:
        if len([name for name in _RANGES if name in request]) > 1:
            raise ApiError.validation("EventIds say all of what to replay: name no other range beside them")
        return _of_events(request["EventIds"], stream, every)
    first, last = (_number(request, name) for name in ("FromSequenceNumber", "ToSequenceNumber"))
    named = {changes.shard_of(number) for number in (first, last) if number is not None}
    chosen = [shard for shard in every if shard.shard in named] if named else every
    if "ShardId" in request:
        chosen = [shard for shard in chosen if shard.name == request["ShardId"]]
    if len(named) > 1 or not chosen:
        raise ApiError.resource_not_found("Requested resource not found: Shard does not exist")
    since, until = request.get("StartTime"), request.get("EndTime")
    spans = []
    for shard in chosen:
        after = shard.trimmed if since is None else change_search.before(tx, shard, since)
        through = shard.latest if until is None else change_search.before(tx, shard, until)
        if first is not None:
            _check_kept(shard, first)
            after = max(after, first - 1)
        if last is not None:
            through = min(through, last)
        if through > after:
            spans.append(Span(shard.shard, after, through))
    return tuple(spans)


def _of_events(texts: Sequence[str], stream: dict[str, Any], every: Sequence[Shard]) -> tuple[Span, ...]:
    """A span for each run of records that follow one another."""
    shards = {shard.shard: shard for shard in every}
    numbers = []
    for text in texts:
        found = records.read_event_id(text)
        shard = shards.get(changes.shard_of(found[1])) if found and found[0] == stream["Stream"] else None
        if found is None or shard is None or not shard.first < found[1] <= shard.latest:
            raise ApiError.resource_not_found(f"There is no record {text} in {stream['StreamArn']}")
        _check_kept(shard, found[1])
        numbers.append(found[1])
    spans: list[Span] = []
    for number in sorted(set(numbers)):
        if spans and spans[-1].through == number - 1:
            spans[-1] = Span(spans[-1].shard, spans[-1].after, number)
        else:
            spans.append(Span(changes.shard_of(number), number - 1, number))
    return tuple(spans)


def _check_kept(shard: Shard, number: int) -> None:
    if number <= shard.trimmed:
        raise ApiError("TrimmedDataAccessException", "The data you are trying to access has been trimmed")


def _number(request: Shape, name: str) -> int | None:
    if name not in request:
        return None
    number = changes.sequence_number(request[name])
    if number is None:
        raise ApiError.validation(f"{name} is no SequenceNumber of this server")
    return number
