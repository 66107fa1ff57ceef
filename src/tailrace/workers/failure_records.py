"""Word of records that a mapping has given up, sent to its OnFailure destination: a queue or a topic.

```
given up ──> Delivery, in the transaction that moves the checkpoint ──> the role's permission, then queue or topic,
                                                    in one transaction with `done`; refused: again, for a day
```
So it is owed exactly when the records are passed over, and arrives once. The records themselves are not in it: they
are read from the stream by the numbers that it names.
https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from tailrace.audit.entry import Decided, Entry
from tailrace.auth.principal import Principal
from tailrace.base import ids
from tailrace.base.clock import iso_milliseconds, iso_seconds
from tailrace.base.errors import ApiError, Missing
from tailrace.base.meter import DESTINATIONS
from tailrace.operation import Node
from tailrace.services.lambda_ import event_source_access as access
from tailrace.services.lambda_ import event_source_mappings as mappings
from tailrace.services.lambda_ import event_source_options as options
from tailrace.services.lambda_ import function_metrics
from tailrace.services.lambda_.function_names import FunctionName
from tailrace.services.sns import publishing
from tailrace.services.sns.message import Message
from tailrace.services.sns.publishing import Published
from tailrace.services.sqs import sending
from tailrace.services.sqs.sending import Outgoing, Sent
from tailrace.store import attempts, changes, deliveries, resources
from tailrace.store.attempts import Attempt
from tailrace.store.deliveries import Delivery
from tailrace.store.engine import Transaction
from tailrace.workers import attempt_log, event_counts
from tailrace.workers.batching import Record
from tailrace.workers.outcome import LastCall
from tailrace.workers.trigger_access import session_name
from tailrace.workers.trigger_settings import Settings
from tailrace.workers.tumbling import TumblingWindow

KIND = "lambda:stream-failure"
EXHAUSTED = "RetryAttemptsExhausted"
TOO_OLD = "RecordAgeExceeded"
RETRY_SECONDS_MIN, RETRY_SECONDS_MAX = 1.0, 300.0
LIFE_SECONDS = 24 * 3600.0  # the records themselves are gone from the stream by then

log = logging.getLogger("tailrace.triggers")


class Range(NamedTuple):
    """Which records were given up, and when the first and the last of them were written."""

    first: int
    last: int
    first_at: float
    last_at: float
    records: int

    @classmethod
    def of(cls, records: Sequence[Record]) -> Range:
        """That of some records (not empty)."""
        first, last = records[0], records[-1]
        return cls(first.sequence, last.sequence, first.created, last.created, len(records))

    @classmethod
    def of_window(cls, window: TumblingWindow) -> Range:
        """That of the records in a window's state."""
        return cls(window.first, window.last, window.first_at, window.last_at, window.records)


class GivenUp(NamedTuple):
    """Records that are passed over: after how many attempts, why, and the last call with them if there was one."""

    range: Range
    attempts: int
    condition: str
    call: LastCall | None


def describe(settings: Settings, shard_name: str, lost: GivenUp, now: float) -> dict[str, Any]:
    """The record that is sent, member by member as AWS's. Where the function was never called, it has no answer."""
    call, which = lost.call, lost.range
    answered = {} if call is None else {"responseContext": _response(call)}
    return {
        "requestContext": {
            "requestId": call.request_id if call else ids.uuid(),
            "functionArn": settings.target.arn,
            "condition": lost.condition,
            "approximateInvokeCount": lost.attempts,
        },
        **answered,
        "version": "1.0",
        "timestamp": iso_milliseconds(now, suffix="Z"),
        "DDBStreamBatchInfo": {
            "shardId": shard_name,
            "startSequenceNumber": changes.sequence_text(which.first),
            "endSequenceNumber": changes.sequence_text(which.last),
            "approximateArrivalOfFirstRecord": iso_seconds(which.first_at),
            "approximateArrivalOfLastRecord": iso_seconds(which.last_at),
            "batchSize": which.records,
            "streamArn": settings.stream_arn,
        },
    }


def _response(call: LastCall) -> dict[str, Any]:
    return {"statusCode": 200, "executedVersion": call.executed_version, "functionError": call.function_error}


def owed(settings: Settings, mapping: str, shard_name: str, lost: GivenUp, now: float) -> dict[str, Any]:
    """The body of the delivery that sends it."""
    return {
        "Mapping": mapping,
        "Function": list(settings.target),
        "Destination": settings.destination,
        "Shard": shard_name,
        "Range": [lost.range.first, lost.range.last],
        "Record": orjson.dumps(describe(settings, shard_name, lost, now)).decode(),
    }


async def send(node: Node, delivery: Delivery) -> None:
    """Bring the record to the queue or topic, as the function's role; where that is refused, again later, for a day."""
    body, now = delivery.body, node.clock.now()
    asked: list[tuple[Principal, Decided]] = []

    def bring(tx: Transaction) -> Sent | Published:
        asked[:] = [_asked(tx, node, body)]
        done = _bring(tx, node, body, asked[0][0], now)
        deliveries.done(tx, delivery.id)
        _say(tx, body, "Delivered", None, delivery.attempts, now)
        return done

    try:
        (await node.store.update(bring, locked=True)).measure(node)
        node.meter.count(DESTINATIONS, outcome="Delivered")
    except (ApiError, Missing) as problem:
        seconds = min(RETRY_SECONDS_MIN * 2 ** min(delivery.attempts - 1, 16), RETRY_SECONDS_MAX)
        lost, reason = now + seconds > delivery.created + LIFE_SECONDS, str(problem)

        def later(tx: Transaction) -> None:
            if lost:
                deliveries.done(tx, delivery.id)
            else:
                deliveries.retry(tx, delivery.id, now + seconds)
            _say(tx, body, "Lost" if lost else "Refused", reason, delivery.attempts, now)

        fate = "is lost" if lost else "is sent again later"
        log.warning("word of what mapping %s gave up %s: %s: %s", body["Mapping"], fate, body["Destination"], reason)
        await node.store.update(later, locked=True)
        node.meter.count(DESTINATIONS, outcome="Lost" if lost else "Refused")
        if lost:
            function_metrics.measure(node, FunctionName(*body["Function"]), DestinationDeliveryFailures=1)
    else:
        await _count(node, body)
    for sender, decided in asked:
        service, _, operation = decided.action.partition(":")
        region = FunctionName(*body["Function"]).scope.split("/")[1]
        node.audit.add(Entry.by_lambda(now, sender, service, operation, region, [decided]))


async def _count(node: Node, body: dict[str, Any]) -> None:
    """Count the events that the destination was told of, where their mapping asks for it."""
    scope, mapping = FunctionName(*body["Function"]).scope, body["Mapping"]
    document = await node.store.view(lambda tx: resources.get(tx, mappings.KIND, scope, mapping))
    if document is not None and options.counts_events(document):
        told = orjson.loads(body["Record"])["DDBStreamBatchInfo"]["batchSize"]
        event_counts.count(node, scope, mapping, on_failure_destination_delivered=told)


def _asked(tx: Transaction, node: Node, body: dict[str, Any]) -> tuple[Principal, Decided]:
    """The role's session that sends, and what the policies say to it. Raises Missing: no function, or no role."""
    destination = body["Destination"]
    function = FunctionName(*body["Function"])
    role = access.role_of(tx, function)
    if role is None:
        raise Missing(f"Function not found: {function.arn}")
    sender = node.identity.role_principal(tx, role, session_name(body["Mapping"]))
    action = "sqs:SendMessage" if _is_queue(destination) else "sns:Publish"
    return sender, Decided(action, destination, node.identity.decide(tx, sender, action, destination))


def _is_queue(destination: str) -> bool:
    return destination.split(":")[2] == "sqs"


def _bring(tx: Transaction, node: Node, body: dict[str, Any], sender: Principal, now: float) -> Sent | Published:
    destination, text = body["Destination"], body["Record"]
    if _is_queue(destination):
        return sending.deliver(tx, node.identity, sender, destination, Outgoing(text, sender.user_id), now)
    return publishing.deliver(tx, node.identity, sender, destination, Message(text), now)


def _say(tx: Transaction, body: dict[str, Any], status: str, error: str | None, attempt: int, now: float) -> None:
    """A line in the mapping's attempt log, and an attempt that whoever asks about the records finds."""
    function = FunctionName(*body["Function"])
    line = {"destination": body["Destination"], "shardId": body["Shard"], "attempt": attempt}
    line |= {"status": status, "error": error}
    attempt_log.write(tx, function.scope, body["Mapping"], body["Shard"], [line], now)
    said = {"FunctionArn": function.arn, "Destination": body["Destination"], "ShardId": body["Shard"]}
    said |= {"Attempt": attempt, **({"Error": error} if error else {})}
    first, last = body["Range"]
    attempts.add(tx, Attempt(function.scope, body["Mapping"], f"Destination{status}", now, None, first, last, said))
