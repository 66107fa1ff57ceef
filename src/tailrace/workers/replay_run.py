"""Runs a replay: batch by batch, with a mapping's own rules about answers and retries, and a progress of its own.

```
delivery ──> look: the next batch of the span ──> call ──> one transaction: attempt · counts · progress
                └── waits for a retry: the delivery is due again then       └── cancelled meanwhile: done
```
A restart goes on behind the last batch that was saved; the one that was under way is sent again.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from tailrace.base.errors import Missing
from tailrace.operation import Node
from tailrace.services.lambda_ import invocation
from tailrace.store import attempts, changes, deliveries, resources
from tailrace.store.deliveries import Delivery
from tailrace.store.engine import Transaction
from tailrace.workers import attempt_record, outcome, replay_job
from tailrace.workers.attempt import Attempt, attempt_with
from tailrace.workers.attempt_record import About
from tailrace.workers.batching import Batch, Limits, gather
from tailrace.workers.failure_records import EXHAUSTED, GivenUp, Range
from tailrace.workers.outcome import Failed, FailedFrom, Postponed, Progress
from tailrace.workers.replay_job import Choice, Document, Plan, Span
from tailrace.workers.scan import Scan
from tailrace.workers.trigger_context import Answer, Invoke

CLAIM_SECONDS = 10.0
STREAM_KIND = "dynamodb:stream"

log = logging.getLogger("tailrace.replays")


@dataclass(frozen=True, slots=True)
class Place:
    """How far a replay has come: the span under way, and the progress in it."""

    span: int
    progress: Progress | None

    def saved(self, body: Document) -> Document:
        """The delivery's body with it."""
        return {**body, "Span": self.span, "Progress": self.progress.document() if self.progress else None}

    @classmethod
    def of(cls, body: Document) -> Place:
        """Read back what `saved` wrote."""
        return cls(body["Span"], Progress.of(body["Progress"]) if body["Progress"] else None)


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing is left to do; `status` is the replay's from now on, "" where it has one already."""

    status: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Passed:
    """Records that need no call were passed: filtered, or forgotten by the stream."""

    place: Place
    filtered: int
    trimmed: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before `until`."""

    until: float


@dataclass(frozen=True, slots=True)
class Send:
    """A batch to call the function with."""

    plan: Plan
    place: Place
    progress: Progress
    batch: Batch
    shard_name: str
    filtered: int


Next = Ended | Passed | Wait | Send


async def run_with(invoke: Invoke, node: Node, delivery: Delivery) -> None:
    """Do what is left of a replay, until it ends or has to wait; `invoke` calls the function."""
    body = delivery.body
    while True:
        place, now = Place.of(body), node.clock.now()
        scope, name = body["Scope"], body["ReplayId"]
        found = await node.store.view(lambda tx: look(tx, scope, name, place, now))  # noqa: B023 - awaited here
        match found:
            case Ended():
                await node.store.update(_ending(delivery, found, now))
                return
            case Wait(until):
                await node.store.update(lambda tx: deliveries.retry(tx, delivery.id, until, body))  # noqa: B023
                return
            case Passed(place, filtered, trimmed):
                counts = {"Filtered": filtered, "Trimmed": trimmed}
                body = await node.store.update(_saving(delivery, place, body, counts, None, [], now))
            case Send():
                body = await _send(invoke, node, delivery, body, found)


async def _send(invoke: Invoke, node: Node, delivery: Delivery, body: Document, found: Send) -> Document:
    """Call the function with a batch, and save what became of it; the delivery's body from then on."""
    plan, batch, scope, name = found.plan, found.batch, body["Scope"], body["ReplayId"]
    span, rules = plan.spans[found.place.span], plan.rules()
    made = await attempt_with(node, invoke, plan.target, batch.event(), batch.records, rules, f"replay {name}")
    now = node.clock.now()
    numbers = [record.sequence for record in batch.records]
    settled = outcome.settle(found.progress, batch.through, numbers, made.result, rules, now, made.call)
    tried = (found.progress.pieces[0].attempts if found.progress.pieces else 0) + 1
    stream = (plan.stream["StreamArn"], plan.stream["Stream"])
    about = About(
        scope,
        replay_job.SOURCE + name,
        plan.target.arn,
        *stream,
        found.shard_name,
        span.lane,
        span.lanes,
        replay_job.mark_of(name),
    )
    which = Range.of(batch.records)
    rows = [attempt_record.of_call(about, batch.records, which, made, tried, now)]
    counts = _counts(found, made)
    if settled.given_up:
        lost = GivenUp(which, settled.attempts, EXHAUSTED, made.call)
        rows.append(attempt_record.of_given_up(about, lost, batch.records, now))
        counts |= {"GivenUp": len(numbers), "Filtered": found.filtered}
        log.warning("replay %s gave up %d records of %s: %s", name, len(numbers), found.shard_name, made.error)
    place = Place(found.place.span, settled.progress)
    return await node.store.update(_saving(delivery, place, body, counts, made.problem, rows, now))


def _counts(found: Send, made: Attempt) -> dict[str, int]:
    """What a call adds to the replay's counts."""
    if isinstance(made.result, Postponed):
        return {}
    if isinstance(made.result, Failed):
        return {"Batches": 1}
    if isinstance(made.result, FailedFrom):
        failed_from = made.result.sequence
        return {"Batches": 1, "Sent": sum(record.sequence < failed_from for record in found.batch.records)}
    return {"Batches": 1, "Sent": len(found.batch.records), "Filtered": found.filtered}


def look(tx: Transaction, scope: str, name: str, place: Place, now: float) -> Next:
    """What a replay does next."""
    document = resources.get(tx, replay_job.KIND, scope, name)
    if document is None or document["Status"] in replay_job.ENDED:
        return Ended()
    if place.span >= len(document["Spans"]):
        return Ended(replay_job.COMPLETED)
    stream = resources.get(tx, STREAM_KIND, scope, document["StreamArn"].partition(":table/")[2])
    if stream is None:
        return Ended(replay_job.FAILED, "The stream is gone")
    plan = Plan.of(document, stream)
    span = plan.spans[place.span]
    progress = place.progress or Progress(span.after)
    head = progress.pieces[0] if progress.pieces else None
    if head is not None and head.retry_at > now:
        return Wait(head.retry_at)
    end = head.through if head else span.through
    try:
        shard = changes.shard(tx, span.shard)
    except Missing:
        return Passed(Place(place.span + 1, None), 0, max(0, span.through - progress.checkpoint))
    if shard.trimmed > progress.checkpoint:
        upto = min(shard.trimmed, end)
        return Passed(_behind(place.span, span, outcome.skip(progress, upto)), 0, upto - progress.checkpoint)
    batch, filtered = gather_from(tx, plan, span, progress.checkpoint, end, replay_job.mark_of(name))
    if batch.records:
        return Send(plan, place, outcome.cut(progress, batch.through), batch, shard.name, filtered)
    return Passed(_behind(place.span, span, outcome.skip(progress, batch.through)), filtered, 0)


def gather_from(tx: Transaction, plan: Plan, span: Span, after: int, end: int, mark: str) -> tuple[Batch, int]:
    """The next batch of a span, and how many records a pattern has turned away on the way."""
    scan = Scan(tx, plan.stream, span.shard, after, end, plan.batch_size, mark)
    choice = Choice(plan, span, plan.filters())
    batch = gather(scan, after, choice.wanted, Limits(plan.batch_size))
    if scan.ended and not batch.full:
        batch.through = max(batch.through, end)
    return batch, choice.filtered


def _behind(number: int, span: Span, progress: Progress) -> Place:
    """The place after a step: the next span, where this one is through."""
    if progress.checkpoint >= span.through and not progress.pieces:
        return Place(number + 1, None)
    return Place(number, progress)


def _saving(
    delivery: Delivery,
    place: Place,
    body: Document,
    counts: dict[str, int],
    result: str | None,
    rows: list[attempts.Attempt],
    now: float,
) -> Callable[[Transaction], Document]:
    """Save a step: the place, the counts, and the attempts."""
    scope, name = body["Scope"], body["ReplayId"]

    def made(document: Document) -> Document:
        added = {each: document[each] + counts.get(each, 0) for each in replay_job.COUNTS}
        said = {} if result is None else {"LastResult": result}
        return {**document, **added, **said, "Status": replay_job.RUNNING}

    def save(tx: Transaction) -> Document:
        document = replay_job.change(tx, scope, name, made)
        after = place
        if document is not None and place.progress is not None and place.span < len(document["Spans"]):
            after = _behind(place.span, Span.of(document["Spans"][place.span]), place.progress)
        for row in rows:
            attempts.add(tx, row)
        saved = after.saved(body)
        deliveries.keep(tx, delivery.id, now + CLAIM_SECONDS, saved)
        return saved

    return save


def _ending(delivery: Delivery, ended: Ended, now: float) -> Callable[[Transaction], None]:
    def end(tx: Transaction) -> None:
        if ended.status:
            said = {"LastResult": ended.reason} if ended.reason else {}
            body = delivery.body
            done = {"Status": ended.status, "Ended": now, **said}
            replay_job.change(tx, body["Scope"], body["ReplayId"], lambda document: {**document, **done})
        deliveries.done(tx, delivery.id)

    return end


async def _invoke(
    node: Node, scope: str, name: str, qualifier: str | None, payload: bytes, *, trace: str | None = None
) -> Answer:
    return await invocation.invoke(node, scope, name, qualifier, payload, trace=trace)


run: Callable[[Node, Delivery], Awaitable[None]] = partial(run_with, _invoke)
