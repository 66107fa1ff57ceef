"""Keeps the last uses of keys and roles: one write a minute for all of them, and one at the end."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from tailrace.operation import Node
from tailrace.services.iam import last_used

ROUND_SECONDS = 60.0

log = logging.getLogger("tailrace.last_used")


class KeepLastUsed:
    """Writes down, once a minute, what `Node.last_used` has noted."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name="last-used")

    async def stop(self, grace_s: float) -> None:
        """End, with what is noted by now kept."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            await self.round()

    async def _run(self) -> None:
        while True:
            await self._node.clock.sleep(ROUND_SECONDS)
            await self.round()

    async def round(self) -> None:
        """Keep what is noted. A write that fails is told, and tried again a minute later."""
        uses = self._node.last_used.snapshot()
        if not uses:
            return
        account = self._node.config.account
        try:
            await self._node.store.update(lambda tx: last_used.keep(tx, account, uses))
        except Exception:
            log.exception("the last uses of %d keys and roles could not be kept", len(uses))
        else:
            self._node.last_used.kept(uses)
