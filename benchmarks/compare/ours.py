"""Ours as it is measured: the compiled wheel of this checkout's sources, installed in an environment of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import compiled_modules
from node_parts import hash_of

BUILDING = ("pyproject.toml", "hatch_build.py", "compiled_modules.py")
BROUGHT = {"__pycache__", "node_modules", "console"}  # not sources: what Python or npm has put among them


def program(root: Path, place: Path) -> str:
    """The Python of the environment in `place`, built anew where the sources below `root` have changed since.

    Raises RuntimeError where it can't be built, or doesn't run compiled.
    """
    python, stamp = place / "venv" / "bin" / "python", place / ".sources-sha256"
    sources = sources_hash(root)
    if not stamp.exists() or stamp.read_text() != sources:
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        print("compiling Tailrace, which takes minutes", file=sys.stderr)
        _run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(place), str(root)])
        _run([sys.executable, "-m", "venv", str(place / "venv")])
        [wheel] = place.glob("*.whl")
        _run([str(python), "-m", "pip", "install", "--quiet", str(wheel)])
        said = _run([str(python), "-m", "tailrace", "--version"])
        if "(compiled)" not in said:
            raise RuntimeError(f"what was built to run compiled says: {said}")
        stamp.write_text(sources)
    return str(python)


def sources_hash(root: Path) -> str:
    """One hash of all that goes into the wheel."""
    found = (path for path in (root / "src" / "tailrace").rglob("*") if path.is_file())
    kept = [path for path in found if not BROUGHT & set(path.relative_to(root).parts)]
    return hash_of(root, [*kept, *(root / name for name in BUILDING)])


def _run(command: list[str]) -> str:
    environment = {**os.environ, compiled_modules.COMPILE: "1"}
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}")
    return done.stdout.strip()
