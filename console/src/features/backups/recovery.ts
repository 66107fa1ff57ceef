/** What the forms of restores and of point-in-time recovery hold, and the requests that they make. */

import type {
  RestoreTableFromBackupCommandInput,
  RestoreTableToPointInTimeCommandInput,
  UpdateContinuousBackupsCommandInput,
} from "@aws-sdk/client-dynamodb";

import { timeOf } from "../../pieces/local-time";

export const DAYS_MAX = 35;

export interface Restored {
  /** The new table's name. */
  name: string;
  /** With the source's secondary indexes, or without any. */
  indexes: boolean;
}

export type Point = "earliest" | "latest" | "specified";

/** Overrides by empty lists, which leave all secondary indexes out. */
function overrides({ indexes }: Restored) {
  return indexes ? {} : { GlobalSecondaryIndexOverride: [], LocalSecondaryIndexOverride: [] };
}

/** RestoreTableFromBackup's input. */
export function fromBackup(BackupArn: string, restored: Restored): RestoreTableFromBackupCommandInput {
  return { TargetTableName: restored.name, BackupArn, ...overrides(restored) };
}

/** RestoreTableToPointInTime's input; null while the time isn't complete. */
export function toPointInTime(
  SourceTableName: string,
  restored: Restored,
  point: Point,
  specified: string,
  earliest: Date | undefined,
): RestoreTableToPointInTimeCommandInput | null {
  const common = { SourceTableName, TargetTableName: restored.name, ...overrides(restored) };
  if (point === "latest") return { ...common, UseLatestRestorableTime: true };
  const RestoreDateTime = point === "earliest" ? earliest : timeOf(specified);
  return RestoreDateTime ? { ...common, RestoreDateTime } : null;
}

/** UpdateContinuousBackups's input; a period counts only where recovery is on. */
export function recovery(TableName: string, on: boolean, days: string): UpdateContinuousBackupsCommandInput {
  return {
    TableName,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: on, ...(on ? { RecoveryPeriodInDays: Number(days) } : {}) },
  };
}

/** "1 day", "35 days". */
export function daysText(days: number): string {
  return `${days} ${days === 1 ? "day" : "days"}`;
}
