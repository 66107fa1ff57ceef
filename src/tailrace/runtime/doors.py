"""A function without a network: it has one of its own, in which only the server listens.

```
inside   127.0.0.1:9001 (Runtime API)      the endpoint's own address
              │                                  │            both opened by gate.py, before the code runs
server   runtime_api.RuntimeApi            gateway's Connections
```
A listening socket belongs to the network in which it was made, whoever accepts on it; so the gate makes them and hands
them to the server. The rejected alternative, a program inside that forwards to a socket in the file system, would copy
each byte twice more and be one more process of every function.
"""

from __future__ import annotations

import array
import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

API_HOST, API_PORT = "127.0.0.1", 9001  # AWS's, too
DOORS = 2
PORT_OPEN_TO_ALL = 1024  # listening below wants a capability


class OwnNetworkRefused(Exception):
    """Functions can't have networks of their own here; the text says why."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The server as functions without a network reach it: under the host and port that all its clients use.

    `serve` accepts connections on a listening socket, until the returned server is closed.
    """

    host: str
    port: int
    serve: Callable[[socket.socket], Awaitable[asyncio.Server]]

    @property
    def name(self) -> str | None:
        """The host, where it is a name that has to be known inside."""
        return None if self.host == "localhost" or literal(self.host) else self.host

    def places(self) -> list[str]:
        """Hosts and ports to listen at inside, one after the other: the Runtime API's first."""
        found = literal(self.host)
        host = "127.0.0.1" if found is None else "::1" if found.version == 6 else self.host
        return [API_HOST, str(API_PORT), host, str(self.port)]


def literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a host is, None for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def check_place(host: str, port: int, *, as_root: bool) -> None:
    """Raise OwnNetworkRefused for an endpoint that can't be had inside."""
    found = literal(host)
    if found and not (found.is_loopback or found.is_unspecified):
        raise OwnNetworkRefused(
            f"functions without a network can't reach {host}: let the server listen on 127.0.0.1, on every "
            "address (0.0.0.0), or under a name"
        )
    if port == API_PORT:
        raise OwnNetworkRefused(f"functions without a network have the Runtime API on port {API_PORT}: choose another")
    if port < PORT_OPEN_TO_ALL and not as_root:
        raise OwnNetworkRefused(
            f"functions without a network can't be given port {port}, for the server isn't root: choose a "
            f"--port from {PORT_OPEN_TO_ALL} on"
        )


class Channel:
    """Through which the gate hands over its sockets. `far` is its end, to be closed here once it has started."""

    def __init__(self) -> None:
        self.near, self.far = socket.socketpair()
        self.near.setblocking(False)

    async def sockets(self) -> list[socket.socket]:
        """The listening sockets, in the order of `Endpoint.places`; none where the gate was never reached."""
        loop = asyncio.get_running_loop()
        told: asyncio.Future[None] = loop.create_future()
        loop.add_reader(self.near, _tell, told)
        try:
            await told
        finally:
            loop.remove_reader(self.near)
        numbers = array.array("i")
        room = socket.CMSG_LEN(DOORS * numbers.itemsize)
        _, handed, _, _ = self.near.recvmsg(1, room, socket.MSG_CMSG_CLOEXEC)
        for _, kind, data in handed:
            if kind == socket.SCM_RIGHTS:
                numbers.frombytes(data)
        return [socket.socket(fileno=number) for number in numbers]

    def close(self) -> None:
        """Close both ends. May be called twice."""
        self.near.close()
        self.far.close()


def _tell(told: asyncio.Future[None]) -> None:
    if not told.done():
        told.set_result(None)
