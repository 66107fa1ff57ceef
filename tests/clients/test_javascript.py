"""JavaScript clients: a test file of Node.js's own test runner each, whose output is shown where it fails."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tailrace.runtime import interpreters

FOLDER = Path(__file__).parent / "javascript"
FILES = sorted(FOLDER.glob("*.test.js"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.removesuffix(".test.js"))
def test_javascript(file: Path, run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    assert (FOLDER / "node_modules").is_dir(), "`make test` installs the JavaScript clients"
    node = interpreters.node(interpreters.NODE_MAJOR_MIN).executable
    done = run(node, "--test", "--test-reporter=spec", str(file))
    assert "ℹ fail 0" in done.stdout, done.stdout  # noqa: RUF001 - Node.js's own sign
