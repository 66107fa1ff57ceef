"""Fills tables: BatchWriteItem by several connections at once, for what isn't measured should soon be over."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPResponse
from itertools import islice
from typing import Any

from benchmarks.compare.signers import steps
from benchmarks.compare.signing import Keys, Request, signed

CONNECTIONS = 4
BATCH_ITEMS_MAX = 25
BATCH_BYTES = 500_000
SIGNED_AT_ONCE = 400


class Connection:
    """A keep-alive connection that sends what is signed already."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def ask(self, request: bytes) -> bytes:
        """The answer's body. Raises RuntimeError where it is no success."""
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), 60)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request)
        answer = HTTPResponse(self._socket, method="POST")
        answer.begin()
        body = answer.read()
        if answer.will_close:
            self.close()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {body[:200].decode(errors='replace')}")
        return body

    def close(self) -> None:
        """The next request opens it again."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def send(port: int, requests: Sequence[Request], connections: int = CONNECTIONS) -> list[bytes]:
    """Send requests by several connections; the bodies of the answers, in no order. Raises RuntimeError."""

    def work(mine: list[bytes]) -> list[bytes]:
        connection = Connection(port)
        try:
            return [connection.ask(request) for request in mine]
        finally:
            connection.close()

    ready = signed(requests)
    with ThreadPoolExecutor(connections) as pool:
        return [
            body for bodies in pool.map(work, [ready[n::connections] for n in range(connections)]) for body in bodies
        ]


def fill(port: int, table: str, items: Iterable[dict[str, Any]]) -> None:
    """Put the items into a table. Raises RuntimeError where a server refuses to."""
    puts = ({"PutRequest": {"Item": item}} for item in items)
    requests: Iterator[Request] = (("BatchWriteItem", {"RequestItems": {table: batch}}) for batch in _batches(puts))
    while part := list(islice(requests, SIGNED_AT_ONCE)):
        while part:
            left = [json.loads(body)["UnprocessedItems"] for body in send(port, part) if b"PutRequest" in body]
            part = [("BatchWriteItem", {"RequestItems": each}) for each in left]


def make_signer(port: int, signer: str, table: str) -> Keys:
    """The keys of a new signer, who may work with the table. Raises RuntimeError where a server refuses to."""
    connection, making = Connection(port), steps(signer, table)
    try:
        request = next(making)
        while True:
            request = making.send(connection.ask(request))
    except StopIteration as done:
        keys: Keys = done.value
        return keys
    finally:
        connection.close()


def _batches(puts: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """As many as BatchWriteItem takes; of large items fewer, which every server's limit of a request allows."""
    for first in puts:
        size = len(json.dumps(first))
        yield [first, *islice(puts, min(BATCH_ITEMS_MAX, max(1, BATCH_BYTES // size)) - 1)]
