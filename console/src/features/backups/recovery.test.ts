import { expect, test } from "vitest";

import { fromBackup, recovery, toPointInTime } from "./recovery";

const WHOLE = { name: "New", indexes: true };
const EARLIEST = new Date(2026, 10, 29, 16, 0, 0);

test("a restore without secondary indexes names none of them", () => {
  expect(fromBackup("arn", WHOLE)).toEqual({ TargetTableName: "New", BackupArn: "arn" });
  const without = fromBackup("arn", { ...WHOLE, indexes: false });
  expect([without.GlobalSecondaryIndexOverride, without.LocalSecondaryIndexOverride]).toEqual([[], []]);
});

test("a point in time is the latest, the earliest or the one that was specified", () => {
  const common = { SourceTableName: "T", TargetTableName: "New" };
  expect(toPointInTime("T", WHOLE, "latest", "", EARLIEST)).toEqual({ ...common, UseLatestRestorableTime: true });
  expect(toPointInTime("T", WHOLE, "earliest", "", EARLIEST)).toEqual({ ...common, RestoreDateTime: EARLIEST });
  const specified = toPointInTime("T", WHOLE, "specified", "2026-11-29T16:10:48", EARLIEST);
  expect(specified).toEqual({ ...common, RestoreDateTime: new Date(2026, 10, 29, 16, 10, 48) });
  expect(toPointInTime("T", WHOLE, "specified", "2026-11-29T", EARLIEST)).toBeNull();
});

test("a recovery period is sent only where recovery is on", () => {
  expect(recovery("T", true, "7").PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 });
  expect(recovery("T", false, "7").PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: false });
});
