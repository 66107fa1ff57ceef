"""Expiry: deletes the items whose time to live is over, within a second or two of their time.

```
tick ──> tables that expire ──view──> something due? ──update──> a slice of each table, in turn, until nothing is due
```
AWS takes a few days at most and promises no less. An item is returned until it was deleted, here as there.
"""

from __future__ import annotations

import logging

from tailrace.services.dynamodb import expiry, table_metrics
from tailrace.store import resources
from tailrace.store.engine import Transaction
from tailrace.workers.rounds import Rounds

log = logging.getLogger("tailrace.expiry")

PAGE = 500

Place = tuple[str, str]  # a table's scope and name


class Expiry(Rounds):
    """Looks once a second for what is due, and begins with what has come due while no server ran."""

    name = "expiry"
    seconds = 1.0

    async def round(self) -> None:
        """Delete all that is due now. Tables take turns, so that none with a long backlog keeps the others waiting."""
        now = self._node.clock.now()
        waiting = await self._waiting(now)
        while waiting:
            waiting = [place for place in waiting if await self._expire(place, now)]

    async def _expire(self, place: Place, now: float) -> bool:
        """Delete one slice of a table; whether there may be more. A table that fails doesn't hold up the others."""

        def slice_of(tx: Transaction) -> expiry.Slice:
            return expiry.expire_slice(tx, *place, now)

        try:
            done = await self._node.store.update(slice_of, locked=True)
        except Exception:
            log.exception("items of %s in %s could not expire; it is tried again", place[1], place[0])
            return False
        if done.deleted:
            self._node.measurements.add_many(now, done.deleted, table_metrics.EXPIRED, *place)
        return done.looked_at >= expiry.EXPIRE_ITEMS

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
