"""`tailrace copy FROM TO`: a whole store, from one place to another, with a bar that tells how far it has come."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from tailrace import store
from tailrace.base.clock import SystemClock
from tailrace.store import copying
from tailrace.store.copying import Following, Standing
from tailrace.store.engine import Store

NotPossible = copying.NotPossible
KEEP_SECRETS = "The secrets among them open with the sealing key that they were sealed with: see docs/scaling.md"
GOES_ON = "{source} goes on as it was; the same command goes on with the copy, `--abandon` ends it"
STOP_NOW = "Caught up, {behind} changes behind: stop the servers of {source} now, this follows until they have ended"


class Bars:
    """What the terminal shows: a bar for each table, and one line for the changes that are still to come."""

    def __init__(self, console: Console, source: str) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self.shown = Progress(*columns, console=console)
        self._console = console
        self._source = source
        self._tasks: dict[str, TaskID] = {}
        self._line: TaskID | None = None
        self._doing = ""

    def tell(self, what: str, done: int, of: int) -> None:
        """Show how far a table has come: one bar, for whatever is done with it."""
        table = what.split()[0]
        if table not in self._tasks:
            if not of:
                return
            self._tasks[table] = self.shown.add_task(what, total=of)
        self.shown.update(self._tasks[table], description=what, completed=done, total=of)

    def stand(self, standing: Standing) -> None:
        """Show how many changes are to come, and what to do next."""
        line = f"{standing.doing}, {standing.behind} changes behind"
        if self._line is None:
            self._line = self.shown.add_task(line, total=None)
        self.shown.update(self._line, description=line)
        if standing.doing != self._doing:
            self._doing = standing.doing
            if standing.doing == "following":
                self._console.print(STOP_NOW.format(behind=standing.behind, source=self._source))
            elif standing.doing == "ending":
                self._console.print("The servers have ended: copying the last changes")


async def run(source: str, target: str) -> None:
    """Copy what nobody uses, verify, and say so. Raises NotPossible and StoreUnavailable."""
    async with AsyncExitStack() as opened:
        here, there = await _open(opened, source, target, online=False)
        bars = Bars(Console(), shown(source))
        with bars.shown:
            rows = await copying.copy(here, there, shown(source), bars.tell, SystemClock().now())
    _say(f"{rows} rows copied, and each table verified by its count and checksum", KEEP_SECRETS)


async def run_online(source: str, target: str, *, verify_all: bool) -> None:
    """Copy while servers use the source, until they have ended, and say so. Raises NotPossible and StoreError."""
    clock = SystemClock()
    async with AsyncExitStack() as opened:
        here, there = await _open(opened, source, target, online=True)
        bars = Bars(Console(), shown(source))
        with bars.shown:
            following = Following(here, there, clock, bars.tell, bars.stand)
            try:
                rows = await following.run(shown(source), shown(target), verify_all=verify_all)
            except asyncio.CancelledError:  # Ctrl-C
                _say(GOES_ON.format(source=shown(source)))
                raise
    how = "verified by its count and checksum" if verify_all else "compared row by row and counted"
    _say(f"{rows} rows copied, and each table {how}: start the servers of {shown(target)}", KEEP_SECRETS)


async def abandon(source: str) -> None:
    """Have a store forget that it was copied while servers use it, and say so. Raises StoreError."""
    here = await store.open_beside(_checked(source))
    try:
        ended = await copying.abandon(here)
    finally:
        await here.close()
    _say(f"{shown(source)} notes its changes no more" if ended else f"no copy of {shown(source)} is on its way")


async def _open(opened: AsyncExitStack, source: str, target: str, *, online: bool) -> tuple[Store, Store]:
    if source == target:
        raise NotPossible("a store can't be copied to itself")
    here = await (store.open_beside if online else store.open)(_checked(source))
    opened.push_async_callback(here.close)
    there = await store.open(_checked(target))
    opened.push_async_callback(there.close)
    return here, there


def _checked(data: str) -> str:
    if data == "memory:":
        raise NotPossible("memory: is a store of one process alone: nothing can be copied from or to it")
    return data


def _say(*lines: str) -> None:
    for line in lines:
        Console().print(line)


def shown(data: str) -> str:
    """The place without a password."""
    scheme, separator, rest = data.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}" if separator else data
