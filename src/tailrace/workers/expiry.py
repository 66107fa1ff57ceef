"""Expiry: deletes the items whose time to live is over, within a second or two of their time.

```
tick ──> tables that expire ──view──> something due? ──update──> a slice of each table, in turn, until nothing is due
```
AWS takes a few days at most and promises no less. An item is returned until it was deleted, here as there.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging

from tailrace.operation import Node
from tailrace.services.dynamodb import expiry
from tailrace.store import resources
from tailrace.store.engine import Transaction

TICK_SECONDS = 1.0
PAGE = 500

log = logging.getLogger("tailrace.expiry")

Place = tuple[str, str]  # a table's scope and name


class Expiry:
    """Looks once a second for what is due."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin with what has come due while no server ran."""
        self._task = asyncio.create_task(self._run(), name="expiry")

    async def stop(self, grace_s: float) -> None:
        """End after the slice under way; what is left is due after the next start, too."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            try:
                await self.round()
            except Exception:
                log.exception("a round of expiry failed; the next one goes on")
            await self._node.clock.sleep(TICK_SECONDS)

    async def round(self) -> None:
        """Delete all that is due now. Tables take turns, so that none with a long backlog keeps the others waiting."""
        now = self._node.clock.now()
        waiting = await self._waiting(now)
        while waiting:
            waiting = [place for place in waiting if await self._expire(place, now)]

    async def _expire(self, place: Place, now: float) -> bool:
        """Delete one slice of a table; whether there may be more. A table that fails doesn't hold up the others."""

        def slice_of(tx: Transaction) -> int:
            return expiry.expire_slice(tx, *place, now)

        try:
            return await self._node.store.update(slice_of) >= expiry.EXPIRE_ITEMS
        except Exception:
            log.exception("items of %s in %s could not expire; it is tried again", place[1], place[0])
            return False

    async def _waiting(self, now: float) -> list[Place]:
        """The tables that have something due."""
        found: list[Place] = []
        after: Place | None = None
        while True:
            page = await self._node.store.view(lambda tx, after=after: _page(tx, after, now))  # type: ignore[misc]
            found += [place for place, is_waiting in page if is_waiting]
            if len(page) < PAGE:
                return found
            after = page[-1][0]


def _page(tx: Transaction, after: Place | None, now: float) -> list[tuple[Place, bool]]:
    listed = resources.everywhere(tx, expiry.EXPIRING_KIND, after, PAGE)
    return [((scope, name), expiry.is_waiting(tx, scope, name, now)) for scope, name, _ in listed]
