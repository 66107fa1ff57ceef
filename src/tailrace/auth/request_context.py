"""The request context: what conditions and policy variables may ask about every request, whatever the service.

Keys of one service (dynamodb:LeadingKeys) come with the operation; these are AWS's global ones. Keys that never have a
value here are absent, as they are on AWS for such requests: aws:PrincipalOrgID and its kin (no organization),
aws:SourceVpc (no VPC), aws:CalledVia (no service calls on in the caller's name), aws:MultiFactorAuthAge.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tailrace.auth.principal import Principal
from tailrace.base import arn
from tailrace.base.clock import iso_seconds

Keys = dict[str, str | list[str]]


class Asked(dict[str, str | list[str]]):
    """Condition keys, and the names of those that somebody asked for, whether they are there or not."""

    def __init__(self, keys: Keys, asked: set[str]) -> None:
        super().__init__(keys)
        self._asked = asked

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key; that it was asked for is noted."""
        self._asked.add(key)
        return super().get(key, default)


def global_keys(
    principal: Principal,
    principal_arn: str,
    principal_tags: Mapping[str, str],
    resource: str,
    now: float,
) -> Keys:
    """AWS's global condition keys, lower-case, for a request of `principal` on `resource` (an ARN or `*`).

    `principal_arn` is the role's own ARN where a session calls, else the caller's; `principal_tags` are
    aws:principaltag/... keys of the user or role. A session's tags replace those of its role.
    """
    session = principal.session
    by_service = principal.kind == "service"
    keys: Keys = {
        "aws:currenttime": iso_seconds(now),
        "aws:epochtime": str(int(now)),
        "aws:userid": principal.user_id,
        "aws:principaltype": principal.type,
        "aws:principalisawsservice": "true" if by_service else "false",
        "aws:viaawsservice": "false",
        **principal_tags,
    }
    if principal.kind != "anonymous":
        keys["aws:principalarn"] = principal_arn
    if by_service:
        keys["aws:principalservicename"] = principal.name
        keys["aws:principalservicenameslist"] = [principal.name]
    elif principal.kind != "anonymous":
        keys["aws:principalaccount"] = principal.account
    owner = _owner(resource) or principal.account
    if owner:
        keys["aws:resourceaccount"] = owner
    if principal.kind == "user":
        keys["aws:username"] = principal.name
    if session is not None:
        keys["aws:tokenissuetime"] = iso_seconds(session.issued)
        keys["aws:multifactorauthpresent"] = "false"
        keys.update((f"aws:principaltag/{key.lower()}", value) for key, value in session.tags)
        if session.source_identity:
            keys["aws:sourceidentity"] = session.source_identity
        if session.source_function:
            keys["lambda:sourcefunctionarn"] = session.source_function
    return keys


def _owner(resource: str) -> str:
    """The account that an ARN names; empty where it names none."""
    parts = arn.parse(resource)
    return parts.account if parts is not None and parts.account.isdigit() else ""
