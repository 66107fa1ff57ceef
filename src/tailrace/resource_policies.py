"""Policies that stand on resources: each service that has some says which one stands on an ARN.

```
services/dynamodb ──register──> this table <──of(tx, ARN)── identity.decide, for every caller and every service
```
So identity needs to know no service, and who asks for a decision can't forget the resource's own policy. The rejected
alternative, a policy handed in by each operation, is forgotten by the first worker that asks for itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from tailrace.auth.evaluate import NamedPolicy
from tailrace.base import arn
from tailrace.base.arn import Arn
from tailrace.store import resources

if TYPE_CHECKING:
    from tailrace.store.engine import Transaction


Find = Callable[["Transaction", Arn], NamedPolicy | None]

_sources: dict[str, Find] = {}
_ever: Final[list[Any]] = []
"""Keys of documents; of any type, for compiled code makes a tuple that is declared one anew for each use."""


def register(service: str, find: Find, ever: str | None = None) -> None:
    """Have `find` speak for the ARNs of a service (as the ARN's third part names it): the policy that stands on one.

    `ever` is the kind of the document that is there since the service was first given a policy (see `exist`); None
    where its policies can't deny anything.
    """
    _sources[service] = find
    if ever is not None:
        _ever.append((ever, "-", "-"))


def has_ever_been_put(tx: Transaction, ever: str) -> bool:
    """Whether a service was ever given a policy."""
    return resources.get(tx, ever, "-", "-") is not None


def exist(tx: Transaction) -> bool:
    """Whether any resource has, or once had, a policy: without one nobody has to look whether it denies the root."""
    cache = tx.cache
    for ever in _ever:  # each request asks, so it looks where `resources.get` would, which then gets what isn't known
        # Compiled code looks into what it knows to be a dict without a call, and the cache of a view is one.
        known: resources.Entry | None = cache.get(ever) if isinstance(cache, dict) else cache.get(ever)
        if (resources.get(tx, *ever) if known is None else known.document) is not None:
            return True
    return False


def of(tx: Transaction, resource: str) -> NamedPolicy | None:
    """The policy of the resource (an ARN, or `*`); None where none stands."""
    parts = arn.parse(resource)
    find = _sources.get(parts.service) if parts else None
    return find(tx, parts) if find and parts else None
