"""ClientRequestToken: a transaction that is sent twice within ten minutes is done once.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import orjson

from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape
from tailrace.store import transaction_tokens
from tailrace.store.engine import Question, Row, Transaction

SECONDS = 600


def _fingerprint(actions: list[Any]) -> str:
    """What tells one transaction's content from another's."""
    return blake2b(orjson.dumps(actions, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


class Once:
    """A transaction that is done once under its token. `content` is its fingerprint, `now` epoch seconds."""

    def __init__(self, scope: str, token: str, content: str, now: float) -> None:
        self._scope = scope
        self._token = token
        self._content = content
        self._now = now

    def question(self, tx: Transaction) -> Question:
        """What asks whether it was done, together with what else the transaction goes by."""
        return transaction_tokens.question(tx, self._scope, self._token)

    def is_repeated(self, answer: Row | None) -> bool:
        """Whether this very transaction was done already, by the answer to `question`.

        Raises IdempotentParameterMismatchException where the token was used for another one.
        """
        known = transaction_tokens.known(answer)
        if known is None or self._now - known.done > SECONDS:
            return False
        if known.content != self._content:
            raise ApiError(
                "IdempotentParameterMismatchException",
                "The request uses the same client token as a previous, but non-identical request. "
                "Do not reuse a client token with different requests, unless the requests are identical",
            )
        return True

    def remember(self, tx: Transaction) -> None:
        """Note that the transaction is done."""
        transaction_tokens.keep(tx, self._scope, self._token, self._content, self._now, SECONDS)


def once(call: Call, request: Shape, actions: list[Any], now: float) -> Once | None:
    """What has the transaction of a request done once; None where the request has no token."""
    token = request.get("ClientRequestToken")
    return Once(call.scope, token, _fingerprint(actions), now) if token else None
