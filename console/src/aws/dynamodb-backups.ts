/** DynamoDB's operations on backups and continuous backups, as the pages use them. */

import {
  CreateBackupCommand,
  DeleteBackupCommand,
  DescribeBackupCommand,
  DescribeContinuousBackupsCommand,
  DynamoDBClient,
  ListBackupsCommand,
  RestoreTableFromBackupCommand,
  RestoreTableToPointInTimeCommand,
  UpdateContinuousBackupsCommand,
} from "@aws-sdk/client-dynamodb";

import { clientOf } from "./clients";
import { every, operation } from "./operation";

const client = clientOf(DynamoDBClient);

export const listBackups = every(
  operation("dynamodb", client, "ListBackups", ListBackupsCommand),
  { ask: "ExclusiveStartBackupArn", got: "LastEvaluatedBackupArn" },
  (answer) => answer.BackupSummaries,
);
export const describeBackup = operation("dynamodb", client, "DescribeBackup", DescribeBackupCommand);
export const createBackup = operation("dynamodb", client, "CreateBackup", CreateBackupCommand);
export const deleteBackup = operation("dynamodb", client, "DeleteBackup", DeleteBackupCommand);
export const restoreFromBackup = operation("dynamodb", client, "RestoreTableFromBackup", RestoreTableFromBackupCommand);
export const restoreToPointInTime = operation("dynamodb", client, "RestoreTableToPointInTime", RestoreTableToPointInTimeCommand);
export const describeContinuousBackups = operation("dynamodb", client, "DescribeContinuousBackups", DescribeContinuousBackupsCommand);
export const updateContinuousBackups = operation("dynamodb", client, "UpdateContinuousBackups", UpdateContinuousBackupsCommand);
