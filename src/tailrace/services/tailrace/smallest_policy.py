"""The smallest policy that allows given actions on given resources: exact actions, exact ARNs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tailrace.base import arn

LOG_STREAM_ACTIONS = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")


def document(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The policy for (action, resource) pairs; actions on the same resources share a statement."""
    resources_of: dict[str, set[str]] = {}
    for action, resource in pairs:
        resources_of.setdefault(action, set()).add(grantable(action, resource))
    actions_of: dict[tuple[str, ...], list[str]] = {}
    for action in sorted(resources_of):
        actions_of.setdefault(tuple(sorted(resources_of[action])), []).append(action)
    statements = [
        {"Effect": "Allow", "Action": _one_or_all(actions), "Resource": _one_or_all(list(resources))}
        for resources, actions in actions_of.items()
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def grantable(action: str, resource: str) -> str:
    """The resource to name for an action: the one that was asked for, but for what has a name only once.

    A function's log stream is a new one at each cold start, so its group is named, as AWS's own policies do.
    """
    parts = arn.parse(resource)
    if action in LOG_STREAM_ACTIONS and parts is not None and parts.resource.startswith("log-group:"):
        group = parts.resource.split(":")[1]
        return f"{arn.log_group(parts.region, parts.account, group)}:*"
    return resource


def _one_or_all(texts: list[str]) -> str | list[str]:
    return texts[0] if len(texts) == 1 else texts
