import { to } from "../../app/paths";
import type { Searched } from "../../app/search";
import { listQueues } from "../../aws/sqs";
import { queueName } from "./queue";

export const what = "SQS queues";

export const list: Searched["list"] = async (signal) =>
  (await listQueues.send({ MaxResults: 1000 }, signal)).map((url) => ({ text: queueName(url), href: to.queue(queueName(url)) }));
