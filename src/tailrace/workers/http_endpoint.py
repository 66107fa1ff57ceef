"""Outgoing HTTP: one POST to an address that a subscriber has given, within limits.

A subscriber's address is somebody else's choice, so a server that calls it can be made to call what it shouldn't
(server-side request forgery). What stands against that: POST alone, and the own pages below /_tailrace/ answer GET
alone; nothing of the answer but its status is used; redirects are not followed; no credentials and no cookies are sent;
addresses of the link-local range (the metadata of cloud machines), of multicast and of no machine are refused at the
socket, whatever name led there. Loopback and private networks are allowed: developers subscribe what they run.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import aiohttp

SECONDS_MAX = 15.0  # of the whole exchange; AWS's limit
CONNECTIONS_MAX = 100
CONNECTIONS_OF_HOST_MAX = 20
HEADER_BYTES_MAX = 16 * 1024


class Refused(OSError):
    """The address is none that a subscriber may have us call."""


class HttpEndpoints:
    """A client for subscribers' endpoints; made inside the running loop, to be closed."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The status that the endpoint answers a POST with. Raises OSError or TimeoutError where it doesn't answer."""
        import aiohttp

        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=CONNECTIONS_MAX,
                limit_per_host=CONNECTIONS_OF_HOST_MAX,
                use_dns_cache=False,
                socket_factory=guarded_socket,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=SECONDS_MAX),
                auto_decompress=False,
                trust_env=False,
                max_line_size=HEADER_BYTES_MAX,
                max_field_size=HEADER_BYTES_MAX,
            )
        try:
            async with self._session.post(url, data=body, headers=dict(headers), allow_redirects=False) as response:
                response.close()  # what else the endpoint has to say is not read
                return response.status
        except aiohttp.ClientError as problem:
            raise OSError(str(problem) or type(problem).__name__) from problem

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def guarded_socket(address: tuple[Any, ...]) -> socket.socket:
    """A socket for an address (as getaddrinfo gives it). Raises Refused for one that must not be called."""
    family, kind, protocol, _, place = address
    found = ipaddress.ip_address(str(place[0]).partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if found.is_link_local or found.is_multicast or found.is_unspecified:
        raise Refused(f"{found} is no address that a subscriber may have")
    made = socket.socket(family, kind, protocol)
    made.setblocking(False)
    return made
