"""Decisions that were made before, for as long as all that they rest on stands.

```
find   the decision kept for (principal, secure, action, resource), if each document that it read has the same version
make   decides without the service's condition keys, and notes what was looked at: documents by their versions,
       condition keys by their names. Who asked for one that varies by request gets no decision here.
```
A decision is kept with the versions of all documents that it read, those that weren't there included, and each use asks
the store for them as deciding anew would: what another node has changed counts here as it counts there. The rejected
alternative, a cache that whoever changes a policy must remember to empty, is right until somebody forgets.
"""

from __future__ import annotations

from typing import Final

from tailrace.audit.entry import Decided
from tailrace.auth.principal import Principal
from tailrace.identity import ContextKeys, Identity
from tailrace.store import resources
from tailrace.store.engine import Transaction
from tailrace.store.resources import Looked, Versions

KEPT_MAX: Final = 4096
"""Decisions kept; beyond that all are dropped and made anew."""
RESOURCE_LENGTH_MAX: Final = 1024  # of what is kept: a caller may ask for longer ones, and for many
# What a principal, its documents and those of the resource say: the same for each request until one of them changes. No
# service gives them another value. aws:SecureTransport is the connection's, by which decisions are told apart.
_STEADY: Final = frozenset(
    (
        "aws:multifactorauthpresent",
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalisawsservice",
        "aws:principaltype",
        "aws:resourceaccount",
        "aws:securetransport",
        "aws:sourceidentity",
        "aws:tokenissuetime",
        "aws:userid",
        "aws:username",
        "aws:viaawsservice",
        "lambda:sourcefunctionarn",
    )
)
_STEADY_TAGS: Final = ("aws:principaltag/", "aws:resourcetag/", "iam:resourcetag/")


class _Kept:
    """A decision, or None for one that has to be made for each request, and what it rests on."""

    __slots__ = ("decided", "principal", "versions")

    def __init__(self, principal: Principal, versions: Versions, decided: Decided | None) -> None:
        self.principal = principal
        self.versions = versions
        self.decided = decided


class KeptDecisions:
    """Asks `identity`, or remembers what it said. For callers whose Principal is one object for many requests."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        # By the number of the object, which the entry holds: comparing what a principal holds costs more than all else.
        self._kept: dict[tuple[int, bool, str, str], _Kept] = {}

    def find(self, tx: Transaction, principal: Principal, secure: bool, action: str, resource: str) -> Decided | None:
        """What would be decided now, if that is known; None where it has to be made."""
        kept = self._kept.get((id(principal), secure, action, resource))
        if kept is None or kept.decided is None or kept.principal is not principal:
            return None
        return kept.decided if resources.stand(tx, kept.versions) else None

    def make(
        self, tx: Transaction, principal: Principal, secure: bool, action: str, resource: str, context: ContextKeys
    ) -> Decided | None:
        """Decide, and keep it; None where a policy asks for a condition key that varies by request.

        `context` has the condition keys of any request, aws:SecureTransport as `secure` says it.
        """
        key = (id(principal), secure, action, resource)
        kept = self._kept.get(key)
        if kept is not None and kept.decided is None and resources.stand(tx, kept.versions):
            return None
        looked, asked = Looked(tx), set[str]()
        decision = self._identity.decide(looked.view, principal, action, resource, context, asked=asked)
        decided = Decided(action, resource, decision) if all(map(_is_steady, asked)) else None
        if looked.only_documents and len(resource) <= RESOURCE_LENGTH_MAX:
            if len(self._kept) >= KEPT_MAX:
                self._kept.clear()
            self._kept[key] = _Kept(principal, tuple(looked.versions.items()), decided)
        return decided


def _is_steady(key: str) -> bool:
    return key in _STEADY or key.startswith(_STEADY_TAGS)
