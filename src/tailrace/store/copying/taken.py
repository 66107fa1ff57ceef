"""How far the notes of a source were taken, and when they are forgotten.

```
many writers   each note that was taken is forgotten at once, by its number: what commits late comes before it
one writer     a position, and what is behind it is forgotten together: the server waits for whoever else writes
```
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tailrace.base.errors import StoreError
from tailrace.store.copying import notes
from tailrace.store.copying.rows import see
from tailrace.store.copying.tables import Key, NotPossible, Table
from tailrace.store.engine import EMBEDDED, Store, Transaction

T = TypeVar("T")
KEPT_MAX = 100_000  # notes that were taken and are still there
SLICE = 2_000  # of them, forgotten in one transaction
BUSY_TRIES = 20  # a server that writes without a pause keeps others from writing for a while


class Taken:
    """The notes that were begun as `id`. Every method raises NotPossible where they were ended meanwhile."""

    def __init__(self, source: Store, id: str, by_name: dict[str, Table]) -> None:
        self._source = source
        self._id = id
        self._by_name = by_name
        self._kept: list[int] = []
        self._position = 0  # with one writer

    async def last(self) -> int:
        """The greatest number of a note that is to be taken; 0 where there is none."""
        last = await self._look(notes.last)
        return last if last > self._position else 0

    async def behind(self) -> int:
        """How many notes are still to be taken, at most."""
        return await self._look(notes.waiting) - len(self._kept)

    async def next(self, to: int) -> dict[str, list[Key]]:
        """The keys of the next notes up to a number, by table. `done` with them is to be called then."""
        numbers, keys = await self._look(lambda tx: notes.take(tx, self._by_name, self._position, to))
        self._kept += numbers
        return {name: list(of_table) for name, of_table in keys.items()}

    async def done(self) -> None:
        """What was taken has been copied."""
        if self._source.kind in EMBEDDED:
            self._position = self._kept[-1]
            if len(self._kept) < KEPT_MAX:
                return
        for first in range(0, len(self._kept), SLICE):
            await self._forget(self._kept[first : first + SLICE])
        self._kept.clear()
        self._position = 0  # an embedded table that is empty numbers from its start

    async def _look(self, read: Callable[[Transaction], T]) -> T:
        def look(tx: Transaction) -> T:
            notes.check(tx, self._id)
            return read(tx)

        return await see(self._source, look)

    async def _forget(self, numbers: list[int]) -> None:
        def forget(tx: Transaction) -> None:
            notes.check(tx, self._id)
            notes.forget(tx, numbers)

        for tries in range(BUSY_TRIES):
            try:
                await self._source.update(forget, locked=True)
            except NotPossible:
                raise
            except StoreError:
                if tries == BUSY_TRIES - 1:
                    raise
            else:
                return
