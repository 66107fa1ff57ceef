"""A connection in libpq's pipeline mode: statements are collected, sent together, and answered in one round trip.

psycopg connects (its way with hosts, TLS, passwords and time-outs is the well-kept one); what follows is libpq itself,
for the store's statements need none of psycopg's conversions and all of its pipeline.
"""

from __future__ import annotations

import select
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import pq

from tailrace.base.errors import StoreError
from tailrace.store.engine import Row
from tailrace.store.postgresql.codec import DECODERS, ENCODERS

PREPARED_MAX = 1000  # statements that a connection keeps; what is put together at run time may be more
ANSWER_SECONDS_MAX = 60.0  # a server that says nothing for so long is taken for gone
_DONE = frozenset((pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK, pq.ExecStatus.EMPTY_QUERY))
_BINARY = pq.Format.BINARY


class LinkLost(StoreError):
    """The connection is gone. `committing`: a COMMIT was under way, so nobody knows whether it stands."""

    def __init__(self, text: str, *, committing: bool = False) -> None:
        super().__init__(text)
        self.committing = committing


class Refused(StoreError):
    """The database refused a statement: its SQLSTATE, and whether the statement was a check of the engine's own."""

    def __init__(self, code: str, text: str, *, check: bool) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.check = check


@dataclass(slots=True)
class Answer:
    """What a statement gave: the rows of a query, and how many rows a change touched."""

    rows: list[Row] = field(default_factory=list)
    touched: int = 0


@dataclass(frozen=True, slots=True)
class _Sent:
    """What an answer is expected for. `prepared`: it makes this statement known to the connection."""

    check: bool = False
    prepared: tuple[str, tuple[type, ...]] | None = None
    commit: bool = False


_translated: dict[str, bytes] = {}


def translated(sql: str) -> bytes:
    """The statement with `$1, $2 ...` in place of question marks."""
    known = _translated.get(sql)
    if known is None:
        first, *parts = sql.split("?")
        text = first + "".join(f"${number}{part}" for number, part in enumerate(parts, 1))
        known = text.encode()
        if len(_translated) < PREPARED_MAX:
            _translated[sql] = known
    return known


class Link:
    """One connection. For one thread at a time; every method but `add` may raise LinkLost."""

    def __init__(self, conninfo: str) -> None:
        try:
            self._connection = psycopg.connect(conninfo, autocommit=True)
        except psycopg.OperationalError as error:
            raise LinkLost(str(error).strip()) from error
        self._pg = self._connection.pgconn
        self._pg.nonblocking = 1
        self._pg.enter_pipeline_mode()
        self._poll = select.poll()
        self._poll.register(self._pg.socket, select.POLLIN)
        self._names: dict[tuple[str, tuple[type, ...]], bytes] = {}
        self._coming: dict[tuple[str, tuple[type, ...]], bytes] = {}
        self._sent: list[_Sent] = []

    @property
    def pgconn(self) -> pq.abc.PGconn:
        """libpq's connection, for who listens on it."""
        return self._pg

    @property
    def idle(self) -> bool:
        """Whether nothing waits to be sent."""
        return not self._sent

    def add(self, sql: str, parameters: tuple[object, ...] = (), *, check: bool = False, commit: bool = False) -> None:
        """Put a statement into the next exchange. A `check` is one of the engine's own, and gives no answer."""
        types = tuple(map(type, parameters))
        values = [ENCODERS[kind][1](value) for kind, value in zip(types, parameters, strict=True)]
        key = (sql, types)
        try:
            name = self._names.get(key) or self._coming.get(key)
            if name is None and len(self._names) + len(self._coming) < PREPARED_MAX:
                name = self._coming[key] = b"s%d" % (len(self._names) + len(self._coming))
                self._pg.send_prepare(name, translated(sql), [ENCODERS[kind][0] for kind in types])
                self._sent.append(_Sent(prepared=key))
            formats = [_BINARY] * len(values)
            if name is None:
                oids = [ENCODERS[kind][0] for kind in types]
                self._pg.send_query_params(translated(sql), values, oids, formats, _BINARY)
            else:
                self._pg.send_query_prepared(name, values, formats, _BINARY)
        except psycopg.OperationalError as error:
            raise LinkLost(str(error).strip()) from error
        self._sent.append(_Sent(check=check, commit=commit))

    def exchange(self) -> list[Answer]:
        """Send what was added and wait for the answers. Raises Refused for the first statement that was refused.

        What stands behind a refused statement is not done.
        """
        sent, self._sent = self._sent, []
        coming, self._coming = self._coming, {}
        refusal: Refused | None = None
        answers: list[Answer] = []
        committing = any(each.commit for each in sent)
        try:
            self._pg.pipeline_sync()
            self._flush()
            for each in sent:
                result = self._result()
                if result.status in _DONE:
                    if each.prepared is not None:
                        self._names[each.prepared] = coming[each.prepared]
                    elif not each.check:
                        answers.append(_answer(result))
                elif result.status == pq.ExecStatus.FATAL_ERROR:
                    refusal = refusal or _refused(result, check=each.check)
                self._end_of_statement()
            if self._result().status != pq.ExecStatus.PIPELINE_SYNC:
                raise LinkLost("the answers of the database are out of step", committing=committing)
        except psycopg.OperationalError as error:
            raise LinkLost(str(error).strip(), committing=committing) from error
        except LinkLost as lost:
            raise LinkLost(str(lost), committing=committing) from lost
        if refusal is not None:
            raise refusal
        return answers

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def _flush(self) -> None:
        while self._pg.flush() == 1:
            self._wait(select.POLLIN | select.POLLOUT)
            self._pg.consume_input()

    def _result(self) -> pq.abc.PGresult:
        """The next result, of which there must be one."""
        result = self._next()
        if result is None:
            raise LinkLost(self._pg.get_error_message() or "the database gave no answer")
        return result

    def _end_of_statement(self) -> None:
        if self._next() is not None:
            raise LinkLost("the database gave more answers than statements")

    def _next(self) -> pq.abc.PGresult | None:
        while self._pg.is_busy():
            self._wait(select.POLLIN)
            self._pg.consume_input()
        return self._pg.get_result()

    def _wait(self, events: int) -> None:
        if self._pg.status != pq.ConnStatus.OK:
            raise LinkLost(self._pg.get_error_message())
        self._poll.modify(self._pg.socket, events)
        if not self._poll.poll(ANSWER_SECONDS_MAX * 1000):
            raise LinkLost(f"the database has said nothing for {ANSWER_SECONDS_MAX:.0f} s")


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


def _refused(result: pq.abc.PGresult, *, check: bool) -> Refused:
    def part(which: pq.DiagnosticField) -> str:
        return (result.error_field(which) or b"").decode("utf-8", "replace")

    return Refused(part(pq.DiagnosticField.SQLSTATE), part(pq.DiagnosticField.MESSAGE_PRIMARY), check=check)
