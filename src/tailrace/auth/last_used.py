"""When each access key and each role was last used, remembered until somebody writes it down.

A request only puts an entry into a dictionary; a worker keeps the latest entries once a minute. The rejected
alternative, a write with every request, would make every read a durable write.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tailrace.auth.principal import Principal

_SERVICES = {"dynamodbstreams": "dynamodb"}


class Use(NamedTuple):
    """One use: when (epoch seconds), of which service, in which region; `entity` is the user or role behind it."""

    at: float
    service: str
    region: str
    entity: str


class LastUsed:
    """The latest use of each key id (AKIA...) and role id (AROA...) since the last one was kept.

    No larger than the number of keys and roles: only proven callers are noted.
    """

    def __init__(self) -> None:
        self._uses: dict[str, Use] = {}

    def note(self, principal: Principal, access_key_id: str, at: float, service: str, region: str) -> None:
        """Remember a request that a user's key or a role has signed; of anybody else's nothing is kept."""
        if principal.kind == "role":
            subject = principal.user_id.partition(":")[0]
        elif principal.kind == "user" and principal.session is None:
            subject = access_key_id
        else:
            return
        if subject:
            self._uses[subject] = Use(at, _SERVICES.get(service, service), region, principal.name)

    def get(self, subject: str) -> Use | None:
        """The latest use that is not kept yet."""
        return self._uses.get(subject)

    def snapshot(self) -> dict[str, Use]:
        """All uses that are not kept yet."""
        return dict(self._uses)

    def kept(self, uses: Mapping[str, Use]) -> None:
        """Forget uses that have been written down, unless a later one came."""
        for subject, use in uses.items():
            if self._uses.get(subject) == use:
                del self._uses[subject]
