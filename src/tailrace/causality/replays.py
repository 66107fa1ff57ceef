"""Replays: a range of a stream into a function once more, started, looked at, cancelled; each a durable job."""

from __future__ import annotations

from typing import Any

from tailrace.base import ids
from tailrace.base.errors import ApiError
from tailrace.causality import replay_plan
from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.lambda_.function_names import FunctionName
from tailrace.store import deliveries, resources
from tailrace.store.engine import Transaction
from tailrace.workers import replay_job
from tailrace.workers.replay_job import KIND, Plan

LIST_DEFAULT = 100
_SHOWN = {
    "Status": "Status",
    "StreamArn": "StreamArn",
    "Mapping": "EventSourceMappingUUID",
    "CreatedBy": "CreatedBy",
    "Created": "CreatedTime",
    "Ended": "EndedTime",
    "BatchSize": "BatchSize",
    "MaximumRetryAttempts": "MaximumRetryAttempts",
    "Sent": "RecordsSent",
    "Filtered": "RecordsFiltered",
    "GivenUp": "RecordsGivenUp",
    "Trimmed": "RecordsTrimmed",
    "Batches": "Batches",
    "LastResult": "LastResult",
}


@operation("tailrace", "StartReplay", needs="tailrace:StartReplay", on=anything, also=replay_plan.needed_to_send)
async def start_replay(call: Call, request: Shape) -> Shape:
    """Send records of a stream to a function once more: a range, or records by their eventIDs. No checkpoint moves.

    With a mapping, its stream, function, filter, batch size and response type are meant where the request names none.
    """
    replay_id = ids.uuid()

    def start(tx: Transaction) -> Shape:
        return begin(tx, call, replay_plan.plan(tx, call, request), replay_id)

    return {"Replay": await call.store.update(start)}


def begin(tx: Transaction, call: Call, plan: Plan, replay_id: str) -> Shape:
    """Keep a new replay, and owe its run; how it is shown."""
    document = plan.document(replay_id, call.principal.arn, call.clock.now())
    replay_job.start(tx, call.scope, document, call.clock)
    return shown(document)


@operation("tailrace", "DescribeReplay", needs="tailrace:DescribeReplay", on=anything)
async def describe_replay(call: Call, request: Shape) -> Shape:
    """A replay, and how far it has come."""
    return {"Replay": shown(await call.store.view(lambda tx: _find(tx, call, request["ReplayId"])))}


@operation("tailrace", "ListReplays", needs="tailrace:ListReplays", on=anything)
async def list_replays(call: Call, request: Shape) -> Shape:
    """The replays of this account and region, those that have ended for seven days."""
    limit, after = request.get("MaxResults", LIST_DEFAULT), request.get("NextToken")
    found = await call.store.view(lambda tx: resources.page(tx, KIND, call.scope, after, limit + 1))
    answer: Shape = {"Replays": [shown(document) for _, document in found[:limit]]}
    if len(found) > limit:
        answer["NextToken"] = found[limit - 1][0]
    return answer


@operation("tailrace", "CancelReplay", needs="tailrace:CancelReplay", on=anything)
async def cancel_replay(call: Call, request: Shape) -> Shape:
    """End a replay. A batch that is under way is finished and counted; nothing is sent after it.

    Raises ValidationException where it has ended already.
    """

    def cancel(tx: Transaction) -> Shape:
        document = _find(tx, call, request["ReplayId"])
        if document["Status"] in replay_job.ENDED:
            raise ApiError.validation(f"The replay has ended: it is {document['Status']}")
        changed = {**document, "Status": replay_job.CANCELLED, "Ended": call.clock.now()}
        resources.put(tx, KIND, call.scope, document["ReplayId"], changed)
        owed = deliveries.find(tx, f"replay/{document['ReplayId']}")
        if owed is not None and document["Status"] == replay_job.PENDING:
            deliveries.done(tx, owed.id)
        return shown(changed)

    return {"Replay": await call.store.update(cancel)}


def shown(document: dict[str, Any]) -> Shape:
    """A replay as the operations tell of it."""
    answer = {name: document[kept] for kept, name in _SHOWN.items() if document.get(kept) is not None}
    answer["ReplayId"] = document["ReplayId"]
    answer["FunctionArn"] = FunctionName(*document["Function"]).arn
    answer["EventIdSuffix"] = replay_job.mark_of(document["ReplayId"])
    return answer


def _find(tx: Transaction, call: Call, replay_id: str) -> dict[str, Any]:
    document = resources.get(tx, KIND, call.scope, replay_id)
    if document is None:
        raise ApiError.resource_not_found(f"There is no replay {replay_id}")
    return document
