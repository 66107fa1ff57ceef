"""A response that reaches its reader piece by piece, while the code still writes it.

```
code --POST .../response, chunked--> feed -> held pieces -> read --> caller
                └── not read from while HELD_BYTES_MAX are held: a slow reader slows the code, not the server's memory
```
A reader that goes away lets the code go on: what it still writes is counted and dropped, as on AWS.
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

HELD_BYTES_MAX = 256 * 1024
STREAM_BYTES_MAX = 200 * 1024 * 1024  # AWS's default limit of a streamed response


class ResponseStream:
    """One response on its way. `content_type` is what the code says of it, once `begun` is set."""

    def __init__(self) -> None:
        self.content_type = ""
        self.begun = asyncio.Event()
        self._pieces: deque[bytes] = deque()
        self._held = 0
        self.total = 0  # bytes that the code has written
        self._ended = False
        self._abandoned = False
        self._news = asyncio.Event()
        self._when_room: Callable[[], None] | None = None

    # -- the writing end -------------------------------------------------------------------------------------------

    def begin(self, content_type: str) -> None:
        """The code has begun to answer."""
        self.content_type = content_type
        self.begun.set()

    def feed(self, piece: bytes) -> bool:
        """Take the next bytes; False where all of them together have become more than a response may be."""
        self.total += len(piece)
        if self.total > STREAM_BYTES_MAX:
            return False
        if piece and not self._abandoned:
            self._pieces.append(piece)
            self._held += len(piece)
            self._news.set()
        return True

    def full(self, when_room: Callable[[], None]) -> bool:
        """Whether nothing more should be fed for now; `when_room` is called once, when that has changed."""
        if self._held < HELD_BYTES_MAX:
            return False
        self._when_room = when_room
        return True

    def end(self) -> None:
        """Nothing more will come, for whatever reason. May be called twice."""
        self._ended = True
        self.begun.set()
        self._news.set()

    # -- the reading end -------------------------------------------------------------------------------------------

    async def read(self) -> bytes | None:
        """The next piece; None after the last one."""
        while not self._pieces:
            if self._ended:
                return None
            self._news.clear()
            await self._news.wait()
        piece = self._pieces.popleft()
        self._held -= len(piece)
        self._let_go()
        return piece

    def abandon(self) -> None:
        """Nobody reads any more."""
        self._abandoned = True
        self._pieces.clear()
        self._held = 0
        self._let_go()

    def _let_go(self) -> None:
        if self._when_room is not None and self._held < HELD_BYTES_MAX:
            wake, self._when_room = self._when_room, None
            wake()
