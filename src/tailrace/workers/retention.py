"""Retention: forgets what is kept for a limited time only, in slices that hold nobody up.

Stream records go after 24 hours (and with them closed shards, and streams that are off), log events after their
group's retention, and the rows of deleted log groups and streams as soon as possible. What the writes to a table under
continuous backup have replaced goes after its recovery period, a deleted table's SYSTEM backup after 35 days, what
contributor insights have counted and metrics after 15, attempts of calls after 7. The notes of an online copy that
nobody goes on with end when they are too many.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from tailrace.base.measurements import MINUTE_SECONDS
from tailrace.services.dynamodb import backup_documents, insights_report, insights_tally
from tailrace.services.logs import names as log_groups
from tailrace.services.sqs import queues
from tailrace.store import (
    attempts,
    changes,
    copying,
    history,
    insight_counts,
    log_events,
    message_groups,
    messages,
    metrics,
    resources,
)
from tailrace.store.engine import Transaction
from tailrace.workers import replay_job
from tailrace.workers.rounds import Rounds

STREAM_SECONDS = 24 * 3600.0
ATTEMPT_SECONDS = 7 * 24 * 3600.0  # as long as a mapping's attempt log is kept
METRIC_SECONDS = 15 * 24 * 3600.0  # as long as CloudWatch keeps them by the minute
SLICE = 500
SLICES_MAX = 2_000  # of one kind in one round: a million rows
PAGE = 500
STREAM_KIND = "dynamodb:stream"

log = logging.getLogger("tailrace.rounds")

Trim = Callable[[Transaction], int]


class Retention(Rounds):
    """Makes a round a minute. One that the end of the server cuts short goes on after the next start."""

    name = "retention"
    seconds = 60.0
    _told: copying.Mark | None = None  # of which copy the log has been told

    async def round(self) -> None:
        """Forget everything whose time is over."""
        now = self._node.clock.now()
        await self._in_slices(lambda tx: changes.trim(tx, now - STREAM_SECONDS, SLICE), locked=True)
        await self._in_slices(lambda tx: attempts.trim(tx, now - ATTEMPT_SECONDS, SLICE))
        for scope, name, document in await self._all(STREAM_KIND):
            if document["StreamStatus"] == "DISABLED":
                await self._node.store.update(_forget_stream(scope, name, document["Stream"]))
        for scope, name, document in await self._all(log_groups.KIND):
            before = log_groups.oldest_kept(document, now)
            if before:
                await self._in_slices(_trim_group(scope, name, before))
        await self._in_slices(lambda tx: log_events.sweep(tx, SLICE))
        await self._in_slices(lambda tx: history.trim(tx, now, SLICE))
        counted = int((now - insights_report.KEEP_SECONDS) // insights_tally.MINUTE_SECONDS)
        await self._in_slices(lambda tx: insight_counts.trim(tx, counted, SLICE))
        measured = int((now - METRIC_SECONDS) // MINUTE_SECONDS)
        await self._in_slices(lambda tx: metrics.trim(tx, measured, SLICE))
        await self._in_slices(lambda tx: messages.trim(tx, now, SLICE) or messages.sweep(tx, SLICE))
        await self._in_slices(lambda tx: message_groups.forget_tokens(tx, now, SLICE))
        await self._in_slices(lambda tx: queues.forget_deleted(tx, now, SLICE))
        for scope, name, document in await self._all(replay_job.KIND):
            if document.get("Ended", now) < now - ATTEMPT_SECONDS:
                await self._node.store.update(_forget_replay(scope, name))
        for scope, key, backup in await self._all(backup_documents.KIND):
            if backup_documents.has_expired(backup, now):
                await self._node.store.update(_expire_backup(scope, key, now))
        await self._end_notes()

    async def _end_notes(self) -> None:
        copy, behind, ended = await copying.end_overdue(self._node.store)
        if copy is None:
            return
        if ended:
            log.warning("nobody went on with the online copy to %s: %d changes are noted no more", copy.target, behind)
        elif copy != self._told:
            self._told = copy
            log.warning(
                "changes are noted for an online copy to %s, %d so far; `tailrace copy --abandon` ends that",
                *(copy.target, behind),
            )

    async def _in_slices(self, trim: Trim, *, locked: bool = False) -> None:
        """Run `trim` until it finds nothing more. `locked` as in `Store.update`."""
        for _ in range(SLICES_MAX):
            if not await self._node.store.update(trim, locked=locked):
                return

    async def _all(self, kind: str) -> list[tuple[str, str, dict[str, Any]]]:
        found: list[tuple[str, str, dict[str, Any]]] = []
        after: tuple[str, str] | None = None
        while True:
            page = await self._node.store.view(_page_after(kind, after))
            found += page
            if len(page) < PAGE:
                return found
            after = page[-1][:2]


def _page_after(
    kind: str, after: tuple[str, str] | None
) -> Callable[[Transaction], list[tuple[str, str, dict[str, Any]]]]:
    return lambda tx: resources.everywhere(tx, kind, after, PAGE)


def _trim_group(scope: str, name: str, before_ms: int) -> Trim:
    return lambda tx: log_events.trim(tx, scope, name, before_ms, SLICE)


def _forget_replay(scope: str, name: str) -> Callable[[Transaction], bool]:
    return lambda tx: resources.delete(tx, replay_job.KIND, scope, name)


def _expire_backup(scope: str, key: str, now: float) -> Callable[[Transaction], None]:
    return lambda tx: backup_documents.expire(tx, scope, key, now)


def _forget_stream(scope: str, name: str, stream: int) -> Callable[[Transaction], None]:
    """Drop the document of a stream whose last shard has been trimmed away."""

    def forget(tx: Transaction) -> None:
        if not changes.shards(tx, stream):
            resources.delete(tx, STREAM_KIND, scope, name)

    return forget
