"""Resources: named JSON documents with a version (tables, roles, functions, log groups), and durable counters.

Parsed documents are kept per process and shared between requests: nobody changes what `get` returned; who wants
another document puts a new one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import orjson

from tailrace.base.errors import AlreadyExists
from tailrace.store.engine import Transaction

T = TypeVar("T")
Document = dict[str, Any]

_LAST = "\U0010ffff"  # sorts behind every character, in UTF-8 too
_DERIVED_MAX = 16


class _Entry:
    """A parsed document, or None for one that isn't there, and what was built from it."""

    __slots__ = ("derived", "document")

    def __init__(self, document: Document | None) -> None:
        self.document = document
        self.derived: dict[Callable[[Document], Any], Any] = {}


def _entry(tx: Transaction, kind: str, scope: str, name: str) -> _Entry:
    key = (kind, scope, name)
    entry: _Entry | None = tx.cache.get(key)
    if entry is None:
        row = tx.row("SELECT document FROM resources WHERE kind = ? AND scope = ? AND name = ?", kind, scope, name)
        entry = _Entry(orjson.loads(row[0]) if row else None)
        tx.cache[key] = entry
    return entry


def get(tx: Transaction, kind: str, scope: str, name: str) -> Document | None:
    """The document, or None. It is shared: don't change it."""
    return _entry(tx, kind, scope, name).document


def derived(tx: Transaction, kind: str, scope: str, name: str, build: Callable[[Document], T]) -> T | None:
    """`build(document)`, built once per version of the document; None without the document.

    `build` is a function of the module that asks, not a lambda made for the call: it is the key of what is kept.
    """
    entry = _entry(tx, kind, scope, name)
    if entry.document is None:
        return None
    if build not in entry.derived:
        if len(entry.derived) >= _DERIVED_MAX:
            entry.derived.clear()
        entry.derived[build] = build(entry.document)
    found: T = entry.derived[build]
    return found


def create(tx: Transaction, kind: str, scope: str, name: str, document: Document) -> None:
    """Keep a new document. Raises AlreadyExists where there is one of that name."""
    body = orjson.dumps(document)
    created = tx.run(
        "INSERT INTO resources (kind, scope, name, version, document) VALUES (?, ?, ?, 1, ?) "
        "ON CONFLICT (kind, scope, name) DO NOTHING",
        kind,
        scope,
        name,
        body,
    )
    if not created:
        raise AlreadyExists(f"{kind} {name} in {scope}")
    tx.cache[kind, scope, name] = _Entry(orjson.loads(body))


def put(tx: Transaction, kind: str, scope: str, name: str, document: Document) -> None:
    """Keep a document in place of the one of that name, or as the first."""
    body = orjson.dumps(document)
    tx.run(
        "INSERT INTO resources (kind, scope, name, version, document) VALUES (?, ?, ?, 1, ?) "
        "ON CONFLICT (kind, scope, name) DO UPDATE SET version = resources.version + 1, document = excluded.document",
        kind,
        scope,
        name,
        body,
    )
    tx.cache[kind, scope, name] = _Entry(orjson.loads(body))


def delete(tx: Transaction, kind: str, scope: str, name: str) -> bool:
    """Forget a document; whether there was one."""
    gone = tx.run("DELETE FROM resources WHERE kind = ? AND scope = ? AND name = ?", kind, scope, name) > 0
    tx.cache[kind, scope, name] = _Entry(None)
    return gone


def page(
    tx: Transaction, kind: str, scope: str, after: str | None, limit: int, prefix: str = ""
) -> list[tuple[str, Document]]:
    """At most `limit` names behind `after` that begin with `prefix`, with their documents, in the order of names."""
    rows = tx.rows(
        "SELECT name, document FROM resources WHERE kind = ? AND scope = ? AND name > ? AND name >= ? AND name < ? "
        "ORDER BY name LIMIT ?",
        kind,
        scope,
        "" if after is None else after,
        prefix,
        prefix + _LAST,
        limit,
    )
    return [(name, orjson.loads(document)) for name, document in rows]


def everywhere(
    tx: Transaction, kind: str, after: tuple[str, str] | None, limit: int
) -> list[tuple[str, str, Document]]:
    """At most `limit` documents of a kind in all scopes behind `after` (scope, name): scope, name, document."""
    scope, name = after or ("", "")
    rows = tx.rows(
        "SELECT scope, name, document FROM resources WHERE kind = ? AND (scope, name) > (?, ?) "
        "ORDER BY scope, name LIMIT ?",
        kind,
        scope,
        name,
        limit,
    )
    return [(row[0], row[1], orjson.loads(row[2])) for row in rows]


def next_number(tx: Transaction, counter: str) -> int:
    """The next number of a durable counter: 1, 2, 3 ... without a gap, each given once."""
    row = tx.row(
        "INSERT INTO counters (name, value) VALUES (?, 1) "
        "ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value",
        counter,
    )
    assert row is not None
    number: int = row[0]
    return number
