/** A queue with its attributes, whichever way it is asked for. */

import { getQueueAttributes, getQueueUrl, listQueues } from "../../aws/sqs";
import type { Operation } from "../../aws/operation";

export interface Queue {
  name: string;
  url: string;
  arn: string;
  fifo: boolean;
  attributes: Record<string, string>;
}

const TOGETHER = 20;

/** The last part of a queue's URL, or of its ARN. */
export function queueName(text: string): string {
  return text.split(/[/:]/).at(-1) ?? text;
}

async function described(url: string, signal?: AbortSignal): Promise<Queue> {
  const answer = await getQueueAttributes.send({ QueueUrl: url, AttributeNames: ["All"] }, signal);
  const attributes = (answer.Attributes ?? {}) as Record<string, string>;
  return { name: queueName(url), url, arn: attributes.QueueArn ?? "", fifo: attributes.FifoQueue === "true", attributes };
}

/** All queues of the region with their counts. */
export const describeQueues: Operation<object, Queue[]> = {
  service: "sqs",
  name: "DescribeQueues",
  send: async (_input, signal) => {
    const urls = await listQueues.send({ MaxResults: 1000 }, signal);
    const found: Queue[] = [];
    for (let at = 0; at < urls.length; at += TOGETHER) {
      const some = await Promise.allSettled(urls.slice(at, at + TOGETHER).map((url) => described(url, signal)));
      for (const outcome of some) {
        if (outcome.status === "fulfilled") found.push(outcome.value);
        // One that was deleted meanwhile isn't there; any other refusal is the page's to show.
        else if (!/NonExistent|DoesNotExist/.test((outcome.reason as Error).name)) throw outcome.reason;
      }
    }
    return found;
  },
};

/** One queue by its name. */
export const describeQueue: Operation<{ name: string }, Queue> = {
  service: "sqs",
  name: "DescribeQueue",
  send: async ({ name }, signal) => {
    const { QueueUrl = "" } = await getQueueUrl.send({ QueueName: name }, signal);
    return described(QueueUrl, signal);
  },
};
