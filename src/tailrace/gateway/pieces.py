"""The end of an answer that comes in pieces.

Not compiled, for it waits while an exception is under way: a compiled coroutine that does leaves that exception behind
as the one which all others are told to have come from (tests/unit/test_compiled_modules.py).
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

from tailrace.wire.http import Pieces

T = TypeVar("T")


async def closed_after(pieces: Pieces, sending: Awaitable[T]) -> T:
    """What `sending` gives; at its end, however it ends, who makes the pieces is told that nobody asks for more."""
    try:
        return await sending
    finally:
        await pieces.aclose()
