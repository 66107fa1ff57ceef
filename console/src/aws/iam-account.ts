/** IAM's operations on the account as a whole, as the pages use them. */

import { GenerateCredentialReportCommand, GetAccountSummaryCommand, GetCredentialReportCommand, IAMClient } from "@aws-sdk/client-iam";

import { clientOf } from "./clients";
import { operation } from "./operation";

const client = clientOf(IAMClient);

export const getAccountSummary = operation("iam", client, "GetAccountSummary", GetAccountSummaryCommand);
export const generateCredentialReport = operation("iam", client, "GenerateCredentialReport", GenerateCredentialReportCommand);
export const getCredentialReport = operation("iam", client, "GetCredentialReport", GetCredentialReportCommand);
