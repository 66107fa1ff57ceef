"""Resources: named JSON documents with a version (tables, roles, functions, log groups), and durable counters.

Parsed documents are kept per process and shared between requests: nobody changes what `get` returned; who wants
another document puts a new one. Each put gives the document a version that no other has or had: an engine with many
nodes asks by it whether a document that it knows is still the one that stands, even where one was deleted and made
anew in between.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import orjson

from tailrace.base import ids
from tailrace.base.errors import AlreadyExists
from tailrace.store.engine import Cache, Transaction

T = TypeVar("T")
Document = dict[str, Any]
Key = tuple[str, str, str]
"""The kind, scope and name of a document."""
Versions = tuple[tuple[Key, int], ...]

_LAST = "\U0010ffff"  # sorts behind every character, in UTF-8 too
_DERIVED_MAX = 16


ABSENT = 0
"""The version of a document that isn't there."""
QUERY = "SELECT document, version FROM resources WHERE kind = ? AND scope = ? AND name = ?"
_VERSION_BITS = 62


class Entry:
    """A parsed document, or None for one that isn't there, and what was built from it. `put`: by this transaction."""

    __slots__ = ("derived", "document", "put", "version")

    def __init__(self, document: Document | None, version: int, *, put: bool = False) -> None:
        self.document = document
        self.version = version
        self.put = put
        self.derived: dict[Callable[[Document], Any], Any] = {}


def _entry(tx: Transaction, kind: str, scope: str, name: str) -> Entry:
    key = (kind, scope, name)
    entry: Entry | None = tx.cache.get(key)
    if entry is None:
        row = tx.row(QUERY, kind, scope, name)
        entry = Entry(orjson.loads(row[0]), row[1]) if row else Entry(None, ABSENT)
        tx.cache[key] = entry
    return entry


def get(tx: Transaction, kind: str, scope: str, name: str) -> Document | None:
    """The document, or None. It is shared: don't change it."""
    entry: Entry | None = tx.cache.get((kind, scope, name))
    return _entry(tx, kind, scope, name).document if entry is None else entry.document


def derived(tx: Transaction, kind: str, scope: str, name: str, build: Callable[[Document], T]) -> T | None:
    """`build(document)`, built once per version of the document; None without the document.

    `build` is a function of the module that asks, not a lambda made for the call: it is the key of what is kept.
    """
    cache, key = tx.cache, (kind, scope, name)
    # Of a dict, as views have it, compiled code asks without looking for the method.
    known: Entry | None = cache.get(key) if isinstance(cache, dict) else cache.get(key)
    entry = _entry(tx, kind, scope, name) if known is None else known
    found: T | None = entry.derived.get(build)
    if found is not None or entry.document is None:
        return found
    if len(entry.derived) >= _DERIVED_MAX:
        entry.derived.clear()
    found = entry.derived[build] = build(entry.document)
    return found


class Looked:
    """What is looked at through `view`, the same Transaction as the one given: each document's version.

    `only_documents` says whether that is all: an outcome that rests on rows of the store, too, has to be asked anew.
    """

    def __init__(self, tx: Transaction) -> None:
        self.versions: dict[Key, int] = {}
        self.only_documents = True
        self.cache = _LookedCache(tx.cache, self.versions)
        self._tx = tx

    @property
    def view(self) -> Transaction:
        """What to look through."""
        return cast("Transaction", self)

    def row(self, sql: str, *parameters: object) -> Any:
        """The first row of a query, or None."""
        self.only_documents = self.only_documents and sql == QUERY
        return self._tx.row(sql, *parameters)

    def __getattr__(self, name: str) -> Any:
        self.only_documents = False
        return getattr(self._tx, name)


class _LookedCache:
    """The cache of a transaction, which notes what it is asked for."""

    def __init__(self, below: Cache, versions: dict[Key, int]) -> None:
        self._below = below
        self._versions = versions

    def get(self, key: Any, /) -> Any:
        entry = self._below.get(key)
        if entry is not None:
            self._versions[key] = entry.version
        return entry

    def __setitem__(self, key: Any, entry: Any, /) -> None:
        self._below[key] = entry
        self._versions[key] = entry.version


def stand(tx: Transaction, versions: Versions) -> bool:
    """Whether each of the documents still has this version (ABSENT: isn't there), as `get` would see it now."""
    cache = tx.cache
    for key, version in versions:
        entry: Entry | None = cache.get(key)
        if (_entry(tx, *key) if entry is None else entry).version != version:
            return False
    return True


def hold(tx: Transaction, kind: str, scope: str, name: str) -> Document | None:
    """The document as it stands in the database, or None; who else holds it waits until this transaction ends.

    For documents that are data, which whoever has looked at them replaces: what `get` gives is worked with by many at
    once, and a transaction that replaces it runs alone.
    """
    row = tx.row(
        f"SELECT document FROM resources WHERE kind = ? AND scope = ? AND name = ?{tx.lock}", kind, scope, name
    )  # noqa: S608
    return orjson.loads(row[0]) if row else None


def create(tx: Transaction, kind: str, scope: str, name: str, document: Document) -> None:
    """Keep a new document. Raises AlreadyExists where there is one of that name."""
    body, version = orjson.dumps(document), _new_version()
    created = tx.run(
        "INSERT INTO resources (kind, scope, name, version, document) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (kind, scope, name) DO NOTHING",
        *(kind, scope, name, version, body),
    )
    if not created:
        raise AlreadyExists(f"{kind} {name} in {scope}")
    tx.cache[kind, scope, name] = Entry(orjson.loads(body), version, put=True)


def put(tx: Transaction, kind: str, scope: str, name: str, document: Document) -> None:
    """Keep a document in place of the one of that name, or as the first."""
    body, version = orjson.dumps(document), _new_version()
    tx.do(
        "INSERT INTO resources (kind, scope, name, version, document) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (kind, scope, name) DO UPDATE SET version = excluded.version, document = excluded.document",
        *(kind, scope, name, version, body),
    )
    tx.cache[kind, scope, name] = Entry(orjson.loads(body), version, put=True)


def delete(tx: Transaction, kind: str, scope: str, name: str) -> bool:
    """Forget a document; whether there was one."""
    gone = tx.run("DELETE FROM resources WHERE kind = ? AND scope = ? AND name = ?", kind, scope, name) > 0
    tx.cache[kind, scope, name] = Entry(None, ABSENT, put=True)
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


def next_number(tx: Transaction, counter: str, of: int = 1, rest: int = 0) -> int:
    """The next number of a durable counter: 1, 2, 3 ... without a gap, each given once.

    `of`, `rest`: the next that leaves this rest when it is divided; those between are never given.
    """
    row = tx.row(
        "INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE "
        "SET value = counters.value + 1 + (? + ? - (counters.value + 1) % ?) % ? RETURNING value",
        *(counter, rest or of, of, rest, of, of),
    )
    assert row is not None
    number: int = row[0]
    return number


def _new_version() -> int:
    return ids.random_number(_VERSION_BITS) + 1
