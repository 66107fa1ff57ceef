"""The secrets that the store keeps, each sealed: the one that signs sessions, and those of access keys.

Sealing needs the vault of the process, the documents need a transaction; here they meet. What an earlier version kept
plain is sealed in the same transaction that seals the session secret, so that is looked for only once.
"""

from __future__ import annotations

from typing import Any

from tailrace.auth.vault import Vault, new_key
from tailrace.identity import ACCESS_KEY
from tailrace.store import resources
from tailrace.store.engine import Transaction

SESSION_SECRET = "iam:session-secret"
ROOT_KEY = "iam:root-key"
PAGE = 1000


def session_secret(tx: Transaction, vault: Vault) -> bytes:
    """The secret that seals session tokens; made once, in the transaction that asks first. Raises WrongKey."""
    found = resources.get(tx, SESSION_SECRET, "-", "current")
    if found is not None and "Sealed" in found:
        return bytes.fromhex(vault.open(found["Sealed"], SESSION_SECRET))
    secret = new_key() if found is None else bytes.fromhex(found["Secret"])
    resources.put(tx, SESSION_SECRET, "-", "current", {"Sealed": vault.seal(secret.hex(), SESSION_SECRET)})
    _seal_plain_keys(tx, vault)
    return secret


def root_key(tx: Transaction, vault: Vault, own: tuple[str, str]) -> tuple[str, str]:
    """The root's key of a store that several servers share: what the first one has brought. Raises WrongKey."""
    found = resources.get(tx, ROOT_KEY, "-", "current")
    if found is not None:
        return found["AccessKeyId"], vault.open(found["Sealed"], found["AccessKeyId"])
    resources.put(tx, ROOT_KEY, "-", "current", sealed_key(vault, {"AccessKeyId": own[0]}, own[1]))
    return own


def sealed_key(vault: Vault, document: dict[str, Any], secret: str) -> dict[str, Any]:
    """An access key's document as it is kept."""
    return {**document, "Sealed": vault.seal(secret, document["AccessKeyId"])}


def _seal_plain_keys(tx: Transaction, vault: Vault) -> None:
    after: tuple[str, str] | None = None
    while True:
        page = resources.everywhere(tx, ACCESS_KEY, after, PAGE)
        for scope, name, document in page:
            if "SecretAccessKey" in document:
                kept = {k: v for k, v in document.items() if k != "SecretAccessKey"}
                resources.put(tx, ACCESS_KEY, scope, name, sealed_key(vault, kept, document["SecretAccessKey"]))
        if len(page) < PAGE:
            return
        after = page[-1][:2]
