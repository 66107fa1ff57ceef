"""One Insights query at work: slices of events through its pipeline, a word of it to the store every second."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Any

from tailrace.log_query.aggregates import TooMany
from tailrace.log_query.patterns import TooSlow
from tailrace.log_query.pipeline import Pipeline
from tailrace.operation import Node
from tailrace.services.logs import query_documents
from tailrace.services.logs.events import event_size
from tailrace.services.logs.log_records import record
from tailrace.services.logs.scanning import newest_first
from tailrace.store.engine import Transaction
from tailrace.store.log_events import LogEvent

TIMEOUT_SECONDS = 3600.0
WORD_SECONDS = 1.0
TURN_SECONDS = 0.002  # of a query's work before others have their turn

log = logging.getLogger("tailrace.logs")


@dataclass(slots=True)
class Run:
    """A query and how far it has come."""

    node: Node
    scope: str
    query: str
    pipeline: Pipeline
    groups: dict[str, int]
    """Name: the time from which on its events are kept (ms)."""
    start: int
    end: int
    """Milliseconds, `end` exclusive."""
    scanned: int = 0
    scanned_bytes: int = 0
    began: float = field(default=0.0)

    async def work(self) -> None:
        """Run it to its end. Never raises but for the cancellation of its task."""
        self.began = self.node.clock.now()
        try:
            async with self.node.query_turns:
                if await self._tell("Running"):
                    await self._finish(await self._scan())
        except (TooMany, TooSlow) as problem:
            log.info("query %s failed: %s", self.query, type(problem).__name__)
            await self._tell("Failed")
        except Exception:
            log.exception("query %s failed", self.query)
            await self._tell("Failed")

    async def _scan(self) -> str:
        """Feed the pipeline; the status at the end, "" where somebody has cancelled the query."""
        clock, told = self.node.clock, self.node.clock.monotonic()
        account = self.scope.partition("/")[0]
        async for slice_ in newest_first(self.node.store, self.scope, self.groups, self.start, self.end):
            turn = clock.monotonic()
            for group, event in slice_:
                self._add(group, account, event)
                if clock.monotonic() - turn > TURN_SECONDS:
                    await asyncio.sleep(0)
                    turn = clock.monotonic()
            if clock.monotonic() - told >= WORD_SECONDS:
                told = clock.monotonic()
                if not await self._tell("Running"):
                    return ""
            if self.pipeline.satisfied:
                break
            if clock.now() - self.began > TIMEOUT_SECONDS:
                return "Timeout"
        return "Complete"

    def _add(self, group: str, account: str, event: LogEvent) -> None:
        self.scanned += 1
        self.scanned_bytes += event_size(event)
        self.pipeline.add(record(group, account, event))

    async def _finish(self, status: str) -> None:
        if not status:
            return
        rows = self.pipeline.rows()
        statistics = {**self._statistics(), "resultCount": float(len(rows))}

        def write(tx: Transaction) -> None:
            kept = {"rows": query_documents.keep_rows(tx, self.query, rows), "statistics": statistics}
            query_documents.write(tx, self.scope, self.query, {**self._word(status), **kept})

        await self.node.store.update(write)

    async def _tell(self, status: str) -> bool:
        """Note how far it has come; whether it is still wanted."""
        changes = {**self._word(status), "statistics": self._statistics()}
        return await self.node.store.update(lambda tx: query_documents.write(tx, self.scope, self.query, changes))

    def _word(self, status: str) -> dict[str, Any]:
        now = self.node.clock.now()
        return {"status": status, "beat": now, "duration": int((now - self.began) * 1000)}

    def _statistics(self) -> dict[str, float]:
        return {
            "recordsMatched": float(self.pipeline.matched),
            "recordsScanned": float(self.scanned),
            "estimatedRecordsSkipped": 0.0,
            "bytesScanned": float(self.scanned_bytes),
            "estimatedBytesSkipped": 0.0,
            "logGroupsScanned": float(len(self.groups)),
        }
