"""How many messages queues have, for CloudWatch: measured once a minute, of the queues that are in use.

As on AWS a queue is in use while it has messages, and for six hours after somebody has used it. Whether somebody has is
told by the metrics that are counted then, so all servers of a database know it, and so does one that has just begun.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/monitoring-using-cloudwatch.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tailrace.base.measurements import MINUTE_SECONDS, Metric, Minute, Sample
from tailrace.operation import Node
from tailrace.services.sqs import queue_metrics
from tailrace.services.sqs.queue import KIND, Place
from tailrace.store import messages, metrics, resources
from tailrace.store.engine import Transaction

IN_USE_MINUTES = 6 * 60
PAGE = 500
SLICE = 10  # queues that one transaction looks at: each may have many messages in flight

Levels = list[tuple[Metric, Place, float]]


async def measure(node: Node) -> Minute:
    """The levels of all queues that are in use."""
    now = node.clock.now()
    found: Minute = {}
    used: dict[str, set[metrics.Dimensions]] = {}
    after: tuple[str, str] | None = None
    while True:
        page = await node.store.view(_page(after))
        for scope in {scope for scope, _, _ in page} - set(used):
            used[scope] = await node.store.view(_used(scope, now))
        filled = await node.store.view(messages.filled) if page else set()
        wanted = [
            (Place(scope, name), document["Number"])
            for scope, name, document in page
            if document["Number"] in filled or ((queue_metrics.DIMENSION, name),) in used[scope]
        ]
        for at in range(0, len(wanted), SLICE):
            for metric, place, value in await node.store.view(_look(wanted[at : at + SLICE], now)):
                sample = found[metric, *place] = Sample()
                sample.add(value)
        if len(page) < PAGE:
            return found
        after = page[-1][:2]


def _page(after: tuple[str, str] | None) -> Callable[[Transaction], list[tuple[str, str, dict[str, Any]]]]:
    return lambda tx: resources.everywhere(tx, KIND, after, PAGE)


def _used(scope: str, now: float) -> Callable[[Transaction], set[metrics.Dimensions]]:
    names = [metric.name for metric in queue_metrics.USES]
    since = int(now // MINUTE_SECONDS) - IN_USE_MINUTES
    return lambda tx: metrics.measured(tx, scope, queue_metrics.NAMESPACE, names, since)


def _look(queues: list[tuple[Place, int]], now: float) -> Callable[[Transaction], Levels]:
    def look(tx: Transaction) -> Levels:
        found: Levels = []
        for place, number in queues:
            counts, oldest = messages.counts(tx, number, now), messages.oldest(tx, number, now)
            found += [
                (queue_metrics.VISIBLE, place, counts.waiting),
                (queue_metrics.NOT_VISIBLE, place, counts.in_flight),
                (queue_metrics.DELAYED, place, counts.delayed),
            ]
            if oldest is not None:
                found.append((queue_metrics.AGE, place, max(0.0, now - oldest)))
        return found

    return look
