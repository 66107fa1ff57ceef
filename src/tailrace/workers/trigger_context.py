"""What all readers of a node share: who they are, how a function is called, how much they may hold in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Protocol

from tailrace.operation import Node
from tailrace.workers.troubles import Troubles

EVENTS_BYTES_MAX = 256 * 1024 * 1024


class Answer(Protocol):
    """What a reader needs to know of a call's result."""

    @property
    def function_error(self) -> str | None:
        """The kind of the function's error, if it failed."""

    @property
    def payload(self) -> bytes:
        """What the function returned."""

    @property
    def request_id(self) -> str:
        """The call's request id."""

    @property
    def executed_version(self) -> str:
        """The version that ran."""

    @property
    def log_group(self) -> str:
        """The group of the function's log."""

    @property
    def log_stream(self) -> str:
        """Where in the group the function's log has it."""

    @property
    def init_ms(self) -> float | None:
        """How long its environment took to start; None where it was warm."""


class Invoke(Protocol):
    """Calls a function: its scope, name and qualifier, the event, and the X-Amzn-Trace-Id of the caller."""

    def __call__(
        self, node: Node, scope: str, name: str, qualifier: str | None, payload: bytes, *, trace: str | None = None
    ) -> Awaitable[Answer]:
        """Raises ApiError where the function can't be called now."""


class Budget:
    """Bytes of events that may be under way at once; one event may always go."""

    def __init__(self, bytes_max: int = EVENTS_BYTES_MAX) -> None:
        self._free = bytes_max
        self._max = bytes_max
        self._freed = asyncio.Event()

    def take(self, size: int) -> bool:
        """Whether there was room."""
        if size > self._free and self._free < self._max:
            self._freed.clear()
            return False
        self._free -= size
        return True

    def give(self, size: int) -> None:
        """Give back what was taken."""
        self._free += size
        self._freed.set()

    async def room(self) -> None:
        """Wait until something was given back."""
        await self._freed.wait()


@dataclass(slots=True)
class TriggerContext:
    """Shared by all readers. `invoke` raises ApiError where the function can't be called now."""

    node: Node
    invoke: Invoke
    owner: str
    lease_s: float
    budget: Budget = field(default_factory=Budget)
    stopping: bool = False
    troubles: Troubles = field(init=False)

    def __post_init__(self) -> None:
        """What keeps its mappings from going on, the node's meter shows."""
        self.troubles = Troubles(self.node.meter)
