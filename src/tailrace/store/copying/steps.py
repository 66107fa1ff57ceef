"""What a copy is made of, whether anybody uses the source meanwhile or not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tailrace.store.copying import marks, rows
from tailrace.store.copying.tables import Key, NotPossible, Table
from tailrace.store.engine import Row, Store, Transaction

Progress = Callable[[str, int, int], None]
"""Told after each part: what is done (a table, or its check), how many of its rows, of how many."""


async def copy_table(
    source: Store,
    target: Store,
    table: Table,
    holder: str,
    progress: Progress,
    after_each: Callable[[], Awaitable[None]] | None = None,
) -> int:
    """Copy a table from where it was left to what is now its last key, page by page; the number of rows.

    What comes behind that meanwhile is the business of `after_each`, which is called after each page.
    """
    end = await rows.see(source, lambda tx: rows.last_key(tx, table))
    after, ended = await rows.see(target, lambda tx: marks.reached(tx, table))
    total = await rows.count(source, table, end) if end else 0
    done = await rows.count(target, table, after) if after else 0
    progress(table.name, done, total)
    if after is None and not ended:  # what an earlier copy may have left there, which the source has no more
        await target.update(_laying(table, end, None, [], holder))
    while not ended:
        found = await rows.see(source, lambda tx, after=after: rows.page(tx, table, after, end)) if end else []  # type: ignore[misc]
        ended = len(found) < table.rows_at_once
        to = end if ended else table.key_of(found[-1])
        await target.update(_laying(table, after, to, found, holder, ended), locked=True)
        done, after = done + len(found), to
        progress(table.name, done, max(total, done))
        if after_each is not None:
            await after_each()
    return done


def _laying(
    table: Table, after: Key | None, to: Key | None, found: list[Row], holder: str, ended: bool = False
) -> Callable[[Transaction], None]:
    def lay(tx: Transaction) -> None:
        marks.hold(tx, holder)
        rows.lay_range(tx, table, after, to, found)
        if to:
            marks.reach(tx, table, to, done=ended)

    return lay


async def take_changed(source: Store, target: Store, table: Table, holder: str, progress: Progress) -> None:
    """Have a table, which an earlier command has copied in part or whole, as it is now: compared row by row, and copied
    again what differs. Raises NotPossible where a row isn't as it was copied.
    """
    end, after = await rows.see(source, lambda tx: rows.last_key(tx, table)), None
    total, done = await rows.count(source, table) if end else 0, 0
    while end and after != end:
        found = await rows.see(source, lambda tx, after=after: rows.page(tx, table, after, end))  # type: ignore[misc]
        to = end if len(found) < table.rows_at_once else table.key_of(found[-1])
        keys = sorted(await differing(target, table, after, to, found))
        for first in range(0, len(keys), table.rows_at_once):
            await lay(source, target, table, keys[first : first + table.rows_at_once], holder)
        done, after = done + len(found), to
        progress(f"{table.name} compared", done, total)
    await target.update(_laying(table, end, None, [], holder))  # what the source had behind its last row


async def differing(target: Store, table: Table, after: Key | None, to: Key, found: list[Row]) -> set[Key]:
    """The keys of a range of which the target hasn't the same row as the source, which has just those found."""
    ours = {table.key_of(row): row for row in found}
    theirs, keys = await rows.see(
        target, lambda tx: (rows.by_keys(tx, table, list(ours)), set(rows.between(tx, table, after, to)))
    )
    return {key for key, row in ours.items() if theirs.get(key) != row} | (keys - ours.keys())


async def lay(source: Store, target: Store, table: Table, keys: list[Key], holder: str) -> None:
    """Have the rows of these keys as they are now in the source, and read them back. Raises NotPossible."""
    found = await rows.see(source, lambda tx: rows.by_keys(tx, table, keys))

    def change(tx: Transaction) -> None:
        marks.hold(tx, holder)
        rows.lay(tx, table, (key for key in keys if key not in found), found.values())

    await target.update(change, locked=True)
    if await rows.see(target, lambda tx: rows.by_keys(tx, table, keys)) != found:
        raise NotPossible(f"{table.name} differs: rows that were just copied aren't as they were in the source")


async def verify(source: Store, target: Store, table: Table, progress: Progress) -> int:
    """Read both again; the number of rows. Raises NotPossible where a count or a checksum differs."""
    ours, theirs = await rows.checksum(source, table), await rows.checksum(target, table)
    if ours != theirs:
        raise NotPossible(f"{table.name} differs: {ours[0]} rows ({ours[1]}) became {theirs[0]} ({theirs[1]})")
    progress(f"{table.name} verified", ours[0], ours[0])
    return ours[0]


async def verify_count(source: Store, target: Store, table: Table, progress: Progress) -> int:
    """Count both; the number of rows. Raises NotPossible where they differ."""
    ours, theirs = await rows.count(source, table), await rows.count(target, table)
    if ours != theirs:
        raise NotPossible(f"{table.name} differs: {ours} rows became {theirs}")
    progress(f"{table.name} counted", ours, ours)
    return ours
