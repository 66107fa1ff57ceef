"""Last uses of keys and roles: kept by a worker once a minute, answered from memory and store together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tailrace.auth.last_used import LastUsed, Use
from tailrace.identity import ACCESS_KEY, ROLE, key_of
from tailrace.operation import Shape
from tailrace.store import resources
from tailrace.store.engine import Transaction

KIND = "iam:last-used"
NEVER: Shape = {"ServiceName": "N/A", "Region": "N/A"}


def keep(tx: Transaction, account: str, uses: Mapping[str, Use]) -> None:
    """Write uses down; those of keys and roles that are gone by now are passed over."""
    for subject, use in uses.items():
        if _exists(tx, account, subject, use):
            document = {"Date": float(int(use.at)), "Service": use.service, "Region": use.region}
            resources.put(tx, KIND, account, subject, document)


def forget(tx: Transaction, account: str, subject: str) -> None:
    """Drop what is known of a key or role that is being deleted."""
    resources.delete(tx, KIND, account, subject)


def find(tx: Transaction, memory: LastUsed, account: str, subject: str) -> dict[str, Any] | None:
    """Date (epoch seconds), Service and Region of the last use; None where there was none."""
    use = memory.get(subject)
    if use is not None:
        return {"Date": float(int(use.at)), "Service": use.service, "Region": use.region}
    return resources.get(tx, KIND, account, subject)


def of_key(tx: Transaction, memory: LastUsed, account: str, key_id: str) -> Shape:
    """AccessKeyLastUsed; N/A for a key that was never used."""
    found = find(tx, memory, account, key_id)
    if found is None:
        return NEVER
    return {"LastUsedDate": found["Date"], "ServiceName": found["Service"], "Region": found["Region"]}


def of_role(tx: Transaction, memory: LastUsed, account: str, role_id: str) -> Shape:
    """RoleLastUsed; empty for a role that was never used."""
    found = find(tx, memory, account, role_id)
    return {} if found is None else {"LastUsedDate": found["Date"], "Region": found["Region"]}


def _exists(tx: Transaction, account: str, subject: str, use: Use) -> bool:
    if not subject.startswith("AROA"):
        return resources.get(tx, ACCESS_KEY, account, subject) is not None
    role = resources.get(tx, ROLE, account, key_of(use.entity))
    return role is not None and role["RoleId"] == subject
