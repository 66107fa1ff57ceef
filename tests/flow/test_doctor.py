"""`tailrace doctor`: what it finds on this machine, and when it fails."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tailrace.base import machine_code
from tailrace.doctor import sqlite
from tests.conftest import RunningServer


def doctor(*arguments: str, **variables: str) -> tuple[int, str]:
    """Its exit status, and what it said."""
    line = [sys.executable, "-m", "tailrace", "doctor", *arguments]
    done = subprocess.run(line, capture_output=True, text=True, env={**os.environ, **variables}, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_machine_that_can_run_a_server(tmp_path: Path) -> None:
    status, said = doctor("--port", "0", "--data", str(tmp_path / "new"))
    assert status == 0, said
    for name in (
        "Python",
        "code",
        "SQLite",
        "data",
        "disk",
        "open files",
        "bubblewrap",
        "control groups",
        "Node.js",
        "address",
    ):
        assert f"{name}: " in said
    assert not (tmp_path / "new").exists()


def test_a_sqlite_that_could_damage_a_busy_log_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """https://sqlite.org/wal.html#walresetbug: a checkpoint right behind another, beside a writer, as ours are."""
    assert sqlite().works
    for version, works in ("3.51.2", False), ("3.51.3", True), ("3.54.1", True):
        monkeypatch.setattr("apsw.sqlite_lib_version", lambda version=version: version)
        assert (sqlite().works, version in sqlite().text) == (works, True)
    monkeypatch.setattr("apsw.sqlite_lib_version", lambda: "3.40.1")
    assert "3.51.3 or newer is needed: install apsw from PyPI" in sqlite().text


def test_a_port_that_is_taken_and_a_folder_that_is_none(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        status, said = doctor("--port", str(taken.getsockname()[1]), "--data", str(tmp_path))
    assert (status, "choose another --port" in said) == (1, True)
    (tmp_path / "file").touch()
    status, said = doctor("--port", "0", "--data", str(tmp_path / "file"))
    assert (status, "choose another --data" in said) == (1, True)


def test_what_is_missing_counts_where_it_is_needed(tmp_path: Path) -> None:
    arguments = ("--port", "0", "--data", str(tmp_path))
    status, said = doctor(*arguments, PATH="/nowhere")
    assert (status, "--  bubblewrap: there is no bwrap" in said) == (0, True)
    status, said = doctor(*arguments, "--need", "bubblewrap", PATH="/nowhere")
    assert (status, "NO  bubblewrap: there is no bwrap" in said) == (1, True)


def test_a_running_server_is_asked_and_a_dead_one_told(tmp_path: Path) -> None:
    server = RunningServer(str(tmp_path / "data"))
    try:
        status, said = doctor("--data", server.data)
        assert status == 0, said
        assert re.search(
            rf"server: {server.endpoint} answers, version [\d.]+ \({machine_code.code()}\), on sqlite", said
        )
        assert "server's isolation, memory: " in said
    finally:
        server.kill()
    status, said = doctor("--data", server.data)
    assert (status, "doesn't answer" in said) == (1, True)
