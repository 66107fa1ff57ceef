"""The document of a resource policy: what it is refused for, and the form in which DynamoDB gives it back.

AWS doesn't keep the text but what it says: members in one order, lists of one as the one, an account as its root.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-considerations.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from tailrace.auth import policy
from tailrace.auth.policy import MalformedPolicy
from tailrace.base import arn
from tailrace.base.errors import ApiError
from tailrace.identity import ROLE, USER, key_of
from tailrace.services.dynamodb import errors
from tailrace.store import resources
from tailrace.store.engine import Transaction

BYTES_MAX = 20_480
_ORDER = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
_STREAM_ACTIONS = ("dynamodb:describestream", "dynamodb:getrecords", "dynamodb:getsharditerator")
_KINDS = {"user": USER, "role": ROLE}

Document = dict[str, Any]


def canonical(text: str, *, on_stream: bool) -> str:
    """The policy in the form in which it is kept and given back. Raises ValidationException with AWS's texts."""
    if len(text.encode()) > BYTES_MAX:
        raise errors.invalid(f"Maximum policy size of {BYTES_MAX} bytes exceeded")
    try:
        document = orjson.loads(text)
    except ValueError as error:
        raise _refusal("This policy contains invalid Json") from error
    if not isinstance(document, dict):
        raise _refusal("This policy contains invalid Json")
    if document.get("Statement") == []:
        raise _refusal("Could not parse the policy: Statement is empty!")
    try:
        policy.parse(text)
        statements = policy.statements_of(document)
    except MalformedPolicy as error:
        raise _refusal("Could not parse the policy") from error
    for statement in statements:
        _check(statement, on_stream=on_stream)
    kept = {member: document[member] for member in ("Version", "Id") if member in document}
    return orjson.dumps({**kept, "Statement": [_shown(each) for each in statements]}).decode()


def check_principals(tx: Transaction, text: str) -> None:
    """Raise ValidationException for a user or role that isn't there. Other accounts can't be asked, and pass."""
    for statement in policy.statements_of(policy.load(text)):
        for member in ("Principal", "NotPrincipal"):
            named = statement.get(member)
            for name in policy.texts(named.get("AWS", [])) if isinstance(named, dict) else ():
                if not _is_there(tx, name):
                    raise errors.invalid("Invalid principal in policy document.")


def _refusal(why: str) -> ApiError:
    return errors.invalid(f"Invalid policy document: {why}")


def _check(statement: Document, *, on_stream: bool) -> None:
    for member in ("Principal", "Action", "Resource"):
        if member not in statement and f"Not{member}" not in statement:
            raise _refusal(f"Missing required field {member}")
    wrong = [name for name in _texts(statement, "Action") if not _is_action(name, on_stream=on_stream)]
    if wrong:
        quoted = ", ".join(f'"{name}"' for name in wrong)
        raise _refusal(f"The following action names are invalid: {quoted}")
    for resource in _texts(statement, "Resource"):
        parts = arn.parse(resource)
        if parts is not None and "*" not in parts.resource and ("/stream/" in parts.resource) != on_stream:
            raise _refusal(f'The relative-id "{parts.resource}" is invalid for ARN "{resource}"')


def _texts(statement: Document, member: str) -> Iterator[str]:
    yield from policy.texts(statement.get(member, statement.get(f"Not{member}", [])))


def _is_action(name: str, *, on_stream: bool) -> bool:
    """Whether an action belongs in the policy: patterns do, a stream's own actions only on a stream."""
    lower = name.lower()
    if "*" in lower or "?" in lower:
        return lower == "*" or lower.startswith("dynamodb:")
    if not lower.startswith("dynamodb:"):
        return False
    return on_stream == (lower in _STREAM_ACTIONS) or lower.endswith("resourcepolicy")


def _is_there(tx: Transaction, name: str) -> bool:
    parts = arn.parse(name)
    kind = _KINDS.get(parts.resource.partition("/")[0]) if parts else None
    if parts is None or kind is None or parts.service != "iam":
        return True
    found = resources.get(tx, kind, parts.account, key_of(parts.resource.rpartition("/")[2]))
    return found is not None and found["Arn"] == name


def _shown(statement: Document) -> Document:
    shown = {member: _single(statement[member]) for member in _ORDER if member in statement}
    for member in ("Principal", "NotPrincipal"):
        if isinstance(shown.get(member), dict):
            shown[member] = {kind: _single(_spelled_out(names)) for kind, names in shown[member].items()}
    return shown


def _single(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _spelled_out(names: Any) -> Any:
    """Account numbers as the ARNs that they stand for."""
    if isinstance(names, list):
        return [_spelled_out(name) for name in names]
    return arn.iam(names, "root") if len(names) == 12 and names.isdigit() else names
