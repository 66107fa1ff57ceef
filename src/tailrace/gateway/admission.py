"""How much may be open, held and under way at once: over all clients, from one address, with one access key.

Each limit is far beyond what a client that behaves comes to; it keeps one that doesn't from taking all there is.
"""

from __future__ import annotations

from tailrace.base.errors import ApiError

CONNECTIONS_MAX = 8192
ADDRESS_CONNECTIONS_MAX = 2048
BODY_BYTES_MAX = 512 * 1024 * 1024
IN_FLIGHT_MAX = 1024
RATE_EXCEEDED = "Rate exceeded"


class Admission:
    """Counts connections, and the bytes of all request bodies that are being read, wait or are worked on."""

    def __init__(
        self,
        connections_max: int = CONNECTIONS_MAX,
        address_max: int = ADDRESS_CONNECTIONS_MAX,
        body_bytes_max: int = BODY_BYTES_MAX,
    ) -> None:
        self._connections_max = connections_max
        self._address_max = address_max
        self._body_bytes_max = body_bytes_max
        self._addresses: dict[str, int] = {}
        self.connections = 0
        self.body_bytes = 0

    def enter(self, address: str) -> bool:
        """Count a new connection; False where there are too many already, and then it isn't counted."""
        of_address = self._addresses.get(address, 0)
        if self.connections >= self._connections_max or of_address >= self._address_max:
            return False
        self.connections += 1
        self._addresses[address] = of_address + 1
        return True

    def leave(self, address: str) -> None:
        """A counted connection has ended."""
        self.connections -= 1
        left = self._addresses[address] - 1
        if left:
            self._addresses[address] = left
        else:
            del self._addresses[address]

    def hold(self, size: int) -> bool:
        """Count bytes of a body, which `release` must give back either way; False where they are too many."""
        self.body_bytes += size
        return self.body_bytes <= self._body_bytes_max

    def hold_whole(self, size: int) -> bool:
        """Count a whole body; False where the bytes are too many, and then it isn't counted."""
        if self.body_bytes + size > self._body_bytes_max:
            return False
        self.body_bytes += size
        return True

    def release(self, size: int) -> None:
        """Bytes of a body are no longer needed."""
        self.body_bytes -= size


class InFlight:
    """Counts the requests under way with each access key."""

    def __init__(self, limit: int = IN_FLIGHT_MAX) -> None:
        self._limit = limit
        self._counts: dict[str, int] = {}

    def enter(self, access_key_id: str, service: str) -> None:
        """Count a request, which `leave` must end. Raises AWS's throttling error, and then it isn't counted."""
        count = self._counts.get(access_key_id, 0)
        if count >= self._limit:
            if service == "lambda":
                raise ApiError("TooManyRequestsException", RATE_EXCEEDED, status=429)
            raise ApiError("ThrottlingException", RATE_EXCEEDED)
        self._counts[access_key_id] = count + 1

    def leave(self, access_key_id: str) -> None:
        """A counted request is answered."""
        left = self._counts[access_key_id] - 1
        if left:
            self._counts[access_key_id] = left
        else:
            del self._counts[access_key_id]
