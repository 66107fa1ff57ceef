"""Of large answers only some are made in one turn of the event loop; the others come one after the other, in order."""

from __future__ import annotations

import asyncio

from tailrace.gateway.connection import Connection
from tailrace.gateway.connections import Connections
from tailrace.gateway.peer import Peer
from tailrace.gateway.turns import TURN_BYTES_MAX, Turns
from tailrace.wire.http import HttpRequest, HttpResponse

ASKED = b"POST /%d HTTP/1.1\r\ncontent-length: 0\r\n\r\n"
SOME = 2  # answers fill a turn


class Socket(asyncio.Transport):
    """A client that takes whatever it is sent."""

    def write(self, data: object) -> None:
        """Take it."""

    def get_write_buffer_size(self) -> int:
        return 0

    def close(self) -> None:
        """Nothing is open."""


class Clients:
    """Clients who ask for one large answer each, and in which order they are answered."""

    def __init__(self, count: int) -> None:
        self.made: list[int] = []
        self.connections = Connections(self.answer, 1000, lambda: 0.0, None, lambda _: True)
        self.all = [self.connections.accept() for _ in range(count)]
        for client in self.all:
            client.connection_made(Socket())

    async def answer(self, request: HttpRequest, peer: Peer) -> HttpResponse:
        self.made.append(int(request.path[1:]))
        return HttpResponse(200, {}, b"x" * (TURN_BYTES_MAX // SOME))

    def ask(self, client: Connection) -> None:
        client.data_received(ASKED % self.all.index(client))

    async def until(self, count: int) -> None:
        """Let the loop turn until so many answers have been made."""
        async with asyncio.timeout(120):
            while len(self.made) < count:  # noqa: ASYNC110
                await asyncio.sleep(0)


async def test_what_comes_behind_large_answers_is_answered_in_later_turns_in_its_order() -> None:
    clients = Clients(6)
    for client in clients.all[:5]:
        clients.ask(client)
    assert clients.made == [0, 1]
    await clients.until(3)
    assert clients.made == [0, 1, 2], "one in a turn"
    clients.ask(clients.all[5])
    await clients.until(6)
    assert clients.made == [0, 1, 2, 3, 4, 5], "who came last waited for all others"
    clients.ask(clients.all[0])
    assert clients.made[6:] == [0], "nobody waits any more"


async def test_who_is_gone_before_its_turn_is_answered_nothing() -> None:
    clients = Clients(6)
    for client in clients.all:
        clients.ask(client)
    clients.all[3].connection_lost(None)
    await clients.until(5)
    assert clients.made == [0, 1, 2, 4, 5]


async def test_the_end_waits_for_who_waits_for_a_turn() -> None:
    clients = Clients(5)
    for client in clients.all:
        clients.ask(client)
    await clients.connections.close(60)
    assert clients.made == [0, 1, 2, 3, 4]


async def test_a_turn_is_not_given_to_who_does_not_wait_any_more() -> None:
    turns = Turns()
    turns.spend(TURN_BYTES_MAX - 1)
    assert not turns.full
    turns.spend(1)
    assert turns.full
    first, second = turns.later(), turns.later()
    first.cancel()
    await asyncio.sleep(0)
    assert second.done()
    assert not turns.full
