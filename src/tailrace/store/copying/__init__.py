"""A whole store, copied from one engine to another: every table, row by row in the order of its key.

```
source ──view: some rows behind the last key──> target ──update: the rows, and the key that they reach to
```
How far a copy has come stands in the target (marks.py), written with the rows, so one that was interrupted goes on
where it was; what servers have changed since then in tables that it had come to is found at its end, and copied again.
At the end both have to agree. Either nobody uses the source meanwhile (`copy`: an embedded one is locked
by who opens it, a database's servers are seen by the leases that they live by), or its changes are noted and followed
(following.py, notes.py). A server refuses a target that isn't whole.

Numbers stay what they are, so streams, checkpoints and whatever refers to them come along. What a node has claimed for
itself doesn't: a lease's state is copied, its holder is not, for there is no such node any more.

The rejected alternative, each database's own dump or replication, can't lead to the other one.
"""

from __future__ import annotations

from tailrace.store.copying import marks, notes, rows, steps, users
from tailrace.store.copying.following import Following, Standing
from tailrace.store.copying.marks import check_whole
from tailrace.store.copying.notes import Mark, end_overdue
from tailrace.store.copying.notes import end as abandon
from tailrace.store.copying.steps import Progress
from tailrace.store.copying.tables import NotPossible, tables
from tailrace.store.engine import Store

__all__ = [
    "Following",
    "Mark",
    "NotPossible",
    "Progress",
    "Standing",
    "abandon",
    "check_whole",
    "copy",
    "end_overdue",
    "tables",
]


async def copy(source: Store, target: Store, name: str, progress: Progress, now: float) -> int:
    """Copy everything from `source`, called `name`, and verify it; the number of rows. Raises NotPossible.

    `target` is empty, or has a part of a copy of the same source. Nobody may use either; where somebody has used the
    source since that part was made, what differs is copied once more.
    """
    for store in (source, target):
        await store.view(lambda tx: users.check_none(tx, now))
    await source.view(check_whole)
    everything = tables()
    holder = await target.update(lambda tx: marks.begin(tx, everything, name, ""))
    await notes.end(source)  # of a copy that somebody has begun while servers ran
    begun = {table.name for table in everything if await target.view(lambda tx, of=table: marks.is_begun(tx, of))}  # type: ignore[misc]
    for table in everything:
        await steps.copy_table(source, target, table, holder, progress)
    verified = 0
    for table in everything:
        try:
            verified += await steps.verify(source, target, table, progress)
        except NotPossible:
            await source.view(lambda tx: users.check_none(tx, now))  # else that is why
            if table.name not in begun:  # nothing can have changed since it was copied
                raise
            await steps.take_changed(source, target, table, holder, progress)
            verified += await steps.verify(source, target, table, progress)
        await rows.number_on(source, target, table)
    await source.view(lambda tx: users.check_none(tx, now))  # by who lives, or was killed since this began
    await target.update(marks.end)
    return verified
