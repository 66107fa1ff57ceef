"""Floor 5: one server, wired together, from its first byte on disk to its orderly end.

```
open the store -> root key, session secret -> identity, pool -> node -> workers -> listen -> ready
SIGTERM: stop listening -> answer what is under way -> stop workers -> end functions -> checkpoint -> close
```
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tailrace import __version__, causality, exposure, kept_secrets, store, tls
from tailrace.audit.journal import Journal
from tailrace.auth.vault import Vault, WrongKey, new_key
from tailrace.base import heap, ids, machine_code
from tailrace.base.clock import Clock, MovableClock, SystemClock
from tailrace.base.config import CREDENTIALS_FILE, SERVER_FILE, Config
from tailrace.expression import parser
from tailrace.gateway.connections import Connections
from tailrace.gateway.gateway import Gateway
from tailrace.gateway.listener import Listener
from tailrace.identity import Identity
from tailrace.operation import Node
from tailrace.runtime import bubblewrap
from tailrace.runtime.doors import Endpoint
from tailrace.runtime.pool import Pool
from tailrace.services import cloudwatch, dynamodb, iam, lambda_, logs, sns, sqs, streams, sts, tailrace
from tailrace.store import StoreUnavailable, copying, folder_lock
from tailrace.store.engine import Store
from tailrace.tls import Tls
from tailrace.workers.common_time import CommonTime
from tailrace.workers.deliveries import Deliveries
from tailrace.workers.expiry import Expiry
from tailrace.workers.insights import KeepInsights
from tailrace.workers.last_used import KeepLastUsed
from tailrace.workers.metrics import KeepMetrics
from tailrace.workers.outgoing import Outgoing
from tailrace.workers.retention import Retention
from tailrace.workers.rounds import Worker
from tailrace.workers.shards import KeepShards
from tailrace.workers.stream_triggers import StreamTriggers

if TYPE_CHECKING:
    from tailrace.telemetry import Telemetry

# Importing a service registers its operations.
SERVICES = (cloudwatch, dynamodb, iam, lambda_, logs, sns, sqs, streams, sts, tailrace, causality)
STOP_SECONDS = 8.0  # of the ten that SIGTERM may take
AUDIT_FOLDER = "audit"
KEY_FILE = "sealing-key.json"
GARBAGE_MIN = 10_000  # objects, of which a request leaves one or two until its record is written
OPEN_FILES = 10_240  # more than CONNECTIONS_MAX; and what macOS gives at most

log = logging.getLogger("tailrace")


@dataclass(frozen=True, slots=True)
class RootKey:
    """The account's root key, and whether this start has made it."""

    access_key_id: str
    secret_access_key: str
    made_now: bool = False


def root_key(config: Config) -> RootKey:
    """The key that was set, else the one kept in the data folder, else a new one (kept there, mode 0600)."""
    if config.access_key_id and config.secret_access_key:
        return RootKey(config.access_key_id, config.secret_access_key)
    kept = config.folder / CREDENTIALS_FILE if config.folder else None
    if kept and kept.exists():
        found = json.loads(kept.read_text())
        return RootKey(found["AccessKeyId"], found["SecretAccessKey"])
    key = RootKey(ids.access_key_id("AKIA"), ids.secret_access_key(), made_now=True)
    if kept:
        keep_root_key(kept, key)
    return key


def keep_root_key(kept: Path, key: RootKey) -> None:
    """Write the root's key down for `tailrace env`."""
    write_private(kept, {"AccessKeyId": key.access_key_id, "SecretAccessKey": key.secret_access_key})


async def shared_root_key(config: Config, key: RootKey, place: Store, vault: Vault) -> RootKey:
    """The root's key of all servers of a database, unless this one was given another. Raises WrongKey."""
    if config.access_key_id or not config.in_database:
        return key
    own = (key.access_key_id, key.secret_access_key)
    shared = await place.update(lambda tx: kept_secrets.root_key(tx, vault, own))
    if shared != own and config.folder:
        key = RootKey(*shared)
        keep_root_key(config.folder / CREDENTIALS_FILE, key)
    return key


def sealing_key(config: Config) -> bytes:
    """The key that seals secrets at rest: given, kept beside the data (mode 0600), or of this process alone."""
    if config.sealing_key:
        return bytes.fromhex(config.sealing_key)
    kept = config.folder / KEY_FILE if config.folder else None
    if kept and kept.exists():
        return bytes.fromhex(json.loads(kept.read_text())["Key"])
    key = new_key()
    if kept:
        write_private(kept, {"Key": key.hex()})
    return key


def wrong_key(config: Config) -> str:
    """What to do where the secrets of the data don't open."""
    if config.in_database:
        return (
            "the secrets in this database were sealed with another key: give each of its servers the same one, by "
            f"TAILRACE_SEALING_KEY (64 hexadecimal digits) or the {KEY_FILE} of the first in --node-folder"
        )
    return f"{config.data}: its secrets were sealed with another {KEY_FILE}"


def write_private(path: Path, document: dict[str, Any]) -> None:
    """Write a JSON file that its owner alone may read, whole or not at all."""
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(document, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


async def clock_of(config: Config, place: Store) -> Clock:
    """The machine's time, ahead by as much as this store's time was ever moved: its data must not meet its past.

    Where other nodes share the store, one of them may move it later, and this one follows, also if it may not move it.
    """
    offset = await place.view(tailrace.clock.kept_offset)
    if not (config.movable_clock or config.in_database or offset):
        return SystemClock()
    clock = MovableClock(SystemClock().now(), running=True)
    clock.move_to(offset)
    place.listen(tailrace.clock.TOPIC, lambda moved: clock.move_to(float(moved)))
    return clock


def telemetry_of(config: Config) -> Telemetry | None:
    """Where traces go, if anywhere: OpenTelemetry is an extra, and imported for who wants it alone."""
    if not config.otlp:
        return None
    from tailrace.telemetry import Telemetry

    return Telemetry.to(config.otlp)


class Server:
    """A running server. `await Server.start(config)`, then `await server.stop()`."""

    def __init__(
        self,
        node: Node,
        connections: Connections,
        listener: Listener,
        triggers: StreamTriggers,
        key: RootKey,
        secured: Tls | None,
    ) -> None:
        self.node = node
        self._secured = secured
        self.key = key
        self._connections = connections
        self._listener = listener
        self._workers: list[Worker] = []
        self._triggers = triggers
        self._keeper: Worker = KeepMetrics(node)  # the last to end, for the others measure to theirs
        self._lock: int | None = None

    @classmethod
    async def start(cls, config: Config, clock: Clock | None = None) -> Server:
        """Open the store, start the workers and listen. Raises OSError where the address is taken."""
        if config.access_key_id and config.secret_access_key:
            exposure.check(config.host, config.secret_access_key, allow_weak=config.allow_weak_keys)
        if config.folder:
            config.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        secured = tls.prepare(config)
        if config.functions_network == "none":
            bubblewrap.check_alone(*place_of(endpoint(config.host, config.port or 0xFFFF, secured)))
        lock = folder_lock.take(config.folder) if config.folder and config.in_database else None
        place: Store | None = None
        try:
            place = await store.open(config.data)
            await place.view(copying.check_whole)
            clock = clock or await clock_of(config, place)
            key = root_key(config)
            vault = Vault(sealing_key(config))
            key = await shared_root_key(config, key, place, vault)
            secret = await place.update(lambda tx: kept_secrets.session_secret(tx, vault))
            who = Identity(config, clock, (key.access_key_id, key.secret_access_key), secret, vault)
            journal = Journal(config.folder / AUDIT_FOLDER if config.folder else None, clock, config.audit_days)
            pool = Pool(clock, authority=secured.authority if secured else None)
            node = Node(config, clock, place, who, pool, audit=journal, telemetry=telemetry_of(config))
            gateway = Gateway(node)
            connections = Connections(
                gateway.answer, config.request_bytes_max, clock.machine, answers_at_once=gateway.answers_at_once
            )
            triggers = StreamTriggers(node)
            await triggers.join()
            listener = await Listener.open(partial(listen, connections, secured), config.host, config.port)
        except BaseException as error:
            if place is not None:
                await place.close()
            if lock is not None:
                folder_lock.release(lock)
            if isinstance(error, WrongKey):
                raise StoreUnavailable(wrong_key(config)) from error
            raise
        node.endpoint = endpoint(config.host, listener.port, secured)
        node.config = replace(config, port=listener.port)
        if config.functions_network == "none":
            pool.endpoint = Endpoint(*place_of(node.endpoint), lambda door: listen(connections, secured, sock=door))
        server = cls(node, connections, listener, triggers, key, secured)
        server._lock = lock
        await server._begin()
        return server

    async def _begin(self) -> None:
        parser.parse("a = :b", "ConditionExpression")  # builds the grammar, so that no request has to wait for it
        self._connections.start()
        workers = (Deliveries, Expiry, Retention, KeepShards, KeepInsights, KeepLastUsed, Outgoing)
        self._workers = [self._triggers, *(worker(self.node) for worker in workers)]
        if self.node.config.in_database and isinstance(self.node.clock, MovableClock):
            self._workers.append(CommonTime(self.node))
        for worker in (*self._workers, self._keeper):
            await worker.start()
        # What has been loaded stays to the end; looking through it for garbage would hold up requests time and again.
        gc.freeze()
        gc.set_threshold(GARBAGE_MIN)
        folder = self.node.config.folder
        if folder:
            about: dict[str, Any] = {"endpoint": self.node.endpoint, "pid": os.getpid(), "version": __version__}
            if self._secured and self._secured.authority:
                about["authority"] = str(self._secured.authority)
            write_private(folder / SERVER_FILE, {**about, "region": self.node.config.region})

    async def stop(self) -> None:
        """End in order: no new requests, no half-done one, no running function, nothing unsynced."""
        self._listener.close()
        await self._connections.close(STOP_SECONDS / 2)
        for query in self.node.queries:
            query.cancel()
        await asyncio.gather(*self.node.queries, return_exceptions=True)
        await asyncio.gather(*(worker.stop(STOP_SECONDS / 4) for worker in self._workers))
        await self.node.pool.close()
        await self._keeper.stop(STOP_SECONDS / 8)
        await self._triggers.leave()
        if self.node.telemetry is not None:
            await self.node.telemetry.close()
        await self.node.audit.close()
        await self.node.store.close()
        if self.node.config.folder:
            (self.node.config.folder / SERVER_FILE).unlink(missing_ok=True)
        if self._lock is not None:
            folder_lock.release(self._lock)


def endpoint(bound: str, port: int, secured: Tls | None) -> str:
    """Where a server answers that listens on `bound`, for clients on this machine."""
    host = "127.0.0.1" if bound in ("0.0.0.0", "") else bound  # noqa: S104 - compared, not bound
    host = secured.host(host) if secured else host
    return f"{'https' if secured else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


async def listen(connections: Connections, secured: Tls | None, **where: Any) -> asyncio.Server:
    """Accept connections at a host and port, or on a socket."""
    return await asyncio.get_running_loop().create_server(
        connections.accept,
        **where,
        backlog=1024,
        ssl=secured.context if secured else None,
        ssl_handshake_timeout=tls.HANDSHAKE_SECONDS if secured else None,
    )


def place_of(address: str) -> tuple[str, int]:
    """The host and port of an endpoint."""
    parts = urlsplit(address)
    return parts.hostname or "", parts.port or 0


def raise_file_limit() -> None:
    """Let this process open as many files as its connections may need, where its hard limit allows that."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def serve(config: Config, ready: Callable[[Server], None]) -> None:
    """Run a server until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    raise_file_limit()
    heap.keep_freed()
    machine_code.tell_sources()
    server = await Server.start(config)
    try:
        ready(server)
        await stop.wait()
    finally:
        log.info("stopping")
        await server.stop()
