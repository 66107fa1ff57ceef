"""What one request costs the server's processor: the core paths, without sockets, by CPU time or by instructions.

    python -m benchmarks.core_paths [--only getitem,putitem] [--requests 4000] [--profile]
    python -m benchmarks.core_paths --calls     calls of each module a request, which decide what is worth compiling
    make bench-check          counts instructions under callgrind, and compares with benchmarks/core_paths.json

Requests of 32 connections go through everything from the HTTP parser to the bytes of the answer, over a store in
memory. `getitem-user` is a workload and who signs it (benchmarks/compare/signers.py); without one it is the root. CPU
time repeats within some percent whatever else the machine does, instructions within tenths of one.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import gc
import pstats
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any, cast

import uvloop

import tailrace
from benchmarks.compare.signers import SIGNERS, steps
from benchmarks.compare.signing import ACCESS_KEY, SECRET_KEY, Keys, Request, signed
from benchmarks.compare.workloads import WORKLOADS, Workload
from tailrace import kept_secrets, store
from tailrace.app import GARBAGE_MIN
from tailrace.audit.journal import Journal
from tailrace.auth.vault import Vault, new_key
from tailrace.base.clock import SystemClock
from tailrace.base.config import Config
from tailrace.gateway.connection import Connection
from tailrace.gateway.connections import Connections
from tailrace.gateway.gateway import Gateway
from tailrace.identity import Identity
from tailrace.operation import Node
from tailrace.services import dynamodb, iam, streams, sts
from tailrace.store import sqlite

PATHS = (
    "getitem",
    "putitem",
    "updateitem",
    "deleteitem",
    "query10",
    "gsiquery10",
    "scan",
    "batchwrite25",
    "batchget100",
    "transact4",
    "getitem100k",
    "putitem100k",
    "streamput",
    "streamdelete",
    "streambatch25",
    "getitem-user",
    "putitem-user",
    "query10-user",
    "batchwrite25-user",
    "getitem-role",
    "putitem-role",
    "query10-role",
    "batchwrite25-role",
    "getitem-guarded",
)
AT_ONCE = 32
ITEMS = 1000
REPEATS = 20
SOURCES = f"{Path(tailrace.__file__).parent}/"


class Client(asyncio.Transport):
    """The other end of a connection: takes the answer, and sends the next request."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1)})
        self.answers = 0
        self.first: bytes = b""

    def write(self, data: Any) -> None:
        self.answers += 1
        self.first = self.first or bytes(data)

    def get_write_buffer_size(self) -> int:
        return 0

    def close(self) -> None:
        """Nothing is open."""


async def make_node() -> Node:
    """A node as `tailrace serve --data memory:` has it, without workers."""
    config = Config(data="memory:", access_key_id=ACCESS_KEY, secret_access_key=SECRET_KEY)
    clock, vault = SystemClock(), Vault(new_key())
    place = await store.open(config.data)
    secret = await place.update(lambda tx: kept_secrets.session_secret(tx, vault))
    who = Identity(config, clock, (ACCESS_KEY, SECRET_KEY), secret, vault)
    return Node(config, clock, place, who, cast("Any", None), audit=Journal(None, clock, config.audit_days))


class Server:
    """Connections of a node, and clients at their other ends."""

    def __init__(self, node: Node) -> None:
        gateway = Gateway(node)
        self.connections = Connections(
            gateway.answer, node.config.request_bytes_max, node.clock.now, answers_at_once=gateway.answers_at_once
        )
        self.clients = [Client() for _ in range(AT_ONCE)]
        self.protocols: list[Connection] = []
        for client in self.clients:
            protocol = self.connections.accept()
            protocol.connection_made(client)
            self.protocols.append(protocol)

    async def answer(self, requests: Sequence[bytes]) -> None:
        """Send the requests, one after the other on each connection, and wait for all answers."""
        for start in range(0, len(requests), AT_ONCE):
            part = requests[start : start + AT_ONCE]
            for protocol, request in zip(self.protocols, part, strict=False):
                protocol.data_received(request)
            # An event would add its own machinery to what is measured.
            while any(protocol.task for protocol in self.protocols):  # noqa: ASYNC110
                await asyncio.sleep(0)

    async def ask(self, requests: Sequence[Request]) -> None:
        """Send requests that aren't measured; each must succeed."""
        await self.answer(signed(requests))

    async def make_signer(self, signer: str, table: str) -> Keys:
        """The keys of a new signer, who may work with the table."""
        making = steps(signer, table)
        try:
            request = next(making)
            while True:
                request = making.send(await self._ask_one(request))
        except StopIteration as done:
            keys: Keys = done.value
            return keys

    async def _ask_one(self, request: bytes) -> bytes:
        client = self.clients[0]
        client.first = b""
        await self.answer([request])
        while not client.first:  # noqa: ASYNC110 - answers leave together, later than their tasks end
            await asyncio.sleep(0)
        self.check()
        return client.first

    def check(self) -> None:
        """Every client's first answer is a success."""
        for client in self.clients:
            assert not client.first or client.first.startswith(b"HTTP/1.1 200"), client.first


async def prepare(workload: Workload, signer: str) -> tuple[Server, Keys]:
    """A server with the workload's table filled, and the keys of a signer who may work with it."""
    server = Server(await make_node())
    table = workload.table
    await server.ask([("CreateTable", table.request())])
    await asyncio.sleep(0.3)
    items = list(table.fill(ITEMS))
    for start in range(0, len(items), 25):
        puts = [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]
        await server.ask([("BatchWriteItem", {"RequestItems": {table.name: puts}})])
    keys = await server.make_signer(signer, table.name)
    gc.collect()
    gc.freeze()  # as the server does
    gc.set_threshold(GARBAGE_MIN)
    return server, keys


async def microseconds(workload: Workload, signer: str, count: int, profile: bool) -> float:
    """The CPU time of a request, the least of some repeats."""
    server, keys = await prepare(workload, signer)
    await server.answer(signed(workload.take(ITEMS)[: count // 4], keys))
    best = float("inf")
    for _ in range(1 if profile else REPEATS):
        requests = signed(workload.take(ITEMS)[:count], keys)
        gc.collect()
        tracer = cProfile.Profile() if profile else None
        if tracer:
            tracer.enable()
        began = time.process_time()
        await server.answer(requests)
        best = min(best, (time.process_time() - began) / len(requests) * 1e6)
        if tracer:
            tracer.disable()
            pstats.Stats(tracer).sort_stats("tottime").print_stats(45)
    server.check()
    return best


async def counted(workload: Workload, signer: str, count: int) -> None:
    """For callgrind: warm up, say so, wait for the word to go, send `count` requests, say so."""
    sqlite.GROUP_SECONDS_MAX = float("inf")  # under callgrind the clock would cut groups short, a busy machine's more
    server, keys = await prepare(workload, signer)
    requests = signed(workload.take(ITEMS)[: count * 2], keys)
    await server.answer(requests[:count])
    gc.collect()  # the next collection is some thousand requests away
    print("ready", flush=True)
    sys.stdin.readline()
    await server.answer(requests[count : count * 2])
    print("done", flush=True)
    sys.stdin.readline()
    server.check()


async def calls(workload: Workload, signer: str) -> Counter[str]:
    """How often functions of each module are called by `AT_ONCE` requests, as far as it runs interpreted."""
    (server, keys), found = await prepare(workload, signer), Counter[str]()
    requests = signed(workload.take(ITEMS)[: 2 * AT_ONCE], keys)
    await server.answer(requests[:AT_ONCE])

    def count(frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(SOURCES):
            found[frame.f_code.co_filename.removeprefix(SOURCES)] += 1

    sys.setprofile(count)
    try:
        await server.answer(requests[AT_ONCE:])
    finally:
        sys.setprofile(None)
    server.check()
    return found


def show_calls(paths: Sequence[tuple[Workload, str]]) -> None:
    """The most calls a request that any of the paths has, of each module."""
    most = Counter[str]()
    for workload, signer in paths:
        most |= uvloop.run(calls(workload, signer))
    for module, count in most.most_common():
        print(f"{count / AT_ONCE:9.2f} {module}")


def path_of(name: str) -> tuple[Workload, str]:
    """The workload and the signer that a path's name says. Raises ValueError where one of them isn't there."""
    workload, _, signer = name.partition("-")
    signer = signer or SIGNERS[0]
    found = [each for each in WORKLOADS if each.name == workload]
    if not found or signer not in SIGNERS:
        raise ValueError(f"no such path: {name}")
    return found[0], signer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(PATHS))
    parser.add_argument("--requests", type=int, default=640)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--calls", action="store_true", help="calls of each module a request")
    parser.add_argument("--counted", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    assert all((dynamodb, iam, streams, sts))  # importing them registers their operations
    names = options.only.split(",")
    if options.calls:
        show_calls([path_of(name) for name in names])
        return
    for name in names:
        workload, signer = path_of(name)
        if options.counted:
            uvloop.run(counted(workload, signer, options.requests))
        else:
            count = options.requests if workload.signed >= options.requests else workload.signed // 5
            spent = uvloop.run(microseconds(workload, signer, count, options.profile))
            print(f"{name:>17} {spent:9.1f} us", flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))
    main()
