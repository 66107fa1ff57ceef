"""The port that every database engine fills: a Store that runs closures over a Transaction.

A handler never holds a transaction open across an `await`: it hands over a plain function, and the engine decides
when, on which thread and how often it runs (PostgreSQL repeats one that lost a race). So a closure has no effect but
through its Transaction, and may run again.

    answer = await store.update(lambda tx: items.change(tx, table, key, put))

The rejected alternative, transactions as context managers in the handlers, can be neither retried nor committed in
groups.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
Row = tuple[Any, ...]
Listener = Callable[[str], None]


class Transaction(Protocol):
    """One consistent view of the data; in an `update` also the right to change it.

    SQL is the subset that SQLite and PostgreSQL share, with `?` for parameters; only modules of this folder write
    it. `lock` is the text that a SELECT ends with to lock its rows ("" where the engine has one writer anyway).
    `cache` holds parsed resources of this process (see `resources.py`).
    """

    lock: str
    cache: dict[Any, Any]

    def rows(self, sql: str, *parameters: object) -> list[Row]:
        """All rows of a query; the query carries its own LIMIT."""

    def row(self, sql: str, *parameters: object) -> Row | None:
        """The first row of a query, or None."""

    def run(self, sql: str, *parameters: object) -> int:
        """Execute a change; the number of rows that it touched."""

    def notify(self, topic: str, payload: str) -> None:
        """Tell the listeners of `topic`, on every node, once and only if this transaction commits."""


class Store(Protocol):
    """A durable place. What `update` returned has been synced to disk."""

    async def view(self, read: Callable[[Transaction], T]) -> T:
        """Run `read` over one consistent snapshot that includes every acknowledged update of this process."""

    async def update(self, change: Callable[[Transaction], T]) -> T:
        """Run `change` and return its result after the commit is durable.

        An exception from `change` undoes all that it did, and only that, and is raised here.
        """

    def listen(self, topic: str, listener: Listener) -> Callable[[], None]:
        """Call `listener(payload)` on the event loop after each commit that notified `topic`; returns the undo."""

    async def close(self) -> None:
        """Finish what is under way, checkpoint, and release the database."""

    @property
    def kind(self) -> str:
        """The engine's name, for the health page: `sqlite`, `memory`, `postgresql`."""
