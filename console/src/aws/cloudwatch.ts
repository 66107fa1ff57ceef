/** CloudWatch's metrics, as the pages use them. */

import { CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";

import { clientOf } from "./clients";
import { operation } from "./operation";

const client = clientOf(CloudWatchClient);

export const getMetricData = operation("cloudwatch", client, "GetMetricData", GetMetricDataCommand);
