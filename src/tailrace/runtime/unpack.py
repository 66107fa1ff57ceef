"""Unpacks a function's code, once for each archive and set of layers, under limits and within its folder.

```
code/<digest>/                    node_modules -> the SDK
└── layers/                       nodejs/ python/ lib/ bin/ ... of the layers; node_modules -> nodejs/node_modules
    └── task/                     the function's own files
```
Node.js looks for node_modules upwards from a file, so the function's own come first, then the layers', then the SDK:
AWS's order, for `import` and `require` alike.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import io
import os
import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from tailrace.runtime.spec import Archive, CodeProblem

UNZIPPED_BYTES_MAX = 262_144_000
ENTRIES_MAX = 100_000
FOLDERS_MAX = 100
COPY_BYTES = 1024 * 1024
LINK_BYTES_MAX = 4096
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # LZMA lets the archive say how much memory it takes
DIRECTORY_ENTRY = b"PK\x01\x02"
# Two entries that can't both be: a file and a folder of one name, links in a circle, a name that is too long.
CLASHES = (errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG)
BROKEN = (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, zlib.error)


class CodeFolders:
    """The unpacked functions of this server, by their archives' digests."""

    def __init__(self, folder: Path, node_sdk: Path | None) -> None:
        self._folder = folder
        self._node_sdk = node_sdk
        self._ready: dict[str, asyncio.Task[Path]] = {}

    async def prepare(self, code: Archive, layers: tuple[Archive, ...]) -> Path:
        """The folder that has `layers/task`; unpacked in a thread the first time. Raises CodeProblem."""
        digests = [code.digest, *(layer.digest for layer in layers)]
        name = hashlib.sha256("\n".join(digests).encode()).hexdigest()[:32]
        task = self._ready.pop(name, None)
        if task is None or (task.done() and (task.cancelled() or task.exception())):
            task = asyncio.ensure_future(self._unpack(self._folder / name, code, layers))
        self._ready[name] = task  # at the end: the order is that of the last use
        return await asyncio.shield(task)

    async def trim(self, in_use: set[Path]) -> None:
        """Remove the folders that were asked for longest ago, beyond `FOLDERS_MAX`, but none that is in use."""
        spare = [name for name, task in self._ready.items() if task.done() and self._folder / name not in in_use]
        for name in spare[: max(0, len(self._ready) - FOLDERS_MAX)]:
            del self._ready[name]
            await asyncio.to_thread(shutil.rmtree, self._folder / name, ignore_errors=True)

    async def _unpack(self, root: Path, code: Archive, layers: tuple[Archive, ...]) -> Path:
        archives = [await layer.fetch() for layer in layers]
        data = await code.fetch()
        return await asyncio.to_thread(self._write, root, data, archives)

    def _write(self, root: Path, code: bytes, layers: list[bytes]) -> Path:
        draft = root.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        left = UNZIPPED_BYTES_MAX
        opt = draft / "layers"
        for layer in layers:
            left -= extract(layer, opt, left)
        extract(code, opt / "task", left)
        if (opt / "nodejs" / "node_modules").is_dir():
            (opt / "node_modules").symlink_to(Path("nodejs", "node_modules"))
        if self._node_sdk:
            (draft / "node_modules").symlink_to(self._node_sdk)
        for folder, _, _ in os.walk(draft):
            os.chmod(folder, 0o755)  # noqa: S103 - whatever the server's umask: the code inside may be of another user
        shutil.rmtree(root, ignore_errors=True)
        draft.rename(root)
        return root


def check(data: bytes) -> int:
    """The unpacked size of an archive, read off its directory. Raises CodeProblem for what `extract` would refuse."""
    with opened(data) as archive:
        entries = archive.infolist()
        for entry in entries:
            safe_name(entry)
            if entry.compress_type not in METHODS:
                raise CodeProblem(f"The archive has an entry that is neither stored nor deflated: {entry.filename!r}")
        return sum(entry.file_size for entry in entries)


def opened(data: bytes) -> zipfile.ZipFile:
    """The archive. Raises CodeProblem where the bytes are none, or where its directory alone would fill the memory."""
    if data.count(DIRECTORY_ENTRY) > ENTRIES_MAX:
        raise CodeProblem(f"The archive has more than {ENTRIES_MAX} entries")
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise CodeProblem("Could not unzip uploaded file. Please check your file, then try to upload again.") from error


def safe_name(entry: zipfile.ZipInfo) -> PurePosixPath:
    """The entry's path below its folder. Raises CodeProblem where it would leave it."""
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or "\0" in entry.filename:
        raise CodeProblem(f"The archive has a name that leaves its folder: {entry.filename!r}")
    return path


def extract(data: bytes, folder: Path, bytes_max: int) -> int:
    """Unpack an archive into `folder`; returns the bytes written. Modes are kept, links only within the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    links: list[Path] = []
    check(data)
    with opened(data) as archive:
        for entry in archive.infolist():
            try:
                written += place(archive, entry, folder, bytes_max - written, links)
            except BROKEN as error:
                raise CodeProblem("Could not unzip uploaded file. Please check your file, then try again.") from error
            except OSError as error:
                if error.errno not in CLASHES:
                    raise
                raise CodeProblem(f"The archive has an entry that has no place: {entry.filename!r}") from error
    for target in links:  # what a link passes through may have become a link itself after it was made
        stays_within(target, folder)
    return written


def place(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path, bytes_max: int, links: list[Path]) -> int:
    """Make one folder, link or file; returns the bytes written. Raises CodeProblem for what leaves the folder."""
    target = folder / safe_name(entry)
    mode = entry.external_attr >> 16
    stays_within(target.parent, folder)
    if entry.is_dir():
        stays_within(target, folder)
        target.mkdir(parents=True, exist_ok=True)
        return 0
    target.parent.mkdir(parents=True, exist_ok=True)
    if stat.S_ISLNK(mode) and entry.file_size <= LINK_BYTES_MAX:
        destination = archive.read(entry).decode()
        stays_within(target.parent / destination, folder)
        target.unlink(missing_ok=True)
        target.symlink_to(destination)
        links.append(target)
        return 0
    return copy(archive, entry, target, bytes_max, mode)


def stays_within(path: Path, folder: Path) -> None:
    """Raise CodeProblem where a path, every link on it followed, leaves the folder."""
    if not path.resolve().is_relative_to(folder.resolve()):
        raise CodeProblem(f"The archive has a name or link that leaves its folder: {path.name!r}")


def copy(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, bytes_max: int, mode: int) -> int:
    """Write one file; returns its size. The size that the archive's directory claims is not believed."""
    size = 0
    if target.is_symlink():
        target.unlink()
    with archive.open(entry) as source, open(target, "wb") as file:
        while chunk := source.read(COPY_BYTES):
            size += len(chunk)
            if size > bytes_max:
                raise CodeProblem(f"Unzipped size must be smaller than {UNZIPPED_BYTES_MAX} bytes")
            file.write(chunk)
    permissions = stat.S_IMODE(mode) & 0o777
    os.chmod(target, permissions | 0o444 if permissions else 0o644)
    return size
