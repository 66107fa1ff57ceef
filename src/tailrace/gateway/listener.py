"""Where clients come in: several at once, however long a turn of the event loop takes.

libuv, on which the loop stands, accepts one connection on each listening descriptor in a turn, and a turn lasts as long
as the requests of all who are in already: of 32 clients that came together and asked for pages of 1 MB, the last waited
for 1.5 seconds to be let in. So one socket is listened on through several descriptors. The rejected alternative, a loop
of our own that accepts all, would do again what the event loop does for TLS and where descriptors run out.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Sequence

LET_IN_AT_ONCE = 16
"""Connections accepted in one turn; each one that comes alone costs as many calls of `accept`."""

Listen = Callable[..., Awaitable[asyncio.Server]]


class Listener:
    """The addresses of a server, through several descriptors each."""

    def __init__(self, servers: Sequence[asyncio.Server]) -> None:
        self._servers = servers

    @classmethod
    async def open(cls, listen: Listen, host: str, port: int) -> Listener:
        """Listen at a host and port. `listen` takes these, or a socket. Raises OSError where the address is taken."""
        first = await listen(host=host, port=port)
        more = [
            await listen(sock=socket.socket(fileno=os.dup(door.fileno())))
            for door in first.sockets
            for _ in range(LET_IN_AT_ONCE - 1)
        ]
        return cls([first, *more])

    @property
    def port(self) -> int:
        """The port, where any was asked for the one that was free."""
        port: int = self._servers[0].sockets[0].getsockname()[1]
        return port

    def close(self) -> None:
        """Let nobody in any more. Who is in stays."""
        for each in self._servers:
            each.close()
