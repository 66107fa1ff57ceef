"""Restores over time, on a clock that is moved: the second asked for, exactly, whatever happens meanwhile."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from tailrace.base.clock import MovableClock
from tailrace.services.dynamodb import copy_table, drop_collection
from tailrace.store import history, items
from tailrace.workers.retention import Retention
from tests.flow.in_process import InProcess, in_process
from tests.flow.restore_victim import SLICES

DAY = 86400.0
ON = {"PointInTimeRecoveryEnabled": True}
OFF = {"PointInTimeRecoveryEnabled": False}
BY_COLOR = {
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "color")],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by_color",
            "KeySchema": [{"AttributeName": "color", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}


async def put(node: InProcess, name: str, key: str, value: str) -> None:
    await node.dynamodb("PutItem", TableName=name, Item={"pk": {"S": key}, "color": {"S": value}})


async def contents(node: InProcess, name: str, **more: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    start: dict[str, Any] = {}
    while True:
        page = await node.dynamodb("Scan", TableName=name, **start, **more)
        found |= {each["pk"]["S"]: each["color"]["S"] for each in page["Items"]}
        if "LastEvaluatedKey" not in page:
            return found
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


async def recover(node: InProcess, name: str, specification: dict[str, Any]) -> dict[str, Any]:
    request = {"TableName": name, "PointInTimeRecoverySpecification": specification}
    answer = await node.dynamodb("UpdateContinuousBackups", **request)
    found: dict[str, Any] = answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    return found


async def begin_restore(node: InProcess, source: str, target: str, at: float | None = None) -> None:
    when = {"UseLatestRestorableTime": True} if at is None else {"RestoreDateTime": at}
    await node.dynamodb("RestoreTableToPointInTime", SourceTableName=source, TargetTableName=target, **when)


async def restored(node: InProcess, source: str, target: str, at: float | None = None) -> dict[str, str]:
    """What `source` was at `at`."""
    await begin_restore(node, source, target, at)
    assert await node.deliver() == [copy_table.DELIVERY_KIND]
    return await contents(node, target)


async def copy_one_slice(node: InProcess, body: dict[str, Any]) -> bool:
    return await node.node.store.update(lambda tx: copy_table.copy_slice(tx, body))


async def history_rows(node: InProcess) -> int:
    return await node.node.store.view(lambda tx: tx.row("SELECT count(*) FROM history")[0])


async def test_any_second_can_be_restored() -> None:
    async with in_process() as node:
        await node.table("table", **BY_COLOR)
        await put(node, "table", "before", "red")
        await recover(node, "table", ON)
        states, start = {}, node.clock.now()
        for second in range(8):
            states[start + second] = await contents(node, "table")
            node.clock.advance(0.5)
            await put(node, "table", f"item-{second % 3}", f"color-{second}")
            if second % 3 == 2:
                await node.dynamodb("DeleteItem", TableName="table", Key={"pk": {"S": "item-0"}})
            node.clock.advance(0.5)
        for at, state in states.items():
            target = f"target-{at - start:.0f}"
            assert await restored(node, "table", target, at) == state
            assert await contents(node, target, IndexName="by_color") == state
        assert await restored(node, "table", "target-now") == await contents(node, "table")


async def test_a_restore_is_of_its_moment_whatever_is_written_while_it_is_copied() -> None:
    async with in_process() as node:
        await node.table("table", **BY_COLOR)
        count = 6 * copy_table.SLICE_ITEMS
        for number in range(count):
            await put(node, "table", f"item-{number}", "red")
        await recover(node, "table", ON)
        wanted = await contents(node, "table")
        await begin_restore(node, "table", "target")
        body = {"Reader": await table_id(node, "target"), "Scope": "000000000000/us-east-1", "TableName": "target"}
        body["After"] = ""
        done, number = False, 0
        while not done:
            for _ in range(15):
                await put(node, "table", f"item-{number * 7 % count}", "blue")
                await put(node, "table", f"new-{number}", "blue")
                await node.dynamodb("DeleteItem", TableName="table", Key={"pk": {"S": f"item-{number * 11 % count}"}})
                number += 1
            status = (await node.dynamodb("DescribeTable", TableName="target"))["Table"]["TableStatus"]
            assert status == "CREATING"
            assert (await node.refusal("dynamodb", "Scan", TableName="target"))[0] == "ResourceNotFoundException"
            assert (await node.refusal("dynamodb", "DeleteTable", TableName="target"))[0] == "ResourceInUseException"
            done = await copy_one_slice(node, body)
        assert number > 15, "one slice took it all: the test proves nothing"
        assert await copy_one_slice(node, body), "a second delivery does nothing"
        assert await contents(node, "target") == wanted
        assert await contents(node, "target", IndexName="by_color") == wanted
        table = (await node.dynamodb("DescribeTable", TableName="target"))["Table"]
        assert (table["TableStatus"], table["ItemCount"]) == ("ACTIVE", count)
        assert table["GlobalSecondaryIndexes"][0]["ItemCount"] == count


async def table_id(node: InProcess, name: str) -> str:
    return str((await node.dynamodb("DescribeTable", TableName=name))["Table"]["TableId"])


async def test_a_backup_is_of_its_moment_and_holds_its_table_until_it_is_made() -> None:
    async with in_process() as node:
        await node.table("table")
        await put(node, "table", "a", "red")
        request = {"TableName": "table", "BackupName": "backup"}
        arn = (await node.dynamodb("CreateBackup", **request))["BackupDetails"]["BackupArn"]
        await put(node, "table", "a", "blue")
        await put(node, "table", "b", "blue")
        assert (await node.refusal("dynamodb", "CreateBackup", **request))[0] == "BackupInUseException"
        assert (await node.refusal("dynamodb", "DeleteBackup", BackupArn=arn))[0] == "BackupInUseException"
        assert (await node.refusal("dynamodb", "DeleteTable", TableName="table"))[0] == "ResourceInUseException"
        restore = {"TargetTableName": "target", "BackupArn": arn}
        assert (await node.refusal("dynamodb", "RestoreTableFromBackup", **restore))[0] == "BackupInUseException"
        assert await node.deliver() == [copy_table.DELIVERY_KIND]
        await put(node, "table", "c", "blue")
        assert await history_rows(node) == 2, "after the backup nothing is written down"
        await node.dynamodb("RestoreTableFromBackup", **restore)
        assert (await node.refusal("dynamodb", "DeleteBackup", BackupArn=arn))[0] == "BackupInUseException"
        await node.deliver()
        assert await contents(node, "target") == {"a": "red"}
        await Retention(node.node).round()
        assert await history_rows(node) == 0
        await node.dynamodb("DeleteBackup", BackupArn=arn)
        assert await node.deliver() == [drop_collection.DELIVERY_KIND]
        assert await node.node.store.view(lambda tx: items.measure(tx, 2)) == (0, 0)


async def test_the_earliest_time_moves_on_with_the_period_and_what_lies_before_it_goes() -> None:
    async with in_process() as node:
        await node.table("table")
        since = (await recover(node, "table", {**ON, "RecoveryPeriodInDays": 2}))["EarliestRestorableDateTime"]
        assert since == node.clock.now()
        for day in range(4):
            await put(node, "table", "a", f"day-{day}")
            node.clock.advance(DAY)
        now = node.clock.now()
        answer = await node.dynamodb("DescribeContinuousBackups", TableName="table")
        shown = answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        assert shown == {
            "PointInTimeRecoveryStatus": "ENABLED",
            "RecoveryPeriodInDays": 2,
            "EarliestRestorableDateTime": now - 2 * DAY,
            "LatestRestorableDateTime": now,
        }
        assert await history_rows(node) == 4
        await Retention(node.node).round()
        assert await history_rows(node) == 1
        restore = {"SourceTableName": "table", "TargetTableName": "target"}
        for at in (now - 2 * DAY - 1, now + 1):
            refusal = await node.refusal("dynamodb", "RestoreTableToPointInTime", **restore, RestoreDateTime=at)
            assert refusal[0] == "InvalidRestoreTimeException"
        assert await restored(node, "table", "target", now - 2 * DAY) == {"a": "day-2"}
        longer = await recover(node, "table", ON)
        assert longer["EarliestRestorableDateTime"] == now - 2 * DAY, "a longer period brings nothing back"


async def test_switched_off_everything_is_forgotten_and_writes_are_written_down_no_more() -> None:
    async with in_process() as node:
        await node.table("table")
        await recover(node, "table", ON)
        await put(node, "table", "a", "red")
        await recover(node, "table", OFF)
        await put(node, "table", "a", "blue")
        await Retention(node.node).round()
        assert await history_rows(node) == 0
        node.clock.advance(60)
        assert (await recover(node, "table", ON))["EarliestRestorableDateTime"] == node.clock.now()


async def test_continuous_backups_stay_on_while_a_restore_reads_them() -> None:
    async with in_process() as node:
        await node.table("table")
        await recover(node, "table", ON)
        await begin_restore(node, "table", "target")
        request = {"TableName": "table", "PointInTimeRecoverySpecification": OFF}
        refusal = await node.refusal("dynamodb", "UpdateContinuousBackups", **request)
        assert refusal[0] == "ContinuousBackupsUnavailableException"
        await node.deliver()
        await recover(node, "table", OFF)


async def test_a_restore_goes_on_when_its_source_is_deleted() -> None:
    async with in_process() as node:
        await node.table("table", **BY_COLOR)
        await put(node, "table", "a", "red")
        await recover(node, "table", ON)
        node.clock.advance(10)
        await put(node, "table", "a", "blue")
        await begin_restore(node, "table", "target", node.clock.now() - 5)
        await node.dynamodb("DeleteTable", TableName="table")
        node.clock.advance(40 * DAY)
        await Retention(node.node).round()
        kinds = await node.deliver()
        assert sorted(kinds) == [copy_table.DELIVERY_KIND, drop_collection.DELIVERY_KIND]
        assert await contents(node, "target") == {"a": "red"}
        await Retention(node.node).round()
        assert await history_rows(node) == 0


async def test_a_deleted_tables_backup_is_kept_for_35_days() -> None:
    async with in_process() as node:
        await node.table("table", **BY_COLOR)
        await put(node, "table", "a", "red")
        await recover(node, "table", ON)
        await node.dynamodb("DeleteTable", TableName="table")
        node.clock.advance(35 * DAY - 1)
        await node.deliver()
        await Retention(node.node).round()
        everything = {"BackupType": "ALL"}
        [backup] = (await node.dynamodb("ListBackups", **everything))["BackupSummaries"]
        await node.dynamodb("RestoreTableFromBackup", TargetTableName="table", BackupArn=backup["BackupArn"])
        await node.deliver()
        assert await contents(node, "table", IndexName="by_color") == {"a": "red"}
        node.clock.advance(1)
        assert (await node.dynamodb("ListBackups", **everything))["BackupSummaries"] == []
        await Retention(node.node).round()
        assert await node.deliver() == [drop_collection.DELIVERY_KIND]
        assert await node.node.store.view(lambda tx: items.measure(tx, 1)) == (0, 0)


async def test_no_more_than_fifty_copies_at_once() -> None:
    async with in_process() as node:
        await node.table("table")
        await recover(node, "table", ON)
        for number in range(copy_table.COPIES_MAX):
            await begin_restore(node, "table", f"target-{number}")
        request = {"SourceTableName": "table", "TargetTableName": "one-more", "UseLatestRestorableTime": True}
        assert (await node.refusal("dynamodb", "RestoreTableToPointInTime", **request))[0] == "LimitExceededException"
        await node.deliver()
        await node.dynamodb("RestoreTableToPointInTime", **request)


def kill_in_the_middle(folder: Path, now: float) -> None:
    """Have a process of its own copy some slices, and kill it while it copies another."""
    command = [sys.executable, "-m", "tests.flow.restore_victim", str(folder), str(now)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout
        assert victim.stdout.readline() == "in the middle\n"
        victim.kill()


async def test_a_restore_goes_on_after_sigkill(tmp_path: Path) -> None:
    count = 20 * copy_table.SLICE_ITEMS
    clock = MovableClock()
    async with in_process(str(tmp_path), clock) as node:
        await node.table("table", **BY_COLOR)
        for number in range(count):
            await put(node, "table", f"item-{number}", "red")
        await recover(node, "table", ON)
        clock.advance(10)
        for number in range(0, count, 3):
            await put(node, "table", f"item-{number}", "blue")
        await begin_restore(node, "table", "target", clock.now() - 5)
    kill_in_the_middle(tmp_path, clock.now())
    clock.advance(60)  # the victim's claim runs out
    async with in_process(str(tmp_path), clock) as node:
        copied = await node.node.store.view(lambda tx: items.measure(tx, 3)[0])
        assert SLICES * copy_table.SLICE_ITEMS <= copied < count
        assert (await node.dynamodb("DescribeTable", TableName="target"))["Table"]["TableStatus"] == "CREATING"
        assert await node.deliver() == [copy_table.DELIVERY_KIND]
        assert await contents(node, "target") == {f"item-{number}": "red" for number in range(count)}
        table = (await node.dynamodb("DescribeTable", TableName="target"))["Table"]
        assert (table["ItemCount"], table["GlobalSecondaryIndexes"][0]["ItemCount"]) == (count, count)
        assert await node.node.store.view(lambda tx: history.readers(tx)) == 0


async def test_a_table_that_is_still_being_created_has_no_backups() -> None:
    async with in_process() as node:
        request = {"TableName": "table", "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}
        request["AttributeDefinitions"] = [{"AttributeName": "pk", "AttributeType": "S"}]
        await node.dynamodb("CreateTable", **request, BillingMode="PAY_PER_REQUEST")
        text = "Backups are being enabled for the table: table. Please retry later"
        wanted = ("ContinuousBackupsUnavailableException", text)
        assert await node.refusal("dynamodb", "CreateBackup", TableName="table", BackupName="backup") == wanted
        specification = {"PointInTimeRecoverySpecification": ON}
        assert await node.refusal("dynamodb", "UpdateContinuousBackups", TableName="table", **specification) == wanted
