"""The audit's journal: what is written, how long it stays, and how it is found again."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import orjson
import pytest

from tailrace.audit import journal as journals
from tailrace.audit import search, segments
from tailrace.audit.entry import PERMISSIONS_MAX, Decided, Entry, subject_of
from tailrace.audit.journal import Journal
from tailrace.audit.search import Query
from tailrace.auth.evaluate import Decision, Miss
from tailrace.auth.principal import Principal
from tailrace.base.clock import MovableClock

ACCOUNT = "000000000000"
TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"
ROOT = Principal("root", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, "root")
ALICE = Principal("user", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/alice", "AIDA1", "alice")
SESSION = Principal("role", ACCOUNT, f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/one", "AROA1:one", "worker")
DENIED = Decision(False, "identity")
ALLOWED = Decision(True, "identity", True, "reads", "#0")


def entry(number: int, principal: Principal | None = ROOT, at: float = 1000.0, **more: Any) -> Entry:
    made = Entry(at, f"request-{number}", "dynamodb", "GetItem", "127.0.0.1")
    made.principal, made.region = principal, "us-east-1"
    for name, value in more.items():
        setattr(made, name, value)
    return made


def ids(found: list[search.Record]) -> list[str]:
    return [record["RequestId"] for record in found]


@pytest.fixture(params=["folder", "memory"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return tmp_path / "audit" if request.param == "folder" else None


@pytest.mark.parametrize(
    ("at", "ms", "start"),
    [
        (0.0, 0.0, b'{"Time":0.000,"RequestId":"request-1","Milliseconds":0.000,'),
        (1_700_000_000.0004, 0.0006, b'{"Time":1700000000.000,"RequestId":"request-1","Milliseconds":0.001,'),
        (1_700_000_000.9996, 59_999.9, b'{"Time":1700000001.000,"RequestId":"request-1","Milliseconds":59999.900,'),
        (1_700_000_000.05, 7.0123, b'{"Time":1700000000.050,"RequestId":"request-1","Milliseconds":7.012,'),
    ],
)
def test_times_have_three_decimals(at: float, ms: float, start: bytes) -> None:
    assert entry(1, at=at, ms=ms).own == start


async def test_a_record_says_who_asked_for_what_and_what_decided(place: Path | None) -> None:
    journal = Journal(place, MovableClock())
    decisions = [Decided("dynamodb:GetItem", TABLE, ALLOWED)]
    journal.add(entry(1, ALICE, access_key_id="AKIA1", decisions=decisions, ms=1.23456))
    await journal.flush()
    found, token = search.page(journal.segments, Query(request_id="request-1"), 10)
    assert token is None
    assert found == [
        {
            "Time": 1000.0,
            "RequestId": "request-1",
            "Service": "dynamodb",
            "Operation": "GetItem",
            "Region": "us-east-1",
            "SourceIp": "127.0.0.1",
            "StatusCode": 200,
            "Milliseconds": 1.235,
            "PrincipalArn": ALICE.arn,
            "AccessKeyId": "AKIA1",
            "Resources": [TABLE],
            "Decision": "Allowed",
            "Reason": "allowed by statement #0 of identity-based policy reads",
            "Permissions": [
                {
                    "Action": "dynamodb:GetItem",
                    "Resource": TABLE,
                    "Allowed": True,
                    "Source": "identity",
                    "Policy": "reads",
                    "Statement": "#0",
                }
            ],
            "Policy": "reads",
            "Statement": "#0",
        }
    ]


async def test_records_are_found_by_each_of_their_properties_newest_first(place: Path | None) -> None:
    journal = Journal(place, MovableClock())
    journal.add(entry(1, subject=("TableName", "orders"), at=1000.0))
    journal.add(entry(2, ALICE, decisions=[Decided("dynamodb:GetItem", TABLE, DENIED)], at=1001.0))
    journal.add(entry(3, SESSION, decisions=[Decided("dynamodb:Scan", f"{TABLE}/index/i", ALLOWED)], at=1002.0))
    journal.add(entry(4, None, error="UnrecognizedClientException", status=400, at=1003.0))
    await journal.flush()

    def found(**query: Any) -> list[str]:
        return ids(search.page(journal.segments, Query(**query), 10)[0])

    assert found() == ["request-4", "request-3", "request-2", "request-1"]
    assert found(principal=ALICE.arn) == ["request-2"]
    assert found(principal=f"arn:aws:iam::{ACCOUNT}:role/path/worker") == ["request-3"]
    assert found(principal=f"arn:aws:iam::{ACCOUNT}:role/work") == []
    assert found(resource=TABLE) == ["request-2", "request-1"]
    assert found(resource=f"{TABLE}*") == ["request-3", "request-2", "request-1"]
    assert found(decision="Denied") == ["request-2"]
    assert found(decision="Undecided") == ["request-4"]
    assert found(since=1001.0, until=1003.0) == ["request-3", "request-2"]
    assert found(operation="Scan", service="dynamodb") == []


async def test_pages_go_on_where_the_last_one_ended_over_all_segments(
    place: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "SEGMENT_BYTES", 500)
    monkeypatch.setattr(segments, "MEMORY_SEGMENT_BYTES", 500)
    monkeypatch.setattr(search, "BYTES_MAX", 2000)
    clock = MovableClock()
    journal = Journal(place, clock)
    for number in range(20):
        journal.add(entry(number))
        await journal.flush()
    assert len(journal.segments.names()) > 4
    seen, token = [], None
    for _ in range(40):
        found, token = search.page(journal.segments, Query(), 3, token)
        assert len(found) <= 3
        seen += ids(found)
        if token is None:
            break
    assert seen == [f"request-{n}" for n in reversed(range(20))]
    assert ids(list(search.every(journal.segments, Query(request_id="request-7")))) == ["request-7"]
    with pytest.raises(ValueError):
        search.page(journal.segments, Query(), 3, "../../etc:1")


async def test_what_is_too_old_or_too_much_goes(place: Path | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "SEGMENT_BYTES", 1)
    monkeypatch.setattr(segments, "MEMORY_SEGMENT_BYTES", 1)
    clock = MovableClock()
    journal = Journal(place, clock, days=2)
    for number in range(4):
        journal.add(entry(number))
        await journal.flush()
        clock.advance(86_401)
    found, _ = search.page(journal.segments, Query(), 10)
    assert ids(found) == ["request-3", "request-2", "request-1"]
    journal.segments.trim(0, 1)
    assert ids(search.page(journal.segments, Query(), 10)[0]) == ["request-3"]


def test_memory_holds_no_more_than_it_may_whatever_comes_within_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "MEMORY_SEGMENT_BYTES", 1000)
    kept = segments.MemorySegments(3000)
    for number in range(100):
        kept.append(b"%0399d\n" % number, 1000.0)
        assert sum(len(kept.read(name)) for name in kept.names()) <= 3 * 1200
    assert kept.read(kept.names()[-1]).endswith(b"%0399d\n" % 99)
    assert len(kept.names()) == 3


def test_no_sync_has_much_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commits wait for the disk behind it."""
    monkeypatch.setattr(segments, "SEGMENT_BYTES", 5000)
    monkeypatch.setattr(segments, "SYNCED_BYTES", 1000)
    synced: dict[int, int] = {}  # bytes of each file by its number
    gained: list[int] = []

    def fsync(descriptor: int) -> None:
        found = os.fstat(descriptor)
        gained.append(found.st_size - synced.get(found.st_ino, 0))
        synced[found.st_ino] = found.st_size

    monkeypatch.setattr(os, "fsync", fsync)
    kept = segments.FileSegments(tmp_path)
    for _ in range(40):
        kept.append(b"%0399d\n" % 1, 1000.0)
    kept.close()
    assert max(gained) == 1200
    assert sum(gained) == 40 * 400
    assert len(kept.names()) == 4


async def test_the_files_are_their_owners_alone_and_outlive_the_process(tmp_path: Path) -> None:
    first = Journal(tmp_path / "audit", MovableClock())
    first.add(entry(1))
    await first.close()
    (file,) = (tmp_path / "audit").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with file.open("ab") as torn:
        torn.write(b'{"Time":1,"Reque')  # what kill -9 may leave
    second = Journal(tmp_path / "audit", MovableClock())
    second.add(entry(2))
    await second.close()
    assert ids(search.page(second.segments, Query(), 10)[0]) == ["request-2", "request-1"]


async def test_a_disk_that_refuses_costs_the_records_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Journal(tmp_path / "audit", MovableClock())

    def full(lines: bytes, at: float) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journals, "HELD_MAX", 2)
    monkeypatch.setattr(journal.segments, "append", full)
    for number in range(3):
        journal.add(entry(number))
    await journal.flush()
    assert "3 records of the audit are lost" in caplog.text


async def test_calls_of_one_kind_differ_in_what_is_their_own_and_others_in_more() -> None:
    journal = Journal(None, MovableClock())
    near = Decision(False, "identity", near=(Miss("p", "#1", ("arn:x",)),))
    journal.add(entry(1, subject=("TableName", "orders"), ms=1))
    journal.add(entry(2, subject=("TableName", "orders"), ms=2, at=1001.5))
    journal.add(entry(3, subject=("TableName", "others")))
    journal.add(entry(4, ALICE, decisions=[Decided("dynamodb:GetItem", TABLE, DENIED)]))
    journal.add(entry(5, ALICE, decisions=[Decided("dynamodb:GetItem", TABLE, near)]))
    await journal.flush()
    found = {record["RequestId"]: record for record in search.page(journal.segments, Query(), 10)[0]}
    first, second = found["request-1"], found["request-2"]
    own = {"RequestId": "request-2", "Time": 1001.5, "Milliseconds": 2.0}
    assert second == {**first, **own}
    assert found["request-3"]["Resources"] != first["Resources"]
    assert "Near" not in found["request-4"]["Permissions"][0]
    assert found["request-5"]["Permissions"][0]["Near"][0]["Policy"] == "p"


async def test_zero_days_keep_nothing() -> None:
    journal = Journal(days=0)
    journal.add(entry(1))
    await journal.close()
    assert search.page(journal.segments, Query(), 10) == ([], None)


def test_neither_a_secret_in_the_wrong_place_nor_too_much_is_written() -> None:
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    many = [Decided("dynamodb:GetItem", TABLE, ALLOWED)] * (PERMISSIONS_MAX + 5)
    document = entry(1, ALICE, access_key_id=secret, decisions=many).shared()
    assert secret not in orjson.dumps(document).decode()
    assert len(document["Permissions"]) == PERMISSIONS_MAX
    assert document["PermissionsLeftOut"] == 5


def test_what_the_roots_request_is_about_is_told_by_its_member() -> None:
    assert subject_of({"TableName": "orders", "Key": {"pk": {"S": "x"}}}) == ("TableName", "orders")
    assert subject_of({"Limit": 1}) is None
    assert entry(1, subject=("TableName", "orders")).shared()["Resources"] == [TABLE]
    assert entry(1, subject=("TableName", TABLE)).shared()["Resources"] == [TABLE]
    assert entry(1, subject=("UserName", "bob")).shared()["Resources"] == [f"arn:aws:iam::{ACCOUNT}:user/bob"]
