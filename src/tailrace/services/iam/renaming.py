"""Another name or path for a user or a group, and for whatever names it."""

from __future__ import annotations

from collections.abc import Iterable

from tailrace.identity import key_of
from tailrace.operation import Shape
from tailrace.services.iam import entities
from tailrace.services.iam.entities import Document, Noun
from tailrace.services.iam.managed_documents import rename_uses
from tailrace.store import resources
from tailrace.store.engine import Transaction


def rename(tx: Transaction, noun: Noun, account: str, old_name: str, request: Shape) -> tuple[Document, str] | None:
    """Give an entity the name and the path that `request` has for it, and carry its uses of policies over.

    Returns the entity as it was and its new name, for the caller to tell those that name it; None where the name stays
    the same but for its case. Raises EntityAlreadyExists, NoSuchEntity.
    """
    old = entities.find(tx, noun, account, old_name)
    name: str = request.get(f"New{noun.member}") or old[noun.member]
    path: str = request.get("NewPath") or old["Path"]
    new = {**old, noun.member: name, "Path": path, "Arn": noun.arn(account, path, name)}
    if key_of(name) == key_of(old_name):
        resources.put(tx, noun.kind, account, key_of(name), new)
        return None
    entities.create(tx, noun, account, new)
    resources.delete(tx, noun.kind, account, key_of(old_name))
    rename_uses(tx, account, noun, old, old_name, name)
    return old, name


def replaced(names: Iterable[str], old_name: str, new_name: str) -> list[str]:
    """The names, with the new one in the old one's place."""
    return [new_name if key_of(name) == key_of(old_name) else name for name in names]
