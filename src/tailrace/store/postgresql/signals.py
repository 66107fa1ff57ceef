"""What nodes tell each other: that a topic was notified, that documents have changed. LISTEN and NOTIFY.

A message is sent after the commit and not by it: PostgreSQL lets one transaction at a time commit that notifies, and
each write to a table with a stream would be one. So a message may be lost, with the node that wanted to send it, and
comes a moment late: whoever listens also looks by himself now and then. Messages of a moment are sent together.
"""

from __future__ import annotations

import logging
import os
import select
import threading
from collections import deque
from collections.abc import Callable, Iterable

import orjson

from tailrace.base import ids
from tailrace.base.errors import StoreError
from tailrace.store.postgresql.link import Link, LinkLost, Refused

CHANGED = ""
"""The topic under which documents are told of: the payload is the kind, the scope and the name."""
PAYLOAD_BYTES_MAX = 7900  # of the 8000 that PostgreSQL takes
WAITING_MAX = 10_000
GATHER_SECONDS = 0.004  # how long a message waits for others: each costs the database a transaction
AGAIN_SECONDS = 1.0
CHECK_SECONDS = 5.0
_NOT_THERE = ("0A000", "42601", "42883")  # this database has no LISTEN

Notice = tuple[str, str]
log = logging.getLogger("tailrace.store")


class Signals:
    """One connection and its thread. `heard` is called in that thread with the notices of other nodes."""

    def __init__(self, conninfo: str, channel: str, heard: Callable[[list[Notice]], None], lost: Callable[[], None]):
        self._conninfo = conninfo
        self._channel = channel
        self._heard = heard
        self._lost = lost
        self._node = ids.hex_digits(16)
        self._waiting: deque[Notice] = deque(maxlen=WAITING_MAX)
        self._awake, self._waker = os.pipe()
        self._woken = False
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tailrace-signals", daemon=True)
        self._thread.start()

    def tell(self, notices: Iterable[Notice]) -> None:
        """Tell the other nodes, soon."""
        self._waiting.extend(notices)
        self._wake()

    def close(self) -> None:
        """Tell what is left, and end."""
        self._closing.set()
        self._wake()
        self._thread.join()
        os.close(self._awake)
        os.close(self._waker)

    def _wake(self) -> None:
        if not self._woken:  # cleared before what waits is taken, so nothing that is added before that is left lying
            self._woken = True
            os.write(self._waker, b"!")

    def _run(self) -> None:
        while not self._closing.is_set():
            link = None
            try:
                link = Link(self._conninfo)
                self._ask(link, f"LISTEN {self._channel}")
                self._woken = False
                self._lost()  # whatever was told before this moment
                while not self._closing.is_set():
                    self._serve(link)
                self._send(link)
            except Refused as refusal:
                if refusal.code in _NOT_THERE:
                    log.info("this database has no LISTEN: nodes see each other's changes within a second")
                    self._closing.wait()
                else:
                    self._trouble(refusal)
            except LinkLost as lost:
                self._trouble(lost)
            finally:
                if link is not None:
                    link.close()

    def _trouble(self, problem: StoreError) -> None:
        if not self._closing.is_set():
            log.warning("the nodes can't be heard, it is tried again: %s", problem)
            self._closing.wait(AGAIN_SECONDS)

    def _serve(self, link: Link) -> None:
        """Wait for something to hear or to tell."""
        ready, _, _ = select.select([link.socket, self._awake], [], [], CHECK_SECONDS)
        if not ready:
            self._ask(link, "SELECT 1")  # notices a connection that died without a word
        if self._awake in ready:
            os.read(self._awake, 4096)
            self._closing.wait(GATHER_SECONDS)
            self._woken = False
            self._send(link)
        for payload in link.heard():
            self._take(payload)

    def _ask(self, link: Link, sql: str, *parameters: object) -> None:
        link.add(sql, parameters, check=True)
        link.exchange()

    def _send(self, link: Link) -> None:
        """Tell what waits, each once, in as few messages as it fits into."""
        part: list[Notice] = []
        size = 0
        waiting: dict[Notice, None] = {}
        while self._waiting:
            waiting[self._waiting.popleft()] = None
        for notice in waiting:
            length = len(orjson.dumps(notice)) + 1
            if length > PAYLOAD_BYTES_MAX - 100:
                continue  # who has to know looks by himself
            if size + length > PAYLOAD_BYTES_MAX - 100:
                self._notify(link, part)
                part, size = [], 0
            part.append(notice)
            size += length
        if part:
            self._notify(link, part)

    def _notify(self, link: Link, notices: list[Notice]) -> None:
        payload = orjson.dumps([self._node, notices]).decode()
        self._ask(link, "SELECT pg_notify(?, ?)", self._channel, payload)

    def _take(self, payload: str) -> None:
        node, notices = orjson.loads(payload)
        if node != self._node:
            self._heard([(topic, text) for topic, text in notices])
