"""Policies that stand on resources: each service that has some says which one stands on an ARN.

```
services/dynamodb ──register──> this table <──of(tx, ARN)── identity.decide, for every caller and every service
```
So identity needs to know no service, and who asks for a decision can't forget the resource's own policy. The rejected
alternative, a policy handed in by each operation, is forgotten by the first worker that asks for itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from tailrace.auth.evaluate import NamedPolicy
from tailrace.base import arn
from tailrace.base.arn import Arn

if TYPE_CHECKING:
    from tailrace.store.engine import Transaction


class Source(NamedTuple):
    """A service's answers: whether it has ever been given a policy, and the one that stands on an ARN, if one does."""

    exist: Callable[[Transaction], bool]
    of: Callable[[Transaction, Arn], NamedPolicy | None]


_sources: dict[str, Source] = {}


def register(service: str, source: Source) -> None:
    """Have `source` speak for the ARNs of a service (as the ARN's third part names it)."""
    _sources[service] = source


def exist(tx: Transaction) -> bool:
    """Whether any resource has, or once had, a policy: without one nobody has to look whether it denies the root."""
    for source in _sources.values():  # noqa: SIM110 - each request asks, and any() costs as much as what it asks
        if source.exist(tx):
            return True
    return False


def of(tx: Transaction, resource: str) -> NamedPolicy | None:
    """The policy of the resource (an ARN, or `*`); None where none stands."""
    parts = arn.parse(resource)
    source = _sources.get(parts.service) if parts else None
    return source.of(tx, parts) if source and parts else None
