"""Updates that share a transaction: many closures, two round trips, one COMMIT.

```
round 1   BEGIN, the documents still the same?, then each closure's question   (mostly: its item, under a lock)
round n   the questions that the answers have led to, each behind what its closure has changed so far
the end   what nobody waits for an answer to, the rows that many share in their order, COMMIT ──> all are answered
```

All closures of a group run at once, on the event loop's thread: a greenlet each, which stands still while its question
is under way. A lock of the database doesn't keep apart what shares a transaction, so a closure that locks a row which
another one of the group has locked waits here until that one has ended, and then finds what it has written.

Nothing of a closure is sent before it has to be, so one that refuses (a condition failed) mostly leaves nothing to
undo. Else the transaction is undone: whoever caused it runs by himself (place.py), all others in another group. The
rejected alternatives: a SAVEPOINT a closure, which can't part closures whose statements alternate, and with more than
64 slows down every snapshot of the server; a thread a closure, which costs more in changes of thread than it shares.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from greenlet import GreenletExit, getcurrent, greenlet

from tailrace.base.errors import Outdated
from tailrace.store.engine import Cache, Question, Turn
from tailrace.store.postgresql.dialects import Dialect
from tailrace.store.postgresql.documents import CHECK_FAILED, Documents, Seen
from tailrace.store.postgresql.holding import FOR_UPDATE, Mode, hold_of
from tailrace.store.postgresql.link import Answer, Link, LinkLost, Refused
from tailrace.store.postgresql.transactions import REPLACING, NeedsAlone
from tailrace.store.postgresql.updating import SKIP_LOCKED, Statement, Turns, Update


class Job:
    """A closure that waits for its turn.

    `began`: when it was handed over, in monotonic seconds. `rows`: about how many items it writes.
    """

    __slots__ = ("began", "change", "future", "rows", "tries")

    def __init__(self, change: Callable[[Any], Any], future: asyncio.Future[Any], began: float, rows: int = 1) -> None:
        self.change = change
        self.future = future
        self.began = began
        self.rows = rows
        self.tries = 0


class Undo(Exception):
    """The transaction can't stand. `culprits` run by themselves from now on; nobody is one where documents changed."""

    def __init__(self, why: str, culprits: list[Member]) -> None:
        super().__init__(why)
        self.culprits = culprits


class Member(Update):
    """One closure's part of a group: its Transaction."""

    __slots__ = (
        "_later",
        "_running",
        "answers",
        "cache",
        "error",
        "job",
        "questions",
        "result",
        "sent",
    )

    def __init__(self, job: Job, seen: Seen, parts: int) -> None:
        super().__init__(parts)
        self.job = job
        self.cache: Cache = seen
        self.questions: list[Statement] = []  # all that it asks for at once
        self.answers: dict[int, Answer] = {}  # by the place of the question
        self.result: Any = None
        self.error: BaseException | None = None
        self.sent = False  # a change of it was sent, so that it can only be undone with the whole transaction
        self._later: list[Statement] = []
        self._running = greenlet(self._run)

    @property
    def ended(self) -> bool:
        """Whether the closure has returned or raised."""
        return bool(self._running.dead)

    def go_on(self) -> None:
        """Run until the next questions, with the answers to the last ones, or until the end."""
        answers = [self.answers[place] for place in range(len(self.questions))]
        self.questions = []
        self._running.switch(answers)

    def give_up(self) -> None:
        """End a closure that nobody will answer any more."""
        if not self.ended:
            self._running.throw(GreenletExit)

    def take_later(self) -> list[Statement]:
        """What has been collected to go before the next question."""
        taken, self._later = self._later, []
        return taken

    def do(self, sql: str, *parameters: object, turn: Turn = ()) -> None:
        """Execute a change, by the end of the group."""
        self._check(sql)
        self.wrote = True
        if turn:
            self.turns.add(turn, Statement(sql, parameters, self))
        else:
            self._later.append(Statement(sql, parameters, self))

    def _check(self, sql: str) -> None:
        if sql.startswith(REPLACING) or sql.endswith(SKIP_LOCKED):
            raise NeedsAlone

    def _ask(self, questions: Iterable[Question]) -> list[Answer]:
        for sql, parameters in questions:
            self._check(sql)
            if self.turns.concern(sql):
                self._later += self.turns.take()
            self.wrote = self.wrote or not sql.startswith("SELECT")
            self.questions.append(Statement(sql, parameters, self))
        answers: list[Answer] = getcurrent().parent.switch()
        return answers

    def _run(self, _: list[Answer]) -> None:
        try:
            self.result = self.job.change(self)
        except StopIteration as raised:  # which a future doesn't take
            self.error = RuntimeError("the closure raised StopIteration")
            self.error.__cause__ = raised
        except BaseException as raised:  # noqa: BLE001 - it is raised where the update is awaited
            self.error = raised


class Group:
    """One transaction. Made for a link that nobody else uses meanwhile."""

    def __init__(self, link: Link, known: Documents, dialect: Dialect, jobs: list[Job]) -> None:
        self.seen = Seen(known, confirm_reads=True)
        self.members = [Member(job, self.seen, dialect.parts) for job in jobs]
        self._link = link
        self._hold = hold_of(dialect, Mode.LOCKED)
        self._loop = asyncio.get_running_loop()
        self._locked: dict[tuple[str, tuple[object, ...]], Member] = {}
        self._ended: list[Statement] = []
        self._turns = Turns()
        self._begun = False

    @property
    def wrote(self) -> bool:
        """Whether the commit changes anything."""
        return any(member.wrote for member in self.members)

    async def run(self) -> None:
        """Run all closures and commit. Raises Undo, with nothing done, or LinkLost."""
        try:
            asking = self.members
            for member in asking:
                self._go_on(member)
            while asking := [member for member in asking if not member.ended]:
                free = [member for member in asking if self._may_ask(member)]
                if not free:
                    raise Undo("closures of one group wait for each other", asking)
                asked = self._send(free)
                for (member, place), answer in zip(asked, await self._link.exchange_on(self._loop), strict=True):
                    member.answers[place] = answer
                for member in dict.fromkeys(member for member, _ in asked):
                    self._go_on(member)
            self._send_end()
            if not self._link.idle:
                await self._link.exchange_on(self._loop)
        except (Undo, Refused) as problem:
            for member in self.members:
                member.give_up()
            await self._roll_back()
            raise (problem if isinstance(problem, Undo) else self._undo(problem)) from problem

    async def _roll_back(self) -> None:
        while self._begun:
            self._link.add("ROLLBACK", check=True)
            try:
                await self._link.exchange_on(self._loop)
                self._begun = False
            except Refused:  # of what was put before it and not yet sent: that isn't there a second time
                continue

    def _go_on(self, member: Member) -> None:
        """Run a closure until it asks again or ends. Raises Undo where the transaction can't do without its undoing."""
        member.go_on()
        if not member.ended:
            return
        if member.error is None:
            self._ended += member.take_later()
            self._turns.join(member.turns)
            return
        member.wrote = False
        if member.sent:
            raise Undo("a closure was refused that had changed something", [member])

    def _may_ask(self, member: Member) -> bool:
        """Whether all rows that a closure wants to lock are free, or were locked by one that has ended."""
        wanted = [(sql, parameters) for sql, parameters, _ in member.questions if sql.endswith(FOR_UPDATE)]
        holders = (self._locked.get(place) for place in wanted)
        if any(holder is not None and holder is not member and not holder.ended for holder in holders):
            return False
        self._locked |= dict.fromkeys(wanted, member)
        return True

    def _begin(self) -> None:
        if not self._begun:
            self._link.add(f"BEGIN ISOLATION LEVEL {Mode.LOCKED.value}", check=True)
            self._begun = True

    def _send(self, free: list[Member]) -> list[tuple[Member, int]]:
        """Put the questions into the next exchange, those that lock in the order of what they lock: whose they are,
        and where they stand among its questions.
        """
        asked = [(member, place) for member in free for place in range(len(member.questions))]
        asked.sort(key=lambda each: _order(each[0].questions[each[1]]))
        self._begin()
        self._confirm()
        if any(self._turns.concern(member.questions[place].sql) for member, place in asked):
            self._ended += self._turns.take()
        for statement in self._take_ended():
            self._add(statement)
        for member in free:
            for statement in member.take_later():
                self._add(statement)
                member.sent = True
        for member, place in asked:
            question = member.questions[place]
            member.sent = member.sent or not question.sql.startswith("SELECT")
            self._add(question, check=False)
        return asked

    def _send_end(self) -> None:
        statements = [*self._take_ended(), *self._turns.take()]
        if statements:
            self._begin()
        self._confirm()
        for statement in statements:
            self._add(statement)
        if self._begun:
            self._link.add("COMMIT", check=True, commit=self.wrote)

    def _take_ended(self) -> list[Statement]:
        taken, self._ended = self._ended, []
        return taken

    def _confirm(self) -> None:
        for check, key in self.seen.checks(self._hold):
            self._link.add(check, key, check=True)

    def _add(self, statement: Statement, *, check: bool = True) -> None:
        try:
            self._link.add(statement.sql, statement.parameters, check=check, owner=statement.owner)
        except LinkLost:
            raise
        except Exception as wrong:  # a value that PostgreSQL has no place for; the closure is told when it runs alone
            assert isinstance(statement.owner, Member)
            raise Undo(str(wrong), [statement.owner]) from wrong

    def _undo(self, refusal: Refused) -> Undo:
        """Whose fault it was: the closure's whose statement was refused, or nobody's where a document has changed."""
        owner = refusal.owner
        if isinstance(owner, Member):
            return Undo(str(refusal), [owner])
        return Undo(str(refusal), [] if refusal.code == CHECK_FAILED else self.members)


def _order(question: Statement) -> tuple[bool, str, tuple[Any, ...]]:
    locks = question.sql.endswith(FOR_UPDATE)
    return not locks, question.sql, question.parameters if locks else ()


def raised(member: Member) -> Exception | None:
    """What is raised where the update is awaited."""
    return member.error if isinstance(member.error, Exception) else None


def runs_by_itself(member: Member) -> bool:
    """Whether a closure of a committed group has to run again: it replaces a document, or went by what is outdated."""
    return isinstance(member.error, Outdated) or (member.error is not None and raised(member) is None)
