"""`tailrace copy FROM TO`: a whole store, from one place to another, with a bar that tells how far it has come."""

from __future__ import annotations

from contextlib import AsyncExitStack

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from tailrace import store
from tailrace.base.clock import SystemClock
from tailrace.store import copying

NotPossible = copying.NotPossible


async def run(source: str, target: str) -> None:
    """Copy, verify, and say so. Raises NotPossible and StoreUnavailable."""
    if source == target:
        raise NotPossible("a store can't be copied to itself")
    if "memory:" in (source, target):
        raise NotPossible("memory: is a store of one process alone: nothing can be copied from or to it")
    console = Console()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    async with AsyncExitStack() as opened:
        here = await store.open(source)
        opened.push_async_callback(here.close)
        there = await store.open(target)
        opened.push_async_callback(there.close)
        with Progress(*columns, console=console) as bars:
            tasks: dict[str, TaskID] = {}

            def tell(what: str, done: int, of: int) -> None:
                if not of:
                    return
                if what not in tasks:
                    tasks[what] = bars.add_task(what, total=of)
                bars.update(tasks[what], completed=done)

            rows = await copying.copy(here, there, shown(source), tell, SystemClock().now())
    console.print(f"{rows} rows copied, and each table verified by its count and checksum")
    console.print("The secrets among them open with the sealing key that they were sealed with: see docs/scaling.md")


def shown(data: str) -> str:
    """The place without a password."""
    scheme, separator, rest = data.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}" if separator else data
