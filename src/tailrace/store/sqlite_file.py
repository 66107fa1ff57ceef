"""The database file: its connections, its write-ahead log.

SQLite comes with its binding, apsw, in one version on every machine. Python's own module has the system's, which may
be older than 3.51.3: until then a checkpoint that follows another at once, beside a writer, could damage the file
(https://sqlite.org/wal.html#walresetbug), and a busy store does just that. apsw also takes half the time for a small
statement, and lets go of the interpreter once a row, not once a value.
"""

from __future__ import annotations

import os
from pathlib import Path

import apsw

from tailrace.store import folder_lock, schema
from tailrace.store.engine import InUse, StoreUnavailable
from tailrace.store.file_sync import FileSync
from tailrace.store.log_room import LogRoom
from tailrace.store.schema.tables import STEPS
from tailrace.store.sqlite_transaction import Update

DATABASE = "tailrace.db"
# Measured with 1 KB items, 32 concurrent updaters (groups of 32) and records with both images, on two busy cores:
#
#   items table         page    durable read-modify-write + record   point reads   file after 40,000 writes
#   rowid + index        4 KB   12,900/s                             142,000/s     133 MB
#   rowid + index        8 KB   12,300/s                             149,000/s     101 MB   <- three records a page
#   rowid + index       16 KB    5,900/s (the log carries pages)     144,000/s      94 MB
#   WITHOUT ROWID        4 KB    9,100/s                              60,000/s     205 MB   (overflow pages)
#   WITHOUT ROWID        8 KB   10,500/s                             134,000/s     104 MB
#   WITHOUT ROWID       16 KB    7,300/s                             148,000/s      96 MB
PAGE_BYTES = 8192
# Row changes after which the log is moved into the database, and the database synced. In larger steps the disk and the
# processor are busy for longer with one of them, and commits wait behind it: with 4,000 a put among 100,000 items was
# answered within 45 ms (p99.9), with these within 24, and takes 1 to 3 % more processor time.
CHECKPOINT_ROWS = 1_500
# The log's size from which on writers wait for a checkpoint, and which it keeps when it starts over. To shorten it made
# the first COMMIT of a new one take 80 ms instead of 7, and each that lets it grow again a third longer.
LOG_BYTES_MAX = 128 * 1024 * 1024
# Of the connection that writes, and reads while no COMMIT is under way; what else is needed is in the system's cache.
# With 100,000 items of 1 KB the whole server stays below 150 MB.
CACHE_KIB = 48 * 1024
# Of the one that reads beside a COMMIT: it drops its pages after each.
CACHE_BESIDE_KIB = 8 * 1024

_SETTINGS = (
    f"PRAGMA page_size = {PAGE_BYTES}",  # heeded by a new file only
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",  # macOS: an fsync that reaches the disk
    "PRAGMA foreign_keys = OFF",
    "PRAGMA wal_autocheckpoint = 0",
    f"PRAGMA cache_size = -{CACHE_KIB}",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA busy_timeout = 10000",
)
_ONLY_READS = ("PRAGMA query_only = ON", f"PRAGMA cache_size = -{CACHE_BESIDE_KIB}")
# Of who stands beside a server: what it writes it would write again, and the server waits for it meanwhile.
_BESIDE = "PRAGMA synchronous = NORMAL"
# That a connection keeps prepared. The cache is looked through from its start, and a statement that was used goes to
# its end: with 512 a put took 5,000 instructions more.
STATEMENTS_MAX = 128


def _connect(path: str, *settings: str) -> apsw.Connection:
    connection = apsw.Connection(path, statementcachesize=STATEMENTS_MAX)
    try:
        # Else a statement is planned anew whenever another value is bound to it, which costs as much as ten rows.
        connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
        for setting in (*_SETTINGS, f"PRAGMA journal_size_limit = {LOG_BYTES_MAX}", *settings):
            connection.execute(setting)
    except BaseException:
        connection.close()
        raise
    return connection


class DatabaseFile:
    """The connections to one database: one that writes, one that reads beside a COMMIT, one that checkpoints.

    In memory they are one and the same, and there is no log.
    """

    def __init__(self, write: apsw.Connection, read: apsw.Connection, path: Path | None, lock: int) -> None:
        self.write = write
        self.read = read
        self.in_memory = path is None
        self._path = path
        self._lock = lock
        self._log = f"{path}-wal"
        self._checkpointer = _connect(str(path)) if path else write
        self._sync = FileSync(path) if path else None
        self._room = LogRoom(Path(self._log)) if path and lock >= 0 else None  # who stands beside a server syncs little
        self._rows = self._rows_at_checkpoint = 0  # changed by the writing connection, as of the last look
        self._frames_moved = 0  # of the log as the last checkpoint found it

    @classmethod
    def memory(cls) -> DatabaseFile:
        """A database that ends with the process."""
        connection = _connect(":memory:")
        _prepare(connection)
        return cls(connection, connection, None, -1)

    @classmethod
    def in_folder(cls, folder: str) -> DatabaseFile:
        """The database of a folder. Raises InUse, OSError, and StoreUnavailable where a newer Tailrace wrote it."""
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = folder_lock.take(place)
        opened: list[apsw.Connection] = []
        try:
            path = place / DATABASE
            opened.append(_connect(str(path)))
            _prepare(opened[0])
            _sync_folder(place)
            opened.append(_connect(str(path), *_ONLY_READS))
            return cls(opened[0], opened[1], path, lock)
        except apsw.Error as error:
            _close(opened, lock)
            raise StoreUnavailable(f"{place / DATABASE} can't be opened: {error}") from error
        except BaseException:
            _close(opened, lock)
            raise

    @classmethod
    def beside(cls, folder: str) -> DatabaseFile:
        """The database of a folder that a server has open, or none. Raises StoreUnavailable where there is none."""
        path = Path(folder) / DATABASE
        if not path.is_file():
            raise StoreUnavailable(f"there is no store in {folder}")
        opened: list[apsw.Connection] = []
        try:
            opened.append(_connect(str(path), _BESIDE))
            _check_version(opened[0])
            opened.append(_connect(str(path), *_ONLY_READS))
            return cls(opened[0], opened[1], path, -1)
        except apsw.Error as error:
            _close(opened, -1)
            raise StoreUnavailable(f"{path} can't be opened: {error}") from error
        except BaseException:
            _close(opened, -1)
            raise

    def take_folder(self) -> bool:
        """Have the folder from now on, if nobody else has it; whether that is so."""
        if self._lock < 0 and self._path is not None:
            try:
                self._lock = folder_lock.take(self._path.parent)
            except InUse:
                return False
        return True

    def checkpoint_is_due(self) -> bool:
        """Whether the log is worth moving into the database. For who uses the writing connection now."""
        self._rows = self.write.total_changes()
        if self._rows - self._rows_at_checkpoint >= CHECKPOINT_ROWS:
            return True
        return self.log_bytes() > LOG_BYTES_MAX

    def log_bytes(self) -> int:
        """The size of the log's file; 0 in memory."""
        return 0 if self.in_memory else os.stat(self._log).st_size

    def make_room(self) -> None:
        """Let the log grow ahead of the COMMIT to come. For who holds the right to write, between two statements."""
        if self._room is not None:
            self._room.make(LOG_BYTES_MAX)

    def checkpoint(self) -> int:
        """Move what is in the log into the database, beside readers and the writer; how many pages came since the last.

        A log that has started over and outgrown the old one counts as if it had not. What was moved is on the disk
        afterwards. Raises apsw.Error and OSError.
        """
        self._rows_at_checkpoint = self._rows
        frames, _ = self._checkpointer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        if self._sync is not None:
            self._sync.sync()
        before, self._frames_moved = self._frames_moved, frames
        return int(frames if frames < before else frames - before)

    def close(self) -> None:
        """Move all of the log into the database, close, and let go of the folder."""
        try:
            if self._lock >= 0:  # who stands beside a server doesn't hold it up for that
                self.write.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            _close([self._checkpointer, self.read, self.write], self._lock, self._sync, self._room)


def _prepare(connection: apsw.Connection) -> None:
    """Make the tables, or bring older ones up to date, in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone()
        schema.migrate(Update(connection, {}), STEPS, int(_version(connection)) if there else 0)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _check_version(connection: apsw.Connection) -> None:
    """Raises StoreUnavailable where the tables aren't those of this program: a server of another one runs on them."""
    found = _version(connection)
    if found != str(len(STEPS)):
        raise StoreUnavailable(
            f"another version of Tailrace runs on this data (schema {found}, this one knows {len(STEPS)}): "
            "use the same one"
        )


def _version(connection: apsw.Connection) -> str:
    """The schema's, as it is stored; "0" where none is."""
    row = connection.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone()
    return str(row[0]) if row else "0"


def _sync_folder(place: Path) -> None:
    """Make the new files' names durable."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _close(connections: list[apsw.Connection], lock: int, *files: FileSync | LogRoom | None) -> None:
    for connection in dict.fromkeys(connections):
        connection.close()
    for file in files:
        if file is not None:
            file.close()
    if lock >= 0:
        folder_lock.release(lock)
