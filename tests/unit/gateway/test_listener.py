"""Who waits at the door is let in soon, on the event loop that the server runs on."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import uvloop

from tailrace.gateway.listener import LET_IN_AT_ONCE, Listener

CLIENTS = 2 * LET_IN_AT_ONCE
TURNS = 5  # a loop that lets in one each turn would need as many as there are clients


class Guests(list[asyncio.BaseTransport]):
    """Who is in."""

    async def listen(self, **where: Any) -> asyncio.Server:
        """A server whose connections are among them."""
        return await asyncio.get_running_loop().create_server(lambda: Guest(self), **where)


class Guest(asyncio.Protocol):
    """One of them."""

    def __init__(self, guests: Guests) -> None:
        self.guests = guests

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.guests.append(transport)


@contextlib.contextmanager
def clients(port: int) -> Iterator[None]:
    """So many that have connected, and whom nobody has let in yet."""
    with contextlib.ExitStack() as stack:
        for _ in range(CLIENTS):
            stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        yield


def test_clients_that_come_together_are_let_in_together() -> None:
    async def main() -> int:
        guests = Guests()
        listener = await Listener.open(guests.listen, "127.0.0.1", 0)
        with clients(listener.port):
            for _ in range(TURNS):
                await asyncio.sleep(0)
        for guest in guests:
            guest.close()
        listener.close()
        return len(guests)

    assert uvloop.run(main()) == CLIENTS


def test_nobody_is_let_in_after_the_end() -> None:
    async def main() -> None:
        listener = await Listener.open(Guests().listen, "127.0.0.1", 0)
        port = listener.port
        listener.close()
        await asyncio.sleep(0.01)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))

    uvloop.run(main())
