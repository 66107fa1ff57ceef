"""ClientRequestToken: a transaction that is sent twice within ten minutes is done once.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import orjson

from tailrace.base.errors import ApiError
from tailrace.store import transaction_tokens
from tailrace.store.engine import Transaction
from tailrace.store.transaction_tokens import Known

SECONDS = 600


def fingerprint(actions: list[Any]) -> str:
    """What tells one transaction's content from another's."""
    return blake2b(orjson.dumps(actions, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


def is_repeated(known: Known | None, content: str, now: float) -> bool:
    """Whether this very transaction was done already, by what is known of its token.

    Raises IdempotentParameterMismatchException where the token was used for another one.
    """
    if known is None or now - known.done > SECONDS:
        return False
    if known.content != content:
        raise ApiError(
            "IdempotentParameterMismatchException",
            "The request uses the same client token as a previous, but non-identical request. "
            "Do not reuse a client token with different requests, unless the requests are identical",
        )
    return True


def remember(tx: Transaction, scope: str, token: str, content: str, now: float) -> None:
    """Note that the transaction is done."""
    transaction_tokens.keep(tx, scope, token, content, now, SECONDS)
