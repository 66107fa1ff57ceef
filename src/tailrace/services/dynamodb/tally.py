"""What one request takes, as its handler tells it: for metrics, for the buckets of `throttle.py`, for the counts of
insights.

```
tally = throttle.begin(call, table)   in the closure: tally.read(..), page(..) or write(..)   after it: tally.settle()
```
A tally is made anew in each run of a closure and changes nothing until it is settled, so a closure may run again. What
a refusal has to count it owes, and `final` has it done where the closure won't run any more. The tally of nearly every
request, whose table is neither limited nor counted by key, is that of `table_metrics`; where it reads or writes one
item it has none, for what it takes is known once its closure is done. The one here does nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

from tailrace.base.errors import ApiError
from tailrace.services.dynamodb.paging import Page
from tailrace.services.dynamodb.table import Table
from tailrace.store.engine import Transaction
from tailrace.store.items import Change

T = TypeVar("T")
Kind = Literal["Read", "Write"]
Item = Mapping[str, Mapping[str, Any]]
Values = Sequence[Mapping[str, Any]]


class Tally:
    """What one request takes. This one counts nothing, and holds nobody up.

    `key` is an item or a Key: anything that has the key attributes, by which insights count.
    """

    def is_empty(self, table: Table, kind: Kind, index: str = "") -> bool:
        """Whether the bucket of a table or of a global index has nothing left."""
        return False

    def has_room(self, table: Table, kind: Kind) -> bool:
        """Whether a request of a batch may go ahead, by the table and, for a write, all its global indexes."""
        return True

    def hold_up(self, table: Table, kind: Kind, keys: Sequence[Item]) -> None:
        """Count what a batch hands back because there was no room for it."""

    def read(self, table: Table, size: int, key: Item, consistent: bool, factor: float = 1.0) -> None:
        """Count a read of an item of so many bytes. Raises the throttling error where there is no room."""

    def read_many(self, table: Table, sizes: list[int], keys: Sequence[Item], *, consistent: bool) -> int:
        """Count reads of items of these sizes up to the first that has no room; how many that are.

        `keys` are theirs, and those of what else a batch wants of the table: all from that first one on are held up.
        """
        for place, size in enumerate(sizes):
            if not self.has_room(table, "Read"):
                self.hold_up(table, "Read", keys[place:])
                return place
            self.read(table, size, keys[place], consistent=consistent)
        return len(sizes)

    def page(self, page: Page, index: str | None, *, consistent: bool, sought: Values | None = None) -> None:
        """Count a page of a table or an index, and the items fetched for it. Raises the throttling error.

        `sought` has the values of the partition key, where the page is of one partition.
        """

    def write(self, table: Table, change: Change, key: Item, *, factor: float = 1.0) -> None:
        """Count a write and what it did to the indexes. Raises the throttling error of the first that has no room."""

    def settle(self) -> None:
        """The request is done, or handed back whole: make what was counted of it true."""

    def refused(self) -> None:
        """The request is refused for good: count that."""


NOTHING = Tally()


async def final(work: Awaitable[T]) -> T:
    """What a view or an update gives. A refusal stands by then, so what it owes is done."""
    try:
        return await work
    except ApiError as refusal:
        refusal.make_good()
        raise


def finally_read(read: Callable[[Transaction], T], at_hand: Transaction) -> T:
    """`final` of a view that nobody has to wait for (`Store.at_hand`)."""
    try:
        return read(at_hand)
    except ApiError as refusal:
        refusal.make_good()
        raise
