"""What became of a record: who wrote it, what each mapping has done with it, and which replays have sent it again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tailrace.causality import attempt_shapes, fate, record_lookup, written
from tailrace.causality.fate import Reading
from tailrace.causality.record_lookup import Found
from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.lambda_ import event_source_mappings as mappings
from tailrace.services.lambda_ import event_source_positions as positions
from tailrace.services.lambda_.function_names import FunctionName
from tailrace.store import attempts, changes, leases, resources
from tailrace.store.attempts import Attempt
from tailrace.store.changes import Shard
from tailrace.store.engine import Transaction
from tailrace.workers.batching import Record
from tailrace.workers.outcome import Progress
from tailrace.workers.replay_job import SOURCE
from tailrace.workers.shard_reader import Former
from tailrace.workers.trigger_settings import compile_settings

ATTEMPTS_MAX = 1000  # the latest; ListAttempts has them all
ATTEMPTS_SHOWN_MAX = 100  # of each mapping
PAGE = 500


@operation("tailrace", "TraceRecord", needs="tailrace:TraceRecord", on=anything)
async def trace_record(call: Call, request: Shape) -> Shape:
    """What became of one record, by its eventID (a replayed one's too) or its sequence number.

    Raises ResourceNotFoundException where there never was such a record here, or nothing is known of it any more.
    """
    stream, sequence = record_lookup.sequence_of(request)

    def read(tx: Transaction) -> tuple[Shape, Found]:
        found = record_lookup.find(tx, call, stream, sequence)
        made = [a for a in attempts.with_record(tx, sequence, ATTEMPTS_MAX) if a.scope == call.scope]
        if found.stream is None:
            stream_of = next((a.body["Stream"] for a in made if "Stream" in a.body), None)
            if stream_of is None or stream not in (None, stream_of):
                raise record_lookup.unknown()
            answer: Shape = {"Record": record_lookup.shown(call, tx, found, stream_of)}
        else:
            answer = {"Record": record_lookup.shown(call, tx, found)}
        answer["Mappings"] = _mappings(tx, call, found, made)
        answer["Replays"] = _replays(made, sequence)
        return answer, found

    answer, found = await call.store.view(read)
    if found.change is not None:
        origin = await written.origin_of(call, found.change)
        if origin:
            answer["Write"] = origin
    return answer


def _mappings(tx: Transaction, call: Call, found: Found, made: Sequence[Attempt]) -> list[Shape]:
    """What each mapping of the stream has done, and those that are gone but have left attempts."""
    record = found.record
    partition = _partition(found, record)
    every = dict(_of_stream(tx, call, found))
    left = [a.source for a in made if a.source not in every and not a.source.startswith(SOURCE)]
    shown: list[Shape] = []
    for uuid in [*every, *dict.fromkeys(left)]:
        document = every.get(uuid)
        settings = resources.derived(tx, mappings.KIND, call.scope, uuid, compile_settings) if document else None
        wanted = fate.wanted(settings, record)
        own = [a for a in made if a.source == uuid and fate.had(a, found.sequence, partition, wanted)]
        answer: Shape = {"EventSourceMappingUUID": uuid}
        if document is None or settings is None or found.shard is None:
            answer |= {"Fate": "Unknown", "Reason": "The mapping or the shard is gone"}
            answer["FunctionArn"] = own[0].body.get("FunctionArn", "") if own else ""
            decided = fate.decided(found.sequence, own)
            answer |= {"Fate": decided.fate, "Reason": decided.reason} if decided else {}
        else:
            reading = _reading(tx, document, settings, found.shard, found.stream or {})
            came = fate.of(reading, record, found.sequence, partition, own)
            answer |= {"FunctionArn": FunctionName(*document["Function"]).arn, "State": document["State"]}
            answer |= {"Fate": came.fate, "Reason": came.reason}
            if came.next_at:
                answer["NextAttemptTime"] = came.next_at
        status = _destination_status(own)
        if status:
            answer["DestinationStatus"] = status
        answer["Attempts"] = [attempt_shapes.shown(each) for each in own[:ATTEMPTS_SHOWN_MAX]]
        shown.append(answer)
    return shown


def _of_stream(tx: Transaction, call: Call, found: Found) -> list[tuple[str, dict[str, Any]]]:
    stream = found.stream["Stream"] if found.stream else None
    every: list[tuple[str, dict[str, Any]]] = []
    after: str | None = None
    while stream is not None:
        page = resources.page(tx, mappings.KIND, call.scope, after, PAGE)
        every += [(uuid, document) for uuid, document in page if document.get("Stream") == stream]
        if len(page) < PAGE:
            break
        after = page[-1][0]
    return every


def _reading(tx: Transaction, document: Shape, settings: Any, shard: Shard, stream: Shape) -> Reading:
    state = leases.read(tx, positions.lease_name(document["UUID"], shard.shard)) or {}
    lanes = tuple(Progress.of(each) for each in state.get("lanes") or [{"checkpoint": shard.first}])
    former = tuple(Former(tuple(each)) for each in state.get("former", ()))
    parent = shard.parent if not state and shard.parent else None
    known = {each.name for each in changes.shards(tx, stream["Stream"])} if parent else ()
    return Reading(document, settings, lanes, former, parent if parent in known else None)


def _partition(found: Found, record: Record | None) -> Any | None:
    if found.stream is None or record is None:
        return None
    return record.content["dynamodb"]["Keys"][found.stream["KeySchema"][0]["AttributeName"]]


def _destination_status(own: Sequence[Attempt]) -> str | None:
    """What became of word about records that were given up."""
    for each in own:
        if each.outcome.startswith(fate.DESTINATION):
            return each.outcome.removeprefix(fate.DESTINATION)
        if each.outcome == attempts.GIVEN_UP:
            return "Pending" if "Destination" in each.body else None
    return None


def _replays(made: Sequence[Attempt], sequence: int) -> list[Shape]:
    found: dict[str, list[Shape]] = {}
    for each in made:
        if each.source.startswith(SOURCE) and fate.had(each, sequence, None, None):
            found.setdefault(each.source.removeprefix(SOURCE), []).append(attempt_shapes.shown(each))
    return [{"ReplayId": name, "Attempts": rows[:ATTEMPTS_SHOWN_MAX]} for name, rows in found.items()]
