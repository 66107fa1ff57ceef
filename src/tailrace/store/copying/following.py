"""A copy whose source goes on being used: what changes meanwhile is noted, and copied again until both agree.

```
note changes ─> copy, page by page ─> compare, page by page ─> follow ──the servers stop──> last changes, count, end
                └────────── every few pages: take what was noted, lay it, read it back ──────────┘
```
So the servers stand still for the last changes and a count, however much there is. What is interrupted goes on when the
same copy is asked for again: the notes wait in the source. What was noted is read back when it was laid, and what the
comparison finds different has to be noted: so each row was seen to agree after its last change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tailrace.base.clock import Clock
from tailrace.store.copying import marks, notes, rows, steps, users
from tailrace.store.copying.steps import Progress
from tailrace.store.copying.tables import Key, NotPossible, Table, tables
from tailrace.store.copying.taken import Taken
from tailrace.store.engine import Store

PAGES = 10  # after so many, what was noted is taken
KEYS_MAX = 10_000  # that differ, kept until it is known why
PAUSE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Standing:
    """What is being done, and how many changes of the source are still to come."""

    doing: Literal["copying", "comparing", "following", "ending"]
    behind: int


Tell = Callable[[Standing], None]


class Following:
    """One such copy. `name` and `target_name` are the places as both keep them."""

    def __init__(self, source: Store, target: Store, clock: Clock, progress: Progress, tell: Tell) -> None:
        self._source = source
        self._target = target
        self._users = users.of(source, clock)
        self._clock = clock
        self._progress = progress
        self._tell = tell
        self._tables = tables()
        self._by_name = {table.name: table for table in self._tables}
        self._doing: Literal["copying", "comparing", "following", "ending"] = "copying"
        self._notes: Taken
        self._holder = ""
        self._pages = 0

    async def run(self, name: str, target_name: str, *, verify_all: bool = False) -> int:
        """Copy all, until nobody uses the source any more; the number of rows. Raises NotPossible and StoreError.

        `verify_all`: both are read once more at the end, as where nobody uses the source.
        """
        await self._source.view(marks.check_whole)
        await self._users.gone()  # the first look: who is silent from now on is gone after a while
        id = await notes.begin(self._source, self._tables, target_name)
        self._notes = Taken(self._source, id, self._by_name)
        self._holder = await self._target.update(lambda tx: marks.begin(tx, self._tables, name, id))
        for table in notes.noted(self._tables):
            await steps.copy_table(
                *(self._source, self._target, table, self._holder, self._progress), self._take_at_times
            )
        self._doing = "comparing"
        for table in notes.noted(self._tables):
            await self._compare(table)
        self._doing = "following"
        while True:
            await self._take()
            self._tell(Standing(self._doing, await self._notes.behind()))
            if await self._users.gone():
                done = await self._finish(verify_all=verify_all)
                if done is not None:
                    return done
            await self._clock.sleep(PAUSE_SECONDS)

    async def _take_at_times(self) -> None:
        self._pages += 1
        if self._pages % PAGES == 0:
            await self._take()

    async def _take(self) -> set[tuple[str, Key]]:
        """Copy all rows that are noted now; their tables and keys."""
        taken: set[tuple[str, Key]] = set()
        to = await self._notes.last()
        while keys := await self._notes.next(to):
            for name, of_table in keys.items():
                table = self._by_name[name]
                for first in range(0, len(of_table), table.rows_at_once):
                    keys_of_page = of_table[first : first + table.rows_at_once]
                    await steps.lay(self._source, self._target, table, keys_of_page, self._holder)
                taken |= {(name, key) for key in of_table}
            await self._notes.done()
            self._tell(Standing(self._doing, await self._notes.behind()))
        return taken

    async def _compare(self, table: Table) -> None:
        """Compare all rows. Raises NotPossible where some differ that have not changed since they were copied."""
        end = await rows.see(self._source, lambda tx: rows.last_key(tx, table))
        total, done, after = await rows.count(self._source, table, end) if end else 0, 0, None
        differing: set[Key] = set()
        while end and after != end:
            found = await rows.see(self._source, lambda tx, after=after: rows.page(tx, table, after, end))  # type: ignore[misc]
            to = end if len(found) < table.rows_at_once else table.key_of(found[-1])
            differing |= await steps.differing(self._target, table, after, to, found)
            done, after = done + len(found), to
            self._progress(f"{table.name} compared", done, max(total, done))
            self._pages += 1
            if self._pages % PAGES == 0 or len(differing) > KEYS_MAX or to == end:
                taken = await self._take()
                if any((table.name, key) not in taken for key in differing):
                    raise NotPossible(f"{table.name} differs: rows are not as they are in the source")
                differing.clear()

    async def _finish(self, *, verify_all: bool) -> int | None:
        """Copy what is left, verify, and end; the number of rows. None where somebody has come back meanwhile."""
        self._doing = "ending"
        await self._take()
        for table in self._tables:
            if table.name in notes.HOT:
                await self._target.update(lambda tx, table=table: marks.restart(tx, table))  # type: ignore[misc]
                await steps.copy_table(self._source, self._target, table, self._holder, self._progress)
        try:
            counted = await self._verify(verify_all=verify_all)
        except NotPossible:
            if await self._nobody_is_back():
                raise
            return None
        if not await self._nobody_is_back():
            return None
        await self._target.update(marks.end)
        await notes.end(self._source)
        return counted

    async def _verify(self, *, verify_all: bool) -> int:
        """Count all rows, and read what wasn't compared; how many there are. Raises NotPossible where some differ."""
        counted = 0
        for table in self._tables:
            whole = verify_all or table.name in notes.HOT
            verify = steps.verify if whole else steps.verify_count
            counted += await verify(self._source, self._target, table, self._progress)
            await rows.number_on(self._source, self._target, table)
        return counted

    async def _nobody_is_back(self) -> bool:
        """Whether nobody uses the source still, and nobody has written since its last changes were taken."""
        unused = await self._users.gone()
        if unused and not await self._notes.last():
            return True
        self._doing = "following"
        return False
