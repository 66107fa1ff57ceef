"""The tags of whatever an ARN names, for conditions on aws:ResourceTag. Read only when a policy asks.

One place for all services, so that no operation can forget its resource's tags. The rejected alternative, each
operation handing over the tags of what it works on, was a list to keep in step by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from tailrace.base import arn
from tailrace.base.arn import Arn
from tailrace.store import resources
from tailrace.store.engine import Transaction

NONE: Mapping[str, str] = {}


class _Place(NamedTuple):
    """Where the document is kept that carries a resource's tags."""

    kind: str
    scope: str
    name: str
    member: str = "Tags"


def of(tx: Transaction, resource: str) -> Mapping[str, str]:
    """The tags of the resource; empty where it has none, is gone, or the text is no ARN of something with tags.

    A table's indexes and streams carry the table's tags, a function's versions and aliases the function's.
    """
    parts = arn.parse(resource)
    finder = _FINDERS.get(parts.service) if parts else None
    place = finder(parts) if parts and finder else None
    if place is None:
        return NONE
    document = resources.get(tx, place.kind, place.scope, place.name)
    tags: Mapping[str, str] = document.get(place.member, NONE) if document else NONE
    return tags


def _scope(parts: Arn) -> str:
    return f"{parts.account}/{parts.region}"


def _table(parts: Arn) -> _Place | None:
    word, _, name = parts.resource.partition("/")
    return _Place("dynamodb:table", _scope(parts), name.partition("/")[0]) if word == "table" else None


def _function(parts: Arn) -> _Place | None:
    word, _, name = parts.resource.partition(":")
    kind = {"function": "lambda:function", "event-source-mapping": "lambda:mapping"}.get(word)
    return _Place(kind, _scope(parts), name.partition(":")[0]) if kind else None


def _queue(parts: Arn) -> _Place:
    return _Place("sqs:queue", _scope(parts), parts.resource)


def _topic(parts: Arn) -> _Place:
    # Behind the topic's name a subscription's ARN has an id.
    return _Place("sns:topic", _scope(parts), parts.resource.partition(":")[0])


def _log_group(parts: Arn) -> _Place | None:
    word, _, name = parts.resource.partition(":")
    return _Place("logs:group", _scope(parts), name.partition(":")[0], "tags") if word == "log-group" else None


def _iam_entity(parts: Arn) -> _Place | None:
    word, _, name = parts.resource.partition("/")
    # IAM does not tell names apart by case, and keeps them in lower case; a path stands before the name.
    known = word in ("user", "role", "policy")
    return _Place(f"iam:{word}", parts.account, name.rpartition("/")[2].lower()) if known else None


_FINDERS: dict[str, Callable[[Arn], _Place | None]] = {
    "dynamodb": _table,
    "lambda": _function,
    "logs": _log_group,
    "sns": _topic,
    "sqs": _queue,
    "iam": _iam_entity,
}
