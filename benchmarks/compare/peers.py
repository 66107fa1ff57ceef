"""The servers that are compared: how each is installed, started, and whether what it acknowledged survives SIGKILL.

Each peer comes from its registry by its name, into a folder of its own below `build/bench`; what can't be had on a
machine (no cargo, no jar) is left out, and the table says so. Ours is there twice, compiled and interpreted. Class
`memory` keeps nothing, `file` writes to disk.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import boto3
import psutil
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from benchmarks.compare import ours
from benchmarks.compare.results import INTERPRETED, NOT_A_PEER, OURS
from benchmarks.compare.signing import ACCESS_KEY, REGION, SECRET_KEY, Keys

ROOT = Path(__file__).parent.parent.parent
PLACE = ROOT / "build" / "bench"
START_SECONDS = 60.0


@dataclass(frozen=True)
class Peer:
    """A server to measure. `command(program, port, folder)` starts it; `folder` is empty before."""

    name: str
    kind: str  # memory or file
    program: Callable[[], str | None]
    command: Callable[[str, int, Path], Sequence[str]]
    variables: dict[str, str] = field(default_factory=dict)
    note: str = ""

    @property
    def title(self) -> str:
        """`dynalite (file)`."""
        return f"{self.name} ({self.kind})"


def compiled() -> str:
    """The wheel of `make wheel`, of this checkout's sources."""
    return ours.program(ROOT, PLACE / "tailrace")


def this_checkout() -> str:
    """The Python that measures, which has this checkout installed."""
    return sys.executable


def dynalite() -> str | None:
    """From npm."""
    program = PLACE / "dynalite" / "node_modules" / ".bin" / "dynalite"
    if not program.exists() and shutil.which("npm"):
        (PLACE / "dynalite").mkdir(parents=True, exist_ok=True)
        _install(["npm", "install", "--prefix", str(PLACE / "dynalite"), "--no-audit", "--no-fund", "dynalite"])
    return str(program) if program.exists() else None


def dynoxide() -> str | None:
    """From crates.io: a Rust program on SQLite. Takes some minutes to build."""
    program = PLACE / "dynoxide" / "bin" / "dynoxide"
    if not program.exists() and shutil.which("cargo"):
        features = ["--no-default-features", "--features", "native-sqlite,http-server,cli"]
        _install(["cargo", "install", "dynoxide-rs", *features, "--root", str(PLACE / "dynoxide")])
    return str(program) if program.exists() else None


def from_pypi(package: str, script: str) -> Callable[[], str | None]:
    """A script of a package on PyPI, in an environment of its own."""

    def program() -> str | None:
        place = PLACE / package.partition("[")[0]
        if not (place / "bin" / script).exists():
            _install([sys.executable, "-m", "venv", str(place)])
            _install([str(place / "bin" / "pip"), "install", "--quiet", package])
        return str(place / "bin" / script)

    return program


def dynamodb_local() -> str | None:
    """AWS's own, where the environment says where its jar lies; it can't be downloaded from a registry."""
    jar = os.environ.get("DYNAMODB_LOCAL_JAR")
    return jar if jar and shutil.which("java") else None


def _install(command: Sequence[str]) -> None:
    print("installing:", " ".join(command), file=sys.stderr)
    subprocess.run(command, check=False, stdout=sys.stderr)


def _local(jar: str, port: int, *where: str) -> list[str]:
    library = Path(jar).parent / "DynamoDBLocal_lib"
    return ["java", f"-Djava.library.path={library}", "-jar", jar, "-port", str(port), "-sharedDb", *where]


def _tailrace(program: str, port: int, data: str) -> list[str]:
    return [program, "-m", "tailrace", "serve", "--port", str(port), "--data", data]


_OURS = {"TAILRACE_ACCESS_KEY_ID": ACCESS_KEY, "TAILRACE_SECRET_ACCESS_KEY": SECRET_KEY}
_CEILING = "benchmarks.ceiling"

PEERS = (
    Peer(OURS, "memory", compiled, lambda p, port, folder: _tailrace(p, port, "memory:"), _OURS),
    Peer(INTERPRETED, "memory", this_checkout, lambda p, port, folder: _tailrace(p, port, "memory:"), _OURS),
    Peer(
        "dynalite",
        "memory",
        dynalite,
        lambda p, port, folder: [p, "--port", str(port), "--createTableMs", "0", "--host", "127.0.0.1"],
    ),
    Peer("dynoxide", "memory", dynoxide, lambda p, port, folder: [p, "--port", str(port)]),
    Peer(
        "ministack",
        "memory",
        from_pypi("ministack", "ministack"),
        lambda p, port, folder: [p],
        {"GATEWAY_PORT": "{port}", "SERVICES": "dynamodb", "BIND_HOST": "127.0.0.1"},
    ),
    Peer(
        "moto",
        "memory",
        from_pypi("moto[server,dynamodb]", "moto_server"),
        lambda p, port, folder: [p, "-H", "127.0.0.1", "-p", str(port)],
    ),
    Peer("dynamodb-local", "memory", dynamodb_local, lambda p, port, folder: _local(p, port, "-inMemory")),
    Peer(
        NOT_A_PEER,
        "memory",
        this_checkout,
        lambda p, port, folder: [p, "-m", _CEILING, str(port), ":memory:"],
        note="not a product: the least that such a server must do",
    ),
    Peer(OURS, "file", compiled, lambda p, port, folder: _tailrace(p, port, str(folder)), _OURS),
    Peer(INTERPRETED, "file", this_checkout, lambda p, port, folder: _tailrace(p, port, str(folder)), _OURS),
    Peer(
        "dynalite",
        "file",
        dynalite,
        lambda p, port, folder: [p, "--port", str(port), "--createTableMs", "0", "--path", str(folder)],
        note="never syncs",
    ),
    Peer(
        "dynoxide",
        "file",
        dynoxide,
        lambda p, port, folder: [p, "--port", str(port), "--db-path", str(folder / "dynoxide.db")],
    ),
    Peer(
        "ministack",
        "file",
        from_pypi("ministack", "ministack"),
        lambda p, port, folder: [p],
        {
            "GATEWAY_PORT": "{port}",
            "SERVICES": "dynamodb",
            "BIND_HOST": "127.0.0.1",
            "PERSIST_STATE": "1",
            "STATE_DIR": "{folder}",
        },
        note="saves at its end",
    ),
    Peer("dynamodb-local", "file", dynamodb_local, lambda p, port, folder: _local(p, port, "-dbPath", str(folder))),
    Peer(
        NOT_A_PEER,
        "file",
        this_checkout,
        lambda p, port, folder: [p, "-m", _CEILING, str(port), str(folder / "ceiling.db")],
        note="not a product: the least that such a server must do",
    ),
)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running:
    """A started peer. `start_s` is the time from the start of the process to its first answer, `keys` are those that
    requests to each table are signed with.
    """

    def __init__(self, peer: Peer, program: str, folder: Path) -> None:
        self.peer, self._program, self.folder = peer, program, folder
        self.port, self.start_s, self.keys = 0, 0.0, dict[str, Keys]()
        self.process: subprocess.Popen[bytes]
        self.start()

    def start(self) -> None:
        """Start, or start again, and wait for the first answer."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TAILRACE_"))}
        filled = {n: v.format(port=self.port, folder=self.folder) for n, v in self.peer.variables.items()}
        began = time.perf_counter()
        log = (self.folder.parent / f"{self.folder.name}.log").open("ab")
        self.process = subprocess.Popen(
            self.peer.command(self._program, self.port, self.folder),
            env={**clean, **filled},
            cwd=ROOT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        while True:
            try:
                self.client(attempts=1, timeout=5).list_tables()
                break
            except (BotoCoreError, ClientError):
                if self.process.poll() is not None or time.perf_counter() - began > START_SECONDS:
                    self.kill()
                    raise RuntimeError(f"{self.peer.title} did not start; see {log.name}") from None
                time.sleep(0.01)
        self.start_s = time.perf_counter() - began

    def client(self, attempts: int = 3, timeout: float = 60) -> Any:
        """A boto3 client of it."""
        return boto3.client(
            "dynamodb",
            endpoint_url=f"http://127.0.0.1:{self.port}",
            region_name=REGION,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            config=Config(retries={"max_attempts": attempts, "mode": "standard"}, read_timeout=timeout),
        )

    def processes(self) -> list[psutil.Process]:
        """The server's, and its children."""
        try:
            first = psutil.Process(self.process.pid)
            return [first, *first.children(recursive=True)]
        except psutil.Error:
            return []

    def cpu_seconds(self) -> float:
        """The processor time that it has taken so far, with its children."""
        with contextlib.suppress(psutil.Error):
            return float(sum(sum(each.cpu_times()[:2]) for each in self.processes()))
        return 0.0

    def memory_mb(self) -> float:
        """The most memory that it has held, with its children, in MB."""
        return sum(_peak_kb(each.pid) for each in self.processes()) / 1024

    def disk_mb(self) -> float:
        """What it has written to its folder, in MB."""
        return sum(file.stat().st_size for file in self.folder.rglob("*") if file.is_file()) / 1e6

    def warm(self) -> None:
        """Read its files, so that the system has them in memory.

        A virtual machine may give back what nobody has read for a minute, and a page that comes from the disk again
        costs a server ten times the processor time: whom that hits is no server's doing.
        """
        for opened in self._files():
            while opened.read(1 << 20):
                pass

    def sync(self) -> None:
        """Have on the disk what it has written to its files."""
        for opened in self._files():
            os.fsync(opened.fileno())

    def _files(self) -> Iterator[BinaryIO]:
        for file in self.folder.rglob("*"):
            with contextlib.suppress(OSError), file.open("rb") as opened:  # it may be a folder, or gone already
                yield opened

    def kill(self) -> None:
        """SIGKILL, to it and its children."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def _peak_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)
