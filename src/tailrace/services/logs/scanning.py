"""Going through many events in slices, with everybody else's turn between two of them."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator, Callable, Mapping

from tailrace.services.logs.events import event_size, slice_size
from tailrace.store import log_events
from tailrace.store.engine import Store, Transaction
from tailrace.store.log_events import LAST, LogEvent, Position

SLICE_EVENTS = 200  # read and looked at in about a millisecond

Read = Callable[[Transaction, Position, int], list[LogEvent]]


async def slices(store: Store, read: Read, position: Position) -> AsyncIterator[list[LogEvent]]:
    """What `read` gives behind a position, slice by slice, to the end; at least one slice, which may be empty."""
    looked_at = size = 0
    while True:
        count, behind = slice_size(looked_at, size, SLICE_EVENTS), position
        events = await store.view(lambda tx, behind=behind, count=count: read(tx, behind, count))  # type: ignore[misc]
        yield events
        if len(events) < count:
            return
        position = events[-1].position
        looked_at += len(events)
        size += sum(event_size(event) for event in events)
        await asyncio.sleep(0)


async def newest_first(
    store: Store, scope: str, groups: Mapping[str, int], start: int, end: int
) -> AsyncIterator[list[tuple[str, LogEvent]]]:
    """The events of groups with start <= timestamp < end (ms), newest first over all of them, slice by slice.

    `groups` says of each from which time on (ms) its events are kept.
    """

    def of(group: str, oldest: int) -> AsyncIterator[list[LogEvent]]:
        def read(tx: Transaction, before: Position, count: int) -> list[LogEvent]:
            first = max(start, oldest)
            return log_events.filter(tx, scope, group, after=before, start=first, end=end, backward=True, limit=count)

        return slices(store, read, LAST)

    coming = {group: of(group, oldest) for group, oldest in groups.items()}
    waiting: dict[str, list[LogEvent]] = {group: [] for group in groups}
    while coming:
        for group in [group for group in coming if not waiting[group]]:
            found = await anext(coming[group], None)
            if found:
                waiting[group] = found[::-1]  # the next one is the last one, which is taken off at little cost
            else:
                del coming[group]
        merged: list[tuple[str, LogEvent]] = []
        heads = [(_newest(events[-1]), group) for group, events in waiting.items() if events]
        heapq.heapify(heads)
        while heads and not any(not waiting[group] for group in coming):
            _, group = heapq.heappop(heads)
            events = waiting[group]
            merged.append((group, events.pop()))
            if events:
                heapq.heappush(heads, (_newest(events[-1]), group))
        if merged:
            yield merged


def _newest(event: LogEvent) -> tuple[int, int]:
    return -event.timestamp, -event.event
