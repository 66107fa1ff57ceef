"""ClientRequestToken: a transaction that is sent twice within ten minutes is done once.

Tokens are kept by the ten minutes in which they came, so looking one up is two reads, and each transaction sweeps a
few of those that are over: nobody has to come and clean up.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import orjson

from tailrace.base.errors import ApiError
from tailrace.store import resources
from tailrace.store.engine import Transaction

KIND = "dynamodb:transaction"
SECONDS = 600
_SWEPT_MAX = 3


def fingerprint(actions: list[Any]) -> str:
    """What tells one transaction's content from another's."""
    return blake2b(orjson.dumps(actions, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


def is_repeated(tx: Transaction, scope: str, token: str, content: str, now: float) -> bool:
    """Whether this very transaction was done already.

    Raises IdempotentParameterMismatchException where the token was used for another one.
    """
    period = int(now // SECONDS)
    for each in (period, period - 1):
        known = resources.get(tx, KIND, scope, _name(each, token))
        if known is None or now - known["Done"] > SECONDS:
            continue
        if known["Content"] != content:
            raise ApiError(
                "IdempotentParameterMismatchException",
                "The request uses the same client token as a previous, but non-identical request. "
                "Do not reuse a client token with different requests, unless the requests are identical",
            )
        return True
    return False


def remember(tx: Transaction, scope: str, token: str, content: str, now: float) -> None:
    """Note that the transaction is done, and sweep a few whose time is over."""
    period = int(now // SECONDS)
    resources.put(tx, KIND, scope, _name(period, token), {"Content": content, "Done": now})
    for name, _ in resources.page(tx, KIND, scope, None, _SWEPT_MAX):
        if int(name.partition("/")[0]) < period - 1:
            resources.delete(tx, KIND, scope, name)


def _name(period: int, token: str) -> str:
    return f"{period:010d}/{token}"
