"""Deployment packages: what is unpacked, and what is refused."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from tailrace.runtime import unpack
from tailrace.runtime.spec import CodeProblem
from tests.unit.runtime.conftest import archive_of, zipped


def with_link(name: str, destination: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, destination)
        archive.writestr(f"{name}/inside.txt", "x")
    return buffer.getvalue()


async def test_modes_are_kept_and_everybody_may_read(tmp_path: Path) -> None:
    folders = unpack.CodeFolders(tmp_path, None)
    root = await folders.prepare(archive_of(zipped({"a/bootstrap": "#!/bin/sh"}, mode=0o700)), ())
    assert stat.S_IMODE((root / "layers/task/a/bootstrap").stat().st_mode) == 0o744


async def test_an_archive_is_unpacked_once(tmp_path: Path) -> None:
    folders = unpack.CodeFolders(tmp_path, None)
    archive = archive_of(zipped({"a": "1"}))
    first = await folders.prepare(archive, ())
    (first / "layers/task/a").write_text("changed")
    assert (await folders.prepare(archive, ()) / "layers/task/a").read_text() == "changed"


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "..\\x"])
def test_a_name_that_leaves_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CodeProblem):
        unpack.extract(zipped({name: "x"}), tmp_path / "task", 1000)
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("destination", ["../..", "/etc", "a/../../.."])
def test_a_link_that_leaves_its_folder_is_refused(tmp_path: Path, destination: str) -> None:
    with pytest.raises(CodeProblem):
        unpack.extract(with_link("link", destination), tmp_path / "task", 1000)


def linked(*entries: tuple[str, str]) -> bytes:
    """An archive of links (name, destination); without a destination it is an empty file, or a folder (name/)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, destination in entries:
            entry = zipfile.ZipInfo(name)
            if destination:
                entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(entry, destination)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "entries",
    [
        [("a", "b/../out"), ("b", "."), ("a/made/", "")],  # `a` leaves the folder once `b` is a link
        [("a", "b/../out"), ("b", ".")],
        [("a", "b/../out"), ("b", "."), ("a/file", "")],
        [("a", "b"), ("b", "a"), ("a/file", "")],
        [("a", ""), ("a/file", "")],
        [("a/file", ""), ("a", "")],
        [("a" * 300, "")],
        [(".", "")],
        [("link", "\0")],
    ],
)
def test_entries_that_only_together_leave_the_folder_or_clash_are_refused(
    tmp_path: Path, entries: list[tuple[str, str]]
) -> None:
    with pytest.raises(CodeProblem):
        unpack.extract(linked(*entries), tmp_path / "task", 1000)
    assert [path.name for path in tmp_path.iterdir()] == ["task"]


def test_a_directory_too_long_to_hold_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    data = zipped({str(n): "x" for n in range(4)})
    monkeypatch.setattr(unpack, "ENTRIES_MAX", 3)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(CodeProblem, match="more than 3 entries"):
        unpack.check(data)


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_only_stored_and_deflated_entries_are_taken(method: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("a", "x")
    with pytest.raises(CodeProblem, match="neither stored nor deflated"):
        unpack.check(buffer.getvalue())


def test_special_files_and_bits_become_plain_files(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, mode in (("device", stat.S_IFCHR | 0o666), ("setuid", stat.S_IFREG | 0o6755)):
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            archive.writestr(entry, "x")
    unpack.extract(buffer.getvalue(), tmp_path / "task", 1000)
    assert stat.S_ISREG((tmp_path / "task/device").lstat().st_mode)
    assert stat.S_IMODE((tmp_path / "task/setuid").stat().st_mode) == 0o755


def test_a_link_within_its_folder_is_kept(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("real.txt", "x")
        entry = zipfile.ZipInfo("bin/link")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "../real.txt")
    unpack.extract(buffer.getvalue(), tmp_path / "task", 1000)
    assert (tmp_path / "task/bin/link").read_text() == "x"


def test_more_than_the_limit_is_refused_whatever_the_archive_claims(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", b"\0" * 100_000)
    with pytest.raises(CodeProblem, match="Unzipped size"):
        unpack.extract(buffer.getvalue(), tmp_path / "task", 50_000)


@pytest.mark.parametrize("data", [b"", b"no zip at all", zipped({"a": "x" * 100})[:-30]])
def test_what_is_no_archive_is_refused(data: bytes) -> None:
    with pytest.raises(CodeProblem, match="Could not unzip"):
        unpack.check(data)


async def test_folders_that_nobody_uses_are_removed_the_oldest_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpack, "FOLDERS_MAX", 2)
    folders = unpack.CodeFolders(tmp_path, None)
    archives = [archive_of(zipped({"n": str(n)})) for n in range(4)]
    roots = [await folders.prepare(archive, ()) for archive in archives]
    await folders.prepare(archives[0], ())
    await folders.trim({roots[1]})
    assert [root.is_dir() for root in roots] == [True, True, False, False]
    assert await folders.prepare(archives[3], ()) == roots[3]
    assert roots[3].is_dir()
