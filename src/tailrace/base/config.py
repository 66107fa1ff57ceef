"""What a server is told at its start."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CREDENTIALS_FILE = "credentials.json"
"""In a server's folder: the root's key, if the server has made it."""
SERVER_FILE = "server.json"
"""In a server's folder: where it answers, while it runs."""


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one server process.

    `data` is a folder, a database's URL, or `memory:` for a store that ends with the process. `node_folder` keeps what
    is this server's own where the data is in a database: keys, certificate, audit. `sealing_key` (64 hexadecimal
    digits) takes the place of the one that is kept in the folder. `shards` is the number of hash ranges
    that a new table's stream starts with; each takes records for `shard_hours` before its child does, and is split when
    it takes `split_at` units (a record, or each KB of a larger one) a second for a minute (0: never). `throttle` holds
    tables to the throughput that they are given. Records of the audit are kept for `audit_days`; 0 keeps none. Mails go
    out through `smtp` (smtp://user:password@host:port, or smtps://) from `mail_from`; without it they stay in the
    server's own inbox. `tls` is None or "self"; `tls_cert`, `tls_key` and `tls_ca` are files. `allow_weak_keys` opens a
    server to the network under a key that everybody knows. `functions_network` is "host", or "none" for functions that
    reach this server alone. With `movable_clock`, who may call
    tailrace:AdvanceClock moves the server's time.
    """

    host: str = "127.0.0.1"
    port: int = 4566
    data: str = ".tailrace"
    node_folder: str = ".tailrace"
    sealing_key: str | None = None
    account: str = "000000000000"
    region: str = "us-east-1"
    shards: int = 4
    shard_hours: float = 4.0
    split_at: float = 1000.0
    throttle: bool = False
    audit_days: float = 30.0
    smtp: str | None = None
    mail_from: str = "no-reply@sns.tailrace"
    tls: str | None = None
    tls_cert: str | None = None
    tls_key: str | None = None
    tls_ca: str | None = None
    allow_weak_keys: bool = False
    access_key_id: str | None = None
    secret_access_key: str | None = None
    movable_clock: bool = False
    functions_network: str = "host"
    otlp: str | None = None
    request_bytes_max: int = 72 * 1024 * 1024

    @property
    def in_memory(self) -> bool:
        """Whether nothing of this server is to outlive it."""
        return self.data == "memory:"

    @property
    def in_database(self) -> bool:
        """Whether the data is in a database that other servers may share."""
        return "://" in self.data

    @property
    def folder(self) -> Path | None:
        """The data folder, this node's where the data is in a database, or None where nothing is kept."""
        return None if self.in_memory else Path(self.node_folder if self.in_database else self.data)
