"""Finds records, newest first, without an index: most lines are passed over by their bytes and never parsed.

A segment is read whole (8 MiB), and passed over whole where it lacks a text that a match must have. Looking for one
request id runs at the speed of memory; the rejected alternative, an index, would have to be kept with every call.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from tailrace.audit.segments import Segments, starts
from tailrace.base import arn

BYTES_MAX = 256 * 1024 * 1024  # read for one page, however few records match
Record = dict[str, Any]

_TOKEN = re.compile(r"(\d{15}):(\d{1,12})")


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for; what is None matches everything. Times in epoch seconds, `since` inclusive, `until` not.

    `principal` may be the ARN of a role: it stands for all its sessions. `resource` may end in `*`.
    """

    request_id: str | None = None
    principal: str | None = None
    resource: str | None = None
    service: str | None = None
    operation: str | None = None
    decision: str | None = None
    since: float | None = None
    until: float | None = None

    def needles(self) -> list[bytes]:
        """Texts that the line of every match contains."""
        found = []
        for name, value in (
            ("RequestId", self.request_id),
            ("Service", self.service),
            ("Operation", self.operation),
            ("Decision", self.decision),
        ):
            if value is not None:
                found.append(orjson.dumps({name: value})[1:-1])
        if self.principal is not None:
            found.append(_within(_sessions(self.principal) or self.principal))
        if self.resource is not None:
            found.append(_within(self.resource.rstrip("*")))
        return found

    def matches(self, record: Record) -> bool:
        """Whether a record whose line has all needles is meant."""
        at = record["Time"]
        if (self.since is not None and at < self.since) or (self.until is not None and at >= self.until):
            return False
        if self.principal is not None and not is_of(self.principal, record.get("PrincipalArn", "")):
            return False
        if self.resource is not None and not any(map(self._is_meant, record.get("Resources", ()))):
            return False
        exact = {"RequestId": self.request_id, "Service": self.service, "Operation": self.operation}
        exact["Decision"] = self.decision
        return all(value is None or record.get(name) == value for name, value in exact.items())

    def _is_meant(self, resource: str) -> bool:
        wanted = self.resource or ""
        return resource.startswith(wanted[:-1]) if wanted.endswith("*") else resource == wanted


def is_of(principal: str, caller: str) -> bool:
    """Whether the caller is this principal, or a session of this role."""
    sessions = _sessions(principal)
    return caller == principal or (sessions is not None and caller.startswith(sessions))


def page(segments: Segments, query: Query, limit: int, after: str | None = None) -> tuple[list[Record], str | None]:
    """At most `limit` records, newest first, and the token to go on with (None at the end).

    A page may hold fewer than `limit`, even none, and have a token: so much was looked at. Raises ValueError for a
    token that is none. Blocks: call it in a thread.
    """
    found: list[Record] = []
    for place, record in _lines(segments, query, after):
        if record is not None:
            found.append(record)
            if len(found) == limit:
                return found, place
        else:
            return found, place
    return found, None


def every(segments: Segments, query: Query) -> Iterator[Record]:
    """Every record that matches, newest first. Blocks: call it in a thread."""
    after: str | None = None
    while True:
        found, after = page(segments, query, 10_000, after)
        yield from found
        if after is None:
            return


def _lines(segments: Segments, query: Query, after: str | None) -> Iterator[tuple[str, Record | None]]:
    """(token of its place, record), newest first; (token, None) when so much has been read that a page must end."""
    names = segments.names()
    end: int | None = None
    if after is not None:
        token = _TOKEN.fullmatch(after)
        if token is None:
            raise ValueError(after)
        names = [name for name in names if name <= token[1]]
        end = int(token[2]) if names and names[-1] == token[1] else None
    needles = query.needles()
    read, later = 0, float("inf")
    for name in reversed(names):
        if read >= BYTES_MAX:
            yield f"{_next(names, name)}:0", None
        if query.since is not None and later < query.since:
            return
        later = starts(name)
        data = segments.read(name)
        data = data if end is None else data[:end]
        end = None
        read += len(data)
        if all(needle in data for needle in needles):
            yield from _of_segment(name, data, needles, query)


def _next(names: list[str], name: str) -> str:
    """The segment behind `name`, which was the last to be looked through."""
    return names[names.index(name) + 1]


def _of_segment(name: str, data: bytes, needles: list[bytes], query: Query) -> Iterator[tuple[str, Record]]:
    end = len(data)
    while end > 0:
        # Jump to the line of the last place where the rarest text stands, if there is one to go by.
        if needles:
            at = data.rfind(needles[0], 0, end)
            if at < 0:
                return
            stop = data.find(b"\n", at, end)
            stop = end if stop < 0 else stop
        else:
            stop = end - 1 if data[end - 1 : end] == b"\n" else end
        start = data.rfind(b"\n", 0, stop) + 1
        line = data[start:stop]
        end = start
        if line and all(needle in line for needle in needles):
            record = _parsed(line)
            if record is not None and query.matches(record):
                yield f"{name}:{start}", record


def _parsed(line: bytes) -> Record | None:
    """The record; None for a line that an end by force has cut short."""
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return record if isinstance(record, dict) and "Time" in record else None


def _within(text: str) -> bytes:
    """The bytes by which a text stands in JSON."""
    return orjson.dumps(text)[1:-1]


def _sessions(principal: str) -> str | None:
    """What the ARNs of a role's sessions begin with; None for any other principal."""
    parts = arn.parse(principal)
    if parts is None or parts.service != "iam" or not parts.resource.startswith("role/"):
        return None
    return f"arn:aws:sts::{parts.account}:assumed-role/{parts.resource.rpartition('/')[2]}/"
