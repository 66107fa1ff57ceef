"""A real PostgreSQL for tests: a cluster of its own below a temporary folder, or the one that TAILRACE_TEST_POSTGRES
names (a URL whose user may create schemas), or the coordinator of a Citus cluster that TAILRACE_TEST_CITUS names, on
which each store is distributed.

A machine without PostgreSQL skips what needs it; in CI (CI=true) that is a failure.
"""

from __future__ import annotations

import itertools
import os
import pwd
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest

GIVEN = "TAILRACE_TEST_POSTGRES"
CITUS = "TAILRACE_TEST_CITUS"
PLACES = ("/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt")
SETTINGS = {
    "fsync": "off",  # the machine doesn't lose its power during a test
    "full_page_writes": "off",
    "max_connections": "300",
    "autovacuum": "on",
    "log_min_messages": "fatal",
    "unix_socket_directories": "",
}
_numbers = itertools.count(1)


def programs() -> Path | None:
    """Where initdb and pg_ctl are; the newest, where there are several."""
    found = [Path(path).parent for path in (shutil.which("initdb"),) if path and Path(path).name == "initdb"]
    for place in PLACES:
        found += [path.parent for path in Path(place).glob("*/bin/pg_ctl")]
    usable = [path.resolve() for path in found if (path / "pg_ctl").exists()]
    return max(usable, key=lambda path: [int(part) for part in path.parts if part.isdigit()], default=None)


def free_port() -> int:
    """A port that nobody listens at, and that the machine gives to none of its own connections meanwhile."""
    while True:
        port = random.randrange(20_000, 32_000)  # Linux gives 32,768 and up, others 49,152 and up
        with socket.socket() as free, suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port


class Cluster:
    """A running PostgreSQL. Not as root, which PostgreSQL refuses to be."""

    def __init__(self, programs: Path, **settings: str) -> None:
        self._programs = programs
        self._user = pwd.getpwnam("postgres").pw_uid if os.getuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="tailrace-postgres-"))
        if self._user is not None:
            os.chown(self.folder, self._user, -1)
        self.port = free_port()
        self._run("initdb", "--auth=trust", "--username=tailrace", "--no-sync", "--encoding=UTF8", "-D", self._data)
        lines = [f"{name} = '{value}'\n" for name, value in {**SETTINGS, **settings, "port": str(self.port)}.items()]
        with (self.folder / "data" / "postgresql.conf").open("a") as file:
            file.writelines(lines)
        self.start()

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    @property
    def url(self) -> str:
        """Its database, as its superuser."""
        return f"postgresql://tailrace@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start, and wait until it answers."""
        self._run("pg_ctl", "-D", self._data, "-w", "-l", str(self.folder / "log"), "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop; `immediate` is what a crash leaves behind."""
        self._run("pg_ctl", "-D", self._data, "-w", "-m", mode, "stop")

    def remove(self) -> None:
        """Stop, and leave nothing."""
        if (self.folder / "data" / "postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        done = subprocess.run(
            command, user=self._user, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, text=True
        )
        assert done.returncode == 0, f"{program}: {done.stderr}"


def cluster(**settings: str) -> Cluster:
    """A new cluster. Skips where there are no programs for it, and fails there in CI."""
    found = programs()
    if found is None:
        reason = f"no PostgreSQL on this machine (Debian: apt install postgresql), and no {GIVEN}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return Cluster(found, **settings)


class Databases:
    """Gives each test a place of its own: a schema. The cluster is made when the first one is wanted."""

    def __init__(self) -> None:
        self._cluster: Cluster | None = None
        self._citus = os.environ.get(CITUS, "")
        self._url = self._citus or os.environ.get(GIVEN, "")
        self._made: list[str] = []
        self._kept: list[str] = []

    def new(self, *, kept: bool = False) -> str:
        """The URL of an empty schema, distributed where there is Citus; one that is kept outlives `drop`."""
        url = self.new_undivided(kept=kept)
        if self._citus:
            from tailrace.store import postgresql

            postgresql.distribute(url, lambda tx: None)
        return url

    def new_undivided(self, *, kept: bool = False) -> str:
        """The URL of an empty schema, as it is before `tailrace distribute`."""
        import psycopg

        if not self._url:
            self._cluster = cluster()
            self._url = self._cluster.url

        name = f"test_{os.getpid()}_{int(time.time())}_{next(_numbers)}"
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        (self._kept if kept else self._made).append(name)
        return f"{self._url}{'&' if '?' in self._url else '?'}options=-csearch_path%3D{name}"

    def drop(self) -> None:
        """Drop what was made since the last time."""
        import psycopg

        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute("SET client_min_messages = warning")
            while self._made:
                connection.execute(f"DROP SCHEMA {self._made.pop()} CASCADE")

    def close(self) -> None:
        """Leave nothing."""
        if self._cluster is not None:
            self._cluster.remove()
        elif self._url:
            self._made += self._kept
            self.drop()


def main(command: list[str]) -> int:
    """Run a command while a cluster of its own runs, with TAILRACE_DATA set to its URL; the command's exit code."""
    base = cluster()
    try:
        return subprocess.run(command, env={**os.environ, "TAILRACE_DATA": base.url}, check=False).returncode
    finally:
        base.remove()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
