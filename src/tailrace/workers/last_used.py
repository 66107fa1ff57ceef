"""Keeps the last uses of keys and roles: one write a minute for all of them, and one at the end."""

from __future__ import annotations

import logging

from tailrace.services.iam import last_used
from tailrace.workers.rounds import Rounds

log = logging.getLogger("tailrace.last_used")


class KeepLastUsed(Rounds):
    """Writes down, once a minute and at the end, what `Node.last_used` has noted."""

    name = "last_used"
    seconds = 60.0

    async def last(self) -> None:
        """Keep what was noted since."""
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
