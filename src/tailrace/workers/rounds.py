"""A worker that makes rounds: what expiry, retention and the keepers of counts have in common."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from abc import ABC, abstractmethod
from typing import ClassVar, Protocol

from tailrace.base.clock import wait_for_event
from tailrace.operation import Node

log = logging.getLogger("tailrace.rounds")


class Worker(Protocol):
    """What the server starts when it is ready and stops before it closes the store."""

    async def start(self) -> None:
        """Begin."""

    async def stop(self, grace_s: float) -> None:
        """End within about `grace_s` seconds, with nothing half done."""


class Rounds(ABC):
    """Makes a round at the start, and then one every `seconds` of the node's clock.

    A round that fails is logged under `name`, and the next one goes on.
    """

    name: ClassVar[str]
    seconds: ClassVar[float]

    def __init__(self, node: Node) -> None:
        self._node = node
        self._task: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()

    @abstractmethod
    async def round(self) -> None:
        """Do what there is to do now."""

    def pause(self) -> float:
        """The seconds to the next round."""
        return self.seconds

    async def last(self) -> None:  # noqa: B027 - most have nothing to do at the end
        """What remains to be done at the end, after the last round."""

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name=self.name)

    async def stop(self, grace_s: float) -> None:
        """End after the round under way, or after `grace_s` seconds: then between two of its transactions."""
        if self._task is None:
            return
        self._ending.set()
        _, late = await asyncio.wait([self._task], timeout=grace_s)
        for task in late:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self.last()

    async def _run(self) -> None:
        while True:
            try:
                await self.round()
            except Exception:
                log.exception("a round of %s failed; the next one goes on", self.name)
            if await wait_for_event(self._ending, self.pause(), self._node.clock):
                return
