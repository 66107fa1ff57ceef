"""A connection in libpq's pipeline mode: statements are collected, sent together, and answered in one round trip.

psycopg connects (its way with hosts, TLS, passwords and time-outs is the well-kept one); what follows is libpq itself,
for the store's statements need none of psycopg's conversions and all of its pipeline.

```
a statement   there is room ────────────────────────────────> prepared ──the room is wanted, longest not used──> gone
              there is none: once as it is, when it comes again ─^
```
What is put together at run time may come once and never again. It must not take the place of what every request asks,
whoever came first; the rejected alternative, to prepare whatever comes, would have it push out the others one by one.
"""

from __future__ import annotations

import asyncio
import itertools
import select
from collections import OrderedDict
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import pq

from tailrace.base.errors import StoreError
from tailrace.store.engine import Row
from tailrace.store.postgresql.codec import DECODERS, ENCODERS

PREPARED_MAX = 1000  # statements that a connection keeps; what is put together at run time may be more
SEEN_ONCE_MAX = 1000  # statements of which it is remembered that they came when there was no room
ANSWER_SECONDS_MAX = 8.0  # a server that says nothing for so long is taken for gone: it ends statements before that
AWAY_SECONDS_MAX = 3.0  # how long a request waits for a database that is away
AGAIN_SECONDS_MAX = 0.1  # from one try to the next
_DONE = frozenset((pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK, pq.ExecStatus.EMPTY_QUERY))
_BINARY = pq.Format.BINARY
RACE_LOST = "40"
"""What the SQLSTATEs of a transaction start with that was undone for others' sake."""
Route = Callable[[str, tuple[object, ...]], tuple[str, tuple[object, ...]]]
Statement = tuple[str, tuple[type, ...]]
"""What a statement is prepared for: its text, and the types of its parameters."""


class LinkLost(StoreError):
    """The connection is gone. `committing`: a COMMIT was under way, so nobody knows whether it stands."""

    def __init__(self, text: str, *, committing: bool = False) -> None:
        super().__init__(text)
        self.committing = committing


class Refused(StoreError):
    """The database refused a statement: its SQLSTATE, whether it was a check of the engine's own, whose it was."""

    def __init__(self, code: str, text: str, *, check: bool, owner: object = None) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.check = check
        self.owner = owner


@dataclass(slots=True)
class Answer:
    """What a statement gave: the rows of a query, and how many rows a change touched."""

    rows: list[Row] = field(default_factory=list)
    touched: int = 0


@dataclass(frozen=True, slots=True)
class _Sent:
    """What an answer is expected for. `prepared`: it makes this statement known to the connection; `forgets`: it has
    the connection forget the one of this name.
    """

    check: bool = False
    prepared: Statement | None = None
    forgets: bytes = b""
    commit: bool = False
    owner: object = None


@lru_cache(maxsize=PREPARED_MAX)
def translated(sql: str) -> bytes:
    """The statement with `$1, $2 ...` in place of question marks."""
    first, *parts = sql.split("?")
    return (first + "".join(f"${number}{part}" for number, part in enumerate(parts, 1))).encode()


class Link:
    """One connection. For one thread at a time; every method but `add` may raise LinkLost."""

    def __init__(self, conninfo: str, patience: float | None = None, route: Route | None = None) -> None:
        """Connect. `patience`: how many seconds the database may think about an answer, unless as most do.

        `route`: what makes of each statement the one that is sent.
        """
        self._route = route
        self._patience = ANSWER_SECONDS_MAX if patience is None else patience
        try:
            self._connection = psycopg.connect(conninfo, autocommit=True)
        except psycopg.OperationalError as error:
            raise LinkLost(str(error).strip()) from error
        self._pg = self._connection.pgconn
        self._pg.nonblocking = 1
        self._pg.enter_pipeline_mode()
        self._poll = select.poll()
        self._poll.register(self._pg.socket, select.POLLIN)
        self._names: OrderedDict[Statement, bytes] = OrderedDict()  # the one that was used last is the last
        self._coming: dict[Statement, bytes] = {}
        self._seen_once: OrderedDict[Statement, None] = OrderedDict()
        self._leaving: list[bytes] = []  # the names of statements that are to be forgotten
        self._numbers = itertools.count()
        self._sent: list[_Sent] = []

    @property
    def socket(self) -> int:
        """What to wait for until there may be something to hear."""
        return self._pg.socket

    @property
    def idle(self) -> bool:
        """Whether nothing waits to be sent."""
        return not self._sent

    def add(
        self,
        sql: str,
        parameters: tuple[object, ...] = (),
        *,
        check: bool = False,
        commit: bool = False,
        owner: object = None,
    ) -> None:
        """Put a statement into the next exchange. A `check` is one of the engine's own, and gives no answer.

        `owner` is named where the statement is refused.
        """
        if self._route is not None:
            sql, parameters = self._route(sql, parameters)
        types = tuple(map(type, parameters))
        values = [ENCODERS[kind][1](value) for kind, value in zip(types, parameters, strict=True)]
        key = (sql, types)
        try:
            name = self._names.get(key)
            if name is not None:
                self._names.move_to_end(key)
            else:
                name = self._coming.get(key)
            if name is None and self._has_room(key):
                name = self._coming[key] = b"s%d" % next(self._numbers)
                self._pg.send_prepare(name, translated(sql), [ENCODERS[kind][0] for kind in types])
                self._sent.append(_Sent(prepared=key, owner=owner))
            formats = [_BINARY] * len(values)
            if name is None:
                oids = [ENCODERS[kind][0] for kind in types]
                self._pg.send_query_params(translated(sql), values, oids, formats, _BINARY)
            else:
                self._pg.send_query_prepared(name, values, formats, _BINARY)
        except psycopg.OperationalError as error:
            raise LinkLost(str(error).strip()) from error
        self._sent.append(_Sent(check, commit=commit, owner=owner))

    def _has_room(self, key: Statement) -> bool:
        """Whether a statement is to be prepared; another one may have to go for it."""
        if len(self._names) + len(self._coming) < PREPARED_MAX:
            return True
        if key not in self._seen_once:
            self._seen_once[key] = None
            if len(self._seen_once) > SEEN_ONCE_MAX:
                self._seen_once.popitem(last=False)
            return False
        if not self._names:  # all the room is for what this exchange brings
            return False
        del self._seen_once[key]
        self._leaving.append(self._names.popitem(last=False)[1])
        return True

    def _forget_leaving(self) -> None:
        """Have the connection forget what had to go: behind everything else, for this exchange may use it, and a BEGIN
        is refused its isolation behind any statement. Where it isn't done, it is asked for again.
        """
        for name in self._leaving:
            self._pg.send_query_params(b"DEALLOCATE " + name, None)
            self._sent.append(_Sent(forgets=name))
        self._leaving = []

    def exchange(self) -> list[Answer]:
        """Send what was added and wait for the answers. Raises Refused for the first statement that was refused.

        What stands behind a refused statement is not done.
        """
        steps = self._exchange()
        try:
            events = next(steps)
            while True:
                self._poll.modify(self._pg.socket, events)
                events = steps.send(bool(self._poll.poll(self._patience * 1000)))
        except StopIteration as end:
            answers: list[Answer] = end.value
            return answers

    async def exchange_on(self, loop: asyncio.AbstractEventLoop) -> list[Answer]:
        """As `exchange`, on the thread of an event loop, which does other work meanwhile."""
        steps = self._exchange()
        try:
            events = next(steps)
            while True:
                events = steps.send(await self._ready(loop, events))
        except StopIteration as end:
            answers: list[Answer] = end.value
            return answers

    async def _ready(self, loop: asyncio.AbstractEventLoop, events: int) -> bool:
        """Wait for the socket; False where nothing has come for too long."""
        socket = self._pg.socket
        ready: asyncio.Future[bool] = loop.create_future()

        def come(something: bool) -> None:
            if not ready.done():
                ready.set_result(something)

        loop.add_reader(socket, come, True)
        if events & select.POLLOUT:
            loop.add_writer(socket, come, True)
        timer = loop.call_later(self._patience, come, False)
        try:
            return await ready
        finally:
            timer.cancel()
            loop.remove_reader(socket)
            if events & select.POLLOUT:
                loop.remove_writer(socket)

    def _exchange(self) -> Generator[int, bool, list[Answer]]:
        """The exchange, without its waiting: gives what it waits for, and is told whether that came."""
        refusal: Refused | None = None
        at_commit = False
        answers: list[Answer] = []
        committing = any(each.commit for each in self._sent)
        try:
            self._forget_leaving()
            sent, self._sent = self._sent, []
            coming, self._coming = self._coming, {}
            self._pg.pipeline_sync()
            while self._pg.flush() == 1:
                yield from self._wait(select.POLLIN | select.POLLOUT)
            for each in sent:
                result = yield from self._result()
                if result.status in _DONE:
                    if each.prepared is not None:
                        self._names[each.prepared] = coming[each.prepared]
                    elif not each.check and not each.forgets:
                        answers.append(_answer(result))
                elif result.status == pq.ExecStatus.FATAL_ERROR:
                    at_commit = at_commit or (refusal is None and each.commit)
                    refusal = refusal or _refused(result, each)
                elif each.forgets:
                    self._leaving.append(each.forgets)
                if (yield from self._next()) is not None:
                    raise LinkLost("the database gave more answers than statements")
            if (yield from self._result()).status != pq.ExecStatus.PIPELINE_SYNC:
                raise LinkLost("the answers of the database are out of step")
        except psycopg.OperationalError as error:
            raise LinkLost(str(error).strip(), committing=committing) from error
        except LinkLost as lost:
            raise LinkLost(str(lost), committing=committing) from lost
        if refusal is not None:
            if at_commit and self._route is not None and not refusal.code.startswith(RACE_LOST):
                # A worker that went away in the middle of its commit may have done it: nobody may run it again.
                raise LinkLost(str(refusal), committing=True)
            raise refusal
        return answers

    def heard(self) -> list[str]:
        """What was notified on the channels that this connection listens to, as far as it has come."""
        try:
            self._pg.consume_input()
        except psycopg.OperationalError as error:
            raise LinkLost(str(error).strip()) from error
        payloads = []
        while (notice := self._pg.notifies()) is not None:
            payloads.append(notice.extra.decode())
        return payloads

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def _result(self) -> Generator[int, bool, pq.abc.PGresult]:
        """The next result, of which there must be one."""
        result = yield from self._next()
        if result is None:
            raise LinkLost(self._pg.get_error_message() or "the database gave no answer")
        return result

    def _next(self) -> Generator[int, bool, pq.abc.PGresult | None]:
        while self._pg.is_busy():
            yield from self._wait(select.POLLIN)
        return self._pg.get_result()

    def _wait(self, events: int) -> Generator[int, bool, None]:
        if self._pg.status != pq.ConnStatus.OK:
            raise LinkLost(self._pg.get_error_message())
        if not (yield events):
            raise LinkLost(f"the database has said nothing for {self._patience:.0f} s")
        self._pg.consume_input()


def _answer(result: pq.abc.PGresult) -> Answer:
    if result.status != pq.ExecStatus.TUPLES_OK:
        return Answer(touched=result.command_tuples or 0)
    decoders = [DECODERS[result.ftype(column)] for column in range(result.nfields)]
    read = result.get_value
    rows: list[Row] = []
    for place in range(result.ntuples):
        values: list[Any] = []
        for column, decode in enumerate(decoders):
            raw = read(place, column)
            values.append(None if raw is None else decode(raw))
        rows.append(tuple(values))
    return Answer(rows, result.command_tuples or 0)


def _refused(result: pq.abc.PGresult, sent: _Sent) -> Refused:
    def part(which: pq.DiagnosticField) -> str:
        return (result.error_field(which) or b"").decode("utf-8", "replace")

    code, text = part(pq.DiagnosticField.SQLSTATE), part(pq.DiagnosticField.MESSAGE_PRIMARY)
    return Refused(code, text, check=sent.check, owner=sent.owner)
