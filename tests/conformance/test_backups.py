"""Backups, continuous backups and restores: answers, statuses, filters, refusals."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.conformance.conftest import (
    create,
    definitions,
    hash_table,
    index,
    refused,
    schema,
    unique,
    wait_active,
    wait_gone,
)

ON = {"PointInTimeRecoveryEnabled": True}
OFF = {"PointInTimeRecoveryEnabled": False}


def filled(dynamodb: Any, count: int = 3, **more: Any) -> str:
    """A table with `count` items, each with a color."""
    name = create(dynamodb, hash_table(unique("source"), **more))
    for number in range(count):
        dynamodb.put_item(TableName=name, Item=thing(number))
    return name


def thing(number: int) -> dict[str, Any]:
    return {"pk": {"S": f"item-{number}"}, "color": {"S": "red" if number % 2 else "blue"}, "n": {"N": str(number)}}


def items_of(dynamodb: Any, name: str, **more: Any) -> list[dict[str, Any]]:
    found = dynamodb.get_paginator("scan").paginate(TableName=name, **more).search("Items[]")
    return sorted(found, key=lambda each: each["pk"]["S"])


def backed_up(dynamodb: Any, table: str, name: str = "backup") -> str:
    """Make a backup and wait until it is AVAILABLE; its ARN."""
    arn = dynamodb.create_backup(TableName=table, BackupName=name)["BackupDetails"]["BackupArn"]
    return wait_available(dynamodb, arn)


def wait_available(dynamodb: Any, arn: str) -> str:
    for _ in range(4000):
        details = dynamodb.describe_backup(BackupArn=arn)["BackupDescription"]["BackupDetails"]
        if details["BackupStatus"] == "AVAILABLE":
            return arn
        time.sleep(0.05)
    raise AssertionError(details)


@pytest.fixture(scope="module")
def source(dynamodb: Any) -> str:
    return filled(
        dynamodb,
        5,
        AttributeDefinitions=definitions(pk="S", color="S", n="N"),
        GlobalSecondaryIndexes=[index("by_color", schema("color")), index("by_n", schema("n"), "KEYS_ONLY")],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        Tags=[{"Key": "a", "Value": "b"}],
        DeletionProtectionEnabled=True,
    )


@pytest.fixture(scope="module")
def backup(dynamodb: Any, source: str) -> str:
    return backed_up(dynamodb, source, "first")


@pytest.fixture(scope="module")
def recovering(dynamodb: Any) -> str:
    """A table under continuous backup."""
    name = filled(dynamodb, 2)
    dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=ON)
    return name


def test_a_backup_is_creating_at_first(dynamodb: Any, source: str) -> None:
    details = dynamodb.create_backup(TableName=source, BackupName="its-name")["BackupDetails"]
    table = dynamodb.describe_table(TableName=source)["Table"]
    assert details["BackupArn"].startswith(f"{table['TableArn']}/backup/0")
    assert (details["BackupName"], details["BackupType"], details["BackupStatus"]) == ("its-name", "USER", "CREATING")
    assert details["BackupSizeBytes"] >= 0
    assert "BackupExpiryDateTime" not in details
    wait_available(dynamodb, details["BackupArn"])


def test_a_backup_describes_its_table(dynamodb: Any, source: str, backup: str) -> None:
    found = dynamodb.describe_backup(BackupArn=backup)["BackupDescription"]
    table = dynamodb.describe_table(TableName=source)["Table"]
    shown = found["SourceTableDetails"]
    for member in ("TableName", "TableId", "TableArn", "KeySchema"):
        assert shown[member] == table[member]
    assert shown["TableCreationDateTime"] == table["CreationDateTime"]
    assert (shown["BillingMode"], shown["ItemCount"]) == ("PAY_PER_REQUEST", 5)
    assert shown["TableSizeBytes"] == found["BackupDetails"]["BackupSizeBytes"] > 0
    features = found["SourceTableFeatureDetails"]
    assert {each["IndexName"] for each in features["GlobalSecondaryIndexes"]} == {"by_color", "by_n"}
    assert features["StreamDescription"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}


def test_backups_are_listed_by_table_kind_and_time_in_pages(dynamodb: Any, backup: str) -> None:
    name = filled(dynamodb)
    arns = [backed_up(dynamodb, name, f"backup-{number}") for number in range(3)]
    listed = dynamodb.list_backups(TableName=name)
    assert [each["BackupArn"] for each in listed["BackupSummaries"]] == arns
    assert "LastEvaluatedBackupArn" not in listed
    first = listed["BackupSummaries"][0]
    assert (first["TableName"], first["BackupName"], first["BackupStatus"]) == (name, "backup-0", "AVAILABLE")
    page = dynamodb.list_backups(TableName=name, Limit=2)
    assert [each["BackupArn"] for each in page["BackupSummaries"]] == arns[:2]
    rest = dynamodb.list_backups(TableName=name, Limit=2, ExclusiveStartBackupArn=page["LastEvaluatedBackupArn"])
    assert [each["BackupArn"] for each in rest["BackupSummaries"]] == arns[2:]
    assert "LastEvaluatedBackupArn" not in rest
    assert not dynamodb.list_backups(TableName=name, BackupType="SYSTEM")["BackupSummaries"]
    assert len(dynamodb.list_backups(TableName=name, BackupType="ALL")["BackupSummaries"]) == 3
    hour = 3600
    now = time.time()
    assert not dynamodb.list_backups(TableName=name, TimeRangeLowerBound=now + hour)["BackupSummaries"]
    assert not dynamodb.list_backups(TableName=name, TimeRangeUpperBound=now - hour)["BackupSummaries"]
    both = {"TimeRangeLowerBound": now - hour, "TimeRangeUpperBound": now + hour}
    assert len(dynamodb.list_backups(TableName=name, **both)["BackupSummaries"]) == 3
    everything = dynamodb.list_backups()["BackupSummaries"]
    assert {*arns, backup} <= {each["BackupArn"] for each in everything}


def test_a_deleted_backup_is_gone(dynamodb: Any) -> None:
    arn = backed_up(dynamodb, filled(dynamodb))
    answer = dynamodb.delete_backup(BackupArn=arn)["BackupDescription"]
    assert answer["BackupDetails"]["BackupStatus"] == "DELETED"
    for call in (dynamodb.describe_backup, dynamodb.delete_backup):
        refused(call, "BackupNotFoundException", f"Backup not found: {arn}", BackupArn=arn)
    restore = {"BackupArn": arn, "TargetTableName": unique("target")}
    refused(dynamodb.restore_table_from_backup, "BackupNotFoundException", f"Backup not found: {arn}", **restore)


def test_a_backup_outlives_its_table(dynamodb: Any) -> None:
    name = filled(dynamodb)
    arn = backed_up(dynamodb, name)
    dynamodb.delete_table(TableName=name)
    wait_gone(dynamodb, name)
    dynamodb.restore_table_from_backup(TargetTableName=name, BackupArn=arn)
    wait_active(dynamodb, name)
    assert items_of(dynamodb, name) == [thing(number) for number in range(3)]


def test_a_restored_table_has_items_and_indexes_and_nothing_else(dynamodb: Any, source: str, backup: str) -> None:
    dynamodb.put_item(TableName=source, Item=thing(77))
    dynamodb.delete_item(TableName=source, Key={"pk": {"S": "item-77"}})
    target = unique("target")
    answer = dynamodb.restore_table_from_backup(TargetTableName=target, BackupArn=backup)["TableDescription"]
    arn = dynamodb.describe_table(TableName=source)["Table"]["TableArn"]
    assert answer["TableStatus"] == "CREATING"
    summary = answer["RestoreSummary"]
    assert (summary["SourceBackupArn"], summary["SourceTableArn"]) == (backup, arn)
    assert summary["RestoreInProgress"] is True
    table = wait_active(dynamodb, target)
    assert table["RestoreSummary"]["RestoreInProgress"] is False
    assert "StreamSpecification" not in table
    assert table["DeletionProtectionEnabled"] is False
    assert dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"] == []
    wanted = [thing(number) for number in range(5)]
    assert items_of(dynamodb, target) == wanted
    assert items_of(dynamodb, target, IndexName="by_color") == wanted
    assert len(items_of(dynamodb, target, IndexName="by_n")) == 5
    assert table["ItemCount"] in (5, 0)  # AWS counts every six hours
    dynamodb.put_item(TableName=target, Item=thing(9))
    assert len(items_of(dynamodb, target, IndexName="by_color")) == 6


def test_a_restore_takes_overrides(dynamodb: Any, backup: str) -> None:
    target, units = unique("target"), {"ReadCapacityUnits": 2, "WriteCapacityUnits": 3}
    dynamodb.restore_table_from_backup(
        TargetTableName=target,
        BackupArn=backup,
        BillingModeOverride="PROVISIONED",
        ProvisionedThroughputOverride=units,
        GlobalSecondaryIndexOverride=[{**index("by_color", schema("color")), "ProvisionedThroughput": units}],
    )
    table = wait_active(dynamodb, target)
    assert [each["IndexName"] for each in table["GlobalSecondaryIndexes"]] == ["by_color"]
    for part in (table, table["GlobalSecondaryIndexes"][0]):
        assert {member: part["ProvisionedThroughput"][member] for member in units} == units
    assert {each["AttributeName"] for each in table["AttributeDefinitions"]} == {"pk", "color"}


def test_overrides_that_do_not_fit_are_refused(dynamodb: Any, backup: str) -> None:
    restore = {"TargetTableName": unique("target"), "BackupArn": backup}
    for override in (
        {"BillingModeOverride": "PROVISIONED"},
        {"ProvisionedThroughputOverride": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}},
        {"GlobalSecondaryIndexOverride": [index("by_other", schema("color"))]},
        {"GlobalSecondaryIndexOverride": [index("by_color", schema("n"))]},
        {"GlobalSecondaryIndexOverride": [index("by_color", schema("color"), "KEYS_ONLY")]},
    ):
        refused(dynamodb.restore_table_from_backup, "ValidationException", **restore, **override)


def test_a_restore_needs_a_free_name(dynamodb: Any, source: str, backup: str, recovering: str) -> None:
    text = f"Table already exists: {source}"
    restore = {"TargetTableName": source, "BackupArn": backup}
    refused(dynamodb.restore_table_from_backup, "TableAlreadyExistsException", text, **restore)
    restore = {"TargetTableName": source, "SourceTableName": recovering, "UseLatestRestorableTime": True}
    refused(dynamodb.restore_table_to_point_in_time, "TableAlreadyExistsException", text, **restore)


def test_tables_that_are_not_there(dynamodb: Any) -> None:
    text, name = "Table not found: no-such-table", "no-such-table"
    refused(dynamodb.create_backup, "TableNotFoundException", text, TableName=name, BackupName="backup")
    refused(dynamodb.describe_continuous_backups, "TableNotFoundException", text, TableName=name)
    specification = {"PointInTimeRecoverySpecification": ON}
    refused(dynamodb.update_continuous_backups, "TableNotFoundException", text, TableName=name, **specification)
    restore = {"SourceTableName": name, "TargetTableName": unique("target"), "UseLatestRestorableTime": True}
    refused(dynamodb.restore_table_to_point_in_time, "TableNotFoundException", text, **restore)
    assert dynamodb.list_backups(TableName=name)["BackupSummaries"] == []


def test_arns_that_name_no_backup(dynamodb: Any, source: str) -> None:
    table = dynamodb.describe_table(TableName=source)["Table"]["TableArn"]
    missing = f"{table}/backup/01489602797149-73d8d5bc"
    refused(dynamodb.describe_backup, "BackupNotFoundException", f"Backup not found: {missing}", BackupArn=missing)
    refused(dynamodb.describe_backup, "ValidationException", BackupArn=f"{table}/stream/2020-01-01")
    refused(dynamodb.describe_backup, "ValidationException", BackupArn="x" * 40)


def test_continuous_backups_are_off_at_first_and_have_times_when_on(dynamodb: Any) -> None:
    name = filled(dynamodb)
    off = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert off["ContinuousBackupsStatus"] == "ENABLED"
    assert off["PointInTimeRecoveryDescription"] == {"PointInTimeRecoveryStatus": "DISABLED"}
    on = dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=ON)
    recovery = on["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert (recovery["PointInTimeRecoveryStatus"], recovery["RecoveryPeriodInDays"]) == ("ENABLED", 35)
    assert recovery["EarliestRestorableDateTime"] <= recovery["LatestRestorableDateTime"]
    shorter = {**ON, "RecoveryPeriodInDays": 7}
    dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=shorter)
    shown = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert shown["PointInTimeRecoveryDescription"]["RecoveryPeriodInDays"] == 7
    off = dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=OFF)
    recovery = off["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "DISABLED"


@pytest.mark.parametrize("days", [0, 36])
def test_periods_out_of_bounds(dynamodb: Any, recovering: str, days: int) -> None:
    specification = {**ON, "RecoveryPeriodInDays": days}
    call = dynamodb.update_continuous_backups
    refused(call, "ValidationException", TableName=recovering, PointInTimeRecoverySpecification=specification)


def test_a_table_restored_to_now(dynamodb: Any, recovering: str) -> None:
    target = unique("target")
    answer = dynamodb.restore_table_to_point_in_time(
        SourceTableName=recovering, TargetTableName=target, UseLatestRestorableTime=True
    )["TableDescription"]
    assert "SourceBackupArn" not in answer["RestoreSummary"]
    assert answer["RestoreSummary"]["SourceTableArn"].endswith(f"table/{recovering}")
    wait_active(dynamodb, target)
    assert items_of(dynamodb, target) == items_of(dynamodb, recovering)
    recovery = dynamodb.describe_continuous_backups(TableName=target)["ContinuousBackupsDescription"]
    assert recovery["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "DISABLED"


def test_times_that_cannot_be_restored_to(dynamodb: Any, source: str, recovering: str) -> None:
    target, call = unique("target"), dynamodb.restore_table_to_point_in_time
    for at in (time.time() - 3600, time.time() + 3600):
        restore = {"SourceTableName": recovering, "TargetTableName": target, "RestoreDateTime": at}
        refused(call, "InvalidRestoreTimeException", **restore)
    text = f"Point in time recovery is not enabled for table '{source}'"
    restore = {"SourceTableName": source, "TargetTableName": target, "UseLatestRestorableTime": True}
    refused(call, "PointInTimeRecoveryUnavailableException", text, **restore)
    refused(call, "ValidationException", SourceTableName=recovering, TargetTableName=target)
    refused(call, "ValidationException", TargetTableName=target, UseLatestRestorableTime=True)


def test_a_table_deleted_under_continuous_backup_leaves_a_system_backup(dynamodb: Any) -> None:
    name = filled(dynamodb, 4)
    dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=ON)
    dynamodb.delete_table(TableName=name)
    wait_gone(dynamodb, name)
    [found] = dynamodb.list_backups(TableName=name, BackupType="SYSTEM")["BackupSummaries"]
    assert found["BackupName"] == f"{name}$DeletedTableBackup"
    days = (found["BackupExpiryDateTime"] - found["BackupCreationDateTime"]).total_seconds() / 86400
    assert days == pytest.approx(35)
    wait_available(dynamodb, found["BackupArn"])
    dynamodb.restore_table_from_backup(TargetTableName=name, BackupArn=found["BackupArn"])
    wait_active(dynamodb, name)
    assert items_of(dynamodb, name) == [thing(number) for number in range(4)]
