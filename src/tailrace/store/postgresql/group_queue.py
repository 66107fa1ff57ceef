"""The queue of updates that share transactions: whoever comes while all links are busy is in the next group.

A group is begun as soon as a link is free, however few wait: nobody waits for others to come.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Executor

from tailrace.base.clock import SystemClock
from tailrace.store.engine import Unreachable
from tailrace.store.postgresql.dialects import Dialect
from tailrace.store.postgresql.documents import Documents
from tailrace.store.postgresql.groups import Group, Job, Undo, raised, runs_by_itself
from tailrace.store.postgresql.link import AGAIN_SECONDS_MAX, AWAY_SECONDS_MAX, Link, LinkLost
from tailrace.store.postgresql.signals import Notice

LINKS = 4
UPDATES_MAX = 64  # in one group
ROWS_MAX = 64  # that they write; one that writes more has a group of its own
TRIES_MAX = 3  # in groups; then a closure runs by itself

_monotonic = SystemClock().monotonic


class GroupQueue:
    """Runs closures in groups. `alone` takes one that has to run by itself, `tell` what a commit has to say."""

    def __init__(
        self,
        connect: Callable[[], Link],
        threads: Executor,
        known: Documents,
        dialect: Dialect,
        alone: Callable[[Job], None],
        tell: Callable[[Iterable[Notice]], None],
    ) -> None:
        self._connect = connect
        self._threads = threads
        self._known = known
        self._dialect = dialect
        self._alone = alone
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._queue: deque[Job] = deque()
        self._idle: list[Link] = []
        self._working: set[asyncio.Task[None]] = set()
        self._scheduled = False
        self.commits = 0  # groups that were committed, for tests

    def __len__(self) -> int:
        return len(self._queue)

    def add(self, job: Job) -> None:
        """Have a closure run in the next group."""
        self._queue.append(job)
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._start)

    async def close(self) -> None:
        """Finish what is queued, and let go of the connections."""
        while self._scheduled or self._working:
            await asyncio.sleep(0)
            if self._working:
                await asyncio.wait(self._working)
        for link in self._idle:
            link.close()

    def _start(self) -> None:
        self._scheduled = False
        while self._queue and len(self._working) < LINKS:
            task = self._loop.create_task(self._work(self._take()))
            self._working.add(task)
            task.add_done_callback(self._working.discard)

    def _take(self) -> list[Job]:
        taken: list[Job] = []
        rows = 0
        while self._queue and len(taken) < UPDATES_MAX and (not taken or rows + self._queue[0].rows <= ROWS_MAX):
            job = self._queue.popleft()
            if not job.future.done():  # else its caller has gone away
                taken.append(job)
                rows += job.rows
        return taken

    async def _work(self, jobs: list[Job]) -> None:
        """Run groups, one after the other, as long as there is something to do."""
        link = self._idle.pop() if self._idle else None
        while jobs := jobs or self._take():
            if link is None:
                try:
                    link = await self._loop.run_in_executor(self._threads, self._connect)
                except LinkLost as lost:
                    jobs, self._queue = _not_too_old(jobs, lost), deque(_not_too_old(self._queue, lost))
                    await asyncio.sleep(AGAIN_SECONDS_MAX)
                    continue
            jobs, intact = await self._run(link, jobs)
            if not intact:
                link.close()
                link = None
        if link is not None:
            self._idle.append(link)

    async def _run(self, link: Link, jobs: list[Job]) -> tuple[list[Job], bool]:
        """One group: what has to run again, and whether the link is still good."""
        age, at = self._known.age, _monotonic()
        group = Group(link, self._known, self._dialect, jobs)
        try:
            await group.run()
        except Undo as undo:
            if not undo.culprits:
                self._known.drop(list(group.seen.used))
            culprits = {id(member.job) for member in undo.culprits}
            return self._again(jobs, culprits), True
        except LinkLost as lost:
            for member in group.members:
                member.give_up()
            if lost.committing:
                doubtful = Unreachable(f"the database went away during a commit: {lost}", doubtful=True)
                for member in group.members:
                    if member.wrote:
                        _fail(member.job, doubtful)
            return _not_too_old([job for job in jobs if not job.future.done()], lost), False
        self.commits += group.wrote
        self._known.fill(group.seen.used, age, at)
        self._settle(group)
        return [], True

    def _settle(self, group: Group) -> None:
        """Answer everybody, and tell."""
        notices: dict[Notice, None] = {}
        for member in group.members:
            future = member.job.future
            if runs_by_itself(member):
                self._alone(member.job)
                continue
            error = raised(member)
            if error is None:
                notices.update(member.notices)
            if future.done():
                continue  # its caller has gone away
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(member.result)
        self._tell(notices)

    def _again(self, jobs: list[Job], culprits: set[int]) -> list[Job]:
        """Let those run by themselves who have to; what is left for another group."""
        left: list[Job] = []
        for job in jobs:
            job.tries += 1
            if id(job) in culprits or job.tries >= TRIES_MAX:
                self._alone(job)
            else:
                left.append(job)
        return left


def _not_too_old(jobs: Iterable[Job], lost: LinkLost) -> list[Job]:
    """Those who may still wait for the database; the others are told."""
    since = _monotonic() - AWAY_SECONDS_MAX
    for job in jobs:
        if job.began < since:
            _fail(job, Unreachable(f"the database is away: {lost}"))
    return [job for job in jobs if not job.future.done()]


def _fail(job: Job, error: Unreachable) -> None:
    if not job.future.done():
        job.future.set_exception(error)
