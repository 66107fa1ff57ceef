"""Restores on a real server: beside writers who know when they were answered, and for callers who may."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tests.conftest import RunningServer, wait_until
from tests.flow.functions import make_table, unique

ON = {"PointInTimeRecoveryEnabled": True}


class Writer(threading.Thread):
    """Writes 1, 2, 3 ... to items of its own in turn; knows when each write began and when it was acknowledged."""

    ITEMS = 60

    def __init__(self, server: RunningServer, table: str, name: str) -> None:
        super().__init__(daemon=True)
        self.client, self.table, self.prefix = server.client("dynamodb"), table, name
        self.ending = threading.Event()
        self.times: list[tuple[float, float]] = []

    def run(self) -> None:
        number = 0
        while not self.ending.is_set():
            item = {"pk": {"S": self.key(number)}, "n": {"N": str(number)}, "group": {"S": f"g{number % 7}"}}
            began = time.time()
            try:
                self.client.put_item(TableName=self.table, Item=item)
            except (BotoCoreError, ClientError):
                return
            self.times.append((began, time.time()))
            number += 1

    def key(self, number: int) -> str:
        return f"{self.prefix}-{number % self.ITEMS}"

    def check(self, found: dict[str, int], at: float) -> int:
        """What was restored is the state after some number of writes, and that number fits the time."""
        mine = {key: value for key, value in found.items() if key.startswith(f"{self.prefix}-")}
        count = max(mine.values(), default=-1) + 1
        assert mine == {self.key(number): number for number in range(count)}
        acknowledged = sum(ended <= at for _, ended in self.times)
        begun = sum(began <= at for began, _ in self.times)
        assert acknowledged <= count <= begun
        return count


def state_of(server: RunningServer, table: str, **more: Any) -> dict[str, int]:
    pages = server.client("dynamodb").get_paginator("scan").paginate(TableName=table, **more)
    return {each["pk"]["S"]: int(each["n"]["N"]) for each in pages.search("Items[]")}


def test_a_second_is_restored_exactly_beside_its_writers(server: RunningServer) -> None:
    dynamodb = server.client("dynamodb")
    table = make_table(server, "restored", index="group")
    dynamodb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=ON)
    writers = [Writer(server, table, f"w{number}") for number in range(4)]
    for writer in writers:
        writer.start()
    wait_until("writes", lambda: all(len(writer.times) > Writer.ITEMS for writer in writers))
    second = int(time.time()) + 2
    wait_until("the second", lambda: time.time() > second + 0.3)
    try:
        in_the_middle = unique("target")
        dynamodb.restore_table_to_point_in_time(
            SourceTableName=table, TargetTableName=in_the_middle, RestoreDateTime=datetime.fromtimestamp(second, UTC)
        )
        arn = dynamodb.create_backup(TableName=table, BackupName="backup")["BackupDetails"]["BackupArn"]
        wait_until(
            "the restore",
            lambda: dynamodb.describe_table(TableName=in_the_middle)["Table"]["TableStatus"] == "ACTIVE",
        )
        wait_until(
            "the backup",
            lambda: (
                dynamodb.describe_backup(BackupArn=arn)["BackupDescription"]["BackupDetails"]["BackupStatus"]
                == "AVAILABLE"
            ),
        )
    finally:
        for writer in writers:
            writer.ending.set()
        for writer in writers:
            writer.join(120)
    found = state_of(server, in_the_middle)
    counts = [writer.check(found, second) for writer in writers]
    assert min(counts) > Writer.ITEMS, "the writers have hardly written: the test proves nothing"
    assert state_of(server, in_the_middle, IndexName="by-group") == found
    from_backup = unique("target")
    dynamodb.restore_table_from_backup(TargetTableName=from_backup, BackupArn=arn)
    wait_until(
        "the restore", lambda: dynamodb.describe_table(TableName=from_backup)["Table"]["TableStatus"] == "ACTIVE"
    )
    backed_up = state_of(server, from_backup)
    for writer, count in zip(writers, counts, strict=True):
        mine = [value for key, value in backed_up.items() if key.startswith(f"{writer.prefix}-")]
        assert max(mine) + 1 > count
        assert sorted(mine) == list(range(max(mine) + 1 - len(mine), max(mine) + 1))


def test_a_restore_needs_permission_on_both_ends_and_to_fill_the_new_table(server: RunningServer) -> None:
    dynamodb, iam = server.client("dynamodb"), server.client("iam")
    table, target, user = make_table(server, "guarded"), unique("target"), unique("user")
    dynamodb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=ON)
    arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    target_arn = arn.replace(table, target)
    iam.create_user(UserName=user)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    theirs = server.client("dynamodb", access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"])

    def may(*grants: tuple[str, str]) -> None:
        statements = [{"Effect": "Allow", "Action": f"dynamodb:{a}", "Resource": on} for a, on in grants]
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=document)

    def restore() -> None:
        theirs.restore_table_to_point_in_time(SourceTableArn=arn, TargetTableName=target, UseLatestRestorableTime=True)

    to_restore = [("RestoreTableToPointInTime", arn), ("RestoreTableToPointInTime", target_arn)]
    to_fill = [(action, target_arn) for action in ("*Item", "Query", "Scan")]
    for grants in ([to_restore[0], *to_fill], [to_restore[1], *to_fill], to_restore):
        may(*grants)
        with pytest.raises(ClientError) as caught:
            restore()
        assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    may(*to_restore, *to_fill)
    restore()
    wait_until("the restore", lambda: dynamodb.describe_table(TableName=target)["Table"]["TableStatus"] == "ACTIVE")
    with pytest.raises(ClientError) as caught:
        theirs.create_backup(TableName=table, BackupName="backup")
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    may(("CreateBackup", arn), ("DescribeBackup", f"{arn}/backup/*"))
    backup = theirs.create_backup(TableName=table, BackupName="backup")["BackupDetails"]["BackupArn"]
    theirs.describe_backup(BackupArn=backup)
    with pytest.raises(ClientError) as caught:
        theirs.delete_backup(BackupArn=backup)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
