"""AWS's own managed policies: real documents, from one data file.

Only those that speak of services which Tailrace has are here, in the version of March 2026; `aws_managed.json` holds
path, dates and document. ReadOnlyAccess, ViewOnlyAccess, SecurityAudit and DatabaseAdministrator, which AWS spreads
over hundreds of services, keep what concerns these services.
"""

from __future__ import annotations

import functools
from importlib import resources
from typing import Any, NamedTuple

import orjson

from tailrace.auth import policy
from tailrace.auth.evaluate import NamedPolicy

ARN_PREFIX = "arn:aws:iam::aws:policy"


class ManagedPolicy(NamedTuple):
    """One AWS-managed policy: its current version's number and document, the dates in epoch seconds."""

    name: str
    arn: str
    path: str
    policy_id: str
    version: str
    created: float
    updated: float
    description: str
    document: str


@functools.cache
def all_policies() -> dict[str, ManagedPolicy]:
    """Every AWS-managed policy by its ARN, in the order of their names."""
    text = (resources.files(__package__) / "aws_managed.json").read_bytes()
    found: list[dict[str, Any]] = orjson.loads(text)
    return {
        f"{ARN_PREFIX}{entry['Path']}{entry['Name']}": ManagedPolicy(
            entry["Name"],
            f"{ARN_PREFIX}{entry['Path']}{entry['Name']}",
            entry["Path"],
            entry["PolicyId"],
            entry["Version"],
            entry["Created"],
            entry["Updated"],
            entry.get("Description", ""),
            orjson.dumps(entry["Document"], option=orjson.OPT_INDENT_2).decode(),
        )
        for entry in found
    }


@functools.lru_cache(maxsize=4096)
def compiled(arn: str) -> NamedPolicy | None:
    """The compiled policy of that ARN, or None where Tailrace has none of it."""
    found = all_policies().get(arn)
    return NamedPolicy(arn, policy.parse(found.document)) if found else None
