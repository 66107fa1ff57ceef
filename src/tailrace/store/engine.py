"""The port that every database engine fills: a Store that runs closures over a Transaction.

A handler never holds a transaction open across an `await`: it hands over a plain function, and the engine decides
when, on which thread and how often it runs (PostgreSQL repeats one that lost a race). So a closure has no effect but
through its Transaction, and may run again.

    answer = await store.update(lambda tx: items.change(tx, table, key, put))

The rejected alternative, transactions as context managers in the handlers, can be neither retried nor committed in
groups.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Protocol, TypeVar

from tailrace.base.errors import StoreError

T = TypeVar("T")
EMBEDDED = ("sqlite", "memory")
"""The kinds of stores that one process has to itself."""
Row = tuple[Any, ...]
Turn = tuple[str | int, ...]
Question = tuple[str, tuple[object, ...]]
"""A query and its parameters."""
Listener = Callable[[str], None]
COUNT: Final = (
    "INSERT INTO collections (collection, stripe, items, bytes) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (collection, stripe) DO UPDATE "
    "SET items = collections.items + excluded.items, bytes = collections.bytes + excluded.bytes"
)
"""What adds to the counts of a collection, for one update, or for many at once by an engine that adds them up."""


class StoreUnavailable(StoreError):
    """The data can't be opened; the text says why, and what to do about it."""


class InUse(StoreUnavailable):
    """Another process has this data open; the text says which, and what to do about it."""


class Overloaded(StoreError):
    """More updates are waiting than the store takes; the caller may try again."""


class TooLong(StoreError):
    """A key is longer than this database can index."""


class Unreachable(StoreError):
    """The database is away; the caller may try again. `doubtful`: an update may stand all the same."""

    def __init__(self, text: str, *, doubtful: bool = False) -> None:
        super().__init__(text)
        self.doubtful = doubtful


class Cache(Protocol):
    """Parsed resources by key. Nothing is taken out one by one: what is gone is put as a mark of its absence."""

    def get(self, key: Any, /) -> Any:
        """What stands under `key`, or None."""

    def __setitem__(self, key: Any, value: Any, /) -> None: ...


class Transaction(Protocol):
    """One consistent view of the data; in an `update` also the right to change it.

    SQL is the subset that SQLite and PostgreSQL share, with `?` for parameters; only modules of this folder write
    it. `lock` is the text that a SELECT ends with to lock its rows, `skip` the one that passes over rows which others
    have locked ("" where the engine has one writer anyway); `stripes` is into how many rows a count is divided that
    many writers change (1 there).
    `parts` is how many parts the rows are divided into by the upper bits of their keys, 1 where they aren't.
    `joins_in_order` says whether the rows of a LEFT JOIN come in the order of its left side.
    `cache` holds parsed resources of this process (see `resources.py`); what an update puts there is seen by others
    when it is durable, and by nobody when it was undone.
    """

    lock: str
    skip: str
    stripes: int
    parts: int
    joins_in_order: bool
    cache: Cache

    def rows(self, sql: str, *parameters: object) -> list[Row]:
        """All rows of a query; the query carries its own LIMIT."""

    def row(self, sql: str, *parameters: object) -> Row | None:
        """The first row of a query, or None."""

    def first_rows(self, questions: Sequence[Question]) -> list[Row | None]:
        """The first row of each of several queries, or None: asked together, so that all are one round trip."""

    def run(self, sql: str, *parameters: object) -> int:
        """Execute a change; the number of rows that it touched."""

    def do(self, sql: str, *parameters: object, turn: Turn = ()) -> None:
        """Execute a change whose count nobody asks for; it may be sent together with what follows.

        `turn` is for a row that many writers change: its table and its key. All transactions take such rows in the
        order of their turns, at their ends, so that none waits for another that waits for it, and each is held for
        no longer than a commit. What the transaction asks for in between doesn't show them, except where the
        statement names that table.
        """

    def one(self, sql: str, *parameters: object, turn: Turn = ()) -> None:
        """Execute a change that touches one row, as `do` does.

        Raises Outdated, by the commit at the latest, where it touched none: another writer came first.
        """

    def many(self, sql: str, rows: Sequence[tuple[object, ...]], *, one: bool = False, turn: Turn = ()) -> None:
        """Execute a change for each row of parameters, as `do` does, or (`one`) as `one` does."""

    def each(self, sql: str, rows: Sequence[tuple[object, ...]]) -> list[int]:
        """Execute a change for each row of parameters; the numbers of rows that they touched. One round trip."""

    def advance(self, shard: int, count: int) -> int | None:
        """Take the next `count` numbers of an open shard: the number before them. Raises Outdated where it is closed.

        None where other processes take some, too: then the database has to count them, in the shard's turn.
        """

    def count(self, collection: int, items: int, size: int) -> bool:
        """Add so many items and bytes, which may be below zero, to what a collection holds.

        False where other processes change its counts, too: then nothing is done, and a statement has to (`COUNT`).
        """

    def notify(self, topic: str, payload: str) -> None:
        """Tell the listeners of `topic`, on every node, once and only if this transaction commits."""


class Store(Protocol):
    """A durable place. What `update` returned has been synced to disk."""

    async def view(self, read: Callable[[Transaction], T]) -> T:
        """Run `read` over one consistent snapshot that includes every acknowledged update of this process."""

    def at_hand(self) -> Transaction | None:
        """The snapshot that `view` would read, for one look before anything else is awaited, which saves what `view`
        costs around it; None where reading may mean waiting.
        """

    def update(
        self, change: Callable[[Transaction], T], *, locked: bool = False, grouped: bool = False, rows: int = 1
    ) -> Awaitable[T]:
        """Run `change`; gives its result after the commit is durable, as if nobody else had written meanwhile.

        `locked` says that `change` locks every row that it relies on (`tx.lock`, or a change of the row itself), save
        for documents: an engine with many writers then runs it beside others that touch the same tables. `grouped`
        says in addition that all closures which lock the same row do it by the same statement, and that this one
        passes over none (`tx.skip`): it may then share a transaction with others. `rows` is about how many items it
        writes, by which a shared transaction is kept short.

        An exception from `change` undoes all that it did, and only that, and is raised here. StoreError where the
        disk refused the commit: nothing of the update stands then. Overloaded where too many are waiting already,
        Unreachable where the database is away. An engine beside which other processes write runs a closure again that
        raises Outdated, with nothing cached, and lets it through only when it has lost too often.
        """

    def listen(self, topic: str, listener: Listener) -> Callable[[], None]:
        """Call `listener(payload)` on the event loop after each commit that notified `topic`; returns the undo."""

    async def close(self) -> None:
        """Finish what is under way, checkpoint, and release the database."""

    @property
    def kind(self) -> str:
        """The engine's name, for the health page: `sqlite`, `memory`, `postgresql`."""
